"""Who asks gets all that is kept about them, to read and for programs, and nothing about anybody else."""

import json
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.store.made_calls import places_below, saved_call, with_info, with_originals, with_words

from stimmung.speech.errors import StoreError
from stimmung.speech.settings import RetentionSettings
from stimmung.store.audit import Act, acts_between, record_act
from stimmung.store.calls import save_call
from stimmung.store.database import Database
from stimmung.store.maintenance import Steward
from stimmung.store.pace import Pace
from stimmung.store.persons.as_text import plain
from stimmung.store.persons.person import PersonFiles, PersonOptions, export_person, gather_person
from stimmung.store.persons.records import Tongue
from stimmung.store.pseudonyms import rotate_secret
from stimmung.store.records import SavedCall
from stimmung.store.removal.erasure import erase_customer
from stimmung.store.removal.retention_rules import rules_of

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
EVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
RULES = rules_of(RetentionSettings(queues=("meters=5/10",)))
AGENT_SAYS, CUSTOMER_SAYS = "what is the number of your account", "it is [IBAN] *I think*"
TRULY = "it is DE89 3704 0044 0532 0130 00"  # the example of the standard


@pytest.fixture
def kept(embedded_database: Database) -> Steward:
    """A store with two calls of Berta and one of Carla, two of which Otto has looked at."""
    steward = Steward(embedded_database, places_below(embedded_database.data_dir), "anna", Pace())
    for one in (call_of("Berta", 1), call_of("Berta", 2), call_of("Carla", 3)):
        save_call(steward.database, steward.places, one)
    with steward.database.engine.begin() as connection:
        for number in (1, 3):
            record_act(connection, Act("look", "otto", NOW, call_id=f"call-{number}"))
    return steward


def call_of(customer: str, number: int) -> SavedCall:
    made = with_words(saved_call(number), AGENT_SAYS, CUSTOMER_SAYS)
    made = with_originals(made, AGENT_SAYS, TRULY)
    return replace(with_info(made, replace(made.analysis.info, customer=customer)), audio=b"sound")


def export(steward: Steward, folder: Path, options: PersonOptions) -> PersonFiles:
    return export_person(steward, "Berta", RULES, NOW, folder, options)


def as_json(files: PersonFiles) -> dict[str, object]:
    values = json.loads(files.json.read_text("utf-8"))
    assert isinstance(values, dict)
    return values


def test_programs_get_every_call_of_the_person_and_no_other(kept: Steward, tmp_path: Path) -> None:
    values = json.loads(export(kept, tmp_path, PersonOptions()).json.read_text("utf-8"))
    assert (values["schema_version"], values["customer"]) == (2, "Berta")
    assert [call["call_id"] for call in values["calls"]] == ["call-1", "call-2"]
    call = values["calls"][0]
    assert call["began"] == "2026-03-01T09:31:00+00:00"
    assert call["kept_until"] == {"sound": "2026-03-06T09:31:00+00:00", "call": "2026-03-11T09:31:00+00:00"}
    assert (call["sound_is_kept"], call["original_words_are_kept"], call["original_words"]) == (True, True, [])
    assert call["redacted"] == {"IBAN": 1, "NAME": 2}
    assert call["analysis"]["policy"]["purpose"] == "quality of service"
    assert values["acts"] == [{"at": "2026-03-02T12:00:00+00:00", "action": "look"}]


def test_of_others_only_what_they_said_in_the_conversation_is_told(kept: Steward, tmp_path: Path) -> None:
    files = export(kept, tmp_path, PersonOptions())
    analysis = json.loads(files.json.read_text("utf-8"))["calls"][0]["analysis"]
    agent, customer = analysis["utterances"][:2]
    assert set(agent) == {"channel", "role", "start", "end", "text", "language"}
    assert agent["text"] == AGENT_SAYS
    assert {"words", "text_emotion", "voice_emotion", "distress"} <= set(customer)
    assert [one["role"] for one in analysis["metrics"]["parties"]] == ["customer"]
    assert [one["role"] for one in analysis["policy"]["parties"]] == ["customer"]
    for content in (files.json.read_text("utf-8"), files.text.read_text("utf-8")):
        for other in ("Agent Seven", "otto", "anna", "call-3", "Carla", "interruptions_by", "calls/1.flac"):
            assert other not in content


