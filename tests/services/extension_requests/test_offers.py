"""For every date that the policy names, a company is offered to ask for more time: on the case that has the date."""

import copy
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services import cases, rulebook
from services.extension_requests import asking, possible
from services.extension_requests.asking import Asked
from services.models import PolicyVersion, ReviewDesk
from services.policies.bundle import Policies, load_shipped
from services.reviews import decisions as reviewing
from services.reviews.corrections import Note
from services.rollbacks import decisions, steps
from tests.factories import ACTOR, OPEN, make_account, make_report, make_scan
from tests.services.data_requests import given
from tests.services.data_requests.test_policy import received
from tests.services.rollbacks.test_rules import OFFICER, ask, sent


async def names(session: AsyncSession, case_id: UUID) -> list[tuple[UUID, str]]:
    await session.flush()
    rooms = await possible.offers(session, case_id, now=OPEN)
    return [(room.deadline.case_id, room.deadline.name) for room in rooms]


async def returned(session: AsyncSession) -> UUID:
    report = await sent(session)
    notes = [Note("production", "Satuan salah.")]
    await reviewing.give_back(
        session, report.case_id, ReviewDesk.VERIFICATION, notes, submission=1, actor=OFFICER, now=OPEN
    )
    return report.case_id


async def test_a_report_that_is_owed_and_one_that_came_back(session: AsyncSession) -> None:
    owed = (await make_report(session)).case_id
    assert await names(session, owed) == [(owed, "report_due")]
    back = await returned(session)
    assert await names(session, back) == [(back, "report_correction_due")], "the first date was met"
    assert await names(session, (await sent(session)).case_id) == []


async def test_a_request_for_data_once_its_clock_runs(session: AsyncSession) -> None:
    account = await make_account(session)
    _, [request] = await given.ask(session, [account], now=OPEN + timedelta(days=4))
    assert await names(session, request.case_id) == []
    await received(session, request)
    assert await names(session, request.case_id) == [(request.case_id, "data_request_due")]


async def test_a_date_that_the_policy_is_told_about_later_is_offered_too(session: AsyncSession) -> None:
    """Also on a case beside the report's own: the resending of a correction that was granted."""
    report = await sent(session)
    rollback = await ask(session, report)
    await decisions.grant(session, rollback.case_id, actor=OFFICER, now=OPEN)
    await steps.reopen(session, await cases.lock(session, rollback.case_id), OPEN)
    assert await names(session, report.case_id) == []
    content = copy.deepcopy(load_shipped().document)
    content["extension_requests"]["requests"].append(
        {
            "deadline": "rollback_resend_due", "max_days": 5, "grants": 1, "evidence": False,
            "after_due": False, "basis": "kebijakan layanan",
        }
    )  # fmt: skip
    changed = Policies.from_document(content)
    await rulebook.current(session, now=OPEN)
    version = PolicyVersion(
        digest=changed.version, content=changed.document, note="test", proposed_by="a", approved_by="b",
        created_at=OPEN, in_force_from=OPEN,
    )  # fmt: skip
    session.add(version)
    assert await names(session, report.case_id) == [(rollback.case_id, "rollback_resend_due")]


async def test_what_waits_for_a_decision_is_not_offered_again(session: AsyncSession) -> None:
    owed = await make_report(session)
    scan = await make_scan(session, owed.account_id, kind="extension_evidence")
    await asking.ask(session, owed.case_id, Asked("report_due", 3, "Banjir"), scan, actor=ACTOR, now=OPEN)
    assert await names(session, owed.case_id) == []
