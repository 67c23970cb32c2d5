"""What a retention run removes and why, for reading and for programs."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text

from stimmung.batch.moments import counted
from stimmung.batch.screen import printable
from stimmung.speech.settings import RetentionSettings
from stimmung.store.backup_files import backup_time
from stimmung.store.retention import Due, Plan, Retained, What

GOES: dict[What, str] = {"audio": "sound", "call": "call"}


@dataclass(frozen=True, slots=True)
class Rule:
    """By which rule calls are due, and what of them."""

    what: What
    queue: str
    days: int


def plan_table(plan: Plan, rules: RetentionSettings, timezone: ZoneInfo) -> Table:
    """Return a line for each rule by which something is due: how much, since when, why."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("goes", no_wrap=True)
    table.add_column("of queue", overflow="fold")
    table.add_column("number", justify="right", no_wrap=True)
    table.add_column("oldest", no_wrap=True)
    table.add_column("because", overflow="fold")
    by_rule = defaultdict[Rule, list[Due]](list)
    for due in plan.due:
        by_rule[Rule(due.what, due.queue or "", due.days)].append(due)
    for rule, found in sorted(by_rule.items(), key=lambda item: (item[0].what, item[0].queue)):
        oldest = _day(min(due.began for due in found), timezone)
        _add(table, GOES[rule.what], rule.queue, len(found), oldest, f"it began {rule.days} days ago or earlier")
    if plan.backups:
        made = backup_time(plan.backups[0])
        oldest = _day(made, timezone) if made else ""
        _add(table, "backup", "", len(plan.backups), oldest, f"made more than {rules.backup_days} days ago")
    if plan.acts:
        _add(table, "audit", "", plan.acts, "", f"recorded more than {rules.audit_days} days ago")
    return table


def plan_to_json(plan: Plan) -> dict[str, object]:
    """Return the same with every call."""
    return {
        "due": [
            {
                "call_id": due.call_id,
                "queue": due.queue,
                "began": due.began.isoformat(),
                "what": GOES[due.what],
                "days": due.days,
            }
            for due in plan.due
        ],
        "audit": plan.acts,
        "backups": [str(path) for path in plan.backups],
    }


def removed_text(retained: Retained) -> str:
    """Return what was removed in a line."""
    parts = [
        counted(count, noun)
        for count, noun in (
            (retained.calls, "call"),
            (retained.recordings, "recording"),
            (retained.exports, "exported file"),
            (retained.backups, "backup"),
            (retained.acts, "audit record"),
            (retained.swept.removed, "stray sound file"),
        )
        if count
    ]
    return f"removed: {', '.join(parts)}" if parts else "nothing was due"


def _add(table: Table, goes: str, queue: str, number: int, oldest: str, why: str) -> None:
    table.add_row(goes, Text(printable(queue) or "–"), f"{number:,}", Text(oldest, "dim"), why)


def _day(moment: datetime, timezone: ZoneInfo) -> str:
    return f"{moment.astimezone(timezone):%Y-%m-%d}"
