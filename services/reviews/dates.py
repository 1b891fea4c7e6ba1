"""The dates of a review: the targets of verification and validation, their halves, and the company's correction."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from services import rulebook
from services.deadlines import store
from services.deadlines.derivation import Pause, derive
from services.deadlines.office_time import derive_share
from services.i18n import N_
from services.models import CaseFile, Deadline
from services.rulebook import Rulebook

VERIFICATION: Final = "report_verification_target"
VERIFICATION_HALF: Final = "report_verification_reminder"
VALIDATION: Final = "report_validation_target"
VALIDATION_HALF: Final = "report_validation_reminder"
CORRECTION: Final = "report_correction_due"

HALF_OF: Final = {VERIFICATION: VERIFICATION_HALF, VALIDATION: VALIDATION_HALF}
TARGETS: Final = (VERIFICATION, VERIFICATION_HALF, VALIDATION, VALIDATION_HALF)

ROLLBACK_ASKED: Final = N_("menunggu keputusan atas permohonan perbaikan data")


def sent(submission: int) -> str:
    """The milestone that a submission sets: the process of the review begins with the first."""
    return "sent_at" if submission == 1 else f"sent_at_{submission}"


async def set_target(
    session: AsyncSession,
    case: CaseFile,
    name: str,
    anchor: datetime,
    *,
    now: datetime,
    pauses: tuple[Pause, ...] = (),
    rules: Rulebook | None = None,
) -> Deadline:
    """By when this part of the review should be done, and when half of that time is gone.

    `rules` are those of the case, where the caller has read them.
    """
    rules = rules or await rulebook.of_case(session, case, now=now)
    calendars = rules.calendars()
    target = derive(rules.policies.rule(name), anchor, calendars, pauses=pauses)
    share = rules.policies.share(HALF_OF[name])
    half = derive_share(share, target, rules.policies.targets.office_hours, calendars)
    both = await store.set_deadlines(session, case.id, {half.name: half, name: target}, now=now)
    return both[name]


async def set_correction(session: AsyncSession, case: CaseFile, *, now: datetime) -> Deadline:
    """A report that comes back by then keeps its first sending date. Its company's own working days count."""
    rules = await rulebook.of_case(session, case, now=now)
    calendars = await rulebook.of_company(session, case, rules)
    derived = derive(rules.policies.rule(CORRECTION), now, calendars)
    return await store.begin_anew(session, case.id, CORRECTION, derived, now=now)


async def pause(session: AsyncSession, case: CaseFile, *, now: datetime) -> None:
    """The office's clock stands still while a request about the report is decided."""
    await store.pause(session, case.id, TARGETS, now=now)


async def resume(
    session: AsyncSession, case: CaseFile, name: str, anchor: datetime, *, now: datetime
) -> None:
    """The clock runs on; the stretch it stood still is a line in the derivation."""
    deadline = await session.get(Deadline, (case.id, name), populate_existing=True)
    if deadline is None or deadline.paused_since is None:
        return
    stretch = {
        "since": deadline.paused_since.isoformat(),
        "until": now.isoformat(),
        "reason": ROLLBACK_ASKED,
    }
    kept = [*deadline.pauses, stretch]
    pauses = tuple(
        Pause(datetime.fromisoformat(p["since"]), datetime.fromisoformat(p["until"]), p["reason"])
        for p in kept
    )
    resumed = await set_target(session, case, name, anchor, now=now, pauses=pauses)
    resumed.pauses = kept
