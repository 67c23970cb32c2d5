"""`stimmung analyze` as a user meets it: what stands on stdout, what on stderr, and how it ends."""

import json
import logging
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from stimmung.batch.cli import build_app
from stimmung.calls.analysis import Recording
from stimmung.speech.errors import AudioError, WeightsError
from stimmung.speech.records import CallInfo

Pipeline = Any  # the FakePipeline of conftest.py, which importlib mode cannot import


@pytest.fixture
def analyze(runner: CliRunner, pipeline: Pipeline, calls: Path) -> Any:
    """Run `stimmung analyze` with these words."""

    def run(*words: str) -> Result:
        return runner.invoke(build_app(pipeline), ["analyze", *words])

    return run


def one_line(text: str) -> str:
    """Undo rich's frames and line breaks."""
    return " ".join(text.replace("│", " ").split())


class TestTranscript:
    def test_one_recording(self, analyze: Any) -> None:
        result = analyze("a.wav", "--roles", "agent,customer")
        assert result.exit_code == 0
        assert result.stdout.startswith("a.wav  1:32 · 2 channels · German · agent, customer")
        assert "Customer Ja, guten Tag." in result.stdout
        assert "4.2 s · 22 × real time · Whisper base" in result.stdout
        assert result.stderr == ""

    def test_several_come_one_after_the_other(self, analyze: Any) -> None:
        result = analyze("a.wav", "b.wav")
        assert result.stdout.index("a.wav") < result.stdout.index("b.wav")
        assert result.stdout.count("Stadtwerke") == 2

    def test_no_colours_reach_a_pipe(self, analyze: Any) -> None:
        assert "\x1b" not in analyze("a.wav").output

    def test_plain_text(self, analyze: Any) -> None:
        result = analyze("a.wav", "--txt")
        assert "Stadtwerke" in result.stdout
        assert "real time" not in result.stdout


class TestMachineFormats:
    def test_json_of_one_is_an_object(self, analyze: Any) -> None:
        found = json.loads(analyze("a.wav", "--json").stdout)
        assert found["call"]["path"] == "a.wav"
        assert found["utterances"][1]["text"].startswith("Ja, guten Tag.")

    def test_json_of_several_is_a_list_in_their_order(self, analyze: Any) -> None:
        found = json.loads(analyze("b.wav", "a.wav", "--json").stdout)
        assert [one["call"]["path"] for one in found] == ["b.wav", "a.wav"]

    def test_umlauts_stay_umlauts(self, analyze: Any) -> None:
        assert "für Ihre Geduld" in analyze("a.wav", "--json").stdout

    def test_a_list_stays_a_list_when_only_one_succeeds(self, analyze: Any) -> None:
        result = analyze("a.wav", "bad.wav", "--json")
        assert [one["call"]["path"] for one in json.loads(result.stdout)] == ["a.wav"]

    def test_a_list_of_failures_is_empty(self, analyze: Any) -> None:
        assert json.loads(analyze("bad.wav", "bad.wav", "--json").stdout) == []

    def test_the_only_one_failing_prints_nothing(self, analyze: Any) -> None:
        assert analyze("bad.wav", "--json").stdout == ""

    def test_subtitles(self, analyze: Any) -> None:
        assert analyze("a.wav", "--srt").stdout.startswith("1\n00:00:00,400 --> ")
        assert analyze("a.wav", "--vtt").stdout.startswith("WEBVTT\n\n00:00:00.400 --> ")


