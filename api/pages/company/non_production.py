"""Tidak berproduksi: a company declares a whole period without production, follows its letter, may take it back."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Arrival, Now, PartsDep, SessionDep, locale_of
from api.pages import flash, forms, keeping, labels
from api.pages.acting import ActingAccount
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.rendering import Form
from api.pages.shapes import Option
from api.pages.urls import PATHS, url
from api.pages.views import period_name
from api.permissions import require
from services.companies.formats import day
from services.documents import records
from services.errors import DomainError, FieldError, InvalidInput, NotFound
from services.i18n import N_, Translator, translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.models import CaseFile, Document, NonProductionLetter, NonProductionStatus, Signer
from services.non_production import declaring
from services.non_production.declaring import Declaration
from services.non_production.reading import declarable

router = routers.pages()
Declarer = Annotated[Principal, require(Permission.WRITE_REPORT)]
CHECK = N_("Periksa kembali isian yang ditandai.")
_LETTER = "letter"


@router.get(PATHS["non_production_declare"])
async def new(
    request: Request, session: SessionDep, now: Now, account_id: ActingAccount, user: Declarer, kasus: UUID
) -> Response:
    """An empty form."""
    report = await _own(session, user, account_id, kasus)
    return await _form(request, session, report, Form(), now)


@router.post(PATHS["non_production_declare"], max_body_size=keeping.MAX_FORM_BODY)
async def declare(
    request: Request,
    parts: PartsDep,
    session: SessionDep,
    now: Arrival,
    account_id: ActingAccount,
    user: Declarer,
    kasus: UUID,
) -> Response:
    """Take in the letter."""
    typed = await forms.typed(request)
    async with parts.sessions() as early:  # no transaction stands open while the file is looked at
        await _own(early, user, account_id, kasus)
    accepted, problems = await keeping.tried(request, typed, _LETTER)
    declared = _declared(typed, problems)

    async def command() -> Done:
        await _own(session, user, account_id, kasus)
        if problems or declared is None:
            raise InvalidInput(CHECK, fields=problems)
        document = None
        if accepted is not None:
            document = await records.add(
                session, accepted, kind="non_production_letter", uploaded_by=user.actor, now=now,
                account_id=account_id,
            )  # fmt: skip
        made = await declaring.declare(session, kasus, declared, document, actor=user.actor, now=now)
        return Done(
            to=url("non_production", non_production=made.case_id),
            message=N_("Surat terkirim. Petugas memutuskannya; jawabannya dikirim lewat surel."),
        )

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    again = forms.again(request, typed, outcome, translator(locale_of(request)))
    report = await _own(session, user, account_id, kasus)
    kept = keeping.shown(accepted)
    return await _form(request, session, report, again, now, kept, outcome.status)


@router.get(PATHS["non_production"])
async def show(
    request: Request, session: SessionDep, account_id: ActingAccount, non_production: UUID, user: Declarer
) -> Response:
    """One letter as it stands, and what was decided."""
    return await _show(request, session, account_id, non_production, user)


@router.post(PATHS["non_production_withdrawal"])
async def withdraw(
    request: Request,
    session: SessionDep,
    now: Now,
    account_id: ActingAccount,
    non_production: UUID,
    user: Declarer,
) -> Response:
    """Take the letter back."""

    async def command() -> Done:
        await _own(session, user, account_id, non_production)
        await declaring.withdraw(session, non_production, actor=user.actor, now=now)
        return Done(to=url("non_production", non_production=non_production), message=N_("Surat ditarik."))

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    flash.now(request, outcome.message, "negative", **outcome.params)
    return await _show(request, session, account_id, non_production, user, outcome.status)


def _declared(typed: dict[str, Any], problems: list[FieldError]) -> Declaration | None:
    """What was typed; what cannot be read is added to `problems`."""
    signer, written = forms.text(typed, "signed_by"), None
    if signer not in list(Signer):
        problems.append(FieldError("signed_by", N_("Pilih salah satu.")))
    try:
        written = day(forms.text(typed, "letter_date"), field="letter_date")
    except InvalidInput as refused:
        problems += refused.fields
    if problems or written is None:
        return None
    return Declaration(written, Signer(signer), forms.text(typed, "reason"))


async def _own(session: AsyncSession, user: Principal, account_id: UUID, case_id: UUID) -> CaseFile:
    case = await session.get(CaseFile, case_id, populate_existing=True)
    if case is None or case.account_id != account_id:
        raise NotFound
    policy.authorise(user, Permission.WRITE_REPORT, Target.of_case(case))
    return case


async def _form(
    request: Request,
    session: AsyncSession,
    report: CaseFile,
    form: Form,
    now: datetime,
    kept: Any = None,
    status: int = 200,
) -> Response:
    page = await page_for(request, session, account_id=report.account_id)
    words = translator(page.locale)
    context: dict[str, Any] = {
        "matter": matter(report, words),
        "action": url("non_production_declare", query={"kasus": report.id}),
        "back": url("company_home"),
        "open": await declarable(session, report, now=now),
        "signers": [Option(one, words.gettext(labels.word("signer", one))) for one in Signer],
        "form": form,
        "kept": kept,
        "document_token": forms.text(form.values, keeping.TOKEN),
    }
    return answer("company/non_production_declare.html", page, status=status, **context)


async def _show(
    request: Request,
    session: AsyncSession,
    account_id: UUID,
    letter_id: UUID,
    user: Principal,
    status: int = 200,
) -> Response:
    await _own(session, user, account_id, letter_id)
    letter = await session.get(NonProductionLetter, letter_id, populate_existing=True)
    if letter is None:
        raise NotFound
    report = await session.get_one(CaseFile, letter.report_id)
    document = await session.get_one(Document, letter.document_id)
    page = await page_for(request, session, account_id=account_id)
    context = {
        "letter": shown(letter, report, translator(page.locale)),
        "scan": url("document", document=document.id),
        "scan_name": document.filename,
        "may_withdraw": letter.status == NonProductionStatus.SUBMITTED,
        "withdrawal": url("non_production_withdrawal", non_production=letter.case_id),
    }
    return answer("company/non_production.html", page, status=status, **context)


def shown(letter: NonProductionLetter, report: CaseFile, words: Translator) -> dict[str, Any]:
    """A letter as pages show it."""
    return {
        "href": url("non_production", non_production=letter.case_id),
        "number": letter.number,
        "status": letter.status,
        "matter": matter(report, words),
        "letter_date": letter.letter_date,
        "signed_by": words.gettext(labels.word("signer", letter.signed_by)),
        "reason": letter.reason,
        "submitted_at": letter.submitted_at,
        "decided_at": letter.decided_at,
        "decision_reason": letter.decision_reason or "",
    }


def matter(report: CaseFile, words: Translator) -> str:
    """ "Triwulan IV 2026 · Tahap produksi"."""
    stage = words.gettext(labels.word("stage", report.stage))
    return " · ".join(part for part in (period_name(report.period, words), stage) if part)
