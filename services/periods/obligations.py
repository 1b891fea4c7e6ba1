"""What each account owes: a report for every period and stage, opened in batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases, rulebook
from services.database import uuids
from services.deadlines import applying, of_record, store
from services.deadlines.periods import Period
from services.deadlines.waves import due_waves, wave_moments
from services.errors import NotFound
from services.licences import dates, kinds
from services.models import (
    Account,
    AccountStatus,
    AccountType,
    CaseFile,
    Deadline,
    PeriodStatus,
    ReportingPeriod,
    ReportStatus,
    new_id,
)
from services.periods import planning, reminders
from services.reports.classification import LicenceFact, Risk, StageFacts, decide_stages, stages_due
from services.rulebook import Rulebook

BATCH = 1000
FIRST = UUID(int=0)
REPORTING_TYPES = (AccountType.INDUSTRY, AccountType.ESTATE)


@dataclass(frozen=True)
class Duty:
    """One obligation to open."""

    account_id: UUID
    stage: str


# What an account owes follows from its type, its licences, and whether it operates and expands
# (Permenperin 13/2025).
# The page of accounts is taken first and each one's licences by index: joined and grouped at once, the plan
# reads every account for every batch. Nobody owes what ended before they had an account.
_ACCOUNTS = """
    SELECT a.id, a.type, a.operating_commercially, a.expanding, l.allowing, l.waiting
    FROM (
        SELECT id, type, operating_commercially, expanding FROM account
        WHERE status = 'active' AND type IN ('A', 'B')
          AND CASE WHEN CAST(:only AS uuid) IS NULL THEN id > :after ELSE id = :only END
          AND (CAST(:ended AS timestamptz) IS NULL OR created_at < :ended)
        ORDER BY id LIMIT :batch {lock}
    ) a CROSS JOIN LATERAL (
        SELECT bool_or(type = ANY(:legacy) OR risk_level IN ('low', 'medium_low') OR ss_verification = 'verified')
                   AS allowing,
               bool_or(risk_level IN ('medium_high', 'high') AND ss_verification <> 'verified') AS waiting
        FROM licence
        WHERE account_id = a.id AND type = ANY(:sector) AND upp_validation = 'valid' AND ended_at IS NULL
          AND (expires_on IS NULL OR expires_on >= :today)
    ) l ORDER BY a.id
