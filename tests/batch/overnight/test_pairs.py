"""Two mono files of one call: found, and never two that may be two calls."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.batch.overnight.places import listed

from stimmung.batch.overnight.pairs import Endings, Taken, Waits, calls_of, parse_endings
from stimmung.batch.overnight.records import Told
from stimmung.speech.settings import BatchSettings

ENDINGS = tuple(parse_endings(text) for text in BatchSettings().pair_suffixes)
LATE = Waits(now=1_000.0, settle=30.0, other_half=300.0)


def calls(*names: str, changed: float | None = 0.0, waits: Waits = LATE) -> list[Taken | Told]:
    return list(calls_of(listed(*names, changed=changed), ENDINGS, waits))


def taken(*names: str) -> list[tuple[str, ...]]:
    return [tuple(file.name for file in item.files) for item in calls(*names) if isinstance(item, Taken)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("4711-in.wav", "4711-out.wav"), ("4711_rx.wav", "4711_tx.wav"), ("4711_a.wav", "4711_b.wav"),
        ("4711-left.wav", "4711-right.wav"), ("4711.agent.wav", "4711.customer.wav"), ("4711-IN.WAV", "4711-out.wav"),
    ],
)  # fmt: skip
def test_both_halves_are_one_call_in_the_order_of_the_setting(first: str, second: str) -> None:
    assert taken(first, second) == [(first, second)]
    assert taken(second, first) == [(first, second)]


@pytest.mark.parametrize(
    "names",
    [
        ("4711-in.wav", "4712-out.wav"),
        ("4711-in.wav", "4711-out.mp3"),
        ("4711-in.wav", "4711_out.wav"),
        ("4711-in.wav", "4711-tx.wav"),
        ("-in.wav", "-out.wav"),
        ("in.wav", "out.wav"),
        ("main.wav", "mout.wav"),
        ("4711-in-1.wav", "4711-out-1.wav"),
        ("4711-in.wav", "4711-IN.wav", "4711-out.wav"),  # three: which two belong together?
    ],
)
def test_what_may_be_two_calls_stays_apart(names: tuple[str, ...]) -> None:
    assert sorted(taken(*names)) == sorted((name,) for name in names)


def test_endings_that_say_who_speaks_give_the_roles() -> None:
    (pair,) = calls("4711.agent.wav", "4711.customer.wav")
    assert isinstance(pair, Taken)
    assert pair.roles == ("agent", "customer")
    assert Endings("_caller", "_agent").roles == ("customer", "agent")
    assert Endings("-in", "-out").roles == ()
    assert Endings("-agent", "-out").roles == ()
    assert Endings("-caller", "-customer").roles == ()


def test_the_mix_of_a_pair_is_left_out_and_told() -> None:
    left, pair = calls("4711.mp3", "4711-in.wav", "4711-out.wav")
    assert isinstance(left, Told)
    assert (left.kind, left.place) == ("left_out", "/calls/4711.mp3")
    assert "4711-in.wav and 4711-out.wav" in left.reason
    assert isinstance(pair, Taken)


def test_half_a_pair_waits_for_the_other_and_is_then_done_alone() -> None:
    waits = Waits(now=100.0, settle=30.0, other_half=300.0)
    (early,) = calls("4711-in.wav", waits=waits)
    assert early == Told("waiting", "/calls/4711-in.wav", "waits for its other half, 4711-out.wav", 200.0)
    (late,) = calls("4711-in.wav")
    assert isinstance(late, Taken)
    assert late.notes == ("there is no 4711-out.wav: taken for a recording of its own",)
    assert late.stems == ("4711-in", "4711")


def test_a_file_that_changed_a_moment_ago_waits_and_its_pair_with_it() -> None:
    waits = Waits(now=1_010.0, settle=30.0, other_half=300.0)
    files = {**listed("4711-in.wav"), **listed("4711-out.wav", "4712.wav", changed=1_000.0)}
    items = list(calls_of(files, ENDINGS, waits))
    assert items == [
        Told("waiting", "/calls/4711-out.wav", "may still be being written", 20.0),
        Told("waiting", "/calls/4712.wav", "may still be being written", 20.0),
    ]


@pytest.mark.parametrize("changed", [None, 10**9])
def test_a_file_with_no_time_or_one_of_next_year_does_not_wait_for_ever(changed: float | None) -> None:
    (item,) = calls("4711.wav", changed=changed)
    assert isinstance(item, Taken)


def test_the_longest_ending_counts() -> None:
    endings = (Endings("n", "t"), Endings("-in", "-out"))
    (pair,) = calls_of(listed("4711-in.wav", "4711-out.wav"), endings, LATE)
    assert isinstance(pair, Taken)
    assert pair.stems[0] == "4711"


stems = st.sampled_from(["4711", "4712", "a-in", "x_a", "main", "-"])
endings = st.sampled_from(["", *(half for pair in ENDINGS for half in (pair.first, pair.second))])
folders = st.lists(st.tuples(stems, endings, st.sampled_from([".wav", ".mp3", ""])).map("".join), unique=True)


@given(folders)
def test_every_file_is_in_one_call_or_is_told_and_pairs_have_one_name(names: list[str]) -> None:
    items = calls(*names)
    places = [file.place for item in items if isinstance(item, Taken) for file in item.files]
    places += [item.place for item in items if isinstance(item, Told)]
    assert sorted(places) == sorted(f"/calls/{name}" for name in names)
    for item in items:
        if isinstance(item, Taken) and len(item.files) == 2:
            base = item.stems[0]
            assert {file.name.removeprefix(base) for file in item.files} <= {
                ending + suffix
                for pair in ENDINGS
                for ending in (pair.first, pair.second)
                for suffix in (".wav", ".mp3", "")
            }


@given(st.lists(folders.map(tuple), max_size=1).flatmap(lambda parts: st.just(parts[0][:4] if parts else ())))
def test_the_order_of_a_listing_changes_nothing(names: tuple[str, ...]) -> None:
    outcomes = {tuple(sorted(taken(*order))) for order in permutations(names)}
    assert len(outcomes) == 1
