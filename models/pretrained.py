"""What loading any transformers model needs: the device to put it on, and silence on the screen meanwhile."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from stimmung.speech.settings import ModelSettings

logger = logging.getLogger(__name__)


def device_for(settings: ModelSettings, what: str) -> torch.device:
    """Return where a model runs; `what` is how a warning calls it where this PyTorch sees no GPU."""
    if settings.device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if settings.device == "cuda" and not torch.cuda.is_available():  # the CPU build of PyTorch beside a GPU
        logger.warning("this build of PyTorch sees no GPU: the %s runs on the processor", what)
        return torch.device("cpu")
    return torch.device(settings.device)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers' bars and load reports off the screen; what matters comes as an error."""
    from transformers.utils import logging as reports

    level, bars = reports.get_verbosity(), reports.is_progress_bar_enabled()
    reports.set_verbosity_error()
    reports.disable_progress_bar()
    try:
        yield
    finally:
        reports.set_verbosity(level)
        if bars:
            reports.enable_progress_bar()
