"""How a command ends when something stops it: one line for the user and an exit code, never a traceback."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from stimmung.speech.errors import QueryError, SettingsError, StimmungError

FAILED = 1
USAGE = 2  # also settings that cannot be used, and searches that make no sense
INTERRUPTED = 130  # as shells have it: 128 + SIGINT
PIPE_CLOSED = 141  # 128 + SIGPIPE


@contextmanager
def endings() -> Iterator[None]:
    """Turn what may stop a command into its exit code; stdout is flushed while a closed pipe can still be caught."""
    try:
        yield
        sys.stdout.flush()
    except StimmungError as error:
        _complain(str(error))
        raise typer.Exit(USAGE if isinstance(error, SettingsError | QueryError) else FAILED) from error
    except KeyboardInterrupt as error:
        raise typer.Exit(INTERRUPTED) from error
    except BrokenPipeError as error:  # `stimmung … | head`: the reader has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the interpreter flushes once more at its end
        raise typer.Exit(PIPE_CLOSED) from error
    except OSError as error:  # a full disk behind stdout, an output folder that may not be made
        _complain(f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror))
        raise typer.Exit(FAILED) from error


def _complain(text: str) -> None:
    from stimmung.batch.screen import Screen  # rich is loaded only where something is said

    screen = Screen()
    for line in text.splitlines():
        screen.failure(line)
