"""Generated dialogues said by a voice through the phone channel and recognised: what can still be read or heard."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from machine import Figures
from normalise import Language
from redaction_bench import LANGUAGES, Bench, Verdict, by_kind, numbers_figures
from redaction_dialogues import make_dialogues, whole_in
from redaction_heard import Heard, hear
from redaction_records import KINDS, Dialogue
from redaction_scores import BLEEPED
from redaction_sides import Cleaned
from redaction_silenced import Others, bleeped_share, others_figures, others_of, silenced
from redaction_tables import show_kinds, show_ways
from redaction_text import verdict
from text_bench import cell, show, tell


@dataclass(frozen=True, slots=True)
class Result:
    """What became of each item by one side; `readable`: those that can still be read in the transcript.

    `others`: what became of that which is no item.
    """

    verdicts: list[Verdict] = field(default_factory=list)
    readable: list[bool] = field(default_factory=list)
    others: list[Others] = field(default_factory=list)


def spoken(bench: Bench) -> Figures:
    """Measure every side on the same transcripts."""
    results = {side.title: Result() for side in bench.sides}
    right: list[bool] = []
    for language in LANGUAGES:
        dialogues, heard = _heard(bench, language)
        right += [heard_right(*pair) for pair in zip(dialogues, heard, strict=True)]
        for place, side in enumerate(bench.sides):
            cleaned = side.clean([one.utterances for one in heard], language)
            own = [judged(*three) for three in zip(dialogues, heard, cleaned, strict=True)]
            results[side.title].verdicts.extend(own)
            results[side.title].others.extend(
                others_of(one, silenced(clean, one)) for one, clean in zip(heard, cleaned, strict=True)
            )
            results[side.title].readable.extend(
                not verdict(*pair).found for pair in zip(dialogues, cleaned, strict=True)
            )
            if not place:
                bench.missed.extend(_missed(dialogues, heard, cleaned, own))
    figures: Figures = {"items": len(right), "heard_right": sum(right) / len(right)}
    figures |= {title: _figures(result) for title, result in results.items()}
    _show({title: result.verdicts for title, result in results.items()}, figures)
    return figures


def _heard(bench: Bench, language: Language) -> tuple[list[Dialogue], list[Heard]]:
    count, seed = bench.options.spoken, bench.options.seed
    dialogues = [one for kind in KINDS[language] for one in make_dialogues(language, kind, count, seed, spoken=True)]
    kept = bench.options.work / f"heard-{language}-{seed}.jsonl"
    return dialogues, hear(dialogues, kept, tell(f"saying and recognising, {language}"))


def _figures(result: Result) -> Figures:
    return {
        **numbers_figures(result.verdicts),
        "kinds": by_kind(result.verdicts),
        "not_readable": 1 - sum(result.readable) / len(result.readable),
        "bleeped": sum((one.bleeped or 0.0) >= BLEEPED for one in result.verdicts) / len(result.verdicts),
        **others_figures(result.others),
    }


def judged(dialogue: Dialogue, heard: Heard, cleaned: Cleaned) -> Verdict:
    """Say what became of an item: nothing of it can be read, and at least 95 % of its sound is bleeped."""
    readable = verdict(dialogue, cleaned)
    share = bleeped_share(heard, cleaned)
    return replace(readable, found=readable.found and share >= BLEEPED, bleeped=share)


def heard_right(dialogue: Dialogue, heard: Heard) -> bool:
    """Whether all of the item stands in the transcript as it was said."""
    return whole_in([(str(one.role), one.text) for one in heard.utterances], dialogue)


def _missed(
    dialogues: Sequence[Dialogue], heard: Sequence[Heard], cleaned: Sequence[Cleaned], verdicts: Sequence[Verdict]
) -> list[str]:
    lines = []
    for dialogue, sound, clean, own in zip(dialogues, heard, cleaned, verdicts, strict=True):
        if own.found and own.typed:
            continue
        readable = verdict(dialogue, clean).found
        fault = "OTHER TYPE" if own.found else f"MISSED, {'' if readable else 'readable, '}bleeped {own.bleeped:.2f}"
        said = " | ".join(f"{turn.role[0].upper()}: {turn.text}" for turn in dialogue.turns)
        found = " | ".join(f"{one.role[0].upper()}: {one.text}" for one in sound.utterances)
        made = " | ".join(text for _, text in clean.said)
        lines.append(
            f"SPOKEN {fault} {own.language} {own.kind} {own.form}/{own.layout}\n    {said}\n    {found}\n    {made}"
        )
    return lines


def _show(verdicts: dict[str, list[Verdict]], figures: Figures) -> None:
    show_kinds("Spoken: share found and bleeped", verdicts)
    show_ways(verdicts)
    rest = ("numbers", "lowest", "everything", "not_readable", "bleeped", *others_figures([]))
    show("Together", ["", *rest], [[side, *(cell(figures[side][name]) for name in rest)] for side in verdicts])
    print(f"{figures['items']} items, {cell(figures['heard_right'])} of them recognised as they were said")
