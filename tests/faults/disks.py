"""A disk so small that it can be filled: a file system in memory, mounted for the length of a block."""

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

PIECES = (1024 * 1024, 4096)


@dataclass(frozen=True)
class Disk:
    """Where it is mounted."""

    path: Path

    def fill(self) -> None:
        """Somebody's ballast takes all that is free."""
        with self._ballast.open("ab") as ballast:
            for piece in PIECES:
                while _written(ballast.fileno(), piece):
                    pass

    def free(self) -> None:
        """The operator makes room."""
        self._ballast.unlink()

    @property
    def _ballast(self) -> Path:
        return self.path / "ballast"


def _written(file: int, size: int) -> bool:
    try:
        return os.write(file, bytes(size)) == size
    except OSError as error:
        if error.errno == errno.ENOSPC:
            return False
        raise


@contextmanager
def small_disk(path: Path, megabytes: int) -> Iterator[Disk]:
    """Skips where this account may not mount anything."""
    path.mkdir(parents=True)
    options = ["-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", str(path)]
    done = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no small disk can be mounted by this account: {done.stderr.strip()}")
    try:
        yield Disk(path)
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)
