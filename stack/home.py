"""The directory that holds all state of one instance: its paths, secrets, written settings and lock."""

import fcntl
import os
import secrets
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from settings import RUNTIME_FILE, read_env


class StackError(Exception):
    """The engine cannot do what was asked; the message tells the operator why and what to do."""


class Refused(StackError):
    """The instance is in a state in which this is not allowed; nothing was changed."""


@dataclass(frozen=True)
class Home:
    """Paths below one TENGGAT_HOME. Only the invoking user may look inside."""

    path: Path

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def temporal(self) -> Path:
        return self.path / "temporal"

    @property
    def documents(self) -> Path:
        return self.path / "documents"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def secrets(self) -> Path:
        return self.path / "secrets"

    @property
    def runtime(self) -> Path:
        return self.path / RUNTIME_FILE

    @property
    def mail_journal(self) -> Path:
        return self.path / "legal-mail.journal"

    @property
    def seed_pending(self) -> Path:
        """Exists while a new instance still waits for its demonstration data."""
        return self.path / "seed.pending"

    def kept_port(self) -> int | None:
        """The port of the pages at the last start, if there was one."""
        path = self.path / "port"
        return int(path.read_text()) if path.exists() else None

    def keep_port(self, port: int) -> None:
        """Remember the port for the next start."""
        (self.path / "port").write_text(str(port))

    def create(self) -> None:
        """Make the directories; harmless when they exist."""
        for directory in (self.path, self.documents, self.logs, self.secrets, self.temporal):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.chmod(0o700)

    def secret(self, name: str) -> str:
        """The generated secret of this name; made on first use, kept in a file only the owner may read."""
        path = self.secrets / name
        if not path.exists():
            self.secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(path, secrets.token_urlsafe(32))
        return path.read_text().strip()

    def write_runtime(self, values: Mapping[str, str]) -> None:
        """Write the addresses that other commands of this instance will use."""
        write_private(self.runtime, "".join(f"{name}={value}\n" for name, value in sorted(values.items())))

    def read_runtime(self) -> dict[str, str]:
        return read_env(self.runtime)

    def owner(self) -> int | None:
        """The process that runs this instance, or None."""
        try:
            with self._lock_file() as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return None
        except BlockingIOError:
            return int((self.path / "lock").read_text() or 0) or None
        except FileNotFoundError:
            return None

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold this instance for this process. Raises StackError when another one has it."""
        with os.fdopen(os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
            if not _locked(file.fileno()):
                raise Refused(f"{self.path} is already running (process {file.read().strip()})")
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield

    @contextmanager
    def _lock_file(self) -> Iterator[int]:
        descriptor = os.open(self.path / "lock", os.O_RDONLY)
        try:
            yield descriptor
        finally:
            os.close(descriptor)


def _locked(descriptor: int) -> bool:
    """Try for a second: someone may just be asking who the owner is."""
    for _ in range(10):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            time.sleep(0.1)
    return False


def write_private(path: Path, text: str) -> None:
    """Replace the file in one step, readable by its owner only."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
