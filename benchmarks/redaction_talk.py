"""The invented sentences, names and places of redaction_texts/talk_*.toml: some for development, others for figures."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from normalise import Language

FOLDER = Path(__file__).resolve().parent / "redaction_texts"


@dataclass(frozen=True, slots=True)
class Sentences:
    """What is said around an item of one type; {} is where it stands. `bare` and `address` may be empty."""

    ask: tuple[str, ...]
    answer: tuple[str, ...]
    tell: tuple[str, ...]
    bare: tuple[str, ...] = ()
    address: tuple[str, ...] = ()
    salutations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class People:
    """Names, streets and towns to draw from; `composed` are names of several words, `mail` may hold {last}."""

    first: tuple[str, ...]
    last: tuple[str, ...]
    composed: tuple[str, ...]
    streets: tuple[str, ...]
    towns: tuple[str, ...]
    mail: tuple[str, ...]
    months: tuple[str, ...]
    passwords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Talk:
    """All that dialogues of one language are made of; `kinds` by type, or by variant of a type."""

    language: Language
    openers: tuple[str, ...]
    greetings: tuple[str, ...]
    holds: tuple[str, ...]
    acks: tuple[str, ...]
    readback: tuple[str, ...]
    confirm: tuple[str, ...]
    closers: tuple[str, ...]
    alphabet: dict[str, str]
    kinds: dict[str, Sentences]
    people: People
    harmless: tuple[str, ...]
    models: tuple[str, ...]


def read_talk(language: Language, development: bool) -> Talk:
    """Read what a language's dialogues are made of."""
    with (FOLDER / f"talk_{language}{'' if development else '_held'}.toml").open("rb") as file:
        found = tomllib.load(file)
    lists = {name: tuple(found[name]) for name in _LISTS}
    kinds = {
        name: Sentences(**{part: tuple(texts) for part, texts in own.items()}) for name, own in found["kinds"].items()
    }
    people = {name: words(text) for name, text in found["people"].items() if name != "composed"}
    composed = tuple(found["people"]["composed"].split("|"))
    return Talk(
        language,
        **lists,
        alphabet={word[0].upper(): word for word in found["alphabet"].split()},
        kinds=kinds,
        people=People(**people, composed=composed),
        harmless=tuple(found["harmless"]["texts"]),
        models=words(found["harmless"]["models"]),
    )


_LISTS = ("openers", "greetings", "holds", "acks", "readback", "confirm", "closers")


def words(text: str) -> tuple[str, ...]:
    """Return what stands between blanks; an underscore is a blank inside one of them."""
    return tuple(word.replace("_", " ") for word in text.split())
