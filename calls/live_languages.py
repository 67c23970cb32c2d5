"""The language of a live call: voted on by its first windows, then certain."""

from collections.abc import Mapping
from dataclasses import replace

from stimmung.speech.engines import Answer, Ask, TranscriptionOptions

ENOUGH = 20.0  # s of heard windows: a recording asks its four longest, of 14 s at most


class Languages:
    """Adds the votes up. While nothing is certain each window is read in what has most votes until then."""

    def __init__(self, options: TranscriptionOptions) -> None:
        self._options = options
        self._seconds = 0.0
        self.votes: Mapping[str, float] = {}  # by language

    @property
    def certain(self) -> bool:
        return len(self._options.languages) == 1 or self._seconds >= ENOUGH

    @property
    def decided(self) -> TranscriptionOptions:
        """Return the options with the language that has most votes by now, if there are any."""
        if not self.votes:
            return self._options
        best = max(self._options.languages, key=lambda language: self.votes.get(language, 0.0))
        return replace(self._options, languages=(best,))

    @property
    def options(self) -> TranscriptionOptions:
        """Return how the next window is to be heard: without another vote once the language is certain."""
        return self.decided if self.certain else self._options

    def add(self, ask: Ask, answer: Answer) -> None:
        """Take in the votes of an answer; those of answers that cross each other add up."""
        if self.certain:
            return
        new = {one: votes - ask.votes.get(one, 0.0) for one, votes in answer.votes.items()}
        self.votes = {one: self.votes.get(one, 0.0) + new.get(one, 0.0) for one in {**self.votes, **new}}
        self._seconds += ask.window.duration
