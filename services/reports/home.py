"""A company's home: what it owes, by when, why that date, and what happens next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import rulebook
from services.deadlines.derivation import Step, extension_step, last_day
from services.deadlines.periods import Period
from services.deadlines.rules import Rule
from services.deadlines.waves import wave_moments
from services.models import CaseFile, Deadline, Derivation, ReportStatus, Rollback
from services.periods import planning
from services.reports import listing
from services.reports.listing import ReportLine
from services.reports.timeliness import Timeliness
from services.reviews.dates import CORRECTION
from services.rollbacks.dates import RESEND
from services.rulebook import Rulebook

SETTLED: Final = frozenset(
    {
        ReportStatus.SENT,
        ReportStatus.VERIFIED,
        ReportStatus.VALIDATED,
        ReportStatus.ROLLBACK_REQUESTED,
        ReportStatus.EXCUSED,
        ReportStatus.CLOSED,
    }
)

_EXTENSIONS = text(
    """
    SELECT l.case_id, l.target_before, e.instrument, e.reason
    FROM extension_line l JOIN extension e ON e.id = l.extension_id
    WHERE l.case_id = ANY(:ids) AND l.deadline_name = :name AND l.active
    ORDER BY e.approved_at, e.id
    """
)


class NextKind(StrEnum):
    SENDING_OPENS = "sending_opens"
    REMINDER = "reminder"
    DUE = "due"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class NextMoment:
    """What comes, and when (UTC); `due` names the exclusive instant. `why` reads through `explanation.explain`."""

    kind: NextKind
    at: datetime
    why: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Again:
    """Until when a report that lies with its company again is to be sent: the name of the date, and its reasons.

    `case_id` is the case that has the date: the report's own, or that of the correction which was granted.
    """

    case_id: UUID
    name: str
    due_before: datetime
    reasons: tuple[Step, ...]


@dataclass(frozen=True)
class Obligation:
    """One duty. `reasons` derive its date, extensions included; `next` is what will happen unless it is sent.

    `again`: it was sent, and is to be corrected and sent again by then.
    """

    line: ReportLine
    settled: bool
    instrument: str | None
    reasons: tuple[Step, ...]
    next: tuple[NextMoment, ...]
    again: Again | None = None


async def obligations_home(
    session: AsyncSession, account_id: UUID, *, now: datetime, settled: int = 4
) -> list[Obligation]:
    """What the company owes, soonest first, then the latest `settled` ones it has met."""
    lines = await listing.reports_of(session, account_id, now=now)
    owed = sorted(
        (line for line in lines if line.status not in SETTLED), key=lambda line: (line.due_before, line.stage)
    )
    met = [line for line in lines if line.status in SETTLED][:settled]
    rules = await rulebook.current(session, now=now)
    found = await _reasons(session, [*owed, *met], rules)
    again = await _again(session, [line.id for line in owed if line.submission], now)
    duties = [_obligation(line, *found[line.id], rules, now) for line in (*owed, *met)]
    return [replace(duty, again=again.get(duty.line.id)) for duty in duties]


def _obligation(
    line: ReportLine,
    zone: str,
    reasons: tuple[Step, ...],
    instrument: str | None,
    rules: Rulebook,
    now: datetime,
) -> Obligation:
    done = line.status in SETTLED
    ahead = () if done else tuple(_next(line, ZoneInfo(zone), rules, now))
    return Obligation(line, done, instrument, reasons, ahead)


def _next(line: ReportLine, zone: ZoneInfo, rules: Rulebook, now: datetime) -> list[NextMoment]:
    if line.timeliness is Timeliness.OVERDUE:
        return [NextMoment(NextKind.OVERDUE, line.due_before)]
    moments = [NextMoment(NextKind.DUE, line.due_before)]
    if line.sending_opens_at > now:
        moments.append(NextMoment(NextKind.SENDING_OPENS, line.sending_opens_at))
    for policy in rules.policies.reminders_of(planning.DUE, line.status):
        waves = wave_moments(line.due_before, zone, policy, rules.calendars()[policy.calendar])
        moments += [NextMoment(NextKind.REMINDER, wave.at, wave.why) for wave in waves if wave.at > now]
    return sorted(moments, key=lambda moment: (moment.at, moment.kind))


async def _again(session: AsyncSession, ids: Sequence[UUID], now: datetime) -> dict[UUID, Again]:
    """The date of a returned report, or of a correction that was granted, while it lies ahead."""
    if not ids:
        return {}
    dated = select(col(Deadline.case_id), Deadline, Derivation).join(
        Derivation, col(Derivation.id) == col(Deadline.derivation_id)
    )
    ahead = (col(Deadline.met_at).is_(None), col(Deadline.due_before) > now)
    returned = dated.where(col(Deadline.case_id).in_(ids), col(Deadline.name) == CORRECTION, *ahead)
    reopened = (
        dated.with_only_columns(col(Rollback.report_id), Deadline, Derivation)
        .join(Rollback, col(Rollback.case_id) == col(Deadline.case_id))
        .where(col(Rollback.report_id).in_(ids), col(Deadline.name) == RESEND, *ahead)
    )
    rows = [*(await session.execute(returned)), *(await session.execute(reopened))]
    return {
        report_id: Again(
            deadline.case_id,
            deadline.name,
            deadline.due_before,
            tuple(Step.from_json(step) for step in derivation.steps),
        )
        for report_id, deadline, derivation in rows
    }


async def _reasons(
    session: AsyncSession, lines: Sequence[ReportLine], rules: Rulebook
) -> dict[UUID, tuple[str, tuple[Step, ...], str | None]]:
    """Zone, derivation in force and the instrument of the last extension, for each report, in two statements."""
    rule_of = {line.id: rules.policies.rule(planning.DUE, Period.parse(line.period)) for line in lines}
    query = (
        select(CaseFile, Deadline, Derivation)
        .join(Deadline, col(Deadline.case_id) == col(CaseFile.id))
        .join(Derivation, col(Derivation.id) == col(Deadline.derivation_id))
        .where(col(CaseFile.id).in_(rule_of), col(Deadline.name) == planning.DUE)
    )
    extended = (await session.execute(_EXTENSIONS, {"ids": list(rule_of), "name": planning.DUE})).all()
    found = {}
    for case, deadline, derivation in await session.execute(query):
        own = [extension for extension in extended if extension.case_id == case.id]
        steps = [Step.from_json(step) for step in derivation.steps]
        steps += _extensions(rule_of[case.id], deadline.base_before, own)
        found[case.id] = (case.zone, tuple(steps), own[-1].instrument if own else None)
    return found


def _extensions(rule: Rule, base_before: datetime, given: Sequence[Row[Any]]) -> Iterator[Step]:
    """A line for each extension, in the order in which they were given."""
    before = base_before
    for extension in given:
        target = last_day(rule, extension.target_before)
        yield extension_step(rule, before, target, extension.instrument, extension.reason)
        before = max(before, extension.target_before)
