"""A returned report that does not come back in time is owed again; whether it is warned about, the policy says."""

import copy
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services import cases, rulebook
from services.errors import TransitionRefused
from services.models import PolicyVersion, ReviewDesk
from services.policies.bundle import Policies, load_shipped
from services.reviews import decisions, steps
from services.reviews.corrections import Note
from services.warnings import excuses, overdue, proposals
from tests.factories import OPEN
from tests.services.rollbacks.test_rules import OFFICER, sent
from tests.services.warnings import ladders

LATE = datetime(
    2027, 1, 14, 2, tzinfo=UTC
)  # after the correction's days and the day of the period's proposals


async def under(session: AsyncSession, lapsed_corrections: bool) -> None:
    await rulebook.current(session, now=OPEN)
    content = copy.deepcopy(load_shipped().document)
    content["ladders"]["ladders"][0]["lapsed_corrections"] = lapsed_corrections
    changed = Policies.from_document(content)
    version = PolicyVersion(
        digest=changed.version, content=changed.document, note="test", proposed_by="a", approved_by="b",
        created_at=OPEN, in_force_from=OPEN,
    )  # fmt: skip
    session.add(version)
    await session.flush()


async def returned(session: AsyncSession) -> UUID:
    report = await sent(session, licence_scale="small")
    notes = [Note("production", "Satuan salah.")]
    await decisions.give_back(
        session, report.case_id, ReviewDesk.VERIFICATION, notes, submission=1, actor=OFFICER, now=OPEN
    )
    return report.case_id


@pytest.mark.parametrize("warned", [True, False])
async def test_after_the_proposals_of_its_period_it_is_proposed_at_once(
    session: AsyncSession, warned: bool
) -> None:
    await under(session, warned)
    report = await returned(session)
    await steps.lapse(session, await cases.lock(session, report), LATE)
    assert (await proposals.open_ladder(session, report) is not None) == warned


@pytest.mark.parametrize("warned", [True, False])
async def test_before_them_it_is_proposed_with_its_period_s_others(
    session: AsyncSession, warned: bool
) -> None:
    await under(session, warned)
    report = await returned(session)
    await steps.lapse(session, await cases.lock(session, report), datetime(2027, 1, 11, 2, tzinfo=UTC))
    assert await proposals.open_ladder(session, report) is None
    assert len(await overdue.warn(session, [report], now=LATE)) == warned


async def test_an_excuse_ends_what_was_returned_once_it_is_owed_again(session: AsyncSession) -> None:
    await under(session, lapsed_corrections=True)
    report = await returned(session)
    letter = await ladders.scanned(session, None, now=LATE)
    with pytest.raises(TransitionRefused):  # the first sending still counts
        await excuses.excuse(session, await cases.lock(session, report), letter.id, actor=OFFICER, now=OPEN)
    await steps.lapse(session, await cases.lock(session, report), LATE)
    ladder = await proposals.open_ladder(session, report)
    assert ladder is not None
    duty = await excuses.accept(
        session, ladder.case_id, document=letter, reason="Pabriknya terbakar.", actor=OFFICER, now=LATE
    )
    assert (duty.status, duty.outcome, duty.closed_at) == ("excused", "excused", LATE)
    assert await ladders.status(session, ladder.case_id) == "excused"
    assert await proposals.open_ladder(session, report) is None


async def test_one_that_came_back_is_not_warned_about(session: AsyncSession) -> None:
    report = await returned(session)
    assert await overdue.warn(session, [report], now=LATE) == [], "its days of correction are not over"
