"""Calls by their ids: which are known, and the analysis of one, whole when it has ended."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response

from stimmung.api.keepers import Keeping
from stimmung.api.problems import overloaded, problem
from stimmung.api.schemas import RefusalRequest
from stimmung.api.sessions import SessionRegistry
from stimmung.calls.exports import analysis_to_json
from stimmung.speech.errors import StoreError

RETRY_SECONDS = 5.0
NOT_KNOWN = "no such call is live or has ended within the time that analyses are kept"

RECORDED = "the call is kept as a recording: analyse that again with consent withdrawn, or erase the call"


def sessions_of(connection: HTTPConnection) -> SessionRegistry:
    """Return the server's sessions, which the app keeps in `app.state.sessions`."""
    sessions = connection.app.state.sessions
    assert isinstance(sessions, SessionRegistry)
    return sessions


def keeping_of(connection: HTTPConnection) -> Keeping | None:
    """Return where calls stay, which the app keeps in `app.state.keeping`; None: nowhere."""
    keeping: Keeping | None = getattr(connection.app.state, "keeping", None)
    return keeping


KeepingOf = Annotated[Keeping | None, Depends(keeping_of)]
SessionsOf = Annotated[SessionRegistry, Depends(sessions_of)]


def call_router() -> APIRouter:
    """Return `/v1/calls`, `/v1/calls/{call_id}` and where a caller's no is told from outside the call."""
    router = APIRouter(tags=["calls"])
    router.add_api_route("/v1/calls", list_calls, response_class=JSONResponse)
    router.add_api_route("/v1/calls/{call_id}", read_call, response_class=JSONResponse)
    router.add_api_route("/v1/calls/{call_id}/consent", refuse, methods=["POST"], status_code=204)
    return router


async def list_calls(sessions: SessionsOf) -> Response:
    """Return the calls that are live and those that ended a while ago, in the order in which they began."""
    return JSONResponse({"calls": [{"call_id": call_id, "state": state} for call_id, state in sessions.states()]})


async def read_call(call_id: str, sessions: SessionsOf, keeping: KeepingOf) -> Response:
    """Return the analysis as `stimmung analyze --json` has it, and `state`; what is known by now of a call that is on.

    Of any other call what the store holds of it, where the service keeps calls. Who asks for a call that is kept is
    recorded there, and one that was erased since it ended is not shown any more. 404 for a call that neither knows; 500
    for one that a mistake of ours lost; 503 where the store cannot be asked.
    """
    report = await sessions.report(call_id)
    if report is None:
        return await _kept(call_id, keeping)
    if report.analysis is None:
        return problem(500, "the server made a mistake, and what was heard of this call is lost")
    try:
        if not await sessions.show(call_id):
            return await _kept(call_id, keeping)
    except StoreError as error:
        return overloaded(f"who looks at the call cannot be recorded: {error}", RETRY_SECONDS)
    return JSONResponse({"state": report.state, **analysis_to_json(report.analysis)})


async def _kept(call_id: str, keeping: Keeping | None) -> Response:
    if keeping is None:
        return problem(404, NOT_KNOWN)
    try:
        found = await asyncio.to_thread(keeping.look, call_id)
    except StoreError as error:
        return overloaded(f"the call is not live, and the store cannot be asked for it: {error}", RETRY_SECONDS)
    if found is None:
        return problem(404, f"{NOT_KNOWN}, and the store holds none of that id")
    return JSONResponse({"state": "ended", **analysis_to_json(found)})


async def refuse(call_id: str, request: RefusalRequest, sessions: SessionsOf, keeping: KeepingOf) -> Response:
    """Forget every score of a call, live or ended, whose caller refused or withdrew consent.

    Of a call that the server knows no more what the store holds of it: a refusal is as good as a withdrawal then. The
    answer comes when nothing can bring the scores back. 404 for a call that neither knows; 409 for one that is kept as
    a recording; 503 where the store cannot be asked, or what is to be erased there cannot be noted.
    """
    if not sessions.refuse(call_id, request.value):
        return await _withdraw_kept(call_id, keeping)
    if not await sessions.promised(call_id):
        return overloaded("the scores are gone from this server, and the store cannot be written", RETRY_SECONDS)
    return Response(status_code=204)


async def _withdraw_kept(call_id: str, keeping: Keeping | None) -> Response:
    if keeping is None:
        return problem(404, NOT_KNOWN)
    try:
        found = await asyncio.to_thread(keeping.withdraw_call, call_id)
    except StoreError as error:
        return overloaded(f"the call is not live, and the store cannot be asked for it: {error}", RETRY_SECONDS)
    if found == "unknown":
        return problem(404, f"{NOT_KNOWN}, and the store holds none of that id")
    if found == "recording":
        return problem(409, RECORDED)
    return Response(status_code=204)
