"""Passwords, PINs and codes that open something, read aloud. That one is only spoken of redacts nothing."""

import re
from collections.abc import Iterator

from stimmung.calls.redaction.common_words import FUNCTION, is_ordinary
from stimmung.calls.redaction.conversation import Conversation
from stimmung.calls.redaction.lines import Line, is_capital, mark, phrase
from stimmung.calls.redaction.records import Finding
from stimmung.calls.redaction.spelling import letter_of
from stimmung.calls.redaction.tokens import Token, parts_of

NUMERIC = (
    "(?:\\w*-)?(?:pin|tan|puk|pincode|pin-code|pin-nummer|tan-nummer)|pinnummer|geheimzahl|geheimnummer|cvv|cvc|cvv2"
    "|cvc2|cvn|c v v|c v c|p i n|pruefziffer|pruefnummer|kartenpruefnummer|kartenpruefziffer|sicherheitsnummer"
    "|sms-code|smscode|otp|pin (?:number|code)|(?:card )?verification (?:number|value)"
)
WORDED = (
    "\\w*(?:passwort|passwoerter|kennwort|kennwoerter|passphrase|losungswort|codewort|kodewort|password|passcode"
    "|passwords|codeword|wlan-schluessel)|pass word|pass code|code word|secret word|memorable (?:word|information)"
    "|security (?:word|phrase|answer)|safe word|(?:sicherheits|bestaetigungs|einmal|freischalt|aktivierungs|zugangs"
    "|authentifizierungs|verifizierungs|entsperr|geheim|tuer|tor|zugriffs|wlan-)(?:-)?(?:code|schluessel)"
    "|(?:security|verification|one-time|one time|authentication|confirmation|access|unlock|activation|door|entry|gate"
    "|login|log-in|backup|recovery|secret|authorisation|authorization|text message|two-factor|wifi|wi-fi)"
    " (?:pass)?(?:code|key|password|word)|(?:wifi|wi-fi|wlan) (?:password|passwort|schluessel)"
    "|mother's maiden name|maedchenname (?:der|ihrer|meiner) mutter|sicherheitsantwort|antwort auf die sicherheitsfrage"
)
BACK_OF_CARD = (
    "(?:die )?(?:letzten )?(?:drei|vier|3|4|dreistellige|vierstellige) (?:ziffern|zahlen|nummer|stellen|zahl)"
    "(?: \\w+){0,3} rueckseite"
    "|(?:the )?(?:last )?(?:three|four|3|4)(?: |-)digits?(?: \\w+){0,3} (?:on|at) the (?:back|reverse)"
    "|(?:the )?(?:three|four|3|4)(?: |-)digit (?:security )?(?:code|number)"
)
CODE = phrase(
    "(?:der|den|dem|dieser|mein|the|this|my|that|a|ein|einen|your|ihr|ihren) code(?: lautet| ist| is)?|code lautet"
)
OPENED = phrase(f"(?:{NUMERIC}|{WORDED}|{BACK_OF_CARD})")
NUMERIC_ONLY = re.compile(
    r"\w*-?(?:pin|tan|puk|cvv|cvc|cvn|otp|geheimzahl|geheimnummer|pruefziffer|pruefnummer|code|rueckseite|back)\w*"
)
SAYS = frozenset("ist lautet lauten waere heisst war is was are would be's is: =".split())
AMOUNT = re.compile(r"[%€$£]|\d[.:,]\d")
FILLERS = frozenset(
    """
    ist lautet lauten waere war heisst is was are be would it's its it dann also ja aeh aehm die der das den um uh so er
    fuer mein meine meinen dem meiner the my to for a folgende folgender wie folgt and und noch mal bitte hier here this
    that of yes okay ok sure natuerlich klar gerne moment nochmal einmal number nummer code von vom auf zu zum zur on
    karte card konto account portal kundenportal onlinebanking online-banking banking online app handy phone telefon
    well right all alright actually currently set aktuell derzeit jetzt now still
    """.split()
)
"""What may stand between the word for a secret and the secret itself."""
NOT_NOW = frozenset(
    "nie niemals nicht kein keine keinen never don't not won't without ohne forgot vergessen forgotten".split()
)
"""Before the word they turn a request into a warning: "never tell anybody your PIN"."""
UNITS = frozenset(
    """
    mal times time uhr euro prozent minuten stunden tage tagen wochen monate jahre ziffern stellen zeichen buchstaben
    versuche digits digit characters letters numbers minutes hours days weeks months years attempts stellig stellige
    stelligen euros pounds dollars percent
    """.split()
)
"""Behind digits: a count, not a secret."""
ASKING = frozenset(
    """
    bitte nennen sagen geben durchgeben nenne sag gib verraten lautet wie was welches welche welchen please tell give
    read confirm provide what what's could can may have need brauche braeuchte benoetige eingeben enter know remember
    """.split()
)
AMID = frozenset(
    """
    gross grosses grosser klein kleines kleiner capital upper lower case uppercase lowercase ausrufezeichen fragezeichen
    raute rautezeichen hash hashtag stern sternchen star asterisk exclamation mark point question minus bindestrich dash
    hyphen underscore unterstrich punkt dot at ampersand und-zeichen dollar prozentzeichen plus slash wie as in for
    doppel double zweimal und and mit with dann then zahl ziffer number letter buchstabe sign symbol zeichen leerzeichen
    space the oh o
    """.split()
)
"""What is said amid a secret: of its signs and their case."""
SIGNS = frozenset(
    """
    ausrufezeichen fragezeichen raute rautezeichen hash hashtag stern sternchen star asterisk mark minus bindestrich
    dash hyphen underscore unterstrich punkt dot at ampersand und-zeichen prozentzeichen plus slash sign symbol
    leerzeichen
    """.split()
)
"""Of these, those that are a sign themselves, or end its name."""
REACH = 9  # words between the word for it and the secret
LONGEST = 16  # words of a secret: twelve letters and signs are said with about that many
LONGEST_ANSWER = 9
SHORTEST_CODE = 3  # digits that follow without an "is"
SENT_CODE = 4  # digits with which somebody answers who was told that a code is on its way


