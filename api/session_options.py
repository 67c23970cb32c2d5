"""How a live call's session behaves over time; seconds, where nothing else is said."""

from dataclasses import dataclass

from stimmung.speech.settings import ServeSettings


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """What a deployment can choose is in `ServeSettings`; the rest are our choices, with their reasons."""

    capacity: int = 8  # calls at once, as the scheduler has it: so that a handshake can be refused
    partials: bool = True  # whether the words so far may be sent
    start_seconds: float = 10.0  # that a connection may stay without saying what it wants
    resume_seconds: float = 30.0  # that a call waits for its sender, and its last events for being fetched
    silence_warning_seconds: float = 5.0  # without sound
    silence_close_seconds: float = 60.0
    keep_finished_seconds: float = 900.0  # that the analysis of a call that ended can be fetched
    keep_finished_calls: int = 1_000  # that ended
    keep_finished_talk: float = 40 * 3600.0  # of these calls in all: 5.6 kB an utterance, some 5 MB an hour of talk
    metrics_seconds: float = 1.0  # between two `metrics`
    finish_seconds: float = 90.0  # from the end of the sound to the end of the call; then what is not done is given up.
    # Longer than the scheduler's patience with records (60 s).
    unsent_events: int = 256  # that a slow reader may leave; a minute or more of them
    waiting_connections: int = 512  # that have not said what they want; the oldest makes room
    tick_seconds: float = 0.25  # between two looks at the clock


def session_options(settings: ServeSettings, capacity: int) -> SessionOptions:
    """Return the options that a deployment chose; `capacity` is the scheduler's."""
    return SessionOptions(
        capacity=capacity,
        partials=settings.partials,
        start_seconds=settings.start_seconds,
        resume_seconds=settings.resume_seconds,
        silence_warning_seconds=settings.silence_warning_seconds,
        silence_close_seconds=settings.silence_close_seconds,
        keep_finished_seconds=settings.keep_finished_seconds,
    )
