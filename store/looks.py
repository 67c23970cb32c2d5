"""A look at a kept call, or a part of its sound, recorded: whoever shows or plays one to somebody calls this first."""

from datetime import datetime

from stimmung.speech.records import Span
from stimmung.store.audit import Act, record_act
from stimmung.store.database import Database
from stimmung.store.records import StoredCall


def record_look(database: Database, call: StoredCall, who: str, at: datetime, unredacted: bool = False) -> None:
    """Record that `who` sees the call now, with the words as they were said if `unredacted`. Raises StoreError."""
    customer = call.customer
    act = Act(
        action="look_unredacted" if unredacted else "look",
        who=who,
        at=at,
        call_id=call.call_id,
        pseudonym=customer.value if customer else None,
        key_id=customer.key_id if customer else None,
    )
    database.run(lambda connection: record_act(connection, act))


def record_play(database: Database, call: StoredCall, who: str, at: datetime, heard: Span) -> None:
    """Record that `who` hears that much of the call's sound now. Raises StoreError."""
    customer = call.customer
    act = Act(
        action="play",
        who=who,
        at=at,
        call_id=call.call_id,
        pseudonym=customer.value if customer else None,
        key_id=customer.key_id if customer else None,
        detail={"from": int(heard.start), "seconds": round(heard.end - heard.start)},
    )
    database.run(lambda connection: record_act(connection, act))
