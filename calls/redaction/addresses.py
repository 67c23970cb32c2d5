"""Addresses: a street with its number, a postcode with its town, in one breath or over several turns.

Towns by themselves stay, and streets without a number do too unless the call asked for an address or told it before.
"""

from collections.abc import Iterator

from stimmung.calls.redaction.addresses_in_pieces import find_pieces
from stimmung.calls.redaction.common_words import FUNCTION, is_ordinary
from stimmung.calls.redaction.conversation import Conversation, Spot
from stimmung.calls.redaction.lines import Line, is_capital, mark, phrase
from stimmung.calls.redaction.name_runs import Run
from stimmung.calls.redaction.numbers import read_runs
from stimmung.calls.redaction.postcodes import (
    FOREIGN,
    TOWNS,
    british_postcode,
    german_postcode,
    is_postcode,
    number_with_postcode,
    postcode_before,
    read_town,
    written_british,
)
from stimmung.calls.redaction.records import Evidence, Finding
from stimmung.calls.redaction.spelling import letter_of
from stimmung.calls.redaction.streets import (
    COUNTED,
    DWELLING,
    PREPOSITIONS,
    english_street,
    german_street,
    house_number,
)
from stimmung.calls.redaction.tokens import parts_of

POSTCODE = phrase("postleitzahl(?:en)?|plz|post-?code|post code|postal code|zip-?code|zip code|zip")
SPOKEN_OF = phrase(
    "(?:wohn|liefer|rechnungs|versand|heimat|privat|melde|post)?(?:adresse|anschrift)(?:en)?|wohnhaft|wohne|wohnen|wohnt"
    "|wohin|liefern sie|umgezogen|ziehe|gezogen|strasse und (?:die )?hausnummer|hausnummer|welche strasse|ihre strasse"
    "|(?:home |billing |postal |delivery |shipping |mailing |street |full |new |old )?address|i live|we live|you live"
    "|where (?:shall|should|do|can|may|will) (?:we|i|they) (?:deliver|send|ship|post)"
    "|deliver(?:ed)? (?:it|them|this|that|to)|(?:ship|send|post) (?:it|them|this|that) to"
    "|moved|moving|house number|first line of your address|door number|which street|what street"
)
OTHER_ADDRESS = frozenset("e-mail email mail e ip mac web internet mailadresse emailadresse formal".split())
REACH = 14  # words behind "meine Adresse ist" in which an address is expected
ANSWER = 24  # words of an answer in which it is
BETWEEN = frozenset(
    """
    in und zwar also aeh aehm das ist die der postleitzahl plz ort stadt dann ja uh um and the postcode post code zip
    it's is that's city town wohnung etage stock apartment flat unit apt suite floor number near
    """.split()
)
"""What may be said between the parts of an address."""
BEFORE_ITS_NAME = frozenset("is my the our as ist die meine unsere als".split())
"""Between a postcode and the word for it: "90210 is my zip"."""
LONGEST_GAP = 5
LONGEST_TOWN = 3  # words
PLACES = 4  # letters of a street's name from which on it is looked for alone


def find_addresses(talk: Conversation) -> list[Finding]:
    """Return the addresses in a conversation; one that is said in pieces gives several findings."""
    runs: list[tuple[Run, Evidence]] = []
    streets: set[str] = set()
    near: set[int] = set()
    for line in talk.lines:
        expected = _expected(talk, line)
        near |= {line.tokens[place].index for place in expected if place < len(line.tokens)}
        runs += _in_line(talk, line, expected, streets)
    runs += _postcodes(talk)
    runs += [(run, "context") for run in find_pieces(talk, near, [run for run, _ in runs])]
    taken = {token.index for run, _ in runs for token in run.tokens}
    codes = {code for run, _ in runs for code in _codes(run)}
    runs += _again(talk, streets, codes, taken)
    return [Finding("ADDRESS", parts_of(run.tokens), evidence) for run, evidence in runs]


