"""What is heard before a permission is not kept, nor what is heard after a refusal, however it all comes at once."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from tests.api.toy_calls import ToyCall
from tests.store.made_calls import DEPLOYMENT

from stimmung.api.call_steps import Batch, CallSteps
from stimmung.api.heard_sound import HeardSound
from stimmung.api.inbox import Sound
from stimmung.api.schemas import ConsentMessage, NoticeGiven, Order, StartRequest
from stimmung.calls.live_events import LiveEvent, Warned
from stimmung.calls.policy import Party, may_keep_audio, report_policy
from stimmung.calls.records import CallAnalysis, PolicyReport
from stimmung.calls.redaction.records import Original
from stimmung.speech.arrival import HEADER, ArrivalOptions
from stimmung.speech.records import CallInfo, Consent, Samples
from stimmung.speech.wire import Framing, WireFormat

RATE = 8_000
MESSAGE = 0.02  # s, as a telephone sends
BEFORE, AFTER, LATER = 1_000, 2_000, 3_000  # what every sample of a stretch is
YES = ConsentMessage(type="consent", value="granted")
NO = ConsentMessage(type="consent", value="refused")
NOTICE = NoticeGiven(datetime(2026, 3, 1, 9, 0, tzinfo=UTC))


class Asked(ToyCall):
    """A call in a country where sound is kept only of who consents."""

    def consent(self, value: Consent) -> list[LiveEvent]:
        self.request = replace(self.request, info=replace(self.request.info, consent=value))
        return super().consent(value)

    def _analysis(self) -> CallAnalysis:
        return replace(super()._analysis(), policy=ruled(self.request.info))


def ruled(info: CallInfo) -> PolicyReport:
    return report_policy([Party("customer", 1.0)], info, replace(DEPLOYMENT, country="de"))


@dataclass
class Keeper:
    """Keeps the sound of a call as the store's does, and nothing else."""

    sound: HeardSound
    why: str = ""

    def rule(self, policy: PolicyReport | None) -> None:
        self.sound.permit(may_keep_audio(policy))

    def hear(self, samples: Samples) -> str:
        return self.sound.hear(samples) or self.why

    def forget(self) -> None:
        self.sound.permit(False)

    def keep(self, analysis: CallAnalysis, originals: tuple[Original, ...]) -> str:
        return ""

    def show(self) -> bool:
        raise AssertionError("nobody looks")

    def revoke(self) -> None:
        raise AssertionError("nobody withdrew")

    def promise(self) -> None:
        raise AssertionError("nobody withdrew")

    def withdraw(self) -> bool:
        raise AssertionError("nobody withdrew")


class Line:
    """A call, and its sender."""

    def __init__(self, folder: Path, framing: Framing = "none", consent: Consent = "unknown") -> None:
        wire = WireFormat("s16le", RATE, 1, framing)
        info = CallInfo(consent=consent, language="en")
        self.keeper = Keeper(HeardSound(folder, RATE, 1))
        self.keeper.rule(ruled(info))
        self.call = Asked(StartRequest("a", info, wire))
        self.steps = CallSteps(self.call, wire, self.keeper)
        self._numbered, self._number = framing == "sequence", 0

    def sound(self, level: int, seconds: float, lost: Sequence[int] = ()) -> Iterator[Sound]:
        """Yield messages of sound of which every sample is `level`, but for those that are lost."""
        frames = round(MESSAGE * RATE)
        for at in range(round(seconds / MESSAGE)):
            header = HEADER.pack(self._number, self._number * frames) if self._numbered else b""
            self._number += 1
            if at not in lost:
                yield Sound(0.0, header + struct.pack(f"<{frames}h", *[level] * frames))

    def run(self, *items: Sound | Order) -> None:
        self.steps.run(Batch(items=items))

    def kept(self) -> dict[int, int]:
        """Return how many samples of each level are kept."""
        audio = self.keeper.sound.audio()
        levels = np.zeros(0) if audio is None else np.rint(audio.samples * 32_768)
        self.keeper.forget()
        return {level: int(np.count_nonzero(levels == level)) for level in (BEFORE, AFTER, LATER)}


def samples(seconds: float) -> int:
    return round(seconds * RATE)


