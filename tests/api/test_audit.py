"""Who did what is one line of JSON, and the same on the record."""

import json
import logging

import pytest
from tests.api.boards import NOON

from stimmung.api.audit import AuditedAct, write_audit


def test_an_act_is_one_record_that_machines_can_read(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "stimmung.api.audit")
    write_audit(AuditedAct("override", "call-1", "Änne\nO'Neil", NOON, "urgent"))
    (record,) = caplog.records
    expected = {
        "action": "override",
        "call_id": "call-1",
        "by": "Änne\nO'Neil",
        "at": "2026-01-02T12:00:00+00:00",
        "chosen": "urgent",
    }
    assert (record.name, record.levelname) == ("stimmung.api.audit", "INFO")
    assert "\n" not in record.getMessage()
    assert json.loads(record.getMessage()) == expected
    assert record.__dict__["audit"] == expected
