"""Who may listen where, and with which key."""

from pathlib import Path

import pytest

from stimmung.api.keys import ServiceKey, is_loopback, service_key
from stimmung.speech.errors import SettingsError
from stimmung.speech.settings import ServeSettings

KEY = "0123456789abcdef"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", "LOCALHOST"])
def test_this_machine_needs_no_key_of_its_own(host: str, tmp_path: Path) -> None:
    key = service_key(ServeSettings(host=host), tmp_path / "serve.key")
    assert key.file == tmp_path / "serve.key"
    assert key.fits((tmp_path / "serve.key").read_text().strip())
    assert service_key(ServeSettings(host=host), tmp_path / "serve.key") == key


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "127.0.0.1.example.com", "localhost.example", "box"])
def test_whoever_lets_others_in_must_set_a_key(host: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"set serve\.api_key .*or listen on 127\.0\.0\.1") as caught:
        service_key(ServeSettings(host=host), tmp_path / "serve.key")
    assert f"serve.host = {host}: " in str(caught.value)
    assert list(tmp_path.iterdir()) == []
    assert not is_loopback(host)


def test_a_key_that_was_set_opens_any_address_and_makes_no_file(tmp_path: Path) -> None:
    serve = ServeSettings.model_validate({"host": "0.0.0.0", "api_key": KEY})
    key = service_key(serve, tmp_path / "serve.key")
    assert key.fits(KEY)
    assert key.file is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("shown", ["", KEY[:-1], KEY + "0", KEY.upper(), "ü" * 16, "\udcff" * 16])
def test_a_wrong_key_does_not_fit(shown: str) -> None:
    assert not ServiceKey(KEY).fits(shown)


def test_no_text_shows_the_key() -> None:
    assert KEY not in repr(ServiceKey(KEY))
