"""Cuts what was typed into tokens: words, phrases, meanings, operators, names of filters. Whatever is none is skipped.

A sign is one only where a word could begin: `E-Mail`, `24"` and `Kund:innen` hold none.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from stimmung.store.search.language.fields import Filter, Vocabulary
from stimmung.store.search.language.query import Field, Note, Place, QueryError
from stimmung.store.search.language.suggestions import nearest_filter
from stimmung.store.search.lexemes.folding import SOFT_HYPHEN, fold
from stimmung.store.search.lexemes.tokens import CHUNK, MARKS

QUOTES: Final = {'"': '"', **dict.fromkeys("„“”‟«»", '“”‟«»"')}  # what opens a quote, and what may close it
MINUS: Final = "-−–"  # phones turn one into another
LEAST_OF_PREFIX = 3  # letters or digits
MOST_MINUSES = 3  # before a word: more are a line that somebody drew
MOST_APART = 10  # words, of `"…"~10`: each distance asks PostgreSQL for two more phrases
OPERATORS: Final = {"OR": "OR", "ODER": "OR", "AND": "AND", "UND": "AND", "NOT": "NOT", "NICHT": "NOT"}
BEFORE_A_SIGN: Final = frozenset("(|),;")
LONGEST_NAME, LONGEST_KEY = 30, 80  # letters; bounded, or an open quote takes time by the square of its length
BEGINS_A_GROUP = frozenset({*QUOTES, "(", "~"})
SEPARATED = re.compile(
    rf"((?:[^\W\d_]|[{MARKS}]){{1,{LONGEST_NAME}}}(?:\.\w[\w.-]{{0,{LONGEST_KEY}}})?)(?:([:=])| ?(?=[<>≤≥]=? ?-?\d))"
)
GENDERED = re.compile(r"(?:innen|in|r|n|e|s)\b", re.IGNORECASE)  # behind a colon: Kund:innen
GENDERED_CUSTOMER = re.compile(r"(?<=[Kk]unde:)(?:in|innen|r)(?![\w-])")
BOTH_GENDERS = re.compile(r"[*:_]in(?:nen)?\b")  # Kund*innen: both begin so
WITHIN = re.compile(r"~(\d{1,3})(?!\w)")
NEAR_SPELLING = re.compile(r"~\d?(?!\w)")
SINGLE_AGENT: Final = frozenset({"agent", "agentin", "mitarbeiter", "mitarbeiterin", "berater", "beraterin"})
CAPITALS_TELL, WORDS_TELL = 5, 3  # letters, words: fewer in capitals are names such as SMS


class Kind(Enum):
    """What a token is."""

    WORD = auto()
    PREFIX = auto()
    QUOTED = auto()
    MEANING = auto()
    FILTER = auto()
    OPEN = auto()
    CLOSE = auto()
    OR = auto()
    AND = auto()
    NOT = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of what was typed. `text` is a quote's without the signs; `within` that of `"…"~5`; `filter` by name."""

    kind: Kind
    place: Place
    text: str = ""
    within: int | None = None
    filter: Filter | None = None
    separator: str = ""


