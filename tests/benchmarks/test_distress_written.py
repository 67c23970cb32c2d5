"""The written utterances: two splits that share nothing, languages alike, chats by domain; what is read of them."""

import re
from collections import Counter
from pathlib import Path

import pytest
from tests.benchmarks import toy_callers

from distress_written import (
    ANSWERS,
    CHAT_COUNT,
    CHAT_DOMAINS,
    CHAT_WORDS,
    FOLDER,
    KINDS,
    LANGUAGES,
    Split,
    agent_turns,
    chat_turns,
    everything,
    readings_of,
    texts_of,
    transcripts,
    written,
)
from normalise import Language
from stimmung.speech.fakes import FakeTextEmotion

SPLITS: tuple[Split, ...] = ("train", "test")
FILES = sorted(FOLDER.glob("*.tsv"))


def plain(text: str) -> str:
    """Return a text without case and punctuation."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def in_file(file: Path) -> list[str]:
    return [plain(line.partition("\t")[2]) for line in file.read_text("utf-8").splitlines()]


def in_split(split: Split) -> set[str]:
    return {plain(text) for language in LANGUAGES for own in written(split, language).values() for text in own}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a folder with chats of every domain: a turn of two words, one of 26, two that are the same, 700 others."""
    for domain in {name for names in CHAT_DOMAINS.values() for name in names}:
        turns = ["too short", " ".join(["long"] * 26), "said twice here", "said twice here"]
        toy_callers.write_chat(
            tmp_path, domain, [*turns, *(f'{domain} turn  "number {number}' for number in range(700))]
        )
    return tmp_path


class TestFiles:
    @pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
    def test_every_line_is_a_kind_and_a_text_that_stands_there_once(self, file: Path) -> None:
        for line in file.read_text("utf-8").splitlines():
            kind, *rest = line.split("\t")
            assert kind in KINDS
            assert len(rest) == 1
            assert rest[0] == " ".join(rest[0].split()) != ""
        assert {text: count for text, count in Counter(in_file(file)).items() if count > 1} == {}

    def test_both_languages_have_as_many_of_every_kind(self) -> None:
        for split in SPLITS:
            german, english = (
                {kind: len(own) for kind, own in written(split, language).items()} for language in LANGUAGES
            )
            assert german == english
            assert min(german.values()) >= 40

    def test_the_training_texts_are_more_than_the_others(self) -> None:
        assert len(in_split("train")) > 3 * len(in_split("test"))

    def test_no_text_is_in_both_splits(self) -> None:
        assert in_split("train") & in_split("test") == set()

    def test_none_that_is_measured_on_is_among_those_that_the_text_model_learnt_from(self, root: Path) -> None:
        scripted = {
            plain(column)
            for file in (root / "models" / "scripted").glob("*.tsv")
            for line in file.read_text("utf-8").splitlines()
            for column in line.split("\t")[2:]
        }
        assert len(scripted) > 1000
        assert in_split("test") & scripted == set()


class TestChats:
    def test_turns_are_as_long_as_an_utterance_and_come_once(self, data: Path) -> None:
        turns = chat_turns(data, "train")
        assert len(turns) == len(set(turns)) == CHAT_COUNT
        assert all(CHAT_WORDS[0] <= len(turn.split()) <= CHAT_WORDS[1] for turn in turns)

    def test_quotes_and_blanks_do_no_harm(self, data: Path) -> None:
        assert any(re.fullmatch(r'airline turn "number \d+', turn) for turn in chat_turns(data, "train"))

    def test_the_splits_have_other_domains(self, data: Path) -> None:
        assert not set(CHAT_DOMAINS["train"]) & set(CHAT_DOMAINS["test"])
        found = {turn.split()[0] for turn in chat_turns(data, "test")}
        assert found - {"said"} == set(CHAT_DOMAINS["test"])

    def test_they_are_the_same_ones_every_time(self, data: Path) -> None:
        assert chat_turns(data, "train") == chat_turns(data, "train")

    def test_they_are_english(self, data: Path) -> None:
        assert texts_of(data, "test", "de").chat == ()
        assert texts_of(data, "test", "en").chat == chat_turns(data, "test")


class TestReadings:
    def test_what_is_read_clean_is_what_was_written(self, data: Path) -> None:
        texts = texts_of(data, "test", "en")
        said = transcripts(texts, None)
        assert list(said) == everything(texts)
        assert all(text == words for text, words in said.items())
        assert set(texts.chat) < set(said)

    def test_what_was_heard_is_read_in_its_place_and_chats_stay_as_they_are(self, data: Path, tmp_path: Path) -> None:
        """All is in the file of earlier transcripts, so that nobody needs to speak."""
        texts = texts_of(data, "test", "en")
        own = [text for kind in texts.by_kind.values() for text in kind]
        lines = [f"{text}\t{text.upper()}" for text in own[1:]] + [f"{own[0]}\t"]
        (tmp_path / "heard.en.tsv").write_text("\n".join(lines) + "\n", "utf-8")
        said = transcripts(texts, tmp_path)
        assert said[own[0]] == ""
        assert all(said[text] == text.upper() for text in own[1:])
        assert all(said[turn] == turn for turn in texts.chat)

    def test_a_reading_is_of_what_was_heard_and_nothing_heard_has_none(self) -> None:
        model = FakeTextEmotion()
        found = readings_of({"Danke": "Frechheit", "Frechheit": "", "Guten Tag": " "}, "de", model, ["Ja?"])
        assert list(found) == ["Danke"]
        assert found["Danke"].emotion is not None
        assert found["Danke"].emotion.polarity == "negative"
        assert [(one.text, one.language) for one in model.asked] == [("Frechheit", "de")]

    def test_most_answer_an_agent_the_same_one_every_time(self) -> None:
        said, before = {f"Text {number}": f"text {number}" for number in range(1000)}, ["Ja?", "Wie bitte?"]
        first, again = FakeTextEmotion(), FakeTextEmotion()
        for model in (first, again):
            readings_of(said, "de", model, before)
        assert first.asked == again.asked
        told = Counter(one.context for one in first.asked)
        assert told.keys() == {"", *before}
        assert 1 - told[""] / 1000 == pytest.approx(ANSWERS, abs=0.05)
        assert told["Ja?"] == pytest.approx(told["Wie bitte?"], rel=0.2)


class TestAgents:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_say_other_things_in_either_split_and_nothing_that_tells_of_a_caller(self, language: Language) -> None:
        train, test = ({plain(turn) for turn in agent_turns(split, language)} for split in SPLITS)
        assert min(len(train), len(test)) >= 10
        assert "" not in train | test
        assert not train & test
        telling = [
            text
            for split in SPLITS
            for kind, own in written(split, language).items()
            for text in own
            if kind != "plain"
        ]
        assert not (train | test) & {plain(text) for text in telling}
