"""Folders become calls: which files, under which names, with what is known of them; and what the page tells of it."""

import os
import re
import sys
import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.batch.overnight.places import finder, found, later, listed, names, told, write

from stimmung.batch.overnight.file_patterns import file_patterns
from stimmung.batch.overnight.manifests import FILE_COLUMNS, KNOWN_KEYS
from stimmung.batch.overnight.name_presets import names_reader, preset_names, read_names
from stimmung.batch.overnight.pairs import Taken, Waits, calls_of, parse_endings
from stimmung.batch.overnight.records import Listing, Told
from stimmung.batch.overnight.sidecar_xml import parse_xml_field, xml_values
from stimmung.speech.callinfo import call_info_to_json, parse_call_info
from stimmung.speech.errors import AudioError, SettingsError
from stimmung.speech.settings import BatchSettings

BERLIN = ZoneInfo("Europe/Berlin")


class TestPatterns:
    @pytest.mark.parametrize(
        ("patterns", "path", "fits"),
        [
            (("*.wav",), "4711.WAV", True),
            (("*.wav",), "monday/4711.wav", True),
            (("*.wav",), "4711.wav.part", False),
            (("monday/*.wav",), "monday/4711.wav", True),
            (("monday/*.wav",), "friday/4711.wav", False),
            (("monday/*.wav",), "old/monday/4711.wav", False),
            (("*.wav", "!*test*"), "4711-test.wav", False),
            (("*.wav", "!test/*"), "test/4711.wav", False),
            (("!*.txt",), "4711.wav", True),
            (("!*.txt",), "4711.txt", False),
            (("471[0-9].wav",), "4711.wav", True),
        ],
    )
    def test_shell_patterns(self, patterns: tuple[str, ...], path: str, fits: bool) -> None:
        assert file_patterns(patterns).fit(path) is fits

    def test_the_default_takes_sound_and_nothing_else(self) -> None:
        patterns = file_patterns(BatchSettings().patterns)
        assert all(patterns.fit(f"a.{ending}") for ending in ("wav", "mp3", "flac", "opus", "ulaw", "sln16"))
        assert not any(patterns.fit(f"a.{ending}") for ending in ("xml", "call.json", "txt", "csv", "wav.tmp", "zip"))


