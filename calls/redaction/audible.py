"""What stays audible near a number: speech that clearly is other words.

A recogniser writes nothing of whole answers, and makes words of letters and digits ("er" of R, "hier" of vier). So near
a number, and behind a question for one, whatever sounds is bleeped unless words were written for it that make sense: a
bleep more is better than a digit.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from stimmung.calls.redaction.common_words import is_ordinary
from stimmung.calls.redaction.covering import Numbers
from stimmung.calls.redaction.naming_words import NUMBER_NOUNS, STRONG
from stimmung.calls.redaction.records import Finding, Identifier
from stimmung.calls.redaction.spelling import ALPHABET, AS_IN
from stimmung.calls.redaction.spoken import word_digits
from stimmung.calls.redaction.tokens import CORE, Stream, fold
from stimmung.speech.records import Utterance, Word

# Types that are said in digits or letters, which recognisers mishear as words.
SPELLED: frozenset[Identifier] = frozenset(
    ("CARD", "IBAN", "TAX_ID", "INSURANCE_ID", "PHONE", "CUSTOMER_NUMBER", "SECRET", "NUMBER", "EMAIL")
)
BEFORE = 8.0  # s before a number in which its beginning may have been said
BEHIND = 12.0  # s behind it in which it may go on or be read back
ASKED = 30.0  # s behind a question for a number, or its announcement, in which it may be said
PERSONAL = 15.0  # s behind a word that asks who somebody is or where, or for what only they know
ANSWERED = 20.0  # s behind any question, in which an answer may be that nobody wrote a word of
SILENCE = 3.0  # s without a word of anybody, in which whatever sounds may be anything
NOBODY = 30.0  # s further, while nobody says a word that makes sense
LEAST_DIGITS = 2  # in a row that nothing makes harmless: somebody may be reading a number out
SENTENCE = 4  # words from which on an utterance may be a sentence
SENSIBLE = 0.7  # share of them that are words of every day
SURE = 0.8  # probability of a word that it was understood
UNSURE = 0.5
LONG_WORD = 4  # letters
RUN = 3  # sensible words in a row beside a number that stay
ANNOUNCED = 10  # words before a number among which "is" or "number" announces it: from there on it may have begun
BREATH = 2.5  # s between two utterances of a voice that may be one
LINKS = frozenset(
    """ist sind waere war lautet lauten steht heisst hab habe wiederhole is are was says say it's its that's thats have
    got repeat""".split()
)
# Where marks are missing, these tell a question, or somebody who wants to be told something.
QUESTIONS = frozenset(
    """wie was wer wo welche welcher welches welchen welchem nennen lesen sagen geben buchstabieren durchgeben
    what which who how tell give read spell""".split()
)
SPELLING = AS_IN | {"of", "fuer", "in", "4", "vier"}  # between a letter and the word that it begins, as it is heard
# Words that are an utterance by themselves.
ALONE = frozenset(
    """ja jo jap jep genau okay ok gut richtig korrekt danke dank vielen bitte gerne gern mhm hm hmm aha moment
    augenblick sekunde also so weiter und dann alles klar stimmt notiert verstanden wunderbar super perfekt prima
    yes yeah yep yup okay right alright sure thanks thank you perfect great lovely wonderful moment second sorry pardon
    please go on ahead then brilliant cheers correct mm-hmm mm uh-huh of course and""".split()
)


# What is no number and yet identifies somebody, as it is called and, of e-mail addresses, as it is heard.
ASKED_FOR: Mapping[Identifier, re.Pattern[str]] = MappingProxyType(
    {
        "EMAIL": re.compile(r"e-?(?:mail|mael|melie|mie|meil).*|(?:e-?)?m(?:ai|ei|y)l-?adress.*|klammera.*|.*.punkt.*"),
        "ADDRESS": re.compile("(?:.*adresse|anschrift|postleitzahl|plz|hausnummer|post-?code|zip-?code|address)n?"),
        "BIRTH_DATE": re.compile("geburts(?:datum|tag)|geboren|birth(?:day|date)?|born|dob"),
        "SECRET": re.compile(".*(?:passwort|kennwort|codewort|password|passcode|passphrase)|pin|puk|tan|cvv|cvc"),
        "NAME": re.compile("(?:vor|nach|zu|familien|geburts)?name[ns]?|surname"),
    }
)


@dataclass(frozen=True, slots=True)
class Near:
    """A stretch of time, s in the call, in which a number of this type is said or may be said.

    `words`: words that make no sense there are doubted, too, and not only what has none.
    """

    start: float
    end: float
    kind: Identifier
    words: bool = True


def near_numbers(
    numbers: Numbers, findings: Iterable[Finding], asked: Iterable[Near], left: Sequence[Finding] = ()
) -> tuple[Near, ...]:
    """Return where numbers are said: around what was found and around digits, behind words that name numbers.

    And where anything may be said that no words were written for.
    `left` are numbers that may be heard.
    """
    near = [*asked, *_around_findings(numbers.stream, findings), *_around_digits(numbers, words_in(left))]
    may_be_heard = {one.kind for one in left}
    for naming in numbers.namings:
        if naming.strength != "other" and naming.kind not in may_be_heard:
            end = numbers.stream.tokens[naming.last - 1].end
            near.append(Near(end, end + ASKED, naming.kind or "NUMBER", words=False))
    return (*near, *_unwritten(numbers.stream))


def _around_findings(stream: Stream, findings: Iterable[Finding]) -> Iterator[Near]:
    for finding in findings:
        if finding.kind in SPELLED:
            for part in finding.parts:
                first = stream.spans[part.utterance][0]
                begin, end = stream.tokens[first + part.first].start, stream.tokens[first + part.last - 1].end
                yield Near(begin - BEFORE, end + BEHIND, finding.kind)


def _around_digits(numbers: Numbers, heard: set[tuple[int, int]]) -> Iterator[Near]:
    """Yield the surroundings of digits that nothing makes harmless, but for words that may be `heard`."""
    tokens = numbers.stream.tokens
    for run in numbers.runs:
        token = tokens[run.first]
        is_number = not run.shape or numbers.sayings[run.utterance].is_bare
        if len(run.digits) >= LEAST_DIGITS and is_number and (token.utterance, token.word) not in heard:
            yield Near(token.start - BEFORE, tokens[run.last - 1].end + BEHIND, "NUMBER")


def _unwritten(stream: Stream) -> Iterator[Near]:
    """Yield where something may be said that nobody wrote, nor redacted: behind questions and in long silences."""
    until = 0.0
    for token in sorted(stream.tokens, key=lambda token: token.start):
        if token.start - until >= SILENCE:
            yield Near(until, token.start, "NUMBER", words=False)
        personal = next((kind for kind, pattern in ASKED_FOR.items() if pattern.fullmatch(token.text)), None)
        if personal is not None:
            yield Near(token.end, token.end + PERSONAL, personal)
        if "?" in token.mark or token.text in QUESTIONS:
            yield Near(token.end, token.end + ANSWERED, "NUMBER", words=False)
        until = max(until, token.end)
    yield Near(until, until + SILENCE, "NUMBER", words=False)


def doubtful_words(
    utterances: Sequence[Utterance], taken: Iterable[tuple[int, int]], near: Iterable[Near]
) -> Mapping[tuple[int, int], Identifier]:
    """Return the words near numbers, (utterance, word), that may be part of one; `taken` are known to be."""
    gone: dict[int, set[int]] = {}
    for place, word in taken:
        gone.setdefault(place, set()).add(word)
    joined = joined_near(one for one in near if one.words)
    doubtful: dict[tuple[int, int], Identifier] = {}
    last: dict[int, int] = {}  # by channel: the utterance before
    for place in sorted(range(len(utterances)), key=lambda place: utterances[place].start):
        utterance = utterances[place]
        kind = next((one.kind for one in joined if one.start < utterance.end and utterance.start < one.end), None)
        if kind is not None:
            own = gone.get(place, set())
            stays = own.union(_sensible(utterance.words, own))
            doubtful.update({(place, word): kind for word in range(len(utterance.words)) if word not in stays})
            before = last.get(utterance.channel)
            for one, word in _announced(utterances, before, place, own):
                doubtful[one, word] = kind
        last[utterance.channel] = place
    return {word: kind for word, kind in doubtful.items() if word[1] not in gone.get(word[0], ())}


def _announced(
    utterances: Sequence[Utterance], before: int | None, place: int, taken: set[int]
) -> Iterator[tuple[int, int]]:
    """Yield the words between what announces a number and its first digits: "it says chief of tango, 27"."""
    words = utterances[place].words
    first = next((word for word in range(len(words)) if word in taken or _has_digit(words[word])), None)
    if first is None:
        return
    places = [(place, word) for word in range(first)]
    if before is not None and _goes_on(utterances[before], utterances[place]):
        places = [(before, word) for word in range(len(utterances[before].words))] + places
    near = places[-ANNOUNCED:]
    bare = [_bare(utterances[one].words[word]) for one, word in near]
    link = next((at for at, text in enumerate(bare) if text in LINKS or text in NUMBER_NOUNS or text in STRONG), None)
    if link is not None:
        yield from (one for one, text in zip(near[link + 1 :], bare[link + 1 :], strict=True) if text not in LINKS)


def _goes_on(before: Utterance, utterance: Utterance) -> bool:
    """Tell whether two utterances of a channel may be one sentence; a question is another speaker's."""
    return utterance.start - before.end <= BREATH and not before.text.rstrip().endswith("?")


