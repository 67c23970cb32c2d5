"""The kept sound of calls, with tones over identifiers, heard once more by the product's own recogniser."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from stimmung.calls.analysis import Instructions, Recording, analyze
from stimmung.models.registry import build_engines
from stimmung.speech.engines import Engines, TranscriptionOptions
from stimmung.speech.records import CallInfo
from stimmung.speech.settings import NO_MODEL, ModelSettings, Settings
from stimmung.store.data_folder import private_folder
from stimmung.store.embedded.server import EmbeddedServer
from stimmung.store.pace import Pace
from traces_calls import Workplace, known
from traces_places import Place
from traces_reading import Reading, read
from unredacted import Unredacted

FILES = "SELECT call_id, audio_file FROM calls WHERE audio_file IS NOT NULL"


def recogniser() -> Engines:
    """Return what hears, without what judges."""
    return build_engines(Settings(models=ModelSettings(text=NO_MODEL, voice=NO_MODEL)))


def heard_again(work: Workplace, names: Sequence[str], engines: Engines) -> Place:
    """Return what is heard in the kept sound of each call: all of it, and each channel by itself."""
    with (
        EmbeddedServer(private_folder(work.data), Pace()) as server,
        psycopg.connect(make_conninfo(**server.connection())) as connection,
    ):
        files: Mapping[str, str] = dict(connection.execute(FILES).fetchall())
    readings: list[Reading] = []
    for name in names:
        readings += _heard(name, work.data / "audio" / files[known(name)["call_id"]], engines)
    return Place("kept sound, heard again", readings)


def _heard(name: str, file: Path, engines: Engines) -> list[Reading]:
    instructions = Instructions(Unredacted(), TranscriptionOptions(languages=(known(name)["language"],)))
    said = analyze(Recording((file,)), CallInfo(), engines, instructions, lambda *_: None).analysis.utterances
    readings = [read(f"{name}: {' '.join(one.text for one in said)}", ". ".join(one.text for one in said))]
    for channel in sorted({one.channel for one in said}):
        text = ". ".join(one.text for one in said if one.channel == channel)
        readings.append(read(f"{name}, channel {channel}: {text}", text))
    return readings