class Lexer:
    """Finds the token at a place of a text, and says in `notes` what was read in another way than it stands there."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self.text = text
        self.notes: dict[Place, Note] = {}
        self._vocabulary = vocabulary
        self._shouted = _shouted(text)

    def token(self, at: int) -> Token | None:
        """Return the first token from a place on; None at the end. Raises QueryError."""
        while at < len(self.text):
            if found := self._sign(at) or self._word(at):
                return found
            at += 1
        return None

    def quoted(self, at: int, *, doubled: bool) -> tuple[str, int]:
        """Return the text of the quote that opens at a place, and where it ends; an open one is closed.

        `doubled`: a sign that stands twice is one of the text.
        """
        closing = QUOTES[self.text[at]]
        begin, end = at + 1, at + 1
        while end < len(self.text):
            if self.text[end] in closing:
                if not doubled or self.text[end : end + 2] != '""':
                    return self.text[begin:end].replace('""', '"') if doubled else self.text[begin:end], end + 1
                end += 1
            end += 1
        end = self._before_filters(begin)
        self.note(Place(at, at + 1), "the quote was not closed; it is read up to the end of the words", "")
        return self.text[begin:end], end

    def note(self, place: Place, text: str, instead: str = "") -> None:
        """Keep a note, once for a place however often it is read."""
        self.notes[place] = Note(place, text, instead)

    def _before_filters(self, begin: int) -> int:
        for found in SEPARATED.finditer(self.text, begin):
            if self.text[found.start() - 1] in " -(" and found[2] == ":" and self._vocabulary.named(found[1]):
                return len(self.text[: found.start()].rstrip(" -("))
        return len(self.text)

    def _starts(self, at: int) -> bool:
        for _ in range(MOST_MINUSES):
            if at > 0 and self.text[at - 1] in MINUS:
                at -= 1
        return at == 0 or self.text[at - 1] in BEFORE_A_SIGN or is_blank(self.text[at - 1])

    def _sign(self, at: int) -> Token | None:
        sign, following = self.text[at], self.text[at + 1 : at + 2]
        one = Place(at, at + 1)
        if sign == "(":
            return Token(Kind.OPEN, one)
        if sign == ")":
            return Token(Kind.CLOSE, one)
        if sign == "|":
            return Token(Kind.OR, Place(at, at + 2) if following == "|" else one, "|")
        if not self._starts(at):
            return None
        if sign in MINUS and ((following in {*QUOTES, "(", "~"} and following) or CHUNK.match(self.text, at + 1)):
            return Token(Kind.NOT, one, "-")
        if sign == "~":
            return self._meaning(at)
        if sign in QUOTES:
            return self._quote(at)
        if sign == "*" and CHUNK.match(self.text, at + 1):
            self.note(one, "a * before a word is left out: words are found inside compounds without it")
        return self._filter(at)

    def _meaning(self, at: int) -> Token | None:
        following = self.text[at + 1 : at + 2]
        if following and following in QUOTES:
            text, end = self.quoted(at + 1, doubled=True)
        elif following == "(":
            text, _, rest = self.text[at + 2 :].partition(")")
            end = len(self.text) - len(rest)
        elif found := CHUNK.match(self.text, at + 1):
            text, end = found.group(), found.end()
        else:
            return None
        return Token(Kind.MEANING, Place(at, end), cleaned(text))

    def _quote(self, at: int) -> Token:
        text, end = self.quoted(at, doubled=False)
        within = WITHIN.match(self.text, end)
        if within is None:
            return Token(Kind.QUOTED, Place(at, end), text)
        count = int(within[1])
        if not 1 <= count <= MOST_APART:
            place = Place(within.start(), within.end())
            raise QueryError(f"words can be sought within 1 to {MOST_APART} words of each other", place, "", "~5")
        return Token(Kind.QUOTED, Place(at, within.end()), text, within=count)

    def _filter(self, at: int) -> Token | None:
        """Return the name of a filter with the sign behind it. Raises QueryError for what is nearly one."""
        found = SEPARATED.match(self.text, at)
        if found is None:
            return None
        name, place = found[1], Place(at, found.end(1))
        if known := self._vocabulary.named(name):
            if (found[2] is None and known.number is None) or self._is_gendered(known, found.end()):
                return None
            return Token(Kind.FILTER, Place(at, found.end()), name, filter=known, separator=found[2] or "")
        if found[2] == ":":
            self._doubt(name, place, found.end())
        return None

    def _is_gendered(self, known: Filter, after: int) -> bool:
        return known.text is Field.CUSTOMER and GENDERED_CUSTOMER.match(self.text, after) is not None

    def _doubt(self, name: str, place: Place, after: int) -> None:
        """Raise QueryError for what can only be meant as a filter; note what is read as words all the same."""
        value = self.text[after : after + 40].split()
        if not value or is_blank(self.text[after]) or value[0].startswith("//") or GENDERED.match(value[0]):
            return
        if fold(name) in SINGLE_AGENT:
            place = Place(place.start, after + len(value[0]))
            reason = f"there is no filter `{name}:` for single agents; by:agent finds what agents said"
            raise QueryError(reason, place, "", "by:agent")
        if suggestion := nearest_filter(name, value[0], self._vocabulary):
            raise QueryError(f"there is no filter `{name}:`; did you mean `{suggestion}:`?", place, "", suggestion)
        self.note(place, f"there is no filter `{name}:`, so it is looked for as a word")

    def _word(self, at: int) -> Token | None:
        found = CHUNK.match(self.text, at)
        if found is None:
            return None
        text, end = found.group(), found.end()
        if self.text[end : end + 1] == "*" or BOTH_GENDERS.match(self.text, end):
            return self._prefix(at, end)
        if operator := OPERATORS.get(text):
            return self._operator(operator, Place(at, end))
        if spelling := NEAR_SPELLING.match(self.text, end):
            self.note(Place(end, spelling.end()), "near spellings are looked for without ~ where a word is not found")
            end = spelling.end()
        return Token(Kind.WORD, Place(at, end), text)

    def _operator(self, operator: str, place: Place) -> Token:
        text = self.text[place.start : place.end]
        if operator == "NOT" and self._shouted:
            self.note(place, f"all is in capitals, so {text} is looked for as a word; -word leaves a word out")
            return Token(Kind.WORD, place, text)
        return Token(Kind[operator], place, text)

    def _prefix(self, at: int, end: int) -> Token:
        text = self.text[at:end]
        while self.text[end : end + 1] in {"*", ":", "_"}:
            end += 1
        place = Place(at, end)
        if sum(sign.isalnum() for sign in text) < LEAST_OF_PREFIX:
            raise QueryError(f"a * needs at least {LEAST_OF_PREFIX} letters before it", place, "", text)
        if (rest := CHUNK.match(self.text, end)) is not None:
            place = Place(at, rest.end())
            self.note(place, f"a * ends a word: this is read as {text}*", f"{text}*")
        return Token(Kind.PREFIX, place, text)


def is_blank(sign: str) -> bool:
    """Return whether a sign parts words: blanks, and what nobody can see."""
    return sign.isspace() or not sign.isprintable()


def cleaned(text: str) -> str:
    """Return a text in one line; signs that cannot be shown or kept are blanks."""
    return " ".join("".join(" " if is_blank(sign) else sign for sign in text.replace(SOFT_HYPHEN, "")).split())


def _shouted(text: str) -> bool:
    """Return whether all is in capitals, so that capitals tell nothing."""
    words = [word for word in CHUNK.findall(text) if word not in OPERATORS and word.isalpha()]
    long = len(words) >= WORDS_TELL or any(len(word) >= CAPITALS_TELL for word in words)
    return long and all(word.isupper() for word in words)
