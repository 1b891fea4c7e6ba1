"""The dates of a ticket: when it is to be answered, or when its session begins and is to be recorded."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from services import rulebook
from services.assistance.slots import Slot
from services.deadlines import store
from services.deadlines.derivation import Derived, Step, derive
from services.deadlines.office_time import derive_share
from services.deadlines.rules import Edge
from services.models import CaseFile, Deadline
from services.policies.assistance import Desk

TARGET: Final = "assistance_target"
REMINDER: Final = "assistance_reminder"
SESSION: Final = "assistance_session"
SESSION_REMINDER: Final = "assistance_session_reminder"
RECORD: Final = "assistance_record_target"
WITHOUT_SESSION: Final = (REMINDER, TARGET)
WITH_SESSION: Final = (SESSION_REMINDER, SESSION, RECORD)


def turned(turn: int) -> str:
    """The milestone that a ticket got, changed or gave up a session for the n-th time; it is born in its first turn."""
    return f"turn_{turn}"


async def await_answer(session: AsyncSession, case: CaseFile, *, now: datetime) -> None:
    """Without a session the office answers by its target, on the working days of the company's region."""
    rules = await rulebook.of_case(session, case, now=now)
    calendars = rules.calendars(case.region_code)
    target = derive(rules.policies.rule(TARGET), now, calendars)
    half = derive_share(
        rules.policies.share(REMINDER), target, rules.policies.targets.office_hours, calendars
    )
    await store.set_deadline(session, case.id, REMINDER, half, now=now)
    await store.set_deadline(session, case.id, TARGET, target, now=now)
    await store.meet(session, case.id, WITH_SESSION, now=now)


async def await_session(
    session: AsyncSession, case: CaseFile, desk: Desk, slot: Slot, remind_hours: int, *, now: datetime
) -> None:
    """The session begins, and is recorded soon after its end. A reminder that would be late already is none."""
    rules = await rulebook.of_case(session, case, now=now)
    record = derive(rules.policies.rule(RECORD), slot.ends_at, rules.calendars(desk.region or None))
    await store.meet(session, case.id, (*WITHOUT_SESSION, SESSION_REMINDER), now=now)
    await store.set_deadline(session, case.id, SESSION, _begins(slot, desk.timezone), now=now)
    await store.set_deadline(session, case.id, RECORD, record, now=now)
    reminder = _reminder(slot, remind_hours, desk.timezone)
    if reminder.due_before > now:
        await store.set_deadline(session, case.id, SESSION_REMINDER, reminder, now=now)


async def acted(session: AsyncSession, case: CaseFile, name: str, now: datetime) -> Deadline | None:
    """Note that the passing of a date was acted on; the date."""
    passed = await session.get(Deadline, (case.id, name), populate_existing=True)
    if passed is not None:
        passed.acted_at = now
    return passed


def _begins(slot: Slot, zone: ZoneInfo) -> Derived:
    return _fixed(SESSION, slot.starts_at, Step("session_begins", {"at": _local(slot.starts_at, zone)}))


def _reminder(slot: Slot, hours: int, zone: ZoneInfo) -> Derived:
    at = slot.starts_at - timedelta(hours=hours)
    return _fixed(SESSION_REMINDER, at, Step("session_reminder", {"hours": hours, "at": _local(at, zone)}))


def _local(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat(timespec="seconds")


def _fixed(name: str, at: datetime, step: Step) -> Derived:
    """What was agreed with somebody: no rule or calendar moves it afterwards."""
    return Derived(
        name=name, due_before=at, lenient_before=None, base_before=at, derivation=(step,), calendar_version=None,
        edge=Edge.START,
    )  # fmt: skip
