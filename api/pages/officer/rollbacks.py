"""A request for a correction before the officer, and what a correction changed."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Now, SessionDep, locale_of
from api.pages import forms, views
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.officer import reading
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from services.deadlines.explanation import explain
from services.errors import DomainError, InvalidInput, NotFound
from services.i18n import N_, Translator, translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.models import CaseFile, CaseKind, RollbackStatus
from services.reviews import differences
from services.reviews import reading as reviews
from services.rollbacks import decisions
from services.rollbacks import reading as rollbacks
from services.rollbacks.reading import RollbackView
from services.timeline import actors

router = routers.pages()
Reader = Annotated[Principal, require(Permission.READ_NOTES)]


@router.get(PATHS["rollback_decision"])
async def show(request: Request, session: SessionDep, case: UUID, user: Reader) -> Response:
    """What the company asks, why it may, and afterwards what it changed; the reading is logged."""
    opened = await _open(request, session, user, case)
    return await _render(request, session, user, opened, Form())


@router.post(PATHS["rollback_decision"])
async def decide(
    request: Request,
    session: SessionDep,
    now: Now,
    case: UUID,
    user: Annotated[Principal, require(Permission.DECIDE_ROLLBACK)],
) -> Response:
    """Grant, once for an account and period, or refuse with a reason."""
    typed = await forms.typed(request)

    async def command() -> Done:
        seen = await session.get_one(CaseFile, case, populate_existing=True)
        policy.authorise(user, Permission.DECIDE_ROLLBACK, Target.of_case(seen))
        forms.expect_version(seen.version, typed)
        back = url("queue", query={"meja": "rollbacks"})
        match forms.text(typed, "verdict"):
            case "grant":
                await decisions.grant(session, seen.id, actor=user.actor, now=now)
                return Done(to=back, message=N_("Permohonan dikabulkan; laporan dibuka kembali."))
            case "refuse":
                reason = forms.text(typed, "reason")
                await decisions.refuse(session, seen.id, reason, actor=user.actor, now=now)
                return Done(to=back, message=N_("Permohonan tidak dikabulkan; pemeriksaan dilanjutkan."))
            case _:
                raise InvalidInput(N_("Pilih salah satu keputusan."))

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    opened = await _open(request, session, user, case)
    form = forms.again(request, typed, outcome, translator(locale_of(request)))
    return await _render(request, session, user, opened, form, status=outcome.status)


@router.get(PATHS["review_difference"])
async def difference(
    request: Request,
    session: SessionDep,
    case: UUID,
    user: Reader,
    dari: Annotated[int, Query(ge=1)],
    ke: Annotated[int, Query(ge=1)],
) -> Response:
    """What differs between two sendings of a report."""
    opened = await reading.open_case(request, session, user, case, what="review")
    if opened.kind != CaseKind.REPORT:
        raise NotFound
    page = await page_for(request, session)
    words = translator(page.locale)
    return answer(
        "officer/difference.html",
        page,
        case=await views.case_head(session, opened, words),
        before=dari,
        after=ke,
        changed=[
            {"title": part.title, "lines": part.lines, "unasked": False}
            for part in await differences.between(session, case, dari, ke, words)
        ],
        back=url("review", case=case),
    )


async def _open(request: Request, session: AsyncSession, user: Principal, case_id: UUID) -> CaseFile:
    case = await reading.open_case(request, session, user, case_id, what="rollback")
    if case.kind != CaseKind.ROLLBACK:
        raise NotFound
    return case


async def _render(
    request: Request, session: AsyncSession, user: Principal, case: CaseFile, form: Form, status: int = 200
) -> Response:
    page = await page_for(request, session)
    words = translator(page.locale)
    seen = await rollbacks.view(session, case.id)
    rollback = seen.rollback
    may = policy.can(user, Permission.DECIDE_ROLLBACK, Target.of_case(case))
    titles = await section_titles(session, seen, words)
    return answer(
        "officer/rollback_decision.html",
        page,
        status=status,
        case=await views.case_head(session, case, words),
        rollback={
            "status": rollback.status,
            "reason": rollback.reason,
            "sections": [titles.get(section, section) for section in rollback.sections],
            "submission": rollback.submission,
            "requested_at": rollback.requested_at,
            "shown_before": rollback.shown_before,
            "refused_from": rollback.refused_from,
            "why": [reason.text for reason in explain(seen.window, words.locale)],
            "resent": rollback.resent_submission,
        },
        decided=await _decided(session, seen, words),
        changed=await _changed(session, seen, words),
        decidable=may and case.status == RollbackStatus.REQUESTED and case.closed_at is None,
        report=url("review", case=seen.report_case.id),
        story=url("case", case=case.id),
        form=form,
    )


async def section_titles(session: AsyncSession, seen: RollbackView, words: Translator) -> dict[str, str]:
    """The names of the pages of the form that was sent."""
    found = await reviews.view(session, seen.report_case.id)
    return {section.id: words.gettext(section.title) for section in found.form.sections}


async def _decided(session: AsyncSession, seen: RollbackView, words: Translator) -> dict[str, Any] | None:
    rollback = seen.rollback
    if rollback.decided_at is None or rollback.decided_by is None:
        return None
    actor, account = rollback.decided_by, rollback.account_id
    who = await actors.labels(session, [actor], account_id=account, for_company=False, speak=words)
    return {
        "at": rollback.decided_at,
        "by": who[actor],
        "reason": rollback.decision_reason,
        "ended_at": rollback.ended_at,
    }


async def _changed(
    session: AsyncSession, seen: RollbackView, words: Translator
) -> list[dict[str, Any]] | None:
    """What the correction changed; pages that were not asked about stand out."""
    rollback = seen.rollback
    if rollback.resent_submission is None:
        return None
    found = await differences.between(
        session, rollback.report_id, rollback.submission, rollback.resent_submission, words
    )
    return [
        {"title": page.title, "lines": page.lines, "unasked": page.section not in rollback.sections}
        for page in found
    ]
