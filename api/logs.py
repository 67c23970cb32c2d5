"""What the server logs and where: one line each on stderr, requests without what stands after `?` in their address."""

import logging
from typing import Any

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class WithoutQuery(logging.Filter):
    """Cuts queries off the addresses in uvicorn's lines: a client may have put a key there, which works nowhere."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every line pass."""
        if isinstance(record.args, tuple):
            record.args = tuple(_without_query(part) for part in record.args)
        return True


def _without_query(part: object) -> object:
    return part.partition("?")[0] if isinstance(part, str) and part.startswith("/") else part


def log_config(*, access: bool) -> dict[str, Any]:  # Any: the schema of logging.config
    """Return the configuration; without `access` uvicorn says only what went wrong."""
    level = "INFO" if access else "WARNING"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": FORMAT}},
        "filters": {"without_query": {"()": WithoutQuery}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without_query"]},
        },
        "loggers": {
            "stimmung": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
            "uvicorn": {"handlers": ["stderr"], "level": level, "propagate": False},
        },
        "root": {"handlers": ["stderr"], "level": "WARNING"},
    }
