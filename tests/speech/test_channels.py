"""One role a channel; a recording that holds one signal twice gives its words once, and no caller is lost for it."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stimmung.speech.channels import Channels, Mirror, assign_roles
from stimmung.speech.errors import CallInfoError
from stimmung.speech.records import SAMPLE_RATE, Audio, Role, Samples

SECONDS = 8.0


def talk(seed: int, seconds: float = SECONDS) -> Samples:
    """Noise in turns of about a second with pauses, loud as speech on a line."""
    random = np.random.default_rng(seed)
    count = round(seconds * SAMPLE_RATE)
    turns = np.repeat(random.random(count // SAMPLE_RATE + 1) < 0.6, SAMPLE_RATE)[:count]
    turns[: SAMPLE_RATE // 2] = True
    return (random.normal(0.0, 0.1, count) * turns).astype(np.float32)


def mu_law(samples: Samples) -> Samples:
    """Through 8-bit µ-law, by the continuous formula of G.711."""
    companded = np.sign(samples) * np.log1p(255.0 * np.abs(samples)) / np.log(256.0)
    coded = np.round(companded * 127.0) / 127.0
    return np.asarray(np.sign(coded) * (256.0 ** np.abs(coded) - 1.0) / 255.0, np.float32)


def listen(*channels: Samples | Any, roles: tuple[Role, ...] = ("agent", "customer")) -> Channels:
    return assign_roles(Audio(np.stack(channels).astype(np.float32)), roles)


def test_each_channel_has_the_role_that_was_named() -> None:
    heard = listen(talk(1), talk(2))
    assert heard.roles == ("agent", "customer")
    assert not heard.dual_mono
    assert heard.audio.channels == 2


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ((), ("unknown", "unknown", "unknown")),
        (("customer",), ("customer", "unknown", "unknown")),
        (("agent", "customer", "customer"), ("agent", "customer", "customer")),
    ],
)
def test_channels_without_a_role_are_unknown(roles: tuple[Role, ...], expected: tuple[Role, ...]) -> None:
    assert listen(talk(1), talk(2), talk(3), roles=roles).roles == expected


def test_a_single_channel_keeps_its_role() -> None:
    heard = listen(talk(1), roles=("customer",))
    assert heard.roles == ("customer",)
    assert not heard.dual_mono


def test_more_roles_than_channels_are_refused_with_both() -> None:
    with pytest.raises(CallInfoError, match=r"2 roles \(agent, customer\) for a recording of 1 channel:"):
        listen(talk(1))
    with pytest.raises(CallInfoError, match=r"3 roles \(agent, customer, agent\) for a recording of 2 channels:"):
        listen(talk(1), talk(1), roles=("agent", "customer", "agent"))


def test_separate_parties_are_not_copied() -> None:
    audio = Audio(np.stack([talk(1), talk(2)]))
    assert assign_roles(audio).audio is audio


def test_one_signal_on_both_channels_is_heard_once_and_belongs_to_nobody() -> None:
    audio = Audio(np.stack([talk(1), talk(1)]))
    heard = assign_roles(audio, ("agent", "customer"))
    assert heard.dual_mono
    assert heard.roles == ("unknown",)
    assert heard.audio.samples.shape == (1, audio.samples.shape[1])
    assert np.shares_memory(heard.audio.samples, audio.samples)


@pytest.mark.parametrize("gain", [0.6, 1.0, 1.8, -1.0])
def test_the_doubled_signal_may_differ_in_level_and_polarity(gain: float) -> None:
    assert listen(talk(1), gain * talk(1)).dual_mono


def test_the_doubled_signal_may_have_been_coded_twice() -> None:
    assert listen(mu_law(talk(1)), mu_law(0.93 * talk(1))).dual_mono


def test_noise_in_the_pauses_does_not_hide_the_doubling() -> None:
    random = np.random.default_rng(0)
    hiss = random.normal(0.0, 3e-4, (2, talk(1).size))  # -70 dB of full scale
    assert listen(talk(1) + hiss[0], talk(1) + hiss[1]).dual_mono


def test_three_channels_of_one_signal_are_one() -> None:
    assert listen(talk(1), talk(1), talk(1)).audio.channels == 1
    assert listen(talk(1), talk(1), talk(2)).audio.channels == 3


def test_a_silent_channel_is_no_doubling() -> None:
    silence = np.zeros_like(talk(1))
    for pair in ((talk(1), silence), (silence, talk(1)), (silence, silence)):
        heard = listen(*pair)
        assert not heard.dual_mono
        assert heard.roles == ("agent", "customer")


def test_an_echo_on_the_other_line_is_no_doubling() -> None:
    assert not listen(talk(1), 0.2 * talk(1)).dual_mono
    late = np.roll(talk(1), 400)  # 25 ms
    assert not listen(talk(1), late).dual_mono


@pytest.mark.parametrize("level", [0.1, 0.01])
def test_one_short_word_of_the_other_party_is_not_lost(level: float) -> None:
    """One channel holds the agent, the other the mix of both; all that differs is 0.2 s in ten minutes."""
    agent = np.tile(talk(1), 75)
    mix = agent.copy()
    pause = int(np.flatnonzero(~talk(1).reshape(-1, 3_200).any(axis=1))[0]) * 3_200
    mix[pause : pause + 3_200] += level * talk(2)[:3_200] / 0.1
    assert not listen(agent, mix).dual_mono


@settings(max_examples=30, deadline=None)
@given(count=st.integers(1, 3 * SAMPLE_RATE), seed=st.integers(0, 9))
def test_any_length_is_compared_to_its_end(count: int, seed: int) -> None:
    one = np.random.default_rng(seed).normal(0.0, 0.1, count).astype(np.float32)
    assert listen(one, one).dual_mono
    other = one.copy()
    other[-1] += 1.0
    assert not listen(one, other).dual_mono


def test_no_sound_at_all_is_two_channels() -> None:
    assert assign_roles(Audio(np.zeros((2, 0), np.float32))).roles == ("unknown", "unknown")


# while a call goes on


def mirrored(samples: Samples, *sizes: int) -> Mirror:
    """Return what follows the channels, fed so many samples at a time."""
    mirror, first, turn = Mirror(SAMPLE_RATE), 0, 0
    while first < samples.shape[1]:
        mirror.feed(samples[:, first : first + sizes[turn % len(sizes)]])
        first, turn = first + sizes[turn % len(sizes)], turn + 1
    return mirror


def pairs() -> dict[str, Samples]:
    """Return the pairs of channels from above."""
    one, random = talk(1), np.random.default_rng(0)
    hiss = random.normal(0.0, 3e-4, (2, one.size))
    late_word = one.copy()
    late_word[-3_200:] += 0.01 * talk(2)[:3_200] / 0.1
    pairs = {
        "parties": (one, talk(2)),
        "same": (one, one),
        "louder": (one, 1.8 * one),
        "upside down": (one, -one),
        "coded twice": (mu_law(one), mu_law(0.93 * one)),
        "noisy": (one + hiss[0], one + hiss[1]),
        "silent": (one, np.zeros_like(one)),
        "both silent": (np.zeros_like(one), np.zeros_like(one)),
        "echo": (one, 0.2 * one),
        "late": (one, np.roll(one, 400)),
        "a word at the end": (one, late_word),
        "gain that changes": (one, one * np.repeat((0.7, 1.4), one.size // 2)),
    }
    return {name: np.stack(pair).astype(np.float32) for name, pair in pairs.items()}


@pytest.mark.parametrize("pair", pairs().values(), ids=pairs().keys())
@pytest.mark.parametrize("sizes", [(320,), (8_000,), (1_777, 20_000), (200_000,)])
def test_followed_in_pieces_the_channels_are_judged_as_those_of_the_recording(
    pair: Samples, sizes: tuple[int, ...]
) -> None:
    assert mirrored(pair, *sizes).same() == assign_roles(Audio(pair)).dual_mono


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 20_000), st.lists(st.integers(1, 9_000), min_size=1, max_size=4), st.sampled_from((0.0, 0.003, 1.0))
)
def test_at_every_moment_they_are_judged_by_what_was_heard(count: int, sizes: list[int], other: float) -> None:
    pair = np.stack((talk(1)[:count], talk(1)[:count] + other * talk(2)[:count]))
    assert mirrored(pair, *sizes).same() == assign_roles(Audio(pair)).dual_mono


def test_asking_changes_nothing() -> None:
    pair, mirror = pairs()["coded twice"], Mirror(SAMPLE_RATE)
    for first in range(0, pair.shape[1], 320):
        mirror.feed(pair[:, first : first + 320])
        assert mirror.same()
    assert np.array_equal(mirror._means[0].one, mirrored(pair, 320)._means[0].one)


def test_what_differed_once_is_never_the_same_again() -> None:
    mirror = mirrored(pairs()["parties"][:, :16_000], 320)
    assert not mirror.same()
    for _ in range(20):
        mirror.feed(pairs()["same"])
    assert not mirror.same()


def test_what_follows_a_difference_within_its_piece_does_not_hide_it() -> None:
    one, mirror = pairs()["same"][:, :12_000], Mirror(SAMPLE_RATE)
    other = one.copy()
    other[1, :8_000] = talk(2)[:8_000]
    mirror.feed(other)
    assert not mirror.same()


@pytest.mark.parametrize(("name", "most"), [("parties", 0), ("same", 3 * 8 * 2 * 3_600)])
def test_an_hour_of_it_needs_little_memory(name: str, most: int) -> None:
    mirror, pair = Mirror(SAMPLE_RATE), pairs()[name]
    for _ in range(450):
        mirror.feed(pair)
    assert mirror.same() == (name == "same")
    assert sum(part.nbytes for means in mirror._means for part in means) <= most
    assert mirror._rest.nbytes <= 2 * 4 * SAMPLE_RATE // 2
