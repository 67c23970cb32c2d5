"""What is known of a call, from text that others wrote: names, XML and CSV know no numbers, lists or set words."""

import re
from collections.abc import Mapping
from types import MappingProxyType

DIRECTIONS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("in", "i", "inbound", "incoming", "eingehend"), "inbound"),
        **dict.fromkeys(("out", "o", "outbound", "outgoing", "ausgehend"), "outbound"),
    }
)
# In place of a number: with them, all who hide theirs would become one customer.
NOBODY = {"unknown", "anonymous", "private", "restricted", "unavailable", "unbekannt", "anonym", "none", "null"}
PEOPLE = ("customer", "agent")
DECIMAL = re.compile(r"[0-9]{1,9}(?:[.,][0-9]{1,9})?")


def value_of(key: str, text: str) -> object:
    """Return the value of a key of CallInfo in the type that `parse_call_info` takes; None: nothing is known."""
    text = text.strip()
    if not text or (key in PEOPLE and text.casefold() in NOBODY):
        return None
    if key == "direction":
        return DIRECTIONS.get(text.casefold(), text.casefold())
    if key == "consent":
        return text.casefold()
    if key == "roles":
        return re.split(r"[\s,;|]+", text.casefold())
    if key == "wait_seconds" and DECIMAL.fullmatch(text):
        return float(text.replace(",", "."))
    return text


def merged(*layers: Mapping[str, object]) -> dict[str, object]:
    """Return the layers as one, each over the ones before; what a layer does not know stays as it was."""
    values: dict[str, object] = {}
    own: dict[str, object] = {}
    for layer in layers:
        values.update({key: value for key, value in layer.items() if value is not None and value != ""})
        metadata = layer.get("metadata")
        own.update(metadata if isinstance(metadata, Mapping) else {})
    return {**values, "metadata": own} if own else values
