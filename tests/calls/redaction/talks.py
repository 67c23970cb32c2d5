"""Calls in a line a turn for tests: who says what, and what of it is found."""

from collections.abc import Sequence

from stimmung.calls.redaction.people import find_people
from stimmung.calls.redaction.records import Finding, Identifier
from stimmung.calls.redaction.tokens import read_utterances
from stimmung.speech.engines import NameFinder
from stimmung.speech.records import Role, Utterance, Word

SPEAKERS: dict[str, tuple[int, Role]] = {"a": (0, "agent"), "c": (1, "customer"), "x": (0, "unknown")}
SECONDS_PER_WORD = 0.35


def talk(*turns: str, language: str = "de") -> list[Utterance]:
    """Return utterances from turns such as `a: Wie ist Ihr Name?`; `x`: nobody knows who speaks."""
    said, time = [], 0.0
    for turn in turns:
        who, _, text = turn.partition(": ")
        words = []
        for word in text.split():
            words.append(Word(time, time + 0.3, word, 0.9))
            time += SECONDS_PER_WORD
        channel, role = SPEAKERS[who]
        start, end = (words[0].start, words[-1].end) if words else (time, time)
        said.append(Utterance(channel, role, "", start, end, text, language, 0.9, (), tuple(words)))
        time += 0.4
    return said


def quoted(utterances: Sequence[Utterance], findings: Sequence[Finding]) -> list[str]:
    """Return what was found, without the marks around it, in the order in which it was said."""
    texts = []
    for finding in sorted(findings, key=lambda one: (utterances[one.parts[0].utterance].start, one.parts[0].first)):
        groups = [utterances[part.utterance].words[part.first : part.last] for part in finding.parts]
        texts.append(" ".join(word.text for group in groups for word in group).strip(" .,?!:;"))
    return texts


def found(kind: Identifier, *turns: str, language: str = "de", names: NameFinder | None = None) -> list[str]:
    """Return what of one kind is found in a call."""
    utterances = talk(*turns, language=language)
    findings = find_people(read_utterances(utterances), names)
    return quoted(utterances, [finding for finding in findings if finding.kind == kind])
