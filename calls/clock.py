"""Times of a call as people read them: m:ss."""


def clock(seconds: float) -> str:
    """Return m:ss, or h:mm:ss from the first hour on."""
    minutes, second = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{second:02}" if hours else f"{minutes}:{second:02}"
