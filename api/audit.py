"""Who did what with which call: one log record an act, in a logger of its own that can be kept apart.

The message is one line of JSON, and the record carries the same as `record.audit`. It names people and calls, and the
state that a person chose; never what a caller said, nor what a model made of it.
"""

import json
import logging
from dataclasses import asdict, dataclass
from datetime import datetime

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AuditedAct:
    """One act of a person."""

    action: str
    call_id: str
    by: str
    at: datetime
    chosen: str = ""  # what of several was chosen: the state of an override, what was released


def write_audit(act: AuditedAct) -> None:
    """Log the act at INFO."""
    told = {**asdict(act), "at": act.at.isoformat()}
    logger.info("%s", json.dumps(told), extra={"audit": told})