def words_in(findings: Iterable[Finding]) -> set[tuple[int, int]]:
    """Return the words of findings, (utterance, word)."""
    return {(part.utterance, word) for one in findings for part in one.parts for word in range(part.first, part.last)}


def joined_near(near: Iterable[Near]) -> list[Near]:
    """Return stretches in their order, those that touch as one."""
    joined: list[Near] = []
    for one in sorted(near, key=lambda one: one.start):
        if joined and one.start <= joined[-1].end:
            joined[-1] = replace(joined[-1], end=max(joined[-1].end, one.end))
        else:
            joined.append(one)
    return joined


def _sensible(words: Sequence[Word], taken: set[int]) -> Iterator[int]:
    """Yield the places of the words that clearly are words."""
    spelled = set(_spelled(words))
    kept = [place for place in range(len(words)) if place not in taken and place not in spelled]
    kept = [place for place in kept if not _is_beside(words, place, taken)]
    good = {place for place in kept if _is_sensible(words[place])}
    if not taken and len(kept) >= SENTENCE and len(good) >= SENSIBLE * len(kept):
        yield from (place for place in kept if place in good or words[place].probability >= UNSURE)
        return
    for run in _runs(kept, good):
        sure = sum(words[place].probability for place in run) / len(run) >= UNSURE
        if sure and (len(run) >= RUN or all(_bare(words[place]) in ALONE for place in run)):
            yield from run


