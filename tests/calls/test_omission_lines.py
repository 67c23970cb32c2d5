"""What was not computed, said once for each reason."""

from stimmung.calls.omission_lines import omission_lines
from stimmung.calls.records import Omission


def test_each_reason_is_one_line_with_its_way_out() -> None:
    omitted = (
        Omission("text_emotion", "no model"),
        Omission("voice_emotion", "no basis", "policy.legal_basis"),
        Omission("other", "no model"),
        Omission("distress", "no basis", "policy.legal_basis"),
    )
    assert list(omission_lines(omitted)) == [
        "text emotion, other: no model",
        "voice emotion, distress: no basis (policy.legal_basis)",
    ]


def test_nothing_left_out_is_no_line() -> None:
    assert list(omission_lines(())) == []
