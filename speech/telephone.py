"""What telephone lines do to a voice: for training and measuring, so that neither happens on studio sound alone.

`phone` is the condition of every figure: 300 to 3400 Hz, 8 kHz, 8-bit µ-law. Codecs are those of PyAV's FFmpeg; GSM,
which it can only decode, goes through the program `ffmpeg` (Debian: ffmpeg and libavcodec-extra).
"""

import io
import shutil
import subprocess
from typing import Final, Literal

import av
import numpy as np
import numpy.typing as npt

from stimmung.speech.errors import AudioError
from stimmung.speech.records import SAMPLE_RATE, Samples
from stimmung.speech.resample import resampled

BAND: Final = (300.0, 3400.0)  # Hz that a telephone passes on
RATE: Final = 8_000  # Hz
Codec = Literal["opus", "amr"]
ENCODERS: Final = {"opus": ("libopus", "ogg"), "amr": ("libopencore_amrnb", "amr")}
AMR_DELAY: Final = 80  # samples at 16 kHz that AMR-NB comes late


def phone(sound: npt.NDArray[np.floating]) -> Samples:
    """Return `sound` (samples,) at 16 kHz as a telephone passes it on, at 16 kHz again."""
    narrow = band_pass(sound, BAND, 50.0)[::2]  # nothing above 4 kHz is left that could fold
    coded = np.round(np.sign(narrow) * np.log1p(255 * np.minimum(np.abs(narrow), 1.0)) / np.log(256) * 127) / 127
    decoded = np.sign(coded) * (256 ** np.abs(coded) - 1) / 255
    spectrum = np.fft.rfft(decoded)
    return (2 * np.fft.irfft(spectrum, 2 * decoded.size)[: sound.size]).astype(np.float32)


def band_pass(sound: npt.NDArray[np.floating], band: tuple[float, float], edge: float) -> npt.NDArray[np.float64]:
    """Cut sound at 16 kHz to `band` with edges `edge` wide, all in Hz; the length becomes even, to be halved."""
    padded = np.append(sound, np.zeros(sound.size % 2))
    spectrum = np.fft.rfft(padded)
    hertz = np.fft.rfftfreq(padded.size, 1 / SAMPLE_RATE)
    gain = np.clip((hertz - band[0]) / edge + 1, 0, 1) * np.clip((band[1] - hertz) / edge + 1, 0, 1)
    return np.fft.irfft(spectrum * gain, padded.size)


def coded(sound: Samples, codec: Codec, bit_rate: int) -> Samples:
    """Return mono `sound` (samples,) at 16 kHz after a codec of 8 kHz at `bit_rate` bits a second, as long as before.

    Raises AudioError where this FFmpeg lacks the encoder.
    """
    encoder, container = ENCODERS[codec]
    try:
        heard = _decode(_encode(resampled(sound, SAMPLE_RATE, RATE), encoder, container, bit_rate))
    except (av.error.FFmpegError, ValueError) as error:
        raise AudioError(f"{codec} at {bit_rate} bit/s cannot be encoded here: {error}") from error
    return _fit(heard[AMR_DELAY if codec == "amr" else 0 :], sound.shape[0])


def gsm(sound: Samples) -> Samples:
    """Return mono `sound` (samples,) at 16 kHz after GSM full rate. Raises AudioError where `ffmpeg` cannot do it."""
    program = shutil.which("ffmpeg")
    if program is None:
        raise AudioError("GSM needs the program ffmpeg: apt-get install ffmpeg libavcodec-extra")
    raw = ["-f", "s16le", "-ar", str(RATE), "-ac", "1"]
    narrow = _integers(resampled(sound, SAMPLE_RATE, RATE)).tobytes()
    packed = _piped([program, *raw, "-i", "-", "-c:a", "libgsm", "-f", "gsm", "-"], narrow)
    heard = _piped([program, "-f", "gsm", "-i", "-", *raw, "-"], packed)
    wide = resampled(np.frombuffer(heard, "<i2").astype(np.float32) / np.float32(32768), RATE, SAMPLE_RATE)
    return _fit(wide, sound.shape[0])


def _encode(narrow: Samples, encoder: str, container: str, bit_rate: int) -> io.BytesIO:
    file = io.BytesIO()
    with av.open(file, "w", format=container) as output:
        stream = output.add_stream(encoder, rate=RATE, layout="mono", bit_rate=bit_rate)
        if not isinstance(stream, av.AudioStream):  # cannot be; a type checker does not know
            raise AudioError(f"{encoder} is no audio encoder")
        frame = av.AudioFrame.from_ndarray(_integers(narrow)[None], format="s16", layout="mono")
        frame.sample_rate = RATE
        size = stream.codec_context.frame_size or None
        pieces = av.AudioResampler(stream.codec_context.format, "mono", RATE, frame_size=size)
        for piece in (*pieces.resample(frame), *pieces.resample(None)):
            output.mux(stream.encode(piece))
        output.mux(stream.encode(None))
    file.seek(0)
    return file


def _decode(file: io.BytesIO) -> Samples:
    wide = av.AudioResampler("flt", "mono", SAMPLE_RATE)
    with av.open(file, "r") as opened:
        frames = [piece for frame in opened.decode(audio=0) for piece in wide.resample(frame)]
        frames += wide.resample(None)
    return np.concatenate([frame.to_ndarray()[0] for frame in frames]).astype(np.float32)


def _piped(command: list[str], sound: bytes) -> bytes:
    try:
        done = subprocess.run([*command[:1], "-v", "error", *command[1:]], input=sound, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise AudioError(f"{' '.join(command)}: {error}; apt-get install ffmpeg libavcodec-extra") from error
    return done.stdout


def _integers(sound: npt.NDArray[np.floating]) -> npt.NDArray[np.int16]:
    return np.asarray(np.clip(sound, -1, 1) * 32767).astype(np.int16)


def _fit(sound: Samples, count: int) -> Samples:
    return sound[:count] if sound.shape[0] >= count else np.pad(sound, (0, count - sound.shape[0]))