"""
_READ = text(_ACCOUNTS.format(lock=""))
# An account that is being declared void waits, and then closes what was opened; or it is void, and owes nothing.
_HOLD = text(_ACCOUNTS.format(lock="FOR SHARE"))

_OPEN = text(
    """
    WITH wanted AS (
        SELECT d.case_id, d.stage, a.* FROM unnest(CAST(:case_ids AS uuid[]), CAST(:account_ids AS uuid[]),
            CAST(:stages AS text[])) AS d(case_id, account_id, stage) JOIN account a ON a.id = d.account_id
    ), opened AS (
        INSERT INTO case_file (id, kind, key, title, account_id, region_code, zone, kbli, period, stage, status,
                               version, milestones, nudges, policy_version_id, opened_at)
        SELECT case_id, 'report', concat_ws('/', 'report', number, CAST(:period AS text), stage), name, id,
               region_code, zone,
               ARRAY(SELECT kbli FROM business_field f WHERE f.account_id = wanted.id ORDER BY kbli),
               :period, stage, :status, 1, '{}', 0, :policy, :now
        FROM wanted ON CONFLICT (key) DO NOTHING RETURNING id, account_id, period, stage
    ), chained AS (
        INSERT INTO case_chain (case_id, last_seq, last_hash) SELECT id, 0, '' FROM opened
    ), owed AS (
        INSERT INTO report (case_id, account_id, period, stage, content_version, submission)
        SELECT id, account_id, period, stage, 0, 0 FROM opened
    )
    INSERT INTO deadline (case_id, name, derivation_id, base_before, base_lenient_before, due_before,
                          lenient_before, set_at, pauses)
    SELECT id, 'report_due', :derivation, :due, :lenient, :due, :lenient, :now, '[]' FROM opened
    RETURNING case_id
    """
)


async def open_batch(
    session: AsyncSession, period: Period, rules: Rulebook, after: UUID, *, now: datetime, batch: int = BATCH
) -> tuple[UUID | None, int]:
    """Open what the next accounts (in id order) owe. Returns the last account seen, None at the end, and a count."""
    found = await next_duties(session, period, after, now=now, batch=batch)
    if not found:
        return None, 0
    duties = [duty for owed in found.values() for duty in owed]
    return list(found)[-1], len(await open_duties(session, period, duties, rules, now=now))


async def next_duties(
    session: AsyncSession, period: Period, after: UUID, *, now: datetime, batch: int = BATCH
) -> dict[UUID, list[Duty]]:
    """The next accounts (in id order), held until the transaction ends, and what each owes in a period."""
    ended = planning.sending_opens_at(period)
    given = {"after": after, "only": None, "batch": batch, "ended": ended, **_in_force(now)}
    rows = (await session.execute(_HOLD, given)).all()
    return {row.id: [Duty(row.id, stage) for stage in stages_due(_facts(row))] for row in rows}


async def open_duties(
    session: AsyncSession,
    period: Period,
    duties: Sequence[Duty],
    rules: Rulebook,
    *,
    now: datetime,
    actor: str = cases.SYSTEM,
) -> list[UUID]:
    """Open obligations that do not stand yet; returns their cases. Extensions for everyone apply to newcomers too."""
    due = planning.due_of(period, rules)
    status = ReportStatus.NOT_STARTED if planning.sending_opens_at(period) <= now else ReportStatus.UPCOMING
    given = {
        "case_ids": uuids(new_id() for _ in duties),
        "account_ids": uuids(duty.account_id for duty in duties),
        "stages": [duty.stage for duty in duties],
        "period": str(period),
        "status": status,
        "policy": rules.version_id,
        "now": now,
        "derivation": await store.keep_derivation(session, due),
        "due": due.due_before,
        "lenient": due.lenient_before,
    }
    opened = list((await session.execute(_OPEN, given)).scalars())
    await cases.record_many(session, opened, "opened", now=now, actor=actor, data={"period": str(period)})
    if opened:
        await of_record.keep(session, period, rules, now=now)
    await applying.apply_to_newcomers(session, opened, period, now=now)
    return opened


def _in_force(now: datetime) -> dict[str, Any]:
    """What the query needs to tell a licence in force; as `licences.force.in_force` has it."""
    return {"sector": list(kinds.SECTOR), "legacy": list(kinds.LEGACY), "today": dates.today(now)}


def _facts(row: Row[Any]) -> StageFacts:
    """The NIB that the UPP accepted is itself the licence of a low-risk business: nothing more is known yet."""
    licences = [LicenceFact(Risk.LOW)] if row.allowing or not row.waiting else []
    if row.waiting:
        licences.append(LicenceFact(Risk.MEDIUM_HIGH))
    return StageFacts(
        estate=row.type == AccountType.ESTATE,
        operating_commercially=row.operating_commercially,
        expanding=row.expanding,
        licences=tuple(licences),
    )


async def open_for_account(session: AsyncSession, account: Account, *, now: datetime) -> list[UUID]:
    """A newcomer owes the periods that are open and have not ended; one reminder catches up on those it missed."""
    if account.type not in REPORTING_TYPES or account.status != AccountStatus.ACTIVE:
        return []
    rules = await rulebook.current(session, now=now)
    duties = await duties_of(session, account, now=now)
    opened: list[UUID] = []
    for case, detail in await open_periods(session, now):
        if account.created_at >= detail.sending_opens_at:
            continue
        new = await open_duties(session, Period.parse(detail.code), duties, rules, now=now)
        await _catch_up(session, new, account, rules, now)
        await wake_period(session, case.id, now)
        opened += new
    return opened


async def duties_of(
    session: AsyncSession, account: Account, *, now: datetime, lock: bool = False
) -> list[Duty]:
    """What a period asks of this account today; nothing of an account that is void or owes no reports.

    `lock` keeps the account from being declared void until what is owed has been opened.
    """
    facts = await _facts_of(session, account, now, lock=lock)
    return [Duty(account.id, stage) for one in facts for stage in stages_due(one)]


async def questioned(session: AsyncSession, account: Account, *, now: datetime) -> bool:
    """Whether somebody should ask why a company operates: a licence of it does not allow production yet."""
    return any(decide_stages(one).follow_up for one in await _facts_of(session, account, now))


async def _facts_of(
    session: AsyncSession, account: Account, now: datetime, *, lock: bool = False
) -> list[StageFacts]:
    """What decides the stages of this account; nothing for one that is void or owes no reports."""
    given = {"after": account.id, "only": account.id, "batch": 1, "ended": None, **_in_force(now)}
    return [_facts(row) for row in await session.execute(_HOLD if lock else _READ, given)]


async def open_periods(session: AsyncSession, now: datetime) -> list[tuple[CaseFile, ReportingPeriod]]:
    """The periods that are open and not yet due, the nearest first."""
    query = (
        select(CaseFile, ReportingPeriod)
        .join(ReportingPeriod, col(CaseFile.id) == col(ReportingPeriod.case_id))
        .where(col(CaseFile.status) != PeriodStatus.PLANNED, col(ReportingPeriod.due_before) > now)
        .order_by(col(ReportingPeriod.due_before))
    )
    return [(case, detail) for case, detail in await session.execute(query)]


async def wake_period(session: AsyncSession, case_id: UUID, now: datetime) -> None:
    """New obligations may bring new moments: the period looks again."""
    cases.wake(await cases.lock(session, case_id), now)


async def _catch_up(
    session: AsyncSession, opened: Sequence[UUID], account: Account, rules: Rulebook, now: datetime
) -> None:
    """Of the waves that had passed when the duty was opened, only the latest is sent."""
    policy = rules.policies.reminder(planning.REMINDERS)
    calendar = rules.calendars()[policy.calendar]
    for case_id in opened:
        deadline = await session.get(Deadline, (case_id, planning.DUE), populate_existing=True)
        if deadline is None:
            raise NotFound
        moments = wave_moments(deadline.due_before, ZoneInfo(account.zone), policy, calendar)
        send = due_waves(moments, (), now, late_joiners=policy.late_joiners, opened_at=now).send
        if send is not None:
            await reminders.queue(session, [case_id], send, now=now)
