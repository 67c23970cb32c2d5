"""Names of persons: by what is said before and behind them, in answer to who asks for one, and spelled by letters.

A name that was found once is found again wherever the call repeats it. Nothing has to be in a lexicon; see
`common_words` for what keeps the contexts apart from "I'm sorry" and "ich bin verärgert".
"""

from collections.abc import Iterable, Iterator

from stimmung.calls.redaction.common_words import ORDINARY, is_ordinary
from stimmung.calls.redaction.conversation import Conversation, Spot
from stimmung.calls.redaction.known_names import repeated
from stimmung.calls.redaction.lines import Line, is_capital, mark
from stimmung.calls.redaction.name_contexts import (
    ADDRESSED,
    ASKED,
    ASKED_TO_SPELL,
    BEHIND,
    GREETING,
    HERE,
    MEDIUM,
    NOT_A_PERSONS,
    POSSESSED,
    RELATIVE,
    STRONG,
    THIS_IS,
    TITLE,
    WEAK,
)
from stimmung.calls.redaction.name_runs import Context, Run, ends_well, may_be_name, read_name, read_name_before
from stimmung.calls.redaction.name_words import FIRST_NAMES, PARTICLES
from stimmung.calls.redaction.records import Finding
from stimmung.calls.redaction.spelling import Spelled, spelled_in
from stimmung.calls.redaction.tokens import parts_of
from stimmung.speech.engines import NameFinder

SPELLED_NEAR = 14  # words before a spelled word in which its name or "buchstabiert" must be said
ANSWER_LEAD = frozenset(
    """
    ja also aeh aehm oh ok okay klar gerne gern natuerlich selbstverstaendlich moment das ist waere heisst der die the
    it's its it is that's that would be yes yeah sure of course um uh well hi hello hallo so name and und mein my danke
    na gut schoen i'm i am bin ich hier spricht speaking guten tag genau richtig mit auf unter under
    """.split()
)
"""What may be said in an answer before the name."""
UNSURE_TITLES = frozenset("miss doctor doktor familie kollege kollegin kollegen professor".split())
"""Titles that are words too; where nobody writes capitals, no name is read behind them."""
OPENERS = frozenset("ja also hallo hello hi hey tag morgen frau herr herrn is mr mrs ms die der hier yes yeah".split())
OPENING = 40  # words of a voice among which "Müller hier" is a name: later it is "bleib hier"
LONGEST_ALONE = 3  # words
ALONE_NAMES = FIRST_NAMES - ORDINARY
ALONE = frozenset(["it's", "its", "it"])


def find_names(talk: Conversation, model: NameFinder | None = None) -> list[Finding]:
    """Return the names in a conversation, in its order; `model` adds those that it finds."""
    runs = [run for line in talk.lines for run in _in_line(talk, line)]
    runs += [*_answers(talk), *_alone(talk)]
    spelled = list(_spelled(talk, runs))
    seen = _model_runs(talk, model) if model else []
    named = [run.tokens for run in (*runs, *seen)]
    again = repeated(talk, [token for tokens in named for token in tokens], [letters for _, letters in spelled])
    findings = [Finding("NAME", parts_of(run.tokens), "context") for run in runs]
    findings += [Finding("NAME", parts_of(run.tokens), "context") for run, _ in spelled]
    findings += [Finding("NAME", parts_of(run.tokens), "model") for run in seen]
    findings += [Finding("NAME", parts_of((token,)), "context") for token in again]
    return findings


def _in_line(talk: Conversation, line: Line) -> Iterator[Run]:
    introduced = [*_after(talk, line), *_after_weak(talk, line)]
    yield from introduced
    yield from _titled(talk, line)
    yield from _behind(talk, line)
    yield from _here(talk, line)
    named = {run.tokens[0].utterance for run in introduced}
    yield from (run for run in _greeted(talk, line) if run.tokens[0].utterance not in named)
    yield from _thanked(talk, line)
    yield from _full_names(talk, line)


