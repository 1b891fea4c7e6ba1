"""The Temporal server on the embedded database."""

import asyncio
from uuid import uuid4

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
