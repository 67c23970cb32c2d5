"""The whole pipeline with small engines: whose words, in which order, and what of a recording is no speech."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.calls.consent import DEPLOYMENT, consenting
from tests.calls.toy_distress import MODEL, judge
from tests.calls.toy_redaction import ToyRedactor
from tests.speech import sounds

from stimmung.calls.analysis import Instructions, Recording, analyze, analyze_audio
from stimmung.calls.records import CallAnalysis
from stimmung.models.hub import Located
from stimmung.models.voice_lazy import LazyVoiceModel
from stimmung.speech.engines import Engines, TranscriptionOptions, VoiceEmotion, ignore
from stimmung.speech.errors import AudioError, CallInfoError, SettingsError
from stimmung.speech.fakes import FakeDetector, FakeTranscriber, FakeVoiceEmotion, fake_engines, loud
from stimmung.speech.records import SAMPLE_RATE, Audio, CallInfo, Role, Samples, Utterance, Window

ROLES: tuple[Role, ...] = ("agent", "customer")


class Listening(FakeTranscriber):
    """Remembers what it was given to hear."""

    def __init__(self) -> None:
        super().__init__()
        self.windows: list[Window] = []
        self.options: list[TranscriptionOptions] = []

    def transcribe(
        self, windows: Sequence[Window], options: TranscriptionOptions, heard: Callable[[Window], None] = ignore
    ) -> list[tuple[Utterance, ...]]:
        self.windows += windows
        self.options.append(options)
        return super().transcribe(windows, options, heard)


def nothing(done: float, duration: float) -> None:
    """Show no progress."""


def talk(*turns: tuple[float, float], seconds: float = 20.0, seed: int = 0) -> Samples:
    """Return a channel with loud sound from start to end of each turn."""
    sound = sounds.silence(seconds)
    noise = sounds.noise(seconds, level=0.1, seed=seed)
    for start, end in turns:
        part = slice(round(start * SAMPLE_RATE), round(end * SAMPLE_RATE))
        sound[part] = noise[part]
    return sound


def hear(
    audio: Audio,
    info: CallInfo | None = None,
    engines: Engines | None = None,
    options: TranscriptionOptions | None = None,
    progress: Callable[[float, float], None] = nothing,
) -> CallAnalysis:
    instructions = Instructions(ToyRedactor(), options or TranscriptionOptions(), DEPLOYMENT, judge())
    info = info or consenting(*ROLES)
    return analyze_audio(audio, "call.wav", info, engines or fake_engines(), instructions, progress).analysis


def turns(found: CallAnalysis) -> list[tuple[str, float]]:
    return [(utterance.role, round(utterance.start)) for utterance in found.utterances]


TWO = sounds.audio(talk((1, 3), (9, 11), seed=1), talk((5, 7), (13, 15), seed=2))


def test_the_turns_of_both_channels_stand_in_the_order_of_time() -> None:
    found = hear(TWO)
    assert turns(found) == [("agent", 1), ("customer", 5), ("agent", 9), ("customer", 13)]
    assert [utterance.role for utterance in found.utterances] == ["agent", "customer"] * 2
    assert [utterance.channel for utterance in found.utterances] == [0, 1, 0, 1]


@pytest.mark.parametrize("roles", [("agent", "customer"), ("unknown", "customer"), ("agent", "unknown"), ()])
def test_what_was_pooled_of_a_voice_that_is_not_the_customers_is_dropped(roles: tuple[Role, ...]) -> None:
    found = hear(TWO, consenting(*roles))
    assert [utterance.voice_features is not None for utterance in found.utterances] == [
        utterance.role == "customer" for utterance in found.utterances
    ]


def test_voices_over_each_other_keep_their_channels_and_the_earlier_goes_first() -> None:
    found = hear(sounds.audio(talk((2, 6), seed=1), talk((1, 7), seed=2)))
    assert turns(found) == [("customer", 1), ("agent", 2)]


def test_voices_that_begin_together_are_ordered_by_channel() -> None:
    found = hear(sounds.audio(talk((2, 6), seed=1), talk((2, 7), seed=2)))
    assert [utterance.channel for utterance in found.utterances] == [0, 1]


def test_turns_are_where_the_sound_is() -> None:
    found = hear(TWO)
    edges = [(utterance.start, utterance.end) for utterance in found.utterances]
    for (start, end), truth in zip(edges, [(1, 3), (5, 7), (9, 11), (13, 15)], strict=True):
        assert start == pytest.approx(truth[0], abs=0.05)
        assert end == pytest.approx(truth[1], abs=0.05)


def test_channels_without_roles_are_told_apart_by_number() -> None:
    found = hear(TWO, CallInfo())
    assert {(u.channel, u.role) for u in found.utterances} == {(0, "unknown"), (1, "unknown")}


def test_nobody_is_given_a_name_by_their_channel() -> None:
    assert {utterance.speaker for utterance in hear(TWO).utterances} == {""}


def test_one_role_alone_names_its_channel() -> None:
    found = hear(TWO, CallInfo(roles=("agent",)))
    assert {(u.channel, u.role) for u in found.utterances} == {(0, "agent"), (1, "unknown")}


def test_a_recording_of_one_channel_may_hold_anyone() -> None:
    found = hear(sounds.audio(talk((1, 3))), CallInfo())
    assert turns(found) == [("unknown", 1)]
    assert found.channels == 1


def test_a_recording_of_one_channel_may_be_named() -> None:
    found = hear(sounds.audio(talk((1, 3))), CallInfo(roles=("customer",)))
    assert turns(found) == [("customer", 1)]


def test_a_signal_on_both_channels_is_heard_once_and_nobody_knows_whose_it_is() -> None:
    voice = talk((1, 3), (9, 11))
    found = hear(sounds.audio(voice, voice))
    assert [(u.role, u.channel) for u in found.utterances] == [("unknown", 0)] * 2
    assert found.channels == 2


def test_more_roles_than_channels_are_refused() -> None:
    three = CallInfo(roles=("agent", "customer", "customer"))
    with pytest.raises(CallInfoError, match="3 roles"):
        hear(sounds.audio(talk((1, 3)), talk((4, 6))), info=three)


def test_roles_by_channel_say_nothing_about_a_recording_of_one_channel() -> None:
    found = hear(sounds.audio(talk((1, 3))), info=CallInfo(roles=("agent", "customer")))
    assert {utterance.role for utterance in found.utterances} == {"unknown"}


# silence and music


@pytest.mark.parametrize("seconds", [0.0, 0.01, 1.0, 20.0])
def test_a_silent_recording_has_no_utterances(seconds: float) -> None:
    seen: list[tuple[float, float]] = []
    found = hear(sounds.audio(sounds.silence(seconds), sounds.silence(seconds)), progress=lambda *now: seen.append(now))
    assert found.utterances == ()
    assert found.events == ()
    assert found.duration == pytest.approx(seconds)
    assert seen[-1] == (found.duration, found.duration)


def test_nothing_is_given_to_the_recogniser_but_windows_of_speech() -> None:
    listening = Listening()
    hear(TWO, engines=Engines(FakeDetector(), listening))
    heard = sum(window.duration for window in listening.windows)
    assert 8.0 <= heard <= 8.0 + 4 * 0.4 + 0.1
    assert {window.channel for window in listening.windows} == {0, 1}


def test_hold_music_is_an_event_and_no_words() -> None:
    customer = np.concatenate([talk((1, 4), seconds=6), sounds.chords(10), talk((2, 5), seconds=6)])
    found = hear(sounds.audio(talk((20, 21), seconds=22, seed=4), customer))
    (event,) = found.events
    assert (event.kind, event.channel) == ("music", 1)
    assert event.start == pytest.approx(6, abs=0.5)
    assert event.end == pytest.approx(16, abs=0.5)
    assert turns(found) == [("customer", 1), ("customer", 18), ("agent", 20)]
    assert all(u.end <= event.start or u.start >= event.end for u in found.utterances)


def test_words_right_behind_the_music_do_not_reach_into_it() -> None:
    channel = np.concatenate([sounds.chords(10), talk((0, 3), seconds=15)])
    found = hear(sounds.audio(channel), CallInfo())
    music = next(event for event in found.events if event.kind == "music")
    assert found.utterances
    assert all(word.start >= music.end - 1e-6 for utterance in found.utterances for word in utterance.words)


def test_music_on_one_channel_takes_no_words_from_the_other() -> None:
    music = np.concatenate([sounds.chords(10), sounds.silence(10)])
    found = hear(sounds.audio(music, talk((3, 6), (9, 11))))
    assert [turn for turn in turns(found) if turn[0] == "customer"] == [("customer", 3), ("customer", 9)]
    assert {event.channel for event in found.events} == {0}


def test_a_ring_tone_before_the_call_is_an_event() -> None:
    ringing = np.concatenate([sounds.cadence(2, 1.0, 4.0, 425.0), talk((1, 4), seconds=10)])
    found = hear(sounds.audio(ringing), CallInfo())
    assert [event.kind for event in found.events] == ["tone"]
    assert turns(found) == [("unknown", 11)]


# progress, language, models


def test_progress_grows_to_the_duration() -> None:
    seen: list[tuple[float, float]] = []
    long = sounds.audio(*(talk(*((s, s + 4) for s in range(1, 110, 10)), seconds=120, seed=n) for n in (1, 2)))
    hear(long, progress=lambda *now: seen.append(now))
    done = [now for now, _ in seen]
    assert done == sorted(done)
    assert len(set(done)) > 4
    assert done[0] > 0.0
    assert done[-1] == 120.0
    assert max(done) <= 120.0 + 1e-6
    assert {duration for _, duration in seen} == {120.0}


def asked(info: CallInfo, allowed: tuple[str, ...] = ("de", "en")) -> TranscriptionOptions:
    """Return the options that reach the recogniser."""
    listening = Listening()
    options = TranscriptionOptions(allowed, beam_size=3, hotwords="Birkenhof")
    hear(TWO, replace(info, roles=ROLES), Engines(FakeDetector(), listening), options)
    return listening.options[0]


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", ("en",)), ("de", ("de",)), (None, ("de", "en")), ("fr", ("de", "en"))],
)
def test_a_language_that_is_known_is_not_guessed(language: str | None, expected: tuple[str, ...]) -> None:
    assert asked(CallInfo(language=language)) == TranscriptionOptions(expected, beam_size=3, hotwords="Birkenhof")


def test_the_language_that_was_heard_is_the_calls() -> None:
    found = hear(TWO, CallInfo(language="en", roles=ROLES))
    assert found.language == "en"
    assert {utterance.language for utterance in found.utterances} == {"en"}


def test_a_silent_call_has_a_language_only_where_it_is_certain() -> None:
    silent = sounds.audio(sounds.silence(3))
    assert hear(silent, CallInfo()).language == ""
    assert hear(silent, CallInfo(language="de")).language == "de"
    assert hear(silent, CallInfo(), options=TranscriptionOptions(("en",))).language == "en"


def test_the_models_that_took_part_are_named() -> None:
    engines = fake_engines()
    found = hear(TWO, engines=engines)
    assert [(model.task, model.name, model.sha256) for model in found.models] == [
        ("speech_detection", engines.detector.model.name, engines.detector.model.sha256),
        ("transcription", engines.transcriber.model.name, engines.transcriber.model.sha256),
        ("text_emotion", "fake-text-emotion", "2" * 64),
        ("voice_emotion", "fake-voice-emotion", "4" * 64),
        ("distress", "distress-de-en", MODEL.sha256),
    ]


def test_what_was_known_of_the_call_is_kept() -> None:
    info = CallInfo(call_id="17", roles=ROLES, metadata={"shop": "Nord"})
    found = hear(TWO, info)
    assert (found.info, found.path, found.duration) == (info, "call.wav", 20.0)


def test_the_same_recording_gives_the_same_turns_twice() -> None:
    once, again = hear(TWO), hear(TWO)
    assert [(u.start, u.end, u.text) for u in once.utterances] == [(u.start, u.end, u.text) for u in again.utterances]


def test_an_error_of_the_recogniser_reaches_the_caller() -> None:
    class Broken(FakeTranscriber):
        def transcribe(
            self, windows: Sequence[Window], options: TranscriptionOptions, heard: Callable[[Window], None] = ignore
        ) -> list[tuple[Utterance, ...]]:
            raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="out of memory"):
        hear(TWO, engines=Engines(FakeDetector(), Broken()))


# files


def pcm(path: Path, *channels: Samples) -> Path:
    """Write interleaved 16-bit samples without a header."""
    path.write_bytes((np.stack(channels, axis=1) * 32767).astype("<i2").tobytes())
    return path


def listen(recording: Recording, info: CallInfo) -> CallAnalysis:
    return analyze(recording, info, fake_engines(), Instructions(ToyRedactor()), nothing).analysis


def test_a_recording_without_a_header_is_read_as_it_was_declared(tmp_path: Path) -> None:
    path = pcm(tmp_path / "call.raw", talk((1, 3), seed=1), talk((5, 7), seed=2))
    found = listen(Recording((path,), "s16le:16000:2"), CallInfo(roles=ROLES))
    assert turns(found) == [("agent", 1), ("customer", 5)]
    assert found.path == str(path)


def test_two_files_of_one_call_are_a_channel_each(tmp_path: Path) -> None:
    files = tuple(
        pcm(tmp_path / name, talk(turn, seed=turn[0])) for name, turn in (("a.raw", (1, 3)), ("b.raw", (5, 7)))
    )
    found = listen(Recording(files, "s16le:16000:1"), CallInfo(roles=ROLES))
    assert turns(found) == [("agent", 1), ("customer", 5)]


def test_a_recording_that_cannot_be_read_is_an_audio_error(tmp_path: Path) -> None:
    (tmp_path / "call.wav").write_bytes(b"no sound at all")
    with pytest.raises(AudioError, match=r"call\.wav"):
        listen(Recording((tmp_path / "call.wav",)), CallInfo())


def test_a_raw_format_that_makes_no_sense_is_a_settings_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        listen(Recording((pcm(tmp_path / "call.raw", loud(1)),), "s16le:fast"), CallInfo())


class TestMoods:
    def test_the_customers_words_are_scored_and_the_model_is_named(self) -> None:
        analysis = hear(TWO, engines=fake_engines(("danke",)))
        assert {one.role: one.text_emotion is not None for one in analysis.utterances} == {
            "agent": False,
            "customer": True,
        }
        assert [used.name for used in analysis.models if used.task == "text_emotion"] == ["fake-text-emotion"]
        assert analysis.omitted == ()

    def test_without_roles_nothing_is_scored_and_no_model_had_a_part(self) -> None:
        analysis = hear(TWO, CallInfo())
        assert [one.text_emotion for one in analysis.utterances if one.text_emotion] == []
        assert [used.task for used in analysis.models] == ["speech_detection", "transcription"]
        assert [one.what for one in analysis.omitted] == ["text_emotion", "voice_emotion", "distress"]

    def test_without_a_text_model_the_rest_of_the_work_is_the_same(self) -> None:
        analysis = hear(TWO, engines=Engines(FakeDetector(), FakeTranscriber()))
        assert analysis.utterances
        assert [one.what for one in analysis.omitted] == ["text_emotion", "voice_emotion", "distress"]


class TestDistress:
    def test_of_the_customer_is_judged_and_nobody_elses(self) -> None:
        analysis = hear(TWO, engines=fake_engines(("frechheit",)))
        assert {one.role: one.distress is not None for one in analysis.utterances} == {"agent": False, "customer": True}
        (caller,) = analysis.distress
        assert caller.channel == 1
        assert caller.peak is not None
        assert caller.peak.state == "urgent"
        assert [used.name for used in analysis.models if used.task == "distress"] == ["distress-de-en"]

    @pytest.mark.parametrize("roles", [(), ("agent", "unknown"), ("agent", "agent")])
    def test_is_nobodys_where_nobody_is_known_to_be_the_customer(self, roles: tuple[Role, ...]) -> None:
        analysis = hear(TWO, consenting(*roles), fake_engines(("frechheit",)))
        assert analysis.distress == ()
        assert not any(one.distress for one in analysis.utterances)
        assert "distress" not in [used.task for used in analysis.models]
        assert "distress" in [one.what for one in analysis.omitted]

    def test_is_told_to_be_missing_where_no_judge_was_given(self) -> None:
        instructions = Instructions(ToyRedactor(), deployment=DEPLOYMENT)
        analysis = analyze_audio(TWO, "call.wav", consenting(*ROLES), fake_engines(), instructions, nothing).analysis
        assert (analysis.distress, [one.distress for one in analysis.utterances]) == ((), [None] * 4)
        assert [(one.what, one.why) for one in analysis.omitted] == [("distress", "no distress model was given")]
        assert "distress" not in [used.task for used in analysis.models]


class TestVoices:
    def test_the_customers_voice_is_scored_and_the_model_is_named(self) -> None:
        analysis = hear(TWO)
        assert [(one.role, one.voice_emotion is not None) for one in analysis.utterances] == [
            ("agent", False), ("customer", True), ("agent", False), ("customer", True),
        ]  # fmt: skip
        assert [used.name for used in analysis.models if used.task == "voice_emotion"] == ["fake-voice-emotion"]

    @pytest.mark.parametrize("roles", [("agent", "customer"), ("customer", "agent")])
    def test_of_the_agents_channel_not_one_sample_reaches_the_model(self, roles: tuple[Role, ...]) -> None:
        voices = FakeVoiceEmotion()
        hear(TWO, consenting(*roles), replace(fake_engines(), voice_emotion=voices))
        own = TWO.samples[roles.index("customer")]
        assert len(voices.heard) == 2
        for voice in voices.heard:
            assert np.shares_memory(voice.samples, own)
            assert not np.shares_memory(voice.samples, TWO.samples[roles.index("agent")])

    def test_it_gets_what_the_recogniser_made_of_the_same_speech(self) -> None:
        voices = FakeVoiceEmotion()
        analysis = hear(TWO, engines=replace(fake_engines(), voice_emotion=voices))
        customer = [one for one in analysis.utterances if one.role == "customer"]
        for voice, utterance in zip(voices.heard, customer, strict=True):
            assert voice.states is utterance.voice_features
            assert voice.speech.duration == pytest.approx(utterance.duration)

    @pytest.mark.parametrize(
        ("audio", "roles"),
        [(TWO, ()), (TWO, ("agent", "unknown")), (sounds.audio(TWO.samples[0]), ROLES), (TWO, ("agent", "agent"))],
    )
    def test_where_nobody_is_known_to_be_the_customer_no_voice_is_cut(self, audio: Audio, roles: tuple[Role]) -> None:
        voices = FakeVoiceEmotion()
        analysis = hear(audio, consenting(*roles), replace(fake_engines(), voice_emotion=voices))
        assert voices.heard == []
        assert "voice_emotion" not in [used.task for used in analysis.models]
        assert "voice_emotion" in [one.what for one in analysis.omitted]

    def test_one_signal_on_both_channels_is_nobodys_voice(self) -> None:
        voices = FakeVoiceEmotion()
        hear(sounds.audio(TWO.samples[1], TWO.samples[1]), engines=replace(fake_engines(), voice_emotion=voices))
        assert voices.heard == []

    def test_a_customer_alone_on_a_mono_recording_is_heard(self) -> None:
        analysis = hear(sounds.audio(TWO.samples[1]), consenting("customer"))
        assert all(one.voice_emotion for one in analysis.utterances)

    def test_without_a_basis_nothing_is_heard_the_model_is_not_loaded_and_it_is_said_why(self) -> None:
        def load() -> VoiceEmotion:
            raise AssertionError("loaded")

        lazy = LazyVoiceModel(Located("heard-by-nobody", Path("nowhere"), "folder", "0" * 64), load)
        engines = replace(fake_engines(("danke",)), voice_emotion=lazy)
        instructions = Instructions(ToyRedactor())
        analysis = analyze_audio(TWO, "call.wav", consenting(*ROLES), engines, instructions, nothing).analysis
        assert [one.role for one in analysis.utterances if one.text_emotion] == ["customer", "customer"]
        assert not any(one.voice_emotion or one.voice_features is not None for one in analysis.utterances)
        assert [(one.what, one.remedy) for one in analysis.omitted] == [
            ("voice_emotion", "policy.purpose and policy.legal_basis in the settings"),
            ("distress", "policy.purpose and policy.legal_basis in the settings"),
        ]

    def test_a_notice_in_the_only_language_that_is_expected_is_enough(self) -> None:
        german = replace(DEPLOYMENT, notice_en="")
        for languages, heard in ((("de",), True), (("de", "en"), False), (("en",), False)):
            instructions = Instructions(ToyRedactor(), TranscriptionOptions(languages), german)
            analysis = analyze_audio(
                TWO, "call.wav", consenting(*ROLES), fake_engines(), instructions, nothing
            ).analysis
            assert any(one.voice_emotion for one in analysis.utterances) == heard

    def test_the_policy_of_the_call_is_told(self) -> None:
        policy = hear(TWO).policy
        assert policy is not None
        assert policy.deployment == DEPLOYMENT
        assert [(one.channel, one.role, one.certainty) for one in policy.parties] == [
            (0, "agent", 1.0), (1, "customer", 1.0),
        ]  # fmt: skip
        assert [one.permissions.voice_emotion.allowed for one in policy.parties] == [False, True]
