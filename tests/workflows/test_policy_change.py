"""A change of the rules from its proposal to the last open case, on the real engine."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from services import rulebook
from services.models import CaseFile, Deadline, ExtensionScope, PolicyChange, new_id
from services.policies import changes
from services.policies.changes import Proposal
from tests.workflows.test_extension_campaign import extend
from tests.world import World, instant

DUE = "deadlines.deadlines.report_due@PM13_2025.add.days"
PROPOSER, APPROVER = f"person:{new_id()}", f"person:{new_id()}"


async def proposed(world: World, values: dict[str, Any], valid_from: str, **given: Any) -> UUID:
    """A change that was tried out and approved."""
    async with world.transaction() as (session, now):
        wanted = Proposal(values, instant(valid_from).date(), "Permenperin contoh", "uji", **given)
        change = await changes.propose(session, wanted, actor=PROPOSER, now=now)
        await changes.try_out(session, change.case_id, actor=PROPOSER, now=now)
    async with world.transaction() as (session, now):
        await changes.approve(session, change.case_id, actor=APPROVER, now=now)
    return change.case_id


async def change_of(world: World, case_id: UUID) -> PolicyChange:
    async with world.sessions() as session:
        return await session.get_one(PolicyChange, case_id)


async def dues(world: World) -> list[str]:
    """The report due dates in force, in the order of the cases."""
    async with world.sessions() as session:
        query = (
            select(Deadline)
            .join(CaseFile, col(CaseFile.id) == col(Deadline.case_id))
            .where(col(CaseFile.kind) == "report", col(Deadline.name) == "report_due")
            .order_by(col(CaseFile.id))
        )
        return [row.due_before.isoformat() for row in (await session.execute(query)).scalars()]


async def versions(world: World) -> set[UUID | None]:
    async with world.sessions() as session:
        query = select(col(CaseFile.policy_version_id)).where(
            col(CaseFile.closed_at).is_(None), col(CaseFile.kind).in_(["report", "period"])
        )
        return set((await session.execute(query)).scalars())


@pytest.mark.starts("2026-12-21T08:00:00+07:00")
async def test_open_cases_go_on_under_the_new_rules_from_its_day(world: World) -> None:
    [company, *_] = await world.companies(3)
    await world.advance_to("2027-01-04T09:00:00+07:00")
    assert set(await dues(world)) == {"2027-01-10T17:00:00+00:00"}
    change = await proposed(world, {DUE: 15}, "2027-01-06")
    await world.advance_to("2027-01-05T12:00:00+07:00")
    assert set(await dues(world)) == {"2027-01-10T17:00:00+00:00"}, "nothing before its day"

    await world.advance_to("2027-01-06T08:00:00+07:00")
    assert set(await dues(world)) == {"2027-01-15T17:00:00+00:00"}
    done = await change_of(world, change)
    assert (done.status, done.dates_moved, done.dates_kept) == ("done", 6, 0)  # three reports, three periods
    assert await versions(world) >= {done.version_id}
    [report] = await reports_of(world, company.id)
    assert [event.type for event in await world.events(report, "rules_changed", "deadline_rederived")] == [
        "rules_changed", "deadline_rederived",
    ]  # fmt: skip
    [moved] = await world.events(report, "deadline_rederived")
    assert (moved.data["from"], moved.data["to"]) == (
        "2027-01-10T17:00:00+00:00",
        "2027-01-15T17:00:00+00:00",
    )
    assert "deadline_moved" in await world.templates_to(company.email)

    await world.advance_to("2027-01-18T09:00:00+07:00")
    [overdue] = await world.events(report, "became_overdue")
    assert overdue.at == instant("2027-01-16T00:00:00+07:00"), "late at the new date, not at the old one"


async def reports_of(world: World, account: UUID) -> list[UUID]:
    async with world.sessions() as session:
        query = select(col(CaseFile.id)).where(
            col(CaseFile.account_id) == account, col(CaseFile.kind) == "report"
        )
        return list((await session.execute(query)).scalars())


@pytest.mark.starts("2026-12-21T08:00:00+07:00")
async def test_a_date_that_would_have_passed_stays_and_an_extension_is_kept(world: World) -> None:
    await world.companies(2, region="64.72")
    await world.companies(1, region="31.71")
    await world.advance_to("2027-01-04T09:00:00+07:00")
    await extend(world, "2027-01-20", scope=ExtensionScope.REGION, region="64.72")
    await world.rest()
    change = await proposed(world, {DUE: 5}, "2027-01-07")  # the 5th: passed by then
    await world.advance_to("2027-01-07T09:00:00+07:00")
    assert sorted(await dues(world)) == [
        "2027-01-10T17:00:00+00:00", "2027-01-20T17:00:00+00:00", "2027-01-20T17:00:00+00:00",
    ]  # fmt: skip
    assert (await change_of(world, change)).dates_kept == 2  # one report and the period


@pytest.mark.starts("2026-12-21T08:00:00+07:00")
async def test_withdrawn_before_its_day_nothing_happens(world: World) -> None:
    await world.companies(1)
    await world.advance_to("2027-01-04T09:00:00+07:00")
    change = await proposed(world, {DUE: 15}, "2027-01-06")
    async with world.transaction() as (session, now):
        await changes.withdraw(session, change, actor=APPROVER, now=now)
    await world.advance_to("2027-01-07T09:00:00+07:00")
    assert set(await dues(world)) == {"2027-01-10T17:00:00+00:00"}
    async with world.transaction() as (session, now):
        rules = await rulebook.current(session, now=now)
        assert rules.version_id == (await session.get_one(PolicyChange, change)).base_id


@pytest.mark.starts("2026-12-21T08:00:00+07:00")
async def test_without_moving_open_cases_keep_their_rules_and_new_ones_get_the_new(world: World) -> None:
    await world.companies(1)
    await world.advance_to("2027-01-04T09:00:00+07:00")
    change = await proposed(world, {DUE: 15}, "2027-01-06", moves_open=False)
    await world.advance_to("2027-01-06T08:00:00+07:00")
    assert set(await dues(world)) == {"2027-01-10T17:00:00+00:00"}
    assert (await change_of(world, change)).status == "done"
    await world.advance_to("2027-03-29T08:00:00+07:00")
    assert "2027-04-15T17:00:00+00:00" in await dues(world), "the next quarter opens under the new rules"


@pytest.mark.starts("2026-12-21T08:00:00+07:00")
async def test_a_version_in_force_can_neither_be_changed_nor_taken_back(world: World) -> None:
    await world.companies(1)
    change = await proposed(world, {DUE: 15}, "2026-12-22")
    await world.advance_to("2026-12-22T08:00:00+07:00")
    version = (await change_of(world, change)).version_id
    for statement in (
        "UPDATE policy_version SET in_force_from = NULL WHERE id = :id",
        "UPDATE policy_version SET content = '{}' WHERE id = :id",
        "DELETE FROM policy_version WHERE id = :id",
    ):
        async with world.sessions() as session:
            with pytest.raises(Exception, match=r"never changes|stays so"):
                await session.execute(text(statement), {"id": version})
