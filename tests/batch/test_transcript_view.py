"""The transcript as a reader sees it."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from stimmung.batch.transcript_view import PLAIN_WIDTH, transcript, transcript_text
from stimmung.calls.records import CallAnalysis, Omission, UsedModel
from stimmung.speech.records import (
    CallInfo,
    DistressScore,
    DistressState,
    Event,
    Polarity,
    TextEmotionScore,
    Utterance,
    VoiceEmotionScore,
)


def shown(analysis: CallAnalysis, took: float | None = None, width: int = 80) -> list[str]:
    """Return the lines of the transcript without colours."""
    console = Console(file=io.StringIO(), width=width, color_system=None)
    with console.capture() as capture:
        console.print(transcript(analysis, took))
    return [line.rstrip() for line in capture.get().splitlines()]


def coloured(analysis: CallAnalysis) -> str:
    console = Console(file=io.StringIO(), width=200, force_terminal=True, color_system="standard")
    with console.capture() as capture:
        console.print(transcript(analysis))
    return capture.get()


def line_with(lines: list[str], text: str) -> str:
    (found,) = [line for line in lines if text in line]
    return found


def utterance(channel: int, start: float, end: float, text: str, speaker: str = "") -> Utterance:
    return Utterance(channel, "unknown", speaker, start, end, text, "en", 0.9, (), ())


def call(
    *utterances: Utterance, events: tuple[Event, ...] = (), channels: int = 2, duration: float = 10.0
) -> CallAnalysis:
    return CallAnalysis("a.wav", duration, channels, "en", CallInfo(), events, utterances, ())


class TestTurns:
    def test_each_has_its_time_and_speaker_before_its_words(self, billing: CallAnalysis) -> None:
        lines = shown(billing, width=120)
        assert line_with(lines, "Stadtwerke").split()[:3] == ["0:00", "Agent", "Stadtwerke"]
        assert line_with(lines, "Rechnung").split()[:3] == ["0:04", "Customer", "Ja,"]

    def test_long_words_wrap_under_themselves(self, billing: CallAnalysis) -> None:
        lines = shown(billing, width=50)
        first = next(number for number, line in enumerate(lines) if "Stadtwerke" in line)
        column = lines[first].index("Stadtwerke")
        assert lines[first + 1][:column].strip() == ""
        assert lines[first + 1][column] != " "

    def test_no_word_is_lost_in_a_narrow_window(self, billing: CallAnalysis) -> None:
        text = " ".join(" ".join(shown(billing, width=40)).split())
        assert "Rechnung über zweihundert Euro" in text

    def test_they_come_by_time(self, billing: CallAnalysis) -> None:
        starts = [line.split()[0] for line in shown(billing, width=120) if ":" in line[:6] and line.startswith(" ")]
        assert starts == ["0:00", "0:04", "0:19", "0:24", "0:44", "0:49"]

    def test_channels_have_their_own_colours(self, billing: CallAnalysis) -> None:
        text = coloured(billing)
        assert "\x1b[36mAgent" in text
        assert "\x1b[33mCustomer" in text

    def test_unknown_speakers_are_told_apart_by_channel(self) -> None:
        lines = shown(call(utterance(0, 0, 1, "Hello"), utterance(1, 1, 2, "Hi")))
        assert line_with(lines, "Hello").split() == ["0:00", "Channel", "0", "Hello"]
        assert line_with(lines, "Hi").split() == ["0:01", "Channel", "1", "Hi"]

    def test_doubts_stand_behind_the_words(self, billing: CallAnalysis) -> None:
        doubtful = replace(billing.utterances[0], flags=("loop", "fast"))
        lines = shown(replace(billing, utterances=(doubtful,)), width=120)
        assert line_with(lines, "Stadtwerke").endswith("[NAME].  (loop, fast)")

    def test_words_are_never_read_as_markup(self) -> None:
        assert line_with(shown(call(utterance(0, 0, 1, "a [red]b[/red] [/] c"))), "0:00").endswith(
            "a [red]b[/red] [/] c"
        )


class TestBetween:
    def test_music_is_a_line_of_its_own(self, billing: CallAnalysis) -> None:
        lines = shown(billing)
        music = line_with(lines, "♪")
        assert music.split() == ["0:24", "♪", "music", "on", "channel", "1,", "20", "s"]
        assert (
            lines.index(line_with(lines, "Einen Moment")) < lines.index(music) < lines.index(line_with(lines, "Geduld"))
        )

    def test_music_in_a_mono_call_names_no_channel(self) -> None:
        assert line_with(shown(call(channels=1, events=(Event("tone", 0, 1, 3),))), "♪").endswith("♪ tone, 2 s")

    def test_long_silence_is_told_in_between_and_at_the_end(self, billing: CallAnalysis) -> None:
        assert [line.strip() for line in shown(billing) if "silence" in line] == [
            "··· 5 s silence ···",
            "··· 39 s silence ···",
        ]

    def test_silence_before_the_first_word_is_told(self) -> None:
        lines = shown(call(utterance(0, 4, 10, "Hello")))
        assert lines.index(line_with(lines, "4 s silence")) < lines.index(line_with(lines, "Hello"))

    def test_short_pauses_and_music_are_no_silence(self) -> None:
        talk = call(utterance(0, 0, 2, "a"), utterance(1, 4.9, 6, "b"), events=(Event("music", 0, 6, 9),))
        assert [line for line in shown(talk) if "silence" in line] == []

    def test_a_turn_inside_a_longer_one_ends_no_speech(self) -> None:
        talk = call(utterance(0, 0, 9, "long"), utterance(1, 1, 2, "yes"), utterance(1, 9.5, 10, "no"))
        assert [line for line in shown(talk) if "silence" in line] == []


class TestOverlap:
    def test_both_speakers_are_marked_and_the_mark_is_explained(self, billing: CallAnalysis) -> None:
        lines = shown(billing)
        marked = [line.split()[2] for line in lines if line.split()[1:2] == ["║"]]
        assert marked == ["Agent", "Customer"]
        assert "║ several speak at the same time" in lines

    def test_a_quick_reply_is_none(self) -> None:
        lines = shown(call(utterance(0, 0, 2, "a"), utterance(1, 1.8, 3, "b")))
        assert [line for line in lines if "║" in line] == []

    def test_one_speaker_never_overlaps_with_himself(self) -> None:
        lines = shown(call(utterance(0, 0, 2, "a"), utterance(0, 1, 3, "b")))
        assert [line for line in lines if "║" in line] == []

    def test_two_speakers_on_one_channel_can(self) -> None:
        lines = shown(call(utterance(0, 0, 2, "a", "Ann"), utterance(0, 1, 3, "b", "Bob"), channels=1))
        assert len([line for line in lines if line.split()[1:2] == ["║"]]) == 2

    def test_an_early_long_turn_is_marked_by_a_late_reply(self) -> None:
        talk = call(utterance(0, 0, 9, "a"), utterance(0, 3, 4, "b"), utterance(1, 8, 9.5, "c"))
        assert [line.split()[-1] for line in shown(talk) if line.split()[1:2] == ["║"]] == ["a", "c"]


def feels(emotions: dict[str, float], polarity: Polarity = "negative", score: float = -0.84) -> TextEmotionScore:
    return TextEmotionScore(polarity, score, {}, emotions, {}, True)


class TestMood:
    def mood_line(self, score: TextEmotionScore) -> str:
        talk = call(utterance(0, 0, 1, "Hello"), replace(utterance(1, 1, 2, "Hi"), text_emotion=score))
        return line_with(shown(talk), "Hi")

    def test_stands_behind_the_words_from_minus_five_to_five_with_the_likeliest_emotion(self) -> None:
        assert self.mood_line(feels({"anger": 0.9, "sadness": 0.7})).endswith("Hi  -4.2 anger")

    def test_an_emotion_that_is_unlikely_is_not_named(self) -> None:
        assert self.mood_line(feels({"anger": 0.2})).endswith("Hi  -4.2")
        assert self.mood_line(feels({"anger": 0.4, "neutral": 0.5})).endswith("Hi  -4.2")
        assert self.mood_line(feels({})).endswith("Hi  -4.2")

    def test_neutral_is_no_emotion(self) -> None:
        assert self.mood_line(feels({"neutral": 0.9, "joy": 0.2}, "neutral", 0.04)).endswith("Hi  +0.2")

    def test_who_has_none_gets_none(self) -> None:
        assert line_with(shown(call(utterance(0, 0, 1, "Hello"))), "Hello").endswith("Hello")


class TestVoice:
    ANGRY = VoiceEmotionScore(0.6, -0.5, {"anger": 0.8, "neutral": 0.1})

    def talk(self, *scores: VoiceEmotionScore | None) -> CallAnalysis:
        hi = replace(utterance(1, 1, 2, "Hi"), text_emotion=feels({}))
        return call(utterance(0, 0, 1, "Hello"), *(replace(hi, voice_emotion=score) for score in scores))

    def test_stands_behind_the_mood_of_the_words(self) -> None:
        assert line_with(shown(self.talk(self.ANGRY)), "Hi").endswith("Hi  -4.2  voice: angry, aroused +0.6")

    def test_is_explained_where_it_stands_and_only_there(self) -> None:
        legend = "voice: how it sounds, and its arousal from -1 (calm) to +1 (aroused); ? not certain"
        assert legend in shown(self.talk(self.ANGRY), width=100)
        assert legend in transcript_text(self.talk(replace(self.ANGRY, uncertain=True)))
        assert not any("voice:" in line for line in shown(self.talk(None), took=1))

    def test_who_has_none_gets_none(self) -> None:
        assert line_with(shown(self.talk(self.ANGRY)), "Hello").endswith("Hello")


class TestDistress:
    def talk(self, *states: DistressState) -> CallAnalysis:
        said = (replace(utterance(1, n, n + 0.9, "Hi"), distress=DistressScore(0.5, s)) for n, s in enumerate(states))
        return call(*said, replace(utterance(0, 5, 6, "Hello")), duration=6.0)

    def test_is_marked_beside_the_time_from_uneasy_on(self) -> None:
        lines = shown(self.talk("unknown", "calm", "uneasy", "distressed", "urgent"))
        marks = [line.split()[1] for line in lines if line.endswith("Hi")]
        assert marks == ["Channel", "Channel", "○", "●", "▲"]

    def test_marks_have_a_column_of_their_own(self) -> None:
        lines = shown(self.talk("calm", "urgent"))
        assert len({line.index("Channel") for line in lines if "Channel" in line}) == 1

    def test_overlap_stands_beside_it(self) -> None:
        caller = replace(utterance(1, 0, 4, "Hi"), distress=DistressScore(0.9, "urgent"))
        lines = shown(call(caller, utterance(0, 2, 6, "Hello"), duration=6.0))
        assert line_with(lines, "Hi").split()[1] == "▲║"
        assert line_with(lines, "Hello").index("║") == line_with(lines, "Hi").index("║")
        assert "▲ urgent  ║ several speak at the same time" in lines

    def test_marks_are_explained_where_there_are_any(self) -> None:
        assert "○ uneasy  ▲ urgent" in shown(self.talk("uneasy", "urgent"))
        assert not any("calm" in line for line in shown(self.talk("calm")))


class TestFoot:
    def test_tells_time_speed_and_model(self, billing: CallAnalysis) -> None:
        assert shown(billing, took=4.2)[-1] == "4.2 s · 22 × real time · Whisper base"

    def test_slow_machines_get_a_decimal(self, billing: CallAnalysis) -> None:
        assert "0.5 × real time" in shown(billing, took=184.8)[-1]

    def test_of_several_models_the_one_that_was_chosen(self, billing: CallAnalysis) -> None:
        both = replace(billing, models=(UsedModel("speech_detection", "own", "y"), *billing.models))
        assert shown(both, took=1)[-1].endswith("real time · Whisper base")

    def test_what_the_summary_says_is_not_said_again(self) -> None:
        unknown = Omission("text_emotion", "who speaks is unknown", "--roles agent,customer")
        talk = replace(call(utterance(0, 0, 1, "Hello"), utterance(1, 1, 2, "Hi")), omitted=(unknown,))
        assert len([line for line in shown(talk, took=1) if "--roles" in line]) == 1
        twin = replace(talk, dual_mono=True)
        assert len([line for line in shown(twin, took=1) if "same signal" in line]) == 1


class TestPlain:
    def test_the_same_run_gives_the_same_text(self, billing: CallAnalysis) -> None:
        text = transcript_text(billing)
        assert "real time" not in text
        assert "\x1b" not in text
        assert "Stadtwerke" in text
        assert text.endswith("\n")
        assert max(map(len, text.splitlines())) <= PLAIN_WIDTH
        assert [line for line in text.splitlines() if line != line.rstrip()] == []

    def test_the_users_terminal_has_no_say(self, billing: CallAnalysis, monkeypatch: pytest.MonkeyPatch) -> None:
        before = transcript_text(billing)
        monkeypatch.setenv("COLUMNS", "30")
        monkeypatch.setenv("FORCE_COLOR", "1")
        assert transcript_text(billing) == before

    def test_an_empty_call_says_so_by_its_silence(self) -> None:
        assert "10 s silence" in transcript_text(call())
