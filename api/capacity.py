"""What this machine is trusted with: how many calls at a time, and how many batches of their sound side by side."""

from stimmung.models.cores import usable_cores
from stimmung.models.registry import device_for
from stimmung.models.scheduling import SchedulerOptions
from stimmung.speech.settings import Settings

CALLS_PER_CORE = 4  # the aim of benchmarks/live.py: 8 two-channel calls on two cores within its bounds of lag


def calls_held(settings: Settings) -> int:
    """Return the calls to admit: `serve.max_calls`, or `CALLS_PER_CORE` for each core that recognition may use."""
    return settings.serve.max_calls or CALLS_PER_CORE * cores_of(settings)


def cores_of(settings: Settings) -> int:
    """Return the cores that recognition may use."""
    return settings.models.threads or usable_cores()


def scheduler_options(settings: Settings) -> SchedulerOptions:
    """Return how calls share the machine: a GPU runs one batch at a time, each core of a processor one of its own."""
    capacity, order = calls_held(settings), settings.serve.order
    if device_for(settings.models) != "cpu":
        return SchedulerOptions(lanes=1, capacity=capacity, order=order)
    # On a core of a processor two windows take nearly twice as long as one: nobody waits there for company.
    return SchedulerOptions(lanes=cores_of(settings), batch_window=0.0, capacity=capacity, order=order)
