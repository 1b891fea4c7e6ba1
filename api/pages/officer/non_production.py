"""The decision on a letter of non-production: the signed letter beside the report it asks to be excused from."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Now, SessionDep, locale_of
from api.pages import deadlines, forms, views
from api.pages.company.non_production import shown
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.officer import papers, reading
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from services.errors import DomainError, InvalidInput, NotFound
from services.i18n import N_, translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.models import CaseFile, CaseKind, Document, NonProductionLetter, NonProductionStatus
from services.non_production import deciding
from services.non_production.deciding import Decision, Verdict
from services.non_production.declaring import TARGET
from services.timeline import actors

router = routers.pages()
Officer = Annotated[Principal, require(Permission.EXCUSE_OBLIGATION)]


@router.get(PATHS["non_production_decision"])
async def show(request: Request, session: SessionDep, case: UUID, user: Officer) -> Response:
    """The letter and the report it is about; the reading is logged."""
    opened = await _open(request, session, user, case)
    return await _render(request, session, user, opened, Form())


@router.post(PATHS["non_production_decision"])
async def decide(request: Request, session: SessionDep, now: Now, case: UUID, user: Officer) -> Response:
    """Accept the letter, or refuse it with a reason."""
    typed = await forms.typed(request)

    async def command() -> Done:
        seen = await session.get(CaseFile, case, populate_existing=True)
        if seen is None:
            raise NotFound
        policy.authorise(user, Permission.EXCUSE_OBLIGATION, Target.of_case(seen))
        forms.expect_version(seen.version, typed)
        verdict = forms.text(typed, "verdict")
        if verdict not in list(Verdict):
            raise InvalidInput(N_("Pilih salah satu keputusan."))
        decision = Decision(Verdict(verdict), forms.text(typed, "reason"))
        letter = await deciding.decide(session, case, decision, actor=user.actor, now=now)
        accepted = letter.status == NonProductionStatus.ACCEPTED
        message = N_("Surat diterima; laporan ini tidak wajib.") if accepted else N_("Surat ditolak.")
        return Done(to=url("queue", query={"meja": "non_production"}), message=message)

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    opened = await _open(request, session, user, case)
    form = forms.again(request, typed, outcome, translator(locale_of(request)))
    return await _render(request, session, user, opened, form, status=outcome.status)


async def _open(request: Request, session: AsyncSession, user: Principal, case_id: UUID) -> CaseFile:
    case = await reading.open_case(
        request, session, user, case_id, permission=Permission.EXCUSE_OBLIGATION, what="non_production"
    )
    if case.kind != CaseKind.NON_PRODUCTION:
        raise NotFound
    return case


async def _render(
    request: Request, session: AsyncSession, user: Principal, case: CaseFile, form: Form, status: int = 200
) -> Response:
    page = await page_for(request, session)
    words = translator(page.locale)
    letter = await session.get_one(NonProductionLetter, case.id, populate_existing=True)
    report = await session.get_one(CaseFile, letter.report_id, populate_existing=True)
    operator = policy.can(user, Permission.OPERATE_PROCESSES, Target.of_case(case))
    by = letter.decided_by
    who = await actors.labels(
        session, [by] if by else [], account_id=letter.account_id, for_company=False, speak=words
    )
    context: dict[str, Any] = {
        "case": await views.case_head(session, case, words, operator=operator),
        "letter": shown(letter, report, words),
        "report": {"href": url("case", case=report.id), "status": report.status},
        "document": papers.beside(await session.get_one(Document, letter.document_id)),
        "deadline": await deadlines.view(session, case, TARGET, words),
        "about": await deadlines.view(session, report, "report_due", words),
        "decidable": letter.status == NonProductionStatus.SUBMITTED,
        "decided_by": who[by] if by else "",
        "story": url("case", case=case.id),
        "form": form,
    }
    return answer("officer/non_production.html", page, status=status, **context)
