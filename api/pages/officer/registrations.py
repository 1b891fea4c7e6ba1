"""The decision on a registration: the NIB document beside what the company typed, and a checklist."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api import routers
from api.deps import Now, SessionDep, locale_of
from api.pages import deadlines, forms, labels, shapes, views
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.officer import papers, reading
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from services import cases
from services.errors import DomainError, FieldError, InvalidInput, NotFound
from services.i18n import N_, Translator, translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.models import (
    Account,
    CaseFile,
    CaseKind,
    Document,
    Institution,
    LetterBasis,
    Registration,
    RegistrationStatus,
)
from services.registrations import decisions
from services.registrations.decisions import Decision, Verdict
from services.registrations.official_letter import BASES, GOVERNMENT, INSTITUTIONS
from services.registrations.submission import TARGET
from services.timeline import actors

router = routers.pages()
Officer = Annotated[Principal, require(Permission.DECIDE_REGISTRATION)]

_DONE: Final = {
    Verdict.ACCEPT: N_(
        "{company} diterima. Akun dibuat; tautan kata sandi dikirim ke e-mail yang didaftarkan."
    ),
    Verdict.RETURN: N_("Pendaftaran {company} dikembalikan untuk diperbaiki."),
    Verdict.REJECT: N_("Pendaftaran {company} ditolak."),
}


@router.get(PATHS["registration_decision"])
async def show(request: Request, session: SessionDep, case: UUID, user: Officer) -> Response:
    """Document, typed data, checklist; the reading is logged."""
    opened = await _open(request, session, user, case)
    return await _render(request, session, user, opened, Form())


@router.post(PATHS["registration_decision"])
async def decide(request: Request, session: SessionDep, now: Now, case: UUID, user: Officer) -> Response:
    """Accept with a type, return for correction, or reject with a reason."""
    typed = await forms.typed(request)

    async def command() -> Done:
        locked = await cases.lock(session, case)
        policy.authorise(user, Permission.DECIDE_REGISTRATION, Target.of_case(locked))
        forms.expect_version(locked.version, typed)
        decision = _decision(typed)
        registration = await decisions.decide(session, case, decision, actor=user.actor, now=now)
        params: dict[str, str | int] = {"company": registration.company_name}
        return Done(to=url("queue"), message=_DONE[decision.verdict], params=params)

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    opened = await _open(request, session, user, case)
    words = translator(locale_of(request))
    form = forms.again(request, _ticked(typed), _at_the_list(outcome), words)
    return await _render(request, session, user, opened, form, status=outcome.status)


def _decision(typed: dict[str, Any]) -> Decision:
    verdict = forms.text(typed, "verdict")
    if verdict not in list(Verdict):
        raise InvalidInput(N_("Pilih salah satu keputusan."))
    return Decision(
        Verdict(verdict),
        account_type=forms.text(typed, "account_type") or None,
        reason=forms.text(typed, "reason"),
        checklist=dict.fromkeys(forms.texts(typed, "checklist"), True),
    )


def _ticked(typed: dict[str, Any]) -> dict[str, Any]:
    """Nothing ticked is a list without anything in it, not an absent field."""
    return {**typed, "checklist": forms.texts(typed, "checklist")}


def _at_the_list(refused: DomainError) -> DomainError:
    """What the service says of each point stands once, at the list of them."""
    kept = [error for error in refused.fields if not error.field.startswith("checklist.")]
    if len(kept) == len(refused.fields):
        return refused
    whole = FieldError("checklist", N_("Konfirmasikan setiap butir sebelum menerima."))
    return InvalidInput(refused.message, fields=[whole, *kept])


async def _open(request: Request, session: AsyncSession, user: Principal, case_id: UUID) -> CaseFile:
    case = await reading.open_case(
        request, session, user, case_id, permission=Permission.DECIDE_REGISTRATION, what="registration"
    )
    if case.kind != CaseKind.REGISTRATION:
        raise NotFound
    return case


async def _render(
    request: Request, session: AsyncSession, user: Principal, case: CaseFile, form: Form, status: int = 200
) -> Response:
    page = await page_for(request, session)
    words = translator(page.locale)
    registration = await session.get_one(Registration, case.id, populate_existing=True)
    document = await session.get_one(Document, registration.document_id)
    context: dict[str, Any] = {
        "case": await views.case_head(
            session,
            case,
            words,
            operator=policy.can(user, Permission.OPERATE_PROCESSES, Target.of_case(case)),
        ),
        "registration": _shown(registration, words),
        "similar": await _similar(session, user, registration, words),
        "document": papers.beside(document),
        "deadline": await deadlines.view(session, case, TARGET, words),
        "checklist": [
            shapes.Option(name, words.gettext(text))
            for name, text in decisions.checklist_of(registration).items()
        ],
        "types": [
            shapes.Option(code, words.gettext(text))
            for code, text in labels.ACCOUNT_TYPES.items()
            if (code == "D") == (registration.kind == GOVERNMENT)
        ],
        "form": form,
        "decided": await _decided(session, case, registration, words),
        "story": url("case", case=case.id),
    }
    return answer("officer/registration_decision.html", page, status=status, **context)


def _shown(registration: Registration, words: Translator) -> dict[str, Any]:
    typed = registration.model_dump()
    region = views.region_name(registration.region_code)
    province = views.region_name(registration.region_code[:2])
    return typed | {
        "region": f"{region}, {province}" if region != province else region,
        "returned_for": registration.decision_reason if registration.submission > 1 else None,
        "institution": words.gettext(INSTITUTIONS[Institution(registration.institution)])
        if registration.institution
        else "",
        "letter_basis": words.gettext(BASES[LetterBasis(registration.letter_basis)])
        if registration.letter_basis
        else "",
    }


async def _decided(
    session: AsyncSession, case: CaseFile, registration: Registration, words: Translator
) -> dict[str, Any] | None:
    if case.status == RegistrationStatus.SUBMITTED or registration.decided_at is None:
        return None
    actor = registration.decided_by or ""
    who = await actors.labels(session, [actor], account_id=None, for_company=False, speak=words)
    at: datetime = registration.decided_at
    return {
        "verdict": case.status,
        "at": at,
        "by": who[actor],
        "reason": registration.decision_reason,
        "account": url("account", account=registration.account_id) if registration.account_id else "",
    }


async def _similar(
    session: AsyncSession, user: Principal, registration: Registration, words: Translator
) -> Sequence[dict[str, str]]:
    """Factories under the same NIB whose address is much alike: accounts, and registrations still open."""
    ids = [UUID(other) for other in registration.similar_to]
    accounts = select(Account).where(col(Account.id).in_(ids)).order_by(col(Account.number))
    others = select(Registration).where(col(Registration.case_id).in_(ids)).order_by(col(Registration.number))
    shown = [
        {
            "label": words.gettext(N_("Akun #{number}, {address}"), number=row.number, address=row.address),
            "href": url("account", account=row.id),
        }
        for row in (await session.execute(accounts)).scalars()
        if policy.can(user, Permission.READ_ACCOUNT, Target(row.id, row.region_code))
    ]
    shown += [
        {
            "label": words.gettext(
                N_("Pendaftaran #{number}, {address}"), number=row.number, address=row.address
            ),
            "href": url("registration_decision", case=row.case_id),
        }
        for row in (await session.execute(others)).scalars()
        if policy.can(user, Permission.DECIDE_REGISTRATION, Target(None, row.region_code))
    ]
    return shown
