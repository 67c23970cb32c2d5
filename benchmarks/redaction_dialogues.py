"""Dialogues around one item each, from a seed: said at once, asked for, in pieces over pauses and turns, read back.

Seed 1 is for development. Every other seed has sentences and names of its own, which nobody tunes on.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal

import numpy as np

from normalise import Language
from redaction_items import LETTERS, Drawer, Item, draw_item
from redaction_records import KINDS, Dialogue, Kind, Piece, Role, Secret, Turn
from redaction_scores import found_in
from redaction_symbols import PLACEHOLDER, digits_in, symbols_in
from redaction_talk import Sentences, read_talk

Layout = Literal["tell", "bare", "ask", "readback", "pauses", "turns", "echo"]
WHOLE: Final[tuple[Layout, ...]] = ("tell", "ask", "readback")
DIVIDED: Final[tuple[Layout, ...]] = ("pauses", "turns", "echo")  # for items of several groups
BARE_SHARE = 0.12  # of card numbers and IBANs, which show what they are by themselves
SLOPPY_SHARE = 0.1  # in lower case and without punctuation, as some recognisers and most chats write
YES: Final[dict[Language, str]] = {"de": "{}, ja.", "en": "{}, yes."}
DEVELOPMENT: Final = 1  # the seed that redaction may be tuned on
DEFINITELY = 200  # draws until a dialogue holds its item, and nothing else that looks like it


def make_dialogues(language: Language, kind: Kind, count: int, seed: int, spoken: bool = False) -> list[Dialogue]:
    """Draw dialogues; the same for the same arguments, and the first ones whatever `count` is."""
    talk = read_talk(language, seed == DEVELOPMENT)
    place = list(KINDS[language]).index(kind)
    return [
        _dialogue(kind, Drawer(talk, np.random.default_rng([seed, "de en".index(language), place, n, spoken]), spoken))
        for n in range(count)
    ]


def _dialogue(kind: Kind, drawer: Drawer) -> Dialogue:
    for _ in range(DEFINITELY):
        drawn = _draw(kind, drawer)
        if is_sound(drawn):
            return drawn
    raise ValueError(f"no dialogue of {kind} in {drawer.language} holds its item; mend redaction_texts")


def is_sound(dialogue: Dialogue) -> bool:
    """Whether the measure sees the item where nothing was taken out, and does not where just the item was."""
    told = [(turn.role, turn.text) for turn in dialogue.turns]
    hidden = [(turn.role, _without_item(turn)) for turn in dialogue.turns]
    return whole_in(told, dialogue) and found_in(hidden, dialogue.secret, dialogue.language)


def whole_in(told: Sequence[tuple[str, str]], dialogue: Dialogue) -> bool:
    """Whether all of the secret stands in what was said."""
    secret, language = dialogue.secret, dialogue.language
    text = ". ".join(text for _, text in told)
    own = ". ".join(text for speaker, text in told if speaker == "customer")
    return (
        all(one in digits_in(text, language) or one in digits_in(own, language) for one in secret.digits)
        and all(one in symbols_in(text, language) or one in symbols_in(own, language) for one in secret.symbols)
        and secret.words <= set(LETTERS.findall(text.casefold()))
    )


def _without_item(turn: Turn) -> str:
    pieces = tuple(Piece("[ITEM]") if piece.item else piece for piece in turn.pieces)
    return replace(turn, pieces=pieces).text


def _draw(kind: Kind, drawer: Drawer) -> Dialogue:
    item = draw_item(kind, drawer)
    sentences = drawer.talk.kinds[item.sentences]
    layout = _layout(item, sentences, drawer)
    turns = [*_opening(drawer), *_turns(layout, item, sentences, drawer)]
    if drawer.chance(0.4):
        turns.append(_plain("agent", drawer.pick(drawer.talk.closers)))
    if not drawer.spoken and drawer.chance(SLOPPY_SHARE):
        turns = [_sloppy(turn) for turn in turns]
    return Dialogue(drawer.language, kind, item.form, layout, tuple(turns), item.secret)


def _layout(item: Item, sentences: Sentences, drawer: Drawer) -> Layout:
    if sentences.bare and not item.misheard and drawer.chance(BARE_SHARE):
        return "bare"
    choices = (*WHOLE, *DIVIDED) if len(item.groups) > 1 else WHOLE
    return choices[int(drawer.rng.integers(len(choices)))]


def _opening(drawer: Drawer) -> list[Turn]:
    talk = drawer.talk
    turns = [_plain("agent", drawer.pick(talk.greetings))] if drawer.chance(0.3) else []
    return [*turns, _plain("customer", drawer.pick(talk.openers))] if drawer.chance(0.3) else turns


def _turns(layout: Layout, item: Item, sentences: Sentences, drawer: Drawer) -> list[Turn]:
    talk, pick = drawer.talk, drawer.pick
    if layout in {"tell", "bare"}:
        return [_around("customer", pick(sentences.bare if layout == "bare" else sentences.tell), item.groups, drawer)]
    turns = [_plain("agent", pick(sentences.ask))]
    if drawer.chance(0.3):
        turns.append(_plain("customer", pick(talk.holds)))
    if layout in {"ask", "readback"}:
        turns.append(_around("customer", pick(sentences.answer), item.groups, drawer))
        return turns + (_read_back(item, sentences, drawer) if layout == "readback" else [])
    chunks = _chunks(item.groups, drawer.rng)
    for place, chunk in enumerate(chunks):
        turns.append(_around("customer", pick(sentences.answer) if not place else "{}", chunk, drawer))
        last = place == len(chunks) - 1
        if layout == "echo":
            turns.append(_around("agent", "{}" if drawer.chance(0.6) else YES[talk.language], chunk, drawer))
        elif layout == "turns" and not last:
            turns.append(_plain("agent", pick(talk.acks)))
    return turns


def _read_back(item: Item, sentences: Sentences, drawer: Drawer) -> list[Turn]:
    talk, pick = drawer.talk, drawer.pick
    if sentences.address and item.salutation:
        return [_around("agent", pick(sentences.address).replace("{salutation}", "{}"), (item.salutation,), drawer)]
    return [_around("agent", pick(talk.readback), item.again, drawer), _plain("customer", pick(talk.confirm))]


def _chunks(groups: tuple[str, ...], rng: np.random.Generator) -> list[tuple[str, ...]]:
    """Divide groups into two to four runs."""
    count = min(len(groups), int(rng.integers(2, 5)))
    cuts = sorted(int(cut) for cut in rng.choice(np.arange(1, len(groups)), count - 1, replace=False))
    return [groups[start:end] for start, end in zip([0, *cuts], [*cuts, len(groups)], strict=True)]


def _plain(role: Role, text: str) -> Turn:
    return Turn(role, (Piece(text),))


def _around(role: Role, sentence: str, groups: tuple[str, ...], drawer: Drawer) -> Turn:
    """Return a sentence with the groups where it holds {}, which have a comma between them where they are words."""
    before, _, after = sentence.partition("{}")
    comma = drawer.spoken or (not all(group.replace("+", "").isalnum() for group in groups) and drawer.chance(0.8))
    pieces = [Piece(before.strip())] if before.strip() else []
    if not before and "@" not in groups[0] and drawer.chance(0.8):
        groups = (groups[0][0].upper() + groups[0][1:], *groups[1:])
    last = len(groups) - 1
    pieces += [Piece(group + ("," if comma and at < last else ""), item=True) for at, group in enumerate(groups)]
    return Turn(role, (*pieces, Piece(after.strip())) if after.strip() else tuple(pieces))


def _sloppy(turn: Turn) -> Turn:
    pieces = tuple(replace(piece, text=piece.text.lower().rstrip(".,?!:").lstrip(".,")) for piece in turn.pieces)
    return replace(turn, pieces=tuple(piece for piece in pieces if piece.text))


def harmless_dialogues(language: Language, count: int, seed: int) -> list[Dialogue]:
    """Draw dialogues full of numbers that are none of anybody's: amounts, times, counts, years, models."""
    from redaction_harmless import sentence

    talk = read_talk(language, seed == DEVELOPMENT)
    made = []
    for n in range(count):
        drawer = Drawer(talk, np.random.default_rng([seed, 7, "de en".index(language), n]))
        turns = tuple(_plain("customer", sentence(drawer)) for _ in range(int(drawer.rng.integers(1, 4))))
        made.append(Dialogue(language, None, "harmless", "tell", turns, Secret()))
    return made


def has_placeholder(text: str) -> bool:
    """Whether anything was taken out of a text."""
    return PLACEHOLDER.search(text) is not None
