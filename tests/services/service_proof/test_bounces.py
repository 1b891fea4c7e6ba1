"""A mail that came back: its message, its address, the officer's task, the letter by post; each once."""

import mailbox
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from services import accounts
from services.contacts import tasks
from services.models import Account, ContactTask, DataRequest, Message
from services.service_proof import bounces
from services.service_proof.bounces import Imported
from tests.services.data_requests import given
from tests.services.service_proof.notifications import report
from tests.world import World

MONDAY = "2026-07-06T09:00:00+07:00"


async def asked(world: World) -> tuple[Account, DataRequest, str]:
    """A company that was asked for data by mail, and that mail's Message-ID."""
    [account] = await world.companies(1)
    async with world.transaction() as (session, now):
        _, [request] = await given.ask(session, [account], now=now)
    await world.rest()
    [mail] = await world.mail(account.email)
    return account, request, mail.message_id


async def hand_in(world: World, raw: bytes) -> Imported:
    async with world.transaction() as (session, now):
        return await bounces.take_in(session, raw, now=now)


async def waiting(world: World, account: Account) -> list[str]:
    async with world.sessions() as session:
        query = select(ContactTask).where(
            col(ContactTask.account_id) == account.id, col(ContactTask.settled_at).is_(None)
        )
        found = (await session.execute(query.order_by(col(ContactTask.reason)))).scalars()
        return [task.reason for task in found]


@pytest.mark.starts(MONDAY)
async def test_a_bounce_marks_message_and_address_and_raises_a_task_and_a_letter(world: World) -> None:
    account, request, message_id = await asked(world)
    assert (await hand_in(world, report(account.email, message_id))).bounced == 1
    assert (await hand_in(world, report(account.email, message_id))).repeated == 1
    async with world.sessions() as session:
        message = (
            await session.execute(select(Message).where(col(Message.case_id) == request.case_id))
        ).scalar_one()
        assert message.state_reason == "bounced"
    assert await waiting(world, account) == ["address_bounced", "post_letter"]
    [event] = await world.events(request.case_id, "mail_bounced")
    assert event.data["code"] == "5.1.1"

    async with world.transaction() as (session, now):
        _, [second] = await given.ask(session, [account], now=now)
    assert second.channel == "letter", "what comes after it goes by post"


@pytest.mark.starts(MONDAY)
async def test_only_our_own_mail_to_that_very_recipient_can_bounce(world: World) -> None:
    account, request, message_id = await asked(world)
    forged = [
        report("direktur@lain.example", message_id),
        report(account.email, "<never-sent@tenggat.example>"),
    ]
    for raw in forged:
        assert (await hand_in(world, raw)).unmatched == 1
    assert (await hand_in(world, report(account.email, message_id, action="delayed"))).delayed == 1
    assert (await hand_in(world, b"Subject: cuti\r\n\r\nSaya cuti.")).not_reports == 1
    assert await waiting(world, account) == []
    assert await world.events(request.case_id, "mail_bounced") == []


@pytest.mark.starts(MONDAY)
async def test_a_relay_that_accepts_more_mail_heals_nothing_but_a_new_address_does(world: World) -> None:
    account, _, message_id = await asked(world)
    await hand_in(world, report(account.email, message_id))
    async with world.transaction() as (session, _):
        await session.execute(
            text("UPDATE message SET state = 'queued', dedupe_key = concat(dedupe_key, '/2')")
        )
    await world.rest()
    async with world.sessions() as session:
        unwell = text("SELECT bounced_at IS NOT NULL FROM contact_health WHERE address = :address")
        assert (await session.execute(unwell, {"address": account.email})).scalar_one()
    async with world.transaction() as (session, now):
        await tasks.settle_for_address(session, account.id, "baru@contoh.example", now=now)
    assert await waiting(world, account) == ["post_letter"]


@pytest.mark.parametrize("form", ["maildir", "mbox", "eml"])
def test_mailboxes_are_read_in_the_forms_they_come_in(tmp_path: Path, form: str) -> None:
    raw, path = report("lapor@contoh.example"), tmp_path / "kotak"
    if form == "maildir":
        mailbox.Maildir(path).add(raw)
    elif form == "mbox":
        box = mailbox.mbox(path)
        box.add(raw)
        box.close()
    else:
        path.write_bytes(raw)
    [found] = bounces.mails(path)
    assert b"delivery-status" in found


@pytest.mark.starts(MONDAY)
async def test_nobody_is_sent_to_a_company_whose_account_was_declared_void(world: World) -> None:
    account, _, message_id = await asked(world)
    await hand_in(world, report(account.email, message_id))
    assert await waiting(world, account) != []
    async with world.transaction() as (session, now):
        await accounts.void(session, account.id, reason="NIB dicabut.", actor="system", now=now)
    assert await waiting(world, account) == []
