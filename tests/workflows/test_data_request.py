"""Data Lain is answered within three days of proven receipt (Permenperin 13/2025)."""

import re
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from services import accounts, cases, casework
from services.contacts import settling
from services.data_requests import answers, decisions, receipt
from services.deadlines import single
from services.deadlines.single import Grant
from services.models import (
    Account,
    ContactResult,
    ContactTask,
    DataRequest,
    Deadline,
    EvidenceKind,
    RequestChannel,
)
from services.service_proof.evidence import Receipt
from tests.services.data_requests import given
from tests.world import World

MONDAY = "2026-07-06T09:00:00+07:00"


async def asked(world: World, **wanted: Any) -> tuple[Account, DataRequest]:
    """One company that was asked for data."""
    [account] = await world.companies(1)
    async with world.transaction() as (session, now):
        _, [request] = await given.ask(session, [account], now=now, **wanted)
    return account, request


async def read(world: World, request: DataRequest) -> None:
    async with world.transaction() as (session, now):
        await receipt.read_by_company(session, request.case_id, actor=given.COMPANY, now=now)


async def answer(world: World, request: DataRequest) -> None:
    async with world.transaction() as (session, now):
        await answers.send(
            session, request.case_id, "Mesin rusak.", sent_at=now, actor=given.COMPANY, now=now
        )


async def accept(world: World, request: DataRequest) -> None:
    async with world.transaction() as (session, now):
        await decisions.accept(session, request.case_id, actor=given.OFFICER, now=now)


async def ask_again(world: World, request: DataRequest) -> None:
    async with world.transaction() as (session, now):
        await decisions.ask_again(session, request.case_id, "Mesin yang mana?", actor=given.OFFICER, now=now)


async def called(world: World, request: DataRequest) -> None:
    async with world.transaction() as (session, now):
        note = Receipt(EvidenceKind.CALL_NOTE, now, "Dijawab bagian umum.")
        await receipt.record(session, request.case_id, note, actor=given.OFFICER, now=now)


async def settle(world: World, request: DataRequest, result: ContactResult) -> None:
    """The officer's open task about this request."""
    async with world.transaction() as (session, now):
        query = select(ContactTask).where(
            col(ContactTask.case_id) == request.case_id, col(ContactTask.settled_at).is_(None)
        )
        task = (await session.execute(query)).scalar_one()
        await settling.settle(session, task.id, result, note="Tidak diangkat.", actor=given.OFFICER, now=now)


async def withdraw(world: World, request: DataRequest) -> None:
    async with world.transaction() as (session, now):
        await decisions.withdraw(
            session, request.case_id, reason="Sudah ada di laporan.", actor=given.OFFICER, now=now
        )


async def state(world: World, request: DataRequest) -> tuple[str, str | None, datetime | None]:
    case = await world.case(request.case_id)
    return case.status, case.outcome, case.wake_at


async def due(world: World, request: DataRequest) -> tuple[str, str]:
    """The strict and the lenient date."""
    async with world.sessions() as session:
        deadline = await session.get_one(Deadline, (request.case_id, "data_request_due"))
        lenient = deadline.lenient_before
        assert lenient is not None
        return deadline.due_before.isoformat(), lenient.isoformat()


async def tasks(world: World, case_id: UUID) -> list[tuple[str, str | None]]:
    """Officers' tasks about a case, with how they ended."""
    async with world.sessions() as session:
        query = select(ContactTask).where(col(ContactTask.case_id) == case_id).order_by(col(ContactTask.id))
        return [(task.reason, task.result) for task in (await session.execute(query)).scalars()]


