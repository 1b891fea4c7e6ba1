"""The company asks: the four rules of Permenperin 13/2025, said in words before the database holds them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases, rulebook
from services.deadlines import store
from services.deadlines.derivation import ONE_SECOND, Derived
from services.deadlines.periods import Period
from services.errors import Conflict, DomainError, FieldError, InvalidInput, NotFound, TransitionRefused
from services.i18n import N_
from services.models import (
    CaseFile,
    CaseKind,
    Deadline,
    Report,
    ReportStatus,
    Rollback,
    RollbackStatus,
    new_id,
)
from services.periods import planning
from services.reports import dossier
from services.reviews import dates as review_dates
from services.rollbacks import dates, notices
from services.rollbacks.locking import Held

MAX_REASON: Final = 2000
IN_REVIEW: Final = frozenset({ReportStatus.SENT, ReportStatus.VERIFIED})

NOT_SENT: Final = N_(
    "Perbaikan data hanya dapat dimohonkan atas laporan yang sudah dikirim (Permenperin 13/2025)."
)
NOT_IN_REVIEW: Final = N_(
    "Perbaikan data hanya dapat dimohonkan selama laporan masih dalam Verifikasi dan/atau Validasi "
    "(Permenperin 13/2025)."
)
TOO_LATE: Final = N_(
    "Permohonan perbaikan data diajukan paling lambat 2 hari dari batas waktu penyampaian "
    "(Permenperin 13/2025). Batas waktu laporan ini {due_before}; permohonan diterima sampai {until}."
)
ALREADY_GRANTED: Final = N_(
    "Perbaikan data diberikan paling banyak 1 kali untuk setiap periode (Permenperin 13/2025). "
    "Untuk periode {code} sudah pernah diberikan."
)
ALREADY_ASKED: Final = N_("Permohonan perbaikan data atas laporan ini sedang menunggu keputusan.")
NO_ROLLBACK: Final = N_("Ketentuan periode {code} ({instrument}) tidak mengenal perbaikan data.")


@dataclass(frozen=True)
class Asked:
    """Why, and which pages of the report are wrong. Both are compulsory."""

    reason: str
    sections: Sequence[str]


@dataclass(frozen=True)
class Possible:
    """Whether a company may ask now. `refusal` says why not; `window` is until when, with its reasons."""

    window: Derived
    refusal: DomainError | None


async def request(
    session: AsyncSession, report_id: UUID, asked: Asked, *, actor: str, now: datetime
) -> Rollback:
    """Ask for a correction of what was sent last; the review stands still until it is decided.

    TransitionRefused, Conflict or InvalidInput name the rule that refuses it, and nothing is changed.
    """
    case = await cases.lock(session, report_id)
    possible = await _possible(session, case, now)
    if possible.refusal is not None:
        raise possible.refusal
    held = await dossier.of_case(session, case, now=now)
    _check(asked, {section.id for section in held.require_form().sections})
    rollback_case = await _open_case(session, case, held.report, now)
    rollback = await _store(session, case, held.report, rollback_case, asked, possible.window, actor, now)
    cases.move(case, ReportStatus.ROLLBACK_REQUESTED)
    await review_dates.pause(session, case, now=now)
    target = await dates.set_decision(session, rollback_case, now=now)
    both = {"rollback": str(rollback.case_id), "submission": rollback.submission}
    await cases.record(session, case, "rollback_requested", now=now, actor=actor, data=both)
    await cases.record(session, rollback_case, "requested", now=now, actor=actor, data=both)
    await notices.tell_company(
        session,
        Held(rollback_case, rollback, case, held.report),
        "rollback_requested",
        now=now,
        due_before=target.due_before,
    )
    cases.wake(case, now)
    cases.wake(rollback_case, now)
    return rollback


async def possible(session: AsyncSession, report_id: UUID, *, now: datetime) -> Possible:
    """Whether the company may ask now, and until when it may."""
    case = await session.get(CaseFile, report_id, populate_existing=True)
    if case is None or case.kind != CaseKind.REPORT:
        raise NotFound
    return await _possible(session, case, now)


async def granted_before(session: AsyncSession, account_id: UUID, period: str) -> bool:
    """Whether this account had its correction of the period, in whichever stage."""
    query = select(func.count()).where(
        col(Rollback.account_id) == account_id,
        col(Rollback.period) == period,
        col(Rollback.granted_at).is_not(None),
    )
    return (await session.execute(query)).scalar_one() > 0


async def _possible(session: AsyncSession, case: CaseFile, now: datetime) -> Possible:
    if case.kind != CaseKind.REPORT:
        raise NotFound
    due = await session.get(Deadline, (case.id, planning.DUE), populate_existing=True)
    report = await session.get(Report, case.id, populate_existing=True)
    if due is None or report is None:
        raise NotFound
    rules = await rulebook.of_case(session, case, now=now)
    window = dates.window(due.due_before, rules, await rulebook.of_company(session, case, rules))
    regime = rules.policies.regime_for(Period.parse(report.period))
    refusal: DomainError | None = None
    if report.submission == 0:
        refusal = TransitionRefused(NOT_SENT)
    elif not regime.rollback:
        refusal = Conflict(NO_ROLLBACK, code=report.period, instrument=regime.instrument)
    elif await granted_before(session, report.account_id, report.period):
        refusal = Conflict(ALREADY_GRANTED, code=report.period)
    elif case.status == ReportStatus.ROLLBACK_REQUESTED:
        refusal = Conflict(ALREADY_ASKED)
    elif case.status not in IN_REVIEW or case.closed_at is not None:
        refusal = TransitionRefused(NOT_IN_REVIEW)
    elif now >= dates.refused_from(window):
        until = dates.refused_from(window) - ONE_SECOND
        refusal = TransitionRefused(TOO_LATE, due_before=due.due_before - ONE_SECOND, until=until)
    return Possible(window, refusal)


def _check(asked: Asked, known: set[str]) -> None:
    errors: list[FieldError] = []
    if not asked.reason.strip():
        errors.append(FieldError("reason", N_("Tuliskan kesalahan apa yang perlu diperbaiki.")))
    elif len(asked.reason) > MAX_REASON:
        errors.append(FieldError("reason", N_("Paling banyak {longest} karakter."), {"longest": MAX_REASON}))
    if not asked.sections:
        errors.append(FieldError("sections", N_("Pilih bagian laporan yang perlu diperbaiki.")))
    elif set(asked.sections) - known:
        errors.append(FieldError("sections", N_("Bagian ini tidak ada dalam formulir laporan.")))
    if errors:
        raise InvalidInput(N_("Permohonan belum lengkap."), fields=errors)


async def _open_case(session: AsyncSession, case: CaseFile, report: Report, now: datetime) -> CaseFile:
    query = select(func.count()).where(col(Rollback.report_id) == case.id)
    number = (await session.execute(query)).scalar_one() + 1
    return await cases.open_case(
        session,
        CaseFile(
            id=new_id(),
            kind=CaseKind.ROLLBACK,
            key=f"rollback/{report.number}/{number}",
            title=case.title,
            account_id=case.account_id,
            region_code=case.region_code,
            zone=case.zone,
            kbli=case.kbli,
            period=case.period,
            stage=case.stage,
            status=RollbackStatus.REQUESTED,
            opened_at=now,
        ),
    )


async def _store(
    session: AsyncSession,
    case: CaseFile,
    report: Report,
    rollback_case: CaseFile,
    asked: Asked,
    window: Derived,
    actor: str,
    now: datetime,
) -> Rollback:
    rollback = Rollback(
        case_id=rollback_case.id,
        report_id=case.id,
        n=int(rollback_case.key.rpartition("/")[2]),
        account_id=report.account_id,
        period=report.period,
        submission=report.submission,
        report_status=case.status,
        reason=asked.reason.strip(),
        sections=list(dict.fromkeys(asked.sections)),
        shown_before=window.due_before,
        refused_from=dates.refused_from(window),
        window_id=await store.keep_derivation(session, window),
        requested_at=now,
        requested_by=actor,
    )
    session.add(rollback)
    await session.flush()
    return rollback
