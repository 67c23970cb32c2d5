"""Plays recordings to `stimmung serve` as calls that happen now, all at once, and shows what it says about them."""

import asyncio
import re
import signal
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType

from stimmung.batch.endings import FAILED, INTERRUPTED
from stimmung.batch.live_board import rankings
from stimmung.batch.live_client import CallClient, OutgoingCall, SendOptions, Time
from stimmung.batch.live_endpoint import Endpoint, endpoint_of
from stimmung.batch.live_messages import LiveMessage
from stimmung.batch.live_outcome import Outcome
from stimmung.batch.live_show import JsonShow, LinesShow, ScreenShow, Show
from stimmung.batch.live_sound import read_sound
from stimmung.batch.live_state import LiveState, named_calls
from stimmung.batch.outputs import file_stems
from stimmung.batch.recording_info import recording_info
from stimmung.batch.screen import Screen
from stimmung.calls.analysis import Recording
from stimmung.speech.callinfo import call_info_to_json
from stimmung.speech.errors import AudioError, CallInfoError
from stimmung.speech.rawformat import parse_raw_format
from stimmung.speech.settings_sources import Given, LoadedSettings, load_settings

DONE = 0
ID_LENGTH = 120  # the server takes 128, and a number may be put behind it


@dataclass(frozen=True, slots=True)
class LiveRequest:
    """What the user asked for, as the options say it."""

    recordings: tuple[Recording, ...]
    url: str | None
    options: tuple[Given, ...]  # settings that were given as options
    config: Path | None
    info: Mapping[str, object]  # of every call: CallInfo's keys, over the sidecar's
    sample_rate: int  # Hz, of what is sent
    sending: SendOptions
    as_json: bool


@dataclass(frozen=True, slots=True)
class Stage:
    """All that the calls of one run share."""

    endpoint: Endpoint
    sending: SendOptions
    state: LiveState
    show: Show
    clock: Time


def run_live(request: LiveRequest, screen: Screen, clock: Time | None = None) -> int:
    """Play the recordings at once; return the exit code: 0, 1 where a call failed or was refused, 130 after Ctrl-C.

    Raises SettingsError for settings that cannot be used, and where no key can be found.
    """
    loaded = load_settings(request.config, request.options)
    endpoint = endpoint_of(request.url, loaded.settings.serve)
    if endpoint.is_open_on_the_way:
        screen.note(f"{endpoint.url}: key and calls travel unencrypted; another machine is better reached by wss://")
    calls = _calls(request, loaded, screen)
    if not calls:
        return FAILED
    state = named_calls((call.name, call.call_id, roles_of(call)) for call in calls)
    time = clock or Time()
    began = time.now()
    show = _show(request, state, screen, lambda: (time.now() - began) * request.sending.speed)
    stop = asyncio.Event()
    try:
        outcomes = asyncio.run(_play(calls, Stage(endpoint, request.sending, state, show, time), stop))
    except asyncio.CancelledError:  # by a second Ctrl-C
        return INTERRUPTED
    _report(calls, outcomes, screen)
    if stop.is_set():
        return INTERRUPTED
    good = len(calls) == len(request.recordings) and all(one.status == "ended" for one in outcomes)
    return DONE if good else FAILED


def _calls(request: LiveRequest, loaded: LoadedSettings, screen: Screen) -> list[OutgoingCall]:
    """Return the calls that can be sent; what is wrong with the others is told."""
    calls = []
    names = file_stems([recording.files[0] for recording in request.recordings])
    for recording, name in zip(request.recordings, names, strict=True):
        file = recording.files[0]
        try:
            raw = parse_raw_format(recording.raw_format) if recording.raw_format else None
            info = recording_info(recording, loaded, request.info)
            sound = read_sound(file, request.sample_rate, raw)
        except (AudioError, CallInfoError) as error:
            text = str(error)
            screen.failure(text if str(file) in text else f"{file}: {text}")
            continue
        if len(info.roles) > sound.channels:
            info = replace(info, roles=())  # several speak on one channel, and nobody knows who when
        calls.append(OutgoingCall(name, usable_id(info.call_id or name), call_info_to_json(info), sound))
    return calls


def usable_id(wanted: str) -> str:
    """Return an id as the server takes it: letters, digits and some signs that are safe in addresses, bounded."""
    plain = unicodedata.normalize("NFKD", wanted).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._:@+~-]+", "-", plain).lstrip("._:@+~-")[:ID_LENGTH] or "call"


def roles_of(call: OutgoingCall) -> tuple[str, ...]:
    """Return who is on which channel."""
    roles = call.info.get("roles")
    return tuple(str(role) for role in roles) if isinstance(roles, list) else ()


def _show(request: LiveRequest, state: LiveState, screen: Screen, elapsed: Callable[[], float]) -> Show:
    if request.as_json:
        return JsonShow(screen)
    return ScreenShow(state, screen, elapsed) if screen.out.is_terminal else LinesShow(state, screen, elapsed)


async def _play(calls: Sequence[OutgoingCall], stage: Stage, stop: asyncio.Event) -> list[Outcome]:
    """Send all calls at once and show what comes; return how each ended."""
    outcomes: list[Outcome] = []
    unwritable: OSError | None = None
    try:
        with _interrupts(stop, stage.show):
            async with asyncio.TaskGroup() as group:
                beside = [group.create_task(stage.show.run())]
                if stage.show.watches_board:
                    beside.append(group.create_task(_follow_board(stage)))
                outcomes = await asyncio.gather(*(_client(call, stage).run(stop) for call in calls))
                for task in beside:
                    task.cancel()
    except* OSError as errors:  # of showing: a reader that went away, a full disk
        unwritable = next(error for error in errors.exceptions if isinstance(error, OSError))
    if unwritable:
        raise unwritable
    return outcomes


def _client(call: OutgoingCall, stage: Stage) -> CallClient:
    now = stage.state.calls[call.name]

    def take(message: LiveMessage) -> None:
        before = stage.state.ranking()
        now.follow(message)
        stage.show.message(now, message)
        if stage.state.ranking() != before:  # without a board, the calls' own messages are the ranking
            stage.show.board()

    return CallClient(call, stage.endpoint, take, stage.sending, stage.clock)


async def _follow_board(stage: Stage) -> None:
    async for ranking in rankings(stage.endpoint, stage.clock):
        stage.state.board = ranking
        if ranking is not None:
            stage.show.board()


@contextmanager
def _interrupts(stop: asyncio.Event, show: Show) -> Iterator[None]:
    """Let the first Ctrl-C end the calls, and the second one the program."""
    loop, playing = asyncio.get_running_loop(), asyncio.current_task()

    def interrupt() -> None:
        if stop.is_set() and playing:
            playing.cancel()
        else:
            stop.set()
            show.ending()

    def handle(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(interrupt)  # in the loop, where nothing is interrupted half-way

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _report(calls: Sequence[OutgoingCall], outcomes: Sequence[Outcome], screen: Screen) -> None:
    """Tell what went wrong, once for all calls with which it did."""
    reasons: dict[str, list[str]] = {}
    for call, outcome in zip(calls, outcomes, strict=True):
        if outcome.status != "ended":
            later = "" if outcome.retry_after is None else f"; it asks to try again in {outcome.retry_after:.0f} s"
            reasons.setdefault(f"{outcome.status}: {outcome.why}{later}", []).append(call.name)
        if outcome.missed:
            screen.note(f"{call.name}: {outcome.missed} events never came")
    for reason, names in reasons.items():
        screen.failure(f"{', '.join(names)}: {reason}")