@pytest.mark.starts(MONDAY)
async def test_reading_in_the_portal_starts_three_days_and_the_answer_ends_them(world: World) -> None:
    account, request = await asked(world)
    await world.rest()
    assert await world.templates_to(account.email) == ["data_request"]
    await world.advance_to("2026-07-06T15:00:00+07:00")
    await read(world, request)
    assert await due(world, request) == ("2026-07-09T17:00:00+00:00", "2026-07-09T17:00:00+00:00")
    await world.advance_to("2026-07-09T10:00:00+07:00")
    assert await world.templates_to(account.email) == ["data_request", "data_request_reminder"]

    await answer(world, request)
    await world.advance_to("2026-07-20T10:00:00+07:00")
    assert await state(world, request) == ("answered", None, None), "only an officer ends it"
    await accept(world, request)
    await world.rest()
    assert await state(world, request) == ("accepted", "done", None)
    assert (await world.templates_to(account.email))[-1] == "data_request_accepted"
    assert [event.type for event in await world.events(request.case_id)] == [
        "requested", "receipt_proven", "company_reminded", "answered", "answer_accepted",
    ]  # fmt: skip


@pytest.mark.starts("2026-07-10T15:00:00+07:00")  # a Friday
async def test_over_a_weekend_the_lenient_clock_runs_longer_and_only_then_is_a_warning_due(
    world: World,
) -> None:
    account, request = await asked(world)
    await read(world, request)
    assert await due(world, request) == ("2026-07-13T17:00:00+00:00", "2026-07-15T17:00:00+00:00")
    await world.advance_to("2026-07-14T12:00:00+07:00")
    [late] = await world.events(request.case_id, "answer_overdue")
    assert late.at.isoformat() == "2026-07-13T17:00:00+00:00"
    assert (await world.templates_to(account.email))[-1] == "data_request_late"
    assert await world.events(request.case_id, "warning_due", "warning_proposed") == []

    await world.advance_to("2026-07-16T12:00:00+07:00")
    [warned] = await world.events(request.case_id, "warning_due")
    assert warned.at.isoformat() == "2026-07-15T17:00:00+00:00"
    assert len(await world.events(request.case_id, "warning_proposed")) == 1


@pytest.mark.starts(MONDAY)
async def test_an_answer_between_the_two_readings_is_late_and_proposes_nothing(world: World) -> None:
    _, request = await asked(world)
    await world.advance_to("2026-07-10T15:00:00+07:00")
    await read(world, request)
    await world.advance_to("2026-07-14T12:00:00+07:00")
    await answer(world, request)
    await world.advance_to("2026-07-30T12:00:00+07:00")
    assert len(await world.events(request.case_id, "answer_overdue")) == 1
    assert await world.events(request.case_id, "warning_due") == []


@pytest.mark.starts(MONDAY)
async def test_unproven_receipt_is_an_officers_task_and_starts_no_clock(world: World) -> None:
    _, request = await asked(world)
    await world.advance_to("2026-08-06T12:00:00+07:00")
    [unproven] = await world.events(request.case_id, "receipt_unproven")
    assert unproven.at.isoformat() == "2026-07-08T17:00:00+00:00", "after two working days"
    assert (await state(world, request))[0] == "sent"
    assert await tasks(world, request.case_id) == [("receipt_unproven", None)]

    async with world.transaction() as (session, now):
        called = Receipt(
            EvidenceKind.CALL_NOTE,
            datetime.fromisoformat("2026-08-05T10:00:00+07:00"),
            "Dijawab bagian umum.",
        )
        await receipt.record(session, request.case_id, called, actor=given.OFFICER, now=now)
    assert await due(world, request) == ("2026-08-08T17:00:00+00:00", "2026-08-10T17:00:00+00:00")
    assert await tasks(world, request.case_id) == [("receipt_unproven", "receipt_proven")]


@pytest.mark.starts(MONDAY)
async def test_a_task_that_was_settled_without_proof_comes_back_and_a_posted_letter_has_its_own_time(
    world: World,
) -> None:
    _, request = await asked(world)
    await world.advance_to("2026-07-09T12:00:00+07:00")
    await settle(world, request, ContactResult.CALLED)
    await world.advance_to("2026-07-14T12:00:00+07:00")
    assert await tasks(world, request.case_id) == [("receipt_unproven", "called"), ("receipt_unproven", None)]
    await called(world, request)
    assert (await tasks(world, request.case_id))[-1] == ("receipt_unproven", "receipt_proven")

    _, letter = await asked(world, channel=RequestChannel.LETTER)
    await world.advance_to("2026-07-20T12:00:00+07:00")
    await settle(world, letter, ContactResult.WROTE)
    await world.advance_to("2026-07-29T12:00:00+07:00")
    assert await tasks(world, letter.case_id) == [("post_letter", "wrote")], (
        "seven working days from the posting"
    )
    await world.advance_to("2026-07-30T12:00:00+07:00")
    assert (await tasks(world, letter.case_id))[-1] == ("receipt_unproven", None)