def _expected(talk: Conversation, line: Line) -> set[int]:
    """Return the places at which an address is no surprise."""
    near: set[int] = set()
    for other in talk.lines:
        for first, last in other.find(SPOKEN_OF):
            if first and other.tokens[first - 1].text in OTHER_ADDRESS:
                continue
            if other is line:
                near |= set(range(last, last + REACH))
            for spot in talk.answers(other.tokens[last - 1]):
                if spot.line is line:
                    near |= set(range(spot.place, spot.place + ANSWER))
    return near


def _in_line(talk: Conversation, line: Line, expected: set[int], streets: set[str]) -> Iterator[tuple[Run, Evidence]]:
    done = 0
    for place in range(len(line.tokens)):
        if place < done:
            continue
        awaited = place in expected
        evidence: Evidence = "context" if awaited else "pattern"
        if (street := german_street(talk, line, place)) and (run := _german(talk, street, awaited)):
            streets |= {token.text for token in street.tokens if _is_distinct(token.text)}
        elif not (run := english_street(talk, line, place, awaited)) and not (
            run := _loose(talk, line, place, awaited)
        ):
            end = written_british(line, place)
            run = Run(line, place, end) if end > place else None
        if run:
            run = Run(line, max(run.first, done), _tail(talk, line, run.last))
            yield run, evidence
            done = run.last


def _is_distinct(text: str) -> bool:
    return len(text) > PLACES and not is_ordinary(text) and text not in ("strasse", "platz", "allee")


def _german(talk: Conversation, street: Run, awaited: bool) -> Run | None:
    """Return a street with its number, or without one where an address was asked for."""
    line, last = street.line, street.last
    parted = mark(street.tokens[-1]) not in ("", ",") and not awaited and not street.tokens[-1].text.endswith("str")
    if line.breaks(last) or parted:
        return street if awaited else None
    if (end := number_with_postcode(line, last)) > last:
        return Run(line, street.first, max(end, read_town(talk, line, end)))
    if (end := house_number(line, last)) > last:
        return Run(line, street.first, end)
    joined = any(sign.isdigit() for sign in street.tokens[-1].text)
    return street if awaited or joined else None


def _loose(talk: Conversation, line: Line, place: int, awaited: bool) -> Run | None:
    """Where an address is expected: any words with capitals and a number behind them, "Am Markt 3", "Lindenhof 12"."""
    if not awaited or not is_capital(line.tokens[place]):
        return None
    here, names = place, 0
    while here < len(line.tokens) and here - place < 4 and not (here > place and line.pauses(here)):
        token = line.tokens[here]
        if token.digits:
            break
        introduces = here == place and token.text in PREPOSITIONS
        article = here > place and token.text in ("der", "dem", "den")
        if not introduces and not article:
            if not is_capital(token) or len(token.text) < 3 or token.text in FUNCTION or token.placeholder:
                return None
            names += not is_ordinary(token.text, capital=True)
        here += 1
        if mark(token).strip(","):
            return None
    named = names and not is_ordinary(line.tokens[here - 1].text, capital=True)
    if not named or here >= len(line.tokens) or not talk.is_cased(line.tokens[place]):
        return None
    end = house_number(line, here)
    return Run(line, place, end) if end > here else None


def _tail(talk: Conversation, line: Line, last: int) -> int:
    """Return where an address ends whose street ends before word `last`: behind postcode, town and flat."""
    here = last
    for _ in range(4):
        start = _skip_between(line, here)
        end = _next_part(talk, line, here, start)
        if end == start:
            break
        here = end
    return here


