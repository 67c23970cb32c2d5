"""How far recordings are and why some were given up, in words and as JSON."""

from collections.abc import Mapping, Sequence

from stimmung.batch.overnight.run_view import shares_text
from stimmung.store.jobs.records import SAME, Added, Counts, Reason

NUMBERS = 5  # of jobs that a reason names on the screen
PLAIN = {SAME: "the same recording under another name", "erased": "erased on request", "too_old": "too old to be kept"}


def counts_text(counts: Counts) -> str:
    """Return one line a state that there is, then the work."""
    lines = [f"{number:>8} {state}" for state, number in counts.states.items() if number]
    lines.append(f"{counts.audio_seconds / 3600:>8.2f} hours of sound done")
    if counts.repeated_seconds:
        lines.append(f"{counts.repeated_seconds:>8.0f} seconds of work had to be done again")
    if shares := shares_text(counts):
        lines.append(f"         where the time went: {shares}")
    return "\n".join(lines)


def ended_text(batch: str, counts: Counts, added: Added) -> str:
    """Return what came of a run."""
    known = added.known + added.changed + added.again
    found = f"{added.new} new recordings, {known} known, {added.changed} of them changed"
    return f"{batch}: {found}\n{counts_text(counts)}"


def reasons_text(reasons: Sequence[Reason]) -> str:
    """Return why recordings were given up or skipped, one line a reason; nothing where none was."""
    return "".join(f"{_reason_text(one)}\n" for one in reasons)


def _reason_text(reason: Reason) -> str:
    some = ", ".join(str(number) for number in reason.numbers[:NUMBERS])
    more = ", …" if reason.count > NUMBERS else ""
    text = reason.text or PLAIN.get(reason.error_type, "")
    return f"{reason.count:>8} {reason.state}: {reason.error_type}: {text} (jobs {some}{more})"


def counts_to_json(counts: Counts) -> Mapping[str, object]:
    """Return the same in plain JSON types."""
    return {
        "recordings": dict(counts.states),
        "audio_seconds": round(counts.audio_seconds, 3),
        "repeated_seconds": round(counts.repeated_seconds, 3),
        "stage_seconds": {name: round(seconds, 3) for name, seconds in counts.stages.items()},
    }


def reasons_to_json(reasons: Sequence[Reason]) -> list[dict[str, object]]:
    """Return reasons in plain JSON types."""
    return [
        {
            "state": one.state,
            "error_type": one.error_type,
            "text": one.text,
            "count": one.count,
            "jobs": list(one.numbers),
        }
        for one in reasons
    ]
