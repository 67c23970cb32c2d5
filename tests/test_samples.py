"""The sample calls are what later steps take them for: telephone sound whose truth fits what can be heard."""

import dataclasses
import functools
import json
import subprocess
import sys
import tomllib
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import av
import numpy as np
import numpy.typing as npt
import pytest

from stimmung.speech.records import CallInfo, Consent, Direction, Role

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
RATE = 8_000  # Hz
NAMES = sorted(path.stem for path in SAMPLES.glob("*.flac"))
STEREO = [name for name in NAMES if not name.endswith("-mono")]
MONO = [name for name in NAMES if name.endswith("-mono")]
NEAR = 0.05  # s: how far the truth may lie from the sound
MEBIBYTE = 2**20

Json = dict[str, Any]  # Any: JSON
Sound = npt.NDArray[np.int16]


@functools.cache
def sound(name: str) -> Sound:
    """Decode a recording to int16 of shape (channels, samples)."""
    with av.open(str(SAMPLES / f"{name}.flac")) as container:
        (stream,) = container.streams.audio
        assert stream.rate == RATE
        frames = [frame.to_ndarray() for frame in container.decode(stream)]
        assert {frame.dtype for frame in frames} == {np.dtype(np.int16)}
        return np.asarray(np.concatenate(frames, axis=1).reshape(-1, stream.channels).T, np.int16)


@functools.cache
def truth(name: str) -> Json:
    content: Json = json.loads((SAMPLES / f"{name}.truth.json").read_text(encoding="utf-8"))
    return content


@functools.cache
def sidecar(name: str) -> Json:
    content: Json = json.loads((SAMPLES / f"{name}.call.json").read_text(encoding="utf-8"))
    return content


@functools.cache
def script(name: str) -> Json:
    return tomllib.loads((SAMPLES / "scripts" / f"{name.removesuffix('-mono')}.toml").read_text(encoding="utf-8"))


def parts(name: str) -> list[Json]:
    """All that is heard in a call: the pieces of its utterances, and its music, each with its channel."""
    pieces = [piece | {"channel": u["channel"]} for u in truth(name)["utterances"] for piece in u["pieces"]]
    return [*pieces, *truth(name)["events"]]


def heard(name: str, span: Json, margin: float = 0.0) -> Sound:
    """The samples of a span of the truth, on its own channel."""
    start, end = max(0, round((span["start"] - margin) * RATE)), round((span["end"] + margin) * RATE)
    return sound(name)[span["channel"], start:end]


def quiet(name: str) -> npt.NDArray[np.bool_]:
    """Where the truth says that a channel is silent, `NEAR` from everything; shape (channels, samples)."""
    mask = np.ones(sound(name).shape, np.bool_)
    for part in parts(name):
        mask[part["channel"], max(0, round((part["start"] - NEAR) * RATE)) : round((part["end"] + NEAR) * RATE)] = False
    return mask


def level(samples: npt.NDArray[Any]) -> float:
    """RMS in dBFS."""
    return float(20 * np.log10(np.sqrt(np.mean(np.square(samples / 32768)))))


def clean(names: list[str]) -> list[str]:
    return [name for name in names if truth(name)["line_noise_dbfs"] is None]


def noisy(names: list[str]) -> list[str]:
    return [name for name in names if truth(name)["line_noise_dbfs"] is not None]


def overlaps(name: str) -> list[float]:
    """How long, in seconds, an utterance of one role goes on in another one's."""
    spoken = truth(name)["utterances"]
    pairs = [(a, b) for i, a in enumerate(spoken) for b in spoken[i + 1 :] if a["role"] != b["role"]]
    return [o for a, b in pairs if (o := min(a["end"], b["end"]) - max(a["start"], b["start"])) > 0]


def pauses(name: str) -> list[float]:
    """Stretches in which both are silent, in seconds."""
    spans = sorted((part["start"], part["end"]) for part in parts(name))
    ends = np.maximum.accumulate([end for _, end in spans])
    return [start - end for (start, _), end in zip(spans[1:], ends, strict=False) if start > end]


