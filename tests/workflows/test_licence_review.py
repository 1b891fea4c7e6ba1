"""A licence is decided by the UPP and then followed to the last day printed on it."""

from datetime import datetime
from typing import Any

import pytest

from services.models import Account, AccountType, Licence, Role
from tests.factories import make_account
from tests.services.licences import uploads
from tests.world import World

MONDAY_MORNING = "2026-07-06T08:00:00+07:00"


async def uploaded(world: World, **typed: Any) -> tuple[Account, Licence]:
    """A company without a valid licence that has just uploaded one. It owes no report, so no other mail comes."""
    async with world.transaction() as (session, now):
        account = await make_account(session, licensed=(), account_type=AccountType.OTHER)
        return account, await uploads.upload(session, account, now=now, **typed)


async def find(world: World, licence: Licence, *, valid: bool = True) -> None:
    async with world.transaction() as (session, now):
        await uploads.find(session, licence, valid=valid, now=now)


async def state(world: World, licence: Licence) -> tuple[str, str | None, datetime | None]:
    assert licence.case_id is not None
    case = await world.case(licence.case_id)
    return case.status, case.outcome, case.wake_at


def contact(account: Account) -> str:
    return f"lapor.{account.username}@contoh.example"


@pytest.mark.starts(MONDAY_MORNING)
async def test_a_licence_decided_in_time_reminds_nobody(world: World) -> None:
    officer = await world.official(Role.UPP_OFFICER)
    account, licence = await uploaded(world)
    await world.advance_to("2026-07-07T09:00:00+07:00")
    await find(world, licence)
    await world.advance_to("2026-08-07T09:00:00+07:00")
    assert await world.templates_to(contact(account)) == ["licence_valid"]
    assert await world.templates_to(officer) == []
    assert await state(world, licence) == ("valid", "done", None)


@pytest.mark.starts(MONDAY_MORNING)
async def test_a_licence_left_waiting_reminds_the_upp_and_never_becomes_valid(world: World) -> None:
    here, elsewhere = (
        await world.official(Role.UPP_OFFICER, "64"),
        await world.official(Role.UPP_OFFICER, "31"),
    )
    account, licence = await uploaded(world)
    await world.advance_to("2026-09-07T09:00:00+07:00")
    assert await world.templates_to(here) == ["licence_review_waiting"]
    assert await world.templates_to(elsewhere) == []
    assert await world.templates_to(contact(account)) == []
    assert (await state(world, licence))[0] == "pending"
    assert licence.case_id is not None
    (reminded,) = await world.events(licence.case_id, "upp_reminded")
    assert reminded.at.isoformat() == "2026-07-09T17:00:00+00:00", (
        "the legal moment: after three working days"
    )

    await find(world, licence)
    await world.rest()
    assert (await state(world, licence))[0] == "valid"


@pytest.mark.starts(MONDAY_MORNING)
async def test_a_licence_is_announced_to_expire_and_expires(world: World) -> None:
    account, licence = await uploaded(world, expires_on="2026-12-31")
    await world.advance_to("2026-07-07T09:00:00+07:00")
    await find(world, licence)
    await world.advance_to("2026-11-30T12:00:00+07:00")
    assert await world.templates_to(contact(account)) == ["licence_valid"]
    await world.advance_to("2026-12-02T12:00:00+07:00")
    assert await world.templates_to(contact(account)) == ["licence_valid", "licence_expiring"]
    await world.advance_to("2026-12-31T23:59:00+07:00")
    assert (await state(world, licence))[0] == "valid"
    await world.advance_to("2027-01-01T00:02:00+07:00")
    assert await state(world, licence) == ("expired", "lapsed", None)
    assert licence.case_id is not None
    (expired,) = await world.events(licence.case_id, "licence_expired")
    assert expired.at.isoformat() == "2026-12-31T17:00:00+00:00"
    await world.advance_to("2027-01-04T12:00:00+07:00")
    assert (await world.templates_to(contact(account)))[-1] == "licence_expired"


@pytest.mark.starts(MONDAY_MORNING)
async def test_a_licence_renewed_in_time_is_announced_no_more(world: World) -> None:
    account, old = await uploaded(world, expires_on="2026-12-31")
    await find(world, old)
    await world.advance_to("2026-10-01T09:00:00+07:00")
    async with world.transaction() as (session, now):
        new = await uploads.upload(session, account, now=now, replaces=old, expires_on="2027-12-31")
    await find(world, new)
    await world.advance_to("2027-01-15T09:00:00+07:00")
    assert await world.templates_to(contact(account)) == ["licence_valid", "licence_valid"]
    assert await state(world, old) == ("replaced", "done", None)
    assert (await state(world, new))[0] == "valid"


@pytest.mark.starts(MONDAY_MORNING)
async def test_a_finding_that_was_wrong_is_reversed_and_the_licence_followed_again(world: World) -> None:
    account, licence = await uploaded(world, expires_on="2026-12-31")
    await find(world, licence, valid=False)
    await world.advance_to("2026-07-08T09:00:00+07:00")
    assert await state(world, licence) == ("invalid", "refused", None), "its process has left"
    await find(world, licence)
    await world.advance_to("2027-01-04T12:00:00+07:00")
    assert await world.templates_to(contact(account)) == [
        "licence_invalid",
        "licence_valid",
        "licence_expiring",
        "licence_expired",
    ]
