"""The Temporal server on the embedded PostgreSQL: its schema, configuration and process."""

import json
import os
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import yaml
from psycopg import sql

from stack import launch, ports
from stack.databases import TEMPORAL, TEMPORAL_DATABASES
from stack.home import Home, StackError, write_private
from stack.postgres import Postgres
from stack.temporal_build import VERSION, Binaries

SERVICES = ("frontend", "history", "matching", "worker")
HISTORY_SHARDS = 4
DYNAMIC: dict[str, Any] = {
    # One machine has one tenant: the limits meant to keep tenants apart only get in its way.
    "frontend.rps": 20_000,
    "frontend.namespaceRPS": 20_000,
    "frontend.namespaceCount": 20_000,
    "history.rps": 20_000,
    "matching.rps": 20_000,
    "history.persistenceMaxQPS": 50_000,
    "frontend.persistenceMaxQPS": 50_000,
    "matching.persistenceMaxQPS": 50_000,
    # With one host and one worker, partitions of the task queue only pass tasks to and fro among themselves.
    "matching.numTaskqueueReadPartitions": 1,
    "matching.numTaskqueueWritePartitions": 1,
}


@dataclass
class Temporal:
    """One server with its four services in one process, on loopback ports of its own."""

    home: Home
    postgres: Postgres
    binaries: Binaries
    dynamic: dict[str, Any] = field(default_factory=dict)
    rank: launch.Rank = launch.Rank.PEOPLE
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"{ports.LOOPBACK}:{self._ports()['frontend']}"

    @property
    def log(self) -> Path:
        return self.home.logs / "temporal.log"

    def prepare(self, port: str | None = None) -> None:
        """Choose ports, bring the schema to this version, write the configuration."""
        self._choose_ports(port)
        for database, kind in zip(TEMPORAL_DATABASES, ("temporal", "visibility"), strict=True):
            self._bring_schema_up_to_date(database, kind)
        with self.postgres.connect(TEMPORAL_DATABASES[0]) as connection:
            connection.execute("DELETE FROM cluster_membership")  # nobody of a former run is still there
        write_private(self._file("dynamic.yaml"), _dynamic_yaml(DYNAMIC | self.dynamic))
        write_private(self._file("server.yaml"), yaml.safe_dump(self._configuration(), sort_keys=False))

    def start(self) -> subprocess.Popen[bytes]:
        """Start the process, on the same ports each time; `ready` tells when it answers."""
        command = [str(self.binaries.server), "--config-file", str(self._file("server.yaml"))]
        self.process = launch.start(
            [*command, "--allow-no-auth", "start"],
            env=os.environ | {"TEMPORAL_VERSION_CHECK_DISABLED": "1"},
            log=self.log,
            rank=self.rank,
        )
        return self.process

    def ready(self) -> bool:
        """Whether the frontend takes connections."""
        return ports.answers(self._ports()["frontend"])

    def wait(self, seconds: float = 60) -> None:
        """Wait until the frontend answers. Raises StackError when the server ends or stays silent."""
        deadline = time.monotonic() + seconds
        while not self.ready():
            if self.process is not None and self.process.poll() is not None:
                raise StackError(f"Temporal ended with code {self.process.returncode}; see {self.log}")
            if time.monotonic() > deadline:
                raise StackError(f"Temporal did not answer within {seconds:.0f} s; see {self.log}")
            time.sleep(0.05)

    def stop(self, seconds: float = 20) -> None:
        """Let it finish what it is doing, then end it."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _file(self, name: str) -> Path:
        return self.home.temporal / name

    def _ports(self) -> dict[str, int]:
        known: dict[str, int] = json.loads(self._file("ports.json").read_text())
        return known

    def _choose_ports(self, port: str | None) -> None:
        """Keep last time's ports while they are free, so that bookmarks and open tabs survive a restart."""
        names = [*SERVICES, "http", *(f"{service}-membership" for service in SERVICES)]
        known = self._ports() if self._file("ports.json").exists() else {}
        if not all(ports.is_free(known.get(name, 0)) and name in known for name in names):
            known = dict(zip(names, ports.choose(len(names)), strict=True))
        if port is not None:
            known["frontend"] = ports.wanted("TENGGAT_TEMPORAL_PORT", port, known["frontend"])
        write_private(self._file("ports.json"), json.dumps(known))

    def _bring_schema_up_to_date(self, database: str, kind: str) -> None:
        done = f"Temporal {VERSION}"
        with self.postgres.connect(database) as connection:
            if _comment(connection) == done:
                return
            fresh = connection.execute("SELECT to_regclass('schema_version') IS NULL").fetchone() == (True,)
            if fresh:
                self._sql_tool(database, "setup-schema", "-v", "0.0")
            self._sql_tool(database, "update-schema", "--schema-name", f"postgresql/v12/{kind}")
            statement = sql.SQL("COMMENT ON DATABASE {} IS {}")
            connection.execute(statement.format(sql.Identifier(database), sql.Literal(done)))

    def _sql_tool(self, database: str, *arguments: str) -> None:
        password = self.home.secret(f"database_{TEMPORAL}")
        options = ["--plugin", "postgres12_pgx", "--user", TEMPORAL, "--port", "5432", "--db", database]
        done = subprocess.run(
            [str(self.binaries.sql_tool), *options, "--ca", f"host={self.postgres.sockets}", *arguments],
            env={**os.environ, "SQL_PASSWORD": password},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise StackError(
                f"Temporal's schema {' '.join(arguments)}: {(done.stderr or done.stdout).strip()}"
            )

    def _configuration(self) -> dict[str, Any]:
        known = self._ports()
        services: dict[str, Any] = {}
        for service in SERVICES:
            rpc = {
                "grpcPort": known[service],
                "membershipPort": known[f"{service}-membership"],
                "bindOnIP": ports.LOOPBACK,
            }
            services[service] = {"rpc": rpc}
        services["frontend"]["rpc"]["httpPort"] = known["http"]
        cluster = {
            "enabled": True,
            "initialFailoverVersion": 1,
            "rpcName": "frontend",
            "rpcAddress": self.address,
        }
        return {
            "log": {"stdout": True, "level": "warn"},
            "persistence": {
                "defaultStore": "main",
                "visibilityStore": "visibility",
                "numHistoryShards": HISTORY_SHARDS,
                "datastores": {
                    "main": {"sql": self._datastore(TEMPORAL_DATABASES[0], connections=30)},
                    "visibility": {"sql": self._datastore(TEMPORAL_DATABASES[1], connections=8)},
                },
            },
            "global": {"membership": {"maxJoinDuration": "30s", "broadcastAddress": ports.LOOPBACK}},
            "services": services,
            "clusterMetadata": {
                "enableGlobalNamespace": False,
                "failoverVersionIncrement": 10,
                "masterClusterName": "active",
                "currentClusterName": "active",
                "clusterInformation": {"active": cluster},
            },
            "dcRedirectionPolicy": {"policy": "noop"},
            "dynamicConfigClient": {"filepath": str(self._file("dynamic.yaml")), "pollInterval": "60s"},
        }

    def _datastore(self, database: str, connections: int) -> dict[str, Any]:
        return {
            "pluginName": "postgres12_pgx",
            "databaseName": database,
            "connectAddr": f"{ports.LOOPBACK}:5432",
            "connectProtocol": "tcp",
            "connectAttributes": {"host": str(self.postgres.sockets)},
            "user": TEMPORAL,
            "password": self.home.secret(f"database_{TEMPORAL}"),
            "maxConns": connections,
            "maxIdleConns": connections,
            "maxConnLifetime": "1h",
        }


def _comment(connection: psycopg.Connection[Any]) -> str | None:
    query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
    row = connection.execute(query).fetchone()
    return str(row[0]) if row and row[0] is not None else None


def _dynamic_yaml(values: dict[str, Any]) -> str:
    return yaml.safe_dump({name: [{"value": value}] for name, value in values.items()})
