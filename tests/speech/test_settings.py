"""Settings: what wins over what, where each value came from, and what a user reads after a slip."""

import os
import subprocess
import sys
from pathlib import Path
from zoneinfo import available_timezones

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from pydantic import ValidationError

from stimmung.speech.errors import SettingsError
from stimmung.speech.settings import Settings
from stimmung.speech.settings_sources import (
    Given,
    is_secret,
    load_settings,
    setting_fields,
    setting_value,
    unused_variables,
    variable_name,
)

PASSWORD = "hunter2"


@pytest.fixture(autouse=True)
def bare_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Start in an empty folder, with an empty configuration folder and no variables of ours."""
    for name in list(os.environ):
        if name.upper().startswith("STIMMUNG_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


def write(text: str, path: Path = Path("stimmung.toml")) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def complaint(config: Path | None = None, options: tuple[Given, ...] = ()) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(config, options)
    return str(caught.value)


class TestDefaults:
    def test_nothing_needs_to_be_set(self) -> None:
        loaded = load_settings()
        assert loaded.file is None
        assert loaded.origins == {}
        assert loaded.settings.models.whisper == "base"
        assert loaded.settings.models.device == "auto"
        assert loaded.settings.languages == ("de", "en")
        assert loaded.settings.roles == ()
        assert loaded.settings.timezone == "Europe/Berlin"
        assert loaded.settings.store.database_url is None
        assert loaded.settings.policy.legal_basis is None

    def test_building_settings_reads_no_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STIMMUNG_MODELS__DEVICE", "cuda")
        monkeypatch.setenv("STIMMUNG_TIMEZONE", "UTC")
        assert Settings().models.device == "auto"
        assert Settings().timezone == "Europe/Berlin"

    def test_frozen_through_and_through(self) -> None:
        settings = Settings()
        with pytest.raises(ValidationError):
            settings.timezone = "UTC"
        with pytest.raises(ValidationError):
            settings.models.device = "cpu"

    def test_every_setting_is_described(self) -> None:
        undescribed = [key for key, field in setting_fields() if not (field.description or "").strip()]
        assert undescribed == []

    def test_import_reads_neither_file_nor_environment(self, bare_place: Path) -> None:
        write("this is no TOML")
        code = "import stimmung.speech.settings, stimmung.speech.settings_sources"
        environment = os.environ | {"STIMMUNG_TIMEZONE": "nowhere"}
        subprocess.run([sys.executable, "-c", code], cwd=bare_place, env=environment, check=True)


class TestWhichFile:
    def test_the_current_folder_goes_before_the_users(self, tmp_path: Path) -> None:
        write('timezone = "UTC"')
        write('timezone = "Asia/Tokyo"', tmp_path / "config" / "stimmung" / "stimmung.toml")
        loaded = load_settings()
        assert loaded.settings.timezone == "UTC"
        assert loaded.file == Path("stimmung.toml")

    @pytest.mark.skipif(sys.platform != "linux", reason="the place of the user's folder is the system's choice")
    def test_the_users_folder_serves_where_there_is_no_other(self, tmp_path: Path) -> None:
        file = write('timezone = "Asia/Tokyo"', tmp_path / "config" / "stimmung" / "stimmung.toml")
        loaded = load_settings()
        assert loaded.settings.timezone == "Asia/Tokyo"
        assert loaded.origins["timezone"] == str(file)

    def test_a_named_file_goes_before_both(self, tmp_path: Path) -> None:
        write('timezone = "UTC"')
        other = write('roles = ["agent", "customer"]', tmp_path / "other.toml")
        loaded = load_settings(other)
        assert loaded.settings.timezone == "Europe/Berlin"
        assert loaded.settings.roles == ("agent", "customer")

    def test_a_named_file_must_be_there(self) -> None:
        assert "gone.toml" in complaint(Path("gone.toml"))

    def test_a_folder_is_no_settings_file(self, tmp_path: Path) -> None:
        assert str(tmp_path) in complaint(tmp_path)

    def test_broken_toml_names_file_and_line(self) -> None:
        text = complaint(write('timezone = "UTC"\n[models\n'))
        assert "stimmung.toml" in text
        assert "line 2" in text

    def test_bytes_that_are_no_text_name_the_file(self) -> None:
        Path("latin.toml").write_bytes('[policy]\npurpose = "Qualität"'.encode("latin-1"))
        assert "latin.toml" in complaint(Path("latin.toml"))

    def test_the_mark_that_windows_editors_write_first_is_no_error(self) -> None:
        Path("bom.toml").write_bytes(b'\xef\xbb\xbftimezone = "UTC"')
        assert load_settings(Path("bom.toml")).settings.timezone == "UTC"


class TestWhatWins:
    def test_option_over_variable_over_file_over_default(self, monkeypatch: pytest.MonkeyPatch) -> None:
        file = write('[models]\ndevice = "cpu"\nbeam_size = 3\nthreads = 2')
        monkeypatch.setenv("STIMMUNG_MODELS__BEAM_SIZE", "4")
        monkeypatch.setenv("STIMMUNG_MODELS__THREADS", "3")
        loaded = load_settings(file, [Given("models.threads", "1", "--threads")])
        models = loaded.settings.models
        assert (models.device, models.beam_size, models.threads) == ("cpu", 4, 1)
        assert loaded.origins == {
            "models.device": "stimmung.toml",
            "models.beam_size": "STIMMUNG_MODELS__BEAM_SIZE",
            "models.threads": "--threads",
        }

    def test_an_empty_variable_is_not_set(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STIMMUNG_MODELS__DEVICE", "")
        monkeypatch.setenv("STIMMUNG_DATABASE_URL", "")
        assert load_settings().origins == {}

    def test_lists_come_with_commas_from_variables(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STIMMUNG_ROLES", "agent, customer")
        monkeypatch.setenv("STIMMUNG_LANGUAGES", "en")
        settings = load_settings().settings
        assert settings.roles == ("agent", "customer")
        assert settings.languages == ("en",)

    def test_a_variable_counts_in_small_letters_and_keeps_its_name(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STIMMUNG_models__device", "cpu")
        loaded = load_settings()
        assert loaded.settings.models.device == "cpu"
        assert loaded.origins["models.device"] == "STIMMUNG_models__device"

    def test_the_short_database_variable_wins(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STIMMUNG_STORE__DATABASE_URL", "postgresql://long/x")
        assert load_settings().origins["store.database_url"] == "STIMMUNG_STORE__DATABASE_URL"
        monkeypatch.setenv("STIMMUNG_DATABASE_URL", "postgresql://short/x")
        loaded = load_settings()
        assert loaded.settings.store.database_url is not None
        assert loaded.settings.store.database_url.get_secret_value() == "postgresql://short/x"
        assert loaded.origins["store.database_url"] == "STIMMUNG_DATABASE_URL"

    def test_variables_that_are_no_settings_are_left_alone_and_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STIMMUNG_PORT_80_TCP", "tcp://10.0.0.1")  # what Kubernetes adds for a service `stimmung`
        monkeypatch.setenv("STIMMUNG_TIMEZONE", "UTC")
        assert load_settings().settings.timezone == "UTC"
        assert unused_variables() == ["STIMMUNG_PORT_80_TCP"]

    def test_home_is_expanded_in_folders(self, tmp_path: Path) -> None:
        assert load_settings(write('[models]\ncache = "~/kept"')).settings.models.cache == tmp_path / "home" / "kept"

    @pytest.mark.parametrize("word", ["Smart Tarif", "Smart-Tarif", "Tarif24", "ab", "x" * 41, "a_b_c"])
    def test_a_word_of_the_house_is_letters_alone(self, word: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STIMMUNG_SEARCH__COMPOUND_WORDS", f"Glasfaseranschluss,{word}")
        with pytest.raises(SettingsError, match="such as Glasfaseranschluss") as caught:
            load_settings()
        assert "search.compound_words" in str(caught.value)

    def test_words_of_the_house_are_parted_by_commas(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STIMMUNG_SEARCH__COMPOUND_WORDS", "Glasfaseranschluss, Überflieger")
        assert load_settings().settings.search.compound_words == ("Glasfaseranschluss", "Überflieger")

    def test_every_setting_can_be_given_by_its_variable(self, monkeypatch: pytest.MonkeyPatch) -> None:
        samples = {
            "roles": "agent",
            "languages": "en",
            "timezone": "UTC",
            "models.device": "cpu",
            "models.compute_type": "int8",
            "models.beam_size": "2",
            "models.threads": "2",
            "policy.country": "de",
            "policy.keep_original": "true",
            "store.database_url": "postgresql://h/d",
            "store.keep_audio": "none",
            "retention.queues": "complaints=7/30",
            "serve.save": "true",
            "serve.api_key": "0123456789abcdef",
            "serve.order": "first_come",
            "serve.partials": "false",
            "serve.access_log": "true",
            **{f"serve.{name}": "7" for name in ("port", "max_calls")},
            "batch.pair_suffixes": "-x/-y",
            **{f"batch.{name}": "7" for name in ("workers", "at_once", "sound_hours")},
            **{f"batch.recycle_{name}": "7" for name in ("recordings", "mb")},
            "batch.xml_fields": "agent=call/agent",
        }
        keys = [key for key, _ in setting_fields()]
        samples.update({key: "7.5" for key in keys if key.endswith("_seconds")})
        samples.update({key: "7" for key in keys if key.endswith("_days")})
        for key in keys:
            monkeypatch.setenv(variable_name(key), samples.get(key, "something"))
        loaded = load_settings()
        assert set(loaded.origins) == set(keys)
        for key in keys:
            assert setting_value(loaded.settings, key) != setting_value(Settings(), key)


class TestSlips:
    @pytest.mark.parametrize(
        ("text", "key", "suggestion"),
        [
            ('[models]\ndevcie = "cpu"', "models.devcie", "models.device"),
            ("[models]\nbeamsize = 5", "models.beamsize", "models.beam_size"),
            ('timezon = "UTC"', "timezon", "timezone"),
            ('device = "cpu"', "device", "models.device"),
            ('[modles]\ndevice = "cpu"', "modles", "models"),
            ("[policy]\nlegalbasis = 'consent'", "policy.legalbasis", "policy.legal_basis"),
        ],
    )
    def test_an_unknown_key_is_named_with_its_nearest(self, text: str, key: str, suggestion: str) -> None:
        message = complaint(write(text))
        assert message.startswith("stimmung.toml: there is no ")
        assert f" {key};" in message
        assert message.endswith(f"did you mean {suggestion}?")

    def test_an_unknown_key_that_is_like_nothing_gets_the_list(self) -> None:
        message = complaint(write("[models]\nzzz = 1"))
        assert "models.zzz" in message
        assert "models.device" in message
        assert "timezone" in message

    def test_an_unknown_key_in_a_variable(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STIMMUNG_MODELS__DEVCIE", "cpu")
        message = complaint()
        assert message.startswith("STIMMUNG_MODELS__DEVCIE: ")
        assert message.endswith("did you mean models.device?")

    @pytest.mark.parametrize(
        ("text", "value", "right"),
        [
            ('[models]\ndevice = "gpu"', "'gpu'", "'cuda'"),
            ('[models]\nbeam_size = "many"', "'many'", "whole number"),
            ("[models]\nbeam_size = 2.5", "2.5", "whole number"),
            ("[models]\nbeam_size = 0", "0", "at least 1"),
            ("[models]\nbeam_size = 21", "21", "at most 20"),
            ('[models]\nwhisper = ""', "''", "not empty"),
            ("[models]\ncache = 7", "7", "text"),
            ('roles = ["agent", "caller"]', "'caller'", "'customer'"),
            ('languages = ["fr"]', "'fr'", "'de' or 'en'"),
            ("languages = []", "[]", "at least one"),
            ("languages = 3", "3", "list"),
            ('timezone = "Berlin"', "'Berlin'", "Europe/Berlin"),
            ('timezone = "Europe"', "'Europe'", "Europe/Berlin"),
            ('timezone = "../etc/passwd"', "'../etc/passwd'", "Europe/Berlin"),
            ("timezone = 1", "1", "text"),
            ('[policy]\ncountry = "fr"', "'fr'", "'eu' or 'de'"),
            ("[serve]\nport = 65536", "65536", "at most 65535"),
            ('[batch]\npair_suffixes = ["-in"]', "'-in'", "-in/-out"),
            ('[batch]\npair_suffixes = ["-in/-IN"]', "'-in/-IN'", "-in/-out"),
            ('[batch]\nxml_fields = ["agent"]', "'agent'", "agent=call/agent/@id"),
            ('[serve]\ndrain_seconds = "soon"', "'soon'", "a number"),
            ("[serve]\nstart_seconds = 0", "0", "above 0"),
            ("[serve]\nsilence_close_seconds = nan", "nan", "a number"),
            ('[serve]\npartials = "perhaps"', "'perhaps'", "true or false"),
            ('[serve]\norder = "shortest"', "'shortest'", "'distress_first' or 'first_come'"),
        ],
    )
    def test_a_wrong_value_is_shown_with_what_is_right(self, text: str, value: str, right: str) -> None:
        message = complaint(write(text))
        key = text.partition("\n")[2].partition(" ")[0] or text.partition(" ")[0]
        assert message.startswith("stimmung.toml: ")
        assert key in message
        assert value in message
        assert right in message.partition("it takes")[2]
        assert "pydantic" not in message

    def test_a_wrong_option_is_named(self) -> None:
        message = complaint(options=(Given("models.beam_size", "x", "--beam-size"),))
        assert message.startswith("--beam-size: ")

    def test_all_slips_are_told_at_once_each_with_its_place(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STIMMUNG_TIMEZONE", "Berlin")
        lines = complaint(write('[models]\ndevice = "gpu"\nbeam_size = 0')).splitlines()
        assert len(lines) == 3
        assert sum(line.startswith("stimmung.toml: ") for line in lines) == 2
        assert sum(line.startswith("STIMMUNG_TIMEZONE: ") for line in lines) == 1

    @pytest.mark.parametrize("text", ['models = "base"', "store = 1"])
    def test_a_section_takes_no_value_in_the_file(self, text: str) -> None:
        message = complaint(write(text))
        assert message.startswith("stimmung.toml: ")
        assert "is a section" in message

    def test_a_section_takes_no_value_in_a_variable(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STIMMUNG_MODELS", '{"device": "cpu"}')
        assert complaint().startswith("STIMMUNG_MODELS: models is a section")


class TestSecrets:
    @pytest.mark.parametrize("value", [f"mysql://me:{PASSWORD}@host/x", PASSWORD])
    def test_a_wrong_secret_is_not_repeated(self, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STIMMUNG_DATABASE_URL", value)
        with pytest.raises(SettingsError) as caught:
            load_settings()
        assert "STIMMUNG_DATABASE_URL" in str(caught.value)
        assert "postgresql://" in str(caught.value)
        assert PASSWORD not in str(caught.value)
        assert caught.value.__cause__ is None  # pydantic's own text would repeat it in a traceback
        assert caught.value.__suppress_context__

    def test_a_secret_is_not_shown_in_a_dump(self) -> None:
        options = [Given("store.database_url", f"postgresql://me:{PASSWORD}@host/x", "--x")]
        loaded = load_settings(options=options)
        assert PASSWORD not in repr(loaded)
        assert PASSWORD not in loaded.settings.model_dump_json()

    @pytest.mark.parametrize("value", ["tooshort", "sixteen letters and blanks", "0123456789abcdefü", ""])
    def test_a_key_that_could_not_be_sent_is_refused_and_not_repeated(self, value: str) -> None:
        with pytest.raises(SettingsError, match=r"serve\.api_key: the value is not right.*at least 16") as caught:
            load_settings(options=[Given("serve.api_key", value, "--x")])
        assert not value or value not in str(caught.value)

    def test_the_database_address_and_the_services_key_are_the_secrets(self) -> None:
        secrets = [key for key, field in setting_fields() if is_secret(field)]
        assert secrets == ["store.database_url", "serve.api_key"]


@for_all(st.sampled_from(sorted(available_timezones())))
def test_every_zone_of_the_database_is_taken(zone: str) -> None:
    assert Settings(timezone=zone).timezone == zone


@for_all(st.text(max_size=12))
def test_no_key_whatever_ends_in_another_error(key: str) -> None:
    if f"models.{key}" not in {name for name, _ in setting_fields()}:
        with pytest.raises(SettingsError, match=r"^--x: "):
            load_settings(options=[Given(f"models.{key}", "1", "--x")])
