"""Subtitles as a player sees them: FFmpeg reads what we write, and each cue can be read in its time."""

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stimmung.calls.records import CallAnalysis
from stimmung.calls.subtitles import (
    LINE_WIDTH,
    MAX_LINES,
    MAX_SECONDS,
    MIN_SECONDS,
    cues,
    speaker_label,
    to_srt,
    to_vtt,
)
from stimmung.speech.records import CallInfo, Role, Utterance, Word

Write = Callable[[CallAnalysis], str]
LONG = (
    "Ich habe hier eine Rechnung über zweihundert Euro bekommen, und die stimmt vorne und hinten nicht. "
    "Ich habe doch im März schon gekündigt, und das wurde mir auch schriftlich bestätigt."
)


def say(
    text: str, start: float = 0.0, end: float = 2.0, channel: int = 0, role: Role = "agent", speaker: str = ""
) -> Utterance:
    """Return an utterance whose words share its time evenly."""
    texts = text.split()
    step = (end - start) / max(1, len(texts))
    words = tuple(Word(start + i * step, start + (i + 1) * step, word, 0.9) for i, word in enumerate(texts))
    return Utterance(channel, role, speaker, start, end, text, "de", 0.9, (), words)


def call(*utterances: Utterance, channels: int = 2) -> CallAnalysis:
    return CallAnalysis("a.wav", 100.0, channels, "de", CallInfo(), (), utterances, ())


def played(text: str, folder: Path, ending: str) -> list[tuple[float, float, str]]:
    """Return start, duration and text of each cue as FFmpeg reads them."""
    file = folder / f"subtitles.{ending}"
    file.write_text(text, encoding="utf-8")
    with av.open(str(file)) as container:
        packets = [packet for packet in container.demux() if packet.size and packet.pts is not None]
        return [
            (float(packet.pts * packet.time_base), float(packet.duration * packet.time_base), bytes(packet).decode())
            for packet in packets
            if packet.pts is not None and packet.duration is not None and packet.time_base is not None
        ]


@pytest.mark.parametrize(("write", "ending"), [(to_srt, "srt"), (to_vtt, "vtt")])
class TestBothForms:
    def test_a_player_reads_start_end_and_words(self, write: Write, ending: str, tmp_path: Path) -> None:
        heard = call(say("Guten Tag.", 0.4, 1.9), say("Hallo!", 3661.25, 3662.5, 1, "customer"))
        first, second = played(write(heard), tmp_path, ending)
        assert first[:2] == pytest.approx((0.4, 1.5), abs=0.001)
        assert "Guten Tag." in first[2]
        assert second[:2] == pytest.approx((3661.25, 1.25), abs=0.001)
        assert "Hallo!" in second[2]

    def test_no_word_is_lost_and_none_comes_twice(self, write: Write, ending: str, tmp_path: Path) -> None:
        shown = " ".join(text for _, _, text in played(write(call(say(LONG, 0, 14))), tmp_path, ending))
        assert re.sub("Agent: |<v Agent>", "", shown).split() == LONG.split()

    def test_an_arrow_in_the_words_does_not_break_the_file(self, write: Write, ending: str, tmp_path: Path) -> None:
        text = "00:00:01,000 --> 00:00:02,000 & <i>so"
        assert len(played(write(call(say(text), say("Ja.", 5, 6))), tmp_path, ending)) == 2
        assert write(call(say(text))).count("-->") == 1

    def test_a_line_break_in_the_words_does_not_break_the_file(self, write: Write, ending: str, tmp_path: Path) -> None:
        broken = Utterance(
            0, "agent", "A\n\nB", 0, 2, "x", "de", 0.9, (), (Word(0, 1, "eins\n\n", 1), Word(1, 2, "zwei", 1))
        )
        (cue,) = played(write(call(broken)), tmp_path, ending)
        assert cue[2].endswith("eins zwei")

    def test_cues_come_in_order_when_speakers_overlap(self, write: Write, ending: str, tmp_path: Path) -> None:
        heard = call(say(LONG, 0, 14), say("Moment!", 3, 4, 1, "customer"))
        starts = [start for start, _, _ in played(write(heard), tmp_path, ending)]
        assert starts == sorted(starts)
        assert len(starts) > 3

    def test_a_call_without_words_is_still_a_file(self, write: Write, ending: str, tmp_path: Path) -> None:
        assert write(call()) in ("", "WEBVTT\n")


class TestForm:
    def test_subrip_to_the_letter(self) -> None:
        heard = call(say("Guten Tag.", 0.4, 1.9), say("Hallo!", 3661.25, 3662.5, 1, "customer"))
        assert to_srt(heard) == (
            "1\n00:00:00,400 --> 00:00:01,900\nAgent: Guten Tag.\n\n"
            "2\n01:01:01,250 --> 01:01:02,500\nCustomer: Hallo!\n"
        )

    def test_webvtt_to_the_letter(self) -> None:
        heard = call(say("Guten Tag & <ja>.", 0.4, 1.9), say("Hallo!", 3661.25, 3662.5, 1, "customer"))
        assert to_vtt(heard) == (
            "WEBVTT\n\n00:00:00.400 --> 00:00:01.900\n<v Agent>Guten Tag &amp; &lt;ja&gt;.\n\n"
            "01:01:01.250 --> 01:01:02.500\n<v Customer>Hallo!\n"
        )

    def test_rounding_carries_into_the_next_minute(self) -> None:
        assert "00:01:00,000 --> " in to_srt(call(say("Ja.", 59.9996, 61)))

    def test_a_speakers_name_is_escaped_in_its_tag(self) -> None:
        assert "<v Meier &amp; &gt;Söhne>" in to_vtt(call(say("Ja.", speaker="Meier & >Söhne")))


