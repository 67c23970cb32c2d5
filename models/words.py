"""From aligned tokens to words with times in the call, and from words to utterances.

Times come from the decoder's cross-attention (Whisper's own word timestamps), are moved from the window to the call,
and are kept inside the speech that the detector heard: the attention likes to begin a word in the pause before it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

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


@dataclass(frozen=True, slots=True)
class AlignedWord:
    """A word in window time, with the log probabilities of its tokens summed."""

    text: str
    start: float
    end: float
    logprob: float
    tokens: int

    @property
    def probability(self) -> float:
        return math.exp(self.logprob / self.tokens)

    def not_before(self, time: float) -> "AlignedWord":
        """Return the word moved behind `time` (s in the window) as far as it lies before it."""
        return replace(self, start=max(self.start, time), end=max(self.end, time))


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
    words, first = [], 0
    for text, group in zip(texts[:-1], groups[:-1], strict=True):
        last = first + len(group)
        start, end = float(times[first]), float(times[min(last, len(times) - 1)])
        words.append(AlignedWord(text, start, end, float(logprobs[first:last].sum()), len(group)))
        first = last
    return _with_punctuation(words)


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
            mark = set(bare) <= MARKS
            merged[-1] = replace(merged[-1], text=merged[-1].text + bare) if mark else _joined(merged[-1], word, bare)
        elif bare:
            merged.append(replace(word, text=opening + bare))
            opening = ""
    return merged


def _joined(first: AlignedWord, second: AlignedWord, text: str) -> AlignedWord:
    return AlignedWord(
        first.text + text, first.start, second.end, first.logprob + second.logprob, first.tokens + second.tokens
    )


def place_words(
    window: Window, words: Sequence[AlignedWord], states: Samples, language: str, reading: Reading
) -> tuple[Utterance, ...]:
    """Share the words of a window out to its utterances, in call time; utterances without words are left out."""
    shares: list[list[AlignedWord]] = [[] for _ in window.pieces]
    for word in words:
        # By its end: behind a pause the attention begins a word early, but never ends it before it is spoken.
        shares[_piece_of(word.end, window.pieces)].append(word)
    return tuple(
        _utterance(window, piece, share, states, language, reading)
        for piece, share in zip(window.pieces, shares, strict=True)
        if share
    )


def _piece_of(time: float, pieces: Sequence[Piece]) -> int:
    """Return the piece that holds `time` (window); what lies behind the last one belongs to it."""
    return max((index for index, piece in enumerate(pieces) if piece.offset <= time), default=0)


def _utterance(
    window: Window, piece: Piece, words: Sequence[AlignedWord], states: Samples, language: str, reading: Reading
) -> Utterance:
    speech = [span for span in window.speech if span.end > piece.span.start and span.start < piece.span.end]
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
