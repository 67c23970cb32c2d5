"""Calls that are not live any more: shown as they are kept, where they are kept."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from fastapi.testclient import TestClient
from tests.store.made_calls import saved_call

from stimmung.api.app import create_app
from stimmung.api.keepers import CallKeeper, Keeping, KeepingCounts, Withdrawn
from stimmung.api.sessions import CallReport, SessionRegistry
from stimmung.calls.records import CallAnalysis
from stimmung.speech.errors import StoreError
from stimmung.speech.fakes import fake_engines
from stimmung.speech.settings import ServeSettings, Settings
from stimmung.speech.wire import WireFormat

KEY = "0123456789abcdef"
SETTINGS = Settings(serve=ServeSettings.model_validate({"api_key": KEY}))


class Archive:
    """Keeps call 4711, and notes who is asked for."""

    def __init__(self, error: str = "") -> None:
        self.asked: list[str] = []
        self._error = error

    def of_call(self, call_id: str, wire: WireFormat) -> CallKeeper:
        raise AssertionError("no call is begun here")

    def look(self, call_id: str) -> CallAnalysis | None:
        self.asked.append(call_id)
        if self._error:
            raise StoreError(self._error)
        return saved_call(1).analysis if call_id == "4711" else None

    def withdraw_call(self, call_id: str) -> Withdrawn:
        self.asked.append(call_id)
        if self._error:
            raise StoreError(self._error)
        return {"4711": "withdrawn", "4712": "recording"}.get(call_id, "unknown")  # type: ignore[return-value]  # as is

    def counts(self) -> KeepingCounts:
        return KeepingCounts()


class Memory(SessionRegistry):
    """Knows every call as one that ended, and has an answer to who wants to see it."""

    def __init__(self, answer: bool | StoreError) -> None:
        self._answer = answer

    async def report(self, call_id: str) -> CallReport:
        return CallReport(call_id, "ended", saved_call(2).analysis)

    async def show(self, call_id: str) -> bool:
        if isinstance(self._answer, StoreError):
            raise self._answer
        return self._answer


@contextmanager
def client(keeping: Keeping | None) -> Iterator[TestClient]:
    with TestClient(create_app(SETTINGS, fake_engines(), keeping=keeping)) as made:
        made.headers["Authorization"] = f"Bearer {KEY}"
        yield made


def test_a_call_that_is_kept_is_shown_without_the_customers_key() -> None:
    archive = Archive()
    with client(archive) as asking:
        answer = asking.get("/v1/calls/4711")
        assert answer.status_code == 200
        shown = answer.json()
        assert shown["state"] == "ended"
        assert len(shown["utterances"]) == 6
        assert "customer-1" not in answer.text
        assert asking.get("/v1/calls/4712").status_code == 404
    assert archive.asked == ["4711", "4712"]


def test_who_has_no_key_is_not_answered_and_nobody_is_asked() -> None:
    archive = Archive()
    with client(archive) as asking:
        assert asking.get("/v1/calls/4711", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert archive.asked == []


def test_without_a_store_it_is_not_known() -> None:
    with client(None) as asking:
        answer = asking.get("/v1/calls/4711")
    assert answer.status_code == 404
    assert "store" not in answer.json()["detail"]


def test_a_store_that_is_away_is_no_reason_to_say_that_there_is_no_such_call() -> None:
    with client(Archive("the database does not answer")) as asking:
        answer = asking.get("/v1/calls/4711")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "does not answer" in answer.json()["detail"]


def test_a_call_that_the_service_still_knows_is_shown_once_that_is_recorded_and_not_once_it_is_erased() -> None:
    archive = Archive()
    with client(archive) as asking:
        found = []
        for answer in (True, False, StoreError("the audit does not answer")):
            asking.app.state.sessions = Memory(answer)  # type: ignore[attr-defined]  # Starlette's type says less
            found += [asking.get("/v1/calls/4712"), asking.get("/v1/calls/4711")]
    assert [one.status_code for one in found] == [200, 200, 404, 200, 503, 503]
    assert found[0].json()["call"]["path"] == "calls/2.flac"
    assert found[3].json()["call"]["path"] == "calls/1.flac"  # such as the recording that took its place
    assert found[4].headers["Retry-After"] == "5"
    assert archive.asked == ["4712", "4711"]


@pytest.mark.parametrize("value", ["withdrawn", "refused"])
def test_consent_is_withdrawn_from_a_call_that_only_the_store_knows(value: str) -> None:
    archive = Archive()
    with client(archive) as asking:
        answers = [asking.post(f"/v1/calls/{call_id}/consent", json={"value": value}) for call_id in ("4711", "4713")]
        recorded = asking.post("/v1/calls/4712/consent", json={"value": value})
    assert [one.status_code for one in answers] == [204, 404]
    assert recorded.status_code == 409
    assert "consent withdrawn" in recorded.json()["detail"]
    assert archive.asked == ["4711", "4713", "4712"]


def test_a_withdrawal_is_not_answered_as_if_it_were_sure_where_the_store_is_away() -> None:
    with client(Archive("the database does not answer")) as asking:
        answer = asking.post("/v1/calls/4711/consent", json={"value": "withdrawn"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    with client(None) as asking:
        assert asking.post("/v1/calls/4711/consent", json={"value": "withdrawn"}).status_code == 404