@pytest.mark.parametrize("orders", [[YES], [NOTICE, YES], [YES, NOTICE]])
@pytest.mark.parametrize("seconds", [0.02, 9.9, 25.0])
def test_what_comes_with_a_yes_and_before_it_is_not_kept(tmp_path: Path, orders: list[Order], seconds: float) -> None:
    line = Line(tmp_path / "audio")
    line.run(*line.sound(BEFORE, seconds), *orders, *line.sound(AFTER, 1.0))
    assert line.kept() == {BEFORE: 0, AFTER: samples(1.0), LATER: 0}


@pytest.mark.parametrize("no", [NO, ConsentMessage(type="consent", value="withdrawn")])
def test_what_comes_with_a_no_is_kept_neither_before_nor_behind_it(tmp_path: Path, no: ConsentMessage) -> None:
    line = Line(tmp_path / "audio", consent="granted")
    line.run(*line.sound(BEFORE, 5.0), no, *line.sound(AFTER, 5.0))
    assert line.kept() == {BEFORE: 0, AFTER: 0, LATER: 0}
    line = Line(tmp_path / "audio", consent="granted")
    line.run(*line.sound(BEFORE, 5.0))
    line.steps.run(Batch(no=no.value, items=(*line.sound(AFTER, 5.0),)))
    assert line.kept() == {BEFORE: 0, AFTER: 0, LATER: 0}


def test_of_a_yes_and_a_no_and_a_yes_at_once_the_last_stretch_is_kept(tmp_path: Path) -> None:
    line = Line(tmp_path / "audio")
    line.run(YES, *line.sound(BEFORE, 3.0), NO, *line.sound(AFTER, 3.0), YES, *line.sound(LATER, 3.0))
    assert line.kept() == {BEFORE: 0, AFTER: 0, LATER: samples(3.0)}


@pytest.mark.parametrize("lost", [0, 3, 7, 9])
@pytest.mark.parametrize("apart", [False, True])
def test_what_was_held_back_for_a_message_that_is_missing_was_said_before_the_yes(
    tmp_path: Path, lost: int, *, apart: bool
) -> None:
    line = Line(tmp_path / "audio", "sequence")
    line.run(*line.sound(BEFORE, 1.0), *line.sound(BEFORE, 0.2, [lost]))
    behind = [*line.sound(AFTER, 1.0)]
    if apart:
        line.run(YES)
        for message in behind:
            line.run(message)
    else:
        line.run(YES, *behind)
    kept = line.kept()
    assert kept[BEFORE] == 0
    assert kept[AFTER] >= samples(1.0 - ArrivalOptions().reach)


def test_what_was_held_back_and_comes_out_at_the_end_was_said_before_the_yes(tmp_path: Path) -> None:
    line = Line(tmp_path / "audio", "sequence")
    line.run(*line.sound(BEFORE, 0.2, [3]), YES)
    line.steps.run(Batch(rewind=True))
    assert line.kept() == {BEFORE: 0, AFTER: 0, LATER: 0}


def test_a_no_holds_at_once_also_where_messages_are_numbered(tmp_path: Path) -> None:
    line = Line(tmp_path / "audio", "sequence")
    line.run(YES, *line.sound(BEFORE, 1.0), *line.sound(BEFORE, 0.2, [3]), NO, *line.sound(AFTER, 1.0))
    assert line.kept() == {BEFORE: 0, AFTER: 0, LATER: 0}
    line = Line(tmp_path / "audio", "sequence")
    line.run(*line.sound(BEFORE, 0.2, [3]), YES, NO, *line.sound(AFTER, 1.0))
    assert line.kept() == {BEFORE: 0, AFTER: 0, LATER: 0}


def test_a_sound_that_is_lost_is_told_once_and_the_call_goes_on(tmp_path: Path) -> None:
    line = Line(tmp_path / "audio", consent="granted")
    first = line.steps.run(Batch(items=(*line.sound(BEFORE, 1.0),)))
    assert line.keeper.sound._spool is not None
    line.keeper.sound._spool._file.close()
    line.keeper.sound._spool._file = Path("/dev/full").open("w+b")  # noqa: SIM115 (as the other)
    outcomes = [first, *(line.steps.run(Batch(items=(*line.sound(AFTER, 1.0),))) for _ in range(3))]
    (warning,) = [one for outcome in outcomes for one in outcome.told if isinstance(one, Warned)]
    assert warning.code == "sound_not_kept"
    assert "No space left on device" in warning.message
    assert warning.time == 2.0
    assert line.call.samples == samples(4.0)
    assert line.kept() == {BEFORE: 0, AFTER: 0, LATER: 0}
