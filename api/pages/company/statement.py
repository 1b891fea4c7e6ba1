"""Surat Pernyataan: numbered by the company, printed, signed, uploaded as a scan."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api import letters, routers
from api.deps import Arrival, Now, PartsDep, SessionDep, locale_of
from api.pages import forms, keeping, shapes
from api.pages.company import report_frame
from api.pages.company.report_frame import STATEMENT, Writer, authorised
from api.pages.forms import Done
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.parts import Parts
from api.permissions import require
from services.documents import records
from services.documents.letters import LetterKind, StatementLetter
from services.documents.uploads import Accepted
from services.errors import Conflict, DomainError, FieldError, InvalidInput
from services.i18n import N_, translator
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.models import IssuedDocument, Report
from services.reports import dossier, reading, statement
from services.reports.dossier import Dossier

router = routers.pages()
Uploader = Annotated[Principal, require(Permission.UPLOAD_DOCUMENT)]
SCAN, NUMBER = "scan", "statement_number"


@router.get(PATHS["report_statement"])
async def show(request: Request, session: SessionDep, now: Now, report: UUID, user: Writer) -> Response:
    """The letter as it stands: its number, whether it speaks of the present data, its scan."""
    await authorised(session, user, report)
    return await _render(request, session, report, now, Form())


@router.post(PATHS["report_statement"], max_body_size=keeping.MAX_FORM_BODY)
async def change(
    request: Request, session: SessionDep, parts: PartsDep, now: Arrival, report: UUID, user: Uploader
) -> Response:
    """Number the letter and make it, or hand in its signed scan."""
    typed = await forms.typed(request)
    async with parts.sessions() as early:  # no transaction stands open while the file is looked at
        await authorised(early, user, report, Permission.UPLOAD_DOCUMENT)
    scanned = forms.text(typed, "then") == SCAN
    accepted, problems = await keeping.tried(request, typed, SCAN) if scanned else (None, [])

    async def command() -> Done:
        if problems:
            raise InvalidInput(N_("Berkas ini tidak dapat diterima."), fields=problems)
        await authorised(session, user, report, Permission.UPLOAD_DOCUMENT, lock=True)
        seen = forms.number(typed, "version")
        version = -1 if seen is None else seen
        if scanned:
            return await _attach(session, report, accepted, version, user, now)
        return await _number(session, parts, report, forms.text(typed, NUMBER), version, user, now)

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    form = Form.refused({NUMBER: forms.text(typed, NUMBER)}, outcome, translator(locale_of(request)))
    return await _render(request, session, report, now, form, outcome.status)


@router.get(PATHS["report_statement_letter"])
async def printed(parts: PartsDep, now: Arrival, report: UUID, user: Writer) -> Response:
    """The letter as PDF. Conflict when none was made for the present data."""
    async with parts.sessions.begin() as session:
        await authorised(session, user, report, lock=True)
        held = await dossier.lock(session, report, now=now)
        if not held.letter_holds:
            raise Conflict(dossier.LETTER_OUTDATED)
        letter = await _letter(session, parts, report, now)
    return await letters.fresh(parts, letter)


async def _number(
    session: AsyncSession,
    parts: Parts,
    report: UUID,
    number: str,
    version: int,
    user: Principal,
    now: datetime,
) -> Done:
    """Keep the number, and make the letter as soon as the report is complete."""
    kept = await session.get_one(Report, report, populate_existing=True)
    if kept.statement_number is None or " ".join(number.split()) != kept.statement_number:
        await statement.set_number(
            session, report, number, expected_version=version, actor=user.actor, now=now
        )
    made = await forms.attempt(session, lambda: _letter(session, parts, report, now))
    to = url("report_statement", report=report)
    if isinstance(made, DomainError):
        return Done(
            to=to,
            message=N_("Nomor disimpan. Lengkapi laporan dahulu; surat dibuat setelah itu."),
            tone="warning",
        )
    return Done(to=to, message=N_("Surat Pernyataan siap dicetak."))


async def _attach(
    session: AsyncSession,
    report: UUID,
    accepted: Accepted | None,
    version: int,
    user: Principal,
    now: datetime,
) -> Done:
    if accepted is None:
        raise InvalidInput(
            N_("Pilih berkasnya."), fields=[FieldError(SCAN, N_("Pilih berkas pindaian surat."))]
        )
    owner = (await session.get_one(Report, report, populate_existing=True)).account_id
    document = await records.add(
        session, accepted, kind=statement.DOCUMENT_KIND, uploaded_by=user.actor, now=now, account_id=owner
    )
    await statement.attach_scan(
        session, report, document, expected_version=version, actor=user.actor, now=now
    )
    return Done(to=url("report_statement", report=report), message=N_("Surat Pernyataan diunggah."))


async def _letter(session: AsyncSession, parts: Parts, report: UUID, now: datetime) -> StatementLetter:
    return await statement.letter(
        session, report, public_url=parts.settings.public_url, now=now,
        specimen=parts.specimen,
    )  # fmt: skip


async def _render(
    request: Request, session: AsyncSession, report: UUID, now: datetime, form: Form, status: int = 200
) -> Response:
    words = translator(locale_of(request))
    view = await reading.read(session, report, now=now)
    held = await dossier.load(session, report, now=now)
    state = view.statement
    values = {NUMBER: state.number or "", **form.values}
    return await report_frame.render(
        request,
        session,
        "company/report_statement.html",
        view,
        STATEMENT,
        words,
        status=status,
        form=Form(values, form.errors, form.message),
        letter=await _made(session, held) if state.letter_holds else None,
        scan=_scan(held) if state.letter_holds else None,
        invalidated=state.printed and not state.letter_holds,
        version=view.report.content_version,
        locked=not view.editable,
        signatory=_signatory(held),
    )


async def _made(session: AsyncSession, held: Dossier) -> dict[str, Any]:
    query = (
        select(col(IssuedDocument.issued_at))
        .where(col(IssuedDocument.case_id) == held.case.id)
        .where(col(IssuedDocument.kind) == LetterKind.STATEMENT_LETTER)
        .where(col(IssuedDocument.voided_at).is_(None))
        .order_by(col(IssuedDocument.issued_at).desc())
        .limit(1)
    )
    at = (await session.execute(query)).scalar_one()
    return {"number": held.report.statement_number or "", "hash": held.content_hash, "printed_at": at}


def _scan(held: Dossier) -> shapes.StoredFile | None:
    document = held.scan
    if document is None or held.report.statement_hash != held.bound_hash:
        return None
    return shapes.StoredFile(document.filename, document.size, url("document", document=document.id))


def _signatory(held: Dossier) -> dict[str, str] | None:
    name = held.sections.get(statement.SIGNATORY, {}).get(statement.OWNER_NAME)
    return {"name": str(name)} if name else None