def find_secrets(talk: Conversation) -> list[Finding]:
    """Return the secrets that are said in a conversation."""
    findings = []
    for line in talk.lines:
        for phrase_, loose in ((OPENED, False), (CODE, True)):
            for first, last in line.find(phrase_):
                span = _said_behind(talk, line, last, loose or _is_numeric(line, first, last))
                if span:
                    findings.append(Finding("SECRET", parts_of(line.tokens[span[0] : span[1]]), "context"))
                elif not loose and not _warns(line, first, last) and not _is_taken(line, last):
                    findings += _answers(talk, line, first, last, _asks(line, first, last))
    return findings


def _is_numeric(line: Line, first: int, last: int) -> bool:
    return any(NUMERIC_ONLY.fullmatch(token.text) for token in line.tokens[first:last])


def _said_behind(talk: Conversation, line: Line, place: int, numeric: bool) -> tuple[int, int] | None:
    """Return the secret that is said behind the word for it: digits soon, or words after an "is"."""
    here, says, colon = place, False, mark(line.tokens[place - 1]) == ","
    if mark(line.tokens[place - 1]) == "?" or line.tokens[place - 1].text in SAYS:
        says = line.tokens[place - 1].text in SAYS
    while here < len(line.tokens) and here - place < REACH and not line.breaks(here):
        token = line.tokens[here]
        if _is_sign(token):
            last = _end(line, here)
            enough = says or colon or _digits(line, here, last) >= SHORTEST_CODE
            return (here, last) if enough and not _counts(line, here, last) and _has_value(line, here, last) else None
        if token.text not in FILLERS:
            break
        says = says or token.text in SAYS
        if mark(token) in (".", "?"):
            return None
        here += 1
    said = says or (colon and line.tokens[place - 1].mark.startswith(":"))
    if (
        numeric
        or not said
        or here >= len(line.tokens)
        or line.breaks(here)
        or not _may_be_secret(talk, line.tokens[here])
    ):
        return None
    return here, _end(line, here)


def _is_taken(line: Line, place: int) -> bool:
    """Tell whether an earlier redaction took the secret out behind the word for it."""
    for token in line.tokens[place : place + REACH]:
        if token.placeholder:
            return token.placeholder == "SECRET"
        if mark(token) in (".", "?") or token.text not in FILLERS:
            return False
    return False


def _is_sign(token: Token) -> bool:
    """Tell whether a word is digits, a letter by itself or mixed of both."""
    letter = letter_of(token)
    return (bool(token.digits) and not AMOUNT.search(token.raw)) or (bool(letter) and letter not in ("a", "i"))


def _has_value(line: Line, first: int, last: int) -> bool:
    return sum(len(token.digits) or len(letter_of(token)) or 3 for token in line.tokens[first:last]) > 1


