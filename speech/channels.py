"""Who is on which channel: roles from an option or a sidecar file, and recordings that hold one signal twice.

Careful in one direction: a signal heard twice is a nuisance, a caller taken for an echo is lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stimmung.speech.errors import CallInfoError
from stimmung.speech.records import Audio, Role, Samples

COMPARED_SECONDS = 0.5  # each such piece must agree: a caller who only says "ja" once fills one
MAX_RESIDUE = 10**-2.5  # of a piece's energy, -25 dB: coding each channel as G.711 on its own leaves -37 dB
INAUDIBLE = 10**-6.0  # mean square, -60 dB of full scale: pieces that differ by less do not differ
MAX_GAIN = 2.0  # beyond 6 dB it is one party heard faintly on the line of the other, not a doubled channel


@dataclass(frozen=True, slots=True, eq=False)
class Channels:
    """The channels to listen to, one role each; `dual_mono`: all others repeated the first and were left out."""

    audio: Audio
    roles: tuple[Role, ...]
    dual_mono: bool = False


def assign_roles(audio: Audio, roles: Sequence[Role] = ()) -> Channels:
    """Give each channel of `audio` its role, `unknown` where `roles` ends.

    Where all channels hold the same signal, one is kept (a view), and nobody can say whose it is: `unknown`.
    Raises CallInfoError for more roles than channels.
    """
    if len(roles) > audio.channels:
        plural = "" if audio.channels == 1 else "s"
        raise CallInfoError(
            f"{len(roles)} roles ({', '.join(roles)}) for a recording of {audio.channels} channel{plural}:"
            " name at most one role a channel"
        )
    if audio.channels > 1 and all(_same(audio.samples[0], other, audio.sample_rate) for other in audio.samples[1:]):
        return Channels(Audio(audio.samples[:1], audio.sample_rate), ("unknown",), dual_mono=True)
    unknown: Role = "unknown"
    return Channels(audio, tuple(roles) + (unknown,) * (audio.channels - len(roles)))


def _same(one: Samples, other: Samples, sample_rate: int) -> bool:
    """Say whether `other` is `one` times a constant in every audible piece; two silent channels are not the same."""
    size = round(COMPARED_SECONDS * sample_rate)
    power_one, power_other, product = (_piece_means(a, b, size) for a, b in ((one, one), (other, other), (one, other)))
    total = float(power_one.sum())
    if total == 0.0:
        return False
    gain = float(product.sum()) / total
    if not 1.0 / MAX_GAIN <= abs(gain) <= MAX_GAIN:
        return False
    residue = power_other - 2.0 * gain * product + gain * gain * power_one
    return bool(np.all(residue <= np.maximum(MAX_RESIDUE * power_other, INAUDIBLE)))


def _piece_means(a: Samples, b: Samples, size: int) -> npt.NDArray[np.float64]:
    """Return the mean of a*b over each piece of `size` samples, a shorter rest as one more piece, without copies."""
    whole = a.shape[0] // size * size
    sums = np.einsum("ij,ij->i", a[:whole].reshape(-1, size), b[:whole].reshape(-1, size))
    rest = float(np.dot(a[whole:], b[whole:]))
    return np.append(sums.astype(np.float64), rest) / size
