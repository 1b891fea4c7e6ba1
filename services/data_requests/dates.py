"""The dates of a request: until when its receipt must be proven, when the answer is due by both readings."""

from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from services import processes, rulebook
from services.deadlines import store
from services.deadlines.derivation import Calendars, Derived, derive
from services.deadlines.recipes import first_wave
from services.models import CaseFile, Deadline, RequestChannel
from services.rulebook import Rulebook

UNPROVEN: Final = "data_request_unproven"
DUE: Final = "data_request_due"
LENIENT: Final = DUE + processes.LENIENT
REMINDER: Final = "data_request_reminder"
REMINDERS: Final = "data_request_reminders"
_BY_LETTER: Final = "data_request_letter_unproven"


def unproven(rules: Rulebook, channel: RequestChannel, sent_at: datetime) -> Derived:
    """By when something must show that the request was received; otherwise an officer asks."""
    rule = _BY_LETTER if channel is RequestChannel.LETTER else UNPROVEN
    return derive(rules.policies.rule(rule), sent_at, rules.calendars())


async def start_clock(
    session: AsyncSession, case: CaseFile, received_at: datetime, *, now: datetime
) -> Derived:
    """Three days from the day of receipt, which itself does not count (Permenperin 13/2025).

    Working days are those of the company and its region: whoever cannot work there cannot answer.
    """
    rules = await rulebook.of_case(session, case, now=now)
    calendars = await rulebook.of_company(session, case, rules)
    due = derive(rules.policies.rule(DUE), received_at, calendars)
    await store.meet(session, case.id, [UNPROVEN], now=now)
    await store.begin_anew(session, case.id, DUE, due, now=now)
    reminder = notice(rules, due.due_before, case, calendars)
    deadline = await store.set_deadline(session, case.id, REMINDER, reminder, now=now)
    if reminder.due_before <= received_at:  # a weekend lies between: the receipt itself was the reminder
        deadline.met_at = now
    return due


def notice(rules: Rulebook, due_before: datetime, case: CaseFile, calendars: Calendars) -> Derived:
    """When the company is reminded of a due date, in its own working hours and on its own working days."""
    policy = rules.policies.reminder(REMINDERS)
    return first_wave(REMINDER, due_before, policy, ZoneInfo(case.zone), calendars)


async def deadline_of(session: AsyncSession, case_id: UUID, name: str = DUE) -> Deadline | None:
    """A date of a request as it stands now; None before the receipt."""
    return await session.get(Deadline, (case_id, name), populate_existing=True)