class TestOutput:
    def test_json_by_default_and_nothing_on_stdout(self, analyze: Any, calls: Path) -> None:
        result = analyze("a.wav", "b.wav", "--output", "out/night")
        assert result.stdout == ""
        assert sorted(path.name for path in (calls / "out/night").iterdir()) == ["a.json", "b.json"]
        assert json.loads((calls / "out/night/b.json").read_text(encoding="utf-8"))["call"]["path"] == "b.wav"
        assert "wrote out/night/a.json" in result.stderr

    def test_all_formats_at_once(self, analyze: Any, calls: Path) -> None:
        assert analyze("a.wav", "--json", "--srt", "--vtt", "--txt", "--output", "out").exit_code == 0
        assert sorted(path.name for path in (calls / "out").iterdir()) == ["a.json", "a.srt", "a.txt", "a.vtt"]

    def test_only_the_formats_that_were_asked_for(self, analyze: Any, calls: Path) -> None:
        analyze("a.wav", "--vtt", "--output", "out")
        assert [path.name for path in (calls / "out").iterdir()] == ["a.vtt"]

    def test_recordings_of_one_name_do_not_overwrite_each_other(self, analyze: Any, calls: Path) -> None:
        (calls / "monday").mkdir()
        (calls / "monday/a.wav").write_bytes(b"RIFF")
        analyze("a.wav", "monday/a.wav", "--output", "out")
        read = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in (calls / "out").iterdir()}
        assert {name: value["call"]["path"] for name, value in read.items()} == {
            "a.json": "a.wav",
            "a-2.json": "monday/a.wav",
        }

    def test_a_failure_leaves_no_file(self, analyze: Any, calls: Path) -> None:
        result = analyze("bad.wav", "a.wav", "--output", "out")
        assert result.exit_code == 1
        assert [path.name for path in (calls / "out").iterdir()] == ["a.json"]

    def test_a_file_in_its_place_is_a_usage_error(self, analyze: Any, pipeline: Pipeline) -> None:
        result = analyze("a.wav", "--output", "b.wav")
        assert result.exit_code == 2
        assert "name a folder" in one_line(result.stderr)
        assert pipeline.recordings == []

    def test_a_folder_that_cannot_be_made_is_told(self, analyze: Any, pipeline: Pipeline) -> None:
        result = analyze("a.wav", "--output", "b.wav/out")
        assert result.exit_code == 1
        assert result.stderr.startswith("error: b.wav/out: ")
        assert pipeline.recordings == []

    def test_a_result_that_cannot_be_written_fails_alone(self, analyze: Any, calls: Path) -> None:
        (calls / "out" / "a.json").mkdir(parents=True)
        result = analyze("a.wav", "b.wav", "--output", "out")
        assert result.exit_code == 1
        assert "a.wav: cannot write" in result.stderr
        assert (calls / "out" / "b.json").is_file()


class TestPlot:
    @pytest.mark.parametrize(("name", "opening"), [("a.png", b"\x89PNG"), ("A.SVG", b"<?xml")])
    def test_is_drawn_beside_the_transcript(self, name: str, opening: bytes, analyze: Any, calls: Path) -> None:
        result = analyze("a.wav", "--plot", name)
        assert result.exit_code == 0
        assert "Stadtwerke" in result.stdout
        assert f"wrote {name}" in result.stderr
        assert (calls / name).read_bytes().startswith(opening)

    def test_is_drawn_beside_json(self, analyze: Any, calls: Path) -> None:
        result = analyze("a.wav", "--json", "--plot", "a.svg")
        assert json.loads(result.stdout)["call"]["path"] == "a.wav"
        assert (calls / "a.svg").is_file()

    def test_two_files_of_one_call_are_one_picture(self, analyze: Any, calls: Path) -> None:
        assert analyze("--one-call", "a.wav", "b.wav", "--plot", "call.svg").exit_code == 0
        assert (calls / "call.svg").is_file()

    def test_a_call_that_fails_leaves_none(self, analyze: Any, calls: Path) -> None:
        assert analyze("bad.wav", "--plot", "a.svg").exit_code == 1
        assert not (calls / "a.svg").exists()

    def test_a_folder_in_its_place_is_told_before_work_starts(
        self, analyze: Any, pipeline: Pipeline, calls: Path
    ) -> None:
        (calls / "a.svg").mkdir()
        result = analyze("a.wav", "--plot", "a.svg")
        assert (result.exit_code, pipeline.recordings) == (2, [])
        assert "is a folder" in one_line(result.stderr)

    def test_a_picture_that_cannot_be_written_is_told(self, analyze: Any, calls: Path) -> None:
        (calls / ".a.svg.partial").mkdir()
        result = analyze("a.wav", "--plot", "a.svg")
        assert result.exit_code == 1
        assert "a.wav: cannot write the picture a.svg" in result.stderr


