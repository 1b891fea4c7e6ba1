"""tenggat clock and tenggat processes on the real engine."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col
from typer.testing import CliRunner, Result

from cli import build
from services import cases, processes
from services.errors import InvalidInput
from services.models import CaseFile, Role
from tests.world import World

Tenggat = Callable[..., Awaitable[Result]]


@pytest.fixture
def tenggat(world: World) -> Tenggat:
    """Runs one command line against the world, beside its worker."""
    env = {
        "TENGGAT_HOME": str(world.settings.home),
        "DATABASE_URL": world.settings.database_url,
        "TEMPORAL_ADDRESS": world.settings.temporal_address,
        "TENGGAT_SECRET_KEY": world.settings.secret_key,
    }

    async def run(*arguments: str) -> Result:
        line = list(arguments)
        return await asyncio.to_thread(CliRunner().invoke, build(line), line, env=env)

    return run


def answer(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.starts("2026-07-06T08:00:00+07:00")
async def test_time_passes_until_the_world_is_at_rest(world: World, tenggat: Tenggat) -> None:
    administrator = await world.official(Role.ADMINISTRATOR)
    await world.register()
    assert answer(await tenggat("clock", "show", "--json")) == {
        "now": "2026-07-06T01:00:00+00:00", "rehearsal": True, "target": None, "moments": 0,
    }  # fmt: skip
    moved = answer(await tenggat("clock", "advance", "36h", "--json"))
    assert moved["now"] == "2026-07-07T13:00:00+00:00"
    assert await world.templates_to(administrator) == []
    moved = answer(await tenggat("clock", "advance", "--to", "2026-07-08T12:00", "--json"))
    assert moved["now"] == "2026-07-08T05:00:00+00:00", "without an offset a moment is meant in WIB"
    assert moved["moments_passed"] >= 2
    assert await world.templates_to(administrator) == ["upp_escalation"]

    shown = await tenggat("clock", "show")
    assert shown.stdout == "8 July 2026 at 12:00:00 WIB (rehearsal)\n"
    for wrong in (("--to", "2026-01-01"), ("soon",), ("1d", "--to", "2027-01-01"), ()):
        refused = await tenggat("clock", "advance", *wrong)
        assert (refused.exit_code, bool(refused.stderr)) == (1, True), wrong


@pytest.mark.starts("2026-07-06T08:00:00+07:00")
async def test_when_the_engine_has_lost_everything_processes_start_from_their_rows(
    world: World, tenggat: Tenggat
) -> None:
    administrator = await world.official(Role.ADMINISTRATOR)
    for _ in range(3):
        await world.register()
    await world.rest()
    async for execution in world.client.list_workflows("ExecutionStatus = 'Running'"):
        await world.client.get_workflow_handle(execution.id).terminate()
    async with world.transaction() as (session, _):
        await session.execute(update(CaseFile).values(nudges=12, nudged_at=CaseFile.opened_at))

    done = answer(await tenggat("processes", "rebuild", "--json"))
    assert (done["cases"], done["nudged"], done["lanes"]) == (3, 3, 3)
    await world.advance_to("2026-07-08T12:00:00+07:00")
    assert await world.templates_to(administrator) == ["upp_escalation"] * 3
    again = answer(await tenggat("processes", "rebuild", "--json"))
    assert again["terminated"] >= 3
    await world.advance_to("2026-07-09T12:00:00+07:00")
    assert await world.templates_to(administrator) == ["upp_escalation"] * 3, "what was done is done"


async def test_a_stuck_step_is_shown_and_let_go(world: World, tenggat: Tenggat) -> None:
    registration = await world.register()
    await world.rest()
    for command, event in (("retry", "step_retried"), ("skip", "step_skipped")):
        async with world.transaction() as (session, now):
            case = await cases.lock(session, registration.case_id)
            processes.get_stuck(case, "remind", "once", InvalidInput("Tidak mungkin."), now)
            key = case.key
        [line] = answer(await tenggat("processes", "list-stuck", "--json"))
        assert (line["key"], line["step"], line["message"]) == (key, "remind", "Tidak mungkin.")
        assert answer(await tenggat("processes", command, key, "--json"))["key"] == key
        assert await world.events(registration.case_id, event)
        assert answer(await tenggat("processes", "list-stuck", "--json")) == []
    refused = await tenggat("processes", "retry", str(registration.case_id))
    assert (refused.exit_code, "tidak macet" in refused.stderr) == (1, True)
    assert (await tenggat("processes", "skip", "registration/0")).exit_code == 1


async def test_a_round_of_the_sweep_nudges_what_is_due(world: World, tenggat: Tenggat) -> None:
    registration = await world.register()
    await world.rest()
    async with world.transaction() as (session, now):
        mine = col(CaseFile.id) == registration.case_id
        await session.execute(update(CaseFile).where(mine).values(wake_at=now, nudged_at=None, nudges=0))
    done = answer(await tenggat("processes", "sweep", "--json"))
    assert done["found"] == done["nudged"] >= 1


async def test_an_invitation_from_the_command_line_leaves_at_once(world: World, tenggat: Tenggat) -> None:
    added = await tenggat("people", "add", "petugas", "--email", "petugas@dinas.example", "--role", "auditor")
    assert added.exit_code == 0, added.output
    for _ in range(200):  # no sweep runs here
        if await world.mail("petugas@dinas.example"):
            break
        await asyncio.sleep(0.1)
    assert await world.templates_to("petugas@dinas.example") == ["person_invited"]
