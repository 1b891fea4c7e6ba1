"""Kirim Laporan: the report is received, once, word for word, with its time and fingerprint."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases, transitions
from services.errors import InvalidInput, NotFound, TransitionRefused
from services.extension_requests import ending as more_time
from services.i18n import N_
from services.messages import dedupe, recipients
from services.messages.catalogue import TEMPLATES
from services.messages.intents import cancel_for_case, intend
from services.messages.wanted import Rule
from services.models import CaseFile, Deadline, Report, ReportStatus, ReportVersion
from services.non_production import mooting
from services.periods import planning
from services.reports import dossier
from services.reports.dossier import Dossier
from services.reports.opening import check_version
from services.reports.statement import gap_errors
from services.reports.timeliness import counted_from
from services.reviews import corrections, dates
from services.rollbacks import resending
from services.warnings import standing

DUE: Final = planning.DUE
CORRECTION: Final = "report_correction_due"
DEMANDS: Final = [
    name for name, template in TEMPLATES.items() if template.rule in {Rule.REPORT_UNSENT, Rule.REPORT_OVERDUE}
]
"""The messages that ask for the report, and have nothing more to ask once it has arrived."""

_MET: Final = (
    select(Deadline)
    .from_statement(
        text(
            """
            UPDATE deadline
            SET met_at = coalesce(met_at, :now), paused_since = CASE WHEN met_at IS NOT NULL THEN paused_since END
            WHERE case_id = :case_id AND name IN (:due, :correction)
            RETURNING *
            """
        )
    )
    .execution_options(populate_existing=True)
)


@dataclass(frozen=True)
class Sent:
    """A submission that was recorded. `on_time` is judged by the date in force; `repeated`: recorded before."""

    report: Report
    submission: int
    sent_at: datetime
    content_hash: str
    on_time: bool
    repeated: bool = False


async def send(
    session: AsyncSession,
    report: UUID | CaseFile,
    *,
    command_id: str,
    expected_version: int,
    actor: str,
    now: datetime,
) -> Sent:
    """Record a submission that arrived at `now`; `report` is its id, or its case where the caller has locked it.

    Repeating a command_id returns the first outcome.
    StaleVersion when the report was changed in between, TransitionRefused when it was sent already or its
    period has not ended. InvalidInput lists every gap; the field of each is the section that closes it.
    """
    case = report if isinstance(report, CaseFile) else await cases.lock(session, report)
    report_id, held = case.id, await dossier.of_case(session, case, now=now)
    before = await _first_outcome(session, report_id, command_id) if held.report.submission else None
    if before is not None:
        return before
    transitions.require(case.kind, case.status, ReportStatus.SENT)
    check_version(held.report, expected_version)
    _complete(held)
    _open(held, now)
    if case.status == ReportStatus.RETURNED:
        await corrections.require_answered(session, report_id)
    correction = None
    if case.status == ReportStatus.REOPENED:
        correction = await resending.require_open(session, report_id, now=now)
    due = await _met(session, report_id, now)
    version = _snapshot(held, command_id, actor, now)
    session.add(version)
    held.report.submission = version.submission
    held.report.sent_at = counted_from(held.report.sent_at, case.status, due.get(CORRECTION), now)
    cases.move(case, ReportStatus.SENT)
    cases.reach(case, dates.sent(version.submission), now)
    cases.wake(case, now)
    await session.flush()
    if correction is not None:
        await resending.resent(session, correction, version, actor=actor, now=now)
    data = {"submission": version.submission, "content_hash": version.content_hash}
    await cases.record(session, case, "sent", now=now, actor=actor, data=data)
    await cancel_for_case(session, report_id, DEMANDS, reason="already_sent", now=now)
    await standing.duties_changed(session, [report_id], now=now, actor=actor)
    await mooting.report_sent(session, case, actor=actor, now=now)
    await more_time.duty_over(session, case, actor=actor, now=now)
    await _acknowledge(session, held, version, due[DUE])
    return _outcome(held.report, version, due[DUE])


async def _first_outcome(session: AsyncSession, report_id: UUID, command_id: str) -> Sent | None:
    query = (
        select(Report, ReportVersion, Deadline)
        .join(ReportVersion, col(ReportVersion.case_id) == col(Report.case_id))
        .join(Deadline, col(Deadline.case_id) == col(Report.case_id))
        .where(col(Report.case_id) == report_id, col(ReportVersion.command_id) == command_id)
        .where(col(Deadline.name) == DUE)
    )
    found = (await session.execute(query.execution_options(populate_existing=True))).one_or_none()
    return _outcome(*found, repeated=True) if found else None


def _complete(held: Dossier) -> None:
    gaps = held.gaps()
    if gaps:
        raise InvalidInput(N_("Laporan belum lengkap."), fields=gap_errors(gaps))


def _open(held: Dossier, now: datetime) -> None:
    opens_at = planning.sending_opens_at(held.period)
    if now < opens_at:
        early = N_("Laporan periode {code} dapat dikirim mulai {opens_at}, setelah periodenya berakhir.")
        raise TransitionRefused(early, code=str(held.period), opens_at=opens_at)


async def _met(session: AsyncSession, report_id: UUID, now: datetime) -> dict[str, Deadline]:
    """The dates in force. What they asked for has arrived: nothing more follows from their passing.

    After the case was locked: an extension cannot slip in between.
    """
    given = {"case_id": report_id, "now": now, "due": DUE, "correction": CORRECTION}
    rows = (await session.execute(_MET, given)).scalars()
    found = {row.name: row for row in rows}
    if DUE not in found:
        raise NotFound
    return found


def _snapshot(held: Dossier, command_id: str, actor: str, now: datetime) -> ReportVersion:
    report, form, kind = held.report, held.require_form(), held.classification
    return ReportVersion(
        case_id=report.case_id,
        submission=report.submission + 1,
        family=kind.family if kind else form.family,
        size=kind.size if kind else form.size,
        form_id=form.form,
        form_version=form.version,
        content=held.content,
        content_hash=held.content_hash,
        statement_number=report.statement_number or "",
        statement_document_id=report.statement_document_id,
        sent_at=now,
        sent_by=actor,
        command_id=command_id,
    )


async def _acknowledge(session: AsyncSession, held: Dossier, version: ReportVersion, due: Deadline) -> None:
    """The receipt notice: what arrived, when, under which number."""
    report = held.report
    await intend(
        session,
        template="report_received",
        dedupe_key=dedupe.case_key("report_received", report.case_id, str(version.submission)),
        recipient=recipients.contact_person(held.company.account, held.company.contact),
        context={
            "company": held.company.account.name,
            "period": report.period,
            "stage": report.stage,
            "due_before": due.due_before,
            "sent_at": version.sent_at,
            "number": report.number,
            "content_hash": version.content_hash,
        },
        now=version.sent_at,
        case_id=report.case_id,
        account_id=report.account_id,
    )


def _outcome(report: Report, version: ReportVersion, due: Deadline, *, repeated: bool = False) -> Sent:
    return Sent(
        report=report,
        submission=version.submission,
        sent_at=version.sent_at,
        content_hash=version.content_hash,
        on_time=report.sent_at is not None and report.sent_at < due.due_before,
        repeated=repeated,
    )
