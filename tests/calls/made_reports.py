"""A report of invented figures, as the store would count them."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from stimmung.calls.report_records import (
    CallInNeed,
    Day,
    Figures,
    Group,
    Mean,
    Period,
    Reasons,
    Recordings,
    Report,
    Share,
    WaitStep,
)
from stimmung.calls.report_sections import Telling
from stimmung.calls.report_words import Language, words_of
from stimmung.speech.records import Reason

BERLIN = ZoneInfo("Europe/Berlin")
FIRST = datetime(2026, 3, 2, tzinfo=BERLIN)
HOSTILE = "<script>alert(1)</script> & | *bold* `code` [link](x) $a_b$ \x1b[31m"


def figures(calls: int = 84, mood: float = -1.25) -> Figures:
    """Return figures that rest on `calls` calls."""
    return Figures(
        calls=calls,
        seconds=calls * 300.0,
        mood_start=Mean(mood, calls),
        mood_end=Mean(mood + 1.5, calls),
        courses={"improving": calls // 2, "neutral": calls - calls // 2},
        distressed=Share(calls // 10, calls),
        silence=Mean(0.123, calls),
        overlap=Mean(0.021, calls),
        hold=Mean(0.3, calls),
        wait=Mean(95.0, calls),
        customer_talk=Mean(0.48, calls),
        customer_pace=Mean(151.4, calls),
        agent_pace=Mean(163.2, calls),
    )


def in_need(quote: str = "Niemand hat uns etwas gesagt.", call_id: str = "4711") -> CallInNeed:
    """Return a call whose caller said that."""
    reasons = (Reason("words", "angry words", quote, 83.0), Reason("safety", "names a fire", "es brennt", 90.0))
    return CallInNeed(
        call_id, FIRST + timedelta(hours=9), "billing", "urgent", "calm", 83.4, -3.1, 0.4, reasons, sound=True
    )


def report(**changes: object) -> Report:
    """Return a report of a day with something in every part."""
    made = Report(
        made_at=FIRST + timedelta(days=1, hours=6),
        period=Period(FIRST, FIRST + timedelta(days=1)),
        queue=None,
        figures=figures(),
        before=(figures(80, -1.0), figures(90, -2.0), figures(0), figures(3)),
        step_days=7,
        days=tuple(
            Day((FIRST - timedelta(days=28 - day)).date(), 60 + day, Mean(day / 10 - 1, 60 + day), Share(3, 60 + day))
            for day in range(29)
        ),
        queues=(
            Group("named", "billing", figures(40)),
            Group("unnamed", "", figures(30)),
            Group("others", "", figures(14)),
        ),
        teams=(Group("named", "north", figures(80)),),
        agents=None,
        waits=(WaitStep(0.0, 30.0, figures(50, 0.5)), WaitStep(300.0, None, figures(4, -4.0))),
        in_need=(in_need(),),
        in_need_calls=1,
        recordings=Recordings(
            {"done": 84, "failed": 2}, (Reasons("failed", "AudioError", "FILE: no sound", 2, (7, 9)),)
        ),
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # fields of Report, each test's own


def telling(language: Language = "en", agreement: str = "") -> Telling:
    """Return in which words."""
    return Telling(words_of(language), BERLIN, agreement)
