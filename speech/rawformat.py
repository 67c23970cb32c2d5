"""What a headerless recording holds, since nothing in the file says it: encoding, rate, channels.

By extension, for want of better knowledge 8 kHz mono as telephone systems write it: `.ulaw .ul .ulw .mulaw .mu .pcmu`
µ-law; `.alaw .al .alw .pcma` A-law; `.s16 .s16le .sw .sln .slin .pcm .raw` 16-bit little-endian; `.sln16` the same at
16 kHz. `.pcm` and `.raw` say least (some systems write µ-law there), so that guess is logged. An option overrides all.
"""

import logging
from dataclasses import dataclass
from pathlib import Path

from stimmung.speech.errors import SettingsError

logger = logging.getLogger(__name__)

MIN_RATE, MAX_RATE = 4_000, 384_000  # Hz: below, no speech is left; above, no recorder works
MAX_CHANNELS = 64
DEMUXERS = {  # our name of an encoding: FFmpeg's
    "ulaw": "mulaw",
    "alaw": "alaw",
    "u8": "u8",
    "s8": "s8",
    "s16le": "s16le",
    "s16be": "s16be",
    "s24le": "s24le",
    "s32le": "s32le",
    "f32le": "f32le",
}
OTHER_NAMES = {  # what else an encoding is called, by FFmpeg's codecs and in RTP, as long as it says the byte order
    "mulaw": "ulaw",
    "pcm_mulaw": "ulaw",
    "pcmu": "ulaw",
    "pcm_alaw": "alaw",
    "pcma": "alaw",
    "pcm_u8": "u8",
    "pcm_s8": "s8",
    "pcm_s16le": "s16le",
    "pcm_s16be": "s16be",
    "pcm_s24le": "s24le",
    "pcm_s32le": "s32le",
    "pcm_f32le": "f32le",
}
EXTENSIONS = {
    "ulaw:8000:1": (".ulaw", ".ul", ".ulw", ".mulaw", ".mu", ".pcmu"),
    "alaw:8000:1": (".alaw", ".al", ".alw", ".pcma"),
    "s16le:8000:1": (".s16", ".s16le", ".sw", ".sln", ".slin", ".pcm", ".raw"),
    "s16le:16000:1": (".sln16",),
}
VAGUE_EXTENSIONS = (".pcm", ".raw")
HEADER_MAGIC = (b"RIFF", b"RIFX", b"RF64", b"fLaC", b"OggS", b".snd", b"FORM")  # never raw, whatever the name says


@dataclass(frozen=True, slots=True)
class RawFormat:
    """Encoding (a key of `DEMUXERS`), rate in Hz and channel count of sound without a header."""

    encoding: str
    sample_rate: int = 8_000
    channels: int = 1

    def __post_init__(self) -> None:
        if self.encoding not in DEMUXERS:
            raise SettingsError(f"raw format: unknown encoding {self.encoding!r}; known are {', '.join(DEMUXERS)}")
        if not MIN_RATE <= self.sample_rate <= MAX_RATE:
            raise SettingsError(f"raw format: rate {self.sample_rate} is not within {MIN_RATE} to {MAX_RATE} Hz")
        if not 1 <= self.channels <= MAX_CHANNELS:
            raise SettingsError(f"raw format: {self.channels} channels are not within 1 to {MAX_CHANNELS}")

    def __str__(self) -> str:
        return f"{self.encoding}:{self.sample_rate}:{self.channels}"

    @property
    def demuxer(self) -> str:
        """FFmpeg's name of the format."""
        return DEMUXERS[self.encoding]


def encoding_named(name: str) -> str:
    """Return our name of an encoding for any name that is known (`PCMU`: `ulaw`), else `name` in lower case."""
    lower = name.strip().lower()
    return OTHER_NAMES.get(lower, lower)


def parse_raw_format(text: str) -> RawFormat:
    """Read ENCODING[:RATE[:CHANNELS]], e.g. `ulaw:8000:2`; what is left out is 8000 and 1. Raises SettingsError."""
    encoding, *numbers = (part.strip() for part in text.split(":"))
    if len(numbers) > 2 or not all(number.isascii() and number.isdigit() and len(number) < 10 for number in numbers):
        raise SettingsError(
            f"raw format {text!r} is not ENCODING:RATE:CHANNELS, e.g. ulaw:8000:1 or s16le:16000:2;"
            f" encodings are {', '.join(DEMUXERS)}"
        )
    return RawFormat(encoding_named(encoding), *map(int, numbers))


def raw_format_of(file: Path, option: RawFormat | None) -> RawFormat | None:
    """Return how to read `file` if it has no header: `option`, else what its extension says; None for all others.

    A file that begins like a WAV, FLAC, Ogg, AU or AIFF file is never headerless. Raises OSError if it cannot be read.
    """
    by_name = next((text for text, names in EXTENSIONS.items() if file.suffix.lower() in names), None)
    if option is None and by_name is None:
        return None
    with file.open("rb") as stream:
        if stream.read(4).startswith(HEADER_MAGIC):
            return None
    if option is not None or by_name is None:
        return option
    if file.suffix.lower() in VAGUE_EXTENSIONS:
        logger.warning("%s has no header and is taken as %s; name its raw format if that is wrong", file, by_name)
    return parse_raw_format(by_name)
