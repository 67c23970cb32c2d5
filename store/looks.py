"""A look at a kept call, recorded: whoever shows one to somebody calls this first."""

from datetime import datetime

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
