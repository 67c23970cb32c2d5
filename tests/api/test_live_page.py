"""docs/live.md says what the server does: messages, codes, encodings and bounds are those of the code."""

import re
from pathlib import Path
from typing import get_args

import pytest

from stimmung.api import goodbyes
from stimmung.api.outbox import KEPT
from stimmung.api.schemas import ID_LENGTH, TEXT_BYTES, Message, is_call_id
from stimmung.api.session_options import SessionOptions
from stimmung.speech.arrival import ArrivalOptions
from stimmung.speech.closing import ClosingOptions
from stimmung.speech.wire import MAX_MESSAGE_BYTES, MAX_RATE, MIN_RATE, Encoding


@pytest.fixture
def page(root: Path) -> str:
    """The page's text."""
    return (root / "docs/live.md").read_text("utf-8")


def test_every_close_code_is_told_and_no_other(page: str) -> None:
    known = {value for name, value in vars(goodbyes).items() if isinstance(value, int) and 1000 <= value < 5000}
    told = {int(code) for code in re.findall(r"^\| (\d{4}) \|", page, re.MULTILINE)}
    assert told == known


def test_every_message_of_a_client_is_told(page: str) -> None:
    kinds = [get_args(message.model_fields["type"].annotation)[0] for message in get_args(Message)]
    assert len(kinds) > 5
    assert [kind for kind in kinds if f'{{"type": "{kind}"' not in page] == []


def test_every_encoding_is_told(page: str) -> None:
    assert [name for name in get_args(Encoding) if f"`{name}`" not in page] == []


@pytest.mark.parametrize(
    "bound",
    [
        f"{MIN_RATE} to\n{MAX_RATE}",
        f"{MAX_MESSAGE_BYTES // 2**20} MiB a message of sound",
        f"{TEXT_BYTES // 2**10} KiB a text message",
        f"at most {ID_LENGTH} letters",
        f"Up to {KEPT:,} are kept",
        f"{SessionOptions().unsent_events} events wait to be read",
        f"within {ArrivalOptions().reach * 1000:.0f} ms of sound",
        f"{ClosingOptions().max_pause} s as the speech detector hears it",
        f"longer than {ClosingOptions().max_utterance:.0f} s is closed without a pause",
    ],
)
def test_bounds_are_those_of_the_code(page: str, bound: str) -> None:
    assert " ".join(bound.split()) in " ".join(page.split())


def test_ids_are_as_told(page: str) -> None:
    assert "letters, digits and `._:@+~-`, the first one a letter or digit" in " ".join(page.split())
    assert is_call_id("4711._:@+~-")
    assert not is_call_id(".4711")
