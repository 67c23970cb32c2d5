"""What was not computed of a call, in as few lines as there are reasons."""

from collections.abc import Iterable, Iterator

from stimmung.calls.records import Omission


def omission_lines(omitted: Iterable[Omission]) -> Iterator[str]:
    """Yield `text emotion, distress: who speaks is unknown (--roles agent,customer)`, each reason once, in order."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in omitted:
        found.setdefault((one.why, one.remedy), []).append(one.what.replace("_", " "))
    for (why, remedy), what in found.items():
        yield f"{', '.join(what)}: {why}{f' ({remedy})' if remedy else ''}"