class TestFailures:
    def test_one_fails_and_the_others_are_done(self, analyze: Any) -> None:
        result = analyze("bad.wav", "a.wav")
        assert result.exit_code == 1
        assert "Stadtwerke" in result.stdout
        assert result.stderr.strip() == "error: bad.wav: holds no sound; check the recorder"

    def test_a_message_without_its_file_gets_it(self, analyze: Any, pipeline: Pipeline) -> None:
        pipeline.error = lambda path: AudioError("is silent")
        assert analyze("a.wav").stderr.strip() == "error: a.wav: is silent"

    def test_missing_files_are_told_before_work_starts(self, analyze: Any, pipeline: Pipeline) -> None:
        told: list[str] = []
        pipeline.error = lambda path: told.append("work")
        result = analyze("a.wav", "gone.wav", "b.wav")
        assert result.exit_code == 1
        assert "error: gone.wav: no such file" in result.stderr
        assert [recording.files[0].name for recording in pipeline.recordings] == ["a.wav", "b.wav"]

    def test_no_model_is_loaded_for_nothing(self, analyze: Any, pipeline: Pipeline) -> None:
        assert analyze("gone.wav").exit_code == 1
        assert pipeline.settings == []

    def test_a_folder_brings_the_hint(self, analyze: Any, calls: Path) -> None:
        (calls / "night").mkdir()
        result = analyze("night")
        assert result.exit_code == 1
        assert "night: is a folder" in result.stderr
        assert "night/*.wav" in result.stderr

    def test_a_sidecar_file_that_makes_no_sense_fails_its_call(self, analyze: Any, calls: Path) -> None:
        (calls / "a.call.json").write_text('{"roles": ["boss"]}')
        result = analyze("a.wav", "b.wav")
        assert result.exit_code == 1
        assert "a.call.json" in result.stderr
        assert "b.wav  1:32" in result.stdout

    def test_a_missing_model_ends_it_at_once(self, analyze: Any, pipeline: Pipeline) -> None:
        def no_weights(settings: object) -> None:
            raise WeightsError("no model 'huge' here; install stimmung[embedded]")

        pipeline.build_engines = no_weights
        result = analyze("a.wav")
        assert result.exit_code == 1
        assert result.stderr.strip() == "error: no model 'huge' here; install stimmung[embedded]"

    @pytest.mark.parametrize("words", [[], ["--json"], ["--output", "out"]])
    def test_an_unforeseen_error_stops_its_recording_only(
        self, words: list[str], analyze: Any, pipeline: Pipeline, caplog: pytest.LogCaptureFixture
    ) -> None:
        pipeline.error = lambda path: ValueError("she said: my card is 4711") if path.name == "a.wav" else None
        with caplog.at_level(logging.DEBUG):
            result = analyze("a.wav", "b.wav", *words)
        assert result.exit_code == 1
        assert [recording.files[0].name for recording in pipeline.recordings] == ["a.wav", "b.wav"]
        assert "error: a.wav: stopped by an unforeseen ValueError" in result.stderr
        assert "4711" not in result.output
        assert [record.levelname for record in caplog.records if record.exc_info] == ["DEBUG"]

    def test_a_number_that_json_has_not_fails_its_recording_only(self, analyze: Any, calls: Path) -> None:
        (calls / "a.call.json").write_text('{"tariff": {"price": 1e999}}')
        result = analyze("a.wav", "b.wav", "--json")
        assert [one["call"]["path"] for one in json.loads(result.stdout)] == ["b.wav"]
        assert "a.call.json: tariff.price = Infinity" in result.stderr

    def test_interrupting_ends_with_130_and_no_traceback(self, analyze: Any, pipeline: Pipeline) -> None:
        pipeline.error = lambda path: KeyboardInterrupt()
        result = analyze("a.wav")
        assert result.exit_code == 130
        assert "Traceback" not in result.output


