"""Findings that lie over each other."""

from hypothesis import given
from hypothesis import strategies as st

from stimmung.calls.redaction.merging import PRIORITY, merge
from stimmung.calls.redaction.records import Finding, Part

PARTS = st.builds(
    lambda u, first, length: Part(u, first, first + length), st.integers(0, 2), st.integers(0, 9), st.integers(1, 4)
)
FINDINGS = st.builds(
    Finding,
    st.sampled_from(PRIORITY),
    st.lists(PARTS, min_size=1, max_size=3).map(tuple),
    st.sampled_from(["check_digit", "context", "pattern"]),
)  # fmt: skip


def test_narrower_type_takes_the_words_of_both() -> None:
    merged = merge([Finding("PHONE", (Part(0, 2, 6),), "context"), Finding("IBAN", (Part(0, 4, 9),), "context")])

    assert merged == (Finding("IBAN", (Part(0, 2, 9),), "context"),)


def test_check_digit_goes_before_type() -> None:
    merged = merge([Finding("CARD", (Part(0, 0, 4),), "check_digit"), Finding("IBAN", (Part(0, 0, 5),), "context")])

    assert merged == (Finding("CARD", (Part(0, 0, 5),), "check_digit"),)


def test_parts_elsewhere_stay_with_their_finding() -> None:
    merged = merge(
        [Finding("PHONE", (Part(0, 0, 2), Part(1, 0, 2)), "context"), Finding("IBAN", (Part(0, 1, 3),), "context")]
    )

    assert merged == (Finding("IBAN", (Part(0, 0, 3),), "context"), Finding("PHONE", (Part(1, 0, 2),), "context"))


def test_neighbours_stay_apart() -> None:
    findings = (Finding("NAME", (Part(0, 0, 1),), "model"), Finding("PHONE", (Part(0, 1, 2),), "context"))

    assert merge(findings) == findings


@given(st.lists(FINDINGS, max_size=6))
def test_no_word_is_lost_and_none_is_in_two(findings: list[Finding]) -> None:
    def words(ones: list[Finding]) -> list[tuple[int, int]]:
        return [(part.utterance, word) for one in ones for part in one.parts for word in range(part.first, part.last)]

    merged = words(list(merge(findings)))
    assert set(merged) == set(words(findings))
    assert len(merged) == len(set(merged))
