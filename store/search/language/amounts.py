"""Numbers and lengths of time as people write them: `>5min`, `1:30`, `1m30s`, `über 20 Sekunden`, `120-180`, `70 %`."""

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from stimmung.store.search.language.fields import Number
from stimmung.store.search.language.query import Between, Operator
from stimmung.store.search.language.times import UnclearError
from stimmung.store.search.lexemes.folding import fold

SECONDS: Final = MappingProxyType(
    {
        **dict.fromkeys("s sec secs second seconds sek sekunde sekunden".split(), 1.0),
        **dict.fromkeys("m min mins minute minutes minuten".split(), 60.0),
        **dict.fromkeys("h hr hrs hour hours std stunde stunden".split(), 3600.0),
        **dict.fromkeys("d day days tag tage tagen".split(), 86_400.0),
    }
)
OPERATORS: Final[MappingProxyType[str, Operator]] = MappingProxyType(
    {
        **dict.fromkeys(("", "=", "==", "≥", "=>", "from", "ab", "at least", "mindestens", "min"), ">="),
        **dict.fromkeys(("over", "uber", "ueber", "above", "more than", "mehr als"), ">"),
        **dict.fromkeys(("under", "unter", "below", "less than", "weniger als"), "<"),
        **dict.fromkeys(("≤", "=<", "up to", "at most", "bis", "hochstens", "hoechstens", "max"), "<="),
        "<": "<",
        "<=": "<=",
        ">": ">",
        ">=": ">=",
    }
)
SIGNS: Final = frozenset({"<", "<=", ">", ">="})
PLAIN = r"-?\d{1,9}(?:[.,]\d{1,6})?"
PIECE = re.compile(r"(\d{1,9}(?:[.,]\d{1,6})?) ?([a-z]+) ?")
CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d\d)")
AMOUNT = re.compile(r"(?P<operator>[<>=≤≥]*|[a-z][a-z ]*?) ?(?P<rest>-?\d.*)")
PARTED = re.compile(r"(?P<low>-?[^-–]+?) ?(?:\.\.|-|–| to | bis ) ?(?P<high>-?\d.*)")
DIGITS = 6  # after the point: finer ones are nobody's, and a number that is written is the one that is read


@dataclass(frozen=True, slots=True)
class Amount:
    """A bound with its operator, or, under `=`, a stretch between two."""

    operator: Operator
    value: float | Between


def read_amount(text: str, kind: Number) -> Amount | None:
    """Return what a text says of such a number; a bare number is the least that is asked for. None: no number.

    Raises UnclearError for a length of time without a unit, and for numbers that cannot be.
    """
    plain = " ".join(fold(text).split())
    found = AMOUNT.fullmatch(plain)
    if found is None or found["operator"] not in OPERATORS:
        return None
    if not found["operator"] and (least := re.fullmatch(r"([^-–+]+)\+", found["rest"])):  # `5min+`
        return read_amount(f">={least[1]}", kind)
    if not found["operator"] and (parted := PARTED.fullmatch(found["rest"])):
        return _between(parted["low"], parted["high"], kind)
    try:
        value = _value(found["rest"], kind)
        return None if value is None else Amount(OPERATORS[found["operator"]], _possible(value, found["rest"], kind))
    except UnclearError as error:
        instead = f"{found['operator']}{error.instead}" if error.instead and found["operator"] in SIGNS else ""
        raise UnclearError(str(error), instead or error.instead) from error


def written_amount(value: float, kind: Number) -> str:
    """Return a number as `read_amount` reads it; whole minutes as such."""
    if kind.seconds and value and value % 60 == 0:
        return f"{_short(value / 60)}min"
    return _short(value) + ("s" if kind.seconds else "")


def _between(low: str, high: str, kind: Number) -> Amount | None:
    unit = re.search(r"[a-z]+$", high)
    if kind.seconds and unit and re.fullmatch(PLAIN, low):  # `2-5min`
        low += unit[0]
    ends = [_value(low, kind), _value(high, kind)]
    if ends[0] is None or ends[1] is None:
        return None
    first, last = (_possible(end, text, kind) for end, text in zip(ends, (low, high), strict=True) if end is not None)
    if first > last:
        raise UnclearError(f"{low} is more than {high}", f"{high}-{low}")
    return Amount("=", Between(first, last))


def _value(text: str, kind: Number) -> float | None:
    if kind.seconds:
        return _seconds(text)
    share = re.fullmatch(rf"({PLAIN}) ?%", text)
    if share:
        return round(_number(share[1]) / 100, DIGITS)
    return _number(text) if re.fullmatch(PLAIN, text) else None


def _seconds(text: str) -> float | None:
    if clock := CLOCK.fullmatch(text):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return float(hours * 3600 + minutes * 60 + seconds)
    if re.fullmatch(PLAIN, text):
        if _number(text) == 0:
            return 0.0
        raise UnclearError(f"{text} of which unit: seconds, minutes or hours?", f"{text}s")
    total, at = 0.0, 0
    while at < len(text):
        piece = PIECE.match(text, at)
        if piece is None or piece[2] not in SECONDS:
            return None
        total, at = total + _number(piece[1]) * SECONDS[piece[2]], piece.end()
    return round(total, DIGITS)


def _number(text: str) -> float:
    return round(float(text.replace(",", ".")), DIGITS)


def _possible(value: float, text: str, kind: Number) -> float:
    if kind.low <= value <= kind.high:
        return value
    if kind.seconds:
        raise UnclearError(f"{text} is longer than seven days")
    share = value / 100
    instead = _short(share) if kind.high == 1 and kind.low <= share <= 1 else ""
    raise UnclearError(f"{text} is not between {_short(kind.low)} and {_short(kind.high)}", instead)


def _short(value: float) -> str:
    return f"{value:.{DIGITS}f}".rstrip("0").rstrip(".")
