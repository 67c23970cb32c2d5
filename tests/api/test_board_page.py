"""The page on the board says what the code does: every key, every kind of news, every number."""

import json
import re
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import BaseModel
from tests.api.boards import RANK

from stimmung.api.audit import AuditedAct
from stimmung.api.board_feed import FeedOptions
from stimmung.api.board_hub import HubOptions
from stimmung.api.board_routes import PING_SECONDS, SEND_SECONDS, board_router
from stimmung.api.board_schemas import (
    ActJson,
    AgeJson,
    BoardAges,
    BoardChanged,
    BoardJson,
    BoardSnapshot,
    ByRequest,
    HandlingJson,
    OverrideJson,
    OverrideRequest,
    ReasonJson,
    ReleaseRequest,
    RowJson,
)

WIRE: tuple[type[BaseModel], ...] = (
    ActJson, AgeJson, BoardAges, BoardChanged, BoardJson, BoardSnapshot, ByRequest, HandlingJson, OverrideJson,
    OverrideRequest, ReasonJson, ReleaseRequest, RowJson,
)  # fmt: skip


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs" / "board.md").read_text("utf-8")


@pytest.mark.parametrize("model", WIRE)
def test_every_key_is_told(model: type[BaseModel], page: str) -> None:
    assert [key for key in model.model_fields if f"`{key}`" not in page] == []


def test_every_key_of_the_audit_is_told(page: str) -> None:
    assert [one.name for one in fields(AuditedAct) if f"`{one.name}`" not in page] == []


def test_every_kind_of_news_and_every_path_is_told(page: str) -> None:
    kinds = [model.model_fields["type"].default for model in (BoardSnapshot, BoardChanged, BoardAges)]
    paths = [getattr(route, "path", "").replace("{call_id}", "ID") for route in board_router().routes]
    assert len(paths) == 7
    assert [one for one in (*kinds, *paths) if f"`{one}`" not in page and f"GET {one}`" not in page] == []


def test_its_numbers_are_those_of_the_code(page: str) -> None:
    text, hub, feed = " ".join(page.split()), HubOptions(RANK), FeedOptions()
    assert f"gains 1/{1 / RANK.ageing:.0f} a second" in text
    assert f"and {RANK.most_ageing} at most" in text
    assert f"begin {-RANK.not_judged:g} below every score" in text
    assert f"A lead of {RANK.margin} or less" in text
    assert f"`stale_after_seconds` ({RANK.stale_seconds:g})" in text
    assert 1 / hub.publish_seconds == 4
    assert "at most four times a second" in text
    assert f"moved by {hub.score_step} or more" in text
    assert (hub.ages_seconds, PING_SECONDS, SEND_SECONDS) == (3, 10, 10)
    assert "every three seconds, and a comment every ten" in text
    assert f"the last {feed.history} changes" in text
    assert f"more than {feed.unread} messages behind, or takes nothing for ten seconds" in text
    assert f"{feed.subscribers} can follow" in text


def test_its_examples_are_what_the_server_sends(page: str) -> None:
    examples = re.findall(r"^```json\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert examples
    for one in examples:
        assert BoardChanged.model_validate_json(one).order
        assert list(json.loads(one)) == list(BoardChanged.model_fields)


def test_times_on_the_wire_name_their_zone() -> None:
    told = ActJson(by="Anna", at=datetime(2026, 1, 2, 12, tzinfo=UTC)).model_dump_json()
    assert json.loads(told)["at"] == "2026-01-02T12:00:00Z"
