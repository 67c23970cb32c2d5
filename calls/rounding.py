"""Numbers as JSON has them: plain floats, numpy's own made plain, rounded to what they are worth."""

TIME_DIGITS = 3  # times to the millisecond
PROBABILITY_DIGITS = 4
RATE_DIGITS = 2  # moods from -5 to 5, words a minute, syllables a second
LEVEL_DIGITS = 1  # dB


def seconds(value: float) -> float:
    """Return a time to the millisecond."""
    return round(float(value), TIME_DIGITS)


def probability(value: float) -> float:
    """Return a probability, or a score made of some."""
    return round(float(value), PROBABILITY_DIGITS)


def rate(value: float) -> float:
    """Return a mood or a rate."""
    return round(float(value), RATE_DIGITS)


def level(value: float) -> float:
    """Return a loudness, dB."""
    return round(float(value), LEVEL_DIGITS)