class TestWhoSpeaks:
    def test_a_name_goes_before_the_role(self) -> None:
        assert speaker_label(say("Ja.", speaker="Frau Weber"), 2) == "Frau Weber"

    def test_a_role_goes_before_the_channel(self) -> None:
        assert speaker_label(say("Ja.", role="customer"), 2) == "Customer"

    def test_unknown_roles_are_told_apart_by_channel(self) -> None:
        assert speaker_label(say("Ja.", role="unknown", channel=1), 2) == "Channel 1"

    def test_a_lone_unknown_channel_has_no_label(self) -> None:
        heard = call(say("Ja.", role="unknown"), channels=1)
        assert "<v" not in to_vtt(heard)
        assert to_srt(heard).splitlines()[-1] == "Ja."


class TestCuts:
    def test_a_long_utterance_is_cut_at_its_words_times(self) -> None:
        utterance = say(LONG, 10, 24)
        found = cues(call(utterance))
        edges = {word.start for word in utterance.words} | {word.end for word in utterance.words}
        assert len(found) > 2
        assert {cue.start for cue in found} <= edges
        assert {cue.end for cue in found} <= edges
        assert (found[0].start, found[-1].end) == pytest.approx((10, 24))

    def test_cuts_fall_on_punctuation_where_it_is_near(self) -> None:
        found = cues(call(say(LONG, 0, 14)))
        assert found[0].lines[-1].endswith("bekommen,")
        assert found[1].lines[-1].endswith(("nicht.", "gekündigt,"))

    def test_slow_speech_is_cut_by_time(self) -> None:
        found = cues(call(say("eins zwei drei vier fünf sechs", 0, 18)))
        assert [len(cue.lines) for cue in found] == [1, 1, 1]
        assert all(cue.end - cue.start <= MAX_SECONDS for cue in found)

    def test_a_word_longer_than_a_line_stays_whole(self) -> None:
        word = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz"
        assert cues(call(say(f"Das {word} also.")))[0].lines[1].startswith(word[:LINE_WIDTH])
        assert word in to_vtt(call(say(word)))

    def test_an_utterance_without_word_times_spreads_its_text(self) -> None:
        spoken = Utterance(0, "agent", "", 10, 24, LONG, "de", 0.9, (), ())
        found = cues(call(spoken))
        assert " ".join(line for cue in found for line in cue.lines) == LONG
        assert (found[0].start, found[-1].end) == pytest.approx((10, 24))
        assert all(before.end == pytest.approx(after.start) for before, after in pairwise(found))

    def test_a_word_without_length_is_still_seen(self) -> None:
        (cue,) = cues(call(say("Ja.", 5.0, 5.0)))
        assert cue.end - cue.start == pytest.approx(MIN_SECONDS)

    def test_a_word_that_never_ends_leaves_the_screen(self) -> None:
        (cue,) = cues(call(say("Ja.", 5.0, 60.0)))
        assert cue.end - cue.start == pytest.approx(MAX_SECONDS)

    def test_nothing_said_makes_no_cue(self) -> None:
        blank = Utterance(0, "agent", "", 0, 2, " ", "de", 0.9, (), (Word(0, 1, " ", 0.9), Word(1, 2, "\n", 0.9)))
        assert cues(call(say(""), blank)) == []


@st.composite
def spoken(draw: st.DrawFn) -> Utterance:
    """An utterance of words of any text, length and pause."""
    start = draw(st.floats(0, 20_000))
    words, time = [], start
    for text in draw(st.lists(st.text(min_size=1, max_size=60), max_size=30)):
        end = time + draw(st.floats(0, 3))
        words.append(Word(time, end, text, 0.9))
        time = end + draw(st.floats(0, 5))
    return Utterance(0, "agent", "", start, time, " ".join(word.text for word in words), "de", 0.9, (), tuple(words))


@given(st.lists(spoken(), max_size=4))
def test_whatever_is_said_can_be_read(utterances: list[Utterance]) -> None:
    heard = call(*utterances)
    found = cues(heard, label_in_line=True)
    for cue in found:
        assert MIN_SECONDS - 1e-3 <= cue.end - cue.start <= MAX_SECONDS + 1e-3
        assert any(line.strip() for line in cue.lines)
        assert len(cue.lines) <= MAX_LINES or max(map(len, cue.lines)) > LINE_WIDTH
    assert [cue.start for cue in found] == sorted(cue.start for cue in found)
    for text in (to_srt(heard), to_vtt(heard)):
        stamps = re.findall(r"^(\d\d:\d\d:\d\d[,.]\d{3}) --> (\d\d:\d\d:\d\d[,.]\d{3})$", text, re.MULTILINE)
        assert len(stamps) == text.count("-->") == len(cues(heard, label_in_line=text[:6] != "WEBVTT"))
        assert all(start < end for start, end in stamps)
