"""A call made ready to be written: its rows, before any of them is in the database, and a digest of what they hold."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from psycopg.types.json import Jsonb

from stimmung.calls.policy import may_name_agent
from stimmung.calls.records import CallAnalysis
from stimmung.speech.records import Samples
from stimmung.store.call_rows import PartyRow, Shared, call_values, party_rows, shared_provenance
from stimmung.store.content import made_call_id
from stimmung.store.json_records import clean
from stimmung.store.lasting import LastingError
from stimmung.store.records import SavedCall, Source
from stimmung.store.utterance_rows import Values, score_names, utterance_values

LONGEST_ID = 500  # characters; an index of PostgreSQL takes 2,704 bytes


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """The rows of a call but for what is only known inside the transaction: its number and the pseudonyms.

    `customer` and `agent` are as they came, to be made pseudonyms of. `fingerprint` leaves out them, the originals and
    the sound: what is in the database in clear must not help to guess what is not.
    """

    call_id: str
    content_hash: str
    source: Source
    fingerprint: str
    provenance: Shared
    call: Values = field(repr=False)
    parties: tuple[PartyRow, ...] = field(repr=False)
    utterances: tuple[Values, ...] = field(repr=False)
    vectors: tuple[tuple[int, Samples], ...] = field(repr=False)
    customer: str | None = field(repr=False)
    agent: str | None = field(repr=False)
    same_people: bool = False  # they are whoever the kept call says: their keys are not known any more

    @property
    def shared_rules(self) -> tuple[Shared, ...]:
        return tuple({party.rules.digest: party.rules for party in self.parties if party.rules}.values())


def drafted(saved: SavedCall) -> Draft:
    """Return the rows of a call. Raises LastingError for an id that is too long."""
    analysis = saved.analysis
    names = score_names(analysis.utterances)
    provenance = shared_provenance(analysis, saved.provenance)
    call = {**call_values(analysis, names), "provenance": provenance.digest, "agent": _named_agent(analysis)}
    parties = party_rows(analysis)
    said = tuple(utterance_values(number, one, names) for number, one in enumerate(analysis.utterances))
    vectors = tuple(
        (number, np.asarray(one.text_vector, np.float32))
        for number, one in enumerate(analysis.utterances)
        if one.text_vector is not None
    )
    beside = [saved.source, saved.audio is not None, len(saved.originals), [party.values for party in parties]]
    return Draft(
        call_id=_call_id(saved),
        content_hash=saved.content_hash,
        source=saved.source,
        fingerprint=_fingerprint([call, said, vectors, beside]),
        provenance=provenance,
        call=call,
        parties=parties,
        utterances=said,
        vectors=vectors,
        customer=analysis.info.customer,
        agent=analysis.info.agent,
    )


def _named_agent(analysis: CallAnalysis) -> str | None:
    name = analysis.info.agent
    return clean(name) if name is not None and may_name_agent(analysis.policy) else None


def _call_id(saved: SavedCall) -> str:
    given = clean(saved.analysis.info.call_id or "")
    if len(given) > LONGEST_ID:
        raise LastingError(f"the call id {given[:40]}… has {len(given)} characters; {LONGEST_ID} are the most")
    return given or made_call_id(saved.content_hash)


def _fingerprint(rows: object) -> str:
    """Return a digest of rows: of what is JSON in them, and of the bytes of the arrays."""
    arrays: list[bytes] = []

    def plain(value: object) -> object:
        match value:
            case np.ndarray():
                arrays.append(value.tobytes())
                return value.size
            case Jsonb():
                return value.obj
            case datetime():
                return value.timestamp()
        raise TypeError(f"{type(value).__name__} in a row")

    text = json.dumps(rows, sort_keys=True, default=plain)
    return hashlib.sha256(b"".join([text.encode("ascii"), b"\n", *arrays])).hexdigest()
