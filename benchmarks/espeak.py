"""Speech whose words have known times: espeak-ng says them, and its library tells when each word begins.

A word ends where the library's pause begins, or, in running speech, where its next word begins; such ends are marked
`joined`. Needs Debian's espeak-ng, which is GPL and stays outside the product: a benchmark may run it.
"""

import ctypes
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stimmung.speech.records import Samples

LIBRARY = "libespeak-ng.so.1"
SYNCHRONOUS, PHONEME_EVENTS = 2, 1  # espeak_AUDIO_OUTPUT, and a bit of espeak_Initialize's options
CHARACTERS, UTF8 = 1, 1  # espeak_POSITION_TYPE, and a flag of espeak_Synth
RATE_PARAMETER = 1  # espeakRATE, words a minute
END, WORD, PHONEME = 0, 1, 7  # espeak_EVENT_TYPE
PAUSES = ("_:", "_::", "_")  # names of phonemes that are silence; "_|" and "_!" only part two vowels


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word and when it sounds, in seconds; `joined` where the next word follows without a pause.

    Some pairs ("of the", "does not") are one word to the library: nothing tells where the first ends.
    """

    text: str
    start: float | None
    end: float | None
    joined: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Spoken:
    """Mono sound (n,) at `rate` Hz, and its words."""

    samples: Samples
    rate: int
    words: tuple[SpokenWord, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """An event of the library in s: a pause, or the beginning of a word, by its place in the text if that is known."""

    time: float
    pause: bool = False
    word: int | None = None


class _Identifier(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    """espeak_EVENT of speak_lib.h."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Identifier),
    )


class Espeak:
    """The library, opened once; SystemExit says what to install where it is absent."""

    def __init__(self) -> None:
        try:
            self._library = ctypes.CDLL(LIBRARY)
        except OSError as error:
            raise SystemExit(f"{LIBRARY} is missing; on Debian: apt-get install espeak-ng") from error
        self._rate = int(self._library.espeak_Initialize(SYNCHRONOUS, 0, None, PHONEME_EVENTS))
        self._sound: list[Samples] = []
        self._events: list[_Event] = []
        kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))
        self._callback = kind(self._take)  # kept: the library holds only its address
        self._library.espeak_SetSynthCallback(self._callback)

    def say(self, text: str, voice: str, words_a_minute: int) -> Spoken:
        """Speak a sentence; ValueError for an unknown voice."""
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(f"espeak-ng has no voice {voice!r}")
        self._library.espeak_SetParameter(RATE_PARAMETER, words_a_minute, 0)
        self._sound, self._events = [], []
        data = text.encode()
        self._library.espeak_Synth(data, ctypes.c_size_t(len(data) + 1), 0, CHARACTERS, 0, UTF8, None, None)
        samples = np.concatenate(self._sound)
        places = {match.start(): number for number, match in enumerate(re.finditer(r"\S+", text))}
        marks = [mark for event in self._events if (mark := self._mark(event, places)) is not None]
        return Spoken(
            samples, self._rate, words_of(text.split(), [*marks, Mark(len(samples) / self._rate, pause=True)])
        )

    def _take(self, wave: "ctypes._Pointer[ctypes.c_short]", count: int, events: "ctypes._Pointer[_Event]") -> int:
        if count > 0:  # 0 with a null pointer: the end of a sentence
            pcm = np.ctypeslib.as_array(wave, (count,))
            self._sound.append(np.asarray(pcm / 32768, np.float32))
        place = 0
        while events[place].type != END:
            self._events.append(_Event.from_buffer_copy(events[place]))
            place += 1
        return 0  # go on

    def _mark(self, event: _Event, places: dict[int, int]) -> Mark | None:
        time = event.sample / self._rate
        if event.type == WORD and event.length > 0:  # at some commas the library sends words of no length
            return Mark(time, word=places.get(event.text_position - 1))
        if event.type == PHONEME and event.id.string.decode() in PAUSES:
            return Mark(time, pause=True)
        return None


def words_of(text: Sequence[str], marks: Sequence[Mark]) -> tuple[SpokenWord, ...]:
    """Give the words of a text the times that the marks tell; the last mark is the pause after everything.

    A word whose mark stands at no word's place ("nicht mehr" has one at "icht") leaves its neighbours' border unknown.
    """
    starts = {mark.word: mark.time for mark in marks if mark.word is not None}
    ends: dict[int, Mark] = {}
    for place, mark in enumerate(marks[1:], 1):
        before = marks[place - 1]
        if before.pause or before.word is None:
            continue
        following = next((later for later in marks[place:] if not later.pause), None)
        border = len(text) if following is None else following.word
        if border is not None:
            ends[border - 1] = mark
    return tuple(
        SpokenWord(word, starts.get(number), end.time if end else None, joined=end is not None and not end.pause)
        for number, word in enumerate(text)
        for end in [ends.get(number)]
    )
