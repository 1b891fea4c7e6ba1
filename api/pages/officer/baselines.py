"""An officer lowers what a report is compared with, on the page of its case."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response

from api import routers
from api.deps import Now, SessionDep, locale_of
from api.pages import forms
from api.pages.forms import Done
from api.pages.officer import case as case_page
from api.pages.officer import reading
from api.pages.officer.baseline_view import MARK
from api.pages.urls import PATHS, url
from api.permissions import require
from services import cases
from services.errors import DomainError, InvalidInput
from services.i18n import N_, translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.reports import baseline
from services.reports.numbers import Notation

router = routers.pages()


@router.post(PATHS["case_baseline"])
async def lower(
    request: Request,
    session: SessionDep,
    now: Now,
    case: UUID,
    user: Annotated[Principal, require(Permission.LOWER_BASELINE)],
) -> Response:
    """Accept that an investment fell. What is wrong stands at its field, with everything as it was typed."""
    typed = await forms.typed(request)

    async def command() -> Done:
        seen = await cases.lock(session, case)
        policy.authorise(user, Permission.LOWER_BASELINE, Target.of_case(seen))
        field, value, reason = (forms.text(typed, MARK + name) for name in ("field", "value", "reason"))
        try:
            await baseline.lower(
                session, case, field=field, value=value, reason=reason, actor=user.actor, now=now,
                notation=Notation.INDONESIAN,
            )  # fmt: skip
        except InvalidInput as refused:
            marked = [replace(error, field=MARK + error.field) for error in refused.fields]
            raise InvalidInput(refused.message, fields=marked) from None
        return Done(to=url("case", case=case), message=N_("Nilai pembanding diturunkan."))

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    form = forms.again(request, typed, outcome, translator(locale_of(request)))
    opened = await reading.open_case(request, session, user, case, permission=Permission.LOWER_BASELINE)
    return await case_page.render(
        request, session, user, opened, now=now, status=outcome.status, baseline_form=form
    )
