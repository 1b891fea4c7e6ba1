"""A submission is taken into review: judged by the checks, its directorates named, its target set."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases, rulebook
from services.errors import NotFound
from services.models import CaseFile, ReportReview, ReportStatus, ReportVersion
from services.reports import dossier, forms
from services.reports.classification import Size
from services.reviews import checks, dates, directorates
from services.reviews.checks import Flag, Submission
from services.rulebook import Rulebook


async def examine(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """Judge the last submission of a locked report. The target counts from the sending, whenever this runs."""
    version = await last_version(session, case.id)
    if case.status != ReportStatus.SENT:
        return
    rules = await rulebook.of_case(session, case, now=now)
    flags = await _flags(session, case, version, rules, now)
    codes = directorates.named(version, case.kbli)
    case.kbli = sorted({*case.kbli, *(code.code for code in codes)})  # its validators must find it
    review = ReportReview(
        case_id=case.id,
        submission=version.submission,
        flags=[flag.as_json() for flag in flags],
        flagged=bool(flags),
        supervising=directorates.supervising(codes, small=version.size == Size.SMALL),
        examined_at=now,
    )
    session.add(review)
    await dates.set_target(session, case, dates.VERIFICATION, version.sent_at, now=now, rules=rules)
    data = {"submission": version.submission, "flags": len(flags)}
    await cases.record(session, case, "report_examined", now=now, data=data)


async def last_version(session: AsyncSession, case_id: UUID) -> ReportVersion:
    """What was sent last. NotFound before the first sending."""
    query = (
        select(ReportVersion)
        .where(col(ReportVersion.case_id) == case_id)
        .order_by(col(ReportVersion.submission).desc())
        .limit(1)
    )
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


async def _flags(
    session: AsyncSession, case: CaseFile, version: ReportVersion, rules: Rulebook, now: datetime
) -> list[Flag]:
    held = await dossier.of_case(session, case, now=now)
    sections = version.content["sections"]
    submission = Submission(
        form=forms.shipped().get(version.form_id, version.form_version),
        number=version.submission,
        size=version.size,
        previous_size=held.previous.size,
        sections=sections,
        context=replace(held.context(), sections=sections),
    )
    return checks.examine(submission, rules.policies.plausible.checks)
