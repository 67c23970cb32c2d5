"""The progress bar: seconds of sound, on a terminal only."""

import io

from rich.console import Console

from stimmung.batch.progress import sound_progress


def terminal(is_terminal: bool = True) -> tuple[Console, io.StringIO]:
    stream = io.StringIO()
    return Console(file=stream, force_terminal=is_terminal, width=100, color_system=None), stream


def test_shows_seconds_of_sound_done_and_there() -> None:
    console, stream = terminal()
    with sound_progress(console, "2/5 a.wav", quiet=False) as report:
        report(62.0, 260.0)
    assert "2/5 a.wav" in stream.getvalue()
    assert "1:02/4:20" in stream.getvalue()


def test_shows_seconds_alone_while_the_length_is_unknown() -> None:
    console, stream = terminal()
    with sound_progress(console, "a.wav", quiet=False) as report:
        report(62.0)
    assert "1:02 " in stream.getvalue()
    assert "1:02/" not in stream.getvalue()


def test_a_name_in_brackets_is_no_markup() -> None:
    console, stream = terminal()
    with sound_progress(console, "[red]a.wav", quiet=False):
        pass
    assert "[red]a.wav" in stream.getvalue()


def test_a_name_that_is_not_utf8_can_be_written() -> None:
    console, stream = terminal()
    with sound_progress(console, "k\udce4.wav", quiet=False):
        pass
    assert "k\ufffd.wav" in stream.getvalue()


def test_no_terminal_stays_empty() -> None:
    console, stream = terminal(is_terminal=False)
    with sound_progress(console, "a.wav", quiet=False) as report:
        report(1.0, 2.0)
    assert stream.getvalue() == ""


def test_quiet_stays_empty() -> None:
    console, stream = terminal()
    with sound_progress(console, "a.wav", quiet=True) as report:
        report(1.0, 2.0)
    assert stream.getvalue() == ""


def test_it_is_gone_afterwards() -> None:
    console, stream = terminal()
    with sound_progress(console, "a.wav", quiet=False) as report:
        report(1.0, 2.0)
    assert stream.getvalue().endswith("\x1b[2K")
