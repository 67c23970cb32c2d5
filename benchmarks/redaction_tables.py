"""Tables of what was found, the sides beside each other."""

from collections.abc import Callable, Mapping, Sequence

from redaction_bench import Verdict, recall
from redaction_records import NUMBERS
from text_bench import cell, show

Verdicts = Mapping[str, Sequence[Verdict]]  # by side


def show_kinds(title: str, verdicts: Verdicts) -> None:
    """Print the recall of each side by language and type; the type is right by the first side."""
    first = next(iter(verdicts.values()))
    rows = []
    for language, kind in dict.fromkeys((one.language, one.kind) for one in first):
        own = [[one for one in ones if (one.language, one.kind) == (language, kind)] for ones in verdicts.values()]
        right = sum(one.typed for one in own[0]) / len(own[0])
        rows.append([f"{language} {kind}", str(len(own[0])), *(cell(recall(ones)) for ones in own), cell(right)])
    show(title, ["", "items", *verdicts, "right type"], rows)


def show_ways(verdicts: Verdicts) -> None:
    """Print how well numbers that have a bound are found, by how they are said and over which turns."""
    _show_ways("Numbers with a bound, by form", verdicts, lambda one: one.form)
    _show_ways("Numbers with a bound, by layout", verdicts, lambda one: one.layout)


def _show_ways(title: str, verdicts: Verdicts, way: Callable[[Verdict], str]) -> None:
    numbers = {side: [one for one in ones if one.kind in NUMBERS] for side, ones in verdicts.items()}
    first = next(iter(numbers.values()))
    rows = []
    for name in sorted({way(one) for one in first}):
        own = [[one for one in ones if way(one) == name] for ones in numbers.values()]
        rows.append([name, str(len(own[0])), *(cell(recall(ones)) for ones in own)])
    show(title, ["", "items", *verdicts], rows)