@pytest.mark.starts(MONDAY)
async def test_the_link_in_the_mail_confirms_receipt(world: World) -> None:
    account, request = await asked(world)
    await world.rest()
    [mail] = await world.mail(account.email)
    found = re.search(r"token=([\w-]+)", mail.text)
    assert found
    async with world.transaction() as (session, now):
        await receipt.confirm(session, request.case_id, found[1], now=now)
        await receipt.confirm(session, request.case_id, found[1], now=now)
    assert (await state(world, request))[0] == "received"
    [proven] = await world.events(request.case_id, "receipt_proven")
    assert proven.data["evidence_kind"] == "email_confirmed"


@pytest.mark.starts(MONDAY)
async def test_a_further_question_has_a_receipt_and_three_days_of_its_own(world: World) -> None:
    account, request = await asked(world)
    await read(world, request)
    await world.advance_to("2026-07-14T12:00:00+07:00")  # late by both readings
    await answer(world, request)
    await ask_again(world, request)
    await world.advance_to("2026-07-17T12:00:00+07:00")
    assert (await state(world, request))[0] == "sent"
    assert len(await world.events(request.case_id, "receipt_unproven")) == 1
    await read(world, request)
    assert await due(world, request) == ("2026-07-20T17:00:00+00:00", "2026-07-22T17:00:00+00:00")
    await world.advance_to("2026-07-21T12:00:00+07:00")
    assert len(await world.events(request.case_id, "answer_overdue")) == 2
    await answer(world, request)
    await accept(world, request)
    await world.rest()
    assert (await state(world, request))[:2] == ("accepted", "done")
    assert (await world.templates_to(account.email)).count("data_request_followup") == 1


@pytest.mark.starts(MONDAY)
@pytest.mark.parametrize(
    ("channel", "reason"),
    [
        (RequestChannel.LETTER, "post_letter"),
        (RequestChannel.TELEPHONE, "call"),
        (RequestChannel.VISIT, "visit"),
    ],
)
async def test_where_no_mail_goes_out_an_officer_has_a_task(
    world: World, channel: RequestChannel, reason: str
) -> None:
    account, request = await asked(world, channel=channel)
    await world.rest()
    assert await world.mail(account.email) == []
    assert await tasks(world, request.case_id) == [(reason, None)]


@pytest.mark.starts(MONDAY)
async def test_mail_to_an_address_that_refused_ours_becomes_a_letter(world: World) -> None:
    [account] = await world.companies(1)
    async with world.transaction() as (session, now):
        await session.execute(
            text("INSERT INTO contact_health (address, bounced_at) VALUES (:address, :now)"),
            {"address": account.email, "now": now},
        )
        row, [request] = await given.ask(session, [account], now=now)
    await world.rest()
    assert (request.channel, row.counts) == ("letter", {"requests": 1, "by_post": 1})
    assert await world.mail(account.email) == []
    assert await tasks(world, request.case_id) == [("post_letter", None)]
    [requested] = await world.events(request.case_id, "requested")
    assert requested.data["fell_back"] is True


@pytest.mark.starts(MONDAY)
async def test_an_extraordinary_event_asks_everyone_at_once(world: World) -> None:
    accounts = await world.companies(40) + await world.companies(3, region="31.71")
    estates = await world.companies(2, kind="B")
    others = await world.companies(2, kind="C")
    async with world.transaction() as (session, now):
        row, requests = await given.ask(session, [], now=now, region="64")
    await world.advance_to("2026-07-09T12:00:00+07:00")
    assert row.counts == {"requests": 42, "by_post": 0}
    asked_accounts = {request.account_id for request in requests}
    assert asked_accounts == {account.id for account in (*accounts[:40], *estates)}
    assert not asked_accounts & {account.id for account in others}
    for request in requests:
        assert await tasks(world, request.case_id) == [("receipt_unproven", None)]


