"""Names that a call has given away already, found again: inflected, or written otherwise by the recogniser."""

from collections.abc import Collection, Iterable, Iterator, Set

from stimmung.calls.redaction.common_words import FUNCTION, ORDINARY, SURNAMES_TOO, is_ordinary
from stimmung.calls.redaction.conversation import Conversation
from stimmung.calls.redaction.lines import is_capital, mark
from stimmung.calls.redaction.name_runs import Context, bare, may_be_name
from stimmung.calls.redaction.name_words import FIRST_NAMES, PARTICLES, is_company
from stimmung.calls.redaction.tokens import Token

SHORTEST = 3  # letters of a name that is looked for by itself
SHORTEST_INEXACT = 5  # below it one letter makes another word: Maier and Meier, but not Rau and Frau
SOUNDS = ("ckqgx", "fvpw", "jyi", "szc", "td", "bp", "aeou")
"""First letters that recognisers take for each other: Kathrin and Catrin, Philipp and Filip."""
DETERMINERS = frozenset(
    "der die das den dem des ein eine einen einem einer im am zum zur vom beim a an the this that in on every".split()
)


def repeated(talk: Conversation, named: Iterable[Token], spelled: Iterable[str]) -> list[Token]:
    """Return the words that say a name again, of all words that are not among `named`."""
    named = list(named)
    names = {bare(token) for token in named} | set(spelled)
    names |= {part for name in names if "-" in name for part in name.split("-")}
    names = {name for name in names if len(name) >= SHORTEST and name not in FUNCTION and name not in PARTICLES}
    if not names:
        return []
    near = {shape for name in names if len(name) >= SHORTEST_INEXACT for shape in _shapes(name)}
    taken = {token.index for token in named}
    again = [token for token in talk.stream.tokens if token.index not in taken and _is_known(talk, token, names, near)]
    heads = [head for token in (*named, *again) if (head := _first_name(talk, token)) and head.index not in taken]
    return [*again, *heads]


def within_one_edit(left: str, right: str) -> bool:
    """Tell whether one letter added, left out or replaced makes one word of the other."""
    if len(left) > len(right):
        left, right = right, left
    if len(right) - len(left) > 1:
        return False
    same = next((place for place, (one, two) in enumerate(zip(left, right, strict=False)) if one != two), len(left))
    rest = left[same + 1 :] if len(left) == len(right) else left[same:]
    return rest == right[same + 1 :]


def _is_known(talk: Conversation, token: Token, names: Set[str], near: Collection[str]) -> bool:
    text = bare(token)
    if token.placeholder or not text or text[0].isdigit():
        return False
    forms = {text, text.removesuffix("s"), text.removesuffix("'"), *(text.split("-") if "-" in text else ())}
    if hits := forms & names:
        return not hits <= ORDINARY or (hits & SURNAMES_TOO != set() and _stands_as_name(talk, token))
    if len(text) < SHORTEST_INEXACT - 1 or is_ordinary(text, is_capital(token)):
        return False
    if talk.is_cased(token) and not is_capital(token):
        return False
    return any(
        shape in near and any(_alike(form, name) for name in names)
        for form in (text, text.removesuffix("s"))
        for shape in _shapes(form)
    )


def _first_name(talk: Conversation, token: Token) -> Token | None:
    """Return the word before a name if its capital and its rarity make it the first name.

    In German every noun has a capital ("Sachbearbeiter Weber"): there a frequent first name alone is believed.
    """
    spot = talk.spots[token.index]
    if not spot.place or spot.line.pauses(spot.place) or bare(token) in PARTICLES or token.text in FIRST_NAMES:
        return None
    before = spot.line.tokens[spot.place - 1]
    if before.language == "de" and before.text not in FIRST_NAMES:
        return None
    sure = is_capital(before) and is_capital(token) and not mark(before) and not before.raw.isupper()
    named = sure and may_be_name(before, Context.WEAK, cased=True) and not is_company(before.text)
    return before if named and not before.text.endswith("s") else None


def _stands_as_name(talk: Conversation, token: Token) -> bool:
    """Of a name that is a word too: tell whether a capital and no article before it make it a name here."""
    spot = talk.spots[token.index]
    if spot.place and not spot.line.pauses(spot.place) and spot.line.tokens[spot.place - 1].text in DETERMINERS:
        return False
    return is_capital(token)


def _alike(text: str, name: str) -> bool:
    if min(len(text), len(name)) < SHORTEST_INEXACT - 1 or len(name) < SHORTEST_INEXACT:
        return False
    heads = text[0] == name[0] or any(text[0] in sounds and name[0] in sounds for sounds in SOUNDS)
    return heads and within_one_edit(text, name)


def _shapes(name: str) -> Iterator[str]:
    """Yield the name and what is left of it without any one letter: two words one edit apart share one of these."""
    yield name
    for place in range(len(name)):
        yield name[:place] + name[place + 1 :]
