"""The state of the database for reading, and what somebody has to do about it."""

from rich.table import Table
from rich.text import Text

from stimmung.batch.moments import counted, size_text
from stimmung.store.backups.backup import Backup
from stimmung.store.backups.restore import Restored
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
        (
            "secret",
            f"{status.key_id} (fingerprint)" if status.key_id else "none yet: made with the first customer",
        ),
    ):
        table.add_row(name, Text(value))
    return table


def backup_text(made: Backup) -> str:
    """Return what is in a backup."""
    held = made.manifest
    gone = f"; {counted(made.missing, 'recording')} went while it was made" if made.missing else ""
    return f"{counted(held.calls, 'call')}, {counted(held.recordings, 'recording')}, {size_text(made.size)}{gone}"


def backup_to_json(made: Backup) -> dict[str, object]:
    """Return the same for programs."""
    return {
        "path": str(made.path),
        "bytes": made.size,
        "made_at": made.manifest.made_at.isoformat(),
        "calls": made.manifest.calls,
        "recordings": made.manifest.recordings,
        "recordings_missing": made.missing,
    }


def restored_text(done: Restored) -> str:
    """Return what came back, and what did not."""
    lost = [
        f"{done.erased_again:,} erased since" if done.erased_again else "",
        f"{done.too_old:,} too old by now" if done.too_old else "",
    ]
    left = ", ".join(part for part in lost if part)
    missing = f"; {counted(done.recordings_missing, 'recording')} not in the backup" if done.recordings_missing else ""
    without = f", without {left}" if left else ""
    return f"restored: {counted(done.calls, 'call')}{without}, {counted(done.recordings, 'recording')}{missing}"


def restored_to_json(done: Restored) -> dict[str, object]:
    """Return the same for programs."""
    return {
        "made_at": done.manifest.made_at.isoformat(),
        "calls": done.calls,
        "recordings": done.recordings,
        "erased_again": done.erased_again,
        "too_old": done.too_old,
        "recordings_missing": done.recordings_missing,
        "undone": list(done.undone),
    }


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
    if status.unsearchable:
        found.append(
            f"{counted(status.unsearchable, 'call')} not ready for search, or made ready with other"
            " search.compound_words: run `stimmung db migrate`; the next search does it, too"
        )
    if status.unknown_keys:
        found.append(
            f"the database needs the secret {', '.join(status.unknown_keys)}, which is not in the secret file: put that"
            " file back from your copy; until then nobody's calls are found, and none can be kept"
        )
    return found