def _after(talk: Conversation, line: Line) -> Iterator[Run]:
    for first, last in line.find(STRONG):
        if first and line.tokens[first - 1].text in NOT_A_PERSONS and not line.pauses(first):
            continue
        if not line.breaks(last) and (run := read_name(talk, Spot(line, last), Context.STRONG)):
            yield run
    for first, last in line.find(MEDIUM):
        things = first and line.tokens[first - 1].text in NOT_A_PERSONS and not line.pauses(first)
        if things or mark(line.tokens[last - 1]) == "?":
            continue  # "city name Boston", "your name?"
        if not line.breaks(last) and (run := read_name(talk, Spot(line, last), Context.MEDIUM)) and ends_well(run):
            yield run
    for _, last in line.find(RELATIVE):
        run = None if line.pauses(last) else read_name(talk, Spot(line, last), Context.WEAK)
        if run and (run.tokens[0].text in FIRST_NAMES or len(run.tokens) > 1):
            yield run


def _after_weak(talk: Conversation, line: Line) -> Iterator[Run]:
    """Read "this is …" and "I'm …", behind which far more than names is said."""
    for first, last in line.find(THIS_IS):
        run = None if line.pauses(last) else read_name(talk, Spot(line, last), Context.WEAK)
        if run and ends_well(run) and (_is_full(talk, run) or _introduces(talk, run, line.tokens[first].text)):
            yield run
    for first, last in line.find(WEAK):
        german = line.tokens[first].text == "im" and line.tokens[first].language != "en"
        run = None if german or line.pauses(last) else read_name(talk, Spot(line, last), Context.WEAK)
        if run and ends_well(run) and (_is_full(talk, run) or _is_english_single(run)):
            yield run


def _is_full(talk: Conversation, run: Run) -> bool:
    """Tell whether a run is a name by itself: a known first name, or two words with capitals."""
    first = run.tokens[0]
    words = [token for token in run.tokens if token.text not in PARTICLES]
    return first.text in FIRST_NAMES or (len(words) > 1 and talk.is_cased(first))


def _introduces(talk: Conversation, run: Run, said: str) -> bool:
    """Tell whether one unknown word after "this is" or "it's" is a name: by its capital, or "speaking" behind it."""
    follower = "" if run.line.pauses(run.last) else run.line.tokens[run.last].text
    if follower in ("speaking", "calling", "here"):
        return True
    written = is_capital(run.tokens[0]) and not run.tokens[0].raw.isupper()
    return said not in ALONE and (written if talk.is_cased(run.tokens[0]) else len(run.tokens[0].text) > 2)


def _is_english_single(run: Run) -> bool:
    """Tell whether "I'm …" is followed by an unknown word that is a name; in German that is too often a trade."""
    before = run.line.tokens[run.first - 1].text
    return before in ("i'm", "am", "im") and len(run.tokens[0].text) > 2 and not run.tokens[0].raw.isupper()


def _titled(talk: Conversation, line: Line) -> Iterator[Run]:
    for first, last in line.find(TITLE):
        if line.pauses(last):
            continue
        title = line.tokens[last - 1]
        owned = first > 0 and line.tokens[first - 1].text in POSSESSED and title.text in ("frau", "kollege", "kollegin")
        sure = talk.is_cased(line.tokens[last]) or not (owned or title.text in UNSURE_TITLES)
        run = read_name(talk, Spot(line, last), Context.MEDIUM) if sure and not mark(title).strip(".") else None
        if run and (not owned or run.tokens[0].text not in ORDINARY):
            yield run


