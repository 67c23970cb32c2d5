"""Corpora are read as their files mean them, a broken line is named, and splits stay the same for ever."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from stimmung.models.training.text_corpora import (
    LabelledText,
    read_germeval,
    read_goemotions,
    read_labelled,
    read_scripted,
    read_unlabelled,
    read_xed,
    split_of,
    texts_of,
)
from stimmung.speech.errors import SettingsError

GERMEVAL = "id\ttext\trelevance\tsentiment\tcategory\n"
Reader = Callable[[Path], list[LabelledText]]


def written(folder: Path, content: str, name: str = "de-texts.tsv") -> Path:
    """Write a file as it stands, ends of lines too."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode())
    return file


def test_a_split_is_what_the_hash_says() -> None:
    place = int(hashlib.sha256(b"guten tag").hexdigest()[:8], 16) / 2**32
    assert split_of("Guten Tag", dev=place + 0.01) == "dev"
    assert split_of("Guten Tag", dev=place - 0.01) == "train"
    assert split_of("Guten Tag", dev=0.0, test=place + 0.01) == "test"
    assert split_of("Guten Tag", dev=0.02, test=place - 0.01) == "dev"


def test_spaces_and_capitals_do_not_move_a_text_to_another_side() -> None:
    for number in range(200):
        text = f"Mein Anschluss {number}"
        assert split_of(f" {text.upper()}\n", 0.3, 0.3) == split_of(text, 0.3, 0.3)


def test_splits_have_the_shares_that_were_asked_for() -> None:
    sides = [split_of(f"text {number}", dev=0.1, test=0.2) for number in range(4000)]
    assert sides.count("dev") / 4000 == pytest.approx(0.1, abs=0.02)
    assert sides.count("test") / 4000 == pytest.approx(0.2, abs=0.02)


def test_a_larger_test_share_keeps_every_text_of_a_smaller_one() -> None:
    texts = [f"text {number}" for number in range(500)]
    small, large = ({text for text in texts if split_of(text, 0.1, share) == "test"} for share in (0.1, 0.2))
    assert small < large


def test_no_share_means_train() -> None:
    assert {split_of(f"text {number}", 0.0) for number in range(100)} == {"train"}


def test_goemotions_lines_have_text_labels_and_id(tmp_path: Path) -> None:
    file = written(tmp_path, "Thanks a lot!\t15,17\tee1\r\nIt is 5 pm.\t27\tee2\r\nGlad and afraid\t17,14\tee3\r\n")
    first, second, third = read_goemotions(file)
    assert first == LabelledText(
        "Thanks a lot!", "en", "goemotions", polarity="positive", emotions=frozenset({"gratitude", "joy"})
    )
    assert (second.polarity, second.emotions) == ("neutral", frozenset({"neutral"}))
    assert third.polarity is None  # joy and fear: the labels do not agree on one


def test_germeval_has_a_row_per_opinion_and_a_text_per_document(tmp_path: Path) -> None:
    rows = 'u1\t"Bahn kommt "zu spät"\ttrue\tnegative\tA\nu1\t"Bahn kommt "zu spät"\ttrue\tnegative\tB\n'
    file = written(tmp_path, f"{GERMEVAL}{rows}u2\tAlles gut\ttrue\tpositive\tA\n")
    first, second = read_germeval(file)
    assert first == LabelledText('"Bahn kommt "zu spät"', "de", "germeval", polarity="negative")
    assert (second.text, second.polarity, second.emotions) == ("Alles gut", "positive", None)


def test_xed_numbers_become_groups_and_those_without_counterpart_go(tmp_path: Path) -> None:
    file = written(tmp_path, "Lass das!\t1, 2\nNa gut.\t8\n\nohne Nummer\n", "xed.tsv")
    angry, trusting = read_xed(file, "de")
    assert (angry.text, angry.language, angry.groups, angry.polarity) == ("Lass das!", "de", frozenset({1}), None)
    assert trusting.groups == frozenset()  # asked, and nothing of it found: not unknown


def test_scripted_texts_have_context_and_the_language_of_their_file(tmp_path: Path) -> None:
    file = written(tmp_path, "negative\tanger, disgust\tWas gibt es?\tSo ein Mist\nneutral\tneutral\t\tJa\n")
    first, second = read_scripted(file)
    assert first == LabelledText(
        "So ein Mist",
        "de",
        "scripted",
        context="Was gibt es?",
        polarity="negative",
        emotions=frozenset({"anger", "disgust"}),
    )
    assert second.context == ""


