"""`stimmung show`: a kept call for reading and for programs, redacted unless the deployment keeps originals."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.batch.kept_calls import AS_SAID, MARCH, SAID, FakeStore, changed, kept_call
from typer.testing import CliRunner, Result

from stimmung.batch.cli import build_app
from stimmung.speech.records import Utterance

KEEPING = "[policy]\nkeep_original = true"


@pytest.fixture(autouse=True)
def place(calls: Path) -> Path:
    """Work where no settings file lies."""
    return calls


@pytest.fixture
def store() -> FakeStore:
    """A store with the call 4711."""
    return FakeStore()


def show(runner: CliRunner, store: FakeStore, *words: str) -> Result:
    return runner.invoke(build_app(open_store=store.open), ["show", *words])


def test_reads_as_analyze_does_and_says_how_it_is_kept(runner: CliRunner, store: FakeStore) -> None:
    result = show(runner, store, "4711")
    assert result.exit_code == 0
    assert result.stdout.startswith("calls/card.flac  0:05 · 1 channel · German · customer")
    assert SAID in result.stdout
    assert " ".join(result.stdout.splitlines()[-2:]) == (
        "kept as 4711 · saved 2026-03-01 14:30 · until 2026-05-30 · sound 21 kB until 2026-03-31 · originals, encrypted"
        " · customer abababababab…"
    )
    assert result.stderr == ""
    assert store.done == ["open", ("look", "4711", False), "closed"]


def test_says_what_is_not_kept_and_that_it_was_changed(runner: CliRunner, store: FakeStore) -> None:
    store.kept["4711"] = changed(kept_call(), MARCH + timedelta(days=1))
    kept = show(runner, store, "4711").stdout.splitlines()[-1]
    assert kept == "kept as 4711 · saved 2026-03-01 14:30 · changed 2026-03-02 14:30 · until 2026-05-30 · no sound"


def test_json_is_that_of_analyze_with_how_it_is_kept(runner: CliRunner, store: FakeStore) -> None:
    found = json.loads(show(runner, store, "4711", "--json").stdout)
    assert found["utterances"][0]["text"] == SAID
    assert found["kept"] == {
        "call_id": "4711",
        "source": "recording",
        "saved_at": "2026-03-01T13:30:00+00:00",
        "changed_at": "2026-03-01T13:30:00+00:00",
        "kept_until": {"sound": "2026-03-31T13:30:00+00:00", "call": "2026-05-30T13:30:00+00:00"},
        "content_hash": "c0ffee",
        "customer_pseudonym": "ab" * 32,
        "audio": {"bytes": 21_400, "sha256": "beef"},
        "has_originals": True,
        "version": "0.1.0",
        "settings": {"models.whisper": "base"},
    }


def test_a_call_that_is_not_kept(runner: CliRunner, store: FakeStore) -> None:
    result = show(runner, store, "4712")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "error: no call 4712 is kept\n")
    assert store.done[-1] == "closed"


class TestUnredacted:
    def test_needs_a_deployment_that_keeps_originals(self, runner: CliRunner, store: FakeStore) -> None:
        result = show(runner, store, "4711", "--unredacted")
        assert result.exit_code == 2
        assert "policy.keep_original = true" in result.stderr
        assert (store.done, AS_SAID in result.output) == ([], False)

    def test_shows_the_words_as_they_were_said(self, runner: CliRunner, store: FakeStore, place: Path) -> None:
        (place / "stimmung.toml").write_text(KEEPING)
        result = show(runner, store, "4711", "--unredacted")
        assert AS_SAID in result.stdout
        assert result.stderr == "words as they were said; this look was recorded\n"
        assert store.done[1] == ("look", "4711", True)

    def test_as_json(self, runner: CliRunner, store: FakeStore, place: Path) -> None:
        (place / "stimmung.toml").write_text(KEEPING)
        found = json.loads(show(runner, store, "4711", "--unredacted", "--json", "--quiet").stdout)
        assert found["utterances"][0]["text"] == AS_SAID
        assert found["utterances"][0]["words"][0]["text"] == AS_SAID

    def test_a_deployment_that_keeps_them_still_shows_redacted_words(
        self, runner: CliRunner, store: FakeStore, place: Path
    ) -> None:
        (place / "stimmung.toml").write_text(KEEPING)
        assert AS_SAID not in show(runner, store, "4711").stdout


class TestStore:
    def test_data_dir_goes_before_the_settings(self, runner: CliRunner, store: FakeStore, place: Path) -> None:
        (place / "stimmung.toml").write_text('[store]\ndata_dir = "kept"')
        show(runner, store, "4711", "--data-dir", "elsewhere")
        show(runner, store, "4711")
        assert [one.store.data_dir for one in store.settings] == [Path("elsewhere"), Path("kept")]

    def test_what_it_waits_for_is_told_apart_from_the_result(self, runner: CliRunner, store: FakeStore) -> None:
        store.waiting = "the database recovers …"
        result = show(runner, store, "4711", "--json")
        assert result.stderr == "the database recovers …\n"
        assert json.loads(result.stdout)

    def test_quiet_tells_nothing(self, runner: CliRunner, store: FakeStore) -> None:
        store.waiting = "the database recovers …"
        assert show(runner, store, "4711", "--quiet").stderr == ""

    def test_a_store_that_cannot_be_opened(self, runner: CliRunner, store: FakeStore) -> None:
        store.unreachable = "the database 'calls' at db.example.org cannot be reached"
        result = show(runner, store, "4711")
        assert (result.exit_code, result.stderr) == (1, f"error: {store.unreachable}\n")


class TestPlace:
    @pytest.fixture
    def store(self) -> FakeStore:
        """A store with a call of six utterances, ten seconds apart."""
        said = [
            Utterance(0, "customer", "", 10.0 * place, 10.0 * place + 4.0, f"Satz {place}", "de", 0.9, (), ())
            for place in range(6)
        ]
        call = kept_call()
        analysis = replace(call.analysis, utterances=tuple(said), duration=60.0)
        return FakeStore(kept={"4711": replace(call, analysis=analysis)})

    @staticmethod
    def said(result: Result) -> list[list[str]]:
        return [line.split() for line in result.stdout.splitlines() if "Satz" in line]

    def test_what_is_said_around_it_with_a_mark(self, runner: CliRunner, store: FakeStore) -> None:
        result = show(runner, store, "4711", "--at", "0:32", "--around", "10")
        assert result.stdout.splitlines()[0].rstrip() == "calls/card.flac  0:32 of 1:00, 10 s around"
        assert self.said(result) == [
            ["0:20", "Customer", "Satz", "2"],
            ["▶", "0:30", "Customer", "Satz", "3"],
            ["0:40", "Customer", "Satz", "4"],
        ]
        assert "course" not in result.stdout
        assert store.done == ["open", ("look", "4711", False), "closed"]

    def test_half_a_minute_by_itself(self, runner: CliRunner, store: FakeStore) -> None:
        assert len(self.said(show(runner, store, "4711", "--at", "0:00"))) == 4

    def test_between_two_the_one_before_is_marked(self, runner: CliRunner, store: FakeStore) -> None:
        assert ["▶", "0:30", "Customer", "Satz", "3"] in self.said(show(runner, store, "4711", "--at", "37s"))

    def test_json_has_these_utterances_alone(self, runner: CliRunner, store: FakeStore) -> None:
        found = json.loads(show(runner, store, "4711", "--at", "0:32", "--around", "10", "--json").stdout)
        assert [one["text"] for one in found["utterances"]] == ["Satz 2", "Satz 3", "Satz 4"]

    @pytest.mark.parametrize("words", ["--at 1:01", "--at noon", "--around 5"])
    def test_what_is_no_place_in_it(self, runner: CliRunner, store: FakeStore, words: str) -> None:
        result = show(runner, store, "4711", *words.split())
        assert (result.exit_code, result.stdout) == (2, "")
