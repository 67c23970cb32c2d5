"""Where the server is, and to whom its key is shown."""

from pathlib import Path

import pytest

from stimmung.batch.live_endpoint import Endpoint, endpoint_of, websocket_url
from stimmung.speech.errors import SettingsError
from stimmung.speech.keyfile import key_path, read_or_make_key
from stimmung.speech.settings import ServeSettings

OWN_KEY = ServeSettings.model_validate({"api_key": "0123456789abcdef"})


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The key that a server of this user made."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return read_or_make_key(key_path())


class TestAddress:
    @pytest.mark.parametrize(
        ("url", "found"),
        [
            ("http://127.0.0.1:8710/", "ws://127.0.0.1:8710"),
            ("https://calls.example.org", "wss://calls.example.org"),
            ("wss://example.org/stimmung/", "wss://example.org/stimmung"),
            ("ws://[::1]:9000", "ws://[::1]:9000"),
        ],
    )
    def test_either_scheme_will_do(self, url: str, found: str) -> None:
        assert websocket_url(url) == found

    @pytest.mark.parametrize(
        ("url", "reason"),
        [
            ("127.0.0.1:8710", "begins with"),
            ("ftp://example.org", "begins with"),
            ("ws://", "names a host"),
            ("ws://example.org:port", "(?i)port"),
            ("ws://example.org:0", "names a host"),
            ("ws://example.org/?key=secret", "--key"),
            ("ws://user:secret@example.org", "--key"),
        ],
    )
    def test_what_is_none_says_why(self, url: str, reason: str) -> None:
        with pytest.raises(ValueError, match=reason):
            websocket_url(url)

    @pytest.mark.parametrize(
        ("host", "address"),
        [
            ("127.0.0.1", "ws://127.0.0.1:8710"),
            ("0.0.0.0", "ws://127.0.0.1:8710"),
            ("::", "ws://[::1]:8710"),
            ("::1", "ws://[::1]:8710"),
            ("calls.example.org", "ws://calls.example.org:8710"),
        ],
    )
    def test_the_settings_say_where_serve_listens(self, host: str, address: str) -> None:
        assert endpoint_of(None, OWN_KEY.model_copy(update={"host": host})).url == address

    def test_a_free_port_is_known_to_the_server_only(self) -> None:
        with pytest.raises(SettingsError, match="--url"):
            endpoint_of(None, OWN_KEY.model_copy(update={"port": 0}))

    def test_a_calls_id_is_one_part_of_its_address(self) -> None:
        assert Endpoint("ws://x").call_url("a/b ü?") == "ws://x/v1/calls/a%2Fb%20%C3%BC%3F/stream"


class TestKey:
    def test_that_of_the_settings_goes_first(self, key_file: str) -> None:
        assert endpoint_of(None, OWN_KEY).key == "0123456789abcdef"
        assert endpoint_of("wss://example.org", OWN_KEY).key == "0123456789abcdef"

    @pytest.mark.parametrize("url", [None, "ws://localhost:9000", "ws://127.0.0.9:9000", "ws://[::1]:9000"])
    def test_the_one_of_this_machine_is_for_this_machine(self, key_file: str, url: str | None) -> None:
        assert endpoint_of(url, ServeSettings()).key == key_file

    @pytest.mark.parametrize("url", ["wss://example.org", "ws://10.0.0.7:8710", "ws://localhost.example.org"])
    def test_and_shown_to_no_other(self, key_file: str, url: str) -> None:
        with pytest.raises(SettingsError, match="--key") as caught:
            endpoint_of(url, ServeSettings())
        assert key_file not in str(caught.value)

    def test_without_one_the_way_out_is_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "empty"))
        with pytest.raises(SettingsError, match="stimmung serve"):
            endpoint_of(None, ServeSettings())

    def test_no_text_of_an_endpoint_shows_it(self) -> None:
        assert "secret" not in repr(Endpoint("ws://x", "secret"))


@pytest.mark.parametrize(
    ("url", "is_open"),
    [("ws://example.org", True), ("wss://example.org", False), ("ws://127.0.0.1", False), ("ws://[::1]:1", False)],
)
def test_who_could_read_along(url: str, is_open: bool) -> None:
    assert Endpoint(url).is_open_on_the_way is is_open
