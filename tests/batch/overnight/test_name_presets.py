"""Names as recorders write them: each preset reads its own and no other's."""

from zoneinfo import ZoneInfo

import pytest

from stimmung.batch.overnight.name_presets import names_reader, preset_names, read_names, suggested_preset
from stimmung.speech.errors import SettingsError

BERLIN = ZoneInfo("Europe/Berlin")
AT, AT_UTC = "2026-11-21T10:15:30+01:00", "2026-11-21T09:15:00+00:00"
END = "20261121-101530-1795252530.77"
UUID = "6f1c0a52-6d0a-4a7e-9d3e-0c1b2a394857"
NAMES = [
    (
        "freepbx", f"2026/11/21/out-03023125017-204-{END}",
        {"direction": "outbound", "customer": "03023125017", "agent": "204", "call_id": "1795252530.77"},
    ),
    ("freepbx", f"in-990-03023125017-{END}", {"direction": "inbound", "customer": "03023125017", "called": "990"}),
    ("freepbx", f"external-204-+493023125017-{END}", {"agent": "204", "customer": "+493023125017"}),
    ("freepbx", f"q-900-unknown-{END}", {"direction": "inbound", "queue": "900", "customer": None}),
    ("freepbx", f"rg-600-03023125017-{END}", {"ring_group": "600", "customer": "03023125017"}),
    ("freepbx", f"internal-204-205-{END}", {"recorded_as": "internal", "called": "204", "caller": "205"}),
    (
        "3cx", "[Meyer-Land_rut, A.]_03023125017-204_20261121101530(12)",
        {"direction": "inbound", "customer": "03023125017", "agent": "204", "started_at": AT},
    ),
    ("3cx", "[]_204-03023125017_20261121101530(2)", {"direction": "outbound", "customer": "03023125017"}),
    ("3cx", "[Empfang]_204-205_20261121101530(3)", {"caller": "204", "called": "205"}),
    ("fusionpbx", f"pbx.example/archive/2026/Nov/21/{UUID}", {"call_id": UUID, "recorded_on": "2026-11-21"}),
    ("amazon-connect", f"2026/11/21/{UUID}_20261121T09:15_UTC", {"call_id": UUID, "started_at": AT_UTC}),
    (
        "genesys-cloud", f"o/year=2026/month=11/day=21/hour=9/conversation_id={UUID}/0c1b-2a39",
        {"call_id": "0c1b-2a39", "conversation_id": UUID},
    ),
    ("vicidial", "20261121-101530_03023125017-all", {"customer": "03023125017", "started_at": AT}),
    ("vicidial", "20261121-101530_03023125017_SALES_2044", {"queue": "SALES", "agent": "2044"}),
]  # fmt: skip


@pytest.mark.parametrize(("preset", "path", "values"), NAMES)
def test_a_preset_reads_its_recorders_names(preset: str, path: str, values: dict[str, object]) -> None:
    info = read_names(names_reader(preset), path, BERLIN)
    assert info is not None
    assert {key: info.values.get(key) for key in values} == values
    assert info.began is not None


@pytest.mark.parametrize(("preset", "path", "values"), NAMES)
def test_and_is_the_one_that_is_suggested_for_them(preset: str, path: str, values: dict[str, object]) -> None:
    suggested = suggested_preset([path], BERLIN)
    assert suggested is not None
    assert suggested.name == preset


def test_every_preset_is_tried_and_says_where_its_names_are_documented() -> None:
    assert {preset for preset, _, _ in NAMES} == set(preset_names())
    assert all(names_reader(name).source for name in preset_names())


def test_names_inside_a_company_tell_of_no_customer() -> None:
    info = read_names(names_reader("3cx"), "[Empfang]_204-205_20261121101530(3)", BERLIN)
    assert info is not None
    assert not {"customer", "agent", "direction"} & set(info.values)


def test_genesys_hours_are_universal_time() -> None:
    path = f"year=2026/month=11/day=21/hour=09/conversation_id={UUID}/1"
    info = read_names(names_reader("Genesys-Cloud"), path, BERLIN)
    assert info is not None
    assert info.began is not None
    assert info.began.isoformat() == "2026-11-21T09:00:00+00:00"


def test_four_of_five_names_have_to_fit_before_a_preset_is_suggested() -> None:
    fits, other = f"out-03023125017-204-{END}", "holiday"
    assert suggested_preset([fits] * 4 + [other], BERLIN) is not None
    assert suggested_preset([fits] * 3 + [other], BERLIN) is None
    assert suggested_preset([], BERLIN) is None


def test_what_is_neither_preset_nor_pattern_is_answered_with_the_presets() -> None:
    with pytest.raises(SettingsError, match=r"batch\.names = 'asterix' is neither .* freepbx, 3cx"):
        names_reader("asterix")
    assert names_reader("{queue}_{*}").name == "pattern"
