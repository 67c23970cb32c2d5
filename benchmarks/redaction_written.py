"""Dialogues written by hand, by somebody who has read neither the redaction nor the generator.

`redaction_texts/written_*.tsv`: a number, the type that the dialogue is about, its turns `A: … | C: …` with what is an
identifier marked as {{TYPE:text}}. Here the words that are to go are known, so that they are told by their places.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast, get_args

from machine import Figures
from normalise import Language
from redaction_bench import LANGUAGES, Bench, Verdict, by_kind, numbers_figures
from redaction_records import Kind, Role
from redaction_scores import DIGITS_ONLY, most_left, telling_words
from redaction_sides import Cleaned
from redaction_symbols import digits_in, longest_run, symbols_in
from redaction_tables import show_kinds
from redaction_talk import FOLDER
from redaction_utterances import told
from stimmung.speech.records import Utterance
from text_bench import cell, show

REST: Final = ("numbers", "lowest", "everything", "harmless_touched", "words_lost")
MARK: Final = re.compile(r"\{\{(\w+):(.*?)\}\}")
ROLES: Final[dict[str, Role]] = {"A": "agent", "C": "customer"}


@dataclass(frozen=True, slots=True)
class Mention:
    """Words `first` to `last` (exclusive) of a turn that are an identifier."""

    kind: Kind
    turn: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Written:
    """A dialogue: its utterances, and what in them is an identifier."""

    name: str
    language: Language
    call: tuple[Utterance, ...]
    mentions: tuple[Mention, ...]


def written(bench: Bench) -> Figures:
    """Measure every side on all dialogues written by hand."""
    dialogues = [one for language in LANGUAGES for one in read_written(language)]
    verdicts: dict[str, list[Verdict]] = {}
    figures: Figures = {"dialogues": len(dialogues)}
    rows = []
    for side in bench.sides:
        own: list[Verdict] = []
        excess = words = touched = 0
        for language in LANGUAGES:
            ones = [one for one in dialogues if one.language == language]
            for one, cleaned in zip(ones, side.clean([one.call for one in ones], language), strict=True):
                own += judged(one, cleaned)
                touched += not one.mentions and bool(cleaned.marked)
                excess, words = excess + unmarked(one, cleaned), words + sum(len(said.words) for said in one.call)
        verdicts[side.title] = own
        figures[side.title] = {**numbers_figures(own), "kinds": by_kind(own), "words_lost": excess / words}
        figures[side.title]["harmless_touched"] = touched / max(sum(not one.mentions for one in dialogues), 1)
        rows.append([side.title, *(cell(figures[side.title][name]) for name in REST)])
    show_kinds("Written by hand: share found", verdicts)
    show("Together", ["", *REST], rows)
    return figures


def read_written(language: Language) -> list[Written]:
    """Read a language's dialogues; ValueError for a line that is none, with its number."""
    lines = (FOLDER / f"written_{language}.tsv").read_text("utf-8").splitlines()
    return [parsed(line, language) for line in lines if line.strip()]


def parsed(line: str, language: Language) -> Written:
    """Read one line."""
    name, _, dialogue = line.split("\t")
    turns: list[tuple[Role, str]] = []
    mentions: list[Mention] = []
    for turn in dialogue.split(" | "):
        speaker, colon, text = turn.strip().partition(": ")
        if speaker not in ROLES or not colon:
            raise ValueError(f"{name}: a turn begins with {turn[:3]!r}; write A: or C:")
        plain, found = _unmarked(text, len(turns), name)
        turns.append((ROLES[speaker], plain))
        mentions += found
    return Written(name, language, told(turns, language), tuple(mentions))


def _unmarked(text: str, turn: int, name: str) -> tuple[str, list[Mention]]:
    plain, at, mentions = "", 0, []
    for mark in MARK.finditer(text):
        if mark[1] not in get_args(Kind):
            raise ValueError(f"{name}: {mark[1]!r} is no type; take one of {', '.join(get_args(Kind))}")
        plain += text[at : mark.start()]
        joined = bool(plain) and not plain[-1].isspace()  # a mark that begins inside a word: the word is part of it
        first = len(plain.split()) - joined
        plain += mark[2]
        mentions.append(Mention(cast(Kind, mark[1]), turn, first, len(plain.split())))
        at = mark.end()
    return plain + text[at:], mentions


def judged(dialogue: Written, cleaned: Cleaned) -> list[Verdict]:
    """Return a verdict for each type of identifier in a dialogue: all its mentions are one item."""
    gone = {(one.utterance, place) for one in cleaned.marked for place in range(one.first, one.last)}
    verdicts = []
    for kind in dict.fromkeys(one.kind for one in dialogue.mentions):
        own = [one for one in dialogue.mentions if one.kind == kind]
        typed = kind in cleaned.kinds
        found = is_gone(dialogue, own, gone)
        verdicts.append(Verdict(dialogue.language, kind, "written", "written", found, typed))
    return verdicts


def is_gone(dialogue: Written, mentions: Sequence[Mention], gone: set[tuple[int, int]]) -> bool:
    """Whether too little of the mentions is left to know the identifier by.

    Of digits at most three in a row, and of a short number none or one; of names, addresses, e-mails and passwords no
    word that tells them apart, and no more letters in a row than digits.
    """
    kind, language = mentions[0].kind, dialogue.language
    whole: list[str] = []
    left: list[str] = []
    for mention in mentions:
        said = [word.text for word in dialogue.call[mention.turn].words]
        for place in range(mention.first, mention.last):
            whole.append(said[place])
            left.append("[GONE]" if (mention.turn, place) in gone else said[place])
        whole.append(".")
        left.append(".")
    reader = digits_in if kind in DIGITS_ONLY else symbols_in
    signs = reader(" ".join(whole), language)
    if longest_run(signs, reader(" ".join(left), language)) > most_left(len(signs)):
        return False
    return kind in DIGITS_ONLY or not any(telling_words(word, language) for word in left if word != "[GONE]")


def unmarked(dialogue: Written, cleaned: Cleaned) -> int:
    """Return how many words went that are no part of an identifier."""
    gone = {(one.utterance, place) for one in cleaned.marked for place in range(one.first, one.last)}
    meant = {(one.turn, place) for one in dialogue.mentions for place in range(one.first, one.last)}
    return len(gone - meant)
