"""The words of a query as PostgreSQL's `tsquery`, from lexemes that are quoted: nothing typed is read as its syntax."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import Final

from stimmung.store.search.common_words import COMMON
from stimmung.store.search.language.query import All, Any, Near, Node, Not, Phrase, Prefix, Word
from stimmung.store.search.lexemes.folding import fold
from stimmung.store.search.lexemes.sounds import near_sounds
from stimmung.store.search.lexemes.tokens import pieces
from stimmung.store.search.lexemes.words import Lexemes, WordAnalysis

FORM = "="  # before a whole word as it was said, folded: what prefixes look through
SHORT = 2  # letters: parts as short as the E of `E-Mail` only count beside the others
MOST_CUT: Final = 6  # parts that may be one word, two, or two compounds: what is longer was written with hyphens
MOST_PAIRED: Final = 6  # words of which two are looked for: 15 pairs
EXACT = "A"  # weight of stems; parts of compounds have none


@dataclass(frozen=True, slots=True)
class Term:
    """A word, phrase or beginning that may be found: `exact` by its own stems, `anyhow` also in compounds.

    `sound` finds words that sound alike, `apart` the parts of a compound wherever they stand; None where that would
    find too much.
    """

    text: str
    exact: str
    anyhow: str
    sound: str | None = None
    apart: str | None = None
    common: bool = False  # tells nothing by itself


@dataclass(frozen=True, slots=True)
class WordQuery:
    """All words of a query: `every` as it asks, `terms` those that may be found, in its order, for ranking."""

    every: str
    terms: tuple[Term, ...]
    plain: bool
    adjacent: str | None = None  # the words of a plain query one after the other, pair by pair
    excluded: str | None = None

    def telling(self, rare: Sequence[bool]) -> str | None:
        """Return what asks for any of the terms that are `rare`, or for two of others; None where nothing else would be
        found than what `every` finds, or the query is no plain list of words.
        """
        own = [one.anyhow for one, is_rare in zip(self.terms, rare, strict=True) if is_rare]
        if not own:
            others = [one.anyhow for one in self.terms if not one.common][:MOST_PAIRED]
            own = [conjunction(pair) for pair in combinations(others, 2)] if len(others) > 2 else []
        if not self.plain or not own or len(self.terms) < 2:
            return None
        some = disjunction(own)
        return conjunction([some, self.excluded]) if self.excluded else some

    def apart(self) -> "WordQuery | None":
        """Return the query with the parts of compounds wherever they stand; None where it has no compound."""
        if not self.plain or not any(one.apart for one in self.terms):
            return None
        terms = tuple(replace(one, anyhow=one.apart or one.anyhow) for one in self.terms)
        every = conjunction([*(one.anyhow for one in terms), *([self.excluded] if self.excluded else [])])
        return replace(self, every=every, terms=terms)

    def sounding(self, unknown: Sequence[bool]) -> str | None:
        """Return the query with those terms by their sound that are `unknown`; None where one has none."""
        if not self.plain or not any(unknown):
            return None
        parts = [one.sound if new else one.anyhow for one, new in zip(self.terms, unknown, strict=True)]
        if any(part is None for part in parts):
            return None
        asked = conjunction([part for part in parts if part])
        return conjunction([asked, self.excluded]) if self.excluded else asked


def lexeme(name: str, suffix: str = "") -> str:
    """Return a lexeme quoted for `tsquery`, with what follows it: `:*`, or a weight."""
    quoted = name.replace("\\", "\\\\").replace("'", "''").replace("\0", "")
    return f"'{quoted}'{suffix}"


def conjunction(parts: Sequence[str]) -> str:
    """Return what asks for all parts."""
    return parts[0] if len(parts) == 1 else "(" + " & ".join(parts) + ")"


def disjunction(parts: Sequence[str]) -> str:
    """Return what asks for any part."""
    return parts[0] if len(parts) == 1 else "(" + " | ".join(parts) + ")"


def word_query(node: Node, words: WordAnalysis) -> WordQuery | None:
    """Return the words of a query; None where nothing in them can be looked for, such as signs alone."""
    every = _asked(node, words)
    if every is None:
        return None
    parts = node.parts if isinstance(node, All) else (node,)
    positive = [part for part in parts if not isinstance(part, Not)]
    plain = all(isinstance(part, Word | Prefix | Phrase) for part in positive)
    excluded = [found for part in parts if isinstance(part, Not) and (found := _asked(part, words))]
    terms = tuple(_terms(node, words))
    stems = [
        found for part in positive if isinstance(part, Word) and (found := _one_of(words.of_query(part.text).stems))
    ]
    pairs = [f"({first} <-> {second})" for first, second in pairwise(stems)]
    return WordQuery(
        every=every,
        terms=terms,
        plain=plain and bool(terms),
        adjacent=disjunction(pairs) if pairs else None,
        excluded=conjunction(excluded) if excluded else None,
    )


def _terms(node: Node, words: WordAnalysis) -> Iterable[Term]:
    match node:
        case All(parts) | Any(parts):
            for part in parts:
                yield from _terms(part, words)
        case Word(text):
            found = words.of_query(text)
            if anyhow := _word(found):
                common = fold(text) in COMMON
                yield Term(text, _one_of(found.stems, EXACT) or anyhow, anyhow, _sound(found), _apart(found), common)
        case Not():
            return
        case _:
            if asked := _asked(node, words):
                yield Term(_text(node), asked, asked)


def _text(node: Node) -> str:
    match node:
        case Prefix(text):
            return text
        case Phrase(words) | Near(words):
            return " ".join(words)
    return ""


def _asked(node: Node, words: WordAnalysis) -> str | None:
    match node:
        case Word(text):
            return _word(words.of_query(text))
        case Prefix(text):
            return _beginning(text)
        case Phrase(texts, prefix):
            return _phrase(texts, prefix, words)
        case Near(texts, within):
            return _near(texts, within, words)
        case All(parts):
            return _joined(parts, words, conjunction)
        case Any(parts):
            return _joined(parts, words, disjunction)
        case Not(part):
            inner = _asked(part, words)
            return f"!{inner}" if inner else None


def _beginning(text: str) -> str | None:
    """Return what finds words that begin so; `E-Mail` as its pieces, which have a place each, or written as one."""
    forms = [folded for piece in pieces(text) if (folded := fold(piece))]
    if not forms:
        return None
    whole = lexeme(FORM + "".join(forms), ":*")
    beside = " <-> ".join([*(lexeme(FORM + one) for one in forms[:-1]), lexeme(FORM + forms[-1], ":*")])
    return disjunction([f"({beside})", whole]) if len(forms) > 1 else whole


def _joined(parts: Sequence[Node], words: WordAnalysis, join: Callable[[Sequence[str]], str]) -> str | None:
    asked = [found for part in parts if (found := _asked(part, words))]
    return join(asked) if asked else None


def _word(found: Lexemes) -> str | None:
    """Return what finds a word: its stem anywhere, also within compounds, or all its own parts beside each other."""
    ways = [lexeme(stem) for stem in found.stems]
    if found.parts and found.made_of:
        ways += _beside(found.made_of)
    return disjunction(ways) if ways else None


def _beside(parts: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield what finds parts in order: as one word each, as one compound, and, of three and more, as two of these."""
    some = [disjunction([lexeme(one) for one in part]) for part in parts]
    yield f"({' <-> '.join(some)})"
    if len(parts) > MOST_CUT or _shared(parts):
        return
    yield f"({' <0> '.join(some)})"  # parts of a compound have its place
    if len(parts) > 2:
        for cut in range(1, len(parts)):
            yield f"(({' <0> '.join(some[:cut])}) <-> ({' <0> '.join(some[cut:])}))"