def _is_beside(words: Sequence[Word], place: int, taken: set[int]) -> bool:
    """Tell whether an unsure word touches a number: part of that may be in it."""
    return words[place].probability < UNSURE and bool(taken & {place - 1, place + 1})


def _spelled(words: Sequence[Word]) -> Iterator[int]:
    """Yield words of the spelling alphabets, and before them what was heard of the letters: "chief of tango"."""
    for place, word in enumerate(words):
        if _bare(word) in ALPHABET:
            linked = place > 0 and _bare(words[place - 1]) in SPELLING
            yield from range(max(0, place - 2) if linked else place, place + 1)


def _runs(kept: Sequence[int], good: set[int]) -> Iterator[list[int]]:
    run: list[int] = []
    for place in kept:
        if run and (place not in good or place != run[-1] + 1):
            yield run
            run = []
        if place in good:
            run.append(place)
    if run:
        yield run


def _is_sensible(word: Word) -> bool:
    bare = _bare(word)
    if not bare or _has_digit(word) or word_digits(bare):
        return False
    spelled = "-" in bare and any(len(piece) == 1 for piece in bare.split("-"))  # Q-Faqubek
    sure = word.probability >= SURE and len(bare) >= LONG_WORD and not spelled
    return sure or is_ordinary(bare) or bare in ALONE


def _bare(word: Word) -> str:
    parted = CORE.match(word.text)
    return fold(parted["core"]) if parted else ""


def _has_digit(word: Word) -> bool:
    return any(sign.isdecimal() for sign in word.text)
