"""What tests of the service share."""

import logging

import pytest

CONFIGURED = ("", "stimmung", "uvicorn", "uvicorn.error", "uvicorn.access")


@pytest.fixture
def kept_loggers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put every logger back as it was, for tests that configure logging as the server does."""
    for name in CONFIGURED:
        logger = logging.getLogger(name)
        monkeypatch.setattr(logger, "handlers", list(logger.handlers))  # a copy: configuring changes the list itself
        for attribute in ("level", "propagate"):
            monkeypatch.setattr(logger, attribute, getattr(logger, attribute))
