"""Speed is of texts handed over in batches; the share is of the text model's seconds in whole analyses."""

from collections.abc import Sequence
from pathlib import Path

from tests.models import toy_text

from stimmung.speech.engines import SpokenText, TextReading
from stimmung.speech.fakes import FakeTextEmotion, fake_engines
from text_speed import (
    TimedText,
    challenge_texts,
    sample_calls,
    share_of,
    size_mb,
    utterances_per_second,
    weights_folder,
)


class Counting(FakeTextEmotion):
    """Notes how many texts come at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.handed: list[int] = []

    def read(self, texts: Sequence[SpokenText]) -> list[TextReading]:
        self.handed.append(len(texts))
        return super().read(texts)


def test_all_texts_are_read_in_batches_as_often_as_asked() -> None:
    model = Counting()
    texts = [SpokenText("danke")] * 70
    assert utterances_per_second(model, texts, 32, 3) > 0
    warm_up, measured = model.handed[:2], model.handed[2:]
    assert warm_up == [32, 32]
    assert measured == [32, 32, 6] * 3


def test_utterances_to_read_are_of_both_languages_with_the_turn_before() -> None:
    texts = challenge_texts()
    assert [one.language for one in texts[:4]] == ["de", "en", "de", "en"]
    assert sum(bool(one.context) for one in texts) > 100


def test_the_model_says_the_same_with_a_clock_around_it() -> None:
    now = iter([1.0, 1.5])
    timed = TimedText(FakeTextEmotion(), lambda: next(now))
    (reading,) = timed.read([SpokenText("danke")])
    assert reading.emotion is not None
    assert reading.emotion.polarity == "positive"
    assert timed.texts == 1
    assert timed.spent == 0.5
    assert timed.model == FakeTextEmotion.model


def test_sample_calls_are_those_with_a_customers_channel(samples: Path) -> None:
    names = [file.stem for file in sample_calls(samples)]
    assert "de-address" in names
    assert "de-address-mono" not in names
    assert len(names) >= 6


def test_the_share_is_of_what_the_customer_says_in_the_calls(samples: Path) -> None:
    model = Counting()
    found = share_of(fake_engines(), model, [samples / "de-address.flac"], repetitions=2)
    assert found.texts > 0
    assert len(model.handed) == 3  # once to warm up, twice for the clock
    assert 0 < found.text_seconds < found.seconds
    assert found.share == found.text_seconds / found.seconds


def test_the_quickest_repetition_counts(samples: Path) -> None:
    warm_up = [0.0, 0.1, 0.2, 0.3]  # before all, before and after reading, after all
    now = iter([*warm_up, 0.0, 1.0, 1.5, 5.0, 20.0, 21.0, 22.0, 30.0])
    found = share_of(fake_engines(), Counting(), [samples / "de-address.flac"], 2, lambda: next(now))
    assert (found.seconds, found.text_seconds) == (5.0, 0.5)
    rate = iter([0.0, 2.0, 10.0, 18.0])
    assert utterances_per_second(Counting(), [SpokenText("danke")] * 6, 2, 2, lambda: next(rate)) == 3.0


def test_size_is_that_of_all_files_in_mb(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "model.safetensors").write_bytes(b"x" * 1_500_000)
    (tmp_path / "more" / "tokenizer.json").write_bytes(b"x" * 500_000)
    assert size_mb(tmp_path) == 2.0


def test_a_folder_given_as_a_model_is_where_its_files_are(tmp_path: Path) -> None:
    folder = toy_text.save(tmp_path / "model", ("negative", "neutral", "positive"))
    assert weights_folder(str(folder)) == folder
