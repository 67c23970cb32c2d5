"""Sentences with numbers that are no identifiers, as numerals or in words."""

import re

from redaction_items import Drawer, ordinal
from redaction_wording import UNITS, below_hundred, hundreds, year


def sentence(drawer: Drawer) -> str:
    """Draw a sentence and what stands in it."""
    return re.sub(r"\{(\w+)\}", lambda slot: _filled(slot[1], drawer), drawer.pick(drawer.talk.harmless))


def _filled(slot: str, drawer: Drawer) -> str:
    rng, language = drawer.rng, drawer.language
    said = not drawer.written()
    if slot == "model":
        return drawer.pick(drawer.talk.models)
    if slot == "month":
        return drawer.pick(drawer.talk.people.months)
    if slot == "year":
        value = int(rng.integers(1985, 2026))
        return year(value, language) if said else str(value)
    if slot == "date":
        day, month = int(rng.integers(1, 29)), drawer.pick(drawer.talk.people.months)
        if language == "de":
            return f"{ordinal(day, 'de')}en {month}" if said else f"{day}. {month}"
        return f"the {ordinal(day, 'en')} of {month}" if said else f"{day} {month}"
    if slot == "euros":
        return _money(drawer, said)
    if slot == "time":
        return _time(drawer, said)
    low, high = {"minutes": (20, 99), "small": (2, 13), "count": (100, 1000), "thousands": (1100, 9900)}[slot]
    return _count(int(rng.integers(low, high)), drawer, said)


def _count(value: int, drawer: Drawer, said: bool) -> str:
    language = drawer.language
    if not said:
        return str(value)
    if value < 100:
        return below_hundred(value, language)
    if value < 1000:
        return hundreds(str(value), language)
    thousands, rest = divmod(value // 100 * 100, 1000)
    head = UNITS[language][thousands] if thousands > 1 or language == "en" else "ein"
    if language == "de":
        return f"{head}tausend" + (hundreds(str(rest), "de") if rest else "")
    return f"{head} thousand" + (f" {hundreds(str(rest), 'en')}" if rest else "")


def _money(drawer: Drawer, said: bool) -> str:
    value, cents = int(drawer.rng.integers(5, 400)), int(drawer.rng.integers(10, 99))
    if drawer.language == "de":
        whole = _count(value, drawer, said)
        return f"{whole} Euro {below_hundred(cents, 'de')}" if said else f"{whole},{cents} Euro"
    whole = _count(value, drawer, said)
    return f"{whole} pounds {below_hundred(cents, 'en')}" if said else f"£{whole}.{cents}"


def _time(drawer: Drawer, said: bool) -> str:
    hour, minute = int(drawer.rng.integers(7, 21)), int(drawer.rng.choice([0, 15, 30, 45]))
    if drawer.language == "de":
        return below_hundred(hour, "de") if said else f"{hour}:{minute:02d}"
    if said:
        return f"{below_hundred(hour % 12 or 12, 'en')} o'clock"
    return f"{hour % 12 or 12}:{minute:02d} {'am' if hour < 12 else 'pm'}"
