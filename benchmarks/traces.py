"""What is left of callers in every place that a deployment has, after processing, erasing and retention.

Run `python benchmarks/traces.py [--only PART …] [--quick] [--output [FILE]]`. Parts: `identifiers` processes the sample
calls by the commands and looks for every planted identifier in database, dump, server files, backups, exports, logs,
caches and the kept sound, heard once more; `removal` erases, restores an older backup, lets everything become due, and
looks for what only the removed calls said. README.md states the terms.
"""

import argparse
import datetime
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from corpus import SAMPLES
from machine import Figures, headline, processor, result_file, save
from text_bench import show
from traces_calls import Workplace, make_workplace, process
from traces_marks import Mark, as_heard, planted_marks
from traces_places import Place, places_of
from traces_removal import Stage, removed
from traces_sound import heard_again, recogniser

PARTS: Final = ("identifiers", "removal")
QUICK: Final = ("de-cancellation", "en-vulnerable", "en-happy")
# Who analyses a call is told who the agent is; who asks for their data is told whom it is about.
MEANT: Final = {("exports", "AGENT_KEY"), ("answers to persons", "CUSTOMER_KEY")}
Found = Mapping[str, Mapping[Mark, Sequence[str]]]  # by place: marks, and where in it


@dataclass(frozen=True, slots=True)
class Looked:
    """What was searched for, and where it is found: as the product keeps it, and where nothing is taken out."""

    marks: Sequence[Mark]
    kept: Found
    control: Found

    @property
    def leaks(self) -> dict[str, list[str]]:
        """By place: what was found that should not be."""
        return {
            place: [f"{mark.call}: {mark.kind} {mark.text} ({'; '.join(where)})" for mark, where in found.items()]
            for place, found in self.kept.items()
            if found
        }


def main() -> None:
    """Process, look, print tables, and end with one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PARTS, metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help=f"{len(QUICK)} calls")
    parser.add_argument("--output", nargs="?", const="", metavar="FILE", help="write figures; by default into results")
    options = parser.parse_args()
    print(headline())
    names = QUICK if options.quick else sample_names()
    figures: Figures = {"quick": options.quick, "calls": len(names)}
    with tempfile.TemporaryDirectory() as folder:
        work = make_workplace(Path(folder) / "kept", names)
        process(work, names)
        if options.only is None or "identifiers" in options.only:
            control = make_workplace(Path(folder) / "as said", names, as_said=True)
            process(control, names)
            figures |= tell_identifiers(look(work, control, names))
        if options.only is None or "removal" in options.only:
            figures |= tell_removal(*removed(work, names))
    if options.output is not None:
        file = Path(options.output or result_file(datetime.datetime.now(datetime.UTC).date(), processor()))
        save(file, "traces", figures)
        print(f"written to {file}")
    keys = ("planted", "places", "found", "removal_marks", "removal_stages", "removal_left")
    print(json.dumps({key: figures.get(key) for key in keys}))


def sample_names() -> list[str]:
    """Return the names of the sample calls."""
    return sorted(path.name.removesuffix(".call.json") for path in SAMPLES.glob("*.call.json"))


def look(work: Workplace, control: Workplace, names: Sequence[str]) -> Looked:
    """Look for everything that was planted in these calls."""
    marks = as_heard(planted_marks(names), {name: control.outputs / f"{name}.json" for name in names})
    engines = recogniser()
    kept, said = (find([*places_of(one), heard_again(one, names, engines)], marks) for one in (work, control))
    return Looked(marks, kept, said)


def find(places: Sequence[Place], marks: Sequence[Mark]) -> Found:
    """Return which marks are found in which place, and where in it, but for those that are meant to be there."""
    return {
        place.name: {
            mark: where for mark in marks if (place.name, mark.kind) not in MEANT and (where := place.holding(mark))
        }
        for place in places
    }


def tell_identifiers(looked: Looked) -> Figures:
    """Print what was found where, and return the figures."""
    kinds = list(dict.fromkeys(mark.kind for mark in looked.marks))
    rows = [[place, str(len(found)), str(len(looked.control[place]))] for place, found in looked.kept.items()]
    show("Planted identifiers found, by place", ["", "found", "found where nothing is taken out"], rows)
    by_kind = {}
    for kind in kinds:
        planted = [mark for mark in looked.marks if mark.kind == kind]
        by_kind[kind] = {
            "planted": len(planted),
            **{
                name: sum(any(mark in found for found in side.values()) for mark in planted)
                for name, side in (("found", looked.kept), ("control", looked.control))
            },
        }
    rows = [[kind, *(str(one[key]) for key in ("planted", "found", "control"))] for kind, one in by_kind.items()]
    show("By type", ["", "planted", "found", "found where nothing is taken out"], rows)
    for place, found in looked.leaks.items():
        print(f"{place}:", *found, sep="\n  ")
    return {
        "planted": len(looked.marks),
        "places": len(looked.kept),
        "found": sum(one["found"] for one in by_kind.values()),
        "found_control": sum(one["control"] for one in by_kind.values()),
        "by_place": {place: len(found) for place, found in looked.kept.items()},
        "by_place_control": {place: len(found) for place, found in looked.control.items()},
        "by_kind": by_kind,
        "leaks": looked.leaks,
    }


def tell_removal(stages: Sequence[Stage], marks: int) -> Figures:
    """Print what was left after which step, and return the figures."""
    before, *after = stages
    places = list(before.left)
    rows = [[place, *(str(len(stage.left.get(place, {}))) for stage in stages)] for place in places]
    show("Of removed calls, by place", ["", *(stage.name for stage in stages)], rows)
    for stage in after:
        for place, left in stage.left.items():
            for where in left.values():
                print(f"{stage.name}, {place}:", *where, sep="\n  ")
    return {
        "removal_marks": marks,
        "removal_stages": len(after),
        "removal_found_before": before.found,
        "removal_left": sum(stage.found for stage in after),
        "removal": {stage.name: {place: len(left) for place, left in stage.left.items()} for stage in stages},
    }


if __name__ == "__main__":
    main()