def _behind(talk: Conversation, line: Line) -> Iterator[Run]:
    """Read names before "am Apparat", "mein Name", "speaking", "here"."""
    for first, last in line.find(BEHIND):
        said = line.tokens[last - 1].text
        loose = last - first == 1 or said == "speaking"
        if said == "hier" and first > OPENING:
            continue
        run = read_name_before(talk, line, first, Context.WEAK if loose else Context.MEDIUM)
        if run is None or not (said == "name" or _opens(line, run.first)) or _is_said_next(line, last, said):
            continue
        followed = mark(line.tokens[last - 1]) or line.pauses(last) or line.tokens[last].text in ("von", "aus", "from")
        if not loose or followed:
            yield run


def _is_said_next(line: Line, place: int, said: str) -> bool:
    """Tell whether "mein Name" goes on with "ist": then the name comes behind it."""
    return said == "name" and not line.breaks(place) and line.tokens[place].text in ("ist", "is", "lautet")


def _here(talk: Conversation, line: Line) -> Iterator[Run]:
    """Read "Hier Weber." at the beginning of a call."""
    for first, last in line.find(HERE):
        opens = first < OPENING and _opens(line, first) and not line.pauses(last)
        run = read_name(talk, Spot(line, last), Context.WEAK) if opens else None
        if run and is_capital(run.tokens[0]) and ends_well(run):
            yield run


def _opens(line: Line, place: int) -> bool:
    """Tell whether word `place` begins a sentence, or only a greeting stands before it."""
    if line.pauses(place) or mark(line.tokens[place - 1]):
        return True
    return line.tokens[place - 1].text in OPENERS


def _greeted(talk: Conversation, line: Line) -> Iterator[Run]:
    """Read names beside a greeting: "Guten Tag, Müller.", "Schneider, guten Tag".

    Who says the name otherwise in the same breath names a company there: "Good morning, Fernhill, this is Laura."
    """
    for first, last in line.find(GREETING):
        run = None if line.pauses(last) else read_name(talk, Spot(line, last), Context.WEAK)
        if run and is_capital(run.tokens[0]) and (mark(run.tokens[-1]) or line.pauses(run.last)):
            yield run
        if first and mark(line.tokens[first - 1]) == "," and not line.pauses(first):
            run = read_name_before(talk, line, first, Context.WEAK)
            if run and is_capital(run.tokens[0]) and _opens(line, run.first):
                yield run


def _thanked(talk: Conversation, line: Line) -> Iterator[Run]:
    """Read first names behind thanks, farewells and other short words, as in "Danke, Anna"."""
    for _, last in line.find(ADDRESSED):
        run = None if line.pauses(last) else read_name(talk, Spot(line, last), Context.WEAK)
        known = run is not None and run.tokens[0].text in FIRST_NAMES and is_capital(run.tokens[0])
        if run and known and (mark(run.tokens[-1]) or line.pauses(run.last)):
            yield run


def _full_names(talk: Conversation, line: Line) -> Iterator[Run]:
    """Read a known first name with a capital and a word with a capital that is none of every day, wherever they are."""
    for place in range(len(line.tokens) - 1):
        first, second = line.tokens[place], line.tokens[place + 1]
        if first.text not in FIRST_NAMES or not is_capital(first) or mark(first) or line.pauses(place + 1):
            continue
        named = is_capital(second) and not second.raw.isupper() and may_be_name(second, Context.WEAK, cased=True)
        if named and (run := read_name(talk, Spot(line, place), Context.WEAK)):
            yield run


def _answers(talk: Conversation) -> Iterator[Run]:
    for line in talk.lines:
        for _, last in line.find(ASKED):
            for spot in talk.answers(line.tokens[last - 1]):
                if run := _answer(talk, spot):
                    yield run
                    break


def _answer(talk: Conversation, spot: Spot) -> Run | None:
    """Return the name with which an answer begins: nothing but fillers before it, and a fit word or mark behind it."""
    line, place = spot.line, spot.place
    end = place + talk.length(spot)
    while place < end - 1 and line.tokens[place].text in ANSWER_LEAD:
        place += 1
    if mark(line.tokens[end - 1]) == "?":
        return None
    run = read_name(talk, Spot(line, place), Context.MEDIUM)
    if run is None or not (ends_well(run) or len(run.tokens) > 1):
        return None
    return run if talk.is_cased(line.tokens[spot.place]) or end - run.first <= len(run.tokens) + 4 else None


