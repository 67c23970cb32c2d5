"""Each command once for real: an embedded server in a folder of its own, calls from a pipeline without models."""

import json
import stat
import wave
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from sqlalchemy import select
from typer.testing import CliRunner, Result

from stimmung.batch.cli import build_app
from stimmung.batch.pipeline import Pipeline
from stimmung.calls.policy import Party, may_keep_original, report_policy
from stimmung.calls.records import Analyzed, RedactionReport
from stimmung.calls.redaction.records import Bleep, Original
from stimmung.speech.decode import decode
from stimmung.speech.fakes import FakeTextEmbedding
from stimmung.speech.records import Consent, Span, Word
from stimmung.speech.settings_sources import Given, load_settings
from stimmung.store.data_folder import private_folder
from stimmung.store.database import open_database
from stimmung.store.embedded.server import EmbeddedServer
from stimmung.store.embedded.settings import ADMIN, ROLE
from stimmung.store.pace import Pace
from stimmung.store.removal.deletion import has_unfinished
from stimmung.store.schema import erasures

pytestmark = pytest.mark.slow

SETTINGS = """
[policy]
purpose = "Quality"
legal_basis = "consent, Art. 6 (1) (a) GDPR"
keep_original = true
"""
SECRET_WORDS = "mein Name ist Hildegunde Zwackelmann"
CUSTOMER = "K-20731"


class Shell:
    """Runs `stimmung` with a data folder; every recording in it is a second of noise of its own."""

    def __init__(self, runner: CliRunner, pipeline: Any, folder: Path) -> None:  # Any: the FakePipeline of conftest.py
        self._runner, self._pipeline, self._folder = runner, pipeline, folder
        self._killed = False
        for number, name in enumerate(("a.wav", "b.wav", "c.wav")):
            _write_noise(folder / name, number)
        (folder / "stimmung.toml").write_text(SETTINGS)

    def __call__(self, *words: str, folder: str = "kept") -> Result:
        """Run a command in the data folder."""
        app = build_app(self._with_rules, embedding=lambda _settings: FakeTextEmbedding())
        result = self._runner.invoke(app, [*words, "--data-dir", folder])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    def lines(self, *words: str) -> list[str]:
        """Return what a command prints that succeeds."""
        result = self(*words)
        assert result.exit_code == 0, result.output
        return result.stdout.splitlines()

    def json(self, *words: str, folder: str = "kept") -> Any:
        """Return what a command prints as JSON."""
        result = self(*words, "--json", folder=folder)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def save(
        self,
        name: str,
        call_id: str,
        *words: str,
        customer: str = CUSTOMER,
        consent: Consent = "granted",
        killed: bool = False,
    ) -> Result:
        """Analyse and keep a recording; `killed`: not kept, stopped when its results are written."""
        self._killed = killed
        info = (f"call_id={call_id}", f"customer={customer}", f"consent={consent}", "queue=complaints")
        return self("analyze", name, "--save", *(word for one in info for word in ("--info", one)), *words)

    def _with_rules(self) -> Pipeline:
        parts: Pipeline = self._pipeline()

        def analyze(*given: Any) -> Analyzed:
            found, info, deployment = parts.analyze(*given).analysis, given[1], given[3].deployment
            parties = [Party("agent", 1.0, 0), Party("customer", 1.0, 1)]
            first = found.utterances[0]
            words = (Word(first.start, first.end, SECRET_WORDS, 0.9),)
            analysis = replace(
                found,
                info=replace(info, roles=("agent", "customer")),
                policy=report_policy(parties, info, deployment),
                redaction=RedactionReport({"NAME": 1}, (Bleep(0, Span(0.2, 0.4), "NAME"),)),
            )
            originals = (Original(0, SECRET_WORDS, words),)
            return Analyzed(analysis, originals if may_keep_original(analysis.policy) else ())

        return replace(parts, analyze=analyze, redact_sound=self._killer if self._killed else parts.redact_sound)

    def _killer(self, *_given: object) -> bytes:
        raise KeyboardInterrupt


@pytest.fixture
def shell(runner: CliRunner, pipeline: Any, calls: Path) -> Shell:
    """`stimmung` in a folder with three recordings."""
    return Shell(runner, pipeline, calls)