class TestUsage:
    @pytest.mark.parametrize(
        ("words", "hint"),
        [
            ([], "name a recording"),
            (["a.wav", "--one-call", "a.wav", "b.wav"], "leave out the others"),
            (["a.wav", "--srt", "--vtt"], "--output DIR"),
            (["a.wav", "b.wav", "--srt"], "--output DIR"),
            (["a.wav", "b.wav", "--vtt"], "--output DIR"),
            (["a.wav", "--beam-size", "many"], "--beam-size: models.beam_size: 'many'"),
            (["a.wav", "--device", "gpu"], "'cuda'"),
            (["a.wav", "--language", "fr"], "--language: languages: 'fr'"),
            (["a.wav", "--language", ""], "at least one"),
            (["a.wav", "--roles", "agent,caller"], "--roles: roles: 'caller'"),
            (["a.wav", "--raw-format", "mp3:8000:2"], "mp3"),
            (["a.wav", "--config", "gone.toml"], "gone.toml"),
            (["a.wav", "--info", "consent"], "--info consent: write KEY=VALUE"),
            (["a.wav", "--info", "=granted"], "write KEY=VALUE"),
            (["a.wav", "--info", "consent=yes"], '--info: consent = "yes"'),
            (["a.wav", "--info", "wait_seconds=long"], "wait_seconds = "),
            (["a.wav", "--info", "wait_seconds=nan"], "finite"),
            (["a.wav", "--info", "roles=agent"], "--roles"),
            (["a.wav", "--info", "language=de"], "--language"),
            (["a.wav", "--info", "team=a", "--info", "team=b"], "given twice"),
            (["a.wav", "b.wav", "--info", "call_id=4711"], "call_id: names one call, and there are 2 recordings"),
            (["a.wav", "--plot", "call.pdf"], "call.pdf: ends in neither .png nor .svg, such as call.png"),
            (["a.wav", "--plot", "call"], "ends in neither"),
            (["a.wav", "b.wav", "--plot", "call.png"], "draws one call, and there are 2 recordings"),
            (["a.wav", "--plot", "gone/call.png"], "there is no folder gone"),
            (["a.wav", "--jsno"], "--json"),
        ],
    )
    def test_is_told_and_nothing_runs(self, words: list[str], hint: str, analyze: Any, pipeline: Pipeline) -> None:
        result = analyze(*words)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert hint in one_line(result.stderr)
        assert pipeline.recordings == []


class TestWhatIsPassedOn:
    def test_options_become_settings_and_options_of_the_transcriber(self, analyze: Any, pipeline: Pipeline) -> None:
        words = [
            "--model",
            "large-v3-turbo",
            "--text-model",
            "none",
            "--voice-model",
            "heads/ours",
            "--device",
            "cpu",
            "--beam-size",
            "5",
            "--language",
            "de",
            "--hotwords",
            "Neustadt",
        ]
        analyze("a.wav", *words)
        (settings,) = pipeline.settings
        assert (settings.models.whisper, settings.models.device) == ("large-v3-turbo", "cpu")
        assert (settings.models.text, settings.models.voice) == ("none", "heads/ours")
        (options,) = pipeline.options
        assert (options.languages, options.beam_size, options.hotwords) == (("de",), 5, "Neustadt")

    def test_the_settings_file_counts(self, analyze: Any, pipeline: Pipeline, calls: Path) -> None:
        (calls / "stimmung.toml").write_text("[models]\nbeam_size = 3")
        (calls / "other.toml").write_text("[models]\nbeam_size = 4")
        analyze("a.wav")
        analyze("a.wav", "--config", "other.toml")
        analyze("a.wav", "--beam-size", "5")
        assert [options.beam_size for options in pipeline.options] == [3, 4, 5]

    def test_models_are_built_once(self, analyze: Any, pipeline: Pipeline) -> None:
        analyze("a.wav", "b.wav")
        assert len(pipeline.settings) == 1

    def test_two_files_of_one_call(self, analyze: Any, pipeline: Pipeline) -> None:
        analyze("--one-call", "a.wav", "b.wav", "--json")
        assert pipeline.recordings == [Recording((Path("a.wav"), Path("b.wav")))]
        assert pipeline.infos[0].roles == ("agent", "customer")

    def test_both_files_of_one_call_must_be_there(self, analyze: Any, pipeline: Pipeline) -> None:
        result = analyze("--one-call", "a.wav", "gone.wav")
        assert result.exit_code == 1
        assert "gone.wav: no such file" in result.stderr
        assert pipeline.recordings == []

    def test_the_raw_format(self, analyze: Any, pipeline: Pipeline) -> None:
        analyze("a.wav", "--raw-format", "ulaw:8000:2")
        assert str(pipeline.recordings[0].raw_format) == "ulaw:8000:2"


