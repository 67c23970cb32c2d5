"""Who looked at the words of a call as they were said: one log record a look, in a logger of its own.

The message is one line of JSON, and the record carries the same as `record.audit`, as the service's do. It names a
person and a recording, never what was said. Whoever keeps calls in a store hands in a function that writes it there.
"""

import getpass
import json
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Look:
    """A look at a call; `at` is aware, `path` names the recording as outputs do, without identifiers."""

    action: Literal["look_unredacted"]
    path: str
    by: str
    at: datetime


Audit = Callable[[Look], None]


def audit(look: Look) -> None:
    """Log the look at INFO."""
    told = {**asdict(look), "at": look.at.isoformat()}
    logger.info("%s", json.dumps(told), extra={"audit": told})


def unredacted_look(path: str) -> Look:
    """Return that the user who runs this process looks at a call now."""
    return Look("look_unredacted", path, user(), datetime.now(UTC))


def user() -> str:
    """Return the name of the user who runs this process, empty where the system knows none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an id without an account, as in containers
        return ""
