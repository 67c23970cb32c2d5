"""Why a recording could not be done, as the table keeps it: what may be over by itself, and what will not."""

from stimmung.batch.overnight.fetching import SourceError
from stimmung.speech.errors import AudioError, CallInfoError, SettingsError, StimmungError, StoreError, WeightsError
from stimmung.store.jobs.records import Failure
from stimmung.store.lasting import LastingError

NO_MEMORY = "out of memory"  # as CUDA, CTranslate2 and PyTorch say it
LASTING = (AudioError, CallInfoError, SettingsError, WeightsError, LastingError)


def failure_of(error: Exception, seconds: float) -> Failure:
    """Return why; `seconds` of work were done in vain.

    The text of what nobody foresaw may hold words of the call: only its name is kept.
    """
    kind = type(error).__name__
    if isinstance(error, SourceError):
        return Failure("SourceGone" if error.gone else "SourceAway", str(error), heals=not error.gone, seconds=seconds)
    if isinstance(error, LASTING):
        return Failure(kind, str(error), seconds=seconds)
    if isinstance(error, StoreError):
        return Failure(kind, str(error), heals=True, seconds=seconds)
    if isinstance(error, StimmungError):
        return Failure(kind, str(error), seconds=seconds)
    if isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and NO_MEMORY in str(error).lower()):
        return Failure("OutOfMemory", "there was not enough memory for it", heals=True, seconds=seconds)
    if isinstance(error, OSError):  # a full disk, a folder of results that is away
        return Failure("OSError", error.strerror or kind, heals=True, seconds=seconds)
    return Failure(kind, f"stopped by an unforeseen {kind}", seconds=seconds)
