"""What the registration form and its correction share: the fields, the regions to choose from, the checks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from api.pages import forms, keeping, places, shapes
from services.documents.uploads import Accepted
from services.errors import DomainError, FieldError, InvalidInput, NotFound
from services.i18n import Translator
from services.licences.dates import today
from services.models import CaseFile, CaseKind, Registration
from services.registrations import form
from services.registrations.form import CHECK_FIELDS, CheckedForm, RegistrationForm
from services.registrations.official_letter import BASES, GOVERNMENT, INSTITUTIONS

DOCUMENT: Final = "nib_document"
LETTER: Final = "letter"
"""The file's field, as the page of a company or an institution names it; services call it `document`."""


OF_COMPANIES: Final = ("company_name", "nib", "npwp", "email", "region_code", "address")
OF_INSTITUTIONS: Final = (
    "company_name", "email", "region_code", "address",
    "institution", "letter_basis", "letter_number", "letter_date",
)  # fmt: skip


@dataclass(frozen=True)
class Typed:
    """A registration form after everything that can be judged without the database: checked, or refused."""

    checked: CheckedForm | None
    document: Accepted | None
    refused: InvalidInput | None


async def read(
    request: Request, typed: dict[str, Any], *, needs_document: bool, now: datetime, kind: str = "company"
) -> Typed:
    """Judge all fields and the file together, so that everything wrong is said at once."""
    name = LETTER if kind == GOVERNMENT else DOCUMENT
    document, problems = await keeping.tried(request, typed, name)
    wanting = needs_document and document is None and not problems
    try:
        checked = form.check(of(typed, kind), on=today(now), has_document=not wanting)
    except InvalidInput as refused:
        return Typed(None, document, keeping.together(problems, at_the_page(refused, name), CHECK_FIELDS))
    return Typed(checked, document, keeping.together(problems, None, CHECK_FIELDS))


def fields_of(kind: str) -> Sequence[str]:
    """What is typed for a company, or for an institution."""
    return OF_INSTITUTIONS if kind == GOVERNMENT else OF_COMPANIES


def of(typed: dict[str, Any], kind: str = "company") -> RegistrationForm:
    """What was typed, as the service takes it. What the page does not ask for stays empty."""
    given = dict.fromkeys(OF_COMPANIES, "") | {name: forms.text(typed, name) for name in fields_of(kind)}
    return RegistrationForm(**given, kind=kind)


def institution_choices(words: Translator) -> dict[str, Sequence[shapes.Option]]:
    """What `_components/institution.html` offers."""
    return {
        "institutions": [shapes.Option(each, words.gettext(text)) for each, text in INSTITUTIONS.items()],
        "bases": [shapes.Option(each, words.gettext(text)) for each, text in BASES.items()],
        "regions": places.with_provinces(words),
    }


def at_the_page(refused: DomainError, name: str) -> DomainError:
    """The same refusal with the file's field under the page's name."""
    fields = [
        FieldError(name, error.message, error.params) if error.field == "document" else error
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
