"""A redactor that is told what to find: whether anything leaves unredacted is the flow's matter, not detection's."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from stimmung.calls.redaction.records import Bleep, Identifier, Original, Redacted, TextFinding
from stimmung.calls.redaction.tokens import Readings
from stimmung.speech.records import Span, Utterance, Word

MARKS = ".,?!"
DIGITS = {"null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"}
HARMLESS = {"euro"}  # after digits
IN_TEXT = re.compile(r"\+?\d{9,}|(?<=name: ).*")


@dataclass
class ToyRedactor:
    """Takes `names` out, and runs of at least three digits of one speaker, whatever others say between them.

    A run is an IBAN where `konto` is said by anybody up to ten words before it or after it, harmless where `euro`
    follows, and else harmless in recordings and `[NUMBER]` in calls that go on.
    """

    names: frozenset[str] = frozenset({"erika"})
    looked_at: list[Sequence[Utterance]] = field(default_factory=list)  # whatever was ever to be redacted

    def redact(self, utterances: Sequence[Utterance]) -> Redacted:
        """Redact as a recording is."""
        return self._redacted(utterances, unclear=None)

    def redact_live(self, utterances: Sequence[Utterance]) -> Redacted:
        """Redact as a call is that goes on."""
        return self._redacted(utterances, unclear="NUMBER")

    def clear_live(self, utterances: Sequence[Utterance], readings: Readings) -> tuple[Utterance, ...]:
        """Return the utterances of a call that goes on."""
        return self.redact_live(utterances).utterances

    def redact_partial(self, text: str, language: str) -> str:
        """Take out all digits."""
        return " ".join("[NUMBER]" if _plain(word) in DIGITS else word for word in text.split())

    def find_in_text(self, text: str, language: str) -> tuple[TextFinding, ...]:
        """Find nine digits and more, and what is called a name."""
        return tuple(
            TextFinding("PHONE" if one[0][-1].isdigit() else "NAME", one.start(), one.end())
            for one in IN_TEXT.finditer(text)
        )

    def _redacted(self, utterances: Sequence[Utterance], unclear: Identifier | None) -> Redacted:
        self.looked_at.append(utterances)
        kinds = dict(self._kinds(utterances, unclear))
        counts: Counter[str] = Counter()
        clear, bleeps, originals = [], list[Bleep](), []
        for place, one in enumerate(utterances):
            words = _clear(one, {at: kind for (where, at), kind in kinds.items() if where == place})
            found = [(word, kind) for word in words if (kind := _kind_of(word)) is not None]
            counts.update(kind for _, kind in found)
            bleeps += [Bleep(one.channel, Span(word.start, word.end), kind) for word, kind in found]
            originals += [Original(place, one.text, one.words)] if found else []
            clear.append(replace(one, words=words, text=" ".join(word.text for word in words)) if found else one)
        return Redacted(tuple(clear), tuple(bleeps), dict(counts), tuple(originals))

    def _kinds(
        self, utterances: Sequence[Utterance], unclear: Identifier | None
    ) -> Iterator[tuple[tuple[int, int], Identifier]]:
        """Yield the places of words that are parts of identifiers."""
        spoken = [
            (place, at, _plain(word.text)) for place, one in enumerate(utterances) for at, word in enumerate(one.words)
        ]
        yield from (((place, at), "NAME") for place, at, text in spoken if text in self.names)
        for channel in {one.channel for one in utterances}:
            own = [number for number, (place, _, _) in enumerate(spoken) if utterances[place].channel == channel]
            for run in _runs(own, [text in DIGITS for _, _, text in spoken]):
                around = {text for _, _, text in spoken[max(0, run[0] - 10) : run[-1] + 11]}
                following = next((spoken[number][2] for number in own if number > run[-1]), "")
                kind = "IBAN" if "konto" in around else None if following in HARMLESS else unclear
                yield from (((spoken[number][0], spoken[number][1]), kind) for number in run if kind)


def _runs(own: Sequence[int], digits: Sequence[bool]) -> Iterator[list[int]]:
    """Yield the runs of at least three digits among the numbers of one speaker's words."""
    run: list[int] = []
    for number in [*own, None]:
        if number is not None and digits[number]:
            run.append(number)
            continue
        if len(run) >= 3:
            yield run
        run = []


def _clear(one: Utterance, kinds: dict[int, Identifier]) -> tuple[Word, ...]:
    words: list[Word] = []
    for at, word in enumerate(one.words):
        if at not in kinds:
            words.append(word)
        elif at - 1 in kinds and kinds[at - 1] == kinds[at]:
            words[-1] = replace(words[-1], end=word.end)
        else:
            words.append(replace(word, text=f"[{kinds[at]}]"))
    return tuple(words)


def _kind_of(word: Word) -> Identifier | None:
    kinds: dict[str, Identifier] = {"[IBAN]": "IBAN", "[NUMBER]": "NUMBER", "[NAME]": "NAME"}
    return kinds.get(word.text)


def _plain(word: str) -> str:
    return word.strip(MARKS).lower()
