"""The words of one channel of a live call: heard utterance by utterance, and once more by whole windows.

An utterance is heard at once, a short one behind those that its window holds already. When the window is full it is
heard again as a recording's would be: that is what the call's record keeps. Where a pause may be the end of an
utterance, its words are asked for while nobody knows yet: mostly they are there when the closing pause is over
(docs/decisions/live.md).
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from stimmung.speech.engines import Answer, Ask, TranscriptionOptions
from stimmung.speech.records import Utterance
from stimmung.speech.utterances import Spoken
from stimmung.speech.windows import Packer, window_of

CONTEXT_FOR = 2.0  # s: longer utterances are read well enough without what was said before them
CONTEXT = 6.0  # s before a short one at most: each known word costs as much as a new one


@dataclass(slots=True, eq=False)
class Eager:
    """An utterance that may have ended, and its words, asked for before it is certain."""

    spoken: Spoken
    answer: Answer | None = None
    ask: Ask | None = None  # what was answered
    lost: bool = False
    adopted: bool = False  # it did end so, and waits for these words

    @property
    def is_out(self) -> bool:
        """Say whether its words are on the way."""
        return self.answer is None and not self.lost


@dataclass(slots=True, eq=False)
class Heard:
    """A window while it fills: its utterances' sound, the words of those that were heard, one text a piece."""

    number: int
    spoken: list[Spoken] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    full: bool = False
    asks: int = 0  # how often it was asked for words
    doubted: bool = False  # something in it was read badly, or might have been read otherwise alone
    languages: set[str] = field(default_factory=set)  # in which it was read

    @property
    def waiting(self) -> int:
        """Return how many of its utterances nobody heard yet."""
        return len(self.spoken) - len(self.said)

    def as_recorded(self, options: TranscriptionOptions) -> bool:
        """Say whether it was heard as a recording's window would be: at once, well, in a language of `options`."""
        return self.asks == 1 and not self.doubted and self.languages <= set(options.languages)


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """What an answer holds: each utterance with its sound, and which window it is from."""

    window: Heard
    pairs: tuple[tuple[Spoken, Utterance], ...]


