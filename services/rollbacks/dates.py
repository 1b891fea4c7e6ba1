"""The dates of a correction: until when it may be asked for, when it is decided, until when it is sent again."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from services import rulebook
from services.deadlines import store
from services.deadlines.derivation import Calendars, Derived, derive
from services.deadlines.office_time import derive_share
from services.models import CaseFile, Deadline
from services.rulebook import Rulebook

WINDOW: Final = "rollback_window"
DECISION: Final = "rollback_decision_target"
RESEND: Final = "rollback_resend_due"
RESEND_REMINDER: Final = "rollback_resend_reminder"


def window(due_before: datetime, rules: Rulebook, calendars: Calendars) -> Derived:
    """Two days from the due date in force: calendar days are told, working days are what counts for refusing.

    `calendars` are those of the company: where it cannot work it cannot ask.
    """
    return derive(rules.policies.rule(WINDOW), due_before, calendars)


def refused_from(derived: Derived) -> datetime:
    """The first instant at which a request is refused."""
    return derived.lenient_before or derived.due_before


async def set_decision(session: AsyncSession, case: CaseFile, *, now: datetime) -> Deadline:
    """By when an officer should have decided. Nothing is granted or refused by its passing."""
    rules = await rulebook.current(session, now=now)
    case.policy_version_id = rules.version_id
    target = derive(rules.policies.rule(DECISION), now, rules.calendars())
    return await store.set_deadline(session, case.id, DECISION, target, now=now)


async def set_resend(
    session: AsyncSession, case: CaseFile, granted_at: datetime, *, now: datetime
) -> Deadline:
    """Until when the corrected report may be sent, and when the company is reminded, in its own working days."""
    rules = await rulebook.of_case(session, case, now=now)
    calendars = await rulebook.of_company(session, case, rules)
    due = derive(rules.policies.rule(RESEND), granted_at, calendars)
    share = rules.policies.share(RESEND_REMINDER)
    reminder = derive_share(share, due, rules.policies.targets.office_hours, calendars)
    await store.set_deadline(session, case.id, RESEND_REMINDER, reminder, now=now)
    return await store.set_deadline(session, case.id, RESEND, due, now=now)