class TestWhoIsWho:
    def info(self, pipeline: Pipeline) -> CallInfo:
        (info,) = pipeline.infos
        assert isinstance(info, CallInfo)
        return info

    def test_nobody_says(self, analyze: Any, pipeline: Pipeline) -> None:
        result = analyze("a.wav")
        assert self.info(pipeline).roles == ()
        assert "roles unknown" in result.stdout

    def test_the_settings_say(self, analyze: Any, pipeline: Pipeline, calls: Path) -> None:
        (calls / "stimmung.toml").write_text('roles = ["customer", "agent"]')
        analyze("a.wav")
        assert self.info(pipeline).roles == ("customer", "agent")

    def test_the_sidecar_file_goes_before_the_settings(self, analyze: Any, pipeline: Pipeline, calls: Path) -> None:
        (calls / "stimmung.toml").write_text('roles = ["customer", "agent"]')
        (calls / "a.call.json").write_text('{"roles": ["agent", "customer"], "call_id": "4711"}')
        analyze("a.wav")
        assert self.info(pipeline).roles == ("agent", "customer")
        assert self.info(pipeline).call_id == "4711"

    def test_the_option_goes_before_all(self, analyze: Any, pipeline: Pipeline, calls: Path) -> None:
        (calls / "a.call.json").write_text('{"roles": ["agent", "customer"], "call_id": "4711"}')
        analyze("a.wav", "--roles", "customer,agent")
        assert self.info(pipeline).roles == ("customer", "agent")
        assert self.info(pipeline).call_id == "4711"

    def test_the_option_also_goes_before_the_order_of_one_call(self, analyze: Any, pipeline: Pipeline) -> None:
        analyze("--one-call", "a.wav", "b.wav", "--roles", "customer,agent")
        assert self.info(pipeline).roles == ("customer", "agent")

    def test_the_second_files_sidecar_serves_where_the_first_has_none(
        self, analyze: Any, pipeline: Pipeline, calls: Path
    ) -> None:
        (calls / "b.call.json").write_text('{"call_id": "4711", "roles": ["customer"]}')
        analyze("--one-call", "a.wav", "b.wav")
        assert self.info(pipeline).call_id == "4711"
        assert self.info(pipeline).roles == ("agent", "customer")

    def test_times_without_a_zone_are_in_the_settings_zone(self, analyze: Any, pipeline: Pipeline, calls: Path) -> None:
        (calls / "stimmung.toml").write_text('timezone = "Asia/Tokyo"')
        (calls / "a.call.json").write_text('{"started_at": "2026-03-01T09:00:00"}')
        analyze("a.wav")
        started = self.info(pipeline).started_at
        assert started is not None
        assert started.isoformat() == "2026-03-01T00:00:00+00:00"

    @pytest.mark.parametrize(
        ("words", "language"), [([], "de"), (["--language", "en"], "en"), (["--language", "de,en"], None)]
    )
    def test_the_option_goes_before_the_sidecars_language(
        self, words: list[str], language: str | None, analyze: Any, pipeline: Pipeline, calls: Path
    ) -> None:
        (calls / "a.call.json").write_text('{"language": "de"}')
        analyze("a.wav", *words)
        assert self.info(pipeline).language == language


