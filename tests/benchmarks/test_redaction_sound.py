"""Dialogues as sound: where an item sounds is known to the sample, speakers have a channel each."""

import json
from pathlib import Path

import numpy as np
import pytest

from redaction_heard import Heard, _as_json, _read, key_of
from redaction_records import Dialogue, Piece, Secret, Turn
from redaction_sides import Cleaned
from redaction_silenced import bleeped_share
from redaction_sound import composed, draw_of, trimmed, voiced
from redaction_spoken import heard_right, judged
from sounds import RATE
from stimmung.speech.records import Samples, Span, Utterance, Word

DIALOGUE = Dialogue(
    "en",
    "PHONE",
    "digits",
    "ask",
    (
        Turn("agent", (Piece("Your number?"),)),
        Turn("customer", (Piece("It is"), Piece("zero one one three,", item=True), Piece("four nine six", item=True))),
        Turn("agent", (Piece("Zero one one three", item=True), Piece("thanks"))),
    ),
    Secret(digits=("0113496",)),
)


def tone(seconds: float) -> Samples:
    return (0.5 * np.sin(2 * np.pi * 1000 * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def test_the_item_is_where_its_pieces_sound_and_nowhere_else() -> None:
    pieces = [[tone(0.5)], [tone(0.3), tone(1.0), tone(0.7)], [tone(0.9), tone(0.2)]]
    spoken = composed(DIALOGUE, pieces, draw_of(DIALOGUE))
    assert [channel for channel, _ in spoken.spans] == [1, 1, 0]
    assert [span.duration for _, span in spoken.spans] == pytest.approx([1.0, 0.7, 0.9])
    loud = np.abs(spoken.audio.samples) > 0.02
    for channel, span in spoken.spans:
        inside = loud[channel, round(span.start * RATE) : round(span.end * RATE)]
        assert inside.mean() > 0.8
        assert not loud[1 - channel, round(span.start * RATE) : round(span.end * RATE)].any()
    assert loud[1].sum() == pytest.approx(2.0 * RATE * 0.9, rel=0.15)  # three pieces, a sine crosses zero


def test_a_piece_loses_the_silence_around_it_only() -> None:
    padded = np.concatenate(
        [np.zeros(800, np.float32), tone(0.1), np.zeros(80, np.float32), tone(0.1), np.zeros(9, np.float32)]
    )
    assert trimmed(padded).size == pytest.approx(0.2 * RATE + 80, abs=4)
    assert trimmed(np.zeros(100, np.float32)).size == 0


@pytest.mark.slow
def test_the_voice_says_a_dialogue_the_same_way_each_time() -> None:
    one, other = (voiced([DIALOGUE])[0] for _ in range(2))
    np.testing.assert_array_equal(one.audio.samples, other.audio.samples)
    assert one.spans == other.spans
    assert one.audio.samples.shape[0] == 2
    assert [round(span.duration) for _, span in one.spans] == [1, 1, 1]


def heard(text: str) -> Heard:
    words = tuple(Word(float(n), n + 0.9, word, 0.8) for n, word in enumerate(text.split()))
    said = Utterance(1, "customer", "customer", 0.0, 9.0, text, "en", 0.8, (), words)
    return Heard((said,), ((1, Span(2.0, 4.0)), (0, Span(5.0, 7.0))), ((1, Span(0.0, 4.2)), (0, Span(4.9, 7.1))), 9.5)


def test_what_was_heard_is_kept_and_read_again(tmp_path: Path) -> None:
    one = heard("it is 0 1 1 3 4 9 6")
    file = tmp_path / "heard.jsonl"
    file.write_text(json.dumps({"key": key_of(DIALOGUE), **_as_json(one)}) + "\n" + '{"key": "cut o', encoding="utf-8")
    ((key, again),) = _read(file)
    assert key == key_of(DIALOGUE)
    assert (again.spans, again.speech, again.duration) == (one.spans, one.speech, one.duration)
    assert again.utterances[0].words == one.utterances[0].words
    assert again.utterances[0].text == one.utterances[0].text
    assert list(_read(tmp_path / "none.jsonl")) == []


def test_what_was_kept_without_its_speech_is_heard_again(tmp_path: Path) -> None:
    file = tmp_path / "heard.jsonl"
    kept = {name: value for name, value in _as_json(heard("it is")).items() if name != "speech"}
    file.write_text(json.dumps({"key": key_of(DIALOGUE), **kept}) + "\n", encoding="utf-8")
    assert list(_read(file)) == []


def test_both_mentions_must_be_bleeped_on_their_channels() -> None:
    one = heard("it is 0 1 1 3 4 9 6")
    gone = (("1", "it is [PHONE]"),)
    whole = Cleaned(gone, (), ((1, Span(1.9, 4.0)), (0, Span(5.0, 7.0))))
    half = Cleaned(gone, (), ((1, Span(0.0, 9.0)),))
    assert bleeped_share(one, whole) == 1.0
    assert bleeped_share(one, half) == pytest.approx(0.5)
    assert judged(DIALOGUE, one, whole).found
    assert not judged(DIALOGUE, one, half).found
    readable = Cleaned((("1", "it is 0 1 1 3"),), (), whole.bleeps)
    assert not judged(DIALOGUE, one, readable).found


def test_an_item_is_heard_right_where_all_of_it_stands_in_the_transcript() -> None:
    assert heard_right(DIALOGUE, heard("it is 0 1 1 3 4 9 6"))
    assert not heard_right(DIALOGUE, heard("it is 0 1 1 3 4 8 6"))