@pytest.mark.parametrize(
    ("language", "phrases"),
    [
        ("de", ["# Auskunft über gespeicherte Daten", "Kundenkennung: Berta", "- Beginn: 01.03.2026 10:31",
                "- Anruf wird gelöscht am: 11.03.2026 10:31", "0:05 Sie: it is \\[IBAN\\] \\*I think\\*",
                "0:00 Gegenseite: what is", "Ihre Rechte", "- 02.03.2026 13:00: angesehen", "Art. 22 DSGVO"]),
        ("en", ["# What is stored about you", "Customer key: Berta", "- Began: 2026-03-01 10:31",
                "- Call will be deleted on: 2026-03-11 10:31", "0:05 You: it is \\[IBAN\\] \\*I think\\*",
                "0:00 Other side: what is", "Your rights", "- 2026-03-02 13:00: looked at", "Art. 22 GDPR"]),
    ],
)  # fmt: skip
def test_people_can_read_it_in_their_language(
    kept: Steward, tmp_path: Path, language: Tongue, phrases: list[str]
) -> None:
    options = PersonOptions(language, ZoneInfo("Europe/Berlin"))
    text = export(kept, tmp_path, options).text.read_text("utf-8")
    assert [phrase for phrase in phrases if phrase not in text] == []
    assert "None" not in text.replace("None.", "")


def test_words_as_they_were_said_are_given_only_where_asked_for_and_only_ones_own(
    kept: Steward, tmp_path: Path
) -> None:
    without = export(kept, tmp_path / "without", PersonOptions())
    files = export(kept, tmp_path / "with", PersonOptions(originals=True))
    assert "3704" not in without.json.read_text("utf-8") + without.text.read_text("utf-8")
    assert "3704" in files.text.read_text("utf-8")
    call = json.loads(files.json.read_text("utf-8"))["calls"][0]
    assert call["original_words"] == [{"utterance": 1, "text": TRULY}]


def test_the_files_are_private_recorded_and_go_with_an_erasure(kept: Steward, tmp_path: Path) -> None:
    files = export(kept, tmp_path / "out", PersonOptions(originals=True))
    assert [stat.S_IMODE(path.stat().st_mode) for path in (files.text, files.json)] == [0o600, 0o600]
    assert "Berta" not in files.text.name
    acts = kept.database.run(lambda connection: acts_between(connection, *EVER))
    given = [act for act in acts if act.action == "person_export"]
    assert [act.detail for act in given] == [
        {"format": "md", "originals": True},
        {"format": "json", "originals": True},
    ]
    assert all(act.pseudonym is not None for act in given)
    erase_customer(kept, "Berta")
    assert not files.text.exists()
    assert not files.json.exists()


def test_the_next_one_tells_of_the_last_one(kept: Steward, tmp_path: Path) -> None:
    export(kept, tmp_path, PersonOptions())
    person = gather_person(kept, "Berta", RULES, NOW + timedelta(days=1))
    assert [one.form for one in person.given] == ["md", "json"]
    assert [(act.action, act.who) for act in person.acts] == [
        ("look", ""),
        ("person_export", ""),
        ("person_export", ""),
    ]


def test_who_is_not_known_is_told_so(kept: Steward, tmp_path: Path) -> None:
    files = export_person(kept, "Dora", RULES, NOW, tmp_path, PersonOptions())
    assert files.calls == 0
    assert "Unter dieser Kennung ist kein Anruf gespeichert." in files.text.read_text("utf-8")
    assert as_json(files)["calls"] == []


def test_a_new_secret_loses_nobody(kept: Steward) -> None:
    rotate_secret(kept.database, kept.places.secret)
    assert len(gather_person(kept, "Berta", RULES, NOW).calls) == 2


def test_a_folder_that_cannot_be_written_is_named(kept: Steward, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="file"):
        export(kept, tmp_path / "file", PersonOptions())


def test_text_stays_text() -> None:
    assert plain("a *b*\n# c [d](e)") == r"a \*b\* \# c \[d\](e)"
