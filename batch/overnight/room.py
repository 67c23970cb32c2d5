"""Room for decoded sound: many calls at once are fine, many hours at once are not."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from stimmung.batch.overnight.stages import Progress
from stimmung.speech.records import Audio

LOOK = 0.5  # s between looks whether the recording is still ours


class SoundRoom:
    """Lets recordings be decoded one by one, as long as fewer than `most` seconds of channels are in memory.

    How long one is shows only when it is decoded: at most one recording is held beyond `most`.
    """

    def __init__(self, most: float) -> None:
        self._most = most
        self._held = 0.0
        self._decoding = False
        self._changed = threading.Condition()

    @contextmanager
    def decoded(self, decode: Callable[[], Audio], progress: Progress) -> Iterator[Audio]:
        """Decode and hold a recording while the block runs. Raises LostError, and what `decode` raises."""
        with self._changed:
            while self._decoding or self._held >= self._most:
                progress.check()
                self._changed.wait(LOOK)
            self._decoding = True
        seconds = 0.0
        try:
            with progress.within("decode"):
                audio = decode()
            seconds = audio.duration * audio.channels
        finally:
            self._change(seconds, decoding=False)
        try:
            yield audio
        finally:
            self._change(-seconds)

    def _change(self, seconds: float, decoding: bool | None = None) -> None:
        with self._changed:
            self._held += seconds
            if decoding is not None:
                self._decoding = decoding
            self._changed.notify_all()
