"""Gathers what is kept about a customer, for who asks for it (Art. 15 GDPR) or takes it along (Art. 20).

The rights of others count too (Art. 15(4)): of those who looked at the calls it tells when and what for, not who.
"""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from sqlalchemy import Connection, select

from stimmung.speech.errors import StoreError
from stimmung.store.audit import Act, Detail, acts_about
from stimmung.store.calls import load_call
from stimmung.store.data_folder import private_folder
from stimmung.store.durable import sync_folder, write_beside
from stimmung.store.jobs.forgetting import jobs_about
from stimmung.store.maintenance import Steward
from stimmung.store.membership import among
from stimmung.store.originals import load_originals
from stimmung.store.persons.as_json import person_as_json
from stimmung.store.persons.as_text import person_as_text
from stimmung.store.persons.records import Given, KeptCall, Person, Tongue
from stimmung.store.pseudonyms import open_secret
from stimmung.store.removal.exports_register import Export, exporting, exports_about
from stimmung.store.removal.retention_rules import RetentionRules
from stimmung.store.schema import calls
from stimmung.store.secret import Pseudonym

HINT = 8  # digits of the pseudonym in the files' names, which so say nothing


@dataclass(frozen=True, slots=True)
class PersonOptions:
    """How a person's data are given out: for reading in which language and time zone, whether with words as said."""

    language: Tongue = "de"
    zone: tzinfo = UTC
    originals: bool = False


@dataclass(frozen=True, slots=True)
class PersonFiles:
    """The files that were written, for people and for programs, and how many calls are in them."""

    text: Path
    json: Path
    calls: int


def gather_person(steward: Steward, key: str, rules: RetentionRules, now: datetime, originals: bool = False) -> Person:
    """Return all that is kept about the customer with this key. Whoever shows it has to record that.

    Raises StoreError.
    """
    made, ids = steward.database.run(lambda connection: _calls_of(connection, steward, key))
    values = [one.value for one in made]
    kept = tuple(_kept(steward, call_id, rules, originals) for call_id in ids)
    files, acts, waiting = steward.database.run(
        lambda connection: (
            exports_about(connection, ids, values),
            acts_about(connection, ids, values),
            jobs_about(connection, values),
        )
    )
    return Person(
        key=key,
        pseudonym=made[-1],
        made_at=now,
        calls=kept,
        given=tuple(Given(one.at, str(one.detail.get("format", ""))) for one in files),
        acts=tuple(replace(act, who="") for act in acts),
        recordings=waiting,
    )


def export_person(
    steward: Steward, key: str, rules: RetentionRules, now: datetime, folder: Path, options: PersonOptions
) -> PersonFiles:
    """Write all that is kept about a customer into two private files in `folder`, registered and recorded.

    An erasure of the customer deletes them too. Raises StoreError.
    """
    person = gather_person(steward, key, rules, now, options.originals)
    name = f"person-{person.pseudonym.value[:HINT]}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    text = person_as_text(person, options.language, options.zone)
    values = json.dumps(person_as_json(person), ensure_ascii=False, indent=1)
    files = PersonFiles(folder / f"{name}.md", folder / f"{name}.json", len(person.calls))
    for path, content in ((files.text, text), (files.json, values)):
        _write(steward, person, path, content, options)
    return files


def _calls_of(connection: Connection, steward: Steward, key: str) -> tuple[tuple[Pseudonym, ...], tuple[str, ...]]:
    made = open_secret(connection, steward.places.secret).pseudonyms("customer", key)
    own = among(calls.c.customer_pseudonym, [one.value for one in made])
    return made, tuple(connection.scalars(select(calls.c.call_id).where(own).order_by(calls.c.started_at, calls.c.id)))


def _kept(steward: Steward, call_id: str, rules: RetentionRules, originals: bool) -> KeptCall:
    call = load_call(steward.database, call_id)
    began = min(call.analysis.info.started_at or call.saved_at, call.saved_at)
    ends = rules.ends(call.analysis.info.queue, began)
    if not (originals and call.has_originals):
        return KeptCall(call, began, ends)
    key_file = steward.places.originals_key
    words = steward.database.run(lambda connection: load_originals(connection, key_file, call_id))
    said = call.analysis.utterances
    own = tuple(one for one in words if one.utterance < len(said) and said[one.utterance].role == "customer")
    return KeptCall(call, began, ends, own)


def _write(steward: Steward, person: Person, path: Path, content: str, options: PersonOptions) -> None:
    form: Detail = {"format": path.suffix.removeprefix("."), "originals": options.originals}
    who, key_id = person.pseudonym.value, person.pseudonym.key_id
    ids = tuple(one.call.call_id for one in person.calls)
    export = Export(path, steward.who, person.made_at, ids, who, key_id, form)
    act = Act("person_export", steward.who, person.made_at, pseudonym=who, key_id=key_id, detail=form)
    try:
        if not path.parent.exists():
            private_folder(path.parent)
        with exporting(steward.database, export, act):
            partial = write_beside(path, [content.encode("utf-8")])
            partial.rename(path)
            sync_folder(path.parent)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror}") from error
