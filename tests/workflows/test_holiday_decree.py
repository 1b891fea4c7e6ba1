"""Days that are decreed: every open date follows, a second person approves, an undo restores exactly."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from services.decrees import drafting
from services.decrees.drafting import DecreeDraft, Foreseen
from services.decrees.lines import RawLine
from services.errors import Conflict, Forbidden, InvalidInput, TransitionRefused
from services.models import Deadline, DecreeLayer, DecreeLine, Derivation, HolidayDecree
from tests.world import World

# Registered on Tuesday 15 December 2026: the UPP decides by the end of Wednesday, one working day later.
pytestmark = pytest.mark.starts("2026-12-15T10:00:00+07:00")
WEDNESDAY, THURSDAY = "2026-12-16T17:00:00+00:00", "2026-12-17T17:00:00+00:00"
TARGET = "registration_target"


async def decreed(world: World, *days: str, kind: str = "joint_leave", **given: Any) -> HolidayDecree:
    """A decree entered and tried out."""
    wanted: dict[str, Any] = {"instrument": "SKB Contoh 1/2026", "reason": "Cuti bersama ditambah"} | given
    raw = tuple(RawLine(n, day, kind, "Cuti Bersama Contoh") for n, day in enumerate(days, 1))
    async with world.transaction() as (session, now):
        decree = await drafting.draft(session, DecreeDraft(days=raw, **wanted), actor="test:one", now=now)
    await tried(world, decree)
    return decree


async def tried(world: World, decree: HolidayDecree) -> Foreseen:
    async with world.transaction() as (session, now):
        return await drafting.dry_run(session, decree.case_id, actor="test:one", now=now)


async def approved(world: World, decree: HolidayDecree, actor: str = "test:two") -> HolidayDecree:
    async with world.transaction() as (session, now):
        found = await drafting.approve(session, decree.case_id, actor=actor, now=now)
    await world.rest()
    return found


async def undone(world: World, decree: HolidayDecree) -> None:
    async with world.transaction() as (session, now):
        await drafting.order_undo(session, decree.case_id, actor="test:one", now=now)
    await world.rest()


async def dates(world: World, case_id: UUID) -> dict[str, tuple[str, str, UUID]]:
    """Every date of a case: in force, without extensions, and why."""
    async with world.sessions() as session:
        rows = await session.execute(select(Deadline).where(col(Deadline.case_id) == case_id))
        return {
            d.name: (d.due_before.isoformat(), d.base_before.isoformat(), d.derivation_id)
            for d in rows.scalars()
        }


async def lines(world: World, decree: HolidayDecree) -> list[DecreeLine]:
    async with world.sessions() as session:
        query = select(DecreeLine).where(col(DecreeLine.decree_id) == decree.case_id)
        return list((await session.execute(query.order_by(col(DecreeLine.deadline_name)))).scalars())


async def test_a_decreed_day_off_moves_what_was_due_and_says_why(world: World) -> None:
    registration = await world.register()
    await world.rest()
    decree = await decreed(world, "2026-12-16")
    foreseen = await lines(world, decree)
    assert [(line.deadline_name, line.state) for line in foreseen] == [
        ("registration_reminder", "planned"),
        (TARGET, "planned"),
    ]
    assert (await dates(world, registration.case_id))[TARGET][0] == WEDNESDAY, "nothing moves before approval"
    await approved(world, decree)

    due, base, derivation_id = (await dates(world, registration.case_id))[TARGET]
    assert (due, base) == (THURSDAY, THURSDAY)
    async with world.sessions() as session:
        derivation = await session.get_one(Derivation, derivation_id)
    assert "SKB Contoh 1/2026" in {step["basis"] for step in derivation.steps}
    moved = await world.events(registration.case_id, "deadline_recalculated")
    assert {event.data["deadline"] for event in moved} == {TARGET, "registration_reminder"}
    assert {event.data["decree"] for event in moved} == {str(decree.case_id)}
    assert {line.state for line in await lines(world, decree)} == {"moved"}


async def test_what_is_registered_afterwards_counts_with_the_new_day(world: World) -> None:
    await approved(world, await decreed(world, "2026-12-16"))
    registration = await world.register()
    assert (await dates(world, registration.case_id))[TARGET][0] == THURSDAY


async def test_the_process_acts_on_the_new_date_and_not_on_the_old_one(world: World) -> None:
    registration = await world.register()
    await world.rest()
    await approved(world, await decreed(world, "2026-12-16"))
    await world.advance_to("2026-12-17T12:00:00+07:00")
    assert not await world.events(registration.case_id, "upp_escalated")
    await world.advance_to("2026-12-18T12:00:00+07:00")
    (late,) = await world.events(registration.case_id, "upp_escalated")
    assert late.at.isoformat() == THURSDAY


async def test_a_holiday_taken_back_brings_the_process_forward(world: World) -> None:
    await approved(world, await decreed(world, "2026-12-16", "2026-12-17"))
    registration = await world.register()
    await world.rest()
    assert (await dates(world, registration.case_id))[TARGET][0] == "2026-12-18T17:00:00+00:00"
    taken_back = await decreed(world, "2026-12-17", kind="working", instrument="SKB Contoh 2/2026")
    await approved(world, taken_back)
    due, _, derivation_id = (await dates(world, registration.case_id))[TARGET]
    assert due == THURSDAY
    async with world.sessions() as session:
        derivation = await session.get_one(Derivation, derivation_id)
    assert "SKB Contoh 2/2026" in {step["basis"] for step in derivation.steps}, (
        "also a working day has its decree"
    )
    await world.advance_to("2026-12-18T12:00:00+07:00")
    (late,) = await world.events(registration.case_id, "upp_escalated")
    assert late.at.isoformat() == THURSDAY


async def test_a_decree_that_moves_a_date_into_the_past_is_refused_and_changes_nothing(world: World) -> None:
    await approved(world, await decreed(world, "2026-12-16"))
    registration = await world.register()
    await world.advance_to("2026-12-17T09:00:00+07:00")
    before = await dates(world, registration.case_id)
    with pytest.raises(InvalidInput) as raised:
        await decreed(world, "2026-12-16", kind="working", instrument="SKB Contoh 2/2026")
    assert raised.value.params["instrument"] == "SKB Contoh 2/2026"
    assert await dates(world, registration.case_id) == before


async def test_time_that_passes_between_dry_run_and_approval_is_seen(world: World) -> None:
    await approved(world, await decreed(world, "2026-12-16"))
    await world.register()
    back = await decreed(world, "2026-12-16", kind="working")
    await world.advance_to("2026-12-17T09:00:00+07:00")
    with pytest.raises(Conflict):
        await approved(world, back)


async def test_whoever_entered_a_decree_may_not_approve_it(world: World) -> None:
    decree = await decreed(world, "2026-12-16")
    with pytest.raises(Forbidden):
        await approved(world, decree, actor="test:one")


async def test_what_was_tried_out_on_another_calendar_is_tried_out_again(world: World) -> None:
    await world.register()
    first, second = await decreed(world, "2026-12-16"), await decreed(world, "2026-12-17")
    await approved(world, first)
    with pytest.raises(Conflict):
        await approved(world, second)
    assert (await tried(world, second)).later == 2, "the target and the reminder before it"
    await approved(world, second)


async def test_an_undo_restores_dates_and_reasons_exactly(world: World) -> None:
    registration = await world.register()
    await world.rest()
    before = await dates(world, registration.case_id)
    decree = await decreed(world, "2026-12-16")
    await approved(world, decree)
    assert await dates(world, registration.case_id) != before
    await undone(world, decree)

    assert await dates(world, registration.case_id) == before
    assert {line.state for line in await lines(world, decree)} == {"undone"}
    assert len(await world.events(registration.case_id, "decree_undone")) == 2
    await world.advance_to("2026-12-17T12:00:00+07:00")
    case = await world.case(decree.case_id)
    assert (case.status, case.outcome, case.wake_at) == ("undone", "refused", None)
    (late,) = await world.events(registration.case_id, "upp_escalated")
    assert late.at.isoformat() == WEDNESDAY


async def test_an_undo_that_would_make_somebody_late_is_refused(world: World) -> None:
    await world.register()
    decree = await decreed(world, "2026-12-16", "2026-12-21")
    await approved(world, decree)
    await world.advance_to("2026-12-17T09:00:00+07:00")
    with pytest.raises(TransitionRefused):
        await undone(world, decree)


async def test_of_two_decrees_about_one_day_the_later_holds_until_it_is_undone(world: World) -> None:
    registration = await world.register()
    await approved(world, await decreed(world, "2026-12-16"))
    later = await decreed(world, "2026-12-16", kind="working", instrument="SKB Contoh 2/2026")
    await approved(world, later)
    assert (await dates(world, registration.case_id))[TARGET][0] == WEDNESDAY
    await undone(world, later)
    assert (await dates(world, registration.case_id))[TARGET][0] == THURSDAY
    async with world.sessions() as session:
        source = await session.scalar(text("SELECT source FROM calendar_day WHERE removed_at IS NULL"))
    assert source == "SKB Contoh 1/2026"


async def test_a_regional_decree_moves_the_company_s_own_date_and_the_company_hears(world: World) -> None:
    inside, outside = await world.register(region_code="64.72"), await world.register(region_code="31.71")
    for registration in (inside, outside):
        await world.decide(
            registration.case_id, "return"
        )  # corrected within fourteen days: Tuesday 29 December
    await world.rest()
    name = "registration_correction_due"
    decree = await decreed(world, "2026-12-29", kind="holiday", layer=DecreeLayer.REGION, scope="64")
    await approved(world, decree)

    assert (await dates(world, inside.case_id))[name][0] == "2026-12-30T17:00:00+00:00"
    assert (await dates(world, outside.case_id))[name][0] == "2026-12-29T17:00:00+00:00"
    (mail,) = [mail for mail in await world.mail(inside.email) if "berubah" in mail.subject]
    assert "SKB Contoh 1/2026" in mail.text
    assert "30 Desember 2026" in mail.subject
    assert not [mail for mail in await world.mail(outside.email) if "berubah" in mail.subject]


async def test_an_organisation_s_own_day_moves_its_date_alone(world: World) -> None:
    ours, other = await world.register(nib="9120000000001"), await world.register()
    for registration in (ours, other):
        await world.decide(registration.case_id, "return")
    decree = await decreed(
        world, "2026-12-29", kind="holiday", layer=DecreeLayer.ORGANISATION, scope="9120000000001"
    )
    await approved(world, decree)
    name = "registration_correction_due"
    assert (await dates(world, ours.case_id))[name][0] == "2026-12-30T17:00:00+00:00"
    assert (await dates(world, other.case_id))[name][0] == "2026-12-29T17:00:00+00:00"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"days": ("2026-13-01",)}, "days"),
        ({"days": ("2026-12-16", "2026-12-16")}, "days"),
        ({"days": ("2026-12-16",), "kind": "libur"}, "days"),
        ({"days": ()}, "days"),
        ({"days": ("2026-12-16",), "instrument": " "}, "instrument"),
        ({"days": ("2026-12-16",), "layer": DecreeLayer.REGION, "scope": "99"}, "scope"),
        ({"days": ("2026-12-16",), "layer": DecreeLayer.ORGANISATION, "scope": "12"}, "scope"),
        ({"days": ("2026-12-16",), "scope": "64"}, "scope"),
    ],
)
async def test_what_cannot_be_a_decree_is_refused_by_field(
    world: World, wrong: dict[str, Any], field: str
) -> None:
    given = dict(wrong)
    with pytest.raises(InvalidInput) as raised:
        await decreed(world, *given.pop("days"), **given)
    assert {error.field for error in raised.value.fields} == {field}


async def test_a_complete_decree_takes_the_library_s_other_holidays_back(world: World) -> None:
    decree = await decreed(world, "2027-01-01", kind="holiday", complete=True)
    async with world.sessions() as session:
        rows = await session.execute(
            text("SELECT kind, count(*) FROM decree_day WHERE case_id = :id GROUP BY kind ORDER BY kind"),
            {"id": decree.case_id},
        )
        counts: dict[str, int] = {row[0]: row[1] for row in rows}
    assert counts["holiday"] == 1
    assert counts["working"] > 15


async def test_a_settled_decree_can_be_taken_back_no_longer(world: World) -> None:
    decree = await decreed(world, "2026-12-16")
    await approved(world, decree)
    await world.advance_to("2026-12-20T09:00:00+07:00")
    case = await world.case(decree.case_id)
    assert (case.outcome, case.wake_at) == ("done", None)
    with pytest.raises(TransitionRefused, match="waktu itu sudah lewat"):
        await undone(world, decree)
