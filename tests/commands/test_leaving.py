"""A command that is done ends, whatever threads the engine's client still has."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("engine", "words", "code", "taken_down"),
    [
        ("import temporalio.client", "--help", 0, False),
        ("import temporalio.client", "--no-such-option", 2, False),
        ("", "--help", 0, True),
    ],
)
def test_where_the_engines_client_was_used_no_interpreter_is_taken_down(
    engine: str, words: str, code: int, taken_down: bool
) -> None:
    program = (
        "import atexit, sys, cli\n"
        f"{engine}\n"
        "atexit.register(print, 'taken down')\n"
        f"sys.argv = ['tenggat', {words!r}]\n"
        "cli.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == code
    assert ("taken down" in done.stdout) is taken_down
    assert ("Exit codes" in done.stdout) is (words == "--help")
