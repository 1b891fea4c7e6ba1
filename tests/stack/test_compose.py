"""The containers' description, checked as far as a machine without Docker can."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from compose_spec import PyCompose

from settings import NAMES
from stack.home import Home
from stack.migrate import migrate
from stack.postgres import Postgres, running
from stack.programs import tool
from stack.progress import Progress
from stack.temporal_build import obtain
from tests.engine import QUICK

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text()
PASSWORDS = {"MIGRATOR_PASSWORD": "one", "APP_PASSWORD": "two", "TEMPORAL_PASSWORD": "three"}


def filled(text: str) -> str:
    """The text with every variable filled in as Compose would: its default, or what the operator wrote."""
    return re.sub(r"\$\{\w+(?::([-?])([^}]*))?\}", lambda m: m[2] if m[1] == "-" else "written", text)


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load(filled(TEXT))["services"]
    return parsed


def test_it_follows_the_compose_specification() -> None:
    plain = yaml.safe_dump(yaml.safe_load(filled(TEXT)), default_flow_style=False)
    PyCompose.from_yaml(plain).validate()
    with pytest.raises(ValueError, match="restartt"):
        PyCompose.from_yaml(plain.replace("restart:", "restartt:", 1))


def test_it_brings_every_part_and_only_loopback_ports(services: dict[str, Any]) -> None:
    assert {"postgres", "temporal", "temporal-ui", "mailpit", "prepare", "web", "worker"} <= set(services)
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_the_worker_can_be_scaled(services: dict[str, Any]) -> None:
    assert not {"container_name", "ports"} & set(services["worker"])


def test_whoever_waits_for_health_waits_for_something_that_reports_it(services: dict[str, Any]) -> None:
    for name, service in services.items():
        for needed, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "healthcheck" in services[needed], f"{name} waits for {needed}"


def test_everything_that_stays_up_says_how_it_is(services: dict[str, Any]) -> None:
    staying = {name for name, service in services.items() if service.get("restart") == "unless-stopped"}
    assert {"postgres", "temporal", "temporal-ui", "mailpit", "web", "worker"} <= staying
    assert {name for name in staying if "healthcheck" not in services[name]} == set()


def test_a_worker_whose_loop_stands_still_is_unhealthy(services: dict[str, Any], tmp_path: Path) -> None:
    worker = services["worker"]
    kind, check = worker["healthcheck"]["test"]
    assert kind == "CMD-SHELL"
    beat = tmp_path / "beat"
    check = check.replace("$$", "$").replace(worker["environment"]["TENGGAT_WORKER_BEAT"], str(beat))

    def healthy() -> bool:
        return subprocess.run(["/bin/sh", "-c", check], check=False, capture_output=True).returncode == 0

    assert not healthy()
    beat.touch()
    assert healthy()
    os.utime(beat, (0, 0))
    assert not healthy()


def test_no_secret_has_a_default_and_each_is_named_in_the_example() -> None:
    example = (ROOT / "compose.env.example").read_text()
    lines = [line for line in example.splitlines() if line and not line.startswith("#")]
    assert all(line.endswith("=") for line in lines)
    required = set(re.findall(r"\$\{(\w+):\?", TEXT))
    assert required == {line.rstrip("=") for line in lines}
    assert {name for name in re.findall(r"\$\{(\w+)", TEXT) if re.search("PASSWORD|KEY", name)} <= required


def test_the_application_gets_only_settings_that_exist(services: dict[str, Any]) -> None:
    for name in ("prepare", "web", "worker"):
        assert set(services[name]["environment"]) <= set(NAMES), name
    assert "MIGRATOR_DATABASE_URL" not in services["web"]["environment"] | services["worker"]["environment"]


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Postgres]:
    """A server as a new volume has it: one superuser and nothing else."""
    home = Home(tmp_path / "home")
    home.create()
    with running(home, QUICK) as postgres:
        yield postgres


def run(script: str, fresh: Postgres, **env: str) -> None:
    path = f"{Path(tool('psql')).parent}:{os.environ['PATH']}"
    given = {"PATH": path, "PGHOST": str(fresh.sockets), "PGPASSWORD": fresh.password, **env}
    subprocess.run(["/bin/sh", str(ROOT / "deploy" / script)], env=given, check=True, capture_output=True)


def test_the_roles_of_a_new_volume_can_do_what_they_must_and_no_more(fresh: Postgres) -> None:
    run("postgres-roles.sh", fresh, POSTGRES_USER="postgres", **PASSWORDS)
    migrate(fresh.url("tenggat", "tenggat_migrator", "one"))
    with psycopg.connect(fresh.url("tenggat", "tenggat_app", "two")) as app:
        assert app.execute("SELECT count(*) FROM case_file").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("CREATE TABLE mine ()")
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(fresh.url("temporal", "tenggat_app", "two"))


@pytest.mark.temporal
def test_temporal_s_schema_is_set_up_once_and_updated_ever_after(fresh: Postgres) -> None:
    run("postgres-roles.sh", fresh, POSTGRES_USER="postgres", **PASSWORDS)
    binaries = obtain(Progress())
    env = {
        "PATH": f"{binaries.sql_tool.parent}:{os.environ['PATH']}",
        "SQL_PASSWORD": "three",
        "SQL_CONNECT_ATTRIBUTES": f"host={fresh.sockets}",
    }
    for _ in range(2):
        run("temporal-schema.sh", fresh, **env)
    for database, table in (("temporal", "executions"), ("temporal_visibility", "executions_visibility")):
        with psycopg.connect(fresh.url(database, "temporal", "three")) as connection:
            assert connection.execute("SELECT to_regclass(%s) IS NOT NULL", [table]).fetchone() == (True,)
