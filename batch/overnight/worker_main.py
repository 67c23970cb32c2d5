"""The process of a worker, as `python -m stimmung.batch.overnight.worker_main`; `stimmung batch run` starts it.

It ends by itself when whoever started it is gone: what it has in hand is finished, nothing new is begun.
"""

import io
import logging
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from stimmung.batch.cli import NO_TELEMETRY
from stimmung.batch.keeping import Keeper
from stimmung.batch.overnight.one_call import OneCall, Tools
from stimmung.batch.overnight.orders import Orders
from stimmung.batch.overnight.room import SoundRoom
from stimmung.batch.overnight.work_order import WorkOrder, read_order
from stimmung.batch.overnight.worker import Ending, Limits, Worker
from stimmung.batch.store_access import Opening, OpenStore
from stimmung.batch.store_arguments import open_real_store
from stimmung.speech.errors import SettingsError, StimmungError, WeightsError
from stimmung.speech.settings import Settings

WORN = 10  # exit code of a worker that has done enough; another one takes over
UNFIT = 2  # another one would fail of the same
FAILED = 1
STATM = Path("/proc/self/statm")
CODES: dict[Ending, int] = {"finished": 0, "stopped": 0, "worn": WORN}
MakeTools = Callable[[Settings, int], Tools]  # for so many recordings at once


def real_tools(settings: Settings, at_once: int) -> Tools:
    """Load the models that the settings name. Raises WeightsError and SettingsError."""
    from stimmung.calls.analysis import Instructions, analyze_audio
    from stimmung.calls.distress import DistressJudge
    from stimmung.calls.kept_sound import redacted_opus
    from stimmung.calls.policy import deployment_of
    from stimmung.calls.redactor_settings import redactor_of
    from stimmung.models.registry import build_engines
    from stimmung.speech.decode import decode
    from stimmung.speech.engines import TranscriptionOptions

    engines = build_engines(settings, side_by_side=at_once)
    options = TranscriptionOptions(
        languages=settings.languages, beam_size=settings.models.beam_size, hotwords=settings.models.hotwords
    )
    redactor = redactor_of(settings.redaction, engines.names)
    instructions = Instructions(redactor, options, deployment_of(settings.policy), DistressJudge.load())
    return Tools(decode, analyze_audio, redacted_opus, engines, instructions)


def main() -> None:
    """Work as standard input says, and end the process."""
    for name, value in NO_TELEMETRY.items():
        os.environ.setdefault(name, value)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    code = work(_lines(), real_tools, open_real_store)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # a thread may be in the middle of a window whose recording was given back


def work(lines: Iterator[str], make_tools: MakeTools, open_store: OpenStore) -> int:
    """Do what the first line says until a later one says otherwise; return the exit code."""
    order = read_order(next(lines))
    orders = Orders()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the run, which gives orders
    # Not in the handler itself: it may interrupt whoever holds the lock that an order needs.
    signal.signal(signal.SIGTERM, lambda _number, _frame: threading.Thread(target=orders.give, args=("stop",)).start())
    threading.Thread(target=orders.follow, args=(lines,), name="orders", daemon=True).start()
    try:
        return CODES[_work(order, orders, make_tools, open_store)]
    except (SettingsError, WeightsError) as error:
        logging.getLogger(__name__).error("%s", error)
        return UNFIT
    except StimmungError as error:
        logging.getLogger(__name__).error("%s", error)
        return FAILED


def _work(order: WorkOrder, orders: Orders, make_tools: MakeTools, open_store: OpenStore) -> Ending:
    if order.nice:
        os.nice(order.nice)
    settings = order.load().settings
    batch = settings.batch
    at_once = batch.at_once or _cores() + 1
    with open_store(settings, logging.getLogger(__name__).warning, Opening(make=True)) as store:
        tools = make_tools(settings, at_once)
        room = SoundRoom(batch.sound_hours * 3600)
        do = OneCall(store.jobs, Keeper(store, settings), tools, room, order.results)
        limits = Limits(at_once, batch.recycle_recordings, batch.recycle_mb << 20)
        ending = Worker(order.name, order.batch, store.jobs, do, orders, limits, used_memory).run()
        if ending != "stopped":
            store.finding.tend()
    return ending


def used_memory() -> int:
    """Return the bytes of memory that this process uses; where the system does not say, the most that it ever did."""
    try:
        return int(STATM.read_text().split()[1]) * resource.getpagesize()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _cores() -> int:
    from stimmung.models.cores import usable_cores

    return usable_cores()


def _lines() -> Iterator[str]:
    """Yield the lines of standard input, unbuffered: a thread that waits in a buffer's lock cannot be left behind."""
    with io.FileIO(0, closefd=False) as raw:
        while line := raw.readline():
            yield line.decode()


if __name__ == "__main__":
    main()
