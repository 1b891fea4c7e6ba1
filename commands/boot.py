"""Bringing one instance up: which parts it needs, in which order, with which addresses."""

import asyncio
import os
import shutil
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from commands.prepare import prepare_database
from services.instance import Identity
from settings import NAMES, Settings, load
from stack import launch, namespace, ports
from stack.databases import create_all
from stack.home import Home, StackError
from stack.launch import Rank
from stack.postgres import Postgres, socket_directory
from stack.progress import Progress
from stack.supervisor import Child, Supervisor, sweep_up
from stack.temporal import Temporal
from stack.temporal_build import obtain

DEFAULT_PORT = 8000


@dataclass(frozen=True)
class Options:
    """What the operator asked for. `start` is aware and belongs to a new rehearsal."""

    rehearsal: bool = False
    start: datetime | None = None
    port: str | None = None
    seed: bool | None = None


@dataclass
class Boot:
    """One start of one instance.

    `values` become the environment of every part and of later commands. `after` is called once all of it
    answers, unless the start is detached: then whoever detached it has the operator's terminal.
    """

    home: Home
    options: Options
    progress: Progress
    after: Callable[[], None]
    supervisor: Supervisor = field(init=False)
    listening: socket.socket | None = field(default=None, init=False)
    values: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.supervisor = Supervisor(self.home, self.progress)

    def run(self) -> None:
        """Start everything, keep it running until interrupted, stop it in order."""
        self.home.create()
        with self.home.lock():
            sweep_up(self.home, self.progress)
            try:
                with interruptible(self.supervisor):
                    self._start()
                    self.supervisor.note("ready")
                    if not os.environ.get("TENGGAT_DETACHED"):
                        self.after()
                    self.progress.say(
                        f"Ready at {self.values['TENGGAT_PUBLIC_URL']}  (Ctrl-C stops everything)"
                    )
                    self.supervisor.watch()
            except KeyboardInterrupt:
                self.progress.say("")
            finally:
                self._stop()

    def _start(self) -> None:
        self._settle_addresses()
        temporal = None
        if not self._given("DATABASE_URL") or not self._temporal_given():
            postgres = self._postgres()
            if not self._temporal_given():
                temporal = self._temporal(postgres)
        identity = self._database()
        settings = self._write_settings(identity.rehearsal)
        self._mail_catcher()
        web = self._web(settings)
        if temporal:
            self.supervisor.wait(temporal)
        asyncio.run(namespace.ensure(self.values.get("TEMPORAL_ADDRESS"), identity.namespace))
        self._worker()
        for part in web:
            self.supervisor.wait(part)

    def _stop(self) -> None:
        self.supervisor.stop()
        if self.listening is not None:
            self.listening.close()
        shutil.rmtree(self.values.get("TENGGAT_SOCKETS", self.home.path / "none"), ignore_errors=True)
        self.home.runtime.unlink(missing_ok=True)

    def _port(self) -> int:
        """A free choice stays: mailed links and the codes on printed letters lead to it."""
        asked = self.options.port or os.environ.get("TENGGAT_PORT")
        kept = self.home.kept_port()
        if kept is not None and asked in (None, "0") and ports.is_free(kept):
            return kept
        port = ports.wanted("--port", asked, DEFAULT_PORT)
        self.home.keep_port(port)
        return port

    def _settle_addresses(self) -> None:
        self.values = {name: os.environ[name] for name in NAMES if os.environ.get(name)}
        port = self._port()
        self.values["TENGGAT_HOME"] = str(self.home.path)
        self.values["TENGGAT_PORT"] = str(port)
        self.values.setdefault("TENGGAT_PUBLIC_URL", f"http://{ports.LOOPBACK}:{port}")
        if not self._given("TENGGAT_SECRET_KEY"):
            self.home.secret("secret_key")
            self.values["TENGGAT_SECRET_KEY_FILE"] = str(self.home.secrets / "secret_key")
        if self._given("DATABASE_URL") and not self._given("MIGRATOR_DATABASE_URL"):
            raise StackError(
                "DATABASE_URL is set: set MIGRATOR_DATABASE_URL too, the role that owns the tables"
            )

    def _given(self, name: str) -> bool:
        return name in self.values or f"{name}_FILE" in self.values

    def _secret(self, name: str) -> str:
        return self.values.get(name) or Path(self.values[f"{name}_FILE"]).read_text().strip()

    def _temporal_given(self) -> bool:
        return any(
            os.environ.get(name) for name in ("TEMPORAL_ADDRESS", "TEMPORAL_CONFIG_FILE", "TEMPORAL_PROFILE")
        )

    def _postgres(self) -> Postgres:
        sockets = socket_directory()
        self.values["TENGGAT_SOCKETS"] = str(sockets)
        self.home.write_runtime(self.values)
        log = self.home.logs / "postgres.log"
        postgres = Postgres(self.home.postgres, sockets, self.home.secret("database_superuser"), log)
        with self.progress.step("Creating the database cluster") if postgres.fresh() else nullcontext():
            postgres.initialise()
        child = Child("postgres", postgres.start, log, postgres.ready, signal.SIGINT, grace_seconds=60)
        self.supervisor.launch(child)
        self.supervisor.wait(child)
        urls = create_all(postgres, self.home)
        if not self._given("DATABASE_URL"):
            self.values |= {"DATABASE_URL": urls.app, "MIGRATOR_DATABASE_URL": urls.migrator}
        return postgres

    def _temporal(self, postgres: Postgres) -> Child:
        binaries = obtain(self.progress)
        temporal = Temporal(self.home, postgres, binaries, rank=Rank.ENGINE)
        temporal.prepare(os.environ.get("TENGGAT_TEMPORAL_PORT"))
        self.values["TEMPORAL_ADDRESS"] = temporal.address
        child = Child("temporal", temporal.start, temporal.log, temporal.ready)
        self.supervisor.launch(child)
        return child

    def _database(self) -> Identity:
        url = self._secret("MIGRATOR_DATABASE_URL")
        done = prepare_database(url, self.options.rehearsal, self.options.start, self.progress)
        by_default = not done.identity.rehearsal and not self._production()
        if done.new and (by_default if self.options.seed is None else self.options.seed):
            self.home.seed_pending.touch()
        return done.identity

    def _production(self) -> bool:
        return self.values.get("TENGGAT_ENV") == "production"

    def _write_settings(self, rehearsal: bool) -> Settings:
        if rehearsal:
            self.values["TENGGAT_ENV"] = "rehearsal"
        if not self._given("SMTP_URL"):
            port = ports.wanted("TENGGAT_SMTP_PORT", os.environ.get("TENGGAT_SMTP_PORT"), ports.choose(1)[0])
            self.values |= {"SMTP_URL": f"smtp://{ports.LOOPBACK}:{port}", "TENGGAT_MAIL_CATCHER": "yes"}
            self.values["TENGGAT_SMTP_PORT"] = str(port)
        self.home.write_runtime(self.values)
        return load(self.home.path, self.values)

    def _mail_catcher(self) -> None:
        if "TENGGAT_MAIL_CATCHER" in self.values:
            self._part("catcher", launch.python("services.messages.catcher"))

    def _web(self, settings: Settings) -> list[Child]:
        """Processes that share one listening socket, which outlives each of them because it is kept open here."""
        self.listening = ports.listening(settings.port)
        number = self.listening.fileno()
        command = launch.python("api.serving", "--socket", str(number))
        ready = partial(launch.healthy, settings.port)
        names = ("web", *(f"web-{n}" for n in range(2, settings.web_processes + 1)))
        return [self._part(name, command, ready=ready, pass_fds=[number]) for name in names]

    def _worker(self) -> None:
        self._part("worker", launch.python("worker"), rank=Rank.BACKGROUND, grace_seconds=40)

    def _part(
        self,
        name: str,
        command: list[str],
        *,
        rank: Rank = Rank.PEOPLE,
        pass_fds: Sequence[int] = (),
        **options: Any,
    ) -> Child:
        log = self.home.logs / f"{name}.log"
        env = os.environ | self.values | {"PYTHONUNBUFFERED": "1"}
        start = partial(launch.start, command, env=env, log=log, rank=rank, pass_fds=pass_fds)
        child = Child(name, start, log, **options)
        self.supervisor.launch(child)
        return child


@contextmanager
def interruptible(supervisor: Supervisor) -> Iterator[None]:
    """SIGTERM and SIGHUP end the instance as Ctrl-C does; a second signal ends its parts without grace."""

    def first(*_: object) -> None:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, again)
        raise KeyboardInterrupt

    def again(*_: object) -> None:
        supervisor.impatient = True

    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, first)
    yield
