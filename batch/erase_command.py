"""`stimmung erase`: a customer or a call goes, from the database, the disk and every export, and a proof stays."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from stimmung.batch.config_command import CONFIG_OPTION
from stimmung.batch.endings import FAILED, endings
from stimmung.batch.store_arguments import (
    CALL_OPTION,
    CUSTOMER_OPTION,
    DATA_DIR_OPTION,
    JSON_OPTION,
    QUIET_OPTION,
    YES_HELP,
    one_of,
    opened,
    store_settings,
    sure,
)

if TYPE_CHECKING:
    from stimmung.batch.screen import Screen
    from stimmung.batch.store_access import OpenStore, StoreAccess
    from stimmung.store.removal.deletion import Finished
    from stimmung.store.removal.erasure import Erased

COMMAND = "stimmung erase"
EXAMPLES = """Examples:

stimmung erase --customer K-20731

stimmung erase --call 4711 --yes --json

Words, scores, sound, vectors and exported files go, the tables are written anew, and backups that are restored later
forget the same again. What was removed is proven by a record that names nobody.

Exit codes: 0 erased, 1 something is left to you (it says what) or it failed, 2 wrong usage or settings."""


def erase_command(open_store: "OpenStore") -> Callable[..., None]:
    """Return the command over the store that `open_store` opens."""

    def erase(
        customer: Annotated[str | None, CUSTOMER_OPTION] = None,
        call: Annotated[str | None, CALL_OPTION] = None,
        yes: Annotated[bool, typer.Option("--yes", "-y", help=YES_HELP)] = False,
        as_json: Annotated[bool, JSON_OPTION] = False,
        config: Annotated[Path | None, CONFIG_OPTION] = None,
        data_dir: Annotated[Path | None, DATA_DIR_OPTION] = None,
        quiet: Annotated[bool, QUIET_OPTION] = False,
    ) -> None:
        """Erase all that is kept about a customer, or one call, for good."""
        one_of(call, customer)
        with endings():
            from stimmung.batch.screen import Screen

            screen = Screen(quiet)
            loaded = store_settings(config, data_dir)
            with opened(open_store, loaded, screen) as store:
                if not sure(_question(store, customer, call, yes), yes, COMMAND):
                    screen.note("nothing was erased")
                    raise typer.Exit(FAILED)
                erased = store.erase_customer(customer) if customer is not None else store.erase_call(call or "")
            _tell(erased, as_json, ZoneInfo(loaded.settings.timezone), screen)
        raise typer.Exit(FAILED if is_left(erased.finished) else 0)

    return erase


def is_left(finished: "Finished") -> bool:
    """Say whether an erasure leaves something to the operator."""
    return bool(finished.exports_left or finished.undone)


def tell_left(finished: "Finished", screen: "Screen") -> None:
    """Tell what is left to the operator."""
    for path in finished.exports_left:
        screen.failure(f"{path}: an exported file that could not be deleted; delete it yourself")
    for text in finished.undone:
        screen.failure(text)


def _question(store: "StoreAccess", customer: str | None, call: str | None, yes: bool) -> str:
    from stimmung.batch.moments import counted

    if yes:
        return ""
    count = store.count_calls(customer=customer, call_id=call)
    what = f"customer {customer}" if customer is not None else f"call {call}"
    if count == 0:
        return f"Nothing is kept of {what}. Erase it from older backups, should one be restored?"
    held = f"{counted(count, 'call')} of {what}" if customer is not None else what
    return f"Erase {held}, for good and from every export?"


def _tell(erased: "Erased", as_json: bool, timezone: ZoneInfo, screen: "Screen") -> None:
    from stimmung.batch.moments import counted, moment_text
    from stimmung.batch.screen import to_json_text

    proof, finished = erased.proof, erased.finished
    if as_json:
        shown = {**asdict(proof), "at": proof.at.isoformat()}
        left = [str(path) for path in finished.exports_left]
        screen.result(to_json_text({"proof": shown, "exports_left": left, "undone": list(finished.undone)}))
    else:
        counts = (
            counted(proof.calls, "call"),
            counted(proof.utterances, "utterance"),
            counted(proof.recordings, "recording"),
            counted(proof.exports, "exported file"),
        )
        gone = f" ({proof.exports_missing} gone already)" if proof.exports_missing else ""
        screen.result(f"erased: {', '.join(counts)}{gone}\n" if proof.calls or proof.exports else "nothing was kept\n")
        screen.result(f"proof {proof.erasure_id} of {moment_text(proof.at, timezone)}\n")
    tell_left(finished, screen)
