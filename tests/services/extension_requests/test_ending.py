"""A request for more time ends with the duty it asks about: nobody is left to decide what no longer matters."""

from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases
from services.data_requests import answers
from services.data_requests import decisions as data_decisions
from services.errors import TransitionRefused
from services.extension_requests import asking, deciding, possible, steps
from services.extension_requests.asking import REMINDER, TARGET, Asked
from services.extension_requests.deciding import Decision, Verdict
from services.models import CaseEvent, Deadline, ExtensionRequest, Message, Report, Role, new_id
from services.reports import sending
from services.warnings import excuses
from tests.factories import ACTOR, OPEN, fill_small_report, make_report, make_scan
from tests.services.extension_requests.test_occurrences import (
    LATER,
    asked,
    asked_again,
    returned,
    returned_again,
)
from tests.services.identity.factories import official
from tests.services.rollbacks.test_rules import OFFICER

Deed = Callable[[AsyncSession, UUID], Awaitable[None]]


async def owed(session: AsyncSession) -> UUID:
    return (await make_report(session)).case_id


async def send(session: AsyncSession, case_id: UUID) -> None:
    report = await session.get_one(Report, case_id)
    await fill_small_report(session, report)
    await sending.send(
        session, case_id, command_id=str(new_id()), expected_version=report.content_version,
        actor=ACTOR, now=OPEN,
    )  # fmt: skip


async def excuse(session: AsyncSession, case_id: UUID) -> None:
    duty = await cases.lock(session, case_id)
    assert duty.account_id is not None
    letter = await make_scan(session, duty.account_id, kind="excuse_letter")
    await excuses.excuse(session, duty, letter.id, actor=ACTOR, now=OPEN)


async def answer(session: AsyncSession, case_id: UUID) -> None:
    await answers.send(session, case_id, "Mesin rusak.", sent_at=OPEN, actor=ACTOR, now=OPEN)


async def withdraw(session: AsyncSession, case_id: UUID) -> None:
    await data_decisions.withdraw(session, case_id, reason="Salah alamat.", actor=ACTOR, now=OPEN)


ENDS: Final = [
    ("report_due", owed, send),
    ("report_due", owed, excuse),
    ("report_correction_due", returned, returned_again),
    ("data_request_due", asked, answer),
    ("data_request_due", asked, withdraw),
]


async def wish(session: AsyncSession, case_id: UUID, name: str) -> ExtensionRequest:
    """Asked for with evidence, and reminded of at the office."""
    case = await cases.lock(session, case_id)
    assert case.account_id is not None
    scan = await make_scan(session, case.account_id, kind="extension_evidence")
    request = await asking.ask(session, case_id, Asked(name, 2, "Banjir."), scan, actor=ACTOR, now=OPEN)
    await steps.remind(session, await cases.lock(session, request.case_id), OPEN)
    await session.flush()
    return request


async def mail_waiting(session: AsyncSession, case_id: UUID) -> list[tuple[str, str]]:
    query = select(col(Message.state), col(Message.state_reason)).where(col(Message.case_id) == case_id)
    return [(row.state, row.state_reason) for row in await session.execute(query)]


@pytest.mark.parametrize(("name", "begin", "end"), ENDS)
async def test_with_its_duty_ends_the_request(
    session: AsyncSession, name: str, begin: Callable[[AsyncSession], Awaitable[UUID]], end: Deed
) -> None:
    await official(session, Role.COMPLIANCE_OFFICER)
    case_id = await begin(session)
    request = await wish(session, case_id, name)
    assert [state for state, _ in await mail_waiting(session, request.case_id)] == ["queued"]
    await end(session, case_id)

    own = await cases.lock(session, request.case_id)
    await session.refresh(request)
    assert (own.status, own.outcome, request.status) == ("moot", "void", "moot")
    assert own.closed_at is not None
    assert (request.decided_by, request.extension_id) == (None, None)
    for date in (REMINDER, TARGET):
        assert (await session.get_one(Deadline, (own.id, date), populate_existing=True)).met_at is not None
    assert await mail_waiting(session, own.id) == [("cancelled", "already_answered")]
    told = select(CaseEvent).where(col(CaseEvent.type).in_(("moot", "extension_request_moot")))
    events = (await session.execute(told)).scalars().all()
    assert {(event.case_id, event.type) for event in events} == {
        (own.id, "moot"),
        (case_id, "extension_request_moot"),
    }
    assert all(event.data == {"number": request.number} for event in events)
    with pytest.raises(TransitionRefused):
        await deciding.decide(session, own.id, Decision(Verdict.GRANT), actor=OFFICER, now=OPEN)
    with pytest.raises(TransitionRefused):
        await asking.withdraw(session, own.id, actor=ACTOR, now=OPEN)


async def test_a_further_question_may_be_asked_more_time_for_at_once(session: AsyncSession) -> None:
    case_id = await asked(session)
    await wish(session, case_id, "data_request_due")
    await asked_again(session, case_id)
    case = await cases.lock(session, case_id)
    assert (await possible.may_ask(session, case, "data_request_due", now=LATER)).most == 7


async def test_another_duty_s_request_goes_on_waiting(session: AsyncSession) -> None:
    one, other = await owed(session), await owed(session)
    waiting = await wish(session, other, "report_due")
    await send(session, one)
    await session.refresh(waiting)
    assert waiting.status == "submitted"