def test_a_call_from_saving_to_erasure(shell: Shell, calls: Path) -> None:
    saved = shell.save("a.wav", "4711", "--json", "--output", "out")
    assert saved.exit_code == 0
    assert "saved as 4711" in saved.stderr.splitlines()
    assert "already saved as 4711" in shell.save("a.wav", "4711").stderr.splitlines()
    assert shell.save("b.wav", "4712", customer="K-1").exit_code == 0
    assert stat.S_IMODE((calls / "kept").stat().st_mode) == 0o700

    shown = shell.lines("show", "4711")
    assert any("Stadtwerke Neustadt" in line and "[NAME]" in line for line in shown)
    assert "originals, encrypted" in shown[-1]
    found = shell.json("show", "4711")
    assert found["call"]["info"]["customer"] is None
    assert SECRET_WORDS not in json.dumps(found)
    assert (calls / "kept/audio").is_dir()
    unredacted = shell("show", "4711", "--unredacted")
    assert SECRET_WORDS in unredacted.stdout

    actions = [act["action"] for act in shell.json("audit", "--call", "4711")]
    assert actions == ["export", "look", "look", "look_unredacted"]

    answer = shell.json("person", "export", "--customer", CUSTOMER, "--output", str(calls / "answer"))
    assert answer["calls"] == 1
    assert "Stadtwerke Neustadt" in Path(answer["text"]).read_text("utf-8")
    assert SECRET_WORDS not in Path(answer["json"]).read_text("utf-8")

    status = shell.json("db", "status")
    assert (status["kind"], status["holdings"]["calls"], status["holdings"]["recordings"]) == ("embedded", 2, 2)
    assert status["to_do"] == []

    erased = shell.json("erase", "--customer", CUSTOMER, "--yes")
    assert (erased["proof"]["calls"], erased["proof"]["recordings"], erased["proof"]["exports"]) == (1, 1, 3)
    assert not (calls / "out/a.json").exists()
    assert list((calls / "answer").iterdir()) == []
    gone = shell("show", "4711")
    assert (gone.exit_code, gone.stdout) == (1, "")
    assert "no call with the id 4711" in gone.stderr
    assert shell("show", "4712").exit_code == 0
    assert ["erasures", "1"] in [line.split() for line in shell.lines("db", "status")]
    assert [one["action"] for one in shell.json("audit")].count("erase") == 1


def test_a_result_whose_call_was_never_kept_is_known_to_an_erasure(shell: Shell, calls: Path) -> None:
    assert shell.save("a.wav", "4711", "--json", "--output", "out", killed=True).exit_code == 130
    assert (calls / "out/a.json").exists()
    assert shell("show", "4711").exit_code == 1
    assert [act["action"] for act in shell.json("audit", "--call", "4711")] == ["export"]
    proof = shell.json("erase", "--call", "4711", "--yes")["proof"]
    assert (proof["calls"], proof["exports"], proof["exports_missing"]) == (0, 1, 0)
    assert list((calls / "out").iterdir()) == []


def test_a_look_at_a_call_that_is_not_kept_is_recorded(shell: Shell) -> None:
    shell("analyze", "a.wav", "--unredacted", "--info", "call_id=4711", "--info", "consent=granted")
    assert [act["action"] for act in shell.json("audit", "--call", "4711")] == ["look_unredacted"]


