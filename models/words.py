"""From aligned tokens to words with times in the call, and from words to utterances.

Times come from the decoder's cross-attention (Whisper's own word timestamps), are moved from the window to the call,
and are kept inside the speech that the detector heard: the attention likes to begin a word in the pause before it.
Numbers read out with pauses are parted where the speaker paused: the recogniser likes to write them as one word.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

import numpy as np
from faster_whisper.tokenizer import Tokenizer

from stimmung.models.attempts import Reading
from stimmung.speech.records import Piece, Samples, Span, Utterance, Window, Word

STATES_PER_SECOND = 50  # 20 ms each
BEFORE = frozenset("\"'“¿([{-«„")  # opens the word behind it, where a space stands before it
AFTER = frozenset("\"'.,!?:;”)]}»“…")
MARKS = BEFORE | AFTER
FAST = 8.0  # words a second of speech; quick talkers reach 5 to 6
SLOW = 0.25
NEAR = 0.4  # seconds between a word and the edge of its span that still belong to the word
LONG_ENOUGH = 4  # words or seconds before a rate means anything
LOW_CONFIDENCE = 0.35  # chosen by eye, not calibrated
MANY_DIGITS = 5  # of a word: fewer are said in one breath, as 24-7, 9:30 or 3,50 are
MANY_GROUPS = 4  # digits and single letters with marks between them: A-B-1-2
AMOUNT = re.compile(r"\d{1,3}([.,])\d{3}(\1\d{3})*")  # 10.000: one number, however slowly it is said


@dataclass(frozen=True, slots=True)
class AlignedWord:
    """A word in window time, with the log probabilities of its tokens summed; `pieces`: what it was written in."""

    text: str
    start: float
    end: float
    logprob: float
    tokens: int
    pieces: tuple["AlignedWord", ...] = field(default=(), compare=False)

    @property
    def probability(self) -> float:
        return math.exp(self.logprob / self.tokens)

    def not_before(self, time: float) -> "AlignedWord":
        """Return the word moved behind `time` (s in the window) as far as it lies before it."""
        pieces = tuple(piece.not_before(time) for piece in self.pieces)
        return replace(self, start=max(self.start, time), end=max(self.end, time), pieces=pieces)


def align_words(
    path: Sequence[tuple[int, int]], probabilities: Sequence[float], tokens: Sequence[int], tokenizer: Tokenizer
) -> list[AlignedWord]:
    """Return the words of `tokens`; `path` are CTranslate2's (token, state) pairs, `probabilities` one a token.

    A word begins at the state where the path reaches its first token, and ends where the next word begins.
    """
    texts, groups = tokenizer.split_to_word_tokens([*tokens, tokenizer.eot])
    pairs = np.asarray(path, dtype=np.int64).reshape(-1, 2)
    enters = np.concatenate(([True], np.diff(pairs[:, 0]) > 0))
    times = pairs[enters, 1] / STATES_PER_SECOND
    logprobs = np.log(np.maximum(np.asarray(probabilities, dtype=np.float64), 1e-10))
    timed = _Timed(times.tolist(), logprobs.tolist())
    words, first = [], 0
    for text, group in zip(texts[:-1], groups[:-1], strict=True):
        word = timed.word(text, first, len(group))
        if len(group) > 1 and not text.strip().isalpha():
            inner, tokens_of = tokenizer.split_tokens_on_unicode(group)
            word = replace(word, pieces=tuple(timed.words(inner, [len(one) for one in tokens_of], first)))
        words.append(word)
        first += len(group)
    return _with_punctuation(words)


@dataclass(frozen=True, slots=True)
class _Timed:
    """When each token begins (s in the window) and its log probability; behind the last one, when the text ends."""

    times: Sequence[float]
    logprobs: Sequence[float]

    def word(self, text: str, first: int, count: int) -> AlignedWord:
        last = min(first + count, len(self.times) - 1)
        return AlignedWord(
            text, self.times[first], self.times[last], math.fsum(self.logprobs[first : first + count]), count
        )

    def words(self, texts: Sequence[str], counts: Sequence[int], first: int) -> Iterator[AlignedWord]:
        for text, count in zip(texts, counts, strict=True):
            yield self.word(text, first, count)
            first += count


def _with_punctuation(words: Sequence[AlignedWord]) -> list[AlignedWord]:
    """Attach punctuation to its word: a mark is no word, and its time is where the voice was not."""
    merged: list[AlignedWord] = []
    opening = ""
    for word in words:
        bare = word.text.strip()
        spaced = word.text.startswith(" ")
        if spaced and bare in BEFORE:
            opening += bare
        elif merged and bare and (not spaced or set(bare) <= AFTER):
            # A mark, or what goes on behind one: "E", "-", "Mail". Marks alone have no time of their own.
            merged[-1] = _marked(merged[-1], bare) if set(bare) <= MARKS else _joined(merged[-1], word, bare)
        elif bare:
            merged.append(_opened(word, opening + bare))
            opening = ""
    return merged


def _opened(word: AlignedWord, text: str) -> AlignedWord:
    first = text.removesuffix(word.text.strip()) + word.pieces[0].text.strip() if word.pieces else ""
    pieces = (replace(word.pieces[0], text=first), *word.pieces[1:]) if word.pieces else ()
    return replace(word, text=text, pieces=pieces)


def _marked(word: AlignedWord, mark: str) -> AlignedWord:
    pieces = word.pieces
    if pieces:
        pieces = (*pieces[:-1], replace(pieces[-1], text=pieces[-1].text + mark))
    return replace(word, text=word.text + mark, pieces=pieces)


def _joined(first: AlignedWord, second: AlignedWord, text: str) -> AlignedWord:
    return AlignedWord(
        first.text + text,
        first.start,
        second.end,
        first.logprob + second.logprob,
        first.tokens + second.tokens,
        (*(first.pieces or (first,)), *(second.pieces or (replace(second, text=text),))),
    )


def place_words(
    window: Window, words: Sequence[AlignedWord], states: Samples, language: str, reading: Reading
) -> tuple[Utterance, ...]:
    """Share the words of a window out to its utterances, in call time; utterances without words are left out."""
    shares: list[list[AlignedWord]] = [[] for _ in window.pieces]
    for word in words:
        for part in _parted(word, window):
            # By its end: behind a pause the attention begins a word early, but never ends it before it is spoken.
            shares[_piece_of(part.end, window.pieces)].append(part)
    return tuple(
        _utterance(window, piece, share, states, language, reading)
        for piece, share in zip(window.pieces, shares, strict=True)
        if share
    )


def _parted(word: AlignedWord, window: Window) -> Iterator[AlignedWord]:
    """Yield a word, or the parts of a number or of spelled letters, each with what was said in one breath."""
    groups = _groups(word)
    if not _is_read_out(word.text, groups):
        yield word
        return
    for _, inside in groupby(groups, key=lambda group: _home(group, window)):
        first, *rest = inside
        for one in rest:
            first = _joined(first, one, one.text)
        yield replace(first, pieces=())


def _groups(word: AlignedWord) -> list[AlignedWord]:
    """Return the pieces of a word, marks with what stands before them, and letters of one group together."""
    groups: list[AlignedWord] = []
    for piece in word.pieces:
        head, tail = piece.text[:1], groups[-1].text[-1:] if groups else ""
        if groups and not (head.isdecimal() or (head.isalnum() and not tail.isalpha())):
            joined = _joined(groups[-1], piece, piece.text)
            voiced = any(letter.isalnum() for letter in piece.text)  # a mark's time is the pause behind the digit
            groups[-1] = joined if voiced else replace(joined, end=groups[-1].end)
        else:
            groups.append(piece)
    return groups


def _is_read_out(text: str, groups: Sequence[AlignedWord]) -> bool:
    """Whether a word is a number or letters that somebody read out, and no amount, time or name."""
    figures = "".join(letter for letter in text if letter.isdecimal() or letter in ".,")
    if len(groups) < 2 or AMOUNT.fullmatch(figures.strip(".,")):
        return False
    bare = ["".join(letter for letter in group.text if letter.isalnum()) for group in groups]
    spelled = all(len(one) == 1 or one.isdecimal() for one in bare)
    return sum(letter.isdecimal() for letter in text) >= MANY_DIGITS or (spelled and len(bare) >= MANY_GROUPS)


def _home(group: AlignedWord, window: Window) -> tuple[int, float]:
    """Return in which piece of the window, and in which stretch of speech in it, a group was said."""
    place = _piece_of(group.end, window.pieces)
    piece = window.pieces[place]
    shift = piece.span.start - piece.offset
    return place, _span_of(group.start + shift, group.end + shift, _speech_in(piece, window)).start


def _speech_in(piece: Piece, window: Window) -> list[Span]:
    return [span for span in window.speech if span.end > piece.span.start and span.start < piece.span.end]


def _piece_of(time: float, pieces: Sequence[Piece]) -> int:
    """Return the piece that holds `time` (window); what lies behind the last one belongs to it."""
    return max((index for index, piece in enumerate(pieces) if piece.offset <= time), default=0)


def _utterance(
    window: Window, piece: Piece, words: Sequence[AlignedWord], states: Samples, language: str, reading: Reading
) -> Utterance:
    speech = _speech_in(piece, window)
    placed = _inside_speech(words, piece, speech)
    confidence = math.exp(sum(word.logprob for word in words) / sum(word.tokens for word in words))
    return Utterance(
        channel=window.channel,
        role="unknown",
        speaker="",
        start=speech[0].start,
        end=speech[-1].end,
        text=" ".join(word.text for word in placed),
        language=language,
        confidence=confidence,
        flags=_flags(placed, speech, confidence, reading),
        words=placed,
        voice_features=pool(states, piece),
    )


def _inside_speech(words: Sequence[AlignedWord], piece: Piece, speech: Sequence[Span]) -> tuple[Word, ...]:
    """Move words to call time and off the pauses: each keeps to the span of speech that its second half touches most.

    The first word of a span begins with it and the last one ends with it, if they are near: what sounds there is
    theirs, and the attention alone ends words before a pause 0.1 s early.
    """
    times = [
        (word.start - piece.offset + piece.span.start, word.end - piece.offset + piece.span.start) for word in words
    ]
    spans = [_span_of(start, end, speech) for start, end in times]
    placed: list[Word] = []
    for index, (word, (start, end), span) in enumerate(zip(words, times, spans, strict=True)):
        leads = (index == 0 or spans[index - 1] is not span) and start - span.start < NEAR
        ends = (index == len(words) - 1 or spans[index + 1] is not span) and span.end - end < NEAR
        earliest = max(span.start, placed[-1].end if placed else 0.0)
        begin = earliest if leads else min(max(start, earliest), span.end)
        placed.append(Word(begin, max(begin, span.end if ends else min(end, span.end)), word.text, word.probability))
    return tuple(placed)


def _span_of(start: float, end: float, speech: Sequence[Span]) -> Span:
    half = (start + end) / 2  # the first half of a word is where the attention strays into the pause before it
    return max(speech, key=lambda span: (min(end, span.end) - max(half, span.start), -abs(span.start - start)))


def _flags(words: Sequence[Word], speech: Sequence[Span], confidence: float, reading: Reading) -> tuple[str, ...]:
    seconds = sum(span.duration for span in speech)
    rate = len(words) / seconds
    doubts = {
        "loop": reading.loop,
        "fallback": reading.retried,
        "fast": rate > FAST and len(words) >= LONG_ENOUGH,
        "slow": rate < SLOW and seconds >= LONG_ENOUGH,
        "low_confidence": confidence < LOW_CONFIDENCE,
    }
    return tuple(name for name, doubt in doubts.items() if doubt)


def pool(states: Samples, piece: Piece) -> Samples:
    """Return mean and standard deviation over time of a piece's encoder states (states, width): (2 * width,)."""
    first = round(piece.offset * STATES_PER_SECOND)
    last = max(first + 1, round((piece.offset + piece.span.duration) * STATES_PER_SECOND))
    part = states[first:last]
    return np.concatenate((part.mean(axis=0), part.std(axis=0))).astype(np.float32)