def _alone(talk: Conversation) -> Iterator[Run]:
    """Yield utterances that are a known first name, and at most two more words that may be names: nothing but a name.

    Where names have capitals, they need one; the question for them may have been lost.
    """
    for first in talk.turns:
        spot = talk.spots[first]
        length = talk.length(spot)
        run = Run(spot.line, spot.place, spot.place + length)
        token = run.tokens[0]
        if length > LONGEST_ALONE or token.text not in ALONE_NAMES or mark(run.tokens[-1]) == "?":
            continue
        cased = talk.is_cased(token)
        if all(may_be_name(one, Context.WEAK, cased) and not mark(one).strip(".") for one in run.tokens):
            yield run


def _spelled(talk: Conversation, runs: Iterable[Run]) -> Iterator[tuple[Run, str]]:
    """Yield what is spelled beside a name, after a question how it is written, or as only names are."""
    named = {token.index for run in runs for token in run.tokens}
    asked = _asked_to_spell(talk)
    for line in talk.lines:
        for spelled in spelled_in(line):
            run = Run(line, spelled.first, spelled.last)
            near = range(line.tokens[spelled.first].index - SPELLED_NEAR, line.tokens[spelled.first].index)
            if not _in_a_number(line, spelled) and (
                any(index in named or index in asked for index in near) or spelled.named > 1 or len(spelled.letters) > 4
            ):
                yield run, spelled.letters


def _asked_to_spell(talk: Conversation) -> set[int]:
    asked: set[int] = set()
    for line in talk.lines:
        for phrase in (ASKED_TO_SPELL, STRONG, ASKED):
            asked |= {line.tokens[last - 1].index for _, last in line.find(phrase)}
    return asked


def _in_a_number(line: Line, spelled: Spelled) -> bool:
    """Tell whether digits stand beside the letters: then they are a part of a number."""
    before, after = spelled.first - 1, spelled.last
    beside = [line.tokens[at] for at in (before, after) if 0 <= at < len(line.tokens)]
    if before >= 0 and line.pauses(spelled.first):
        beside = beside[1:]
    if after < len(line.tokens) and line.pauses(after):
        beside = beside[:-1]
    return any((token.digits and not token.text.isalpha()) or len(token.digits) == 1 for token in beside)


def _model_runs(talk: Conversation, model: NameFinder) -> list[Run]:
    """Return the words in which the model sees names, an utterance at a time, those of every day left out."""
    by_language: dict[str, list[Run]] = {}
    for first in talk.turns:
        spot = talk.spots[first]
        whole = Run(spot.line, spot.place, spot.place + talk.length(spot))
        by_language.setdefault(spot.line.tokens[spot.place].language, []).append(whole)
    found: list[Run] = []
    for language, utterances in by_language.items():
        texts = [" ".join(token.raw for token in whole.tokens) for whole in utterances]
        for whole, spans in zip(utterances, model.find_names(texts, language), strict=True):
            found += [run for run in _words_at(whole, spans) if not all(is_ordinary(t.text, True) for t in run.tokens)]
    return found


def _words_at(whole: Run, spans: Iterable[tuple[int, int]]) -> Iterator[Run]:
    """Yield the words of an utterance that share a character with each span; `spans` come in order."""
    place, start = whole.first, 0
    for begin, end in spans:
        while place < whole.last and start + len(whole.line.tokens[place].raw) <= begin:
            start += len(whole.line.tokens[place].raw) + 1
            place += 1
        last, length = place, start
        while last < whole.last and length < end:
            length += len(whole.line.tokens[last].raw) + 1
            last += 1
        if last > place:
            yield Run(whole.line, place, last)
