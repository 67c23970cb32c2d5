"""Recordings of any kind to 16 kHz float32, through PyAV, block by block so that memory stays bounded.

What is damaged is skipped, and becomes silence where the file tells times, so that later words keep their time.
Resampled by soxr, not by FFmpeg's swresample, whose default leaves white noise from an 8 kHz line at -21 dB above
4 kHz (soxr: -138 dB).
"""

import logging
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet

from stimmung.speech.errors import AudioError
from stimmung.speech.rawformat import RawFormat, raw_format_of
from stimmung.speech.records import SAMPLE_RATE, Audio, Samples
from stimmung.speech.resample import Resampler

logger = logging.getLogger(__name__)

BLOCK_SECONDS = 5.0  # 160 kB a channel at 8 kHz: fits the cache; 30 s took a third longer to resample
MIN_GAP_SECONDS = 0.05  # smaller jumps of time stamps are rounding, as in Matroska's milliseconds
MAX_GAP_SECONDS = 600.0  # larger jumps are wrong time stamps rather than lost sound
MAX_OTHER_LAYOUT_SECONDS = 1.0  # a broken header may claim another channel count for some frames, not for longer
MAX_FAILED_READS = 1_000  # give up on a container whose reading fails as often
MAX_EXPECTED_SECONDS = 7_200.0  # memory is set aside for what a header promises, up to this
RAW_HINT = "; sound without a header needs its raw format, e.g. ulaw:8000:1"


@dataclass(slots=True)
class _Damage:
    """What was lost of one file so far."""

    packets: int = 0
    reason: str = "time stamps jump"
    silent_seconds: float = 0.0  # put where sound is missing

    def add(self, error: av.FFmpegError) -> None:
        self.packets += 1
        self.reason = error.strerror or type(error).__name__


@dataclass(slots=True)
class _Clock:
    """Seconds of sound so far against the time stamps of the frames."""

    start: float | None = None  # time stamp of the first frame
    seconds: float = 0.0

    def gap_before(self, frame: AudioFrame) -> float:
        """Return the seconds that are missing before `frame`, 0.0 if none, and count both."""
        length = frame.samples / frame.sample_rate
        gap = 0.0
        stamp = frame.time
        if stamp is not None:
            if self.start is None:
                self.start = stamp - self.seconds
            gap = stamp - self.start - self.seconds
        if not MIN_GAP_SECONDS <= gap <= MAX_GAP_SECONDS:
            gap = 0.0
        self.seconds += gap + length
        return gap


@dataclass(frozen=True, slots=True, eq=False)
class _Stretch:
    """Decoded sound at the file's own rate: float32 (channels, samples)."""

    samples: Samples
    sample_rate: int


def decode(files: Sequence[Path], raw: RawFormat | None = None) -> Audio:
    """Read one recording, or several mono files of one call as one channel each, padded to the longest.

    `raw` says what headerless files hold. Raises AudioError naming the file, what is wrong with it and the way out.
    """
    if not files:
        raise AudioError("no recording was given")
    sound = np.zeros((0, 0), np.float32)
    longest = 0
    for row, file in enumerate(files):
        end = 0
        with _open(file, raw) as container:
            expected = _expected_samples(container)
            for block in _container_blocks(container, file):
                if len(files) > 1 and block.channels != 1:
                    raise AudioError(
                        f"{file}: has {block.channels} channels, but where a call comes in several files each must be"
                        " mono; give one file with all channels, or save each channel as a mono file"
                    )
                start, end = end, end + block.samples.shape[1]
                sound = _with_room(sound, max(len(files), block.channels), end, expected)
                sound[row : row + block.channels, start:end] = block.samples
        longest = max(longest, end)
    return Audio(sound[:, :longest])


def decode_blocks(file: Path, raw: RawFormat | None = None) -> Iterator[Audio]:
    """Yield `file` in blocks of about five seconds, float32 (channels, n) at 16 kHz, all with the same channels.

    Raises AudioError, at the latest when the file ends without a single sample: silence is sound, nothing is not.
    """
    with _open(file, raw) as container:
        yield from _container_blocks(container, file)


