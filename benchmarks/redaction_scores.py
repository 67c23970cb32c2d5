"""Whether an item was found: what of it is still readable, and how much of its sound can still be heard."""

from collections.abc import Iterable, Sequence
from typing import Final

from normalise import Language
from redaction_items import COMMON, LETTERS
from redaction_records import Kind, Secret
from redaction_symbols import digits_in, longest_run, symbols_in
from stimmung.speech.records import Span

DIGITS_ONLY: Final = ("CARD", "IBAN", "TAX_ID", "INSURANCE_ID", "PHONE", "CUSTOMER_NUMBER", "BIRTH_DATE")
# Beside `COMMON`: what is said around the words of an e-mail address, a password, a name, an address.
FILLERS: Final = frozenset(
    "punkt dot com net org minus dash unterstrich underscore bindestrich klammeraffe sign wie for capital double doppel"
    " komma nummer number plz postcode then and der die das example herr frau mister missus".split()
)
MOST_DIGITS: Final = 3
BLEEPED: Final = 0.95  # share of an item's sound


def most_left(length: int) -> int:
    """Return how many signs of an item in a row may stay: three, and of a short one no more than a third."""
    return min(MOST_DIGITS, length // 3)


def found_in(said: Sequence[tuple[str, str]], secret: Secret, language: Language) -> bool:
    """Whether nothing of the secret stays readable in what was said, told as (speaker, text), beyond what may.

    What a speaker says in several turns is read as one, and so is what both say in turn.
    """
    texts = _texts(said)
    for wanted, reader in ((secret.digits, digits_in), (secret.symbols, symbols_in)):
        streams = [reader(text, language) for text in texts] if wanted else []
        if any(longest_run(one, stream) > most_left(len(one)) for one in wanted for stream in streams):
            return False
    return not secret.words & {word for _, text in said for word in LETTERS.findall(text.casefold())}


def secret_in(kind: Kind, text: str, language: Language) -> Secret:
    """Return what must not stay of an identifier that somebody wrote: its digits, or the words that tell it apart."""
    digits = digits_in(text, language)
    words = frozenset() if kind in DIGITS_ONLY else frozenset(telling_words(text, language))
    return Secret(digits=(digits,) if len(digits) > MOST_DIGITS else (), words=words)


def telling_words(text: str, language: Language) -> list[str]:
    """Return the words that tell somebody apart; numbers do not by themselves, digits are counted."""
    words = [word for word in LETTERS.findall(text.casefold()) if len(word) > 2 and word not in COMMON | FILLERS]
    return [word for word in words if not digits_in(word, language)]


def _texts(said: Sequence[tuple[str, str]]) -> list[str]:
    """Return all words in order, and each speaker's; turns are parted so that no number runs over their border."""
    speakers = dict.fromkeys(speaker for speaker, _ in said)
    apart = [[text for one, text in said if one == speaker] for speaker in speakers]
    return [". ".join(texts) for texts in ([text for _, text in said], *apart)]


def covered(wanted: Iterable[Span], bleeps: Sequence[Span]) -> float:
    """Return the share of the wanted spans' time that lies under a bleep."""
    spans = list(wanted)
    total = sum(span.duration for span in spans)
    return sum(_overlap(span, bleeps) for span in spans) / total if total else 1.0


def _overlap(span: Span, bleeps: Sequence[Span]) -> float:
    """Return the seconds of `span` under bleeps, which may overlap each other."""
    heard_to, seconds = span.start, 0.0
    for bleep in sorted(bleeps, key=lambda one: one.start):
        start, end = max(bleep.start, heard_to), min(bleep.end, span.end)
        if end > start:
            seconds += end - start
            heard_to = end
    return seconds
