"""The letters that a simulation counts are those that the service would propose."""

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services import rulebook
from services.policies.simulation import simulate
from tests.factories import make_report
from tests.services.warnings import ladders

FRIDAY = datetime(2026, 12, 11, 17, tzinfo=UTC)


async def letters(session: AsyncSession, at: datetime) -> int:
    """How many letters fall into the month from then on, if nobody complies."""
    rules = await rulebook.current(session, now=at)
    found = await simulate(session, rules, rules, at=at, moves_open=False)
    return next(measure.after for measure in found.measures if measure.name == "letters")


async def test_the_first_letter_follows_the_correction_window(session: AsyncSession) -> None:
    await ladders.unsent(session)
    assert await letters(session, FRIDAY) == 0, "the month ends on the 11th, the window on the 12th"
    assert await letters(session, datetime(2026, 12, 14, 17, tzinfo=UTC)) == 1


async def test_what_an_officer_left_out_or_nobody_may_enforce_is_not_counted(session: AsyncSession) -> None:
    warned, left_out = [(await ladders.proposed(session)).case_id for _ in range(2)]
    assert await letters(session, ladders.PROPOSED) == 2
    approved = await ladders.approve(
        session, warned, left_out, now=ladders.PROPOSED, exclusions={left_out: "Tutup."}
    )
    await ladders.make(session, approved, now=ladders.PROPOSED)
    assert await letters(session, ladders.PROPOSED) == 0, "the next letter follows after the month"
    await make_report(session, period="2024-Q4")
    assert await letters(session, ladders.PROPOSED) == 0
