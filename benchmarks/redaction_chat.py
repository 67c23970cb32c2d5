"""Customers' turns of service chats (MultiDoGO) with its own marks: how much of what goes was an identifier.

Half of the conversations, by their names, belong to development (seed 1), the others to every other seed. The marks
are those of many hands, and not all of them agree; what counts as an identifier here is in IDENTIFIERS.
"""

import csv
import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from machine import Figures
from redaction_bench import Bench
from redaction_dialogues import DEVELOPMENT
from redaction_sides import Cleaned, Marked
from redaction_utterances import told
from stimmung.speech.records import Utterance
from text_bench import cell, show, skip

IDENTIFIERS: Final = frozenset(
    "name username address phone_number email_address ssn card_number account_number target_account_number account_id"
    " booking_confirmation_number claimid policyid current_zipcode new_zipcode".split()
)
QUICK_CONVERSATIONS: Final = 200
SHORTEST_MARKED: Final = 3  # characters of a word that means the same wherever it stands in a conversation
COLUMNS: Final = ("precision", "precision_marked_elsewhere", "false_per_1000_utterances", "words_recall")


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation: what its customer wrote, and the label of each word, `O` where it has none."""

    name: str
    turns: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]

    def words(self, marked: Marked) -> list[str]:
        """Return the words that were taken out."""
        return self.turns[marked.utterance].split()[marked.first : marked.last]

    @property
    def call(self) -> tuple[Utterance, ...]:
        """Return the turns as utterances of a customer."""
        return told([("customer", text) for text in self.turns], "en")


def chat(bench: Bench) -> Figures | None:
    """Measure every side on the conversations of this seed's half."""
    if bench.options.data is None:
        skip("chat", "no --data")
        return None
    development = bench.options.seed == DEVELOPMENT
    chats = [one for one in read_chats(bench.options.data) if for_development(one.name) == development]
    chats = chats[: QUICK_CONVERSATIONS if bench.options.quick else None]
    figures: Figures = {"conversations": len(chats), "utterances": sum(len(one.turns) for one in chats)}
    rows = []
    for place, side in enumerate(bench.sides):
        cleaned = side.clean([one.call for one in chats], "en")
        own = figures[side.title] = measured(chats, cleaned)
        rows.append([side.title, *(cell(own[key]) for key in COLUMNS)])
        if not place:
            bench.missed.extend(sorted(_alarms(chats, cleaned)))
            _show_kinds(own)
    show("Chats, by their marks", ["", *COLUMNS], rows)
    return figures


def read_chats(data: Path) -> list[Chat]:
    """Read all conversations whose marks fit their words, in the order of the files."""
    rows: defaultdict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    for file in sorted((data / "text" / "multidogo").glob("*.train.tsv")):
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                text, labels = row["utterance"] or "", tuple((row["slot-labels"] or "").split())
                if text.split() and len(text.split()) == len(labels):
                    rows[row["conversationId"]].append((" ".join(text.split()), labels))
    return [
        Chat(name, tuple(text for text, _ in own), tuple(labels for _, labels in own)) for name, own in rows.items()
    ]


def for_development(name: str) -> bool:
    """Whether a conversation belongs to the half that redaction may be tuned on."""
    return hashlib.sha256(name.encode()).digest()[0] < 128


def measured(chats: Sequence[Chat], cleaned: Sequence[Cleaned]) -> Figures:
    """Return precision over findings, a stretch in one turn each, and what share of the marked words goes.

    `precision_marked_elsewhere` also counts as right what is marked in another turn of the same conversation: a name
    is marked in one and not in the next. `precision` is the measure.
    """
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    elsewhere = gone_words = words = 0
    for one, clean in zip(chats, cleaned, strict=True):
        gone: set[tuple[int, int]] = set()
        for marked in clean.marked:
            places = range(marked.first, marked.last)
            gone |= {(marked.utterance, place) for place in places}
            hit = any(one.labels[marked.utterance][place] in IDENTIFIERS for place in places)
            (right if hit else wrong)[marked.kind] += 1
            elsewhere += not hit and bool(marked_words(one) & set(one.words(marked)))
        named = {(n, m) for n, own in enumerate(one.labels) for m, label in enumerate(own) if label in IDENTIFIERS}
        gone_words, words = gone_words + len(named & gone), words + len(named)
    found = right.total() + wrong.total()
    utterances = sum(len(one.turns) for one in chats)
    return {
        "precision": right.total() / found if found else None,
        "precision_marked_elsewhere": (right.total() + elsewhere) / found if found else None,
        "false_per_1000_utterances": 1000 * wrong.total() / utterances if utterances else None,
        "words_recall": gone_words / words if words else None,
        "findings": found,
        "kinds": {kind: {"right": right[kind], "wrong": wrong[kind]} for kind in sorted(right | wrong)},
    }


def marked_words(one: Chat) -> set[str]:
    """Return the words of a conversation that are marked as identifiers somewhere in it, the shortest ones left out."""
    return {
        word
        for text, labels in zip(one.turns, one.labels, strict=True)
        for word, label in zip(text.split(), labels, strict=True)
        if label in IDENTIFIERS and len(word) >= SHORTEST_MARKED
    }


def _alarms(chats: Sequence[Chat], cleaned: Sequence[Cleaned]) -> list[str]:
    """Return a line for each finding that no mark bears out: its type, its words, the turn."""
    return [
        f"CHAT {marked.kind} {' '.join(one.words(marked))!r} in {text!r}"
        for one, clean in zip(chats, cleaned, strict=True)
        for marked in clean.marked
        for text in [one.turns[marked.utterance]]
        if not any(label in IDENTIFIERS for label in one.labels[marked.utterance][marked.first : marked.last])
    ]


def _show_kinds(figures: Figures) -> None:
    rows = [[kind, str(own["right"]), str(own["wrong"])] for kind, own in figures["kinds"].items()]
    show("Chats, ours by type", ["", "marked", "not marked"], rows)
