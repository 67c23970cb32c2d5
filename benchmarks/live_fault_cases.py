"""What goes wrong with live calls, a function each: does it to the server, returns what came of it and whether well.

Clients vanish, do not read, send dust or mountains, lie about their rate, or say nothing.
"""

import asyncio
import json
import random
import struct
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from live_load import start_message
from live_plan import SAMPLE_BYTES, Plan, Track
from live_session import Event, Session, second_of, sound_of, until

MESSAGE: Final = 0.1  # s of sound in a message where nothing else is said
LOOK_SECONDS: Final = 25.0  # of sound that a case hears where more would show no more
DUST_SECONDS: Final = 8.0
HALF_OPEN: Final = 200
MOUNTAIN: Final = 10 * 2**20  # bytes
TOO_MUCH: Final = 17 * 2**20
TOO_LONG: Final = (1009, 4400)  # close codes that say so
HOUR: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Target:
    """The server to harm, and the track to do it with; `get` reads an address of it as JSON."""

    plan: Plan
    track: Track
    resume_seconds: float
    silence_close_seconds: float
    get: Callable[[str], Event | None]

    @property
    def message(self) -> int:
        """Bytes of MESSAGE seconds."""
        return round(MESSAGE * second_of(self.track))


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a case."""

    text: str
    well: bool


Case = Callable[[Target], Awaitable[Came]]


async def plain(target: Target, call_id: str, sound: bytes, size: int, **format_: object) -> Session:
    """Play a call to its end and return its session."""
    async with Session(target.plan, call_id) as one:
        await one.start(target.track, **format_)
        await one.sound(sound, size)
        await one.end()
    return one


async def resumed(target: Target) -> Came:
    """The line drops in the middle; the client comes back and goes on."""
    sound = sound_of(target.track)
    whole = await plain(target, "fault-undisturbed", sound, target.message)
    async with Session(target.plan, "fault-resumed") as before:
        await before.start(target.track)
        await before.sound(sound[: len(sound) // 2], target.message)
        await before.wait_for("utterance.final", 30.0)
        await before.vanish()
    return await _gone_on(target, before, sound, len(finals(whole)))


async def _gone_on(target: Target, before: Session, sound: bytes, there: int) -> Came:
    """Resume a call to its end; it is well if each event came once, and as many finals as there are."""
    async with Session(target.plan, before.call_id) as after:
        await after.say({"type": "resume", "after": max(before.numbers, default=0)})
        await after.wait_for("session.resumed", 10.0)
        told = after.of("session.resumed")
        if not told:
            return Came(f"not resumed: {after.closed}", False)
        frame = SAMPLE_BYTES * target.track.channels
        held = round(float(told[0]["audio_seconds"]) * target.track.rate) * frame
        await after.sound(sound[held:], target.message)
        ended = await after.end()
    numbers = before.numbers + after.numbers
    exact = numbers == list(range(1, len(numbers) + 1))
    said = len(finals(before)) + len(finals(after))
    text = f"{len(numbers)} events, {'each once' if exact else 'some lost or twice'}; finals {said} of {there}"
    return Came(text, ended and exact and said == there)


def finals(session: Session) -> list[Event]:
    """Return the final utterances of a session."""
    return session.of("utterance.final")


async def vanishes(target: Target) -> Came:
    """The client is gone for good."""
    async with Session(target.plan, "fault-vanished") as one:
        await one.start(target.track)
        await one.sound(sound_of(target.track, LOOK_SECONDS), target.message)
        await one.wait_for("utterance.final", 30.0)
        await one.vanish()

    def ended() -> bool:
        return (target.get("/v1/calls/fault-vanished") or {}).get("state") == "ended"

    well = await until(ended, target.resume_seconds + 20.0)
    said = len((target.get("/v1/calls/fault-vanished") or {}).get("utterances", ()))
    return Came(f"ended by the server, {said} utterances kept" if well else "never ended", well and said > 0)


async def slow_reader(target: Target) -> Came:
    """The client speaks in real time and reads nothing; cut off, it comes back and reads."""
    sound = sound_of(target.track, LOOK_SECONDS)
    whole = await plain(target, "fault-quick", sound, target.message)
    async with Session(target.plan, "fault-slow") as one:
        await one.start(target.track)
        await one.wait_for("session.started", 10.0)
        one.read(False)
        await one.sound(sound, target.message, MESSAGE)
        await one.vanish()
    return await _gone_on(target, one, sound, len(finals(whole)))


def str_of(message: Event) -> str:
    """Return JSON."""
    return json.dumps(message)


async def dust(target: Target) -> Came:
    """Sound comes byte by byte: the same utterances are told, and the same is kept.

    The words first told are not compared: they depend on which other calls' sound was heard beside them.
    """
    sound = sound_of(target.track, DUST_SECONDS)
    whole = await plain(target, "fault-not-dust", sound, target.message)
    one = await plain(target, "fault-dust", sound, 1)
    told = [_places(finals(session)) for session in (one, whole)]
    kept = [(target.get(f"/v1/calls/{session.call_id}") or {}).get("utterances") for session in (one, whole)]
    same = told[0] == told[1] and kept[0] == kept[1] and bool(kept[0])
    return Came(f"{len(sound)} messages, the result {'is the same' if same else 'differs'}", same and bool(told[0]))


def _places(told: list[Event]) -> list[tuple[object, ...]]:
    """Return where each utterance lies in the call."""
    return [tuple(event["utterance"][key] for key in ("channel", "start", "end")) for event in told]


async def mountain(target: Target) -> Came:
    """All sound comes in one message of 10 MB."""
    seconds = MOUNTAIN / second_of(target.track)
    async with Session(target.plan, "fault-mountain") as one:
        await one.start(target.track)
        await one.say(sound_of(target.track, seconds)[:MOUNTAIN])
        ended = await one.end(180.0)
    if one.closed is not None and not ended:
        return Came(f"closed with {one.closed.code} {one.closed.reason}", one.closed.code in TOO_LONG)
    return Came(f"{seconds:.0f} s of sound heard, {len(finals(one))} finals", ended and bool(finals(one)))


async def too_much(target: Target) -> Came:
    """A message is longer than anybody takes."""
    async with Session(target.plan, "fault-too-much") as one:
        await one.start(target.track)
        await one.say(bytes(TOO_MUCH))
        closed = await one.wait_closed(20.0)
    return Came(f"closed with {closed.code} {closed.reason}" if closed else "taken", closed is not None)


async def noise(target: Target) -> Came:
    """Sound is noise, of random bytes, in every encoding."""
    ended, said = 0, 0
    for number, encoding in enumerate(("pcm_s16le", "pcm_s32le", "f32le", "mulaw", "alaw")):
        sound = random.Random(number).randbytes(second_of(target.track) * 10)
        one = await plain(target, f"fault-noise-{number}", sound, 1_601, encoding=encoding)
        ended += bool(one.of("call.ended"))
        said += len(finals(one))
    return Came(f"{ended} of 5 encodings heard to the end, {said} finals", ended == 5)


NONSENSE: Final = (
    "", "null", "[]", "{", "{}", '"start"', "\x00", "NaN", '{"type": 1}', '{"type": "stop"}', '{"type": "start"}',
    '{"type": "start", "format": {}}', "[" * 50_000, '{"type": "resume", "after": -1}',
    '{"type": "consent", "value": "perhaps"}', '{"type": "notice", "given_at": "yesterday"}', "ä" * 200_000,
)  # fmt: skip


async def nonsense(target: Target) -> Came:
    """Text is no message that there is, before the start and after it."""
    codes: Counter[int] = Counter()
    silent = 0
    for number, text in enumerate(NONSENSE):
        for begun in (False, True):
            async with Session(target.plan, f"fault-nonsense-{number}-{begun:d}") as one:
                if begun:
                    await one.start(target.track)
                    await one.sound(sound_of(target.track, 0.2), target.message)
                await one.say(text)
                closed = await one.wait_closed(15.0)
                codes[closed.code if closed else 0] += 1
                silent += closed is None or not closed.reason
    return Came(f"closed with {dict(codes)}, {silent} of them without a reason", silent == 0 and set(codes) <= {4400})


async def wrong_rate(target: Target) -> Came:
    """Sound of 8 kHz is announced as 16 kHz, so that it comes at half the pace; 4 kHz is none that is heard."""
    async with Session(target.plan, "fault-wrong-rate") as one:
        await one.start(target.track, sample_rate=2 * target.track.rate)
        await one.sound(sound_of(target.track, LOOK_SECONDS), target.message, MESSAGE)
        ended = await one.end()
    async with Session(target.plan, "fault-no-rate") as other:
        await other.start(target.track, sample_rate=4_000)
        closed = await other.wait_closed(10.0)
    refused = closed is not None and closed.code == 4400 and bool(closed.reason)
    warned = [code for code in one.codes if "slow" in code]
    return Came(f"warned {sorted(set(one.codes))}; 4 kHz: {closed}", ended and bool(warned) and refused)


async def silence(target: Target) -> Came:
    """There is nothing on the line."""
    one = await plain(target, "fault-silence", bytes(second_of(target.track) * 40), target.message)
    ended = bool(one.of("call.ended"))
    return Came(f"{len(finals(one))} finals, warned {sorted(set(one.codes))}", ended and not finals(one))


async def no_sound(target: Target) -> Came:
    """A call starts and no sound comes."""
    async with Session(target.plan, "fault-no-sound") as one:
        await one.start(target.track)
        closed = await one.wait_closed(target.silence_close_seconds + 10.0)
    code = closed.code if closed else 0
    return Came(f"warned {sorted(set(one.codes))}, then closed with {code}", code == 4408 and bool(one.codes))


async def clock_jumps(target: Target) -> Came:
    """The sender's clock and numbers jump by hours, on and back."""
    chunk = round(MESSAGE * target.track.rate)
    sound = sound_of(target.track, LOOK_SECONDS)
    async with Session(target.plan, "fault-jumps") as one:
        await one.start(target.track, framing="sequence")
        for number, first in enumerate(range(0, len(sound), target.message)):
            hours = (0, 5, 0, 100, -3)[number // 50 % 5]
            stamp = int(number * chunk + hours * HOUR * target.track.rate) % 2**32
            await one.say(struct.pack(">II", number % 2**32, stamp) + sound[first : first + target.message])
        ended = await one.end()
    held = float(one.of("call.ended")[0]["summary"]["duration"]) if ended else 0.0
    text = f"{LOOK_SECONDS:.0f} s became {held:.1f} s, warned {sorted(set(one.codes))}"
    return Came(text, ended and abs(held - LOOK_SECONDS) < 1.0 and bool(one.codes))


async def half_open(target: Target) -> Came:
    """Many connect and say nothing, or half a handshake; one who speaks comes after them."""
    host, port = target.plan.url.removeprefix("http://").split(":")
    quiet = [Session(target.plan, f"fault-quiet-{number}") for number in range(HALF_OPEN // 2)]
    raw = [await asyncio.open_connection(host, int(port)) for _ in range(HALF_OPEN // 2)]
    for _, writer in raw:
        writer.write(b"GET /v1/calls/fault-half/stream HTTP/1.1\r\nHost: x\r\nUpgra")
    await asyncio.gather(*(one.__aenter__() for one in quiet))
    caller = await plain(target, "fault-after-half-open", sound_of(target.track, LOOK_SECONDS), target.message)
    closed = await asyncio.gather(*(one.wait_closed(30.0) for one in quiet))
    codes = Counter(one.code if one else 0 for one in closed)
    cut = sum(await asyncio.gather(*(_is_cut(reader) for reader, _ in raw)))
    await asyncio.gather(*(one.__aexit__(None, None, None) for one in quiet))
    for _, writer in raw:
        writer.close()
    well = set(codes) <= {4408, 503} and cut == len(raw) and bool(caller.of("call.ended"))
    return Came(f"closed with {dict(codes)}, {cut} of {len(raw)} half handshakes cut; a caller was heard", well)


async def _is_cut(reader: asyncio.StreamReader) -> bool:
    try:
        while await asyncio.wait_for(reader.read(1_000), 30.0):
            pass
    except (TimeoutError, OSError) as error:
        return not isinstance(error, TimeoutError)
    return True


async def fuzzed(target: Target) -> Came:
    """Random frames and mutilated messages, a call each."""
    rng = random.Random(0)
    codes: Counter[int] = Counter()
    for number in range(100):
        good = str_of(start_message(target.track, f"fault-fuzz-{number}"))
        async with Session(target.plan, f"fault-fuzz-{number}") as one:
            if rng.random() < 0.5:
                await one.say(good)
            for _ in range(rng.randrange(1, 6)):
                await one.say(rng.randbytes(rng.randrange(5_000)) if rng.random() < 0.5 else mutilated(good, rng))
            closed = await one.wait_closed(3.0)
            codes[closed.code if closed else 0] += 1
    crashed = codes[1011] + codes[1006]
    return Came(f"closed with {dict(codes)} (0: goes on)", crashed == 0)


def mutilated(text: str, rng: random.Random) -> str:
    """Return the text with a few characters changed, cut out or doubled."""
    for _ in range(rng.randrange(1, 8)):
        place = rng.randrange(len(text))
        width = rng.randrange(12)
        text = text[:place] + rng.choice(("", '"', "{", "9" * width, "\u0000", text[:width])) + text[place + width :]
        text = text or "x"
    return text


CASES: Final[Mapping[str, tuple[str, Case]]] = {
    "line drops, client comes back": ("goes on, no event lost or twice", resumed),
    "client vanishes": ("the call ends after `resume_seconds`, what was said is kept", vanishes),
    "client reads nothing": ("cut off; back again, no event lost or twice", slow_reader),
    "chunks of 1 byte": ("the same utterances and result", dust),
    "chunk of 10 MB": ("heard, or refused with a reason", mountain),
    "chunk of 17 MB": ("refused", too_much),
    "noise for sound": ("heard to the end", noise),
    "nonsense for messages": ("4400 with a reason", nonsense),
    "wrong rate": ("warned; a rate too low is refused", wrong_rate),
    "silence only": ("no finals", silence),
    "no sound at all": ("warned, then 4408", no_sound),
    "clock jumps by hours": ("warned, call time stays", clock_jumps),
    f"{HALF_OPEN} half-open connections": ("4408, others get in", half_open),
    "fuzzed frames and JSON": ("no crash", fuzzed),
}
