"""The pattern language of the safety phrases, and what becomes of it: regular expressions over folded text.

word        this word, in any case and spelling
word*       with any ending
gas+leck    in one word, in two or with a hyphen
(a|b c)     one of these; [a|b c] one of these or nothing
_  __       up to two, up to five words in between, none of which negates
!(a|b c)    what follows is none of these
.           here the clause or the sentence ends
{name}      one of a named list of the file
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from stimmung.calls.safety_text import fold_word

TOKEN = re.compile(r"\s*([()\[\]|]|!\(?|__?(?=[\s)\]|]|$)|\.|[^\s()\[\]|!.]+)")
NAMED = re.compile(r"\{(\w+)\}")
SPELT = re.compile(r"[^\W_]+(?:['’][^\W_]+)*(?:\+[^\W_]+)*\*?")
BREAK = ",? "  # phrases run across commas and hesitations, never across the end of a sentence
KEY = 3  # letters of a word by which phrases are looked up: 2 give ten times the candidates, 4 no fewer
GAPS = {"_": 2, "__": 5}
CLOSING = {"(": ")", "[": "]", "!(": ")"}
ENDS = {")", "]", "|", ""}


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase ready to be looked for: its expression, and the first letters of the words that it may begin with."""

    expression: re.Pattern[str]
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What phrases of one language may use: named lists by name, and the phrases that no gap steps over."""

    lists: Mapping[str, str]
    never_between: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    expression: str
    keys: frozenset[str]  # empty where it may match no word at all


class PatternReader:
    """Compiles the phrases of one language."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._lists = vocabulary.lists
        self._words: dict[str, _Part] = {}  # lists bring the same ones again and again: a third of the time
        self._step = rf"{BREAK}\w++"
        if vocabulary.never_between:
            self._step = f"(?!{self.alternatives(vocabulary.never_between)}){self._step}"

    def compile(self, phrase: str) -> Phrase:
        """Compile one phrase; raise ValueError, saying what is wrong, where it cannot be read."""
        part = self._read(phrase)
        if not part.keys:
            raise ValueError("it must begin with a word")
        return Phrase(re.compile(part.expression), part.keys)

    def alternatives(self, phrases: Iterable[str]) -> str:
        """Return an expression that matches any of the phrases, each with the space before it."""
        return "(?:" + "|".join(self._read(phrase).expression for phrase in phrases) + ")"

    def _read(self, phrase: str) -> _Part:
        tokens = _tokens(f"{NAMED.sub(self._named, phrase)})")  # a phrase is a group without its first bracket
        part = self._group("(", tokens)
        if tokens:
            raise ValueError(f"'{tokens[-1]}' stands alone")
        return part

    def _named(self, match: re.Match[str]) -> str:
        if match[1] not in self._lists:
            raise ValueError(f"there is no list of the name {match[1]}")
        return f"({self._lists[match[1]]})"

    def _sequence(self, tokens: list[str]) -> _Part:
        """Read up to the next mark that ends it; `tokens` is a stack, its next token last."""
        parts = []
        while tokens and tokens[-1] not in ENDS:
            parts.append(self._part(tokens.pop(), tokens))
        if not parts:
            raise ValueError("nothing stands where a word is needed")
        return _Part("".join(part.expression for part in parts), parts[0].keys)

    def _part(self, token: str, tokens: list[str]) -> _Part:
        if token in CLOSING:
            return self._group(token, tokens)
        if token in GAPS:
            return _Part(rf"(?:{self._step}){{0,{GAPS[token]}}}?", frozenset())
        if token == ".":
            return _Part(r"(?=[,.])", frozenset())
        if token not in self._words:
            self._words[token] = _word(token)
        return self._words[token]

    def _group(self, opening: str, tokens: list[str]) -> _Part:
        parts = [self._sequence(tokens)]
        while tokens and tokens[-1] == "|":
            tokens.pop()
            parts.append(self._sequence(tokens))
        if not tokens or tokens.pop() != CLOSING[opening]:
            raise ValueError(f"'{opening}' is never closed")
        joined = "|".join(part.expression for part in parts)
        if opening == "!(":
            return _Part(f"(?!{joined})", frozenset())
        certain = opening == "(" and all(part.keys for part in parts)
        keys = frozenset().union(*(part.keys for part in parts)) if certain else frozenset()
        return _Part(f"(?:{joined})" + ("?" if opening == "[" else ""), keys)


def _tokens(phrase: str) -> list[str]:
    """Split a phrase, last token first."""
    tokens, place = [], 0
    text = phrase.strip()
    while place < len(text):
        match = TOKEN.match(text, place)
        if match is None:
            raise ValueError(f"cannot read '{text[place:]}'")
        tokens.append(match[1])
        place = match.end()
    return tokens[::-1]


def _word(token: str) -> _Part:
    if not SPELT.fullmatch(token):
        raise ValueError(f"'{token}' is no word of the pattern language")
    stem, *joined = token.removesuffix("*").split("+")
    words = fold_word(stem).split()
    if not words:
        raise ValueError(f"'{token}' is a hesitation, which is never looked at")
    bare = not joined and not token.endswith("*")
    if len(words[0]) < KEY and len(words) == 1 and not bare:
        raise ValueError(f"'{token}' is too short for '+' or '*': three letters must stand before them")
    ending = r"\w*+" if token.endswith("*") else ""
    expression = BREAK + BREAK.join(words) + "".join(f" ?{fold_word(part)}" for part in joined) + ending + r"\b"
    return _Part(expression, frozenset({words[0][:KEY]}))