def test_unlabelled_texts_come_once_and_have_at_least_two_words(tmp_path: Path) -> None:
    written(tmp_path, 'id\tutterance\n1\tmy "card is lost\n2\tyes\n3\tmy "card is lost\n4\n', "multidogo/a.train.tsv")
    written(tmp_path, 'text,category\n"It is late,\r\nvery late",x\nwhere is it,y\n', "banking77/train.csv")
    found = read_unlabelled(tmp_path)
    assert texts_of(found) == ['my "card is lost', "It is late,\r\nvery late", "where is it"]
    assert {(text.language, text.source, text.polarity) for text in found} == {("en", "unlabelled", None)}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_format_of_a_file_is_seen_from_its_first_line(end: str, tmp_path: Path) -> None:
    header = "id\ttext\trelevance\tsentiment"
    germeval = written(tmp_path, f"{header}{end}u1\tAlles gut\ttrue\tpositive{end}", "a.tsv")
    goemotions = written(tmp_path, f"All good\t17\tee1{end}", "b.tsv")
    assert [(text.source, text.text) for text in read_labelled(germeval)] == [("germeval", "Alles gut")]
    assert [(text.source, text.text) for text in read_labelled(goemotions)] == [("goemotions", "All good")]


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"a\.tsv: neither GermEval 2017 .* nor GoEmotions"):
        read_labelled(written(tmp_path, "one\ttwo\n", "a.tsv"))


def xed(file: Path) -> list[LabelledText]:
    return read_xed(file, "de")


BROKEN: list[tuple[Reader, str, str]] = [
    (read_goemotions, "good\t17\tee1\nbad\t17\n", "line 2: 2 columns instead of 3"),
    (read_goemotions, "bad\t17\tee1\tmore\n", "line 1: 4 columns instead of 3"),
    (read_goemotions, "good\t17\tee1\n\nbad\tjoy\tee1\n", "line 3: 'joy' is no list of label numbers"),
    (read_goemotions, "bad\t28\tee1\n", "line 1: label 28 is not between 0 and 27"),
    (read_germeval, f"{GERMEVAL}u1\tgut\ttrue\tpositive\tA\nu2\tgut\ttrue\tgut\tA\n", "line 3: sentiment 'gut'"),
    (read_germeval, f"{GERMEVAL}u1\tgut\n", "line 2: sentiment ''"),
    (read_germeval, "id\ttext\tsentimen\n", "line 1: the header has no column sentiment"),
    (read_germeval, "", "line 1: the header has no column id, text, sentiment"),
    (xed, "gut\t5\nschlecht\t9\n", "line 2: label 9 is not between 1 and 8"),
    (xed, "gut\t0\n", "line 1: label 0 is not between 1 and 8"),
    (read_scripted, "negative\tanger\tSo ein Mist\n", "line 1: 3 columns instead of 4"),
    (read_scripted, "bad\tanger\t\tSo ein Mist\n", "line 1: unknown polarity 'bad'"),
    (
        read_scripted,
        "negative\tanger,wut\t\tSo ein Mist\n",
        "line 1: unknown polarity 'negative' or labels 'anger,wut'",
    ),
]


@pytest.mark.parametrize(("read", "content", "message"), BROKEN)
def test_a_broken_line_is_named(read: Reader, content: str, message: str, tmp_path: Path) -> None:
    file = written(tmp_path, content)
    with pytest.raises(SettingsError) as raised:
        read(file)
    assert f"{file}, {message}" in str(raised.value)


def test_empty_lines_count(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"line 4: sentiment"):
        read_germeval(written(tmp_path, f"{GERMEVAL}u1\tgut\ttrue\tpositive\tA\n\nu2\tgut\ttrue\tgut\tA\n"))


def test_the_name_of_a_scripted_file_must_say_its_language(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"francais\.tsv: the name must begin with the texts' language: de or en"):
        read_scripted(written(tmp_path, "neutral\tneutral\t\toui\n", "francais.tsv"))


@pytest.mark.parametrize("read", [read_goemotions, read_germeval, read_scripted, read_labelled, xed])
def test_a_file_that_is_not_there_is_named(read: Reader, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"de-none\.tsv: cannot be read"):
        read(tmp_path / "de-none.tsv")


def test_a_file_that_is_no_utf_8_is_named(tmp_path: Path) -> None:
    file = tmp_path / "latin.tsv"
    file.write_bytes("schön\t17\tee1\n".encode("latin-1"))
    with pytest.raises(SettingsError, match=r"latin\.tsv: cannot be read: 'utf-8' codec"):
        read_goemotions(file)