def _expected_samples(container: InputContainer) -> int:
    seconds = (container.duration or 0) / av.time_base
    return math.ceil(min(max(seconds, 0.0), MAX_EXPECTED_SECONDS) * SAMPLE_RATE)


def _with_room(sound: Samples, channels: int, end: int, expected: int) -> Samples:
    """Return `sound` if it reaches `end`, else a copy that does; joining a list of blocks would hold all twice."""
    if end <= sound.shape[1]:
        return sound
    grown = np.zeros((channels, max(end, expected, sound.shape[1] * 3 // 2)), np.float32)
    grown[: sound.shape[0], : sound.shape[1]] = sound
    return grown


def _container_blocks(container: InputContainer, file: Path) -> Iterator[Audio]:
    damage = _Damage()
    heard = False
    for samples in _resampled(_stretches(container, file, damage)):
        if samples.shape[1]:
            heard = True
            yield Audio(np.clip(samples, -1.0, 1.0, out=samples))  # lossy codecs and filters overshoot full scale
    if not heard:
        why = f" ({damage.packets} damaged packets: {damage.reason})" if damage.packets else ""
        raise AudioError(f"{file}: holds no sound{why}; see whether a player plays it and export it again")
    if damage.packets or damage.silent_seconds:
        logger.warning(
            "%s: %d damaged packets skipped, %.2f s of lost sound made silence: %s",
            file,
            damage.packets,
            damage.silent_seconds,
            damage.reason,
        )


def _resampled(stretches: Iterator[_Stretch]) -> Iterator[Samples]:
    resampler: Resampler | None = None
    for stretch in stretches:
        if resampler is None or resampler.sample_rate != stretch.sample_rate:
            if resampler is not None:
                yield resampler.flush()
            resampler = Resampler(stretch.sample_rate, stretch.samples.shape[0])
        yield resampler.feed(stretch.samples)
    if resampler is not None:
        yield resampler.flush()


def _open(file: Path, raw: RawFormat | None) -> InputContainer:
    """Open `file` for reading. Raises AudioError."""
    try:
        if file.is_dir():
            raise AudioError(f"{file}: is a folder, not a recording")
        if file.is_file() and file.stat().st_size == 0:
            raise AudioError(f"{file}: the file is empty; export the recording again")
        raw_format = raw_format_of(file, raw)
        name = f"file:{file}"  # without it, FFmpeg takes "call 12:30.wav" or "http:x" for an address
        if raw_format is None:
            return av.open(name, metadata_errors="ignore")
        layout = {"sample_rate": str(raw_format.sample_rate), "ch_layout": f"{raw_format.channels}C"}
        return av.open(name, format=raw_format.demuxer, options=layout)
    except FileNotFoundError as error:
        raise AudioError(f"{file}: no such file") from error
    except (OSError, av.FFmpegError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise AudioError(f"{file}: cannot be read as a recording ({reason}){RAW_HINT}") from error


def _stretches(container: InputContainer, file: Path, damage: _Damage) -> Iterator[_Stretch]:
    """Yield decoded sound in stretches of about a block, each of one rate, gaps filled with silence."""
    clock = _Clock()
    frames: list[AudioFrame] = []
    seconds = 0.0
    for frame in _same_layout(_frames(container, file, damage), file):
        gap = clock.gap_before(frame)
        if frames and (gap or seconds >= BLOCK_SECONDS or not _alike(frame, frames[0])):
            yield _stretch(frames)
            frames, seconds = [], 0.0
        damage.silent_seconds += gap
        while gap > 0.0:
            length = round(min(gap, BLOCK_SECONDS) * frame.sample_rate)
            yield _Stretch(np.zeros((frame.layout.nb_channels, length), np.float32), frame.sample_rate)
            gap -= BLOCK_SECONDS
        frames.append(frame)
        seconds += frame.samples / frame.sample_rate
    if frames:
        yield _stretch(frames)


def _alike(one: AudioFrame, other: AudioFrame) -> bool:
    return one.sample_rate == other.sample_rate and one.format.name == other.format.name


def _same_layout(frames: Iterator[AudioFrame], file: Path) -> Iterator[AudioFrame]:
    """Drop the few frames whose broken header claims another channel count; raise AudioError if they are many."""
    channels = 0
    other_seconds = 0.0
    for frame in frames:
        count = frame.layout.nb_channels
        channels = channels or count
        if count == channels:
            yield frame
            continue
        other_seconds += frame.samples / frame.sample_rate
        if other_seconds > MAX_OTHER_LAYOUT_SECONDS:
            raise AudioError(
                f"{file}: changes from {channels} to {count} channels on the way, so that nobody can say who is on"
                f" which; cut it there, or mix it down with `ffmpeg -i IN -ac 1 OUT.flac`"
            )


def _frames(container: InputContainer, file: Path, damage: _Damage) -> Iterator[AudioFrame]:
    stream = _audio_stream(container, file)
    if (
        stream.codec_context.name == "flac"
    ):  # else damaged frames can come out as noise at full scale; costs nothing measurable
        stream.codec_context.options = {"err_detect": "crccheck+explode"}
    for packet in _packets(container, stream, file, damage):
        try:
            frames = packet.decode()
        except av.FFmpegError as error:
            damage.add(error)
            continue
        for frame in frames:
            if frame.samples:
                yield frame


def _audio_stream(container: InputContainer, file: Path) -> AudioStream:
    """Return the track to listen to: the one that FFmpeg thinks best. Raises AudioError if there is none."""
    tracks = container.streams.audio
    if not tracks:
        kinds = ", ".join(sorted({stream.type for stream in container.streams})) or "nothing"
        raise AudioError(f"{file}: has no sound track (it holds: {kinds}){RAW_HINT}")
    stream = container.streams.best("audio")
    if not isinstance(stream, AudioStream) or stream.codec_context is None:
        raise AudioError(f"{file}: its sound is coded in a way that FFmpeg does not know; export it as WAV or FLAC")
    if len(tracks) > 1:
        logger.warning("%s: has %d sound tracks; only number %d is heard", file, len(tracks), stream.index)
    return stream


def _packets(
    container: InputContainer, stream: AudioStream, file: Path, damage: _Damage
) -> "Iterator[Packet[AudioStream]]":  # in quotes: generic to the type checker only
    """Read on after damaged places, which end PyAV's own iteration."""
    for _ in range(MAX_FAILED_READS):
        try:
            yield from container.demux(stream)
            return
        except av.error.InvalidDataError as error:
            damage.add(error)
        except av.FFmpegError as error:
            raise AudioError(f"{file}: reading failed ({error.strerror}); see whether the disk is well") from error


def _stretch(frames: list[AudioFrame]) -> _Stretch:
    """Join frames of one rate and format, and convert them to float32 (channels, samples), |x| <= 1 and finite."""
    first = frames[0]
    try:
        joined = np.concatenate([frame.to_ndarray() for frame in frames], axis=1)
    except ValueError as error:  # PyAV has no array for 64-bit integers
        raise AudioError(f"samples of the form {first.format.name} cannot be read; convert them to 16 bit") from error
    if not first.format.is_planar:
        joined = joined.reshape(-1, first.layout.nb_channels).T
    samples = np.array(joined, np.float32, order="C")
    if joined.dtype == np.uint8:
        samples -= 128.0
    if joined.dtype.kind in "iu":
        samples *= 2.0 ** (1 - 8 * joined.dtype.itemsize)
    else:  # floats hold what they like, and one NaN would spread through the resampler
        np.nan_to_num(samples, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
        np.clip(samples, -1.0, 1.0, out=samples)
    return _Stretch(samples, first.sample_rate)