def _shared(parts: Sequence[Sequence[str]]) -> bool:
    """Tell whether one word could stand for two parts."""
    every = [one for part in parts for one in part]
    return len(set(every)) < len(every)


def _apart(found: Lexemes) -> str | None:
    """Return what finds all parts wherever they stand; not where one tells nothing, such as those of `can't`."""
    if not found.parts or not found.made_of:
        return None
    if any(len(one) <= SHORT or one in COMMON for part in found.made_of for one in part):
        return None
    whole = [lexeme(stem) for stem in found.stems]
    return disjunction([*whole, conjunction([disjunction([lexeme(one) for one in part]) for part in found.made_of])])


def _one_of(stems: Sequence[str], weight: str = "") -> str | None:
    return disjunction([lexeme(stem, f":{weight}" if weight else "") for stem in stems]) if stems else None


def _sound(found: Lexemes) -> str | None:
    codes = dict.fromkeys(found.sounds)
    for code in found.sounds:
        codes.update(dict.fromkeys(near_sounds(code)))
    return disjunction([lexeme(code) for code in codes]) if codes else None


def _phrase(texts: Sequence[str], prefix: bool, words: WordAnalysis) -> str | None:
    places = [_one_of(words.of_query(text).stems) for text in texts]
    if prefix and texts:
        places[-1] = _beginning(texts[-1])
    known = [place for place in places if place]
    return "(" + " <-> ".join(known) + ")" if known else None


def _near(texts: Sequence[str], within: int, words: WordAnalysis) -> str | None:
    places = [found for text in texts if (found := _one_of(words.of_query(text).stems))]
    pairs = [_pair(first, second, within) for first, second in pairwise(places)]
    return conjunction(pairs) if pairs else (places[0] if places else None)


def _pair(first: str, second: str, within: int) -> str:
    apart = range(1, within + 1)
    return disjunction(
        [f"({one} <{gap}> {other})" for gap in apart for one, other in ((first, second), (second, first))]
    )
