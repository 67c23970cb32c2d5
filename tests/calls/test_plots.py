"""Pictures of calls: files of the right kind and size whose texts say what is to be seen."""

import re
import struct
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from tests.calls.judged_calls import JUDGED, agent

from stimmung.calls.plots import plot_call
from stimmung.calls.records import CallAnalysis, Omission
from stimmung.speech.records import CallInfo, Utterance


def texts(analysis: CallAnalysis, folder: Path) -> list[str]:
    """Return the texts of the picture."""
    file = folder / "call.svg"
    plot_call(analysis, file)
    return [unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", file.read_text(encoding="utf-8"))]


def unknown(analysis: CallAnalysis, channels: int = 2) -> CallAnalysis:
    """Return the call as if nobody knew who speaks."""
    said = tuple(
        replace(one, channel=one.channel % channels, role="unknown", text_emotion=None, distress=None)
        for one in analysis.utterances
    )
    return replace(analysis, info=CallInfo(), channels=channels, utterances=said, distress=(), course=(), events=())


def size(file: Path) -> tuple[int, int]:
    width, height = struct.unpack(">II", file.read_bytes()[16:24])
    return width, height


class TestFiles:
    def test_png(self, tmp_path: Path) -> None:
        plot_call(JUDGED, tmp_path / "call.PNG")
        assert (tmp_path / "call.PNG").read_bytes().startswith(b"\x89PNG\r\n")
        width, height = size(tmp_path / "call.PNG")
        assert 1000 < width < 1600
        assert 500 < height < 1000

    def test_a_long_call_is_wider_but_no_poster(self, tmp_path: Path) -> None:
        short, long = tmp_path / "short.png", tmp_path / "long.png"
        plot_call(JUDGED, short)
        plot_call(replace(JUDGED, duration=4 * 3600.0), long)
        assert size(short)[0] < size(long)[0] <= 2400

    @pytest.mark.parametrize("ending", ["png", "svg"])
    def test_the_same_call_gives_the_same_file(self, ending: str, tmp_path: Path) -> None:
        one, other = tmp_path / f"one.{ending}", tmp_path / f"other.{ending}"
        plot_call(JUDGED, one)
        plot_call(JUDGED, other)
        assert one.read_bytes() == other.read_bytes()
        assert b"dc:date" not in other.read_bytes()

    def test_an_earlier_picture_is_replaced_and_nothing_else_is_left(self, tmp_path: Path) -> None:
        (tmp_path / "call.svg").write_text("old")
        plot_call(JUDGED, tmp_path / "call.svg")
        assert [path.name for path in tmp_path.iterdir()] == ["call.svg"]
        assert (tmp_path / "call.svg").read_text(encoding="utf-8").startswith("<?xml")

    def test_another_ending_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match=r"call\.pdf: ends in neither \.png nor \.svg"):
            plot_call(JUDGED, tmp_path / "call.pdf")


