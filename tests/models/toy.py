"""A tokenizer of a few words and a network that says what it is told: Whisper's shape without its weights.

The network knows a window by how long it sounds; the silence of the padding does not count.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock

import ctranslate2
import numpy as np
import numpy.typing as npt
from faster_whisper.tokenizer import Tokenizer
from tokenizers import AddedToken, decoders, models, pre_tokenizers
from tokenizers import Tokenizer as RawTokenizer

from stimmung.speech.fakes import loud
from stimmung.speech.records import Piece, Span, Window

TEXT = (
    " hallo", " eins", " zwei", " drei", " vier", " fünf", " ja", " nein", " gut", " Haus", " und", " Hof", " E",
    "Mail", " Post", "fach", " er", " sagte", " Birkenhof",
    "-", ".", ",", "?", "!", ":", ' "', '"', " (", ")", " „", "“", " ...",
    "%", " 50", " -", "'s", "�",
)  # fmt: skip
SPECIAL = ("endoftext", "startoftranscript", "de", "en", "transcribe", "translate", "startofprev", "nospeech",
           "notimestamps", "0.00", "0.02")  # fmt: skip
STATES_PER_SECOND = 50
WIDTH = 4


def raw_tokenizer(texts: Sequence[str] = TEXT) -> RawTokenizer:
    """Return a tokenizer of whole words, byte-level as Whisper's; specials come behind the text."""
    bytes_of = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    vocabulary = {bytes_of.pre_tokenize_str(text)[0][0]: index for index, text in enumerate(texts)}
    tokenizer = RawTokenizer(models.WordLevel(vocabulary, unk_token=bytes_of.pre_tokenize_str("�")[0][0]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(f"<|{name}|>", special=True) for name in SPECIAL])
    return tokenizer


def tokenizer(language: str = "de") -> Tokenizer:
    """Return it as the code under test sees it."""
    return Tokenizer(raw_tokenizer(), True, "transcribe", language)


def ids(*texts: str) -> list[int]:
    """Return the tokens of texts that are one token each."""
    return [TEXT.index(text) for text in texts]


def special(name: str) -> int:
    """Return the number of `<|name|>`."""
    return len(TEXT) + SPECIAL.index(name)


def window(seconds: float, start: float = 0.0, channel: int = 0) -> Window:
    """Return a window of one piece that is all speech."""
    span = Span(start, start + seconds)
    return Window(channel, loud(seconds), (Piece(span, 0.0),), (span,))


@dataclass(frozen=True, slots=True)
class Generated:
    """What CTranslate2 returns for a decoded window."""

    sequences_ids: list[list[int]]
    scores: list[float]
    no_speech_prob: float


@dataclass(frozen=True, slots=True)
class Aligned:
    """What CTranslate2 returns for aligned tokens."""

    alignments: list[tuple[int, int]]
    text_token_probs: list[float]


@dataclass(frozen=True, slots=True)
class Asked:
    """One window in one call of `generate`."""

    seconds: float  # how long it sounds
    states: int
    batch: int
    temperature: float
    beam_size: int
    prompt: tuple[int, ...]
    max_length: int
    phrase: int  # tokens in a row that may not come twice


@dataclass(frozen=True, slots=True)
class Said:
    """What the network answers."""

    tokens: Sequence[int]
    score: float = -0.2
    no_speech: float = 0.0


Script = Callable[[Asked], Said]


