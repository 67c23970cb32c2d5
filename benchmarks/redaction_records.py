"""What is said in a dialogue of the redaction benchmark, and what of it must not stay."""

from dataclasses import dataclass
from typing import Final, Literal

from normalise import Language

Kind = Literal[
    "CARD",
    "IBAN",
    "TAX_ID",
    "INSURANCE_ID",
    "PHONE",
    "EMAIL",
    "ADDRESS",
    "BIRTH_DATE",
    "SECRET",
    "CUSTOMER_NUMBER",
    "NAME",
]
Role = Literal["agent", "customer"]

NUMBERS: Final[tuple[Kind, ...]] = ("IBAN", "CARD", "PHONE", "TAX_ID", "INSURANCE_ID")  # those that have a bound
OTHERS: Final[tuple[Kind, ...]] = ("EMAIL", "ADDRESS", "BIRTH_DATE", "SECRET", "CUSTOMER_NUMBER", "NAME")
KINDS: Final[dict[Language, tuple[Kind, ...]]] = {
    "de": (*NUMBERS, *OTHERS),
    "en": (*(kind for kind in NUMBERS if kind != "TAX_ID"), *OTHERS),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that are said in one breath; `item`: they are the identifier, or a part of it."""

    text: str
    item: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says between two pauses: one utterance."""

    role: Role
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """Return all words; a blank parts two pieces, unless the second begins with a mark."""
        text = ""
        for piece in self.pieces:
            apart = " " if text and piece.text[:1] not in {".", ",", "?", "!", ";"} else ""
            text += apart + piece.text
        return text


@dataclass(frozen=True, slots=True)
class Secret:
    """What must not stay readable of an item: its digits, its digits and letters in order, its words.

    Of a run of symbols a few may stay (`redaction_scores.most_left`), of the words none.
    """

    digits: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()  # with letters that are spelled, in capitals
    words: frozenset[str] = frozenset()  # casefolded


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A few turns around one item; `kind` is None where nothing in it is an identifier.

    `form` says how its digits are said and `layout` over which turns, for the tables.
    """

    language: Language
    kind: Kind | None
    form: str
    layout: str
    turns: tuple[Turn, ...]
    secret: Secret
