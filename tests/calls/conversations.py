"""Calls written down as scripts: a line an utterance, its words spread evenly over it."""

import re
from dataclasses import replace

from stimmung.speech.records import Polarity, Role, TextEmotionScore, Utterance, Word

PARTIES: dict[str, tuple[int, Role]] = {"A": (0, "agent"), "C": (1, "customer"), "X": (2, "unknown")}
LINE = re.compile(r"([ACX]) +([\d.]+) *- *([\d.]+) +(?:\(([-+\d.]+)\) +)?(.*)")
PAUSE = re.compile(r"\[([\d.]+)\]")


def call(script: str, language: str = "de") -> tuple[Utterance, ...]:
    """Return the utterances of lines such as `C 2.0-4.5 (-0.8) das ist [0.7] unmöglich`, ordered by start.

    A, C and X are agent, customer and a third; the number in brackets is the text's score, [0.7] a pause in seconds.
    """
    lines = [line.strip() for line in script.strip().splitlines()]
    found = [_utterance(line, language) for line in lines if line]
    return tuple(sorted(found, key=lambda one: (one.start, one.channel)))


def without_words(utterances: tuple[Utterance, ...]) -> tuple[Utterance, ...]:
    """Return the utterances as a recogniser leaves them that gives no times of words."""
    return tuple(replace(one, words=()) for one in utterances)


def scored(score: float) -> TextEmotionScore:
    """Return a text's score of that mood, -1..1."""
    polarity: Polarity = "negative" if score < -0.3 else "positive" if score > 0.3 else "neutral"
    return TextEmotionScore(polarity, score, {}, {}, {}, calibrated=True)


def _utterance(line: str, language: str) -> Utterance:
    match = LINE.fullmatch(line)
    assert match, line
    channel, role = PARTIES[match[1]]
    start, end, text = float(match[2]), float(match[3]), match[5]
    words = _words(start, end, text)
    mood = scored(float(match[4])) if match[4] else None
    said = " ".join(word.text for word in words)
    return Utterance(channel, role, "", start, end, said, language, 0.9, (), words, text_emotion=mood)


def _words(start: float, end: float, text: str) -> tuple[Word, ...]:
    tokens = text.split()
    pauses = [float(match[1]) for token in tokens if (match := PAUSE.fullmatch(token))]
    count = len(tokens) - len(pauses)
    seconds = (end - start - sum(pauses)) / max(1, count)
    words, now = [], start
    for token in tokens:
        pause = PAUSE.fullmatch(token)
        if not pause:
            words.append(Word(round(now, 6), round(now + seconds, 6), token, 0.9))
        now += float(pause[1]) if pause else seconds
    return tuple(words)
