"""What an XML file beside a recording says of the call: recorders write them in a hundred shapes, all untrusted.

Namespaces are ignored, and a document that brings definitions of its own (DTD, entities) is refused.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, tzinfo
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from stimmung.batch.overnight.field_texts import value_of
from stimmung.batch.overnight.file_names import read_time
from stimmung.speech.errors import CallInfoError, SettingsError
from stimmung.speech.records import CallInfo

LARGEST = 1_000_000  # bytes; a recorder's file about one call has a few thousand


@dataclass(frozen=True, slots=True)
class XmlField:
    """Where the value of a key stands."""

    key: str
    path: str  # from the document's outermost element, as ElementTree reads paths
    attribute: str | None = None  # None: the element's text
    time_form: str | None = None  # how a time is written, as in names; None: ISO 8601


def parse_xml_field(text: str) -> XmlField:
    """Read `KEY=PATH`, `KEY=PATH/@ATTRIBUTE` or `KEY=PATH|%d.%m.%Y %H:%M:%S`. Raises SettingsError."""
    key, _, rest = text.partition("=")
    path, _, form = rest.partition("|")
    path, _, attribute = path.strip().partition("/@")
    try:
        Element("any").findall(path)
    except (SyntaxError, KeyError, TypeError) as error:
        raise SettingsError(
            f"batch.xml_fields: {text!r}: {path!r} is no path such as call/agent or .//party[@role='agent']/name"
        ) from error
    if form and key == "started_at":
        read_time(form, "", UTC)  # raises where the form is none
    return XmlField(key.strip(), path, attribute or None, form or None)


def xml_values(data: bytes, wanted: Sequence[XmlField], source: str, zone: tzinfo) -> dict[str, object]:
    """Return what the document says, by keys of CallInfo and own ones; without `wanted`, of elements named like keys.

    Of several places the first that holds anything counts. Raises CallInfoError that names `source`.
    """
    if len(data) > LARGEST:
        raise CallInfoError(f"{source}: has {len(data)} bytes; a file about one call has at most {LARGEST}")
    try:
        root = fromstring(data, forbid_dtd=True)
    except ParseError as error:
        raise CallInfoError(f"{source}: is not XML: {error}") from error
    except DefusedXmlException as error:
        raise CallInfoError(
            f"{source}: brings definitions of its own (DTD), which are not read; `!*.xml` in batch.patterns skips it"
        ) from error
    except (LookupError, ValueError) as error:  # an encoding that Python or expat does not know
        raise CallInfoError(f"{source}: is in an encoding that cannot be read: {error}") from error
    for element in root.iter():
        _forget_namespaces(element)
    around = Element("document")
    around.append(root)
    if not wanted:
        return _by_name(root)
    found = ((field, _text(around, field)) for field in wanted)
    values = {field.key: _value(field, text, source, zone) for field, text in reversed(list(found)) if text}
    return {key: value for key, value in values.items() if value is not None}


def _forget_namespaces(element: Element) -> None:
    if isinstance(element.tag, str):  # comments and instructions have functions there
        element.tag = element.tag.rpartition("}")[2]
    element.attrib.update({name.rpartition("}")[2]: value for name, value in element.attrib.items() if "}" in name})


def _text(around: Element, field: XmlField) -> str:
    for element in around.findall(field.path):
        text = element.get(field.attribute) if field.attribute else element.text
        if text and text.strip():
            return text.strip()
    return ""


def _value(field: XmlField, text: str, source: str, zone: tzinfo) -> object:
    if field.key != "started_at" or field.time_form is None:
        return value_of(field.key, text)
    time = read_time(field.time_form, text, zone)
    if time is None:
        raise CallInfoError(f"{source}: started_at = {text!r} is not written as {field.time_form}")
    return time.isoformat()


def _by_name(root: Element) -> dict[str, object]:
    keys = {re.sub("_", "", field.name): field.name for field in fields(CallInfo) if field.name != "metadata"}
    values: dict[str, object] = {}
    for element in root.iter():
        key = keys.get(re.sub("[-_]", "", str(element.tag)).casefold())
        if key is not None and key not in values and element.text and element.text.strip():
            values[key] = value_of(key, element.text)
    return {key: value for key, value in values.items() if value is not None}
