"""The Temporal server on the embedded database."""

import asyncio
import socket
from uuid import uuid4

import psutil
import psycopg
import pytest
from temporalio.client import Client

from stack import namespace
from stack.home import StackError
from stack.ports import choose
from stack.temporal import Temporal
from tests.engine import Engine

pytestmark = pytest.mark.temporal


async def start_something(client: Client) -> str:
    handle = await client.start_workflow("nothing", id=uuid4().hex, task_queue="nobody-listens")
    return (await handle.describe()).id


async def test_a_new_namespace_takes_work_as_soon_as_it_is_ensured(temporal: str) -> None:
    client = await namespace.ensure(temporal, f"tenggat-{uuid4().hex[:12]}")
    assert await start_something(client)


async def test_ensuring_twice_at_once_gives_both_the_same_namespace(temporal: str) -> None:
    name = f"tenggat-{uuid4().hex[:12]}"
    first, second = await asyncio.gather(namespace.ensure(temporal, name), namespace.ensure(temporal, name))
    workflow_id = await start_something(first)
    assert (await second.get_workflow_handle(workflow_id).describe()).id == workflow_id


async def test_an_unreachable_server_is_reported_not_waited_for_forever() -> None:
    with pytest.raises(StackError, match="not usable"):
        await namespace.ensure(f"127.0.0.1:{choose(1)[0]}", "tenggat-none", seconds=0.5)


async def test_work_survives_the_restart_of_a_killed_server(pg: Engine, engine_temporal: Temporal) -> None:
    name = f"tenggat-{uuid4().hex[:12]}"
    workflow_id = await start_something(await namespace.ensure(engine_temporal.address, name))
    assert engine_temporal.process
    engine_temporal.process.kill()
    engine_temporal.process.wait()
    engine_temporal.start()
    client = await namespace.ensure(engine_temporal.address, name)
    assert (await client.get_workflow_handle(workflow_id).describe()).id == workflow_id


def test_its_role_owns_its_databases_and_sees_no_other(pg: Engine, engine_temporal: Temporal) -> None:
    with psycopg.connect(pg.postgres.url("postgres")) as connection:
        rows = connection.execute(
            "SELECT datname FROM pg_database WHERE has_database_privilege('temporal', datname, 'CONNECT')"
            " AND datname NOT LIKE 'test_%' AND NOT datistemplate"
        ).fetchall()
    assert {name for (name,) in rows} == {"postgres", "temporal", "temporal_visibility"}


def test_nobody_reaches_it_from_another_machine(engine_temporal: Temporal) -> None:
    """OWASP ASVS 13.2.1: whoever reaches the engine may change every case, so it listens on this machine alone."""
    assert engine_temporal.process
    server = psutil.Process(engine_temporal.process.pid)
    listening = [one.laddr for one in server.net_connections("inet") if one.status == psutil.CONN_LISTEN]
    port = int(engine_temporal.address.rpartition(":")[2])
    assert port in {place.port for place in listening}
    assert {place.ip for place in listening} <= {"127.0.0.1", "::1"}
    addresses = [
        one.address for all_ in psutil.net_if_addrs().values() for one in all_ if one.family == socket.AF_INET
    ]
    for address in set(addresses) - {"127.0.0.1"}:
        with pytest.raises(OSError, match=r"refused|timed out|unreachable"):
            socket.create_connection((address, port), timeout=3)