class TestInfo:
    def test_each_key_arrives_and_others_are_metadata(self, analyze: Any, pipeline: Pipeline) -> None:
        given = {
            "call_id": "4711",
            "started_at": "2026-03-01T14:30",
            "agent": "A-17",
            "team": "Süd",
            "queue": "Störung",
            "direction": "inbound",
            "customer": "K-9",
            "consent": "granted",
            "emotion_notice_given_at": "2026-03-01T13:30:05Z",
            "wait_seconds": "42.5",
            "tariff": "a=b",
        }
        assert analyze("a.wav", *(word for key in given for word in ("--info", f"{key}={given[key]}"))).exit_code == 0
        assert pipeline.infos == [
            CallInfo(
                call_id="4711",
                started_at=datetime(2026, 3, 1, 13, 30, tzinfo=UTC),
                agent="A-17",
                team="Süd",
                queue="Störung",
                direction="inbound",
                customer="K-9",
                consent="granted",
                emotion_notice_given_at=datetime(2026, 3, 1, 13, 30, 5, tzinfo=UTC),
                wait_seconds=42.5,
                metadata={"tariff": "a=b"},
            )
        ]

    def test_it_goes_before_the_sidecar_and_leaves_the_rest(
        self, analyze: Any, pipeline: Pipeline, calls: Path
    ) -> None:
        sidecar = {"consent": "granted", "agent": "A-17", "team": "Süd", "roles": ["agent"], "site": "Kiel", "desk": 4}
        (calls / "a.call.json").write_text(json.dumps(sidecar))
        analyze("a.wav", "--info", "consent=unknown", "--info", "agent=", "--info", "site=Bonn")
        (info,) = pipeline.infos
        assert (info.consent, info.agent) == ("unknown", None)
        assert (info.team, info.roles) == ("Süd", ("agent",))
        assert info.metadata == {"site": "Bonn", "desk": 4}

    def test_it_holds_for_every_recording(self, analyze: Any, pipeline: Pipeline) -> None:
        analyze("a.wav", "b.wav", "--info", "team=Nord")
        assert [info.team for info in pipeline.infos] == ["Nord", "Nord"]

    def test_two_files_of_one_call_have_one_name(self, analyze: Any, pipeline: Pipeline) -> None:
        assert analyze("--one-call", "a.wav", "b.wav", "--info", "call_id=4711").exit_code == 0
        assert pipeline.infos[0].call_id == "4711"

    def test_its_times_are_in_the_settings_zone(self, analyze: Any, pipeline: Pipeline, calls: Path) -> None:
        (calls / "stimmung.toml").write_text('timezone = "Asia/Tokyo"')
        analyze("a.wav", "--info", "started_at=2026-03-01T09:00")
        assert pipeline.infos[0].started_at == datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere file names are Unicode")
class TestNamesThatAreNotUtf8:
    @pytest.fixture
    def name(self, calls: Path) -> str:
        name = os.fsdecode(b"k\xe4.wav")
        (calls / name).write_bytes(b"RIFF")
        return name

    @pytest.mark.parametrize("words", [[], ["--json"], ["--txt"], ["--srt"]])
    def test_on_stdout(self, words: list[str], name: str, analyze: Any) -> None:
        result = analyze(name, *words)
        assert result.exit_code == 0
        assert ("k\ufffd.wav" in result.stdout) == (words != ["--srt"])

    def test_in_files(self, name: str, analyze: Any, calls: Path) -> None:
        result = analyze(name, "--json", "--txt", "--output", "out")
        assert result.exit_code == 0
        texts = {path.suffix: path.read_text(encoding="utf-8") for path in (calls / "out").iterdir()}
        assert json.loads(texts[".json"])["call"]["path"] == "k\ufffd.wav"
        assert texts[".txt"].startswith("k\ufffd.wav")
        assert "wrote out/k\ufffd.json" in result.stderr

    def test_in_messages(self, name: str, analyze: Any, pipeline: Pipeline) -> None:
        pipeline.error = lambda path: AudioError("is silent")
        assert analyze(name, os.fsdecode(b"\xfc.wav")).stderr == (
            "error: \ufffd.wav: no such file\nerror: k\ufffd.wav: is silent\n"
        )


class TestQuiet:
    def test_no_notes(self, analyze: Any) -> None:
        assert analyze("a.wav", "--output", "out", "--quiet").output == ""

    def test_failures_are_still_told(self, analyze: Any) -> None:
        assert "holds no sound" in analyze("bad.wav", "-q").stderr
