"""The state of the database for reading, and what somebody has to do about it."""

from rich.table import Table
from rich.text import Text

from stimmung.batch.moments import counted, size_text
from stimmung.store.status import StoreStatus


def status_lines(status: StoreStatus) -> Table:
    """Return a line a matter."""
    held = status.holdings
    sound = f", {held.recordings:,} with sound ({size_text(held.audio_bytes)})" if held.recordings else ""
    finished = status.erasures - status.erasures_pending
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in (
        ("database", f"{status.kind}, {status.place}"),
        ("server", f"PostgreSQL {status.server}"),
        ("schema", f"{status.schema}, {f'{status.schema_pending} to come' if status.schema_pending else 'up to date'}"),
        ("size", size_text(held.database_bytes)),
        ("calls", f"{held.calls:,}{sound}"),
        ("erasures", f"{finished:,}{f', {status.erasures_pending} not finished' if status.erasures_pending else ''}"),
        ("secret", status.key_id or "none yet: it is made with the first call of a customer"),
    ):
        table.add_row(name, Text(value))
    return table


def to_do(status: StoreStatus) -> list[str]:
    """Return what is not as it should be, each with the way out."""
    found = []
    if status.schema_pending:
        found.append(f"the schema is {counted(status.schema_pending, 'step')} behind: run `stimmung db migrate`")
    if status.erasures_pending:
        found.append(
            f"{counted(status.erasures_pending, 'erasure')} not finished: the next command that opens the database does"
            " it, such as `stimmung retention run`"
        )
    if status.unknown_keys:
        found.append(
            f"the database needs the secret {', '.join(status.unknown_keys)}, which is not in the secret file: put that"
            " file back from your copy; until then nobody's calls are found, and none can be kept"
        )
    return found