@pytest.mark.starts(MONDAY)
async def test_a_withdrawn_request_tells_the_company_and_ends(world: World) -> None:
    account, request = await asked(world)
    await read(world, request)
    await withdraw(world, request)
    await world.advance_to("2026-08-06T12:00:00+07:00")
    assert await state(world, request) == ("withdrawn", "void", None)
    assert (await world.templates_to(account.email))[-1] == "data_request_withdrawn"
    assert await world.events(request.case_id, "answer_overdue", "receipt_unproven") == []


@pytest.mark.starts(MONDAY)
async def test_an_extension_given_while_everyone_sleeps_moves_the_due_date(world: World) -> None:
    account, request = await asked(world)
    await read(world, request)
    await world.advance_to("2026-07-08T12:00:00+07:00")
    async with world.transaction() as (session, now):
        case = await cases.lock(session, request.case_id)
        more = Grant("data_request_due", date(2026, 7, 15), "Surat Contoh 9/2026", "banjir", given.COMPANY)
        await single.grant(session, case, more, actor=given.OFFICER, now=now)
    await world.advance_to("2026-07-14T12:00:00+07:00")
    assert await world.events(request.case_id, "answer_overdue", "warning_due") == []
    assert (await world.templates_to(account.email)).count("data_request_reminder") == 1
    await world.advance_to("2026-07-17T12:00:00+07:00")
    [late] = await world.events(request.case_id, "answer_overdue")
    assert late.at.isoformat() == "2026-07-15T17:00:00+00:00", "the legal moment"
    assert len(await world.events(request.case_id, "warning_due")) == 1


@pytest.mark.starts(MONDAY)
async def test_a_process_that_was_lost_begins_again_from_the_row_and_repeats_nothing(world: World) -> None:
    account, request = await asked(world)
    await read(world, request)
    await world.advance_to("2026-07-13T12:00:00+07:00")  # late by both readings
    before = await world.events(request.case_id)
    await world.client.get_workflow_handle(f"data-request/{request.number}").terminate()
    await answer(world, request)
    await ask_again(world, request)
    await read(world, request)
    await world.advance_to("2026-07-20T12:00:00+07:00")
    story = [event.type for event in await world.events(request.case_id)]
    assert story[: len(before)] == [event.type for event in before]
    assert story.count("answer_overdue") == story.count("warning_due") == 2
    assert (await world.templates_to(account.email)).count("data_request_late") == 2


@pytest.mark.starts(MONDAY)
async def test_an_answer_ends_the_warning_that_its_absence_brought_about(world: World) -> None:
    _, request = await asked(world)
    await read(world, request)
    await world.advance_to("2026-07-13T12:00:00+07:00")
    async with world.sessions() as session:
        open_ladder = text(
            "SELECT count(*) FROM warning_ladder WHERE obligation_id = :id AND ended_at IS NULL"
        )
        assert (await session.execute(open_ladder, {"id": request.case_id})).scalar_one() == 1
    await answer(world, request)
    async with world.sessions() as session:
        assert (await session.execute(open_ladder, {"id": request.case_id})).scalar_one() == 0


@pytest.mark.starts(MONDAY)
async def test_a_held_request_waits_and_a_void_account_ends_it(world: World) -> None:
    account, request = await asked(world)
    await read(world, request)
    async with world.transaction() as (session, now):
        await casework.hold(session, request.case_id, reason="banjir", actor=given.OFFICER, now=now)
    await world.advance_to("2026-07-20T12:00:00+07:00")
    assert await world.events(request.case_id, "answer_overdue", "warning_due") == []
    async with world.transaction() as (session, now):
        await accounts.void(session, account.id, reason="Tidak sah.", actor=given.OFFICER, now=now)
    await world.rest()
    assert (await state(world, request))[1:] == ("void", None)
