"""Plays sound with what the machine has for that."""

import subprocess
from collections.abc import Callable, Sequence

Player = Callable[[bytes], str]  # plays WAV; returns the program's name, nothing where nothing could play it
# Programs that play WAV from their standard input.
PROGRAMS: tuple[tuple[str, ...], ...] = (
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error", "-i", "pipe:0"),
    ("paplay", "--file-format=wav", "/dev/stdin"),
    ("aplay", "--quiet", "-"),
)


def play_sound(wav: bytes, programs: Sequence[Sequence[str]] = PROGRAMS) -> str:
    """Play WAV with the first program that can, and return its name; nothing where there is none, or no loudspeaker."""
    for program in programs:
        try:
            done = subprocess.run(program, input=wav, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        except (FileNotFoundError, PermissionError):
            continue
        # ffplay ends with 0 also where no device opens, and says so.
        if done.returncode == 0 and not done.stderr.strip():
            return program[0]
    return ""
