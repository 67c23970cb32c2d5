"""A stretch of a recording, found without decoding what comes before it: some seconds of an hour are there at once."""

import io
import wave
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer

from stimmung.speech.errors import AudioError
from stimmung.speech.records import SAMPLE_RATE, Audio, Samples, Span
from stimmung.speech.resample import resampled

PREROLL = 0.5  # s decoded before: a decoder that starts in the middle needs 0.08 s (RFC 7845) until all is right
FULL_SCALE = 32_767


def decode_excerpt(path: Path, span: Span) -> Audio:
    """Return what is heard in `span` at 16 kHz, less where the recording ends before; float32 (channels, samples).

    Raises AudioError for a file that cannot be read and where nothing is heard then.
    """
    try:
        with av.open(path) as container:
            if not container.streams.audio:
                raise AudioError(f"{path}: holds no sound")
            stretch = _stretch(container, container.streams.audio[0], span)
    except (OSError, av.FFmpegError) as error:
        raise AudioError(f"{path}: cannot be read: {error.strerror}") from error
    if not stretch.shape[1]:
        raise AudioError(f"{path}: ends before {span.start:.0f} s")
    return Audio(stretch, SAMPLE_RATE)


def wav_bytes(audio: Audio) -> bytes:
    """Return `audio` as WAV, 16 bits; what passes full scale is cut off."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(audio.channels)
        file.setsampwidth(2)
        file.setframerate(audio.sample_rate)
        file.writeframes((np.clip(audio.samples, -1.0, 1.0).T * FULL_SCALE).astype("<i2").tobytes())
    return buffer.getvalue()


def _stretch(container: InputContainer, stream: AudioStream, span: Span) -> Samples:
    """Return the sound of `span` (channels, samples) at 16 kHz."""
    first = max(span.start - PREROLL, 0.0)
    if first and stream.time_base is not None:
        container.seek(int(first / stream.time_base), stream=stream)
    rate = stream.codec_context.sample_rate
    blocks, began = [], None
    for time, block in _blocks(container, stream):
        if time >= span.end:
            break
        began = time if began is None else began
        blocks.append(block)
    if began is None:
        return np.zeros((stream.codec_context.channels, 0), np.float32)
    whole = np.concatenate(blocks, axis=1)
    own = whole[:, max(round((span.start - began) * rate), 0) : max(round((span.end - began) * rate), 0)]
    return np.stack([resampled(row, rate, SAMPLE_RATE) for row in own]) if own.size else own


def _blocks(container: InputContainer, stream: AudioStream) -> Iterator[tuple[float, Samples]]:
    """Yield decoded sound, float32 (channels, samples), with the time at which it begins."""
    planes = av.AudioResampler(format="fltp")
    for frame in container.decode(stream):
        time = frame.time or 0.0
        for plane in planes.resample(frame):
            yield time, np.asarray(plane.to_ndarray(), np.float32)
