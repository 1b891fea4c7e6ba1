"""What more time was given for one question or one return ends with it: the next has a date and room of its own."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services import cases
from services.data_requests import answers, receipt
from services.data_requests import decisions as data_decisions
from services.deadlines import applying, reasons, single, store, undoing
from services.deadlines.single import Grant
from services.errors import Conflict
from services.extension_requests import asking, deciding, possible
from services.extension_requests.asking import Asked
from services.extension_requests.deciding import Decision, Verdict
from services.models import CorrectionAnswer, Deadline, Extension, ExtensionLine, Report, ReviewDesk, new_id
from services.registrations import decisions as registering
from services.registrations import form, submission
from services.reports import sending
from services.reviews import corrections, steps
from services.reviews import decisions as reviewing
from services.reviews.corrections import Note
from tests.factories import ACTOR, OPEN, make_account, sign
from tests.services.data_requests import given
from tests.services.rollbacks.test_rules import OFFICER, sent

LATER: Final = OPEN + timedelta(days=1)
Begin = Callable[[AsyncSession], Awaitable[UUID]]
Again = Callable[[AsyncSession, UUID], Awaitable[None]]


@dataclass(frozen=True)
class Kind:
    """A date that one case may have more than once: how it begins on Monday, and again on Tuesday."""

    name: str
    begin: Begin
    again: Again


async def asked(session: AsyncSession) -> UUID:
    _, [request] = await given.ask(session, [await make_account(session)], now=OPEN)
    await receipt.read_by_company(session, request.case_id, actor=ACTOR, now=OPEN)
    return request.case_id


async def asked_again(session: AsyncSession, case_id: UUID) -> None:
    await answers.send(session, case_id, "Mesin rusak.", sent_at=OPEN, actor=ACTOR, now=OPEN)
    await data_decisions.ask_again(session, case_id, "Yang mana?", actor=OFFICER, now=LATER)
    await receipt.read_by_company(session, case_id, actor=ACTOR, now=LATER)


async def returned(session: AsyncSession) -> UUID:
    report = await sent(session)
    await give_back(session, report.case_id, 1, OPEN)
    return report.case_id


async def returned_again(session: AsyncSession, case_id: UUID) -> None:
    for note in await corrections.of_report(session, case_id):
        fixed = CorrectionAnswer.FIXED
        await corrections.answer(session, case_id, note.id, fixed, "", actor=ACTOR, now=OPEN)
    report = await session.get_one(Report, case_id, populate_existing=True)
    await sign(session, report)
    await sending.send(
        session, case_id, command_id=str(new_id()), expected_version=report.content_version,
        actor=ACTOR, now=OPEN,
    )  # fmt: skip
    await steps.examine(session, await cases.lock(session, case_id), OPEN)
    await give_back(session, case_id, 2, LATER)


async def give_back(session: AsyncSession, case_id: UUID, number: int, now: datetime) -> None:
    notes, desk = [Note("production", "Satuan salah.")], ReviewDesk.VERIFICATION
    await reviewing.give_back(session, case_id, desk, notes, submission=number, actor=OFFICER, now=now)


TYPED: Final = {
    "company_name": "PT Contoh Rotan", "nib": "9000000000001", "npwp": "013456789012345",
    "email": "pemilik@contoh.example", "region_code": "64.72", "address": "Jalan Uji Coba No. 1",
}  # fmt: skip


async def registered(session: AsyncSession) -> UUID:
    checked = form.check(form.RegistrationForm(**TYPED), on=OPEN.date())
    document = given.scan(None, now=OPEN, kind="nib")
    session.add(document)
    row = await submission.submit(session, checked, document, actor="anonymous", now=OPEN)
    await refuse(session, row.case_id, OPEN)
    return row.case_id


async def registered_again(session: AsyncSession, case_id: UUID) -> None:
    checked = form.check(form.RegistrationForm(**TYPED), on=OPEN.date())
    await submission.resubmit(session, case_id, checked, None, actor="anonymous", now=OPEN)
    await refuse(session, case_id, LATER)


async def refuse(session: AsyncSession, case_id: UUID, now: datetime) -> None:
    back = registering.Decision(registering.Verdict.RETURN, reason="Alamat belum sama.")
    await registering.decide(session, case_id, back, actor=OFFICER, now=now)


QUESTION: Final = Kind("data_request_due", asked, asked_again)
RETURN: Final = Kind("report_correction_due", returned, returned_again)
REGISTRATION: Final = Kind("registration_correction_due", registered, registered_again)
OF_COMPANIES: Final = pytest.mark.parametrize("kind", [QUESTION, RETURN], ids=lambda kind: kind.name)
ALL: Final = pytest.mark.parametrize("kind", [QUESTION, RETURN, REGISTRATION], ids=lambda kind: kind.name)


async def in_force(session: AsyncSession, kind: Kind, case_id: UUID) -> Deadline:
    await session.flush()
    return await session.get_one(Deadline, (case_id, kind.name), populate_existing=True)


async def extended_and_begun_again(session: AsyncSession, kind: Kind) -> tuple[UUID, Extension]:
    """Eighteen days more for the first; then the second begins."""
    case_id = await kind.begin(session)
    old = await in_force(session, kind, case_id)
    target = (old.due_before + timedelta(days=18)).date()
    wanted = Grant(kind.name, target, "Keputusan Contoh", "Banjir.", requested_by=ACTOR)
    extension = await single.grant(
        session, await cases.lock(session, case_id), wanted, actor=OFFICER, now=OPEN
    )
    assert (await in_force(session, kind, case_id)).due_before > old.base_before + timedelta(days=17)
    await kind.again(session, case_id)
    return case_id, extension


@ALL
async def test_what_was_given_for_the_one_before_lifts_no_later_date(
    session: AsyncSession, kind: Kind
) -> None:
    case_id, extension = await extended_and_begun_again(session, kind)
    begun = await in_force(session, kind, case_id)
    assert begun.due_before == begun.base_before
    assert await store.recompute(session, [case_id], kind.name, now=LATER) == []
    line = await session.get_one(ExtensionLine, (extension.id, case_id, kind.name), populate_existing=True)
    assert (line.active, line.undone_at) == (False, None), "it held to its end: nobody took it back"


@ALL
async def test_why_this_date_speaks_only_of_what_holds(session: AsyncSession, kind: Kind) -> None:
    case_id, _ = await extended_and_begun_again(session, kind)
    await session.flush()
    why = await reasons.of_deadline(session, await cases.lock(session, case_id), kind.name, locale="id")
    assert why.extensions == ()
    assert not [step.text for step in why.steps if "perpanjang" in step.text.lower()]


@ALL
async def test_taking_back_what_the_one_before_had_leaves_the_new_date(
    session: AsyncSession, kind: Kind
) -> None:
    case_id, extension = await extended_and_begun_again(session, kind)
    begun = (await in_force(session, kind, case_id)).due_before
    await undoing.order_undo(session, extension.id, actor=OFFICER, now=LATER)
    assert await applying.undo_cases(session, extension, [case_id], LATER) == 0
    assert (await in_force(session, kind, case_id)).due_before == begun


@OF_COMPANIES
async def test_more_time_may_be_asked_for_each(session: AsyncSession, kind: Kind) -> None:
    case_id = await kind.begin(session)
    await more_time(session, kind, case_id, OPEN)
    with pytest.raises(Conflict):
        await possible.may_ask(session, await cases.lock(session, case_id), kind.name, now=OPEN)
    await kind.again(session, case_id)
    begun = (await in_force(session, kind, case_id)).due_before
    await more_time(session, kind, case_id, LATER)
    assert (await in_force(session, kind, case_id)).due_before == begun + timedelta(days=2)
    with pytest.raises(Conflict):
        await possible.may_ask(session, await cases.lock(session, case_id), kind.name, now=LATER)


async def more_time(session: AsyncSession, kind: Kind, case_id: UUID, now: datetime) -> None:
    """Two days asked for and granted."""
    asked_for = Asked(kind.name, 2, "Banjir.")
    request = await asking.ask(session, case_id, asked_for, None, actor=ACTOR, now=now)
    await deciding.decide(session, request.case_id, Decision(Verdict.GRANT), actor=OFFICER, now=now)
    await session.flush()
