"""What is logged of a request: never what stands behind the question mark."""

import logging
import logging.config

import pytest

from stimmung.api.logs import log_config

pytestmark = pytest.mark.usefixtures("kept_loggers")


def log_requests() -> None:
    """Write the lines that uvicorn writes for a request and for a WebSocket."""
    access = '%s - "%s %s HTTP/%s" %d'
    logging.getLogger("uvicorn.access").info(access, "1.2.3.4:5", "GET", "/v1/board?key=secret", "1.1", 200)
    logging.getLogger("uvicorn.error").info('%s - "WebSocket %s" [accepted]', ("1.2.3.4", 5), "/v1/x?key=secret")


def test_a_request_is_logged_without_its_query(capsys: pytest.CaptureFixture[str]) -> None:
    logging.config.dictConfig(log_config(access=True))
    log_requests()
    written = capsys.readouterr().err
    assert '"GET /v1/board HTTP/1.1" 200' in written
    assert '"WebSocket /v1/x" [accepted]' in written
    assert "secret" not in written


def test_requests_are_not_logged_unless_asked_for_and_ours_always_are(capsys: pytest.CaptureFixture[str]) -> None:
    logging.config.dictConfig(log_config(access=False))
    log_requests()
    assert capsys.readouterr().err == ""
    logging.getLogger("stimmung.api.audit").info("an act of %s", "somebody")
    logging.getLogger("uvicorn.error").error("a fault")
    act, fault = capsys.readouterr().err.splitlines()
    assert act.endswith("INFO stimmung.api.audit: an act of somebody")
    assert fault.endswith("ERROR uvicorn.error: a fault")


def test_a_line_without_arguments_passes(capsys: pytest.CaptureFixture[str]) -> None:
    logging.config.dictConfig(log_config(access=True))
    logging.getLogger("uvicorn.error").info("Shutting down")
    assert capsys.readouterr().err.endswith("Shutting down\n")
