"""Generated dialogues said by a voice through the phone channel and recognised: what can still be read or heard."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from machine import Figures
from redaction_bench import LANGUAGES, Bench, Verdict, by_kind, numbers_figures
from redaction_dialogues import make_dialogues, whole_in
from redaction_heard import Heard, hear
from redaction_records import KINDS, NUMBERS, Dialogue
from redaction_scores import BLEEPED, covered
from redaction_sides import Cleaned
from redaction_text import show_kinds, show_parts, verdict
from redaction_utterances import CHANNELS
from text_bench import cell, show, tell

SPOKEN: Final = True


def spoken(bench: Bench) -> Figures:
    """Measure every side on the same transcripts."""
    verdicts: dict[str, list[Verdict]] = {side.title: [] for side in bench.sides}
    read: dict[str, int] = dict.fromkeys(verdicts, 0)
    right = items = 0
    seconds = 0.0
    for language in LANGUAGES:
        dialogues = [
            one
            for kind in KINDS[language]
            for one in make_dialogues(language, kind, bench.options.spoken, bench.options.seed, SPOKEN)
        ]
        kept = bench.options.work / f"heard-{language}-{bench.options.seed}.jsonl"
        heard = hear(dialogues, kept, tell(f"saying and recognising, {language}"))
        items += len(dialogues)
        right += sum(heard_right(*pair) for pair in zip(dialogues, heard, strict=True))
        seconds += sum(span.duration for one in heard for _, span in one.spans)
        for place, side in enumerate(bench.sides):
            cleaned = side.clean([one.utterances for one in heard], language)
            own = [judged(*three) for three in zip(dialogues, heard, cleaned, strict=True)]
            read[side.title] += sum(verdict(one, clean).found for one, clean in zip(dialogues, cleaned, strict=True))
            verdicts[side.title] += own
            if not place:
                bench.missed.extend(_missed(dialogues, heard, cleaned, own))
    figures: Figures = {"items": items, "heard_right": right / items, "item_seconds": seconds}
    for title, own in verdicts.items():
        figures[title] = {
            **numbers_figures(own),
            "kinds": by_kind(own),
            "not_readable": read[title] / items,
            "bleeped": sum((one.bleeped or 0.0) >= BLEEPED for one in own) / items,
        }
    _show(verdicts, figures)
    return figures


def judged(dialogue: Dialogue, heard: Heard, cleaned: Cleaned) -> Verdict:
    """Say what became of an item: nothing of it can be read, and at least 95 % of its sound is bleeped."""
    readable = verdict(dialogue, cleaned)
    share = bleeped_share(heard, cleaned)
    return replace(readable, found=readable.found and share >= BLEEPED, bleeped=share)


def bleeped_share(heard: Heard, cleaned: Cleaned) -> float:
    """Return how much of the item's sound is bleeped, all its pieces on both channels together."""
    total = under = 0.0
    for channel in CHANNELS.values():
        spans = [span for own, span in heard.spans if own == channel]
        seconds = sum(span.duration for span in spans)
        under += seconds * covered(spans, [span for own, span in cleaned.bleeps if own == channel])
        total += seconds
    return under / total if total else 0.0


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
    ours = [one for one in next(iter(verdicts.values())) if one.kind in NUMBERS]
    show_parts("Numbers with a bound, by form", [(one.form, one) for one in ours])
    show_parts("Numbers with a bound, by layout", [(one.layout, one) for one in ours])
    rest = ("numbers", "lowest", "everything", "not_readable", "bleeped")
    show("Together", ["", *rest], [[side, *(cell(figures[side][name]) for name in rest)] for side in verdicts])
    print(f"{figures['items']} items, {cell(figures['heard_right'])} of them recognised as they were said")
