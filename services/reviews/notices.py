"""Mail about the review: to the company when something changed for it, to officers once a day per desk."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.deadlines.zones import WIB
from services.errors import NotFound
from services.i18n import translator
from services.messages import dedupe, recipients
from services.messages.intents import intend
from services.models import (
    Account,
    CaseFile,
    Person,
    Report,
    ReportVersion,
    ReviewDesk,
    Role,
    RoleGrant,
)
from services.reports import forms
from services.reviews.corrections import WHOLE_REPORT, Note

_WORKS_AT: Final = {ReviewDesk.VERIFICATION: Role.VERIFIER, ReviewDesk.VALIDATION: Role.VALIDATOR}


async def tell_company(
    session: AsyncSession, case: CaseFile, template: str, *, now: datetime, **more: object
) -> None:
    """Queue one notice about a report, once per state of its case."""
    account = await session.get(Account, case.account_id) if case.account_id else None
    report = await session.get(Report, case.id)
    if account is None or report is None:
        raise NotFound
    await intend(
        session,
        template=template,
        dedupe_key=dedupe.case_key(template, case.id, str(case.version)),
        recipient=await recipients.for_notices(session, account.id),
        context={"company": account.name, "period": report.period, "stage": report.stage, **more},
        now=now,
        case_id=case.id,
        account_id=account.id,
    )


async def tell_returned(
    session: AsyncSession,
    case: CaseFile,
    notes: Sequence[Note],
    version: ReportVersion,
    due_before: datetime,
    *,
    now: datetime,
) -> None:
    """The company reads what to correct: a line for each note, under the name of its page."""
    form = forms.shipped().get(version.form_id, version.form_version)
    speak = translator("id").gettext
    titles = {section.id: speak(section.title) for section in form.sections} | {WHOLE_REPORT: "Laporan"}
    lines = [f"{titles[note.section]}: {' '.join(note.text.split())}" for note in notes]
    await tell_company(
        session, case, "report_returned", now=now, due_before=due_before, note="\n".join(lines)
    )


async def tell_desk(
    session: AsyncSession,
    case: CaseFile,
    desk: ReviewDesk,
    divisions: Iterable[str],
    *,
    now: datetime,
) -> int:
    """Remind whoever works on the case: the official it was given to, else all of the desk. Once a day each."""
    people = await _workers(session, case, _WORKS_AT[desk], sorted(set(divisions)))
    await tell_people(session, people, "review_reminder", desk.value, now=now, context={"desk": desk.value})
    return len(people)


async def tell_people(
    session: AsyncSession,
    people: Sequence[Person],
    template: str,
    about: str,
    *,
    now: datetime,
    context: dict[str, str],
) -> None:
    """One mail a day to each of them about one kind of work."""
    today = now.astimezone(WIB).date()
    for person in people:
        await intend(
            session,
            template=template,
            dedupe_key=dedupe.daily_key(template, person.id, today, about),
            recipient=recipients.for_person(person),
            context=context,
            now=now,
        )


async def _workers(
    session: AsyncSession, case: CaseFile, role: Role, divisions: list[str]
) -> Sequence[Person]:
    """Active holders of the role whose grant covers the case's region and one of these divisions."""
    if case.assignee_id is not None:
        return [await session.get_one(Person, case.assignee_id)]
    region = case.region_code or ""
    query = (
        select(Person)
        .distinct()
        .join(RoleGrant, col(RoleGrant.person_id) == col(Person.id))
        .where(
            col(RoleGrant.role) == role,
            col(RoleGrant.revoked_at).is_(None),
            col(Person.status) == "active",
            col(RoleGrant.region_prefix).in_(["", region[:2], region[:5], region]),
        )
        .order_by(col(Person.id))
    )
    if divisions:
        held: Any = col(RoleGrant.kbli_divisions)
        query = query.where(or_(held == [], held.overlap(divisions)))
    return (await session.execute(query)).scalars().all()
