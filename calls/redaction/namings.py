"""Words that say what a number is: "Ihre IBAN bitte", "unter null eins sieben…", "card number", "Steuer-ID".

Recognisers split compounds and mishear their ends (`Kunden Nummer`, `Telefonmummer`, `Steuer identifikationsmunner`):
what counts is how a word begins, and that something like a number follows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from stimmung.calls.redaction import naming_words as words
from stimmung.calls.redaction.records import Identifier
from stimmung.calls.redaction.tokens import Stream, Token

# strong: names the number itself. weak: what the number belongs to. generic: a number, of what is unknown.
# other: something whose digits are no number of these types; what was asked for before is over.
Strength = Literal["strong", "weak", "generic", "other"]
LOOK_BACK = 3  # words before "number" that may say which
LOOK_AHEAD = 6  # words behind it: "number on the back of your card"


@dataclass(frozen=True, slots=True)
class Naming:
    """Tokens `first` to `last` (exclusive) that name a type; `kind` is None where they are generic or other."""

    first: int
    last: int
    kind: Identifier | None
    strength: Strength


def read_namings(stream: Stream) -> tuple[Naming, ...]:
    """Return what a stream names, in its order; of words that name something together, one naming."""
    return tuple(_namings(stream.tokens))


def _namings(tokens: Sequence[Token]) -> Iterator[Naming]:
    for at, token in enumerate(tokens):
        if token.text in words.NAMED or len(token.text) > words.SHORT:
            naming = _naming(tokens, at)
            if naming:
                yield naming


def _naming(tokens: Sequence[Token], at: int) -> Naming | None:
    text = tokens[at].text
    if text in words.NUMBER_NOUNS:
        return _number_noun(tokens, at)
    if (strong := words.STRONG.get(text)) is not None:
        return Naming(at, at + 1, strong, "strong")
    if text in words.OTHER:
        return Naming(at, at + 1, None, "other")
    if (weak := words.WEAK.get(text)) is not None:
        return Naming(at, at + 1, weak, "weak")
    if text in words.UNDER:
        return _under(tokens, at)
    if text == "code" and _before(tokens, at, 1) == "sort":
        return Naming(at - 1, at + 1, "IBAN", "strong")
    if text == "ban" and _before(tokens, at, 1) in ("i", "ei", "ie", "e", "i.", "die"):
        return Naming(at - 1, at + 1, "IBAN", "strong")
    if text.startswith("ueberan") and not text.startswith(("ueberanst", "ueberantw")):
        return Naming(at, at + 1, "IBAN", "weak")  # what a recogniser made of it: "Meine Überanlaute"
    return _compound(tokens, at) if len(text) > words.SHORT else None


def _compound(tokens: Sequence[Token], at: int) -> Naming | None:
    text = tokens[at].text
    if "um" in text or "un" in text or text.endswith(("nr", "zeichen", "kennung", "ziffer", "mone", "monen")):
        parted = words.COMPOUND.fullmatch(text)
        if parted:
            return _compound_number(tokens, at, parted["head"])
        misheard = words.MISHEARD.fullmatch(text)
        kind = _head_kind(misheard["head"]) if misheard else None
        if kind is not None and kind != "unknown":
            return Naming(at, at + 1, kind, "strong")
    if text.endswith(("-id", "identifikation")):
        return _compound_number(tokens, at, text)
    return None


def _compound_number(tokens: Sequence[Token], at: int, head: str) -> Naming:
    """Name what a compound means by how it begins; where that says nothing, by the words before it."""
    kind = _head_kind(head)
    if kind != "unknown":
        return Naming(at, at + 1, kind, "strong" if kind else "other")
    before = _head_kind(_before(tokens, at, 1))
    if before == "unknown" or before is None:
        return Naming(at, at + 1, None, "generic")
    return Naming(at - 1, at + 1, before, "strong")


def _head_kind(head: str) -> Identifier | Literal["unknown"] | None:
    if len(head) < 2:
        return "unknown"
    return next((kind for pattern, kind in words.HEADS if pattern.match(head)), "unknown")


def _number_noun(tokens: Sequence[Token], at: int) -> Naming | None:
    """Name what `number`, `Nummer`, `ID` stands for, by the words before it, else by those behind it."""
    text = tokens[at].text
    for back in range(1, LOOK_BACK + 1):
        before = _before(tokens, at, back)
        if not before:
            break
        kind: Identifier | Literal["unknown"] | None = words.KEYS.get(before, "unknown")
        if kind == "unknown" and back == 1 and len(before) > 3:
            kind = _head_kind(before)
        if kind != "unknown":
            return Naming(at - back, at + 1, kind, "strong" if kind else "other")
    if text in words.OTHER_MEANINGS:
        return None  # by themselves words of other meanings
    return _looking_ahead(tokens, at)


def _looking_ahead(tokens: Sequence[Token], at: int) -> Naming | None:
    """Name "number of my credit card", "Nummer von meiner Karte"; "number of people" is none."""
    end = at + 1
    while end < len(tokens) and end <= at + LOOK_AHEAD and tokens[end].utterance == tokens[at].utterance:
        if tokens[end].digits or tokens[end].placeholder:
            break
        named = words.STRONG.get(tokens[end].text) or words.WEAK.get(tokens[end].text)
        if named:
            return Naming(at, end + 1, named, "strong")
        end += 1
    if _text(tokens, at + 1, at) == "of" or _before(tokens, at, 1) in ("a", "large", "eine"):
        return None
    return Naming(at, at + 1, None, "generic")


def _under(tokens: Sequence[Token], at: int) -> Naming | None:
    near = {_before(tokens, at, back) for back in range(1, 6)}
    return Naming(at, at + 1, "PHONE", "weak") if near & words.CALLS else None


def _before(tokens: Sequence[Token], at: int, back: int) -> str:
    place = at - back
    return tokens[place].text if place >= 0 and tokens[place].utterance == tokens[at].utterance else ""


def _text(tokens: Sequence[Token], place: int, at: int) -> str:
    return tokens[place].text if place < len(tokens) and tokens[place].utterance == tokens[at].utterance else ""