class LiveChannel:
    """Says what is to be heard next of one channel; one thing at a time, in the order of the call."""

    def __init__(self, channel: int) -> None:
        self.channel = channel
        self._packer = Packer()
        self._windows = deque([Heard(0)])
        self._hearing: Heard | None = None
        self._new = 0
        self._eager: Eager | None = None

    @property
    def unheard(self) -> bool:
        """Say whether some utterance waits for its words."""
        return self._hearing is not None or any(window.waiting for window in self._windows)

    def add(self, spoken: Spoken) -> None:
        """Take in an utterance that was closed."""
        if self._packer.add(spoken) is not None:
            self._windows[-1].full = True
            self._windows.append(Heard(self._windows[-1].number + 1))
        self._windows[-1].spoken.append(spoken)

    def close(self) -> None:
        """Nothing follows: the last window is as full as it gets."""
        self._packer.flush()
        self._windows[-1].full = True

    def next_ask(self, options: TranscriptionOptions, votes: Mapping[str, float]) -> Ask | None:
        """Return what is to be heard now: all that waits in the first window where something does; None for nothing."""
        window = next((one for one in self._windows if one.waiting), None)
        if self._hearing is not None or window is None:
            return None
        self._hearing, self._new = window, window.waiting
        window.asks += 1
        if self._adopt(window):
            return None
        known = len(window.said)
        return _ask(window, window.spoken[known:], options, votes)

    def eager_ask(self, spoken: Spoken, options: TranscriptionOptions, votes: Mapping[str, float]) -> Ask | None:
        """Return how to hear an utterance that may have ended; None where that was asked, or others come first."""
        before = self._eager
        if self.unheard or (before is not None and (before.is_out or _alike(before.spoken, spoken))):
            return None
        self._eager = Eager(spoken)
        window = self._windows[-1] if self._packer.has_room(spoken) else Heard(-1)
        return _ask(window, [spoken], options, votes)

    @property
    def eager(self) -> Eager | None:
        """Return what was asked for last before it was certain."""
        return self._eager

    def answered(self) -> Eager | None:
        """Return the utterance that ended and whose words came before that was certain; once."""
        eager = self._eager
        if eager is None or not eager.adopted or eager.answer is None:
            return None
        self._eager = None
        return eager

    def lose(self, eager: Eager) -> None:
        """Take note that there will be no words; an utterance that waits for them is asked for anew."""
        eager.lost = True
        if eager.adopted and self._hearing is not None:
            self._hearing.asks -= 1
            self._hearing = self._eager = None

    def _adopt(self, window: Heard) -> bool:
        """Take what was asked for before for the one utterance that waits, if it is that."""
        eager = self._eager
        if eager is None or eager.lost or window.waiting != 1 or not _alike(eager.spoken, window.spoken[-1]):
            self._eager = eager if eager is not None and eager.is_out else None  # of no use, and it holds sound
            return False
        eager.adopted = True
        return True

    def partial_ask(
        self, speaking: Spoken, options: TranscriptionOptions, votes: Mapping[str, float], longest: float
    ) -> Ask | None:
        """Return how to hear an utterance that goes on; None while one before it waits, or where it grew too long."""
        if self.unheard:
            return None
        ask = _ask(self._windows[-1], [speaking], options, votes)
        return ask if ask.window.duration <= longest else None

    def heard(self, answer: Answer | None) -> Words:
        """Take the answer to the last ask, None if there is none; return its utterances with their sound."""
        window, self._hearing = self._hearing, None
        if window is None:
            raise ValueError(f"channel {self.channel}: an answer that nobody asked for")
        asked = window.spoken[len(window.said) : len(window.said) + self._new]
        pairs = _paired(asked, answer.utterances if answer else ())
        texts = {id(spoken): utterance.text for spoken, utterance in pairs}
        window.said += [texts.get(id(spoken), "") for spoken in asked]
        window.languages |= {utterance.language for _, utterance in pairs}
        window.doubted |= answer is None or not answer.exact or len(pairs) < len(asked)
        window.doubted |= any({"loop", "fallback"} & set(utterance.flags) for _, utterance in pairs)
        return Words(window, pairs)

    def full_windows(self) -> list[Heard]:
        """Return the windows that are full and were heard to their end, each once; they are forgotten here."""
        done = []
        while self._windows and self._windows[0].full and not self._windows[0].waiting:
            done.append(self._windows.popleft())
        return done


def _ask(window: Heard, new: Sequence[Spoken], options: TranscriptionOptions, votes: Mapping[str, float]) -> Ask:
    """Return how to hear utterances of a window: a short one behind what was said just before it."""
    known = len(window.said)
    first = known
    if len(new) == 1 and new[0].piece.duration <= CONTEXT_FOR:
        while first > 0 and sum(one.piece.duration for one in window.spoken[first - 1 : known]) <= CONTEXT:
            first -= 1
    heard = window_of([*window.spoken[first:known], *new])
    return Ask(heard, options, _joined(window.said[first:]), len(new), votes)


def _alike(one: Spoken, other: Spoken) -> bool:
    return one.speech == other.speech and one.piece == other.piece


def record_ask(window: Heard, options: TranscriptionOptions) -> Ask:
    """Return how to hear a whole window as a recording's."""
    return Ask(window_of(window.spoken), options, new=len(window.spoken), thorough=True)


def recorded(window: Heard, answer: Answer) -> tuple[tuple[Spoken, Utterance], ...]:
    """Return the utterances of the answer to `record_ask` with their sound."""
    return _paired(window.spoken, answer.utterances)


def _joined(said: Sequence[str]) -> str:
    return " ".join(text for text in said if text)


def _paired(spoken: Sequence[Spoken], utterances: Sequence[Utterance]) -> tuple[tuple[Spoken, Utterance], ...]:
    """Give each utterance its sound: that of the piece in which it begins."""
    return tuple((_sound_of(utterance, spoken), utterance) for utterance in utterances)


def _sound_of(utterance: Utterance, spoken: Sequence[Spoken]) -> Spoken:
    begun = [one for one in spoken if one.speech[0].start <= utterance.start]
    return begun[-1] if begun else spoken[0]
