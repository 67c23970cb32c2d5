"""Who is on which channel: roles from an option or a sidecar file, and recordings that hold one signal twice.

Careful in one direction: a signal heard twice is a nuisance, a caller taken for an echo is lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

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


class Mirror:
    """Says while a call goes on whether its second channel repeats the first, as `assign_roles` says of the whole."""

    def __init__(self, sample_rate: int) -> None:
        self._size = round(COMPARED_SECONDS * sample_rate)
        self._rest = np.zeros((2, 0), np.float32)
        self._means: list[_Means] = []  # of all whole pieces, joined; none are kept once some of them differ
        self._differ = False

    def feed(self, samples: Samples) -> None:
        """Take in what follows of both channels, float32 (2, samples)."""
        if self._differ:
            return
        sound = np.concatenate((self._rest, samples), axis=1) if self._rest.shape[1] else samples
        whole = sound.shape[1] // self._size * self._size
        if whole:
            means = _means(sound[0, :whole], sound[1, :whole], self._size)
            self._differ = not _mirrored_at_some_gain(means)
            self._means = [] if self._differ else [_joined([*self._means, means])]
        self._rest = sound[:, whole:].copy()

    def same(self) -> bool:
        """Say whether everything so far is the same on both; of silence nobody can say it."""
        rest = [_means(self._rest[0], self._rest[1], self._size)] if self._rest.shape[1] else []
        means = [*self._means, *rest]
        return bool(means) and not self._differ and _mirrored(_joined(means))


def _same(one: Samples, other: Samples, sample_rate: int) -> bool:
    """Say whether `other` is `one` times a constant in every audible piece; two silent channels are not the same."""
    return _mirrored(_means(one, other, round(COMPARED_SECONDS * sample_rate)))


class _Means(NamedTuple):
    """For each piece of both channels: mean square of either, mean of their product."""

    one: npt.NDArray[np.float64]
    other: npt.NDArray[np.float64]
    product: npt.NDArray[np.float64]


def _means(one: Samples, other: Samples, size: int) -> _Means:
    return _Means(*(_piece_means(a, b, size) for a, b in ((one, one), (other, other), (one, other))))


def _joined(means: Sequence[_Means]) -> _Means:
    return _Means(*(np.concatenate(part) for part in zip(*means, strict=True)))


def _mirrored_at_some_gain(means: _Means) -> bool:
    """Say whether each piece by itself could be the same on both: what fails this is not mirrored at any gain."""
    power_one, power_other, product = means
    least = power_other - product * product / np.maximum(power_one, np.finfo(np.float64).tiny)
    return bool(np.all(least <= np.maximum(MAX_RESIDUE * power_other, INAUDIBLE)))


def _mirrored(means: _Means) -> bool:
    power_one, power_other, product = means
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
    sums = np.einsum("ij,ij->i", a[:whole].reshape(-1, size), b[:whole].reshape(-1, size)).astype(np.float64)
    rest = [float(np.dot(a[whole:], b[whole:]))] if whole < a.shape[0] else []
    return np.append(sums, rest) / size
