"""Numbers of a report as people read them: no more digits than the calls behind them carry."""

import math
from dataclasses import dataclass

from stimmung.calls.report_records import Mean, Share
from stimmung.calls.report_words import Words

HOUR, MINUTE = 3600.0, 60.0
LONG = 10.0  # hours that need no decimals; minutes, too


@dataclass(frozen=True, slots=True)
class Numbers:
    """Writes numbers in a language."""

    words: Words

    def count(self, number: int) -> str:
        """Return `1,204`, in German `1.204`."""
        return f"{number:,}".replace(",", self.words.thousands)

    def decimal(self, number: float, digits: int, sign: bool = False) -> str:
        """Return a number with so many decimals, a plus before it if wanted; what rounds to nothing has no sign."""
        if not math.isfinite(number):
            return self.words["none"]
        rounded = round(number, digits) + 0.0  # of -0.0: 0.0
        text = f"{rounded:{'+' if sign and rounded else ''},.{digits}f}"
        return text.translate(str.maketrans(",.", self.words.thousands + self.words.decimal))

    def hours(self, seconds: float) -> str:
        """Return hours: `3.4`, `212`."""
        hours = seconds / HOUR
        return self.decimal(hours, 0 if hours >= LONG else 1)

    def mood(self, mood: float | None) -> str:
        """Return a mood, -5 to 5: `-1.2`."""
        return self.words["none"] if mood is None else self.decimal(mood, 1, sign=True)

    def percent(self, part: float | None) -> str:
        """Return a part, 0..1, in whole hundredths."""
        if part is None:
            return self.words["none"]
        return f"{self.decimal(100 * part, 0)}\N{NO-BREAK SPACE}%"

    def whole(self, number: float | None) -> str:
        """Return a number without decimals."""
        return self.words["none"] if number is None else self.decimal(number, 0)

    def wait(self, seconds: float | None) -> str:
        """Return `45 s`, `2.5 min`, `12 min`."""
        if seconds is None:
            return self.words["none"]
        if round(seconds) < MINUTE:
            return self.words["seconds"].format(number=self.decimal(seconds, 0))
        minutes = seconds / MINUTE
        whole = minutes >= LONG or math.isclose(minutes, round(minutes))
        return self.words["minutes"].format(number=self.decimal(minutes, 0 if whole else 1))

    def calls(self, number: int) -> str:
        """Return `1 call`, `1,204 calls`."""
        return self.words["one_call"] if number == 1 else self.words["many_calls"].format(count=self.count(number))

    def resting(self, text: str, figure: Mean | Share) -> str:
        """Return the text of a figure with the calls that it rests on: `-1.2 (84)`."""
        return f"{text} ({self.count(figure.calls)})"

    def share(self, share: Share) -> str:
        """Return `12 % (10 of 84)` without the word: `12 % (10/84)`."""
        return f"{self.percent(share.told)} ({self.count(share.count)}/{self.count(share.calls)})"
