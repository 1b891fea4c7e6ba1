"""The decision on a licence: its document beside its data, and what the UPP finds."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

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
from services.errors import DomainError, InvalidInput, NotFound
from services.i18n import N_, Translator, translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.licences import decisions
from services.licences import reading as licences
from services.licences.dates import EXPIRY, TARGET
from services.licences.decisions import Decision
from services.licences.determination import SCALES
from services.licences.kinds import LABELS, RISK_LABELS
from services.models import (
    Account,
    CaseFile,
    CaseKind,
    Document,
    Licence,
    LicenceScale,
    LicenceType,
    RiskLevel,
    StandardCertificateStatus,
    UppValidation,
)
from services.timeline import actors
from services.transitions import TRANSITIONS

router = routers.pages()
Officer = Annotated[Principal, require(Permission.REVIEW_LICENCE)]


@router.get(PATHS["licence_decision"])
async def show(request: Request, session: SessionDep, case: UUID, user: Officer) -> Response:
    """The document, its data, the two statuses; the reading is logged."""
    opened = await _open(request, session, user, case)
    return await _render(request, session, user, opened, Form())


@router.post(PATHS["licence_decision"])
async def decide(request: Request, session: SessionDep, now: Now, case: UUID, user: Officer) -> Response:
    """Valid or not, what is known of the standard certificate, and whom the licence places in charge."""
    typed = await forms.typed(request)
    licence = await _licence_id(session, case)

    async def command() -> Done:
        seen = await session.get_one(CaseFile, case, populate_existing=True)
        policy.authorise(user, Permission.REVIEW_LICENCE, Target.of_case(seen))
        decision = _decision(typed)
        locked = await decisions.decide(session, licence, decision, actor=user.actor, now=now)
        after = await cases.lock(session, case)
        forms.expect_version(after.version - 1, typed)
        valid = locked.upp_validation == UppValidation.VALID
        message = N_("Perizinan dinyatakan valid.") if valid else N_("Perizinan dinyatakan tidak valid.")
        return Done(to=url("queue", query={"meja": "licences"}), message=message)

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    opened = await _open(request, session, user, case)
    form = forms.again(request, typed, outcome, translator(locale_of(request)))
    return await _render(request, session, user, opened, form, status=outcome.status)


@router.post(PATHS["licence_certificate"])
async def record_certificate(
    request: Request, session: SessionDep, now: Now, case: UUID, user: Officer
) -> Response:
    """What became of the standard certificate after the decision: it moves the stage, not the validity."""
    typed = await forms.typed(request)
    licence = await _licence_id(session, case)

    async def command() -> Done:
        seen = await session.get_one(CaseFile, case, populate_existing=True)
        policy.authorise(user, Permission.REVIEW_LICENCE, Target.of_case(seen))
        chosen = forms.text(typed, "certificate")
        if chosen not in list(StandardCertificateStatus):
            raise InvalidInput(N_("Pilih salah satu."), field="certificate")
        await decisions.record_verification(
            session, licence, StandardCertificateStatus(chosen), evidence=forms.text(typed, "evidence"),
            actor=user.actor, now=now,
        )  # fmt: skip
        return Done(to=url("licence_decision", case=case), message=N_("Status Sertifikat Standar dicatat."))

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    opened = await _open(request, session, user, case)
    form = forms.again(request, typed, outcome, translator(locale_of(request)))
    return await _render(request, session, user, opened, form, status=outcome.status)


def _decision(typed: dict[str, Any]) -> Decision:
    verdict = forms.text(typed, "verdict")
    if verdict not in ("valid", "invalid"):
        raise InvalidInput(N_("Pilih salah satu keputusan."))
    certificate, scale = forms.text(typed, "ss_verification"), forms.text(typed, "scale")
    return Decision(
        valid=verdict == "valid",
        note=forms.text(typed, "note"),
        ss_verification=StandardCertificateStatus(certificate)
        if certificate in list(StandardCertificateStatus)
        else None,
        scale=LicenceScale(scale) if scale in list(LicenceScale) else None,
        cross_region=forms.text(typed, "cross_region") == "yes" if scale else None,
    )


async def _licence_id(session: AsyncSession, case_id: UUID) -> UUID:
    return (await licences.of_case(session, case_id)).id


async def _open(request: Request, session: AsyncSession, user: Principal, case_id: UUID) -> CaseFile:
    case = await reading.open_case(
        request, session, user, case_id, permission=Permission.REVIEW_LICENCE, what="licence"
    )
    if case.kind != CaseKind.LICENCE_REVIEW:
        raise NotFound
    return case


async def _render(
    request: Request, session: AsyncSession, user: Principal, case: CaseFile, form: Form, status: int = 200
) -> Response:
    page = await page_for(request, session)
    words = translator(page.locale)
    licence = await licences.of_case(session, case.id)
    account = await session.get_one(Account, licence.account_id, populate_existing=True)
    document = await session.get(Document, licence.document_id) if licence.document_id else None
    if document is None:
        raise NotFound
    name = TARGET if licence.upp_validation == UppValidation.PENDING else EXPIRY
    context: dict[str, Any] = {
        "case": await views.case_head(
            session,
            case,
            words,
            operator=policy.can(user, Permission.OPERATE_PROCESSES, Target.of_case(case)),
        ),
        "licence": _shown(licence, words),
        "account": {
            "name": account.name,
            "nib": account.nib,
            "href": url("account", account=account.id),
            "scale": account.licence_scale or "",
            "cross_region": account.cross_region,
        },
        "document": papers.beside(document),
        "deadline": await deadlines.view(session, case, name, words),
        "ss_options": [
            shapes.Option(code, words.gettext(label.text))
            for code, label in labels.STATUSES["standard-certificate"].items()
        ],
        "scales": [shapes.Option(code, words.gettext(text)) for code, text in SCALES.items()],
        "form": form,
        "decided": await _decided(session, case, licence, words),
        "decidable": bool(TRANSITIONS[CaseKind.LICENCE_REVIEW][case.status] & {"valid", "invalid"}),
        "story": url("case", case=case.id),
    }
    return answer("officer/licence_decision.html", page, status=status, **context)


def _shown(licence: Licence, words: Translator) -> dict[str, Any]:
    risk = RISK_LABELS[RiskLevel(licence.risk_level)] if licence.risk_level else ""
    return {
        "type": words.gettext(LABELS[LicenceType(licence.type)]),
        "number": licence.number,
        "document_date": licence.document_date,
        "expires_on": licence.expires_on,
        "kbli": licence.kbli,
        "risk_level": words.gettext(risk),
        "uploaded_at": licence.uploaded_at,
        "ss": licence.ss_verification,
        "upp": licences.status(licence).value,
        "note": licence.note or "",
    }


async def _decided(
    session: AsyncSession, case: CaseFile, licence: Licence, words: Translator
) -> dict[str, Any] | None:
    if licence.verified_at is None:
        return None
    actor = licence.verified_by or ""
    who = await actors.labels(session, [actor], account_id=case.account_id, for_company=False, speak=words)
    return {
        "verdict": licence.upp_validation,
        "at": licence.verified_at,
        "by": who[actor],
        "reason": licence.note,
    }
