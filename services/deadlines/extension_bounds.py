"""What an extension may name at all: a day that is near enough, a stage, accounts and a case that exist."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.deadlines.derivation import ONE_SECOND
from services.deadlines.zones import WIB
from services.errors import FieldError
from services.i18n import N_
from services.models import Account, Deadline, ExtensionScope
from services.rulebook import Rulebook

if TYPE_CHECKING:
    from services.deadlines.extensions import ExtensionDraft

NAMED: Final = 5
"""How many unknown accounts a refusal names."""
PAST: Final = N_("Tanggal baru sudah lewat.")


async def refusals(
    session: AsyncSession, wanted: "ExtensionDraft", rules: Rulebook, now: datetime
) -> list[FieldError]:
    """What cannot be, field by field; empty when the extension can be judged further."""
    found = await _day(session, wanted, rules, now)
    stages = {
        stage
        for regime in rules.policies.regimes.regimes
        for stage in (*regime.stages.industry, *regime.stages.estate)
    }
    if wanted.stage is not None and wanted.stage not in stages:
        unknown = N_("Tahap {stage} tidak dikenal.")
        found.append(FieldError("stage", unknown, {"stage": wanted.stage[:40]}))
    if wanted.scope is ExtensionScope.ACCOUNTS:
        found += await _accounts(session, wanted)
    if wanted.case_id is not None and await date_in_force(session, wanted) is None:
        found.append(FieldError("case_id", N_("Kasus ini tidak memiliki batas waktu tersebut.")))
    return found


async def date_in_force(session: AsyncSession, wanted: "ExtensionDraft") -> datetime | None:
    """The date to be moved: that of the one case, or of the period; None when there is none of its own."""
    if wanted.case_id is not None:
        deadline = await session.get(Deadline, (wanted.case_id, wanted.deadline))
        return deadline.due_before if deadline else None
    query = text("SELECT due_before FROM reporting_period WHERE code = :code")
    found: datetime | None = (await session.execute(query, {"code": wanted.period})).scalar_one_or_none()
    return found


def not_later(due_before: datetime) -> FieldError:
    """A day that is not later than a date in force, which is named."""
    message = N_("Tanggal baru tidak lebih lambat dari batas waktu yang berlaku, yaitu {day}.")
    return FieldError("target_date", message, {"day": _last_day(due_before).isoformat()})


def _last_day(due_before: datetime) -> date:
    return (due_before - ONE_SECOND).astimezone(WIB).date()


async def _day(
    session: AsyncSession, wanted: "ExtensionDraft", rules: Rulebook, now: datetime
) -> list[FieldError]:
    """By days, before there is a moment to compare: the calendar ends before what can be typed does."""
    if wanted.target < now.astimezone(WIB).date():
        return [FieldError("target_date", PAST)]
    policy = rules.policies.extensions.extensions
    since = max(await date_in_force(session, wanted) or now, now)
    furthest = _last_day(since) + timedelta(days=policy.furthest_days)
    if wanted.target <= furthest:
        return []
    too_far = N_("Paling jauh {days} hari setelah batas waktu yang berlaku, yaitu {day} ({basis}).")
    limit = {"days": policy.furthest_days, "day": furthest.isoformat(), "basis": policy.basis}
    return [FieldError("target_date", too_far, limit)]


async def _accounts(session: AsyncSession, wanted: "ExtensionDraft") -> list[FieldError]:
    known = select(col(Account.id)).where(col(Account.id).in_(wanted.account_ids))
    missing = sorted(set(wanted.account_ids) - set((await session.execute(known)).scalars()))
    if not missing:
        return []
    unknown = N_("Akun tidak dikenal ({count}): {accounts}")
    named = ", ".join(map(str, missing[:NAMED])) + (" …" if len(missing) > NAMED else "")
    return [FieldError("account_ids", unknown, {"count": len(missing), "accounts": named})]
