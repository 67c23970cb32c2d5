"""Whisper through CTranslate2, as a `Transcriber`: one encoder pass a window, then words, times and pooled states.

Windows are heard by several workers of one thread each: with intra-operation threads the cores wait for each other
(docs/decisions/windows.md). Each worker encodes its windows one by one, since the attention of a single window still
fits the processor's cache, and decodes them as a batch, since there the weights are what is read again and again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from math import ceil

import ctranslate2
import numpy as np
import tokenizers
from faster_whisper.feature_extractor import FeatureExtractor
from faster_whisper.tokenizer import Tokenizer

from stimmung.models.attempts import Attempt, Reading, first_attempt, judge, quick_retries, retries
from stimmung.models.rows import Row, known_tokens
from stimmung.models.words import AlignedWord, align_words, place_words, pool
from stimmung.speech.engines import Answer, Ask, ModelId, TranscriptionOptions, ignore
from stimmung.speech.errors import SettingsError
from stimmung.speech.records import SAMPLE_RATE, Samples, Utterance, Window

HOP = 320  # samples an encoder state stands for, 20 ms
WINDOW_SECONDS = 30.0  # what Whisper was trained on, and the longest window that it takes
DECODER_CONTEXT = 448  # tokens, prompt included: the same in every Whisper


@dataclass(frozen=True, slots=True)
class WhisperOptions:
    """How the work is laid out; figures in docs/decisions/windows.md."""

    workers: int = 2  # windows batches decoded side by side, one thread each
    decode_batch: int = 16  # windows decoded together
    encode_batch: int = 1  # windows encoded together: 1 on a processor, `decode_batch` on a GPU
    padding: float = 0.8  # seconds of silence behind the speech, at least: the decoder sees that it ended
    # Seconds that windows are padded to: what is read of a window, and what its states are, must not depend on whose
    # windows are read beside it, so only those of one length share a batch. Longer windows have their own lengths.
    lengths: tuple[float, ...] = (2.8, 4.8, 6.8, 8.8, 10.8, 12.8, 14.8)
    language_windows: int = 4  # longest windows asked for the language, where several are allowed


@dataclass(frozen=True, slots=True, eq=False)
class _Encoded:
    """A batch of windows with their encoder states, float32 (windows, states, width)."""

    windows: tuple[Window, ...]
    states: Samples


class Whisper:
    """Recognises windows; safe to share between threads."""

    def __init__(
        self,
        network: ctranslate2.models.Whisper,
        tokenizer: tokenizers.Tokenizer,
        model: ModelId,
        options: WhisperOptions | None = None,
    ) -> None:
        """`network` should have been loaded with as many workers as `options` say."""
        self.network = network
        self.model = model
        self._tokenizer = tokenizer
        self._options = options or WhisperOptions()
        self._features = FeatureExtractor(feature_size=network.n_mels)

    def transcribe(
        self,
        windows: Sequence[Window],
        options: TranscriptionOptions,
        heard: Callable[[Window], None] = ignore,
    ) -> list[tuple[Utterance, ...]]:
        """Return the utterances of each window, in the order of `windows`; `heard` is called as each is done."""
        results: list[tuple[Utterance, ...]] = [()] * len(windows)
        with ThreadPoolExecutor(self._options.workers) as pool:
            dealt = list(self._batches(windows))
            batches = [tuple(windows[index] for index in batch) for batch in dealt]
            known, language = self._language(pool, batches, options.languages)
            work = pool.map(lambda batch, encoded: self._hear(batch, encoded, language, options), batches, known)
            for batch, found in zip(dealt, work, strict=True):
                for index, utterances in zip(batch, found, strict=True):
                    results[index] = utterances
                    heard(windows[index])
        return results

    def hear(self, asks: Sequence[Ask]) -> list[Answer]:
        """Return an answer to each ask, in the calling thread; words that are known are taken as given."""
        answers: dict[int, Answer] = {}
        kinds = [self._kind(ask) for ask in asks]
        for _, alike in groupby(sorted(range(len(asks)), key=kinds.__getitem__), key=kinds.__getitem__):
            places = list(alike)
            answers |= zip(places, self._hear_alike([asks[place] for place in places]), strict=True)
        return [answers[place] for place in range(len(asks))]

    def _kind(self, ask: Ask) -> tuple[float, str, int]:
        """Return what asks of one batch have in common; CTranslate2 wants their texts to begin at one place.

        A thorough answer must not depend on who asks beside it, so its windows have one length. Where somebody waits,
        windows are padded to the longest of the batch: two at once then take little longer than one.
        """
        length = self._length(ask.window) if ask.thorough else 0.0
        return length, ask.options.hotwords or "", ask.options.beam_size

    def _hear_alike(self, asks: Sequence[Ask]) -> list[Answer]:
        """Answer asks of one kind: one batch."""
        encoded = self._encode(tuple(ask.window for ask in asks))
        longest = max(self._length(ask.window) for ask in asks)
        votes = [self._voted(ask, states) for ask, states in zip(asks, encoded.states, strict=True)]
        rows = [self._row(ask, vote) for ask, vote in zip(asks, votes, strict=True)]
        readings = self._decode(encoded, rows, first_attempt(asks[0].options.beam_size))
        answers = []
        for ask, row, states, reading, vote in zip(asks, rows, encoded.states, readings, votes, strict=True):
            attempts = retries(reading) if ask.thorough else quick_retries(reading)
            found = self._finish(row, states, reading, attempts)
            new = tuple(one for one in found if one.end > row.new_from)
            answers.append(Answer(new, vote, exact=self._length(ask.window) == longest))
        return answers

    def _row(self, ask: Ask, votes: Mapping[str, float]) -> Row:
        """Return how one ask is read: in the language that has most votes, behind the words that are known."""
        allowed = ask.options.languages
        language = max(allowed, key=lambda one: votes.get(one, 0.0))
        if not self.network.is_multilingual:
            language = _english(allowed, self.model.name)
        tokenizer = self._tokens(language)
        return Row(ask.window, tokenizer, ask.options, known_tokens(ask.said, tokenizer), ask.new)

    def _tokens(self, language: str) -> Tokenizer:
        return Tokenizer(self._tokenizer, self.network.is_multilingual, "transcribe", language)

    def _voted(self, ask: Ask, states: Samples) -> Mapping[str, float]:
        """Return the votes on the call's language with this window's, weighted by its length."""
        if len(ask.options.languages) == 1 or not self.network.is_multilingual:
            return ask.votes
        (found,) = self.network.detect_language(self._view(states[None]))
        return {
            one: ask.votes.get(one, 0.0) + vote
            for one, vote in _votes(ask.window, found, ask.options.languages).items()
        }

    def pooled_states(self, windows: Sequence[Window]) -> list[tuple[Samples, ...]]:
        """Return the pooled encoder states of the pieces of each window, as `Utterance.voice_features`, undecoded."""
        dealt = list(self._batches(windows))
        results: list[tuple[Samples, ...]] = [()] * len(windows)
        with ThreadPoolExecutor(self._options.workers) as workers:
            work = workers.map(lambda batch: self._encode(tuple(windows[index] for index in batch)), dealt)
            for batch, encoded in zip(dealt, work, strict=True):
                for index, states in zip(batch, encoded.states, strict=True):
                    results[index] = tuple(pool(states, piece) for piece in windows[index].pieces)
        return results

    def _batches(self, windows: Sequence[Window]) -> Iterator[list[int]]:
        """Share windows out, longest first, in batches of one length."""
        order = sorted(range(len(windows)), key=lambda index: -windows[index].duration)
        for _, alike in groupby(order, key=lambda index: self._length(windows[index])):
            yield from self._dealt(list(alike))

    def _dealt(self, order: list[int]) -> Iterator[list[int]]:
        """Cut windows of one length into batches, as many for each worker."""
        workers = self._options.workers
        count = workers * max(1, ceil(len(order) / (workers * self._options.decode_batch)))
        if count == workers:  # one batch each: share the long ones out, or the first worker finishes last
            return (order[first::workers] for first in range(min(workers, len(order))))
        size = ceil(len(order) / count)
        return (order[first : first + size] for first in range(0, len(order), size))

    def _language(
        self, pool: ThreadPoolExecutor, batches: Sequence[tuple[Window, ...]], allowed: Sequence[str]
    ) -> tuple[list[_Encoded | None], str]:
        """Return what was encoded on the way, one entry a batch, and the language of the call.

        The longest windows vote with the logarithm of each allowed language's probability, weighted by length.
        """
        known: list[_Encoded | None] = [None] * len(batches)
        if not self.network.is_multilingual:
            return known, _english(allowed, self.model.name)
        if len(allowed) == 1 or not batches:
            return known, allowed[0]
        longest = sorted((window for batch in batches for window in batch), key=lambda window: -window.duration)
        voters = {id(window) for window in longest[: self._options.language_windows]}
        asked = [[place for place, window in enumerate(batch) if id(window) in voters] for batch in batches]
        first = [place for place in range(len(batches)) if asked[place] or place < self._options.workers]
        votes = dict.fromkeys(allowed, 0.0)
        for batch, encoded in zip(first, pool.map(self._encode, [batches[batch] for batch in first]), strict=True):
            known[batch] = encoded
            found = self.network.detect_language(self._view(encoded.states[asked[batch]])) if asked[batch] else []
            for place, probabilities in zip(asked[batch], found, strict=True):
                for language, vote in _votes(encoded.windows[place], probabilities, allowed).items():
                    votes[language] += vote
        return known, max(allowed, key=votes.__getitem__)

    def _length(self, window: Window) -> float:
        """Return the seconds that a window is padded to, at most 30."""
        least = window.duration + self._options.padding
        return min(next((length for length in self._options.lengths if length >= least), least), WINDOW_SECONDS)

    def _encode(self, windows: tuple[Window, ...], seconds: float | None = None) -> _Encoded:
        """Encode windows of one length, or pad them all to `seconds`."""
        if seconds is None:
            seconds = max(self._length(window) for window in windows)
        states_count = min(ceil(seconds * SAMPLE_RATE / HOP), round(WINDOW_SECONDS * SAMPLE_RATE / HOP))
        sound = np.zeros((len(windows), states_count * HOP), dtype=np.float32)
        for row, window in zip(sound, windows, strict=True):
            row[: len(window.samples)] = window.samples[: len(row)]
        features = np.stack([self._features(row, padding=0)[:, : states_count * 2] for row in sound])
        size = self._options.encode_batch
        parts = [
            self._states(self.network.encode(self._view(features[first : first + size]), to_cpu=True))
            for first in range(0, len(windows), size)
        ]
        return _Encoded(windows, np.concatenate(parts) if len(parts) > 1 else parts[0])

    def _states(self, view: ctranslate2.StorageView) -> Samples:
        return np.asarray(view.to(ctranslate2.DataType.float32), dtype=np.float32)

    def _view(self, values: Samples) -> ctranslate2.StorageView:
        return ctranslate2.StorageView.from_array(np.ascontiguousarray(values))

    def _hear(
        self, windows: tuple[Window, ...], known: _Encoded | None, language: str, options: TranscriptionOptions
    ) -> list[tuple[Utterance, ...]]:
        """Read one batch: decode, decode again what went wrong, align words, pool the states of each utterance."""
        encoded = known or self._encode(windows)
        tokenizer = self._tokens(language)
        rows = [Row(window, tokenizer, options) for window in windows]
        readings = self._decode(encoded, rows, first_attempt(options.beam_size))
        return [
            self._finish(row, states, reading, retries(reading))
            for row, states, reading in zip(rows, encoded.states, readings, strict=True)
        ]

    def _finish(
        self, row: Row, states: Samples, reading: Reading, attempts: Sequence[Attempt]
    ) -> tuple[Utterance, ...]:
        first = states  # what is pooled: padded like all windows, whichever attempt is kept
        for attempt in attempts:
            if not reading.doubtful:
                break
            padded = attempt.padded
            heard = self._encode((row.window,), WINDOW_SECONDS) if padded else _Encoded((row.window,), states[None])
            candidate = self._decode(heard, [row], attempt)[0]
            if candidate.better_than(reading):
                reading, states = candidate, heard.states[0]
        if reading.silent:
            return ()
        words = self._align(states, reading, row)
        return place_words(row.window, words, first, row.tokenizer.language_code, reading)

    def _decode(self, encoded: _Encoded, rows: Sequence[Row], attempt: Attempt) -> list[Reading]:
        """Read the windows of one batch, a row each, as `attempt` says."""
        limits = [self._token_limit(row, attempt) for row in rows]
        longest = max(len(row.said) + limit for row, limit in zip(rows, limits, strict=True))
        starts = [row.start for row in rows]
        results = self.network.generate(
            self._view(encoded.states),
            [[*start, *row.said] for start, row in zip(starts, rows, strict=True)],
            beam_size=attempt.beam_size,
            num_hypotheses=1,
            sampling_temperature=attempt.temperature,
            sampling_topk=attempt.sampling_topk,
            no_repeat_ngram_size=attempt.phrase,
            # CTranslate2 counts in what stands before the text and lets the text have half of it.
            max_length=min(DECODER_CONTEXT, max(2 * longest, max(map(len, starts)) + longest)),
            return_scores=True,
            return_no_speech_prob=True,
        )
        return [
            judge(
                *row.fresh(result.sequences_ids[0], result.scores[0]),
                result.no_speech_prob,
                limit,
                row.tokenizer,
                attempt,
            )
            for row, limit, result in zip(rows, limits, results, strict=True)
        ]

    def _token_limit(self, row: Row, attempt: Attempt) -> int:
        """Return how many new tokens a window may have, whatever is read beside it."""
        known = row.new_offset if row.said else 0.0
        return attempt.token_limit(self._length(row.window) - self._options.padding - known)

    def _align(self, states: Samples, reading: Reading, row: Row) -> list[AlignedWord]:
        # One window at a time: nothing is padded, and its states still fit the cache (a fifth faster than a batch).
        known, tokens = len(row.said), [*row.said, *reading.tokens]
        (found,) = self.network.align(self._view(states[None]), row.tokenizer.sot_sequence, [tokens], 2 * len(states))
        path = [(token - known, state) for token, state in found.alignments if token >= known]
        return row.placed(align_words(path, found.text_token_probs[known:], reading.tokens, row.tokenizer))


def _votes(window: Window, probabilities: Sequence[tuple[str, float]], allowed: Sequence[str]) -> dict[str, float]:
    """Return a window's vote on each allowed language: the logarithm of its probability, weighted by length."""
    by_token = dict(probabilities)
    return {one: window.duration * float(np.log(by_token.get(f"<|{one}|>", 0.0) + 1e-6)) for one in allowed}


def _english(allowed: Sequence[str], name: str) -> str:
    if "en" not in allowed:
        raise SettingsError(f"the model {name} knows English only, and the languages allowed are {', '.join(allowed)}")
    return "en"
