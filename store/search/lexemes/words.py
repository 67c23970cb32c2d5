"""What a word is found by: its stem, the parts it is made of, its sound.

Utterances are analysed here when they are indexed and words when they are asked for: both agree, on every server.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import chain
from threading import Lock

import Stemmer

from stimmung.store.search.lexemes.compounds import WHOLE, Compound, Compounds
from stimmung.store.search.lexemes.contractions import ONE_SPELLING, expanded
from stimmung.store.search.lexemes.folding import fold, lowered, number
from stimmung.store.search.lexemes.sounds import sounds
from stimmung.store.search.lexemes.tokens import AND, chunks, piece_spans, pieces
from stimmung.store.search.lexemes.verbs import Verbs

KNOWN_CHUNKS = 50_000  # of each language; about 0.5 kB each
MOST_JOINED = 4  # pieces: `Ende-zu-Ende-Test` is also found written as one
SNOWBALL = {"de": "german", "en": "english"}
LONGEST_STEM = 100  # signs; a lexeme of PostgreSQL takes 2,046 bytes
EITHER = ""  # the language of words that are asked for, and of utterances in any other


@dataclass(frozen=True, slots=True)
class Lexemes:
    """One word at one place: its own stems (of a verb's form the infinitive's too), those of its parts, its sounds.

    `made_of` are its parts in order, two at least, each as stems of which one is there; known of words that are asked
    for.
    """

    stems: tuple[str, ...]
    parts: tuple[str, ...] = ()
    sounds: tuple[str, ...] = ()
    made_of: tuple[tuple[str, ...], ...] = ()


class WordAnalysis:
    """Analyses words; keeps what it has analysed. Threads may share one.

    `compound_words` are German words of the house (products, tariffs) that compounds may hold.
    """

    def __init__(self, compound_words: Iterable[str] = ()) -> None:
        self._compounds = Compounds(compound_words)
        self._verbs = Verbs()
        self._stemmers = {language: Stemmer.Stemmer(name, 0) for language, name in SNOWBALL.items()}
        self._lock = Lock()  # a stemmer must not be entered twice
        self._known: dict[str, Callable[[str], tuple[Lexemes, ...]]] = {
            language: lru_cache(KNOWN_CHUNKS)(partial(self._chunk, language=language))
            for language in (*SNOWBALL, EITHER)
        }

    @property
    def compound_words(self) -> tuple[str, ...]:
        """Return the words of the house in order, as they are read."""
        return self._compounds.more

    def of_text(self, text: str, language: str) -> tuple[Lexemes, ...]:
        """Return the words of an utterance in order, one a place; a language but `de` and `en` counts as either."""
        known = self._known.get(language) or self._known[EITHER]
        return tuple(chain.from_iterable(map(known, chunks(text))))

    def of_query(self, word: str) -> Lexemes:
        """Return what finds a word, in either language; the parts of `E-Mail` are its pieces; `…` finds nothing."""
        found = chunks(word)
        cut = [piece for chunk in found for piece in pieces(chunk)]
        if len(cut) < 2:
            return self._known[EITHER](found[0])[0] if found else Lexemes(())
        whole = self._word(_joined(word, cut), EITHER)
        made_of = _several(self._word(piece, EITHER).stems for piece in cut)
        return Lexemes(whole.stems, _unique(chain.from_iterable(made_of), whole.stems), whole.sounds, made_of)

    def spans(self, text: str) -> tuple[tuple[int, int], ...]:
        """Return where each word of `of_text` stands: first and last + 1 character."""
        return tuple(piece_spans(text))

    def _chunk(self, chunk: str, language: str) -> tuple[Lexemes, ...]:
        if chunk.startswith("["):
            return (Lexemes((chunk.casefold(),)),)
        cut = pieces(chunk)
        words = [self._word(piece, language) for piece in cut]
        if len(cut) == 1:
            return tuple(words)
        joined: list[list[str]] = [[] for _ in cut]
        for first in range(len(cut)):
            for last in range(first + 1, min(first + MOST_JOINED, len(cut))):
                if AND not in chunk and all(piece.isdigit() for piece in cut[first : last + 1]):
                    continue
                stems = self._stems(_joined(chunk, cut[first : last + 1]), language)
                joined[first].extend(stems)
                joined[last].extend(stems)
        return tuple(
            Lexemes(_unique((*word.stems, *more)), word.parts, word.sounds)
            for word, more in zip(words, joined, strict=True)
        )

    def _word(self, word: str, language: str) -> Lexemes:
        stems = self._stems(word, language)
        spoken = expanded(word)
        part_language = language if spoken else "de"
        if spoken:
            compound = Compound(spoken, tuple((one,) for one in spoken))
        else:
            compound = self._compounds.read(lowered(word)) if language != "en" else WHOLE
        parts = chain.from_iterable(self._stems(part, part_language) for part in compound.parts)
        groups = () if language else compound.made_of  # nobody asks in one language, and nothing else needs them
        made_of = (chain.from_iterable(self._stems(part, part_language) for part in group) for group in groups)
        return Lexemes(stems, _unique(parts, stems), sounds(word, language), _several(made_of))

    def _stems(self, word: str, language: str) -> tuple[str, ...]:
        low = lowered(word)
        low = ONE_SPELLING.get(low, low)
        if low[:1].isdigit():
            return (number(low)[:LONGEST_STEM],)
        languages = (language,) if language else tuple(SNOWBALL)
        return _unique(chain.from_iterable(self._stems_in(low, one) for one in languages))

    def _stems_in(self, low: str, language: str) -> Iterator[str]:
        infinitive = self._verbs.infinitive(low, language)
        for form in (low, infinitive) if infinitive else (low,):
            with self._lock:
                stem = self._stemmers[language].stemWord(form)
            yield fold(stem)[:LONGEST_STEM]


def _joined(chunk: str, cut: Iterable[str]) -> str:
    """Return pieces as one word; an `&` is part of the name: `H&M`, `1&1`."""
    return (AND if AND in chunk else "").join(cut)


def _several(groups: Iterable[Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    """Return what a word is made of, each part once; nothing where that is one part."""
    found = tuple(dict.fromkeys(one for group in groups if (one := _unique(group))))
    return found if len(found) > 1 else ()


def _unique(words: Iterable[str], without: tuple[str, ...] = ()) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word and word not in without))