def _next_part(talk: Conversation, line: Line, here: int, start: int) -> int:
    """Return the end of the postcode, town or flat that begins with word `start`, `start` where there is none."""
    if start >= len(line.tokens) or (start > here and line.breaks(start)) or line.breaks(here):
        return start
    for read in (british_postcode, german_postcode):
        end = read(line, start)
        if end > start:
            return max(end, read_town(talk, line, end))
    ended = mark(line.tokens[here - 1]) in (".", "?") or line.pauses(here)
    said = {token.text for token in line.tokens[here:start]}
    token = line.tokens[start]
    if (token.digits or letter_of(token)) and said & DWELLING:
        return start + 1
    introduced = bool(said & {"in", "ort", "stadt", "city", "town"}) or mark(line.tokens[here - 1]) == ","
    if ended or token.text in COUNTED:
        return start
    town = read_town(talk, line, start)
    leads = british_postcode(line, town) > town or german_postcode(line, town) > town
    in_case = talk.is_cased(token) or token.text in TOWNS or leads
    return town if town > start and in_case and (introduced or start == here) else start


def _skip_between(line: Line, place: int) -> int:
    here = place
    while here < len(line.tokens) and here - place < LONGEST_GAP and line.tokens[here].text in BETWEEN:
        if line.breaks(here):
            break
        here += 1
    return here


def _postcodes(talk: Conversation) -> Iterator[tuple[Run, Evidence]]:
    """Yield postcodes behind the word for one, in the answer to it, and with a well-known town behind five digits."""
    for line in talk.lines:
        for first, last in line.find(POSTCODE):
            start = first
            while start > max(first - 3, 0) and line.tokens[start - 1].text in BEFORE_ITS_NAME:
                start -= 1
            if (begin := postcode_before(line, start)) < start:
                yield Run(line, begin, start), "context"
                continue
            spots = [Spot(line, last)] if not line.breaks(last) else []
            for spot in (*spots, *talk.answers(line.tokens[last - 1])):
                if run := _postcode_near(talk, spot):
                    yield run, "context"
                    break
        for place, token in enumerate(line.tokens):
            bare = len(token.digits) == 5 and token.text.isdigit() and not line.pauses(place + 1)
            if bare and line.tokens[place + 1].text in TOWNS:
                yield Run(line, place, read_town(talk, line, place + 1)), "pattern"
    yield from ((run, "pattern") for run in _with_town_alone(talk))


def _with_town_alone(talk: Conversation) -> Iterator[Run]:
    """Yield utterances that are a town and a postcode in figures, in either order, and nothing else."""
    for first in talk.turns:
        line, place = talk.spots[first].line, talk.spots[first].place
        length = talk.length(talk.spots[first])
        if not 2 <= length <= LONGEST_TOWN + 1:
            continue
        run = Run(line, place, place + length)
        if (is_postcode(run.tokens[-1]) and read_town(talk, line, place, behind=False) == run.last - 1) or (
            is_postcode(run.tokens[0]) and read_town(talk, line, place + 1) == run.last
        ):
            yield run


def _postcode_near(talk: Conversation, spot: Spot) -> Run | None:
    """Return the postcode that is said soon, no sentence between."""
    line = spot.line
    for here in range(spot.place, min(spot.place + LONGEST_GAP + 2, len(line.tokens))):
        if here > spot.place and line.breaks(here):
            return None
        end = max(british_postcode(line, here), german_postcode(line, here))
        if end == here and is_postcode(line.tokens[here], FOREIGN):
            end += 1
        if end > here:
            return Run(line, here, max(end, read_town(talk, line, end)))
        if mark(line.tokens[here]) == "?":
            return None
    return None


def _codes(run: Run) -> Iterator[str]:
    """Yield the postcodes of five digits in a found address."""
    said = "".join(token.digits or " " for token in run.tokens)
    for piece in said.split():
        if len(piece) >= 5:
            yield piece[-5:]


def _again(talk: Conversation, streets: set[str], codes: set[str], taken: set[int]) -> Iterator[tuple[Run, Evidence]]:
    """Yield streets and postcodes that are said once more."""
    for token in talk.stream.tokens:
        if token.index not in taken and token.text in streets:
            spot = talk.spots[token.index]
            yield Run(spot.line, spot.place, spot.place + 1), "context"
    for run in read_runs(talk.stream) if codes else ():
        if run.digits in codes and run.first not in taken:
            spot = talk.spots[run.first]
            yield Run(spot.line, spot.place, spot.place + run.last - run.first), "context"
