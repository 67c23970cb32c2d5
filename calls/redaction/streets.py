"""Streets with their numbers: "Gartenstraße acht", "Berliner Str. 12 a", "221B Baker Street", "forty two Elm Road"."""

import re

from stimmung.calls.redaction.common_words import FUNCTION, is_ordinary
from stimmung.calls.redaction.conversation import Conversation
from stimmung.calls.redaction.lines import Line, is_capital, mark
from stimmung.calls.redaction.name_runs import Run
from stimmung.calls.redaction.spelling import letter_of
from stimmung.calls.redaction.tokens import Token

COMPOUND = re.compile(r"[^\W\d_].*(?:strasse|strass|str|weg|gasse|allee|platz|damm|chaussee|pfad|promenade|ufer|steig)")
RING = re.compile(r"[^\W\d_-]{3,}.*ring")
GENERIC = frozenset(
    """
    strasse str weg gasse allee platz damm chaussee pfad promenade ufer steig ring hof markt wall graben stieg kai berg
    """.split()
)
"""Streets of two words and more: Berliner Straße, Alter Markt."""
NO_STREET = re.compile(
    r"(?:um|aus|heim|rueck|hin|arbeits|post|rechts|fuss|geh|rad|liefer|dienst|schul|mittel|kommunikations|vertriebs|wander"
    r"|durch|her|frei|reit|wasser|schienen|instanzen|beschwerde|antrags|bestell|zahlungs)weg"
    r"|(?:park|arbeits|sitz|stell|spiel|sport|camping|speicher|steh|fenster|listen|studien|kita|ausbildungs|bau|golf"
    r"|flug|stand|studien|lager|liege|praktikums|tabellen|schlaf|kindergarten|betreuungs|gang|abstell|rast|zelt"
    r"|therapie|haft|markt)platz"
    r"|bahnsteig|buergersteig|.*aeufer|.*(?:l|t)ufer|(?:bundes|einbahn|schnell|wasser|milch|neben|seiten|kreis|land|landes|staats)strasse"
    r"|.*(?:ge|str|sp|b|ehe|h|oto|ito|nito)ring|hering|ehering"
)
"""Words that end like streets and are none."""
BEFORE_GENERIC = frozenset("am an der den dem zum zur im in von auf unter alte alter alten neue neuer neuen".split())
PREPOSITIONS = ("am", "im", "an", "auf", "in", "unter", "zum", "zur", "hinter", "vor", "bei")
STREET = frozenset(
    "street st road rd avenue ave lane ln boulevard blvd crescent terrace highway parkway freeway".split()
)
LIKE_STREET = frozenset(
    """
    drive dr close court ct place pl hill park walk view row rise green square sq gardens grove mews way circle trail
    parade wharf quay gate meadow meadows field fields croft vale heights villas broadway yard alley turnpike pike loop
    """.split()
)
"""English words for streets that mostly mean something else: they need capitals, or a question for the address."""
ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)")
HOUSE = re.compile(r"\d{1,4}[a-z]?(?:[-/]\d{0,4}[a-z]?)?|[a-z-]+")
NUMBER_AND = frozenset(["nummer", "nr", "hausnummer", "number"])
DWELLING = frozenset("flat apartment apt unit suite house number no room floor wohnung block".split())
COUNTED = frozenset(
    """
    mal uhr euro prozent minuten stunden stunde tage tagen wochen monate monaten jahre jahren stueck meter kilometer km
    times minutes minute hours hour days day weeks week months month years year miles mile metres meters feet people
    lane lanes pounds euros dollars percent personen leute kilo grad
    """.split()
)
"""Behind a number they make a count of it, no house number."""
LONGEST_NUMBER = 6  # words: "two hundred and twenty one b"
LONGEST_STREET = 4  # words of its name


def house_number(line: Line, place: int) -> int:
    """Return where a house number that begins with word `place` ends, `place` where none does."""
    here = place
    if here < len(line.tokens) and line.tokens[here].text in NUMBER_AND:
        here += 1
    first, digits = here, 0
    while here < len(line.tokens) and here - first < LONGEST_NUMBER and not (here > place and line.breaks(here)):
        token = line.tokens[here]
        size = len(token.digits)
        if not size or digits + size > 4 or not HOUSE.fullmatch(token.text):
            break
        digits, here = digits + size, here + 1
        if mark(token):
            break
    if here == first or (here < len(line.tokens) and line.tokens[here].text in COUNTED and not line.pauses(here)):
        return place
    return _with_letter(line, here)


def _with_letter(line: Line, place: int) -> int:
    """Go on behind the `a` of "12 a"."""
    ends = line.pauses(place) or mark(line.tokens[place - 1]) != ""
    return place + 1 if not ends and letter_of(line.tokens[place]) in tuple("abcdefgh") else place


