"""Utterances, or a plain text, as one stream of words in the order in which they were said.

Every finder reads this stream. A word of an utterance is one token; digits are known however they were said.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from stimmung.calls.redaction.records import Part
from stimmung.calls.redaction.spoken import word_digits
from stimmung.speech.records import Role, Utterance, Word

SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'"})
CORE = re.compile(r"^[^\w+@#€$£%]*(?P<core>.*?)(?P<mark>[^\w€$£%+]*)$", re.DOTALL)
PLACEHOLDER = re.compile(r"[^\w\[]*\[(?P<kind>[A-Z]+(?:_[A-Z]+)*)\]\W*")
SIGNS = MappingProxyType(
    {",": ",", ";": ",", ":": ",", "…": ",", "-": ",", "–": ",", "—": ",", ".": ".", "!": ".", "?": "?"}
)
CHUNK = re.compile(r"\S+")
# Where words are written without a blank: behind `IBAN:` or `Tel.=`, though not in 14:30; before an opening bracket;
# in `calls/+49…`, not in and/or; before the ending of a file's name.
SEAM = re.compile(
    r"(?<=[^\W\d]/)(?=[+\d])|(?<=\d{3})(?=\.[A-Za-z]\w{1,3}$)|[:;=]+(?=[^\W\d]|[+(\[])|(?<=[^\s\d])[:;=]+(?=\d)|,(?=[^\W\d])|(?<=\w)(?=[(\[])"
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word: where it stands, how it was written, what it says."""

    index: int  # its place in the stream
    utterance: int  # place of its utterance in the sequence that was given; line of a plain text
    word: int  # its place in that utterance
    channel: int
    role: Role
    language: str
    raw: str  # as it was written
    text: str  # folded, without the marks around it: `meine`, `fuenf`, `max@web.de`, `0171/39`, `49,90`, `€`
    mark: str  # marks behind it, as they were written
    sign: str  # what they mean: `,`, `.`, `?`, or nothing
    digits: str  # what it says in digits: "45" for `fünfundvierzig`, "017139" for `0171/39`; empty where no number
    placeholder: str  # `IBAN` for `[IBAN]`, which an earlier redaction left; else empty
    start: float  # s in the call
    end: float


@dataclass(frozen=True, slots=True)
class Stream:
    """Tokens in the order in which utterances began; the words of an utterance stay together.

    `spans` are the first token of each utterance, by its place in the sequence that was given, and the one behind it.
    """

    tokens: tuple[Token, ...]
    spans: Mapping[int, tuple[int, int]]

    def parts(self, first: int, last: int) -> tuple[Part, ...]:
        """Return tokens `first` to `last` (exclusive) as parts, one for each utterance they touch."""
        return parts_of(self.tokens[first:last])

    def starts_utterance(self, index: int) -> bool:
        """Say whether a token is the first of its utterance."""
        return self.spans[self.tokens[index].utterance][0] == index

    def ends_utterance(self, index: int) -> bool:
        """Say whether a token is the last of its utterance."""
        return self.spans[self.tokens[index].utterance][1] == index + 1


@dataclass(frozen=True, slots=True)
class Reading:
    """What a word is by itself, wherever it stands: as the fields of `Token`."""

    text: str
    mark: str
    sign: str
    digits: str
    placeholder: str


Readings = MutableMapping[str, Reading]  # of words as they were written


@dataclass(frozen=True, slots=True)
class PlainText:
    """A text as utterances, one for each line that holds words; `places[u][w]` are the characters of each word."""

    utterances: tuple[Utterance, ...]
    places: tuple[tuple[tuple[int, int], ...], ...]


def parts_of(tokens: Iterable[Token]) -> tuple[Part, ...]:
    """Return tokens as parts: those that follow each other in one utterance are one."""
    parts: list[Part] = []
    for token in tokens:
        if parts and parts[-1].utterance == token.utterance and parts[-1].last == token.word:
            parts[-1] = Part(token.utterance, parts[-1].first, token.word + 1)
        else:
            parts.append(Part(token.utterance, token.word, token.word + 1))
    return tuple(parts)


def read_utterances(utterances: Sequence[Utterance], readings: Readings | None = None) -> Stream:
    """Return the words of utterances as a stream; of one without timed words, those of its text, all as long as it.

    `readings` are words that were read before, and take in these: to read a word costs more than all else here.
    """
    readings = {} if readings is None else readings
    order = sorted(range(len(utterances)), key=lambda place: (utterances[place].start, utterances[place].channel))
    tokens: list[Token] = []
    spans = {}
    for place in order:
        first = len(tokens)
        for number, word in enumerate(words_of(utterances[place])):
            reading = readings.get(word.text)
            if reading is None:
                reading = readings[word.text] = read_word(word.text)
            tokens.append(_token(len(tokens), (place, number), utterances[place], word, reading))
        spans[place] = (first, len(tokens))
    return Stream(tuple(tokens), spans)


def words_of(utterance: Utterance) -> tuple[Word, ...]:
    """Return an utterance's words; where it has a text alone, that text's words, each as long as the utterance."""
    if utterance.words or not utterance.text:
        return utterance.words
    return tuple(Word(utterance.start, utterance.end, text, 1.0) for text in utterance.text.split())


def read_text(text: str, language: str) -> PlainText:
    """Return a text as utterances without sound, all of one speaker."""
    utterances, places = [], []
    offset = 0
    for line in text.splitlines(keepends=True):
        spans = tuple((offset + start, offset + end) for start, end in _split(line))
        offset += len(line)
        words = tuple(Word(0.0, 0.0, text[start:end], 1.0) for start, end in spans)
        if words:
            joined = " ".join(word.text for word in words)
            utterances.append(Utterance(0, "unknown", "", 0.0, 0.0, joined, language, 1.0, (), words))
            places.append(spans)
    return PlainText(tuple(utterances), tuple(places))


def fold(text: str) -> str:
    """Bring a word into one spelling: lower case, umlauts and ß spelled out, digits of any script as 0 to 9."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKC", text).casefold().translate(SPELT)
    return "".join(str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in plain)


def _split(line: str) -> list[tuple[int, int]]:
    """Return the characters of each word of a line."""
    spans = []
    for chunk in CHUNK.finditer(line):
        start = chunk.start()
        for cut in () if "@" in chunk[0] else SEAM.finditer(chunk[0]):
            end = chunk.start() + cut.end()
            if end > start:
                spans.append((start, end))
                start = end
        if chunk.end() > start:
            spans.append((start, chunk.end()))
    return spans


def read_word(raw: str) -> Reading:
    """Return what a word says as it was written."""
    parted = CORE.match(raw)
    named = PLACEHOLDER.fullmatch(raw)
    text = fold(parted["core"]) if parted and not named else ""
    mark = parted["mark"].lstrip("]") if parted else ""
    return Reading(
        text=text,
        mark=mark,
        sign=max((SIGNS[one] for one in mark if one in SIGNS), key=",.?".index, default=""),
        digits="" if named else word_digits(text),
        placeholder=named["kind"] if named else "",
    )


def _token(index: int, place: tuple[int, int], utterance: Utterance, word: Word, reading: Reading) -> Token:
    return Token(
        index,
        *place,
        utterance.channel,
        utterance.role,
        utterance.language,
        word.text,
        reading.text,
        reading.mark,
        reading.sign,
        reading.digits,
        reading.placeholder,
        word.start,
        word.end,
    )
