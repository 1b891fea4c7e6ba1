"""The dates of a licence: until when the UPP decides, when it expires, when the company hears of that."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from services import rulebook
from services.deadlines import store
from services.deadlines.derivation import Derived, derive
from services.deadlines.recipes import first_wave
from services.deadlines.zones import WIB
from services.models import CaseFile
from services.rulebook import Rulebook

TARGET: Final = "licence_review_target"
EXPIRY: Final = "licence_expiry"
NOTICE: Final = "licence_expiring"
REMINDERS: Final = "licence_reminders"


def today(now: datetime) -> date:
    """The day it is by the clock of the law (WIB)."""
    return now.astimezone(WIB).date()


async def set_target(session: AsyncSession, case: CaseFile, *, now: datetime) -> None:
    """The UPP is expected to decide by then. Nothing is decided by the passing of it."""
    rules = await rulebook.current(session, now=now)
    case.policy_version_id = rules.version_id
    target = derive(rules.policies.rule(TARGET), now, rules.calendars())
    await store.set_deadline(session, case.id, TARGET, target, now=now)


async def set_expiry(session: AsyncSession, case: CaseFile, expires_on: date, *, now: datetime) -> None:
    """The licence ends after `expires_on`; the company is told before, in its own working hours."""
    rules = await rulebook.of_case(session, case, now=now)
    expiry = derive(rules.policies.rule(EXPIRY), expires_on, rules.calendars())
    await store.set_deadline(session, case.id, EXPIRY, expiry, now=now)
    await store.set_deadline(session, case.id, NOTICE, _notice(rules, expiry, ZoneInfo(case.zone)), now=now)


def _notice(rules: Rulebook, expiry: Derived, zone: ZoneInfo) -> Derived:
    policy = rules.policies.reminder(REMINDERS)
    return first_wave(NOTICE, expiry.due_before, policy, zone, rules.calendars())