def german_street(talk: Conversation, line: Line, place: int) -> Run | None:
    """Return the street whose name ends with word `place`, without its number."""
    token = line.tokens[place]
    text = token.text
    if token.digits or token.placeholder or not text:
        return None
    if text in GENERIC:
        if talk.is_cased(token) and not is_capital(token):
            return None
        first = _name_before(talk, line, place)
        return Run(line, first, place + 1) if first < place else None
    if "-" in text and text.rsplit("-", 1)[1] in GENERIC:
        return Run(line, _name_before(talk, line, place, hyphened=True), place + 1)
    street = COMPOUND.fullmatch(text) or (RING.fullmatch(text) and token.language == "de" and is_capital(token))
    if not street or NO_STREET.fullmatch(text) or (talk.is_cased(token) and not is_capital(token)):
        return None
    return Run(line, place, place + 1)


def _name_before(talk: Conversation, line: Line, place: int, hyphened: bool = False) -> int:
    """Return where the name of a street of several words begins: with a capital, or behind one with `von`, `der`, …"""
    first = here = place
    while here > 0 and place - here < LONGEST_STREET and not line.pauses(here):
        token = line.tokens[here - 1]
        cased = talk.is_cased(token)
        if mark(token) not in ("", ".") or (mark(token) == "." and len(token.text) > 3) or token.digits:
            break
        if token.text in FUNCTION and token.text not in BEFORE_GENERIC:
            break
        here -= 1
        if is_capital(token) and (here > 0 or token.text not in FUNCTION):
            first = here
        elif not cased and first == place and token.text not in BEFORE_GENERIC:
            first = here
            break
        elif token.text not in BEFORE_GENERIC or hyphened:
            break
    if line.tokens[first].text in ("in", "an", "auf", "der", "die", "den") and first + 1 < place:
        first += 1
    return place if first < place and _is_article(line, first, place) else first


def _is_article(line: Line, first: int, place: int) -> bool:
    return all(line.tokens[at].text in FUNCTION or line.tokens[at].text in BEFORE_GENERIC for at in range(first, place))


def english_street(talk: Conversation, line: Line, place: int, expected: bool) -> Run | None:
    """Return the street that ends with word `place`, with the number before it; where it is `expected`, without."""
    token = line.tokens[place]
    if token.text not in STREET and token.text not in LIKE_STREET:
        return None
    sure = token.text in STREET
    here = place
    while here > 0 and place - here < LONGEST_STREET and not line.breaks(here):
        word = line.tokens[here - 1]
        if not _may_be_street(talk, word, sure or expected) or mark(word) in (".", "?") or line.pauses(here):
            break
        here -= 1
    if here == place or (not sure and not expected and not (is_capital(token) and talk.is_cased(token))):
        return None
    first = _number_before(line, here)
    if first < here:
        return Run(line, _dwelling_before(line, first), place + 1)
    named = [word for word in line.tokens[max(here, place - 2) : place] if not is_ordinary(word.text, is_capital(word))]
    return Run(line, max(here, place - 2), place + 1) if expected and sure and named else None


def _may_be_street(talk: Conversation, token: Token, sure: bool) -> bool:
    text = token.text
    if token.placeholder or text in COUNTED or mark(token) == "?":
        return False
    if ORDINAL.fullmatch(text):
        return True
    if token.digits or not text or text in FUNCTION:
        return False
    if talk.is_cased(token):
        return is_capital(token)
    return sure or not is_ordinary(text)


def _number_before(line: Line, place: int) -> int:
    """Return where a house number begins that ends before word `place`; `place` where there is none."""
    first, digits = place, 0
    while first > 0 and place - first < LONGEST_NUMBER and not line.breaks(first):
        token = line.tokens[first - 1]
        size = len(token.digits)
        letter = (
            first == place
            and letter_of(token) in tuple("abcdefgh")
            and first > 1
            and bool(line.tokens[first - 2].digits)
        )
        joins = (
            token.text in ("and", "hundred", "oh", "o")
            and first < place
            and first > 1
            and line.tokens[first - 2].digits
        )
        if not (letter or joins) and (not size or digits + size > 5 or ORDINAL.fullmatch(token.text)):
            break
        if mark(token) and first < place:
            break
        digits, first = digits + size, first - 1
    return first


def _dwelling_before(line: Line, place: int) -> int:
    """Begin with "Flat 3," before the number of the house."""
    here = place
    while here > 0 and place - here < 4 and not line.breaks(here):
        token = line.tokens[here - 1]
        if token.text in DWELLING:
            return here - 1
        if not token.digits and not letter_of(token):
            break
        here -= 1
    return place
