"""Generated dialogues as clean text: what of each item stays, and what goes that should have stayed."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from machine import Figures
from redaction_bench import LANGUAGES, Bench, Verdict, by_kind, numbers_figures
from redaction_dialogues import harmless_dialogues, has_placeholder, make_dialogues
from redaction_records import KINDS, Dialogue
from redaction_scores import found_in
from redaction_sides import Cleaned, Side
from redaction_tables import show_kinds, show_ways
from redaction_utterances import CHANNELS, utterances_of
from text_bench import cell, show

WORD: Final = re.compile(r"[^\W_]+")


def text(bench: Bench) -> Figures:
    """Measure every side on the same dialogues."""
    seed, count = bench.options.seed, bench.options.texts
    dialogues = [
        one for language in LANGUAGES for kind in KINDS[language] for one in make_dialogues(language, kind, count, seed)
    ]
    harmless = [one for language in LANGUAGES for one in harmless_dialogues(language, count, seed)]
    figures: Figures = {}
    verdicts: dict[str, list[Verdict]] = {}
    for place, side in enumerate(bench.sides):
        cleaned, clean = cleaned_by(side, dialogues), cleaned_by(side, harmless)
        own = verdicts[side.title] = [verdict(*pair) for pair in zip(dialogues, cleaned, strict=True)]
        alarms = [one for one in clean if any(has_placeholder(said) for _, said in one.said)]
        figures[side.title] = {
            **numbers_figures(own),
            "kinds": by_kind(own),
            "harmless_touched": len(alarms) / len(clean),
            "words_lost": words_lost(dialogues, cleaned),
        }
        if not place:
            bench.missed.extend(_missed(dialogues, cleaned, own))
            bench.missed.extend(f"HARMLESS {' | '.join(said for _, said in one.said)}" for one in alarms)
    _show(verdicts, figures)
    return figures


def cleaned_by(side: Side, dialogues: Sequence[Dialogue]) -> list[Cleaned]:
    """Return each dialogue without what the side finds; dialogues of a language stand together."""
    cleaned: list[Cleaned] = []
    for language in LANGUAGES:
        own = [utterances_of(one) for one in dialogues if one.language == language]
        cleaned += side.clean(own, language)
    return cleaned


def verdict(dialogue: Dialogue, cleaned: Cleaned) -> Verdict:
    """Say what became of a dialogue's item; ValueError for a dialogue that has none."""
    if dialogue.kind is None:
        raise ValueError("a harmless dialogue has no item to be found")
    found = found_in(cleaned.said, dialogue.secret, dialogue.language)
    typed = dialogue.kind in cleaned.kinds
    return Verdict(dialogue.language, dialogue.kind, dialogue.form, dialogue.layout, found, typed)


def words_lost(dialogues: Sequence[Dialogue], cleaned: Sequence[Cleaned]) -> float:
    """Return the share of the words around the items that went with them."""
    lost = total = 0
    for dialogue, clean in zip(dialogues, cleaned, strict=True):
        around = Counter(
            word for turn in dialogue.turns for piece in turn.pieces if not piece.item for word in _words(piece.text)
        )
        left = Counter(word for _, said in clean.said for word in _words(said))
        lost += sum((around - left).values())
        total += sum(around.values())
    return lost / total if total else 0.0


def _words(text: str) -> list[str]:
    return WORD.findall(text.casefold())


def _missed(dialogues: Sequence[Dialogue], cleaned: Sequence[Cleaned], verdicts: Sequence[Verdict]) -> list[str]:
    """Return a line for each item that was not found: its type, what was said, what was made of it."""
    names = {str(channel): role[0].upper() for role, channel in CHANNELS.items()}
    lines = []
    for dialogue, clean, own in zip(dialogues, cleaned, verdicts, strict=True):
        if own.found and own.typed:
            continue
        said = " | ".join(f"{turn.role[0].upper()}: {turn.text}" for turn in dialogue.turns)
        made = " | ".join(f"{names[channel]}: {words}" for channel, words in clean.said)
        fault = "MISSED" if not own.found else "OTHER TYPE"
        lines.append(f"{fault} {own.language} {own.kind} {own.form}/{own.layout}\n    {said}\n    {made}")
    return lines


def _show(verdicts: dict[str, list[Verdict]], figures: Figures) -> None:
    sides = list(verdicts)
    show_kinds("Generated text: share found", verdicts)
    show_ways(verdicts)
    rest = ("numbers", "lowest", "everything", "harmless_touched", "words_lost")
    show("Together", ["", *rest], [[side, *(cell(figures[side][name]) for name in rest)] for side in sides])
