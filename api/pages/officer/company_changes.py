"""An officer changes a company's head office on its letter, or whose matter it is, on the page of its account."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response

from api import routers
from api.bodies import form_of
from api.csrf import FIELD
from api.deps import Arrival, Now, PartsDep, SessionDep, locale_of
from api.pages import forms, keeping
from api.pages.forms import Done
from api.pages.officer import accounts
from api.pages.officer.company_data import HEAD_OFFICE, MARK
from api.pages.urls import PATHS, url
from api.permissions import require
from services.companies import changes, profile
from services.companies.changes import Letter
from services.companies.definition import shipped
from services.documents import records
from services.errors import DomainError, FieldError, InvalidInput
from services.i18n import N_, translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.licences import determination
from services.licences.determination import Determination
from services.models import LicenceScale
from services.reports import typed as typed_pairs

router = routers.pages()
Officer = Annotated[Principal, require(Permission.CHANGE_COMPANY_DATA)]
_OWN = frozenset({FIELD, forms.KEY, "version", "letter_number", "letter_date", "document", keeping.TOKEN})


@router.post(PATHS["account_head_office"], max_body_size=keeping.MAX_FORM_BODY)
async def change(
    request: Request,
    session: SessionDep,
    parts: PartsDep,
    now: Arrival,
    account: UUID,
    user: Officer,
) -> Response:
    """Change the head office. What is wrong stands at its field; what was typed and the scan are kept."""
    typed = await forms.typed(request)
    async with parts.sessions() as early:  # no transaction stands open while the file is looked at
        target = await policy.account_target(early, account)
        policy.authorise(user, Permission.CHANGE_COMPANY_DATA, target)
    accepted, problems = await keeping.tried(request, typed, "document")
    raw = await _raw(request)

    async def command() -> Done:
        policy.authorise(user, Permission.CHANGE_COMPANY_DATA, await policy.account_target(session, account))
        scan = await records.add_if(
            session, accepted, kind=changes.SCAN, uploaded_by=user.actor, now=now, account_id=account
        )
        letter = Letter(forms.text(typed, "letter_number"), forms.text(typed, "letter_date"), scan)
        seen = forms.number(typed, "version")
        await profile.change_by_letter(
            session, account, HEAD_OFFICE, raw, letter, expected_version=-1 if seen is None else seen,
            actor=user.actor, now=now,
        )  # fmt: skip
        message = N_("Alamat kantor pusat diubah; perusahaan diberi tahu.")
        return Done(to=url("account", account=account) + "#kantor-pusat", message=message)

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    outcome.fields = _of_the_file(problems, outcome.fields)
    form = forms.again(request, typed, outcome, translator(locale_of(request)))
    return await accounts.render(
        request, session, user, account, head_office=form, kept=keeping.shown(accepted), status=outcome.status
    )


@router.post(PATHS["account_determination"])
async def determine(
    request: Request, session: SessionDep, now: Now, account: UUID, user: Officer
) -> Response:
    """Correct the scale and the reach of the company, with a reason. What is wrong stands at its field."""
    typed = await forms.typed(request)

    async def command() -> Done:
        policy.authorise(user, Permission.CHANGE_COMPANY_DATA, await policy.account_target(session, account))
        scale, crossing, reason = (
            forms.text(typed, MARK + name) for name in ("scale", "cross_region", "reason")
        )
        if scale and scale not in tuple(LicenceScale):
            raise InvalidInput(N_("Pilih salah satu."), field=f"{MARK}scale")
        found = Determination(LicenceScale(scale) if scale else None, crossing == "yes")
        try:
            await determination.correct(session, account, found, reason=reason, actor=user.actor, now=now)
        except InvalidInput as refused:
            marked = [replace(error, field=MARK + error.field) for error in refused.fields]
            raise InvalidInput(refused.message, fields=marked) from None
        message = N_("Skala dan wilayah usaha ditetapkan.")
        return Done(to=url("account", account=account) + "#kewenangan", message=message)

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    form = forms.again(request, typed, outcome, translator(locale_of(request)))
    return await accounts.render(request, session, user, account, determination=form, status=outcome.status)


def _of_the_file(problems: list[FieldError], fields: list[FieldError]) -> list[FieldError]:
    """A file that was refused is not asked for as if none had come."""
    return [*problems, *(error for error in fields if not problems or error.field != "document")]


async def _raw(request: Request) -> dict[str, Any]:
    form = await form_of(request)
    pairs = [(name, text) for name, text in form.multi_items() if isinstance(text, str)]
    return typed_pairs.from_pairs(shipped().by_id[HEAD_OFFICE], pairs, own=_OWN)
