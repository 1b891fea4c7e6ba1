"""The unprivileged system account that PostgreSQL runs under when the engine is started by root."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from stack.home import StackError

CANDIDATES = ("tenggat", "postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """A system account to hand a child process and its files to."""

    name: str
    uid: int
    gid: int

    def own(self, path: Path) -> None:
        """Give the file or directory to this account, closed to everyone else."""
        os.chown(path, self.uid, self.gid)
        path.chmod(0o700 if path.is_dir() else 0o600)

    def can_reach(self, path: Path) -> bool:
        """Whether every directory above `path` may be passed by this account."""
        return all(self._may_pass(parent.stat()) for parent in path.resolve().parents)

    def _may_pass(self, directory: os.stat_result) -> bool:
        if directory.st_uid == self.uid:
            return bool(directory.st_mode & stat.S_IXUSR)
        if directory.st_gid == self.gid:
            return bool(directory.st_mode & stat.S_IXGRP)
        return bool(directory.st_mode & stat.S_IXOTH)


def server_account() -> Account | None:
    """The account for the database server: None when we are an ordinary user and run it ourselves."""
    if os.geteuid() != 0:
        return None
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise StackError(
        "PostgreSQL refuses to run as root and this machine has none of the accounts "
        f"{', '.join(CANDIDATES)}: create one with `useradd --system tenggat`"
    )
