"""Items of each type as somebody writes or says them, and what must not stay of them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from normalise import Language
from redaction_numbers import Number, drawn, make_number, misheard
from redaction_records import Kind, Secret
from redaction_symbols import digits_in
from redaction_talk import Talk
from redaction_wording import SPOKEN, WRITTEN, Form, Manner, below_hundred, say, year

MISHEARD = 0.2  # of numbers; only where the sentence or the question names the type
WRITTEN_SHARE = 0.45
GROUPS_APART = ", "
LETTERS: Final = re.compile(r"[^\W\d_]+")
# Words of an address or a name that tell nobody apart.
COMMON: Final = frozenset(
    "am an der die das den im in zum zur auf hinter von van zu und de la st "
    "strasse weg allee platz gasse ring alten höfen "
    "the of at and street road lane close avenue terrace grove way crescent court drive row gardens hill rise square "
    "view old".split()
)
UMLAUTS: Final = {"Ä": "Ärger", "Ö": "Ökonom", "Ü": "Übermut"}
FOLDS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ş": "s", "ı": "i"})
GERMAN_ORDINALS: Final = {1: "erst", 3: "dritt", 7: "siebt", 8: "acht"}
ENGLISH_ORDINALS: Final = {1: "first", 2: "second", 3: "third", 5: "fifth", 8: "eighth", 9: "ninth", 12: "twelfth"}
AREAS: Final = ("LS", "BS", "NR", "SA", "SK", "EX", "DD", "CA", "LN", "BN", "M", "B")


@dataclass(frozen=True, slots=True)
class Item:
    """An identifier in the groups in which it is said; `again` is how an agent reads it back."""

    sentences: str  # key of `Talk.kinds`
    form: str
    groups: tuple[str, ...]
    again: tuple[str, ...]
    secret: Secret
    misheard: bool = False
    salutation: str = ""  # "Frau Kröger": how an agent addresses who gave a name


@dataclass(frozen=True, slots=True)
class Drawer:
    """Draws items of one language; `spoken`: only as they are said, never as numerals."""

    talk: Talk
    rng: np.random.Generator
    spoken: bool = False

    @property
    def language(self) -> Language:
        """Return the language of its items."""
        return self.talk.language

    def pick(self, choices: tuple[str, ...]) -> str:
        """Draw one."""
        return choices[int(self.rng.integers(len(choices)))]

    def chance(self, share: float) -> bool:
        """Draw whether."""
        return bool(self.rng.random() < share)

    def written(self) -> bool:
        """Draw whether numerals are used."""
        return not self.spoken and self.chance(WRITTEN_SHARE)

    def manner(self) -> Manner:
        """Draw how digits and letters are said."""
        alphabet = {**UMLAUTS, **self.talk.alphabet} if self.chance(0.3) else None
        return Manner(self.language, self.chance(0.5), alphabet)

    def form_said(self) -> Form:
        """Draw a form of digits that are said."""
        forms: tuple[Form, ...] = ("digits", "pairs")
        return forms[int(self.rng.integers(len(forms)))]

    def form(self) -> Form:
        """Draw a form of digits."""
        forms = WRITTEN if self.written() else tuple(form for form in SPOKEN if not self.spoken or form != "mixed")
        return forms[int(self.rng.integers(len(forms)))]


def draw_item(kind: Kind, drawer: Drawer) -> Item:
    """Draw an item of a type."""
    others: dict[str, Callable[[Drawer], Item]] = {
        "NAME": name,
        "EMAIL": email,
        "ADDRESS": address,
        "BIRTH_DATE": birth_date,
        "SECRET": secret,
    }
    return others[kind](drawer) if kind in others else _number(kind, drawer)


def _number(kind: Kind, drawer: Drawer) -> Item:
    number = make_number(kind, drawer.language, drawer.rng)
    variant = number.variant if number.variant in drawer.talk.kinds else str(kind)
    wrong = drawer.chance(MISHEARD)
    number = misheard(number, drawer.rng) if wrong else number
    return _said_number(number, variant, drawer, wrong)


def _said_number(number: Number, sentences: str, drawer: Drawer, wrong: bool = False) -> Item:
    form = drawer.form()
    groups = say(number, form, drawer.manner(), drawer.rng)
    again = say(number, drawer.form(), drawer.manner(), drawer.rng)
    return Item(sentences, form, groups, again, Secret(digits=(number.digits,)), wrong)


def name(drawer: Drawer) -> Item:
    """Draw a name: in full, the surname alone, of several words, or the surname spelled behind it."""
    people = drawer.talk.people
    first, last = drawer.pick(people.first), drawer.pick(people.last)
    form = ("full", "full", "surname", "composed", "spelled")[int(drawer.rng.integers(5))]
    salutation = f"{drawer.pick(drawer.talk.kinds['NAME'].salutations)} {last}"
    if form == "spelled" and re.fullmatch(r"[A-ZÄÖÜa-zäöü]{4,}", last):
        spelled = drawer.manner().letters(last)
        hidden = Secret(symbols=(last.upper(),), words=words_of(f"{first} {last}"))
        return Item("NAME", form, (f"{first} {last}", spelled), (last,), hidden, salutation=salutation)
    if form == "composed":
        whole = drawer.pick(people.composed)
        return Item("NAME", form, (whole,), (whole,), Secret(words=words_of(whole)))
    if form == "surname":
        return Item("NAME", form, (last,), (last,), Secret(words=words_of(last)), salutation=salutation)
    groups = (f"{first} {last}",)
    return Item("NAME", "full", groups, groups, Secret(words=words_of(groups[0])), salutation=salutation)


def email(drawer: Drawer) -> Item:
    """Draw an e-mail address, as it is written or as it is said, its first part at times spelled."""
    people = drawer.talk.people
    first, last = (plain_letters(drawer.pick(names)) for names in (people.first, people.last))
    local = ((first, ".", last), (last,), (first[0], ".", last), (last, drawn(drawer.rng, 2)), (first, "-", last))[
        int(drawer.rng.integers(5))
    ]
    server = drawer.pick(people.mail)
    own = "{last}" in server
    server = server.format(last=last)
    hidden = Secret(words=words_of(" ".join(local) + (f" {last}" if own else "")))
    if drawer.written():
        text = f"{''.join(local)}@{server}"
        return Item("EMAIL", "written", (text,), (text,), hidden)
    groups = (*_said_local(local, drawer), _said_server(server, drawer))
    return Item("EMAIL", "said", groups, groups, hidden)


def _said_local(local: tuple[str, ...], drawer: Drawer) -> tuple[str, ...]:
    signs = {"de": {".": "punkt", "-": "minus"}, "en": {".": "dot", "-": "dash"}}[drawer.language]
    manner = drawer.manner()
    said = []
    for part in local:
        digits = " ".join(manner.digit(digit) for digit in part) if part.isdigit() else ""
        letter = part.upper() if len(part) == 1 else ""
        said.append(signs.get(part) or digits or letter or part)
    return (" ".join(said),)


def _said_server(server: str, drawer: Drawer) -> str:
    at = drawer.pick({"de": ("ät", "at", "Klammeraffe"), "en": ("at", "at", "at sign")}[drawer.language])
    dot, dash = {"de": ("punkt", "minus"), "en": ("dot", "dash")}[drawer.language]
    return f"{at} {server.replace('-', f' {dash} ').replace('.', f' {dot} ')}"


def address(drawer: Drawer) -> Item:
    """Draw a street with number, postcode and town."""
    people, rng, manner = drawer.talk.people, drawer.rng, drawer.manner()
    street, town, house = drawer.pick(people.streets), drawer.pick(people.towns), int(rng.integers(1, 99))
    written = drawer.written()
    number = str(house) if written else below_hundred(house, drawer.language)
    if drawer.language == "de":
        code = f"{rng.integers(1, 10)}{drawn(rng, 4)}"
        said = code if written else " ".join(say(Number((code,), "postcode"), drawer.form_said(), manner, rng))
        groups: tuple[str, ...] = (f"{street} {number}", f"{said} {town}")
        hidden = Secret(digits=(code,), words=words_of(street))
    else:
        outward, inward = (
            f"{drawer.pick(AREAS)}{rng.integers(1, 29)}",
            f"{rng.integers(1, 10)}" + "".join(rng.choice(list("ABDEFGHJLNPQRSTUWXYZ"), 2)),
        )
        said = f"{outward} {inward}" if written else f"{_named(outward, manner)} {_named(inward, manner)}"
        groups = (f"{number} {street}", town, said)
        hidden = Secret(symbols=(outward + inward,), words=words_of(street))
    return Item("ADDRESS", "written" if written else "said", groups, groups, hidden)


def _named(code: str, manner: Manner) -> str:
    plain = Manner(manner.language, manner.other_digits, None)
    return " ".join(plain.digit(sign) if sign.isdigit() else plain.letters(sign) for sign in code)


def birth_date(drawer: Drawer) -> Item:
    """Draw a date of birth between 1930 and 2006."""
    rng, language = drawer.rng, drawer.language
    day, month, born = int(rng.integers(1, 29)), int(rng.integers(1, 13)), int(rng.integers(1930, 2007))
    name_of_month = drawer.talk.people.months[month - 1]
    named = drawer.chance(0.5)
    if drawer.written():
        short = born if drawer.chance(0.7) else f"{born % 100:02d}"
        texts = {
            "de": f"{day}. {name_of_month} {short}" if named else f"{day:02d}.{month:02d}.{short}",
            "en": f"{day} {name_of_month} {short}" if named else f"{day:02d}/{month:02d}/{short}",
        }
        text, form = texts[language], "written"
    else:
        form = "said"
        text = (_german_date if language == "de" else _english_date)(day, month, born, name_of_month, named, rng)
    hidden = Secret(
        digits=(digits_in(text, language),), words=frozenset({name_of_month.casefold()} if named else set())
    )
    return Item("BIRTH_DATE", form, (text,), (text,), hidden)


def _german_date(day: int, month: int, born: int, named: str, use: bool, rng: np.random.Generator) -> str:
    ending = "en" if rng.random() < 0.6 else "er"
    said = year(born, "de") if use or rng.random() < 0.5 else below_hundred(born % 100, "de")
    if 0 < born % 100 < 10 and not said.startswith(("neunzehn", "zwei")):
        said = f"null {said}"
    return f"{ordinal(day, 'de')}{ending} {named if use else ordinal(month, 'de') + ending} {said}"


def _english_date(day: int, month: int, born: int, named: str, use: bool, rng: np.random.Generator) -> str:
    if use and rng.random() < 0.5:
        return f"{named} the {ordinal(day, 'en')}, {year(born, 'en')}"
    if use:
        return f"the {ordinal(day, 'en')} of {named} {year(born, 'en')}"
    digits = "oh" if rng.random() < 0.5 else "zero"
    two = [
        below_hundred(value, "en") if value > 9 else f"{digits} {below_hundred(value, 'en')}" for value in (day, month)
    ]
    return f"{two[0]}, {two[1]}, {year(born, 'en')}"


def ordinal(value: int, language: Language) -> str:
    """Return the ordinal of 1 to 31; a German one without its ending."""
    if language == "de":
        return GERMAN_ORDINALS.get(value) or below_hundred(value, "de") + ("t" if value < 20 else "st")
    if value in ENGLISH_ORDINALS:
        return ENGLISH_ORDINALS[value]
    if value < 20:
        return f"{below_hundred(value, 'en')}th"
    ten, _, unit = below_hundred(value, "en").partition(" ")
    return f"{ten} {ordinal(value % 10, 'en')}" if unit else f"{ten[:-1]}ieth"


def secret(drawer: Drawer) -> Item:
    """Draw a PIN of three to six digits, or a password: a word with digits behind it, at times spelled."""
    if drawer.chance(0.6):
        digits = drawn(drawer.rng, int(drawer.rng.integers(3, 7)))
        return _said_number(Number((digits,), "pin"), "PIN", drawer)
    word = drawer.pick(drawer.talk.people.passwords)
    digits = drawn(drawer.rng, int(drawer.rng.integers(2, 5)))
    if drawer.written():
        hidden = Secret(words=words_of(word))
        text = f"{word}{digits}{drawer.pick(('', '!', '?'))}"
        return Item("password", "written", (text,), (text,), hidden)
    manner = drawer.manner()
    said = " ".join(manner.digit(digit) for digit in digits)
    if drawer.chance(0.4):
        spelled = manner.letters(word)
        return Item("password", "spelled", (spelled, said), (spelled, said), Secret(symbols=(word.upper(),)))
    return Item("password", "said", (word, said), (word, said), Secret(words=words_of(word)))


def words_of(text: str) -> frozenset[str]:
    """Return the words that tell somebody apart: of three letters and more, without those that anybody's may hold."""
    return frozenset(word for word in LETTERS.findall(text.casefold()) if len(word) > 2 and word not in COMMON)


def plain_letters(text: str) -> str:
    """Return a name as it stands in an e-mail address."""
    return re.sub(r"[^a-z]", "", text.casefold().translate(FOLDS))
