"""What a retention run removes and why, for reading and for programs."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text

from stimmung.batch.moments import counted, day_text
from stimmung.batch.screen import printable
from stimmung.speech.settings import RetentionSettings
from stimmung.store.backups.files import backup_time
from stimmung.store.removal.retention import Due, Plan, Retained, What

BECAUSE, MADE, RECORDED = "began {} days ago or earlier", "made more than {} days ago", "over {} days old"
GOES: dict[What, str] = {"audio": "sound", "call": "call"}


@dataclass(frozen=True, slots=True)
class Rule:
    """By which rule calls are due, and what of them."""

    what: What
    queue: str
    days: int


def each_due(plan: Plan, rules: RetentionSettings, timezone: ZoneInfo) -> Table:
    """Return a line for each call and backup that is due, with the rule."""
    table = _table("goes", "which", "of queue", "from", "because")
    for due in plan.due:
        day = day_text(due.began, timezone)
        table.add_row(GOES[due.what], *_texts(due.call_id, due.queue or "–"), day, BECAUSE.format(due.days))
    for path in plan.backups:
        table.add_row("backup", *_texts(path.name, "–"), _made(path, timezone), MADE.format(rules.backup_days))
    if plan.acts:
        table.add_row("audit", counted(plan.acts, "record"), "–", "", RECORDED.format(rules.audit_days))
    return table


def due_by_rule(plan: Plan, rules: RetentionSettings, timezone: ZoneInfo) -> Table:
    """Return a line for each rule by which something is due: how much, since when."""
    table = _table("goes", "number", "of queue", "oldest", "because")
    by_rule = defaultdict[Rule, list[Due]](list)
    for due in plan.due:
        by_rule[Rule(due.what, due.queue or "", due.days)].append(due)
    for rule, found in sorted(by_rule.items(), key=lambda item: (item[0].what, item[0].queue)):
        oldest = day_text(min(due.began for due in found), timezone)
        number, queue = _texts(f"{len(found):,}", rule.queue or "–")
        table.add_row(GOES[rule.what], number, queue, oldest, BECAUSE.format(rule.days))
    if plan.backups:
        oldest = _made(plan.backups[0], timezone)
        table.add_row("backup", f"{len(plan.backups):,}", "–", oldest, MADE.format(rules.backup_days))
    if plan.acts:
        table.add_row("audit", f"{plan.acts:,}", "–", "", RECORDED.format(rules.audit_days))
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


def _table(*names: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in names:
        table.add_column(name, overflow="fold", justify="right" if name == "number" else "left")
    return table


def _texts(*words: str) -> list[Text]:
    """Return words that others wrote, without any markup in them."""
    return [Text(printable(word)) for word in words]


def _made(backup: Path, timezone: ZoneInfo) -> str:
    made = backup_time(backup)
    return day_text(made, timezone) if made else ""
