"""The scripts of the sample calls, as read from `scripts/NAME.toml`."""

import dataclasses
import tomllib
from pathlib import Path
from typing import Any, Literal

Role = Literal["agent", "customer"]
ROLES: tuple[Role, Role] = ("agent", "customer")  # by channel

BREAK = "|"  # in a text: digital silence stands here
GAP = 0.32  # s of it, unless the turn says otherwise


@dataclasses.dataclass(frozen=True, slots=True)
class Manner:
    """How a mood sounds, against the speaker's own calm voice."""

    speed: float
    pitch: float
    level_db: float
    tilt: float  # -1..1: above 0 the sound of a raised voice, below 0 that of a soft one


MOODS = {
    "neutral": Manner(1.0, 1.0, 0.0, 0.0),
    "friendly": Manner(1.0, 1.05, 0.0, 0.0),
    "happy": Manner(1.05, 1.2, 2.0, 0.1),
    "relieved": Manner(0.97, 0.98, -1.0, -0.1),
    "worried": Manner(0.97, 1.08, -2.0, -0.1),
    "distressed": Manner(0.93, 1.18, -3.0, -0.2),
    "annoyed": Manner(1.05, 1.07, 2.0, 0.15),
    "angry": Manner(1.13, 1.22, 5.0, 0.4),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Speaker:
    """A voice of the engine and how far from it this person speaks."""

    voice: str
    size: float = 1.0
    pitch: float = 1.0
    speed: float = 1.0
    level_db: float = 0.0


@dataclasses.dataclass(frozen=True, slots=True)
class Entity:
    """Personal data that a turn says aloud, all of it invented: as said, and as one would write it."""

    kind: str
    text: str
    value: str


@dataclasses.dataclass(frozen=True, slots=True)
class Turn:
    """What one person says without giving up the turn, or music that is played to the other one."""

    role: Role
    text: str = ""
    mood: str = "neutral"
    pause: float = 0.5  # s after the turn before has ended; below 0 it is talked into
    gap: float = GAP
    hold_music: float = 0.0  # s of music in place of a text
    entities: tuple[Entity, ...] = ()

    @property
    def pieces(self) -> tuple[str, ...]:
        return tuple(piece.strip() for piece in self.text.split(BREAK)) if self.text else ()

    @property
    def words(self) -> str:
        return " ".join(self.pieces)


@dataclasses.dataclass(frozen=True, slots=True)
class Script:
    """One call: who speaks with which voice, what is known of the call, and the turns."""

    name: str
    title: str
    topics: tuple[str, ...]
    call: dict[str, Any]  # Any: the sidecar, handed on as it is
    speakers: dict[Role, Speaker]
    turns: tuple[Turn, ...]
    noise_db: float | None  # dBFS of line noise; None: digital silence
    seed: int
    mono: bool  # also write a mix of both channels


def read_script(path: Path) -> Script:
    """Read one script; a misspelt key is a TypeError, a missing one a KeyError."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return Script(
        name=path.stem,
        title=data.pop("title"),
        topics=tuple(data.pop("topics")),
        call=data.pop("call"),
        speakers={role: Speaker(**fields) for role, fields in data.pop("speakers").items()},
        turns=tuple(_turn(fields) for fields in data.pop("turns")),
        noise_db=data.pop("noise_db", None),
        seed=data.pop("seed", 0),
        mono=data.pop("mono", False),
        **data,
    )


def _turn(fields: dict[str, Any]) -> Turn:
    entities = tuple(Entity(**entity) for entity in fields.pop("entities", ()))
    return Turn(entities=entities, **fields)
