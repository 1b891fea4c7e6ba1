"""What the registration form and its correction share: the fields, the regions to choose from, the checks."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from uuid import UUID

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from api.pages import forms, keeping
from services.documents.uploads import Accepted
from services.errors import DomainError, FieldError, InvalidInput, NotFound
from services.models import CaseFile, CaseKind, Registration
from services.registrations import form
from services.registrations.form import CHECK_FIELDS, CheckedForm, RegistrationForm

DOCUMENT: Final = "nib_document"
"""The file's field, as the page names it; services call it `document`."""


@dataclass(frozen=True)
class Typed:
    """A registration form after everything that can be judged without the database: checked, or refused."""

    checked: CheckedForm | None
    document: Accepted | None
    refused: InvalidInput | None


async def read(request: Request, typed: dict[str, Any], *, needs_document: bool) -> Typed:
    """Judge all fields and the file together, so that everything wrong is said at once."""
    document, problems = await keeping.tried(request, typed, DOCUMENT)
    wanting = needs_document and document is None and not problems
    try:
        checked = form.check(of(typed), has_document=not wanting)
    except InvalidInput as refused:
        return Typed(None, document, keeping.together(problems, at_the_page(refused), CHECK_FIELDS))
    return Typed(checked, document, keeping.together(problems, None, CHECK_FIELDS))


def of(typed: dict[str, Any]) -> RegistrationForm:
    """What was typed, as the service takes it."""
    fields = ("company_name", "nib", "npwp", "email", "region_code", "address")
    return RegistrationForm(*(forms.text(typed, name) for name in fields))


def at_the_page(refused: DomainError) -> DomainError:
    """The same refusal with the file's field under the page's name."""
    fields = [
        FieldError(DOCUMENT, error.message, error.params) if error.field == "document" else error
        for error in refused.fields
    ]
    return InvalidInput(refused.message, fields=fields, **refused.params)


@cache
async def find(session: AsyncSession, registration_id: UUID) -> tuple[CaseFile, Registration]:
    """A registration by the unguessable id that only its company was given; NotFound."""
    case = await session.get(CaseFile, registration_id, populate_existing=True)
    registration = await session.get(Registration, registration_id, populate_existing=True)
    if case is None or registration is None or case.kind != CaseKind.REGISTRATION:
        raise NotFound
    return case, registration


def masked(email: str) -> str:
    """ "k•••@rotan.example": enough to recognise one's own address."""
    name, at, domain = email.partition("@")
    return f"{name[:1]}•••{at}{domain}"
