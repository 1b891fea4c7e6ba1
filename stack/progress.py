"""Telling the operator what is going on, for everything that takes longer than a moment."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

EVERY_SECONDS = 10
Detail = Callable[[str], None]


class Progress:
    """Lines on stderr: live on a terminal, every ten seconds in a log. Results go to stdout, never here."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()

    def say(self, text: str) -> None:
        self._write(f"{text}\n")

    @contextmanager
    def step(self, title: str) -> Iterator[Detail]:
        """Announce a step and, when it is over, how long it took. Call the result with what is going on."""
        start = shown = time.monotonic()
        self._write(f"{title} …")

        def detail(text: str) -> None:
            nonlocal shown
            now = time.monotonic()
            if self._live or now - shown >= EVERY_SECONDS:
                shown = now
                line = f"{text} ({_duration(now - start)})"
                self._write(f"\r\x1b[2K{title} … {line}" if self._live else f"\n    {line}")

        try:
            yield detail
        except BaseException:
            self._end(title, f"stopped after {_duration(time.monotonic() - start)}")
            raise
        self._end(title, f"done in {_duration(time.monotonic() - start)}")

    def _end(self, title: str, outcome: str) -> None:
        self.say(f"\r\x1b[2K{title} … {outcome}" if self._live else f" {outcome}")

    def _write(self, text: str) -> None:
        """A closed terminal or a full disk under the log ends nothing: what is done matters more than its telling."""
        with suppress(OSError):
            self._stream.write(text)
            self._stream.flush()


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"