def _counts(line: Line, first: int, last: int) -> bool:
    """Tell whether the digits count something: "3 mal", "4 digits"."""
    signs = [place for place in range(first, last) if line.tokens[place].digits]
    if len(signs) != 1 or len(line.tokens[signs[0]].digits) > 2:
        return False
    behind = line.tokens[signs[0] + 1].text if signs[0] + 1 < len(line.tokens) else ""
    return behind in UNITS


def _may_be_secret(talk: Conversation, token: Token) -> bool:
    """Tell whether a word may begin a password: in German, where words for things have capitals, those alone."""
    if token.placeholder or not token.text:
        return False
    if token.language == "de" and talk.is_cased(token) and not is_capital(token):
        return False
    return not is_ordinary(token.text, is_capital(token) and talk.is_cased(token))


def _end(line: Line, first: int) -> int:
    """Return where a secret ends that begins with word `first`: with the sentence, or at a word of every day."""
    here = last = first
    while here < len(line.tokens) and here - first < LONGEST and not (here > first and line.breaks(here)):
        token = line.tokens[here]
        ahead = line.tokens[here + 1] if here + 1 < len(line.tokens) else None
        if here > first and line.pauses(here) and not (_is_sign(token) or token.text in AMID):
            break
        if _is_sign(token) or letter_of(token) or here == first or token.text in SIGNS:
            last = here + 1
        elif token.text in AMID and ahead is not None:
            if token.text in FUNCTION and not (_is_sign(ahead) or ahead.text in AMID or letter_of(ahead)):
                break
        elif _ends_secret(line, here):
            break
        else:
            last = here + 1
        here += 1
        if mark(token) in (".", "?") and not (_goes_on(line, here)):
            break
    return last


def _ends_secret(line: Line, place: int) -> bool:
    token = line.tokens[place]
    if token.text in FUNCTION or token.placeholder or token.text in UNITS:
        return True
    return mark(line.tokens[place - 1]) != "" and is_ordinary(token.text, is_capital(token))


def _goes_on(line: Line, place: int) -> bool:
    """Tell whether after a full stop another digit or letter follows: pauses in a number are often written so."""
    return place < len(line.tokens) and not line.breaks(place) and _is_sign(line.tokens[place])


def _sentence(line: Line, first: int, last: int) -> tuple[int, int]:
    """Return where the sentence around some words begins and ends."""
    begin, end = first, last
    while (
        begin > 0 and first - begin < 12 and not line.pauses(begin) and mark(line.tokens[begin - 1]) not in (".", "?")
    ):
        begin -= 1
    while end - last < 12 and not line.pauses(end) and mark(line.tokens[end - 1]) not in (".", "?"):
        end += 1
    return begin, end


def _asks(line: Line, first: int, last: int) -> bool:
    """Tell whether the sentence with the word for a secret asks for it."""
    begin, end = _sentence(line, first, last)
    asks = any(token.text in ASKING for token in line.tokens[begin:end])
    return asks or mark(line.tokens[end - 1]) == "?" or end - begin <= 4


def _warns(line: Line, first: int, last: int) -> bool:
    """Tell whether the sentence is against telling it, or says that it is not known."""
    begin, end = _sentence(line, first, last)
    return any(token.text in NOT_NOW for token in line.tokens[begin:end])


def _answers(talk: Conversation, line: Line, first: int, last: int, asked: bool) -> Iterator[Finding]:
    """Yield the secret in the answer: its few words, or its digits; where nobody asked, digits that are all of it."""
    numeric = _is_numeric(line, first, last)
    for spot in talk.answers(line.tokens[last - 1]):
        end = spot.place + talk.length(spot)
        here = spot.place
        while here < end and spot.line.tokens[here].text in FILLERS and not _is_sign(spot.line.tokens[here]):
            here += 1
        if here == end or mark(spot.line.tokens[end - 1]) == "?":
            continue
        token = spot.line.tokens[here]
        if token.placeholder == "SECRET":
            return
        worded = asked and not numeric and end - here <= LONGEST_ANSWER and not token.placeholder
        if _is_sign(token) or (worded and token.text and not is_ordinary(token.text, is_capital(token))):
            stop = _end(spot.line, here)
            whole = asked or (_digits(spot.line, here, stop) >= SENT_CODE and 2 * (stop - here) >= end - spot.place)
            if whole and not _counts(spot.line, here, stop) and _has_value(spot.line, here, stop):
                yield Finding("SECRET", parts_of(spot.line.tokens[here:stop]), "context")
                return


def _digits(line: Line, first: int, last: int) -> int:
    return sum(len(token.digits) for token in line.tokens[first:last])
