"""What a report looks like: every figure with its calls, no false precision, nothing of a caller's words as markup."""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.calls.made_reports import HOSTILE, figures, in_need, report, telling

from stimmung.calls.distress_reasons import LOWERED, RAISED
from stimmung.calls.report_charts import chart_svg
from stimmung.calls.report_html import report_html
from stimmung.calls.report_json import report_to_json
from stimmung.calls.report_markdown import plain, report_markdown
from stimmung.calls.report_measures import Table
from stimmung.calls.report_numbers import Numbers
from stimmung.calls.report_reasons import GERMAN_REASONS
from stimmung.calls.report_records import Group, Mean, Reasons, Recordings, Report, Share, WaitStep
from stimmung.calls.report_sections import Pages, pages_of
from stimmung.calls.report_words import ENGLISH, GERMAN, Language
from stimmung.calls.safety_file import FILE

LANGUAGES: tuple[Language, ...] = ("de", "en")
VOID = {"meta"}


class Page(HTMLParser):
    """Elements, and the text between them; all that are opened are closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def table(pages: Pages, title: str, number: int = 0) -> Table:
    (section,) = [one for one in pages.sections if one.title == title]
    return section.tables[number]


def row(pages: Pages, title: str, name: str, number: int = 0) -> tuple[str, ...]:
    (found,) = [one for one in table(pages, title, number).rows if one[0] == name]
    return found[1:]


def strings(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)
    elif isinstance(value, str):
        yield value


class TestNumbers:
    def test_german_has_commas_and_english_points(self) -> None:
        assert (Numbers(ENGLISH).mood(-1.25), Numbers(GERMAN).mood(-1.25)) == ("-1.2", "-1,2")
        assert (Numbers(ENGLISH).count(12_345), Numbers(GERMAN).count(12_345)) == ("12,345", "12.345")
        assert Numbers(GERMAN).hours(123_456_789.0) == "34.294"

    @pytest.mark.parametrize(("mood", "told"), [(0.04, "0.0"), (-0.04, "0.0"), (0.06, "+0.1"), (None, "–")])
    def test_what_rounds_to_nothing_has_no_sign(self, mood: float | None, told: str) -> None:
        assert Numbers(ENGLISH).mood(mood) == told

    @pytest.mark.parametrize(
        ("seconds", "told"),
        [(0.0, "0 s"), (59.4, "59 s"), (59.6, "1.0 min"), (60.0, "1 min"), (95.0, "1.6 min"), (754.0, "13 min")],
    )
    def test_waits(self, seconds: float, told: str) -> None:
        assert Numbers(ENGLISH).wait(seconds) == told

    def test_shares_are_whole_hundredths_with_their_calls(self) -> None:
        assert Numbers(ENGLISH).share(Share(10, 84)) == "12\N{NO-BREAK SPACE}% (10/84)"
        assert Numbers(ENGLISH).share(Share(1, 4)) == "– (1/4)"

    def test_hours(self) -> None:
        assert [Numbers(ENGLISH).hours(seconds) for seconds in (0.0, 12_240.0, 43_000.0)] == ["0.0", "3.4", "12"]


class TestPages:
    def test_now_and_before(self) -> None:
        pages = pages_of(report(), telling())
        assert row(pages, "Overview", "calls") == ("84", "58", "3 … 90")
        assert row(pages, "Overview", "mood at the start") == ("-1.2 (84)", "-1.5 (170)", "-2.0 … -1.0")
        head = table(pages, "Overview").header
        assert head[2] == "before, mean of 3"
        (section,) = [one for one in pages.sections if one.title == "Overview"]
        assert section.paragraphs[0].startswith("Before: the same hours, 1 to 4 weeks earlier")

    def test_nothing_before(self) -> None:
        pages = pages_of(report(before=(figures(0),)), telling())
        assert row(pages, "Overview", "hours") == ("7.0",)
        (section,) = [one for one in pages.sections if one.title == "Overview"]
        assert section.paragraphs == ("There are no calls of the weeks before to compare with.",)

    def test_every_figure_says_its_calls(self) -> None:
        pages = pages_of(report(), telling())
        for title in ("Queues", "Teams", "Wait and mood"):
            found = table(pages, title)
            for line in found.rows:
                behind = [
                    cell for name, cell in zip(found.header, line, strict=True) if name[:4] not in ("call", "hour")
                ]
                assert all(cell.endswith(")") for cell in behind[1:]), behind
        assert all(line[1].endswith(")") for line in table(pages, "Talk").rows)

    def test_few_calls_have_no_mean(self) -> None:
        assert row(pages_of(report(), telling()), "Wait and mood", "5 min and longer")[:2] == ("4", "– (4)")

    def test_groups_without_a_name(self) -> None:
        pages = pages_of(report(), telling("de"))
        assert [one[0] for one in table(pages, "Warteschlangen").rows] == [
            "billing",
            "(nicht genannt)",
            "alle übrigen",
        ]

    def test_who_is_in_need_and_how_to_look(self) -> None:
        (block,) = pages_of(report(), telling("de")).sections[0].blocks
        assert block.commands == ("stimmung show 4711 --at 1:23", "stimmung play 4711 --at 1:23")
        assert block.facts == (
            "02.03.2026 09:00 · Warteschlange billing · schlimmstens: dringend (1:23) · am Ende: ruhig"
            " · Stimmung -3,1 → +0,4"
        )
        assert [(one.text, one.time) for one in block.reasons] == [
            ("wütende Worte", "1:23"),
            ("nennt ein Feuer", "1:30"),
        ]

    def test_without_sound_there_is_nothing_to_hear_and_ids_are_quoted(self) -> None:
        silent = replace(in_need(call_id="a b; rm"), sound=False)
        (block,) = pages_of(report(in_need=(silent,)), telling()).sections[0].blocks
        assert block.commands == ("stimmung show 'a b; rm' --at 1:23",)

    def test_how_many_more_there_are(self) -> None:
        section = pages_of(report(in_need_calls=30), telling()).sections[0]
        assert section.paragraphs[0].startswith("1 of 30 calls")

    def test_nobody_in_need(self) -> None:
        section = pages_of(report(in_need=(), in_need_calls=0), telling()).sections[0]
        assert section.paragraphs == ("No call in which distress was found; it was judged in 84 calls.",)

    def test_no_calls(self) -> None:
        empty = report(figures=figures(0), recordings=Recordings({}, ()))
        pages = pages_of(empty, telling())
        assert pages.lines[-1] == "No calls in this time."
        assert [one.title for one in pages.sections] == ["Recordings"]

    def test_agents_only_when_asked_and_only_their_talk(self) -> None:
        titles = [one.title for one in pages_of(report(), telling()).sections]
        assert "Agents" not in titles
        agents = (Group("named", "Agent Seven", figures(12)), Group("others", "", figures(9)))
        pages = pages_of(report(agents=agents), telling(agreement="BV 7"))
        found = table(pages, "Agents")
        assert not [name for name in found.header if "mood" in name or "distress" in name or "better" in name]
        assert found.rows[0][0] == "Agent Seven"

    def test_of_no_agent_enough_calls(self) -> None:
        (section,) = [one for one in pages_of(report(agents=()), telling()).sections if one.title == "Agents"]
        assert (section.tables, len(section.paragraphs)) == ((), 1)

    def test_names_of_files_only_where_there_are_some(self) -> None:
        assert table(pages_of(report(), telling()), "Recordings", 1).rows == (("FILE: no sound", "failed", "2", "7 9"),)
        named = Recordings({"failed": 1}, (Reasons("failed", "E", "no sound", 1, (7,), ("/r/a.wav",)),))
        found = table(pages_of(report(recordings=named), telling()), "Recordings", 1)
        assert found.rows[0][-1] == "/r/a.wav"


class TestHtml:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_one_file_that_fetches_nothing(self, language: Language) -> None:
        page = Page(report_html(report(), telling(language)))
        assert not {"script", "link", "img", "iframe", "image"} & set(page.tags)
        names = {name for name, _ in page.attributes}
        assert not {"src", "srcset", "onload", "onclick"} & names
        outside = [value for name, value in page.attributes if "//" in value and not name.startswith("xmlns")]
        assert outside == []
        assert page.tags.count("svg") == 3
        assert [value for name, value in page.attributes if name == "lang"] == [language]

    def test_what_a_caller_says_is_no_markup(self) -> None:
        groups = (Group("named", HOSTILE, figures(40)),)
        broken = Recordings({"failed": 1}, (Reasons("failed", "E", HOSTILE, 1, (1,), (HOSTILE,)),))
        changed = report(
            in_need=(in_need(HOSTILE, HOSTILE),), queues=groups, teams=groups, agents=groups, queue=HOSTILE,
            recordings=broken,
        )  # fmt: skip
        plain_page = Page(report_html(report(agents=(groups[0],), queue="q"), telling()))
        text = report_html(changed, telling(agreement=HOSTILE))
        page = Page(text)
        assert "script" not in page.tags
        assert set(page.tags) == set(plain_page.tags)
        assert page.text.count("<script>alert(1)</script>") >= 8
        assert "<script" not in text

    def test_nor_is_a_short_name(self) -> None:
        groups = (Group("named", "<b>x</b>", figures(40)),)
        named = Recordings({"failed": 1}, (Reasons("failed", "E", "<i>y</i>", 1, (1,), ("<s>",)),))
        text = report_html(report(queues=groups, recordings=named), telling())
        assert not {"b", "i", "s"} & set(Page(text).tags)
        assert {"<b>x</b>", "<i>y</i>", "<s>"} <= set(re.findall(r"<b>x</b>|<i>y</i>|<s>", Page(text).text))

    def test_ids_in_charts_and_ink(self) -> None:
        text = chart_svg("waits", report(), telling().numbers)
        assert text.startswith("<svg")
        assert "currentColor" in text
        assert "#222222" not in text
        assert not re.search(r"<svg[^>]* (width|height)=", text)
        assert chart_svg("waits", report(), telling().numbers) == text

    def test_a_chart_says_the_calls_behind_it_and_leaves_out_few(self) -> None:
        text = chart_svg("waits", report(), telling("de").numbers)
        assert "unter 30 s (50)" in text
        assert "5 min" not in text

    def test_no_mood_no_chart(self) -> None:
        bare = replace(figures(), courses={}, mood_start=Mean())
        text = report_html(report(figures=bare, waits=(WaitStep(0.0, 30.0, bare),)), telling())
        assert Page(text).tags.count("svg") == 1

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_one_day_alone_can_be_drawn(self, language: Language) -> None:
        Page(report_html(report(days=report().days[-1:], before=(figures(0),)), telling(language)))


class TestMarkdown:
    def test_tables_and_commands(self) -> None:
        lines = report_markdown(report(), telling()).splitlines()
        assert lines[0] == "# Calls 2026-03-02 00:00 to 2026-03-03 00:00"
        assert "| calls | 84 | 58 | 3 … 90 |" in lines
        assert "stimmung show 4711 --at 1:23" in lines

    def test_what_a_caller_says_is_no_markup(self) -> None:
        text = report_markdown(report(in_need=(in_need(HOSTILE, HOSTILE),)), telling())
        assert "\x1b" not in text
        shown = re.sub(r"```sh\n.*?\n```", "", text, flags=re.DOTALL)
        assert not re.search(r"(?<!\\)[<`\[]", shown)
        assert r"\<script\>" in shown

    @pytest.mark.parametrize(
        ("text", "told"),
        [("- a", r"\- a"), ("1. a", r"1\. a"), ("a | b", r"a \| b"), ("a\nb", "a b"), ("-1,2 (4)", "-1,2 (4)")],
    )
    def test_signs(self, text: str, told: str) -> None:
        assert plain(text) == told


class TestJson:
    def test_what_programs_read(self) -> None:
        shown = json.loads(json.dumps(report_to_json(report()), allow_nan=False))
        assert shown["figures"]["measures"]["mood_start"] == {"value": -1.25, "calls": 84}
        assert shown["before"][3]["measures"]["mood_start"] == {"value": None, "calls": 3}
        assert shown["in_need"][0]["reasons"][1]["text"] == "names a fire"
        assert shown["agents"] is None
        assert shown["first"] == "2026-03-02T00:00:00+01:00"


class TestWords:
    def test_both_languages_say_the_same(self) -> None:
        assert set(GERMAN.texts) == set(ENGLISH.texts)
        assert set(GERMAN.states) == set(ENGLISH.states)
        for key, text in ENGLISH.texts.items():
            assert set(re.findall(r"{(\w+)", text)) == set(re.findall(r"{(\w+)", GERMAN[key])), key

    def test_every_reason_has_german_words(self) -> None:
        listed = tomllib.loads(Path(FILE).read_text("utf-8"))
        phrases = set(re.findall(r'reason = "([^"]+)"', Path(FILE).read_text("utf-8")))
        assert len(phrases) > 50
        assert listed
        assert {*RAISED.values(), *LOWERED.values(), *phrases} - set(GERMAN_REASONS) == set()

    def test_no_text_is_left_over_or_missing(self) -> None:
        made: Report = report()
        for language in LANGUAGES:
            assert "{" not in report_markdown(made, telling(language))
        assert list(strings(report_to_json(made)))