@dataclass
class ToyNetwork:
    """Hears how long a window sounds and says what `script` tells it; remembers what it was asked."""

    script: Script
    languages: dict[float, dict[str, float]] = field(default_factory=dict)  # by seconds of sound
    is_multilingual: bool = True
    device: str = "cpu"
    n_mels: int = 80
    asked: list[Asked] = field(default_factory=list)
    encoded: list[tuple[float, ...]] = field(default_factory=list)  # seconds of the windows of each call
    voted: list[float] = field(default_factory=list)
    aligned: list[int] = field(default_factory=list)  # states of each window
    lock: Lock = field(default_factory=Lock)

    def encode(self, features: ctranslate2.StorageView, to_cpu: bool) -> ctranslate2.StorageView:
        """Return states whose first value counts the states that sound; the second is the state's own number."""
        mel = np.asarray(features)
        assert mel.shape[1] == self.n_mels
        assert mel.shape[2] % 2 == 0
        sounding = (mel.mean(axis=1) > (mel.min() + mel.max()) / 2).sum(axis=1) / 2
        states = np.zeros((len(mel), mel.shape[2] // 2, WIDTH), np.float32)
        states[:, :, 0] = sounding[:, None]
        states[:, :, 1] = np.arange(mel.shape[2] // 2)
        with self.lock:
            self.encoded.append(tuple(self.seconds(states)))
        return ctranslate2.StorageView.from_array(states)

    def detect_language(self, states: ctranslate2.StorageView) -> list[list[tuple[str, float]]]:
        """Return the probability of each language, the likeliest first."""
        if not self.is_multilingual:
            raise RuntimeError("detect_language can only be called on multilingual models")
        heard = self.seconds(np.asarray(states))
        with self.lock:
            self.voted += heard
        chances = [self.languages.get(seconds, {"de": 0.9, "en": 0.1}) for seconds in heard]
        return [sorted(((f"<|{name}|>", p) for name, p in chance.items()), key=lambda c: -c[1]) for chance in chances]

    def generate(
        self,
        states: ctranslate2.StorageView,
        prompts: list[list[int]],
        *,
        beam_size: int,
        num_hypotheses: int,
        sampling_temperature: float,
        sampling_topk: int,
        no_repeat_ngram_size: int,
        max_length: int,
        return_scores: bool,
        return_no_speech_prob: bool,
    ) -> list[Generated]:
        """Return the text of the prompt and what the script says, as much as `max_length` lets through.

        As CTranslate2 does (tests/models/test_rows.py): the mean is over the given text too, which adds nothing to it.
        """
        assert (num_hypotheses, return_scores, return_no_speech_prob) == (1, True, True)
        assert sampling_topk == (1 if sampling_temperature == 0.0 else 0)
        values = np.asarray(states)
        assert len(prompts) == len(values)
        if len({prompt.index(special("startoftranscript")) for prompt in prompts}) > 1:
            raise ValueError("requires the <|startoftranscript|> token to be at the same position in all batches")
        results = []
        for seconds, prompt in zip(self.seconds(values), prompts, strict=True):
            asked = Asked(
                seconds,
                values.shape[1],
                len(values),
                sampling_temperature,
                beam_size,
                tuple(prompt),
                max_length,
                no_repeat_ngram_size,
            )
            with self.lock:
                self.asked.append(asked)
            said = self.script(asked)
            begin = prompt.index(special("notimestamps")) + 1
            text = [*prompt[begin:], *said.tokens][: max(0, min(max_length // 2, max_length - begin + 1))]
            score = said.score * len(said.tokens) / max(1, len(text))
            results.append(Generated([text], [score], said.no_speech))
        return results

    def align(
        self, states: ctranslate2.StorageView, start: list[int], texts: list[list[int]], frames: int
    ) -> list[Aligned]:
        """Share the time that sounds out to the tokens evenly; the end of the text follows them."""
        values = np.asarray(states)
        assert start[0] == special("startoftranscript")
        assert frames == 2 * values.shape[1]
        with self.lock:
            self.aligned += [values.shape[1]] * len(values)
        results = []
        for row, tokens in zip(values, texts, strict=True):
            step = float(row[0, 0]) / len(tokens)
            path = [(index, round(index * step)) for index in range(len(tokens) + 1)]
            results.append(Aligned(path, [0.9] * len(tokens)))
        return results

    def seconds(self, states: npt.NDArray[np.float32]) -> list[float]:
        """Return how long each window sounds, to a tenth."""
        return [round(float(row[0, 0]) / STATES_PER_SECOND, 1) for row in states]
