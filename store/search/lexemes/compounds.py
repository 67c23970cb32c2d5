"""German compounds cut into the words they are made of: `Stromrechnung` into `Strom` and `Rechnung`.

Own code: of the libraries tried, those that cut well are under the GPL or LGPL or want another Python, and those that
remain (frequencies of wordfreq, the nouns of Wiktionary) cut one word in seven of those that must stay whole.
Every part must be on our list; beside a telling one (`Rechnung`, `Tarif`) a single unknown word may stand.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from stimmung.store.search.lexemes.compound_words import CompoundWords, read_compound_words
from stimmung.store.search.lexemes.folding import fold, lowered

SHORTEST = 6  # letters of a compound: `Bauamt`
LONGEST = 60  # letters: beyond it stands no word
SHORTEST_PART = 3
SHORTEST_UNKNOWN_FIRST = 4  # letters
SHORTEST_UNKNOWN_LAST = 5  # letters; most endings are shorter
CAPITAL = re.compile(r"(?<=[^\W\d_A-ZÄÖÜ]{2})(?=[A-ZÄÖÜ][^\W\d_A-ZÄÖÜ]{2})")  # within a name: `Smart|Tarif`
DIGRAPH = re.compile(r"ae|oe|(?<![aeq])ue")
START = re.compile(  # of a German syllable: tells `Brand|schutz` from `Bra|ndschutz`
    r"(?:[bcfgkp]?[lr]|[bdfghjlmnprvwxz]|c|d[rw]|gn|kn?|pfl?|pfr?|ph[lr]?|ps|qu|rh|s|sch[lmnrw]?|sk|sl|sp[lr]?|str?|t[hrw]?"
    r"|tsch|wr|zw)?[aeiouy]"
)
NO_END = re.compile(r"[jqvw]$|[mn]b$|[^aeiouyhlr][lr]$")  # of a German word: tells `Attr|aktion`
LEFT_OVER = (
    "be",
    "ver",
    "ge",
    "ent",
    "zer",
    "ab",
    "auf",
    "aus",
    "zu",
    "nach",
    "vor",
    "um",
    "un",
    "bei",
)  # `Tatbe|stand`
PREFIXES = frozenset(  # of verbs and what is made of them: `Weiterleitung`, `Zusammenstellung`
    """
    aneinander auseinander daher dahin daneben darauf daran davon davor dazu dazwischen durch einander empor entgegen
    entlang fehl fort frei gegen gegenuber heraus herab heran herauf herbei herein herum herunter hervor hinab hinauf
    hinaus hinein hinter hinunter hinzu nach nieder statt uber uberein umher unter unver voll voran voraus vorbei vorher
    weiter wider wieder zurecht zuruck zusammen zuvor zwischen miss
    """.split()
)
ENDINGS = re.compile(
    r"(?:s|es|en|n|er|r)?(?:ier|isier|alis|ali|abl|ation|ion|iell|isation|ization|at[io]|olog|ogra|ität|isch|d?ig|lich|inn?|in$|los|haft|bar|sam|ung|heit|keit|schaft|tum|nis|ling|erei|ler)"
)


@dataclass(frozen=True, slots=True)
class Part:
    """A part that starts at a letter of the compound; one that is not listed is found by its own letters."""

    start: int
    words: tuple[str, ...] = ()  # any of which it stands for
    telling: bool = False  # an unknown word may precede
    inner: tuple[str, ...] = ()  # that those are made of


@dataclass(frozen=True, slots=True)
class Compound:
    """A word that is made of others; all empty for one that is not.

    `parts` are all words it is found by. `made_of` are its parts in order, each as the words that it may stand for:
    `mahngebühr` is made of (mahnung or mahnen) and gebühr.
    """

    parts: tuple[str, ...] = ()
    made_of: tuple[tuple[str, ...], ...] = ()


WHOLE = Compound()


class Compounds:
    """Cuts compounds; `words` of the house are added to those known. The list is read when it is first needed."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._more = tuple(sorted({tuple(map(lowered, CAPITAL.split(word.strip()))) for word in words}))

    @property
    def more(self) -> tuple[str, ...]:
        """Return the words of the house in order, in small letters, with a hyphen where a capital parts them."""
        return tuple(map("-".join, self._more))

    @cached_property
    def _known(self) -> CompoundWords:
        if not self._more:
            return read_compound_words()
        plain = Compounds()  # words of the house may be made of known ones
        return read_compound_words({"".join(own): own if len(own) > 1 else plain.inner(*own) for own in self._more})

    def read(self, word: str) -> Compound:
        """Return what a word in small letters is made of, in dictionary form.

        Of three parts and more, neighbours are given together as well: `stromrechnung` in `stromrechnungskopie`.
        """
        if not SHORTEST <= len(word) <= LONGEST or not word.isalpha():
            return WHOLE
        folded = fold(word)
        whole = self._known.whole.get(folded)
        if whole is not None:
            return self._listed(folded, whole)
        cut = self._cut(folded)
        if not cut or not all(part.words for part in cut):
            plain = DIGRAPH.sub(lambda found: found.group()[0], folded)  # `gebuehr`: the other way to write `gebühr`
            better = self._cut(plain) if plain != folded and plain not in self._known.whole else ()
            word, folded, cut = (plain, plain, better) if better else (word, folded, cut)
        written = word if len(word) == len(folded) else folded
        each = tuple(_each(written, cut))
        inner = chain.from_iterable((*words, *part.inner) for words, part in zip(each, cut, strict=True))
        return Compound(tuple(dict.fromkeys(chain(inner, _together(written, cut)))), each)

    def inner(self, word: str) -> tuple[str, ...]:
        """Return each part of a word, no two together."""
        return tuple(chain.from_iterable(self.read(word).made_of))

    def parts(self, word: str) -> tuple[str, ...]:
        """Return the words that `read` finds a word by."""
        return self.read(word).parts

    def _listed(self, folded: str, whole: tuple[str, ...]) -> Compound:
        """Return what a listed word is made of that is cut no further than into words that the list names."""
        inner = self._tails(folded).get(0, ()) if whole else ()
        named = chain.from_iterable((*part.words, *part.inner) for part in inner)
        made_of = tuple(part.words for part in inner) or (tuple((one,) for one in whole) if len(whole) > 1 else ())
        return Compound(tuple(dict.fromkeys((*whole, *named))), made_of)

    def _cut(self, word: str) -> tuple[Part, ...]:
        tails = self._tails(word)
        return tails.get(0) or _behind_unknown(word, tails) or self._before_unknown(word)

    def _tails(self, word: str) -> dict[int, tuple[Part, ...]]:
        """Return for each letter the fewest known parts that the word is made of from there to its end.

        From the first letter on there are two at least.
        """
        tails: dict[int, tuple[Part, ...]] = {}
        for start in range(len(word) - SHORTEST_PART, -1, -1):
            last = self._known.last.get(word[start:]) if start else None
            if last:
                tails[start] = (Part(start, last.words, last.after_unknown, last.inner),)
                continue
            ways = [
                (Part(start, first.words, first.before_unknown, first.inner), *tails[end])
                for end in range(len(word) - SHORTEST_PART, start + SHORTEST_PART - 1, -1)
                if end in tails and (first := self._known.first.get(word[start:end]))
            ]
            if ways:
                tails[start] = min(ways, key=len)
        return tails

    def _before_unknown(self, word: str) -> tuple[Part, ...]:
        for end in range(len(word) - SHORTEST_UNKNOWN_LAST, SHORTEST_PART - 1, -1):
            first = self._known.first.get(word[:end])
            if first and first.before_unknown and START.match(word, end) and not ENDINGS.match(word, end):
                return (Part(0, first.words, inner=first.inner), Part(end))
        return ()


def _behind_unknown(word: str, tails: dict[int, tuple[Part, ...]]) -> tuple[Part, ...]:
    for start in sorted(tails):
        if start >= SHORTEST_UNKNOWN_FIRST and tails[start][0].telling and _may_be_word(word[:start]):
            return (Part(0), *tails[start])
    return ()


def _may_be_word(unknown: str) -> bool:
    """Tell whether the letters before a telling part look like a word of their own."""
    if not START.match(unknown) or NO_END.search(unknown):
        return False
    return unknown not in PREFIXES and not unknown.endswith(LEFT_OVER)


def _each(word: str, cut: tuple[Part, ...]) -> Iterator[tuple[str, ...]]:
    for place, part in enumerate(cut):
        end = cut[place + 1].start if place + 1 < len(cut) else len(word)
        yield part.words or (word[part.start : end],)


def _together(word: str, cut: tuple[Part, ...]) -> Iterator[str]:
    for count in range(2, len(cut)):
        for first in range(len(cut) - count + 1):
            last = cut[first + count - 1]
            if last.words:
                yield word[cut[first].start : last.start] + last.words[0]
