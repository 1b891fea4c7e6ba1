"""A company's account says where its mail goes and whether it arrives, and leads to what has to be done."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from services.contacts import desk, health, tasks
from services.contacts.tasks import Wanted
from services.identity.principal import Grant, Principal
from services.models import Account, ContactReason, Role, new_id
from tests.api.conftest import Api
from tests.pages.officials import official, owing
from tests.pages.visitor import Visitor


async def open_account(visitor: Visitor, account: Account) -> None:
    """Past the question why."""
    here = f"/akun/{account.id}"
    await visitor.open(here)
    if visitor.path != here:
        await visitor.send(visitor.page.url.raw_path.decode(), {"purpose": "supervision"})


async def bounced(api: Api) -> tuple[Account, str]:
    """A company whose contact person's address was reported as dead."""
    [(account, _)] = await owing(api)
    address = f"lapor.{account.username}@contoh.example"
    async with api.transaction() as (session, now):
        await health.mark_refused(session, address, "5.1.1 no such user", now=now)
        wanted = Wanted(
            f"address/{account.id}/{address}", account.id, ContactReason.ADDRESS_BOUNCED, address=address
        )
        await tasks.raise_many(session, [wanted], now=now)
    return account, address


async def test_an_officer_sees_what_comes_back_and_goes_on_to_the_task(api: Api) -> None:
    account, address = await bounced(api)
    async with api.sessions() as session:
        task = (await session.execute(text("SELECT id FROM contact_task"))).scalar_one()
    async with official(api, Role.COMPLIANCE_OFFICER) as officer:
        await open_account(officer, account)
        assert address in officer.text
        assert "5.1.1 no such user" in officer.text
        assert "hanya tautan kata sandi" in officer.text, "the address on the NIB is told apart"
        await officer.open(f"/kontak/{task}")
        assert officer.page.status_code == 200
    async with official(api, Role.UPP_OFFICER) as other:
        await open_account(other, account)
        assert address in other.text
        assert f"/kontak/{task}" not in other.page.text, "whoever may not record it is not sent there"


async def test_a_settled_task_is_no_longer_asked_for(api: Api) -> None:
    account, _ = await bounced(api)
    async with api.transaction() as (session, now):
        await session.execute(
            text(
                "UPDATE contact_task SET settled_at = :now, settled_by = 'test', result = 'called', note = 'x'"
            ),
            {"now": now},
        )
    async with official(api, Role.COMPLIANCE_OFFICER) as officer:
        await open_account(officer, account)
        assert "Tangani" not in officer.text
        assert "kembali sejak" in officer.text, "the address is as it is"


@pytest.mark.parametrize(
    "due", ["report_due", "report_correction_due", "rollback_resend_due", "data_request_due"]
)
async def test_whose_next_date_comes_first_is_reached_first(api: Api, due: str) -> None:
    """Whatever a company owes next: a report, its correction, an answer."""
    (later, _), (sooner, case) = await owing(api, 2)
    person = new_id()
    officer = Principal(
        f"person:{person}", person_id=person, roles=(Grant(Role.COMPLIANCE_OFFICER),), nda=True, recent=True
    )
    async with api.transaction() as (session, now):
        wanted = [Wanted(f"test/{one.id}", one.id, ContactReason.ADDRESS_BOUNCED) for one in (later, sooner)]
        await tasks.raise_many(session, wanted, now=now)
        await session.execute(
            text(
                "INSERT INTO deadline (case_id, name, derivation_id, base_before, due_before, set_at, pauses)"
                " SELECT case_id, :due, derivation_id, :at, :at, set_at, pauses FROM deadline"
                " WHERE case_id = :case AND name = 'report_due'"
                " ON CONFLICT (case_id, name) DO UPDATE SET due_before = excluded.due_before"
            ),
            {"due": due, "at": now + timedelta(hours=1), "case": case.id},
        )
        first, second = await desk.waiting(session, officer, now=now)
    assert (first.account.id, first.due_name, second.account.id) == (sooner.id, due, later.id)
