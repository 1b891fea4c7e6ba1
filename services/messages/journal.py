"""The journal of legal mail, outside Postgres: what may have gone out stays known after a restore."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Final

_SENDING: Final = "sending"
_REFUSED: Final = "refused"


class JournalUnwritable(Exception):
    """Nothing can be noted: the letter must not go."""


class Journal:
    """An append-only file of one line per fact: instant, word, Message-ID. On disk before a letter's DATA.

    Thread-safe; several processes of one host may share the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._read_to = 0
        self._sent: set[str] = set()

    def holds(self, message_id: str) -> bool:
        """Whether a letter under this id may have gone out."""
        with self._lock:
            self._catch_up()
            return _key(message_id) in self._sent

    def gone(self) -> frozenset[str]:
        """The first parts of the Message-IDs of all letters that may have gone out."""
        with self._lock:
            self._catch_up()
            return frozenset(self._sent)

    def sending(self, message_id: str) -> None:
        """Note, on disk when this returns, that the letter is about to go. Raises JournalUnwritable."""
        try:
            self._append(_SENDING, message_id)
        except OSError as error:
            raise JournalUnwritable(str(error)) from error

    def refused(self, message_id: str) -> None:
        """Note that the server said no: the letter did not go and may be sent again."""
        self._append(_REFUSED, message_id)

    def _append(self, word: str, message_id: str) -> None:
        line = f"{datetime.now(UTC).isoformat()}\t{word}\t{message_id}\n".encode("ascii")
        with self._lock:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            new = not self._path.exists()
            descriptor = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, _after_a_whole_line(descriptor) + line)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            if new:
                _sync_directory(self._path.parent)

    def _catch_up(self) -> None:
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self._read_to)
            lines = file.read()
        for word, message_id in _facts(lines):
            (self._sent.discard if word == _REFUSED else self._sent.add)(_key(message_id))
        self._read_to += lines.rfind(b"\n") + 1  # a line still being written is read again


def _facts(lines: bytes) -> Iterator[tuple[str, str]]:
    for line in lines.decode("ascii", "replace").splitlines():
        _, _, fact = line.partition("\t")
        word, _, message_id = fact.partition("\t")
        if word in (_SENDING, _REFUSED) and message_id:
            yield word, message_id


def _key(message_id: str) -> str:
    """The part that comes from the dedupe key: the sender's domain may have changed since the backup."""
    return message_id.strip("<>").partition("@")[0]


def _after_a_whole_line(descriptor: int) -> bytes:
    size = os.fstat(descriptor).st_size
    return b"" if size == 0 or os.pread(descriptor, 1, size - 1) == b"\n" else b"\n"


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
