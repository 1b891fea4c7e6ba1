"""Permohonan perpanjangan: a company asks for more time, follows its request, and may take it back."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Arrival, Now, PartsDep, SessionDep, locale_of
from api.pages import flash, forms, keeping, labels, shapes
from api.pages.acting import ActingAccount
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.pages.views import period_name
from api.permissions import require
from services.documents import records
from services.documents.uploads import Accepted
from services.errors import DomainError, FieldError, InvalidInput, NotFound
from services.extension_requests import asking, possible
from services.extension_requests.asking import Asked
from services.extension_requests.possible import askable
from services.i18n import N_, Translator, translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.models import CaseFile, Document, ExtensionRequest, ExtensionRequestStatus

router = routers.pages()
Asker = Annotated[Principal, require(Permission.REQUEST_EXTENSION)]
CHECK = N_("Periksa kembali isian yang ditandai.")
_EVIDENCE = "evidence"


@router.get(PATHS["extension_ask"])
async def new(
    request: Request,
    session: SessionDep,
    now: Now,
    account_id: ActingAccount,
    user: Asker,
    kasus: UUID,
    batas: str = "report_due",
) -> Response:
    """An empty form: how much may be asked for, and until when that would be."""
    case = await _own(session, user, account_id, kasus)
    return await _form(request, session, case, batas, Form(), now)


@router.post(PATHS["extension_ask"], max_body_size=keeping.MAX_FORM_BODY)
async def ask(
    request: Request,
    parts: PartsDep,
    session: SessionDep,
    now: Arrival,
    account_id: ActingAccount,
    user: Asker,
    kasus: UUID,
    batas: str = "report_due",
) -> Response:
    """Take in the request with its evidence."""
    typed = await forms.typed(request)
    async with parts.sessions() as early:  # no transaction stands open while the file is looked at
        await _own(early, user, account_id, kasus)
    accepted, problems = await keeping.tried(request, typed, _EVIDENCE)
    days = forms.number(typed, "days")
    if days is None:
        problems.append(FieldError("days", N_("Isi dengan angka.")))

    async def command() -> Done:
        case = await _own(session, user, account_id, kasus)
        if problems or days is None:
            raise InvalidInput(CHECK, fields=problems)
        document = await _document(session, accepted, user, case, now)
        asked = Asked(batas, days, forms.text(typed, "reason"))
        made = await asking.ask(session, kasus, asked, document, actor=user.actor, now=now)
        return Done(
            to=url("extension_request", extension_request=made.case_id),
            message=N_("Permohonan terkirim. Petugas memutuskannya; jawabannya dikirim lewat surel."),
        )

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    again = forms.again(request, typed, outcome, translator(locale_of(request)))
    case = await _own(session, user, account_id, kasus)
    return await _form(request, session, case, batas, again, now, accepted, outcome.status)


@router.get(PATHS["extension_request"])
async def show(
    request: Request, session: SessionDep, account_id: ActingAccount, extension_request: UUID, user: Asker
) -> Response:
    """One request as it stands, and what was decided."""
    return await _show(request, session, account_id, extension_request, user)


@router.post(PATHS["extension_request_withdrawal"])
async def withdraw(
    request: Request,
    session: SessionDep,
    now: Now,
    account_id: ActingAccount,
    extension_request: UUID,
    user: Asker,
) -> Response:
    """Take the request back."""

    async def command() -> Done:
        await _own(session, user, account_id, extension_request)
        await asking.withdraw(session, extension_request, actor=user.actor, now=now)
        return Done(
            to=url("extension_request", extension_request=extension_request),
            message=N_("Permohonan ditarik."),
        )

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    flash.now(request, outcome.message, "negative", **outcome.params)
    return await _show(request, session, account_id, extension_request, user, outcome.status)


async def offers(
    session: AsyncSession, case_id: UUID, words: Translator, now: datetime
) -> list[shapes.Action]:
    """The ways to ask for more time about a case; where there are several, each names its date."""
    rooms = await possible.offers(session, case_id, now=now)
    ask = words.gettext(N_("Minta perpanjangan"))
    return [
        shapes.Action(
            f"{ask}: {words.gettext(labels.word('deadline', room.deadline.name))}" if len(rooms) > 1 else ask,
            url("extension_ask", query={"kasus": room.deadline.case_id, "batas": room.deadline.name}),
            "quiet",
        )
        for room in rooms
    ]


async def _own(session: AsyncSession, user: Principal, account_id: UUID, case_id: UUID) -> CaseFile:
    case = await session.get(CaseFile, case_id, populate_existing=True)
    if case is None or case.account_id != account_id:
        raise NotFound
    policy.authorise(user, Permission.REQUEST_EXTENSION, Target.of_case(case))
    return case


async def _document(
    session: AsyncSession, accepted: Accepted | None, user: Principal, case: CaseFile, now: datetime
) -> Document | None:
    if accepted is None:
        return None
    return await records.add(
        session, accepted, kind="extension_evidence", uploaded_by=user.actor, now=now,
        account_id=case.account_id,
    )  # fmt: skip


async def _form(
    request: Request,
    session: AsyncSession,
    case: CaseFile,
    deadline: str,
    form: Form,
    now: datetime,
    accepted: Accepted | None = None,
    status: int = 200,
) -> Response:
    page = await page_for(request, session, account_id=case.account_id)
    words = translator(page.locale)
    room = await askable(session, case, deadline, now=now)
    context: dict[str, Any] = {
        "matter": _matter(case, deadline, words),
        "action": url("extension_ask", query={"kasus": case.id, "batas": deadline}),
        "back": url("company_home"),
        "room": {
            "due_before": room.deadline.due_before,
            "most": room.most,
            "latest_before": room.target_before(room.most),
            "basis": words.gettext(room.policy.basis),
            "evidence": room.policy.evidence,
        }
        if room
        else None,
        "form": form,
        "kept": keeping.shown(accepted),
        "document_token": forms.text(form.values, keeping.TOKEN),
    }
    return answer("company/extension_ask.html", page, status=status, **context)


async def _show(
    request: Request,
    session: AsyncSession,
    account_id: UUID,
    request_id: UUID,
    user: Principal,
    status: int = 200,
) -> Response:
    await _own(session, user, account_id, request_id)
    found = await session.get(ExtensionRequest, request_id, populate_existing=True)
    if found is None:
        raise NotFound
    target = await session.get_one(CaseFile, found.target_case_id)
    page = await page_for(request, session, account_id=account_id)
    words = translator(page.locale)
    document = await session.get(Document, found.document_id) if found.document_id else None
    context = {
        "request": shown(found, target, words),
        "evidence": url("document", document=document.id) if document else "",
        "evidence_name": document.filename if document else "",
        "may_withdraw": found.status == ExtensionRequestStatus.SUBMITTED,
        "withdrawal": url("extension_request_withdrawal", extension_request=found.case_id),
    }
    return answer("company/extension_request.html", page, status=status, **context)


def shown(found: ExtensionRequest, target: CaseFile, words: Translator) -> dict[str, Any]:
    """A request as pages show it."""
    return {
        "id": found.case_id,
        "href": url("extension_request", extension_request=found.case_id),
        "number": found.number,
        "status": found.status,
        "matter": _matter(target, found.deadline_name, words),
        "days": found.days,
        "granted_days": found.granted_days,
        "old_before": found.old_before,
        "reason": found.reason,
        "submitted_at": found.submitted_at,
        "decided_at": found.decided_at,
        "decision_reason": found.decision_reason or "",
    }


def _matter(case: CaseFile, deadline: str, words: Translator) -> str:
    name = words.gettext(labels.word("deadline", deadline))
    stage = words.gettext(labels.word("stage", case.stage))
    return " · ".join(part for part in (name, period_name(case.period, words), stage) if part)
