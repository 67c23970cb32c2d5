"""Runs and workers as programs of their own, with engines that hear noise as words, to be killed by tests."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from tests.calls.toy_redaction import ToyRedactor

from stimmung.batch.endings import FAILED
from stimmung.batch.overnight.one_call import Tools
from stimmung.batch.overnight.running import RunRequest, run_batch
from stimmung.batch.overnight.work_order import WorkOrder
from stimmung.batch.overnight.worker_main import _lines, work
from stimmung.batch.overnight.worker_process import RealWorker
from stimmung.batch.screen import Screen
from stimmung.batch.store_arguments import open_real_store
from stimmung.calls.analysis import Instructions, analyze_audio
from stimmung.calls.kept_sound import redacted_opus
from stimmung.speech.errors import AudioError, StoreError
from stimmung.speech.fakes import fake_engines
from stimmung.speech.records import Audio
from stimmung.speech.settings import Settings
from stimmung.store.pace import pause

ROOT = Path(__file__).resolve().parents[3]
LISTENING = 0.3  # s a recording, so that there is something to kill
PIDS = "pids"  # file beside the recordings' folder, a line for each worker that was started
HEARD = "heard"  # another one, a line for each recording that was listened to


def program(role: str, *words: str) -> list[str]:
    """Return the command of a run or a worker."""
    start = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from tests.batch.overnight import toy_run; toy_run.{role}()"
    )
    return [sys.executable, "-c", start, *words]


def toy_tools(_settings: Settings, _at_once: int) -> Tools:
    """Return tools that take every file for noise of its own; `bad` are no sound, `fatal` end the process."""
    return Tools(_decode, analyze_audio, redacted_opus, fake_engines(), Instructions(ToyRedactor()))


def run() -> None:
    """Do a run over a folder: FOLDER DATA_DIR CONFIG."""
    folder, data_dir, config = (Path(word) for word in sys.argv[1:4])
    from stimmung.speech.settings_sources import Given

    request = RunRequest(
        places=(str(folder),),
        config=config,
        options=(Given("store.data_dir", str(data_dir), "--data-dir"),),
        as_json=True,
        textfile=config.parent / "stimmung.prom",
    )
    try:
        code = run_batch(request, open_real_store, _starting(config.parent / PIDS), Screen())
    except StoreError as error:
        sys.stderr.write(f"{error}\n")
        code = FAILED
    sys.exit(code)


def worker() -> None:
    """Work as standard input says."""
    code = work(_lines(), toy_tools, open_real_store)
    os._exit(code)


def _starting(pids: Path) -> Callable[[WorkOrder, Callable[[str], None]], RealWorker]:
    def start(order: WorkOrder, tell: Callable[[str], None]) -> RealWorker:
        one = RealWorker(order, tell, program("worker"))
        with pids.open("a") as file:
            file.write(f"{one.pid}\n")
        return one

    return start


def _decode(files: Sequence[Path]) -> Audio:
    with (files[0].parent.parent / HEARD).open("a") as heard:
        heard.write(f"{files[0].stem}\n")
    pause(LISTENING)
    if "bad" in files[0].name:
        raise AudioError(f"{files[0]}: holds no sound; check the recorder")
    if "fatal" in files[0].name:
        os.kill(os.getpid(), 9)
    seed = int.from_bytes(files[0].read_bytes()[:8])
    return Audio(np.random.default_rng(seed).normal(0, 0.2, (1, 32_000)).astype(np.float32))
