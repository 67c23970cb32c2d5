"""Loads as a client might bring them back, by hand."""

from live_plan import Heard, Load, Looked, Played


def heard(end: float, own: float = 0.7, channel: int = 1, number: int = 1) -> Heard:
    """Return an utterance of a second that came `own` s after its last sample."""
    return Heard(number, channel, end - 1.0, end, own - 0.1, own, end + own)


def call(track: str, *finals: Heard, began: float = 0.0, sent: float = 90.0, **more: object) -> Played:
    """Return a call that was sent whole."""
    given = {"whole": True, "ended": True, **more}
    return Played(f"{track}-{began:g}", 0, track, began, sent, finals=finals, **given)  # type: ignore[arg-type]  # any


def load(*played: Played, board: tuple[Looked, ...] = ()) -> Load:
    """Return a load of a hundred seconds that took ten of the processor."""
    return Load(100.0, 10.0, (0.001, 0.002), played, board)
