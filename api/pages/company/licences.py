"""Perizinan: the licences of a company with what the UPP found, and the form for a new one."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Arrival, PartsDep, SessionDep, locale_of
from api.pages import forms, keeping, shapes
from api.pages.acting import ActingAccount
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from services.companies import profile, stored
from services.documents import records
from services.documents.uploads import Accepted
from services.errors import DomainError, FieldError, InvalidInput, NotFound
from services.i18n import N_, Translator, translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.licences import dates, form, reading, replacing, submission
from services.licences.form import CHECK_FIELDS, CheckedLicence, LicenceForm
from services.licences.kinds import LABELS, RISK_LABELS
from services.models import Licence, LicenceEnd, LicenceType, UppValidation
from services.reference import kbli
from services.reference.kbli import Kbli

router = routers.pages()
Uploader = Annotated[Principal, require(Permission.UPLOAD_DOCUMENT)]
_DOCUMENT = "document"
_REPLACES = "replaces_id"


@router.get(PATHS["licences"])
async def listed(
    request: Request,
    session: SessionDep,
    account_id: ActingAccount,
    user: Uploader,
    ganti: UUID | None = None,
) -> Response:
    """Every licence ever uploaded, the newest first, and an empty form, or one that begins with what it replaces."""
    await _allowed(session, user, account_id)
    begun = _beginning(await replacing.replaceable(session, account_id, ganti)) if ganti else {}
    return await _render(request, session, account_id, Form(begun))


@router.post(PATHS["licences"], max_body_size=keeping.MAX_FORM_BODY)
async def upload(
    request: Request,
    parts: PartsDep,
    session: SessionDep,
    now: Arrival,
    account_id: ActingAccount,
    user: Uploader,
) -> Response:
    """Take in a licence for review by the UPP."""
    typed = await forms.typed(request)
    async with parts.sessions() as early:  # no transaction stands open while the file is looked at
        await _allowed(early, user, account_id)
        own = profile.kbli_of(await stored.read_all(early, account_id))
    accepted, problems = await keeping.tried(request, typed, _DOCUMENT)
    checked = _check(typed, own, accepted, problems, now)

    async def command() -> Done:
        if isinstance(checked, InvalidInput) or accepted is None:
            raise checked if isinstance(checked, InvalidInput) else InvalidInput(CHECK_FIELDS)
        await _allowed(session, user, account_id)
        row = await records.add(
            session, accepted, kind="licence", uploaded_by=user.actor, now=now, account_id=account_id
        )
        await submission.upload(
            session, account_id, checked, row, actor=user.actor, now=now, replaces_id=_replaces(typed)
        )
        return Done(to=url("licences"), message=N_("Perizinan diunggah. UPP memeriksanya."))

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    again = Form.refused(typed, outcome, translator(locale_of(request)))
    return await _render(request, session, account_id, again, accepted, outcome.status)


def _check(
    typed: dict[str, Any],
    own: tuple[Kbli, ...],
    accepted: Accepted | None,
    problems: list[FieldError],
    now: datetime,
) -> CheckedLicence | InvalidInput:
    """The form and its file judged together, so that everything wrong is said at once."""
    if accepted is None and not problems:
        problems = [FieldError(_DOCUMENT, N_("Pilih berkasnya."))]
    names = ("type", "number", "document_date", "expires_on")
    kind, number, written, expires = (forms.text(typed, name) for name in names)
    codes = tuple(forms.texts(typed, "kbli"))
    licence = LicenceForm(kind, number, written, expires, codes, forms.text(typed, "risk_level"))
    try:
        checked = form.check(licence, own, on=dates.today(now))
    except InvalidInput as refused:
        return InvalidInput(CHECK_FIELDS, fields=[*refused.fields, *problems])
    return InvalidInput(CHECK_FIELDS, fields=problems) if problems else checked


def _beginning(earlier: Licence) -> dict[str, Any]:
    """What a newer document has in common with the one it replaces; its number and dates are its own."""
    return {
        _REPLACES: str(earlier.id),
        "type": earlier.type,
        "kbli": earlier.kbli,
        "risk_level": earlier.risk_level or "",
    }


def _replaces(typed: dict[str, Any]) -> UUID | None:
    """The licence that the form was opened to replace. NotFound for what is no licence's id."""
    given = forms.text(typed, _REPLACES)
    try:
        return UUID(given) if given else None
    except ValueError:
        raise NotFound from None


async def _allowed(session: AsyncSession, user: Principal, account_id: UUID) -> None:
    policy.authorise(user, Permission.UPLOAD_DOCUMENT, await policy.account_target(session, account_id))


async def _render(
    request: Request,
    session: AsyncSession,
    account_id: UUID,
    form_: Form,
    accepted: Accepted | None = None,
    status: int = 200,
) -> Response:
    page = await page_for(request, session, account_id=account_id)
    words = translator(page.locale)
    own = profile.kbli_of(await stored.read_all(session, account_id))
    found = await reading.of_account(session, account_id)
    superseded = {licence.replaces_id for licence in found if licence.upp_validation == UppValidation.PENDING}
    rows = [_row(licence, words, replaceable=licence.id not in superseded) for licence in found]
    return answer(
        "company/licences.html",
        page,
        status=status,
        licences=rows,
        form=form_,
        types=[shapes.Option(code, words.gettext(label)) for code, label in LABELS.items()],
        kblis=[shapes.Option(code.code, f"{code.code} {kbli.title(code)}") for code in own],
        risks=[shapes.Option(code, words.gettext(label)) for code, label in RISK_LABELS.items()],
        document_token=forms.text(form_.values, keeping.TOKEN),
        kept=keeping.shown(accepted),
        replaced=next((row for row in rows if str(row["id"]) == forms.text(form_.values, _REPLACES)), None),
    )


def _row(licence: Licence, words: Translator, *, replaceable: bool) -> dict[str, Any]:
    replaceable = replaceable and licence.end_reason != LicenceEnd.REPLACED
    return {
        "id": licence.id,
        "type": words.gettext(LABELS[LicenceType(licence.type)]),
        "kbli": licence.kbli,
        "number": licence.number,
        "document_date": licence.document_date,
        "expires_on": licence.expires_on,
        "uploaded_at": licence.uploaded_at,
        "verified_at": licence.verified_at,
        "upp": reading.status(licence),
        "ss": licence.ss_verification,
        "note": licence.note or "",
        "document": url("document", document=licence.document_id) if licence.document_id else "",
        "case_id": licence.case_id,
        "replace": url("licences", query={"ganti": licence.id}) + "#isian" if replaceable else "",
    }
