"""How many calls this machine is trusted to hear at a time: what the settings say, else so many for each core."""

from stimmung.models.cores import usable_cores
from stimmung.speech.settings import Settings

CALLS_PER_CORE = 4  # the aim of benchmarks/live.py: 8 two-channel calls on two cores within its bounds of lag


def calls_held(settings: Settings) -> int:
    """Return the calls to admit: `serve.max_calls`, or `CALLS_PER_CORE` for each core that recognition may use."""
    return settings.serve.max_calls or CALLS_PER_CORE * (settings.models.threads or usable_cores())
