"""`stimmung serve`: what it hands to the server, what it tells, and how it ends."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from stimmung.batch.cli import build_app
from stimmung.batch.serve_command import SERVER, Announce, Server, real_server
from stimmung.speech.errors import SettingsError, WeightsError
from stimmung.speech.settings import Settings

KEY = "0123456789abcdef"


@dataclass
class FakeServer:
    """Takes the settings, says where it is, and ends with `code` or `error`."""

    code: int = 0
    error: Exception | None = None
    key_file: Path | None = Path("/home/me/.local/state/stimmung/serve.key")
    settings: list[Settings] = field(default_factory=list)

    def __call__(self) -> Server:
        return self.run

    def run(self, settings: Settings, announce: Announce) -> int:
        self.settings.append(settings)
        if self.error:
            raise self.error
        announce(f"http://{settings.serve.host}:{settings.serve.port}", self.key_file)
        return self.code


def serve(runner: CliRunner, server: FakeServer, *words: str) -> Result:
    return runner.invoke(build_app(server=server), ["serve", *words])


def test_it_tells_where_it_is_where_its_key_is_and_how_to_try_it(runner: CliRunner, calls: Path) -> None:
    result = serve(runner, FakeServer())
    assert result.exit_code == 0
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert "listening on http://127.0.0.1:8710; stop with Ctrl-C" in lines
    assert "key: in /home/me/.local/state/stimmung/serve.key" in lines
    assert any(line.startswith("try it: stimmung live ") and "http://127.0.0.1:8710" in line for line in lines)
    assert any("$(cat /home/me/.local/state/stimmung/serve.key)" in line for line in lines)


def test_a_key_that_was_set_is_never_told(runner: CliRunner, calls: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STIMMUNG_SERVE__API_KEY", KEY)
    server = FakeServer(key_file=None)
    result = serve(runner, server)
    assert server.settings[0].serve.api_key is not None
    assert server.settings[0].serve.api_key.get_secret_value() == KEY
    assert KEY not in result.output
    assert "key: as set in serve.api_key" in result.stderr.splitlines()


def test_options_go_over_the_file(runner: CliRunner, calls: Path) -> None:
    (calls / "other.toml").write_text("[serve]\nport = 9000\nmax_calls = 3\ndrain_seconds = 5")
    server = FakeServer()
    assert serve(runner, server, "--config", "other.toml", "--port", "9001", "--host", "::1").exit_code == 0
    found = server.settings[0].serve
    assert (found.host, found.port, found.max_calls, found.drain_seconds) == ("::1", 9001, 3, 5.0)
    assert serve(runner, server, "--config", "other.toml", "--max-calls", "7").exit_code == 0
    assert server.settings[1].serve.max_calls == 7


def test_quiet_says_nothing(runner: CliRunner, calls: Path) -> None:
    assert serve(runner, FakeServer(), "--quiet").output == ""


def test_calls_that_were_cut_off_end_it_with_1(runner: CliRunner, calls: Path) -> None:
    assert serve(runner, FakeServer(code=1)).exit_code == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [(SettingsError("serve.port = 8710: taken"), 2), (WeightsError("base: not here"), 1), (OSError(28, "full"), 1)],
)
def test_what_stops_it_is_told_in_a_line(error: Exception, code: int, runner: CliRunner, calls: Path) -> None:
    result = serve(runner, FakeServer(error=error))
    assert result.exit_code == code
    assert result.stderr.splitlines()[-1].startswith("error: ")
    assert "Traceback" not in result.stderr


def test_a_wrong_option_is_named_and_no_server_is_imported(runner: CliRunner, calls: Path) -> None:
    server = FakeServer()
    result = serve(runner, server, "--port", "many")
    assert result.exit_code == 2
    assert result.stderr.strip().endswith("--port: serve.port: 'many' is not right; it takes a whole number")
    assert server.settings == []


def test_the_server_is_where_the_command_looks_for_it() -> None:
    assert SERVER == "stimmung.api.server:run"
    assert callable(real_server())