class TestFolders:
    def test_calls_come_with_names_sidecars_and_pairs(self, tmp_path: Path) -> None:
        write(tmp_path, "20261121-101530_billing_03023125017.wav", "4711-in.wav", "4711-out.wav", "notes.txt")
        write(tmp_path, "4711.call.json", content='{"queue": "service", "customer": "K-1"}')
        read = finder(names="{started_at:%Y%m%d-%H%M%S}_{queue}_{customer}").find(str(tmp_path), later)
        named, pair = found(read)
        assert named.info == {
            "queue": "billing", "customer": "03023125017", "started_at": "2026-11-21T09:15:30+00:00",
        }  # fmt: skip
        assert named.began is not None
        assert named.notes == ()
        assert names(pair) == ("4711-in.wav", "4711-out.wav")
        assert pair.info == {"queue": "service", "customer": "K-1"}
        assert pair.notes == ("the name does not fit pattern: nothing was read from it",)
        assert pair.size == 2

    def test_what_is_written_closer_to_the_call_goes_first(self, tmp_path: Path) -> None:
        write(tmp_path, "name.agent.wav", "name.customer.wav")
        write(tmp_path, "name.xml", content="<c><queue>xml</queue><team>xml</team></c>")
        write(tmp_path, "name.call.json", content='{"team": "json", "roles": ["customer", "agent"]}')
        (call,) = found(finder(names="{queue}").find(str(tmp_path), later))
        assert call.info == {"queue": "xml", "team": "json", "roles": ["customer", "agent"]}
        (tmp_path / "name.call.json").unlink()
        (call,) = found(finder(names="{queue}").find(str(tmp_path), later))
        assert call.info == {"queue": "xml", "team": "xml", "roles": ["agent", "customer"]}

    def test_a_pairs_name_is_read_without_its_ending(self, tmp_path: Path) -> None:
        write(tmp_path, "billing_1-in.wav", "billing_1-out.wav", "billing_2-in.wav")
        pair, lonely = found(finder(names="{queue}_{call_id:digits}").find(str(tmp_path), later))
        assert pair.info == {"queue": "billing", "call_id": "1"}
        assert lonely.info == {"queue": "billing", "call_id": "2"}
        assert lonely.notes == ("there is no billing_2-out.wav: taken for a recording of its own",)

    def test_folders_above_belong_to_the_name(self, tmp_path: Path) -> None:
        write(tmp_path, "archive/2026/Nov/21/4711.wav")
        (call,) = found(finder(names="fusionpbx").find(str(tmp_path / "archive" / "2026"), later))
        assert call.info == {"call_id": "4711", "metadata": {"recorded_on": "2026-11-21"}}
        assert call.began is not None
        assert call.began.isoformat() == "2026-11-20T23:00:00+00:00"

    def test_a_sidecar_that_makes_no_sense_keeps_its_call_from_being_done(self, tmp_path: Path) -> None:
        write(tmp_path, "a.wav", "b.wav")
        write(tmp_path, "a.call.json", content='{"consent": "maybe"}')
        first, second = found(finder(names="{queue}").find(str(tmp_path), later))
        assert first.trouble is not None
        assert 'consent = "maybe"' in first.trouble
        assert (first.info, second.trouble, second.info) == ({}, None, {"queue": "b"})

    def test_neither_does_one_that_is_broken(self, tmp_path: Path) -> None:
        write(tmp_path, "a.wav", "b.wav")
        write(tmp_path, "a.call.json", content="{")
        first, second = found(finder(names="{queue}").find(str(tmp_path), later))
        assert first.trouble is not None
        assert "line 1, column 2" in first.trouble
        assert (first.info, second.trouble) == ({}, None)

    def test_what_is_left_out_by_name_is_not_read_beside_recordings_either(self, tmp_path: Path) -> None:
        write(tmp_path, "a.wav")
        write(tmp_path, "a.xml", content="<!DOCTYPE a><queue>1</queue>")
        write(tmp_path, "a.call.json", content='{"team": "x"}')
        (call,) = found(finder(patterns=["*.wav", "!*.xml"]).find(str(tmp_path), later))
        assert (call.trouble, call.info) == (None, {"team": "x"})

    def test_the_call_changes_with_its_sidecar(self, tmp_path: Path) -> None:
        write(tmp_path, "a.wav")
        (bare,) = found(finder().find(str(tmp_path), later))
        write(tmp_path, "a.call.json", content='{"consent": "withdrawn"}')
        (with_sidecar,) = found(finder().find(str(tmp_path), later))
        assert with_sidecar.places == bare.places
        assert with_sidecar.versions != bare.versions

    def test_a_recording_waits_while_what_stands_beside_it_is_written(self) -> None:
        files = {**listed("a.wav"), **listed("a.xml", "b.xml", changed=1_000.0)}
        wait = Waits(now=1_010.0, settle=30.0, other_half=300.0)
        items = list(finder().calls_in(Listing("/calls", "", files), wait))
        assert items == [Told("waiting", "/calls/a.wav", "a.xml may still be being written", 20.0)]

    def test_sidecars_are_no_recordings_whatever_the_patterns(self, tmp_path: Path) -> None:
        write(tmp_path, "a.wav")
        write(tmp_path, "a.call.json", content="{}")
        assert [names(call) for call in found(finder(patterns=["*"]).find(str(tmp_path), later))] == [("a.wav",)]

    @pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are text")
    def test_a_name_that_is_no_text_is_told_and_the_rest_goes_on(self, tmp_path: Path) -> None:
        (Path(os.fsdecode(os.fsencode(tmp_path) + b"/St\xf6rung.wav"))).write_bytes(b"x")
        write(tmp_path, "Störung.wav")
        items = list(finder().find(str(tmp_path), later))
        assert [names(call) for call in found(iter(items))] == [("Störung.wav",)]
        (problem,) = told(iter(items))
        assert problem.place == f"{tmp_path}/St\\udcf6rung.wav"
        assert "not UTF-8" in problem.reason

    def test_relative_folders_give_absolute_places(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(tmp_path, "calls/a.wav")
        monkeypatch.chdir(tmp_path)
        (call,) = found(finder().find("calls", later))
        assert call.places == (str(tmp_path / "calls" / "a.wav"),)

    def test_where_there_is_nothing_it_is_said(self, tmp_path: Path) -> None:
        with pytest.raises(AudioError, match=r"gone: is no folder"):
            list(finder().find(str(tmp_path / "gone"), later))

    def test_a_preset_is_suggested_where_most_names_fit(self, tmp_path: Path) -> None:
        write(tmp_path, *(f"out-0302312501{number}-204-20261121-101530-1795252530.{number}.wav" for number in range(5)))
        suggested = finder().suggested_names(str(tmp_path))
        assert suggested is not None
        assert suggested.name == "freepbx"
        write(tmp_path, "one.wav", "two.wav")
        assert finder().suggested_names(str(tmp_path)) is None

    def test_wrong_settings_are_refused_before_anything_is_looked_at(self) -> None:
        with pytest.raises(SettingsError, match="column 8"):
            finder(names="{queue}{customer}")
        with pytest.raises(SettingsError, match="is no path"):
            finder(xml_fields=["agent=call["])

    @given(
        st.lists(st.text("ab-_.inout/", min_size=1, max_size=10).map(lambda name: f"{name.strip('/')}.wav"), max_size=6)
    )
    def test_every_recording_is_in_one_call_or_told(
        self, tmp_path_factory: pytest.TempPathFactory, paths: list[str]
    ) -> None:
        top = tmp_path_factory.mktemp("calls")
        wanted = {path for path in paths if not any(part.startswith(".") or part == "" for part in path.split("/"))}
        wanted = {path for path in wanted if not any(f"{path}/" == other[: len(path) + 1] for other in wanted)}
        if wanted:
            write(top, *sorted(wanted))
        items = list(finder().find(str(top), later))
        places = [place for call in found(iter(items)) for place in call.places] + [i.place for i in told(iter(items))]
        assert sorted(places) == sorted(str(top / path) for path in wanted)


class TestPage:
    """docs/sources.md: each of its examples."""

    @pytest.fixture
    def page(self, root: Path) -> str:
        return (root / "docs" / "sources.md").read_text("utf-8")

    def blocks(self, page: str, kind: str) -> list[str]:
        return re.findall(rf"^```{kind}\n(.*?)^```", page, re.DOTALL | re.MULTILINE)

    def test_each_preset_reads_the_name_that_is_shown(self, page: str) -> None:
        rows = re.findall(r"^\| `([\w-]+)` \| .+? \| `(.+)` \|$", page, re.MULTILINE)
        assert [preset for preset, _ in rows] == list(preset_names())
        for preset, path in rows:
            info = read_names(names_reader(preset), path, BERLIN)
            assert info is not None, path
            assert info.began is not None, path

    def test_each_pattern_reads_its_names_as_shown(self, page: str) -> None:
        (block,) = self.blocks(page, "pattern")
        examples = [part.splitlines() for part in block.strip().split("\n\n")]
        assert len(examples) == 3
        for pattern, *lines in examples:
            for line in lines:
                path, shown = line.split(" → ")
                info = read_names(names_reader(pattern), path, BERLIN)
                assert info is not None, path
                known = call_info_to_json(parse_call_info(info.values, "name", BERLIN))
                values = {**known, **dict(known["metadata"] or {})} if isinstance(known["metadata"], dict) else known
                read = [f"{key}={values[key]}" for key in sorted(info.values) if info.values[key] is not None]
                assert " ".join(read) == shown

    def test_a_queue_with_a_separator_fits_the_first_pattern_not(self, page: str) -> None:
        pattern = names_reader(self.blocks(page, "pattern")[0].splitlines()[0])
        assert read_names(pattern, "20261121-101530_billing_de_03023125017", BERLIN) is None

    def test_each_pair_is_taken_as_shown(self, page: str) -> None:
        endings = tuple(parse_endings(text) for text in BatchSettings().pair_suffixes)
        (block,) = self.blocks(page, "pairs")
        assert len(block.splitlines()) == 6
        for line in block.splitlines():
            files, shown = re.split(r" +→ ", line)
            items = calls_of(listed(*files.split()), endings, Waits(1_000.0, 30.0, 300.0))
            calls = [item for item in items if isinstance(item, Taken)]
            told = [
                " + ".join(file.name for file in call.files)
                + (f" ({', '.join(call.roles)})" if call.roles else "")
                + (" alone" if len(call.files) == 1 else "")
                for call in calls
            ]
            assert ", ".join(told) == shown

    def test_the_settings_that_are_shown_are_settings(self, page: str) -> None:
        patterns, xml = (
            BatchSettings.model_validate(tomllib.loads(text)["batch"]) for text in self.blocks(page, "toml")
        )
        fit = file_patterns(patterns.patterns).fit
        assert (fit("a.wav"), fit("my-test.wav"), fit("training/a.wav"), fit("a.flac")) == (True, False, False, False)
        (document,) = self.blocks(page, "xml")
        fields = [parse_xml_field(text) for text in xml.xml_fields]
        assert xml_values(document.encode(), fields, "page", BERLIN) == {
            "call_id": "4711", "agent": "204", "customer": "03023125017", "started_at": "2026-11-21T09:15:30+00:00",
        }  # fmt: skip

    @pytest.mark.parametrize("kind", ["csv", "jsonl"])
    def test_the_lists_that_are_shown_are_lists(self, page: str, tmp_path: Path, kind: str) -> None:
        (block,) = self.blocks(page, kind)
        write(tmp_path, "4711.wav", "monday/4712.wav", "4713-agent.wav", "4713-caller.wav")
        items = list(finder().find(str(write(tmp_path, f"calls.{kind}", content=block)), later))
        calls = found(iter(items))
        assert len(calls) == len(items) == (2 if kind == "csv" else 1)
        assert all(call.trouble is None and call.info["queue"] == "billing" for call in calls)
        if kind == "csv":
            assert calls[0].info["metadata"] == {"order_number": "A1077"}

    def test_every_field_column_and_setting_is_told(self, page: str, root: Path) -> None:
        told = set(re.findall(r"`(\w+)`", page))
        assert KNOWN_KEYS - {"metadata", "emotion_notice_given_at"} <= told
        assert {column for column in FILE_COLUMNS if not column.endswith("2")} <= told
        running = (root / "docs" / "overnight.md").read_text("utf-8")
        assert set(BatchSettings.model_fields) <= told | set(re.findall(r"`batch\.(\w+)`", running))