class TestTheSet:
    def test_three_german_and_three_english_calls_and_one_mix(self) -> None:
        languages = [truth(name)["language"] for name in STEREO]
        assert languages.count("de") >= 3
        assert languages.count("en") >= 3
        assert len(MONO) == 1

    def test_every_script_was_recorded_and_nothing_is_left_over(self) -> None:
        scripts = {path.stem for path in (SAMPLES / "scripts").glob("*.toml")}
        assert scripts == set(STEREO)
        for kind in ("call", "truth"):
            assert {path.name.removesuffix(f".{kind}.json") for path in SAMPLES.glob(f"*.{kind}.json")} == set(NAMES)

    def test_the_readme_tells_of_every_call(self) -> None:
        readme = (SAMPLES / "README.md").read_text(encoding="utf-8")
        assert [name for name in NAMES if f"| `{name}` |" not in readme] == []

    def test_it_is_small(self) -> None:
        files = [path for path in SAMPLES.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        assert sum(path.stat().st_size for path in files) <= 6 * MEBIBYTE

    def test_people_talk_into_each_other_in_at_least_two_calls(self) -> None:
        assert len([name for name in STEREO if max(overlaps(name), default=0) >= 0.3]) >= 2

    def test_long_silences_occur(self) -> None:
        assert len([name for name in STEREO if max(pauses(name)) > 3]) >= 3

    def test_some_calls_have_line_noise_and_most_have_none(self) -> None:
        assert len(noisy(STEREO)) >= 2
        assert len(clean(STEREO)) > len(noisy(STEREO))

    def test_one_call_has_hold_music_on_the_agents_channel(self) -> None:
        (event,) = [event for name in STEREO for event in truth(name)["events"]]
        assert (event["kind"], event["channel"]) == ("music", 0)
        assert 10 <= event["end"] - event["start"] <= 20

    def test_enough_single_words_stand_alone(self) -> None:
        words = [part for name in clean(STEREO) for part in parts(name) if len(part.get("text", "").split()) == 1]
        assert len(words) >= 15

    def test_consent_is_given_refused_and_left_open(self) -> None:
        consents = [sidecar(name).get("consent", "unknown") for name in STEREO]
        assert consents.count("refused") == 1
        assert consents.count("unknown") == 1
        assert consents.count("granted") == len(STEREO) - 2

    def test_what_search_is_to_find_is_said(self) -> None:
        said = {
            name: " ".join(u["text"] for u in truth(name)["utterances"] if u["role"] == "customer") for name in NAMES
        }
        assert "schon dreimal angerufen" in said["de-billing-angry"]
        assert "zweimal abgebucht" in said["de-billing-angry"]
        assert "kündigen" in said["de-cancellation"]
        assert "heating stopped" in said["en-vulnerable"]
        assert "internet has been down" in said["en-outage"]


@pytest.mark.parametrize("name", NAMES)
class TestTheSound:
    def test_it_lasts_as_long_as_the_truth_says_and_neither_too_long_nor_too_short(self, name: str) -> None:
        seconds = sound(name).shape[1] / RATE
        assert 45 <= seconds <= 120
        assert seconds == truth(name)["duration"]
        assert truth(name)["sample_rate"] == RATE

    def test_it_has_a_channel_a_speaker_or_one_for_both(self, name: str) -> None:
        expected = 1 if name in MONO else 2
        assert sound(name).shape[0] == truth(name)["channels"] == expected

    def test_it_went_through_g711(self, name: str) -> None:
        steps = [sign * (((2 * m + 33) << e) - 33) * 4 for sign in (1, -1) for e in range(8) for m in range(16)]
        assert set(np.unique(sound(name)).tolist()) <= set(steps)

    def test_it_is_within_the_telephones_band(self, name: str) -> None:
        # The lows that remain are µ-law's own noise: voices have most of their energy there before the line.
        power = np.square(np.abs(np.fft.rfft(sound(name) / 32768))).sum(axis=0)
        hertz = np.linspace(0, RATE / 2, power.shape[0])
        inside = power[(hertz > 300) & (hertz < 3400)].sum()
        assert power[hertz < 150].sum() < 1e-3 * inside
        assert power[hertz > 3600].sum() < 1e-3 * inside

    def test_it_does_not_clip(self, name: str) -> None:
        assert np.abs(sound(name).astype(int)).max() < 32_000


@pytest.mark.parametrize("name", NAMES)
class TestTheTruth:
    def test_its_texts_are_the_scripts(self, name: str) -> None:
        turns = [turn for turn in script(name)["turns"] if "text" in turn]
        for turn, said in zip(turns, truth(name)["utterances"], strict=True):
            pieces = [piece.strip() for piece in turn["text"].split("|")]
            assert (said["role"], said["mood"]) == (turn["role"], turn.get("mood", "neutral"))
            assert said["text"] == " ".join(pieces)
            assert [piece["text"] for piece in said["pieces"]] == pieces

    def test_roles_and_channels_agree(self, name: str) -> None:
        channels = {"agent": 0, "customer": 0 if name in MONO else 1}
        assert [u for u in truth(name)["utterances"] if u["channel"] != channels[u["role"]]] == []

    def test_everything_lies_inside_the_recording_and_in_order(self, name: str) -> None:
        starts = [u["start"] for u in truth(name)["utterances"]]
        assert starts == sorted(starts)
        for part in parts(name):
            assert 0.3 < part["start"] < part["end"] < truth(name)["duration"] - 0.3

    def test_an_utterance_spans_its_pieces(self, name: str) -> None:
        for said in truth(name)["utterances"]:
            assert said["start"] == said["pieces"][0]["start"]
            assert said["end"] == said["pieces"][-1]["end"]
            gaps = [b["start"] - a["end"] for a, b in pairwise(said["pieces"])]
            assert all(0.2 <= gap <= 0.7 for gap in gaps)

    def test_nobody_talks_into_their_own_words(self, name: str) -> None:
        for role in ("agent", "customer"):
            own = [u for u in truth(name)["utterances"] if u["role"] == role]
            assert all(a["end"] < b["start"] for a, b in pairwise(own))

    def test_speech_is_loud_where_it_is_said_to_be(self, name: str) -> None:
        for part in parts(name):
            assert level(heard(name, part)) > -36, part

    def test_a_piece_is_spoken_at_a_human_rate(self, name: str) -> None:
        for said in truth(name)["utterances"]:
            seconds = sum(piece["end"] - piece["start"] for piece in said["pieces"])
            assert 6 <= len(said["text"]) / seconds <= 22, said["text"]

    def test_entities_are_said_in_their_utterance(self, name: str) -> None:
        for said in truth(name)["utterances"]:
            assert [entity for entity in said["entities"] if entity["text"] not in said["text"]] == []


@pytest.mark.parametrize("name", clean(NAMES))
class TestCallsWithoutNoise:
    def test_there_is_digital_silence_where_nobody_speaks(self, name: str) -> None:
        assert not sound(name)[quiet(name)].any()

    def test_pieces_begin_and_end_where_the_sound_does(self, name: str) -> None:
        threshold = truth(name)["threshold"] * 32767
        for part in parts(name):
            if name in MONO and overlapped(name, part):
                continue
            start = max(0, part["start"] - NEAR)
            loud = np.flatnonzero(np.abs(heard(name, part, NEAR).astype(int)) > threshold)
            assert start + loud[0] / RATE == pytest.approx(part["start"], abs=0.002)
            assert start + (loud[-1] + 1) / RATE == pytest.approx(part["end"], abs=0.002)

    def test_pieces_stand_between_150_ms_of_digital_silence(self, name: str) -> None:
        for part in parts(name):
            if name in MONO and overlapped(name, part):
                continue
            around = heard(name, part, 0.15 + NEAR).astype(int)
            before, after = np.split(around, [around.shape[0] // 2])
            assert not before[: round(0.15 * RATE)].any()
            assert not after[-round(0.15 * RATE) :].any()


def overlapped(name: str, part: Json) -> bool:
    """Whether somebody else's sound is near a piece on its own channel: in a mix, mostly."""
    others = [other for other in parts(name) if other != part and other["channel"] == part["channel"]]
    margin = 0.2 + NEAR
    return any(o["start"] < part["end"] + margin and o["end"] > part["start"] - margin for o in others)


@pytest.mark.parametrize("name", noisy(NAMES))
class TestCallsWithNoise:
    def test_the_noise_is_as_loud_as_stated_and_never_stops(self, name: str) -> None:
        for channel, mask in zip(sound(name), quiet(name), strict=True):
            assert level(channel[mask]) == pytest.approx(truth(name)["line_noise_dbfs"], abs=1)
            hushed = np.concatenate([[True], channel != 0, [True]])
            assert np.diff(np.flatnonzero(hushed)).max() < 0.1 * RATE

    def test_the_channels_have_noise_of_their_own(self, name: str) -> None:
        both = quiet(name).all(axis=0)
        assert abs(np.corrcoef(*sound(name)[:, both])[0, 1]) < 0.05

    def test_speech_stands_well_above_it(self, name: str) -> None:
        for part in parts(name):
            assert level(heard(name, part)) > truth(name)["line_noise_dbfs"] + 24, part


class TestTheMix:
    def test_it_is_the_sum_of_both_channels(self) -> None:
        (name,) = MONO
        summed = sound(name.removesuffix("-mono")).astype(int).sum(axis=0)
        # µ-law knows 16 steps an octave: half a step is a 32nd of the value, and 4 near zero.
        assert (np.abs(sound(name)[0] - summed) <= 4 + np.abs(summed) / 32).all()

    def test_it_is_the_very_same_where_one_person_speaks(self) -> None:
        (name,) = MONO
        channels = sound(name.removesuffix("-mono"))
        alone = (channels == 0).any(axis=0)
        assert alone.mean() > 0.9
        assert (sound(name)[0, alone] == channels.sum(axis=0, dtype=int)[alone]).all()

    def test_its_truth_differs_in_the_channel_only(self) -> None:
        (name,) = MONO
        flat = [u | {"channel": 0} for u in truth(name.removesuffix("-mono"))["utterances"]]
        assert truth(name)["utterances"] == flat


class TestMoods:
    @pytest.mark.parametrize(
        ("name", "strong", "calm"),
        [("de-billing-angry", "angry", "neutral"), ("de-billing-angry", "angry", "annoyed")],
    )
    def test_an_angry_customer_is_louder(self, name: str, strong: str, calm: str) -> None:
        assert mood_level(name, strong) > mood_level(name, calm) + 2

    def test_a_frightened_customer_is_softer_than_a_relieved_one(self) -> None:
        assert mood_level("en-vulnerable", "distressed") < mood_level("en-vulnerable", "relieved")

    def test_the_customer_of_the_bill_grows_angry_and_stays_so(self) -> None:
        moods = [u["mood"] for u in truth("de-billing-angry")["utterances"] if u["role"] == "customer"]
        assert moods.index("annoyed") < moods.index("angry")
        assert set(moods[moods.index("angry") :]) == {"angry"}

    def test_one_customer_is_happy_throughout_and_one_in_distress(self) -> None:
        assert {u["mood"] for u in truth("en-happy")["utterances"] if u["role"] == "customer"} == {"happy"}
        assert "distressed" in {u["mood"] for u in truth("en-vulnerable")["utterances"]}


def mood_level(name: str, mood: str) -> float:
    """How loud the customer's pieces of this mood are, dBFS, pauses left out."""
    said = [u for u in truth(name)["utterances"] if (u["role"], u["mood"]) == ("customer", mood)]
    pieces = [heard(name, piece | {"channel": u["channel"]}) for u in said for piece in u["pieces"]]
    return level(np.concatenate(pieces))


@pytest.mark.parametrize("name", NAMES)
class TestSidecars:
    def test_they_hold_what_call_info_holds(self, name: str) -> None:
        known = {field.name for field in dataclasses.fields(CallInfo)}
        assert set(sidecar(name)) <= known
        assert known - set(sidecar(name)) <= {"consent", "emotion_notice_given_at"}

    def test_values_are_among_those_allowed(self, name: str) -> None:
        info = sidecar(name)
        assert info.get("consent", "unknown") in get_args(Consent)
        assert info["direction"] in get_args(Direction)
        assert info["language"] == truth(name)["language"] == name[:2]
        assert info["wait_seconds"] > 0
        assert set(info["roles"]) <= set(get_args(Role))
        assert info["roles"] == ([] if name in MONO else ["agent", "customer"])

    def test_times_are_utc(self, name: str) -> None:
        for key in {"started_at", "emotion_notice_given_at"} & set(sidecar(name)):
            assert datetime.fromisoformat(sidecar(name)[key]).utcoffset() == timedelta()

    def test_consent_was_asked_for_before_it_was_given(self, name: str) -> None:
        if sidecar(name).get("consent") == "granted":
            given = datetime.fromisoformat(sidecar(name)["emotion_notice_given_at"])
            assert given < datetime.fromisoformat(sidecar(name)["started_at"])


class TestInventedNumbers:
    def test_every_kind_is_said_somewhere(self) -> None:
        assert set(values()) == {"iban", "customer_number", "phone", "address"}

    def test_the_iban_checks_out_and_belongs_to_no_bank(self) -> None:
        (iban,) = values()["iban"]
        digits = "".join(str(int(c, 36)) for c in iban[4:] + iban[:4])
        assert len(iban) == 22
        assert int(digits) % 97 == 1
        assert iban[4] == "9"  # German bank codes begin with 1 to 8

    def test_the_customer_number_has_its_check_digit(self) -> None:
        (number,) = values()["customer_number"]
        doubled = [int(c) * (1 + i % 2) for i, c in enumerate(reversed(number))]
        assert sum(d - 9 * (d > 9) for d in doubled) % 10 == 0
        assert sidecar("de-billing-angry")["customer"] == number

    def test_the_telephone_number_is_one_kept_for_fiction(self) -> None:
        (phone,) = values()["phone"]
        assert phone.startswith("0113 496 0")

    def test_the_words_say_the_digits(self) -> None:
        german = ["null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"]
        english = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
        for name in STEREO:
            for entity in (e for u in truth(name)["utterances"] for e in u["entities"]):
                words = entity["text"].lower().replace(",", " ").replace(".", " ").split()
                digits = german if name.startswith("de") else english
                spoken = "".join(str(digits.index(word)) for word in words if word in digits)
                assert spoken == "".join(c for c in entity["value"] if c.isdigit())


def values() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entity in (e for name in STEREO for u in truth(name)["utterances"] for e in u["entities"]):
        found.setdefault(entity["kind"], []).append(entity["value"])
    return found


class TestMaking:
    def test_it_gives_the_same_call_again(self, tmp_path: Path) -> None:
        name = "de-address"
        command = [sys.executable, str(SAMPLES / "make.py"), name, "--output", str(tmp_path)]
        subprocess.run(command, check=True)
        again = json.loads((tmp_path / f"{name}.truth.json").read_text(encoding="utf-8"))
        assert again["utterances"] == truth(name)["utterances"]
        with av.open(str(tmp_path / f"{name}.flac")) as container:
            frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
        # Another processor may round differently, and a rounding may cross a step of µ-law.
        same = np.concatenate(frames, axis=1).reshape(-1, 2).T == sound(name)
        assert same.mean() > 0.999
