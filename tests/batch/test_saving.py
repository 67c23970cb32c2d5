"""`stimmung analyze --save`: what is kept and told, and that a failing store costs nobody the result."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.batch.kept_calls import FakeStore
from typer.testing import CliRunner, Result

from stimmung.batch.cli import build_app
from stimmung.batch.pipeline import Pipeline
from stimmung.calls.analysis import Recording
from stimmung.calls.policy import Party, report_policy
from stimmung.calls.records import Analyzed, CallAnalysis, Deployment
from stimmung.calls.redaction.records import Original
from stimmung.speech.errors import AudioError, StoreError
from stimmung.speech.records import CallInfo
from stimmung.store.content import hash_recording, made_call_id

FakePipeline = Any  # of conftest.py, which importlib mode cannot import
WORDS = (Original(0, "mein Name ist Anna Weber.", ()),)


@pytest.fixture
def store() -> FakeStore:
    """A store without calls."""
    return FakeStore(kept={})


class Saving:
    """Runs `stimmung analyze`, by the rules for a customer of `info`; `sounds`: whose sound was redacted."""

    def __init__(self, runner: CliRunner, pipeline: FakePipeline, store: FakeStore) -> None:
        self._runner, self._pipeline, self._store = runner, pipeline, store
        self.info = CallInfo(consent="granted")
        self.originals: tuple[Original, ...] = ()
        self.sounds: list[Path] = []
        self.sound_error: AudioError | None = None

    def __call__(self, *words: str) -> Result:
        return self._runner.invoke(
            build_app(self._pipeline_with_rules, open_store=self._store.open), ["analyze", *words]
        )

    def _pipeline_with_rules(self) -> Pipeline:
        parts: Pipeline = self._pipeline()

        def analyze(*given: Any) -> Analyzed:
            found = parts.analyze(*given)
            policy = report_policy([Party("customer", 1.0)], self.info, Deployment())
            info = replace(self.info, call_id=given[1].call_id)
            return Analyzed(replace(found.analysis, policy=policy, info=info), self.originals)

        return replace(parts, analyze=analyze, redact_sound=self._redact)

    def _redact(self, recording: Recording, analysis: CallAnalysis) -> bytes:
        self.sounds.append(recording.files[0])
        if self.sound_error:
            raise self.sound_error
        return b"OggS"


@pytest.fixture
def analyze(runner: CliRunner, pipeline: FakePipeline, store: FakeStore, calls: Path) -> Saving:
    """Run `stimmung analyze` with these words."""
    return Saving(runner, pipeline, store)


class TestSaving:
    def test_a_call_is_shown_then_kept_and_its_id_told(self, analyze: Saving, store: FakeStore, calls: Path) -> None:
        result = analyze("a.wav", "--save", "--info", "call_id=4711")
        assert result.exit_code == 0
        assert "Stadtwerke" in result.stdout
        assert result.stderr == "saved as 4711\n"
        (saved,) = store.saved
        assert saved.analysis.path == "a.wav"
        assert saved.content_hash == hash_recording([Path("a.wav")], "4711")
        assert saved.provenance.settings["models.whisper"] == "base"
        assert saved.audio == b"OggS"
        assert store.done[-1] == "closed"

    def test_without_save_no_store_is_opened(self, analyze: Saving, store: FakeStore) -> None:
        assert analyze("a.wav").exit_code == 0
        assert store.done == []

    def test_the_same_recording_again(self, analyze: Saving, store: FakeStore) -> None:
        analyze("a.wav", "--save", "--info", "call_id=4711")
        assert analyze("a.wav", "--save", "--info", "call_id=4711").stderr == "already saved as 4711\n"

    def test_several_share_one_opening(self, analyze: Saving, store: FakeStore, calls: Path) -> None:
        (calls / "b.wav").write_bytes(b"RIFF of another call")
        result = analyze("a.wav", "b.wav", "--save", "--txt")
        assert [one for one in store.done if isinstance(one, str)] == ["make", "closed"]
        assert result.stderr.count("saved as ") == 2

    def test_data_dir(self, analyze: Saving, store: FakeStore) -> None:
        analyze("a.wav", "--save", "--data-dir", "kept")
        assert store.settings[0].store.data_dir == Path("kept")

    def test_data_dir_without_save_is_a_misunderstanding(self, analyze: Saving, store: FakeStore) -> None:
        assert analyze("a.wav", "--data-dir", "kept").exit_code == 2

    def test_originals_go_with_it(self, analyze: Saving, store: FakeStore) -> None:
        analyze.originals = WORDS
        analyze("a.wav", "--save")
        assert store.saved[0].originals == WORDS

    def test_one_that_is_kept_and_too_old_to_stay_is_replaced_with_a_warning(
        self, analyze: Saving, store: FakeStore
    ) -> None:
        analyze.info = CallInfo(consent="granted", started_at=datetime(2020, 1, 1, tzinfo=UTC))
        result = analyze("a.wav", "--save", "--info", "call_id=4711")
        assert len(store.saved) == 1
        assert result.stderr == (
            "saved as 4711\nthe call began 2020-01-01: the next `stimmung retention run` removes it\n"
        )

    def test_quiet(self, analyze: Saving, store: FakeStore) -> None:
        assert analyze("a.wav", "--save", "--quiet").stderr == ""
        assert len(store.saved) == 1

    def test_files_that_were_written_are_known_to_the_store(self, analyze: Saving, store: FakeStore) -> None:
        analyze("a.wav", "--save", "--json", "--txt", "--output", "out", "--plot", "a.svg")
        results, plot = (Path("out/a.json"), Path("out/a.txt")), (Path("a.svg"),)
        call_id = made_call_id(hash_recording([Path("a.wav")], None))
        assert [one for one in store.done if isinstance(one, tuple)] == [
            ("intend", call_id, results, (False, False)),
            ("written", (True, True)),
            ("intend", call_id, plot, (False,)),
            ("written", (True,)),
            ("save", store.saved[0].content_hash, (*results, *plot)),
        ]

    def test_both_files_of_a_call_as_tables_are_known_to_the_store(self, analyze: Saving, store: FakeStore) -> None:
        analyze("a.wav", "--save", "--info", "call_id=4711", "--format", "parquet,vcon", "--output", "out")
        files = (Path("out/a.vcon"), Path("out/a.calls.parquet"), Path("out/a.utterances.parquet"))
        assert [one for one in store.done if isinstance(one, tuple)] == [
            ("intend", "4711", files, (False,) * 3),
            ("written", (True,) * 3),
            ("save", store.saved[0].content_hash, files),
        ]

    def test_files_of_which_the_store_cannot_know_are_not_written(
        self, analyze: Saving, store: FakeStore, calls: Path
    ) -> None:
        store.unknowing = StoreError("the database is gone")
        result = analyze("a.wav", "--save", "--output", "out")
        assert (result.exit_code, list((calls / "out").iterdir())) == (1, [])
        assert "the database is gone" in result.stderr
        assert analyze("a.wav", "--output", "out").exit_code == 0


class TestErasedOnRequest:
    def test_is_refused_before_it_is_analysed_and_the_others_go_on(
        self, analyze: Saving, store: FakeStore, pipeline: FakePipeline, calls: Path
    ) -> None:
        store.refused = ("4711",)
        (calls / "a.call.json").write_text(json.dumps({"call_id": "4711"}))
        result = analyze("a.wav", "b.wav", "--save", "--txt")
        assert result.exit_code == 1
        assert result.stderr.startswith("error: a.wav: call 4711 was erased on request\n")
        assert [one.files[0] for one in pipeline.recordings] == [Path("b.wav")]
        assert [one.analysis.path for one in store.saved] == ["b.wav"]
        assert store.asked[0].content_hash == hash_recording([Path("a.wav")], "4711")

    def test_is_kept_where_somebody_says_so(self, analyze: Saving, store: FakeStore) -> None:
        store.refused = ("4711",)
        result = analyze("a.wav", "--save", "--save-erased", "--info", "call_id=4711")
        assert result.exit_code == 0
        assert (len(store.saved), store.erased_too) == (1, [True])

    def test_is_shown_as_any_other_without_save(self, analyze: Saving, store: FakeStore) -> None:
        store.refused = ("4711",)
        assert analyze("a.wav", "--info", "call_id=4711").exit_code == 0

    def test_is_a_question_of_saving(self, analyze: Saving) -> None:
        result = analyze("a.wav", "--save-erased")
        assert result.exit_code == 2
        assert "name both" in result.stderr


class TestSound:
    def test_that_is_too_old_is_not_kept(self, analyze: Saving, store: FakeStore) -> None:
        store.silenced = "the call began 2026-01-01, and sound stays 30 days"
        result = analyze("a.wav", "--save", "--info", "call_id=4711")
        assert store.saved[0].audio is None
        assert result.stderr == f"saved as 4711; its sound is not kept: {store.silenced}\n"

    def test_is_not_kept_without_consent_and_the_way_out_is_told(self, analyze: Saving, store: FakeStore) -> None:
        analyze.info = CallInfo(consent="unknown")
        result = analyze("a.wav", "--save", "--info", "call_id=4711")
        assert (store.saved[0].audio, analyze.sounds) == (None, [])
        assert result.stderr.startswith("saved as 4711; its sound is not kept: whether the caller consents is unknown")
        assert "policy.legal_basis in the settings" in result.stderr

    def test_is_not_kept_where_the_settings_say_so(self, analyze: Saving, store: FakeStore, calls: Path) -> None:
        (calls / "stimmung.toml").write_text('[store]\nkeep_audio = "none"')
        result = analyze("a.wav", "--save")
        assert (store.saved[0].audio, analyze.sounds) == (None, [])
        assert "its sound is not kept: store.keep_audio is none" in result.stderr

    def test_that_cannot_be_read_again_is_told_and_nothing_is_kept(self, analyze: Saving, store: FakeStore) -> None:
        analyze.sound_error = AudioError("a.wav: cannot be read")
        result = analyze("a.wav", "--save")
        assert (result.exit_code, store.saved) == (1, [])
        assert "Stadtwerke" in result.stdout


class TestFailures:
    @pytest.mark.parametrize("error", [StoreError("the database is gone"), ValueError("said Anna Weber")])
    def test_a_failing_store_costs_nobody_the_result(self, analyze: Saving, store: FakeStore, error: Exception) -> None:
        store.failing = lambda call: error if call.analysis.path == "a.wav" else None
        result = analyze("a.wav", "b.wav", "--save", "--json")
        assert result.exit_code == 1
        assert [one["call"]["path"] for one in json.loads(result.stdout)] == ["a.wav", "b.wav"]
        assert result.stderr.startswith("error: a.wav: ")
        assert "Anna Weber" not in result.output
        assert [one.analysis.path for one in store.saved] == ["b.wav"]

    def test_a_result_that_cannot_be_written_is_kept_all_the_same(
        self, analyze: Saving, store: FakeStore, calls: Path
    ) -> None:
        (calls / "out" / "a.json").mkdir(parents=True)
        assert analyze("a.wav", "--save", "--output", "out").exit_code == 1
        assert len(store.saved) == 1

    def test_a_store_that_cannot_be_opened_stops_before_any_work(
        self, analyze: Saving, store: FakeStore, pipeline: FakePipeline
    ) -> None:
        store.unreachable = "the database cannot be reached"
        result = analyze("a.wav", "--save")
        assert result.exit_code == 1
        assert result.stderr == (
            "error: the database cannot be reached; to analyse without keeping or recording anything, leave out --save"
            " and --unredacted\n"
        )
        assert pipeline.recordings == []

    def test_a_recording_that_fails_is_not_kept(self, analyze: Saving, store: FakeStore) -> None:
        assert analyze("bad.wav", "--save").exit_code == 1
        assert store.saved == []
