from hypothesis import given
from hypothesis import strategies as st

from stimmung.store.search.stretches import FASTEST, MOST_WEEKS, Stretch, Walk
from stimmung.store.search.tags import DAYS_A_WEEK, day_tag, week_tag


def signs(first: int, last: int) -> list[str]:
    found = Stretch(first, last).sign
    return [] if found is None else found.strip("()").replace("'", "").split(" | ")


def test_whole_weeks_have_one_sign() -> None:
    assert signs(12, 22) == [day_tag(12), day_tag(13), week_tag(2), day_tag(21), day_tag(22)]
    assert signs(14, 20) == [week_tag(2)]
    assert signs(15, 19) == [day_tag(day) for day in range(15, 20)]


def test_many_weeks_have_none() -> None:
    assert len(signs(0, MOST_WEEKS * DAYS_A_WEEK - 1)) == MOST_WEEKS
    assert signs(0, (MOST_WEEKS + 1) * DAYS_A_WEEK - 1) == []


@given(st.integers(0, 400), st.integers(0, 90))
def test_signs_stand_for_each_day_once(first: int, more: int) -> None:
    days: list[int] = []
    for sign in signs(first, first + more):
        kind, _, number = sign.partition("=")
        one = int(number)
        days += [one] if kind == "#day" else range(one * DAYS_A_WEEK, (one + 1) * DAYS_A_WEEK)
    assert days == list(range(first, first + more + 1))


@given(
    st.integers(0, 300), st.integers(1, 300), st.booleans(), st.lists(st.integers(0, 50), min_size=400, max_size=400)
)
def test_a_walk_passes_each_day_once(first: int, days: int, upwards: bool, held: list[int]) -> None:
    walk = Walk(Stretch(first, first + days - 1), upwards)
    seen: list[int] = []
    while stretch := walk.take(1_000):
        seen += range(stretch.first, stretch.last + 1)
        walk.note(sum(held[day % 20] for day in range(stretch.first, stretch.last + 1)))
    assert sorted(seen) == list(range(first, first + days))
    assert seen[0] <= seen[-1] if upwards else min(seen) == first


def test_a_walk_goes_by_what_it_finds() -> None:
    walk = Walk(Stretch(0, 999), upwards=False)
    assert walk.take(100) == Stretch(999, 999)
    walk.note(10)
    assert walk.take(50) == Stretch(993, 998)  # 5 days and a little more
    walk.note(0)
    nothing = Walk(Stretch(0, 999), upwards=True)
    assert nothing.take(100) == Stretch(0, 0)
    nothing.note(0)
    assert nothing.take(100) == Stretch(1, FASTEST)


def test_what_is_known_before_sets_the_first_stretch() -> None:
    assert Walk(Stretch(0, 999), False, a_day=100.0).take(2_000) == Stretch(980, 999)