def test_what_was_said_is_found_shown_and_heard(shell: Shell, calls: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.save("a.wav", "4711")
    monkeypatch.setenv("STIMMUNG_STORE__KEEP_AUDIO", "none")
    shell.save("b.wav", "4712", customer="K-1")
    found = shell.json("search", "rechnungen", f"customer:{CUSTOMER}", "--mode", "words")
    (hit,) = found["hits"]
    assert (hit["call_id"], hit["start"], hit["has_audio"]) == ("4711", 4.8, True)
    assert shell.json("search", "rechnungen", "customer:nobody")["hits"] == []
    assert shell.json("search", "kündigung", "by:agent", "--mode", "words")["total"] == 2

    shown = shell.lines("show", "4711", "--at", "0:04", "--around", "5")
    assert [line.split()[:2] for line in shown if "▶" in line] == [["▶", "0:04"]]
    assert shell("play", "4711", "--at", "0:00", "--seconds", "1", "--output", "part.wav").exit_code == 0
    assert decode([calls / "part.wav"]).duration == pytest.approx(1.0, abs=0.01)
    refused = shell("play", "4712", "--at", "0:00")
    assert (refused.exit_code, "store.keep_audio was none" in refused.stderr) == (1, True)

    acts = [(act["action"], act["call_id"]) for act in shell.json("audit")]
    assert acts.count(("search", None)) == 3
    assert (acts.count(("found", "4711")), acts.count(("found", "4712"))) == (2, 1)
    assert "found" in [act["action"] for act in shell.json("audit", "--call", "4712")]
    assert acts.count(("play", "4711")) == 1
    assert ("play", "4712") not in acts
    shell.lines("erase", "--call", "4711", "--yes")
    assert not (calls / "part.wav").exists()
    assert shell.json("search", "rechnungen", "--mode", "words")["total"] == 1


def test_searches_are_kept_by_name(shell: Shell) -> None:
    shell.save("a.wav", "4711")
    assert shell("search", "rechnungen", "--mode", "words", "--save", "bills").exit_code == 0
    assert [one["name"] for one in shell.json("search", "--list-saved")] == ["bills"]
    assert shell.json("search", "--saved", "bills", "by:agent", "--mode", "words")["hits"] == []
    refused = shell("search", f"customer:{CUSTOMER}", "--save", "mine")
    assert (refused.exit_code, CUSTOMER in refused.stderr) == (1, False)
    for words in (CUSTOMER, "meta.phone:017100000017", "b.beispiel@example.org"):
        refused = shell("search", "rechnungen", words, "--mode", "words", "--save", "mine")
        assert (refused.exit_code, words in refused.stderr, refused.stdout) == (1, False, "")
        assert "add it when you search" in refused.stderr
    assert shell("search", "--forget", "bills").exit_code == 0
    assert shell.json("search", "--list-saved") == []


def test_other_words_of_the_house_are_noticed_and_taken_over(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.save("a.wav", "4711")
    assert shell("db", "status").exit_code == 0
    monkeypatch.setenv("STIMMUNG_SEARCH__COMPOUND_WORDS", "Zappelino,SmartTarif")
    told = shell("db", "status")
    assert (told.exit_code, "1 call not ready for search" in told.stderr) == (1, True)
    searched = shell("search", "rechnungen", "--mode", "words")
    assert "preparing kept calls for search: 0 of 1 done" in searched.stderr
    assert shell("db", "status").exit_code == 0
    shell.save("b.wav", "4712")
    assert shell("db", "status").exit_code == 0
    monkeypatch.setenv("STIMMUNG_SEARCH__COMPOUND_WORDS", "")
    assert shell("db", "status").exit_code == 1
    shell.lines("db", "migrate")
    assert shell("db", "status").exit_code == 0


def test_what_agents_say_is_found_by_its_meaning(shell: Shell) -> None:
    shell.save("a.wav", "4711")
    by_meaning = shell.json("search", "~Einen Moment bitte, ich sehe gleich einmal nach.", "by:agent")
    assert by_meaning["hits"][0]["text"] == "Einen Moment bitte, ich sehe gleich einmal nach."
    assert by_meaning["hits"][0]["found_by"] == ["meaning"]


@pytest.mark.weights
def test_a_sample_call(runner: CliRunner, samples: Path, calls: Path) -> None:
    """The true pipeline, and sound that is kept and can be heard."""

    def run(*words: str) -> Result:
        return runner.invoke(build_app(), [*words, "--data-dir", "kept"])

    sample = samples / "en-happy.flac"
    today = f"started_at={datetime.now(UTC).isoformat()}"  # it is of 2025, and calls that are too old are not kept
    known = ("--info", "call_id=4711", "--info", "consent=granted", "--info", today)
    saved = run("analyze", str(sample), "--save", *known)
    assert saved.exit_code == 0, saved.output
    shown = json.loads(run("show", "4711", "--json").stdout)
    assert len(shown["utterances"]) > 10
    assert shown["redaction"]["counts"]
    (sound,) = (calls / "kept/audio").rglob("*.opus")
    assert shown["kept"]["audio"]["bytes"] == sound.stat().st_size
    assert decode([sound]).duration == pytest.approx(decode([sample]).duration, abs=0.01)
    transcript = run("show", "4711").stdout
    kept = {line.strip() for line in transcript.splitlines() if "Customer" in line}
    told = {line.strip() for line in saved.stdout.splitlines() if "Customer" in line}
    assert kept == told


def test_backup_restored_elsewhere_forgets_who_was_erased_since(shell: Shell, calls: Path) -> None:
    shell.save("a.wav", "4711")
    shell.save("b.wav", "4712", customer="K-1")
    shell.lines("db", "rotate-secret")
    (backup,) = shell.lines("db", "backup")
    shell.lines("erase", "--customer", CUSTOMER, "--yes")
    refused = shell("db", "restore", backup)
    assert refused.exit_code == 1
    assert "--force" in refused.stderr
    assert shell.lines("db", "restore", backup, "--force") == ["restored: 1 call, without 1 erased since, 1 recording"]
    assert shell("show", "4711").exit_code == 1
    assert shell("show", "4712").exit_code == 0


def test_what_was_erased_is_not_analysed_again_unless_somebody_says_so(shell: Shell, calls: Path) -> None:
    shell.save("a.wav", "4711")
    shell.lines("erase", "--call", "4711", "--yes")
    refused = shell.save("a.wav", "4711")
    assert refused.exit_code == 1
    assert "call 4711 was erased on request on" in refused.stderr
    assert refused.stdout == ""
    assert shell.save("b.wav", "4712").exit_code == 0
    assert shell.save("a.wav", "4711", "--save-erased").exit_code == 0
    assert [act["action"] for act in shell.json("audit", "--call", "4711")] == ["save_erased"]
    assert shell("show", "4711").exit_code == 0
    assert shell.save("a.wav", "4711", "--save-erased").exit_code == 0  # it is there: nothing is kept anew
    assert shell.save("c.wav", "4713", "--save-erased").exit_code == 0
    assert [act["action"] for act in shell.json("audit")].count("save_erased") == 1


def test_a_withdrawal_leaves_nothing_to_be_settled(shell: Shell, calls: Path) -> None:
    shell.save("a.wav", "4711")
    shell.save("a.wav", "4711", consent="withdrawn")
    settings = load_settings(None, [Given("store.data_dir", "kept", "--data-dir")]).settings
    with open_database(settings.store, tell=lambda _line: None) as database:
        assert not database.run(has_unfinished)
        rows = database.run(lambda connection: connection.execute(select(erasures.c.kind, erasures.c.detail)).all())
    assert [(row.kind, row.detail["rewritten"]) for row in rows] == [("withdrawal", True)]


def test_retention_removes_what_is_old(shell: Shell, calls: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = ("a.wav", "4711", "--info", "started_at=2020-01-01T10:00")
    refused = shell.save(*old)
    assert refused.exit_code == 1
    assert "the call began 2020-01-01, and calls stay 90 days" in refused.stderr
    with monkeypatch.context() as patch:
        patch.setenv("STIMMUNG_RETENTION__TEXT_DAYS", "36500")
        patch.setenv("STIMMUNG_RETENTION__AUDIO_DAYS", "36500")
        assert shell.save(*old).exit_code == 0
    shell.save("b.wav", "4712")
    planned = shell("retention", "run", "--dry-run")
    assert [line.split()[:4] for line in planned.stdout.splitlines()[1:]] == [
        ["call", "4711", "complaints", "2020-01-01"]
    ]
    assert shell.lines("retention", "run")[-1] == "removed: 1 call, 1 recording"
    assert shell("show", "4711").exit_code == 1
    assert shell.lines("retention", "run") == ["nothing was due"]


def test_migrate_says_that_nothing_is_left_to_do(shell: Shell) -> None:
    first = shell.lines("db", "migrate")
    assert first[0] == "applied 0001_calls"
    assert shell.lines("db", "migrate") == first[-1:]


@pytest.mark.parametrize("words", ["show 4711", "audit", "db status", "erase --call 4711 --yes", "retention run"])
def test_a_mistyped_folder_does_not_become_a_database(words: str, shell: Shell, calls: Path) -> None:
    result = shell(*words.split(), folder="typo")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "nothing is kept there" in result.stderr
    assert not (calls / "typo").exists()


def test_a_database_whose_making_was_cut_short_is_none(shell: Shell, calls: Path) -> None:
    (calls / "kept/postgres/initdb").mkdir(parents=True, mode=0o700)  # what a killed first start leaves
    (calls / "kept").chmod(0o700)
    result = shell("db", "backup")
    assert (result.exit_code, "nothing is kept there" in result.stderr) == (1, True)
    assert not (calls / "kept/postgres/data").exists()


@pytest.mark.parametrize("words", ["db backup", "show 4711", "retention run"])
def test_a_database_without_our_tables_gets_none(
    words: str, shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with EmbeddedServer(private_folder(tmp_path / "elsewhere"), Pace()) as server:  # stands for an operator's
        with psycopg.connect(make_conninfo(**server.connection(role=ADMIN)), autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE typo OWNER {ROLE}")
        reach = server.connection("typo")
        monkeypatch.setenv("STIMMUNG_DATABASE_URL", f"postgresql:///typo?{urlencode({**reach, 'dbname': 'typo'})}")
        result = shell(*words.split())
        assert (result.exit_code, result.stdout) == (1, "")
        assert "nothing is kept there" in " ".join(result.stderr.split())
        with psycopg.connect(make_conninfo(**reach)) as connection:
            assert connection.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public'").fetchone() is None
        assert "run `stimmung db migrate`" in shell("db", "status").stderr


def _write_noise(path: Path, seed: int) -> None:
    sound = np.random.default_rng(seed).normal(0, 3000, (16_000, 2)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(sound.tobytes())
