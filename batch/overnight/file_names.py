"""What file names tell of calls, by a pattern such as `{started_at:%Y%m%d-%H%M%S}_{queue}_{customer}`.

Strict, because a number that lands in the wrong field is worse than none: no field holds a character that stands
between fields, and a name fits as a whole or not at all.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import partial
from types import MappingProxyType
from typing import get_args

from stimmung.batch.overnight.field_texts import DECIMAL, DIRECTIONS, value_of
from stimmung.speech.errors import SettingsError
from stimmung.speech.records import Consent

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# Of strftime, what recorders write; `%b` is English whatever the machine speaks, `%s` seconds since 1970. `%-d` and the
# like are one digit or two.
TIME_CODES: Mapping[str, str] = MappingProxyType(
    {
        "Y": r"[0-9]{4}", "y": r"[0-9]{2}", "m": r"[0-9]{2}", "d": r"[0-9]{2}", "b": f"(?:{'|'.join(MONTHS)})",
        "H": r"[0-9]{2}", "M": r"[0-9]{2}", "S": r"[0-9]{2}", "f": r"[0-9]{1,6}", "s": r"[0-9]{9,10}",
        "z": r"(?:Z|[+-][0-9]{2}:?[0-9]{2})", "Z": r"(?:UTC|GMT|Z)",
        **dict.fromkeys(("-m", "-d", "-H", "-M", "-S"), r"[0-9]{1,2}"),
    }
)  # fmt: skip
# Fields that hold only certain words: a name with another does not fit.
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "direction": f"(?:{'|'.join((*DIRECTIONS, 'unknown'))})",
        "consent": f"(?:{'|'.join(get_args(Consent))})",
        "language": "[a-z]{2,3}",
        "wait_seconds": DECIMAL.pattern,
    }
)
NOT_FROM_NAMES = ("roles", "metadata")  # lists and tables; settings and files beside the recording have them
FIELD = re.compile(r"(?P<name>\*|[a-z][a-z0-9_]*)(?::(?P<form>.*))?", re.DOTALL)
DIGITS = re.compile(r"(?:(?P<least>[0-9]{1,2})(?:-(?P<most>[0-9]{1,2}))? )?digits")
TOKEN = re.compile(r"\{\{|\}\}|\{[^{}]*\}|[{}]|[^{}]+")
LONGEST = 1_000  # characters of a path that are looked at
DAY_KEY = "recorded_on"  # metadata: the day, where the hour and minute are not in the name


@dataclass(frozen=True, slots=True)
class NamePattern:
    """A pattern, ready to be compared; `given` is what every fitting name says besides."""

    text: str
    expression: re.Pattern[str]
    names: Mapping[str, str]  # field by group of the expression; times are `started_at.` and a code
    depth: int  # how many folders above the file it looks at
    given: Mapping[str, str] = field(default_factory=dict)
    zone: tzinfo | None = None  # of its times; None: the deployment's


@dataclass(frozen=True, slots=True)
class NameInfo:
    """What a name says: keys of CallInfo and own ones in plain JSON types, and when the call, or its day, began."""

    values: Mapping[str, object]
    began: datetime | None = None


@dataclass(slots=True)
class _Draft:
    expression: list[str]
    names: dict[str, str]
    touching: bool = False  # the last part is a field of any length


def name_pattern(text: str, given: Mapping[str, str] | None = None, zone: tzinfo | None = None) -> NamePattern:
    """Make a pattern ready. Raises SettingsError that points at what is wrong with it."""
    separators = _separators(text)
    draft = _Draft([], {})
    for token in TOKEN.finditer(text):
        part, wrong = token[0], partial(_wrong, text, token.start())
        if part in ("{", "}"):
            raise wrong("a bracket without its other half; write it twice where the name has it")
        if part in ("{{", "}}") or not part.startswith("{"):
            draft.expression.append(re.escape(part[:1] if part in ("{{", "}}") else part))
            draft.touching = False
        else:
            _add_field(draft, part[1:-1], separators, wrong)
    if not set(draft.names.values()) - {"*"}:
        raise _wrong(text, 0, "names no field such as {customer} or {started_at:%Y%m%d-%H%M%S}")
    expression = re.compile("".join(draft.expression), re.IGNORECASE | re.DOTALL)
    return NamePattern(text, expression, draft.names, text.count("/"), dict(given or {}), zone)


def read_name(pattern: NamePattern, path: str, zone: tzinfo) -> NameInfo | None:
    """Return what the end of `path` (parts separated by `/`, the file's extension taken off) says, None if it does
    not fit. Times that name no zone are in the pattern's, else in `zone`.
    """
    parts = path.rsplit("/", pattern.depth + 1)
    compared = "/".join(parts[-pattern.depth - 1 :])
    found = pattern.expression.fullmatch(compared) if len(compared) <= LONGEST else None
    if found is None:
        return None
    values: dict[str, object] = dict(pattern.given)
    time: dict[str, str] = {}
    for group, name in pattern.names.items():
        key, _, code = name.partition(".")
        if code:
            if time.setdefault(code, found[group]) != found[group]:
                return None  # the folder says another day than the file
        elif name != "*":
            values[key] = value_of(key, found[group])
    try:
        return _with_time(values, time, pattern.zone or zone)
    except (ValueError, OverflowError):  # there is no 31st of February
        return None


def read_time(form: str, text: str, zone: tzinfo) -> datetime | None:
    """Return the time that `text` writes in `form`, such as `%d.%m.%Y %H:%M`; None if it does not fit.

    Raises SettingsError for a form that is none.
    """
    found = read_name(name_pattern(f"{{started_at:{form}}}"), text, zone) if "/" not in text else None
    return found.began if found and "started_at" in found.values else None


def _wrong(text: str, place: int, reason: str) -> SettingsError:
    return SettingsError(f"name pattern, column {place + 1}: {reason}\n  {text}\n  {' ' * place}^")


def _separators(text: str) -> str:
    """Return the characters that stand between fields, escaped for a set of a regular expression."""
    literal = "".join(part[:1] if part in ("{{", "}}") else part for part in TOKEN.findall(text) if _literal(part))
    return "".join(re.escape(sign) for sign in sorted({"/", *(sign for sign in literal if not sign.isalnum())}))


def _literal(part: str) -> bool:
    return part in ("{{", "}}") or not part.startswith("{")


def _add_field(draft: _Draft, text: str, separators: str, wrong: partial[SettingsError]) -> None:
    parsed = FIELD.fullmatch(text)
    if parsed is None:
        raise wrong(f"{{{text}}} is no field; fields are called like {{customer}}, {{*}} is one that does not matter")
    name, form = parsed["name"], parsed["form"]
    if name in NOT_FROM_NAMES:
        raise wrong(f"{{{name}}} cannot be read from a name; put it into NAME.call.json or a list of recordings")
    if name == "started_at":
        _add_time(draft, form, wrong)
        return
    if name != "*" and name in draft.names.values():
        raise wrong(f"{{{name}}} stands there twice")
    expression, fixed = _text_expression(name, form, separators, wrong)
    if draft.touching and not fixed:
        raise wrong(f"nothing separates {{{text}}} from the field before it; say how long it is: {{{name}:4 digits}}")
    _add(draft, name, expression)
    draft.touching = not fixed


def _text_expression(name: str, form: str | None, separators: str, wrong: partial[SettingsError]) -> tuple[str, bool]:
    """Return what fits a field of text, and whether its length is fixed."""
    if name in WORDS:
        return WORDS[name], False
    if form is None:
        return (r"[^/]*?", False) if name == "*" else (f"[^{separators}]+", False)
    digits = DIGITS.fullmatch(form)
    if digits is None:
        raise wrong(f"{{{name}:{form}}}: after the colon stands digits, 4 digits or 2-5 digits")
    least, most = digits["least"], digits["most"]
    if least is None:
        return "[0-9]+", False
    if most is not None and int(most) < int(least):
        raise wrong(f"{{{name}:{form}}}: {most} is less than {least}")
    return f"[0-9]{{{int(least)},{int(most or least)}}}", most is None


def _add_time(draft: _Draft, form: str | None, wrong: partial[SettingsError]) -> None:
    if not form:
        raise wrong("{started_at} needs the way in which the time is written, such as {started_at:%Y%m%d-%H%M%S}")
    if draft.touching:
        raise wrong("nothing separates the time from the field before it")
    for code, plain in re.findall(r"%(-?.?)|([^%]+)", form, re.DOTALL):
        if plain:
            draft.expression.append(re.escape(plain))
        elif code in TIME_CODES:
            _add(draft, f"started_at.{code[-1]}", TIME_CODES[code])
        else:
            known = " ".join(f"%{known}" for known in TIME_CODES)
            raise wrong(f"{{started_at:{form}}}: %{code} is not known; known are {known}")
    draft.touching = False


def _add(draft: _Draft, name: str, expression: str) -> None:
    group = f"f{len(draft.names)}"
    draft.names[group] = name
    draft.expression.append(f"(?P<{group}>{expression})")


def _with_time(values: dict[str, object], parts: Mapping[str, str], zone: tzinfo) -> NameInfo:
    """Add the time, where its parts make one. Raises ValueError and OverflowError for days and hours that are none."""
    time = _time(parts, zone)
    if time is None:
        return NameInfo(values)
    if "s" in parts or ("H" in parts and "M" in parts):
        return NameInfo({**values, "started_at": time.isoformat()}, time.astimezone(UTC))
    return NameInfo({**values, DAY_KEY: time.date().isoformat()}, time.astimezone(UTC))


def _time(parts: Mapping[str, str], zone: tzinfo) -> datetime | None:
    if "s" in parts:
        return datetime.fromtimestamp(int(parts["s"]), UTC)
    if not {"Y", "y"} & set(parts) or not {"m", "b"} & set(parts) or "d" not in parts:
        return None
    year = int(parts["Y"]) if "Y" in parts else 2000 + int(parts["y"])
    month = int(parts["m"]) if "m" in parts else MONTHS.index(parts["b"].casefold()) + 1
    hour, minute, second = (int(parts.get(code, "0")) for code in "HMS")
    fraction = int(parts.get("f", "0").ljust(6, "0"))
    return datetime(year, month, int(parts["d"]), hour, minute, second, fraction, _zone(parts, zone))


def _zone(parts: Mapping[str, str], zone: tzinfo) -> tzinfo:
    text = parts.get("z", "").upper()
    if "Z" in parts or text == "Z":
        return UTC
    if not text:
        return zone
    away = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return timezone(-away if text[0] == "-" else away)