class TestTexts:
    def test_title_parties_and_times(self, tmp_path: Path) -> None:
        found = texts(JUDGED, tmp_path)
        assert "heating.wav  ·  1:35  ·  improving, mood -1.0 → -4.5 → +3.0" in found
        assert {"agent", "customer", "mood", "distress of", "each utterance", "0:00", "0:10", "1:30"} <= set(found)

    def test_what_needs_an_explanation_has_one(self, tmp_path: Path) -> None:
        legend = {"overlap", "silence from 3 s", "music", "mean of a quarter", "safety phrase"}
        assert legend <= set(texts(JUDGED, tmp_path))
        plain = replace(JUDGED, utterances=(agent(0, 95, "Hello"),), events=(), course=(), distress=())
        assert not legend & set(texts(plain, tmp_path))

    def test_states_are_named_where_they_last_and_else_explained(self, tmp_path: Path) -> None:
        found = texts(JUDGED, tmp_path)
        assert {" calm", " urgent", " uneasy"} <= set(found)
        short = replace(JUDGED, duration=1000.0)
        assert {"calm", "urgent", " uneasy"} <= set(texts(short, tmp_path))

    def test_moments_are_numbered_in_the_picture_and_told_below(self, tmp_path: Path) -> None:
        found = texts(JUDGED, tmp_path)
        assert found.count("❶") == found.count("❷") == 1
        assert "❶ 0:21 worst: urgent, score 93 %, “I am old, this is an emergency!”" in found

    def test_an_hour_has_hours(self, tmp_path: Path) -> None:
        found = texts(replace(JUDGED, duration=3700.0), tmp_path)
        assert {"0:00", "10:00", "1:00:00"} <= set(found)

    def test_dollars_are_no_formula(self, tmp_path: Path) -> None:
        turn = replace(JUDGED.course[0], turning_point=None)
        said = replace(JUDGED.utterances[3], text="$50 or $80")
        call = replace(JUDGED, path="$a_b$.wav", course=(turn,), utterances=(*JUDGED.utterances[:3], said))
        found = texts(call, tmp_path)
        assert any(text.startswith("$a_b$.wav") for text in found)
        assert any("“$50 or $80”" in text for text in found)

    def test_signs_that_the_font_has_not_are_replaced(self, tmp_path: Path) -> None:
        assert any(text.startswith("�.wav") for text in texts(replace(JUDGED, path="電.wav"), tmp_path))

    def test_a_long_name_is_cut_in_its_middle(self, tmp_path: Path) -> None:
        (title,) = [text for text in texts(replace(JUDGED, path="a" * 150 + "z.wav"), tmp_path) if "aaa" in text]
        assert "…" in title
        assert "z.wav  ·" in title
        assert len(title) < 130


class TestWithoutMood:
    WHY = "who speaks is unknown"

    def test_unknown_roles_are_channels_and_the_reason_is_told(self, tmp_path: Path) -> None:
        omitted = (Omission("text_emotion", self.WHY, "--roles agent,customer"), Omission("distress", self.WHY))
        found = texts(replace(unknown(JUDGED), omitted=omitted), tmp_path)
        assert {"channel 0", "channel 1"} <= set(found)
        assert f"not computed: text emotion: {self.WHY} (--roles agent,customer)" in found
        assert not {"mood", "distress of", "-5"} & set(found)

    def test_one_channel_is_speech(self, tmp_path: Path) -> None:
        found = texts(unknown(JUDGED, channels=1), tmp_path)
        assert "speech" in found
        assert any(text.startswith("not computed: mood and distress") for text in found)

    def test_one_party_on_one_channel_has_its_role(self, tmp_path: Path) -> None:
        alone = tuple(replace(one, channel=0, role="customer") for one in JUDGED.utterances)
        assert "customer" in texts(replace(JUDGED, channels=1, utterances=alone), tmp_path)

    def test_mood_alone_has_no_distress(self, tmp_path: Path) -> None:
        silent = tuple(replace(one, distress=None) for one in JUDGED.utterances)
        found = texts(replace(JUDGED, utterances=silent, distress=()), tmp_path)
        assert "mood" in found
        assert "distress of" not in found
        assert any("worst mood" in text for text in found)

    def test_distress_alone_has_no_mood(self, tmp_path: Path) -> None:
        wordless = tuple(replace(one, text_emotion=None) for one in JUDGED.utterances)
        found = texts(replace(JUDGED, utterances=wordless, course=()), tmp_path)
        assert "distress of" in found
        assert "mood" not in found

    @pytest.mark.parametrize("duration", [0.0, 0.5, 30.0])
    def test_an_empty_call_is_an_empty_picture(self, duration: float, tmp_path: Path) -> None:
        empty = replace(unknown(JUDGED), utterances=(), duration=duration)
        assert "0:00" in texts(empty, tmp_path)

    def test_two_customers_have_panels_of_their_own(self, tmp_path: Path) -> None:
        def moved(one: Utterance) -> Utterance:
            return replace(one, channel=2) if one.channel == 1 and one.start > 20 else one

        found = texts(replace(JUDGED, channels=3, utterances=tuple(map(moved, JUDGED.utterances))), tmp_path)
        assert {"channel 1", "channel 2", "mood", "distress of"} <= set(found)
