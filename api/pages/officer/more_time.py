"""The decision on a request for more time: the evidence beside what is asked, and how far policy lets it go."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Now, SessionDep, locale_of
from api.pages import deadlines, forms, views
from api.pages.company.more_time import shown
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.officer import papers, reading
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from services.errors import DomainError, FieldError, InvalidInput, NotFound
from services.extension_requests import deciding
from services.extension_requests.asking import TARGET
from services.extension_requests.deciding import Decision, Verdict
from services.extension_requests.possible import Room, room
from services.i18n import N_, Translator, translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.models import CaseFile, CaseKind, Document, ExtensionRequest, ExtensionRequestStatus
from services.timeline import actors

router = routers.pages()
Officer = Annotated[Principal, require(Permission.DECIDE_EXTENSION_REQUEST)]


@router.get(PATHS["extension_request_decision"])
async def show(request: Request, session: SessionDep, now: Now, case: UUID, user: Officer) -> Response:
    """The request, its evidence, the date it is about; the reading is logged."""
    opened = await _open(request, session, user, case)
    return await _render(request, session, user, opened, Form(), now)


@router.post(PATHS["extension_request_decision"])
async def decide(request: Request, session: SessionDep, now: Now, case: UUID, user: Officer) -> Response:
    """Grant so many days, or refuse with a reason."""
    typed = await forms.typed(request)

    async def command() -> Done:
        seen = await session.get_one(CaseFile, case, populate_existing=True)
        policy.authorise(user, Permission.DECIDE_EXTENSION_REQUEST, Target.of_case(seen))
        forms.expect_version(seen.version, typed)
        decided = await deciding.decide(session, case, _decision(typed), actor=user.actor, now=now)
        granted = decided.status == ExtensionRequestStatus.GRANTED
        message = N_("Permohonan dikabulkan.") if granted else N_("Permohonan ditolak.")
        return Done(to=url("queue", query={"meja": "extension_requests"}), message=message)

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    opened = await _open(request, session, user, case)
    form = forms.again(request, typed, outcome, translator(locale_of(request)))
    return await _render(request, session, user, opened, form, now, status=outcome.status)


def _decision(typed: dict[str, Any]) -> Decision:
    verdict = forms.text(typed, "verdict")
    if verdict not in list(Verdict):
        raise InvalidInput(N_("Pilih salah satu keputusan."))
    days = forms.number(typed, "days")
    if verdict == Verdict.GRANT and days is None:
        wrong = N_("Isi dengan angka.")
        raise InvalidInput(wrong, fields=[FieldError("days", wrong)])
    return Decision(Verdict(verdict), days, forms.text(typed, "reason"))


async def _open(request: Request, session: AsyncSession, user: Principal, case_id: UUID) -> CaseFile:
    case = await reading.open_case(
        request,
        session,
        user,
        case_id,
        permission=Permission.DECIDE_EXTENSION_REQUEST,
        what="extension_request",
    )
    if case.kind != CaseKind.EXTENSION_REQUEST:
        raise NotFound
    return case


async def _render(
    request: Request,
    session: AsyncSession,
    user: Principal,
    case: CaseFile,
    form: Form,
    now: datetime,
    status: int = 200,
) -> Response:
    page = await page_for(request, session)
    words = translator(page.locale)
    asked = await session.get_one(ExtensionRequest, case.id, populate_existing=True)
    target = await session.get_one(CaseFile, asked.target_case_id, populate_existing=True)
    document = await session.get(Document, asked.document_id) if asked.document_id else None
    found, refusal = await _room(session, asked, target, now, words)
    operator = policy.can(user, Permission.OPERATE_PROCESSES, Target.of_case(case))
    context: dict[str, Any] = {
        "case": await views.case_head(session, case, words, operator=operator),
        "request": shown(asked, target, words),
        "target": url("case", case=target.id),
        "document": papers.beside(document) if document else None,
        "deadline": await deadlines.view(session, case, TARGET, words),
        "about": await deadlines.view(session, target, asked.deadline_name, words),
        "room": {
            "most": found.most,
            "latest_before": found.target_before(found.most),
            "basis": words.gettext(found.policy.basis),
        }
        if found
        else None,
        "refusal": refusal,
        "decidable": asked.status == ExtensionRequestStatus.SUBMITTED,
        "decided_by": await _by(session, asked, words),
        "story": url("case", case=case.id),
        "form": form,
    }
    return answer("officer/extension_request.html", page, status=status, **context)


async def _room(
    session: AsyncSession, asked: ExtensionRequest, target: CaseFile, now: datetime, words: Translator
) -> tuple[Room | None, str]:
    """How much may be granted, or why nothing."""
    try:
        return await room(session, target, asked.deadline_name, now=now), ""
    except DomainError as refused:
        return None, words.gettext(refused.message, **refused.params)


async def _by(session: AsyncSession, asked: ExtensionRequest, words: Translator) -> str:
    if asked.decided_by is None:
        return ""
    by = asked.decided_by
    who = await actors.labels(session, [by], account_id=asked.account_id, for_company=False, speak=words)
    return who[by]
