"""Silero VAD (MIT, Silero Team) through ONNX Runtime: a `SpeechDetector` that remembers where it was.

The network is the sixth version that faster-whisper carries. Its own wrapper forgets the recurrent state at every
call, so that chunks would not give what the whole gives; kept for a whole call, the state drifts until telephone speech
is no longer heard. Here it starts afresh every 16 s of a channel, wherever the chunks' borders are
(docs/decisions/speech-detection.md).
"""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime

from stimmung.speech.engines import DetectorState, ModelId
from stimmung.speech.errors import WeightsError
from stimmung.speech.records import Samples
from stimmung.speech.vad import Probabilities

FRAME = 512  # samples, 32 ms at 16 kHz: what the network was trained on
CONTEXT = 64  # samples of the frame before that it wants to see again
WIDTH = 128  # of its recurrent state
SECTION = 500  # frames, 16 s: after them the state starts afresh
WARM_UP = 16  # frames before a section, 0.5 s, that a fresh state hears first
LEVEL = 0.25  # of the sound's own: near full scale the network takes telephone speech for noise
SHA256 = "4cbf549b8326f60f80f2536d9eefeb450a9abe83365a098031c89719f1be17d2"  # of the file in faster-whisper 1.2.1


@dataclass(frozen=True, slots=True, eq=False)
class _Stretch:
    """Frames (n, FRAME) of one section that are run in a row; the first `warm_up` only prepare the state."""

    frames: Samples
    memory: tuple[Samples, ...]
    warm_up: int


class SileroDetector:
    """Gives the probability of speech for each 32 ms; safe to share between threads."""

    def __init__(self, weights: Path, workers: int = 1) -> None:
        """Load and verify the network. Raises WeightsError where the file is missing or another one."""
        try:
            content = weights.read_bytes()
        except OSError as error:
            raise WeightsError(f"{weights}: cannot read the speech detector: {error.strerror}") from error
        found = hashlib.sha256(content).hexdigest()
        if found != SHA256:
            raise WeightsError(
                f"{weights}: not the speech detector that was pinned (SHA-256 {found}, expected {SHA256}):"
                " pip install 'faster-whisper==1.2.1'"
            )
        options = onnxruntime.SessionOptions()
        # One thread each: the recurrence leaves nothing to share out within a section.
        options.inter_op_num_threads = options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        self._workers = workers
        self.model = ModelId("silero-vad-v6", SHA256)
        self.frame_samples = FRAME

    def probabilities(
        self, samples: Samples, state: DetectorState | None = None
    ) -> tuple[Probabilities, DetectorState]:
        """Return one probability per whole frame of mono `samples` (n,), and the state for what comes next."""
        state = state or DetectorState(_fresh(), np.zeros(0, np.float32), np.zeros((0, FRAME), np.float32), 0)
        sound = np.concatenate((state.pending, samples)) if len(state.pending) else samples
        count = len(sound) // FRAME
        if count == 0:
            return np.zeros(0, np.float32), DetectorState(state.memory, sound, state.recent, state.frames)
        frames = sound[: count * FRAME].reshape(-1, FRAME)
        frames = np.concatenate((state.recent, frames)) if len(state.recent) else frames
        stretches = _stretches(frames, len(state.recent), state)
        if len(stretches) > 1 and self._workers > 1:
            with ThreadPoolExecutor(self._workers) as pool:
                done = list(pool.map(self._run, stretches))
        else:
            done = [self._run(stretch) for stretch in stretches]
        recent = frames[-WARM_UP:].copy()
        rest = DetectorState(done[-1][1], sound[count * FRAME :].copy(), recent, state.frames + count)
        return np.concatenate([probabilities for probabilities, _ in done]), rest

    def _run(self, stretch: _Stretch) -> tuple[Probabilities, tuple[Samples, ...]]:
        hidden, cell, context = stretch.memory
        before = np.concatenate((context[None], stretch.frames[:-1, -CONTEXT:]))
        heard = np.concatenate((before, stretch.frames), axis=1) * np.float32(LEVEL)
        inputs = {"input": heard, "h": hidden, "c": cell}
        output, hidden, cell = self._session.run(None, inputs)
        return output.reshape(-1)[stretch.warm_up :], (hidden, cell, stretch.frames[-1, -CONTEXT:].copy())


def _stretches(frames: Samples, heard: int, state: DetectorState) -> list[_Stretch]:
    """Cut `frames`, of which the first `heard` were run before, at the borders of sections."""
    stretches = []
    position, index = state.frames, heard
    while index < len(frames):
        last = min(len(frames), index + SECTION - position % SECTION)
        fresh = position % SECTION == 0 and position > 0
        warm_up = min(WARM_UP, index) if fresh else 0
        stretches.append(_Stretch(frames[index - warm_up : last], _fresh() if fresh else state.memory, warm_up))
        position += last - index
        index = last
    return stretches


def _fresh() -> tuple[Samples, ...]:
    shape = (1, 1, WIDTH)
    return np.zeros(shape, np.float32), np.zeros(shape, np.float32), np.zeros(CONTEXT, np.float32)
