"""Temporal's own persistence fails again and again, also after it has done what it was asked to."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from sqlalchemy import text

from services import seeding
from stack.progress import Progress
from stack.temporal import Temporal
from stack.temporal_build import obtain
from tests.engine import Engine, running_postgres
from tests.faults.quarter import MORNING, WARNED, Quarter, opened_quarter
from tests.faults.table import FULL, Enter, Line

N = 60  # companies that register, and as many that are known already
RATE: Final = 0.05
WRITES: Final = (
    "CreateWorkflowExecution",
    "UpdateWorkflowExecution",
    "AppendHistoryNodes",
    "AddHistoryTasks",
)
READS: Final = ("GetWorkflowExecution", "GetCurrentExecution", "ReadHistoryBranch")
pytestmark = [
    pytest.mark.faults,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(
        not FULL, reason="each lost answer costs the engine its ten seconds: see `make faults`"
    ),
]


def faults() -> dict[str, Any]:
    """As the server's static configuration wants them; a read that is carried out and lost is a read that failed."""
    errors = {
        **dict.fromkeys(WRITES, ("Timeout", "ExecuteAndTimeout", "ResourceExhausted")),
        **dict.fromkeys(READS, ("Timeout", "ResourceExhausted")),
    }
    methods = {
        method: {"seed": seed, "errors": dict.fromkeys(kinds, RATE)}
        for seed, (method, kinds) in enumerate(errors.items(), start=1)
    }
    return {"targets": {"dataStores": {"ExecutionStore": {"methods": methods}}}}


@pytest.fixture
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with running_postgres(tmp_path_factory.mktemp("failing")) as postgres:
        yield postgres


@pytest.fixture
def failing(engine: Engine) -> Iterator[Temporal]:
    """A server whose store of executions fails, on a Postgres of its own."""
    server = Temporal(engine.home, engine.postgres, obtain(Progress()))
    server.prepare()
    written = engine.home.temporal / "server.yaml"
    configuration = yaml.safe_load(written.read_text(encoding="utf-8"))
    configuration["persistence"]["datastores"]["main"]["faultInjection"] = faults()
    written.write_text(yaml.safe_dump(configuration), encoding="utf-8")
    server.start()
    try:
        server.wait()
        yield server
    finally:
        server.stop()


@pytest.fixture
async def quarter(engine: Engine, failing: Temporal, tmp_path: Path) -> AsyncIterator[Quarter]:
    async with opened_quarter(engine.clone(), failing.address, tmp_path) as opened:
        yield opened


async def test_the_store_of_the_engine_fails(quarter: Quarter, failing: Temporal, table: Enter) -> None:
    """Companies register, are accepted, reminded four times and proposed for a warning: each of it once."""
    world = quarter.world
    async with world.transaction() as (session, now):
        known = await seeding.companies(session, N, region=WARNED, now=now)
    registered = [await world.register() for _ in range(N)]
    await world.rest()
    for one in registered:
        await world.decide(one.case_id, "accept")
    await world.advance_to(MORNING)
    welcomed = {str(one.email): WELCOMED + REMINDED for one in registered}
    expected = {str(one.email): REMINDED for one in known} | welcomed
    async with world.sessions() as session:
        told = {row.recipient: row.templates for row in (await session.execute(_TOLD)).all()}
    right = sum(told.get(address) == templates for address, templates in expected.items())
    copies = quarter.sink.copies
    failures = failing.log.read_text(encoding="utf-8").count("fault injection error")
    assert failures > N, "the store did not fail"
    assert len(await quarter.proposed()) == len(expected)
    assert sum(copies.values()) == sum(len(templates) for templates in expected.values())
    table(
        Line(
            "Temporal's store fails: 15 % of writes, 10 % of reads",
            cases=len(expected),
            right=right,
            lost=len(expected) - right,
            doubled=sum(count - 1 for count in copies.values()),
            remarks=f"{failures:,} failures in its log",
        )
    )


REMINDED: Final = ["report_reminder"] * 3 + ["report_reminder_last"]
WELCOMED: Final = ["account_activated", "registration_received"]
_TOLD = text(
    "SELECT recipient, array_agg(template ORDER BY template) AS templates"
    " FROM message WHERE state = 'done' GROUP BY recipient"
)
