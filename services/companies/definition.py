"""The pages of company data as `policies/company_profile.yaml` describes them, in the language of report forms."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import Field, model_validator

from services.models import AccountType, LicenceType
from services.reports import definition
from services.reports.conditions import Frozen
from services.reports.definition import FieldsSection, Questionnaire, RowsSection
from services.reports.fields import (
    ChoiceField,
    DecimalField,
    HsField,
    Identifier,
    KbliField,
    RupiahField,
    TextField,
    UnitField,
    YesNoField,
)

PATH = Path(__file__).resolve().parents[2] / "policies" / "company_profile.yaml"

Format = Literal["phone", "email", "postcode", "date", "region", "kbli", "id"]


class FormattedText(TextField):
    """Text of a known shape, stored in one spelling: see `formats`."""

    format: Format | None = None


ProfileField = Annotated[
    FormattedText | RupiahField | DecimalField | YesNoField | ChoiceField | UnitField | HsField | KbliField,
    Field(discriminator="type"),
]


class ProfileFields(FieldsSection):
    """A page of fields. `entered_once` is said when a company tries to change what may be entered once."""

    fields: tuple[ProfileField, ...] = Field(min_length=1)
    required_for: tuple[AccountType, ...] = ()
    entered_once: str | None = None


class ProfileRows(RowsSection):
    """A table."""

    fields: tuple[ProfileField, ...] = Field(min_length=1)
    required_for: tuple[AccountType, ...] = ()

    @property
    def entered_once(self) -> None:
        """Tables are always open to change."""
        return


ProfilePage = ProfileFields | ProfileRows


class DocumentGroup(Frozen):
    """A document that is expected under Perizinan, in one of several kinds."""

    id: Identifier
    label: str
    any_of: tuple[LicenceType, ...] = Field(min_length=1)
    required_for: tuple[AccountType, ...] = ()


class CompanyData(Questionnaire):
    """All pages in the order in which they are filled, and the documents that go with them."""

    sections: tuple[Annotated[ProfilePage, Field(discriminator="kind")], ...] = Field(min_length=1)
    documents: tuple[DocumentGroup, ...]

    @model_validator(mode="after")
    def _known_by_name(self) -> Self:
        """Other parts read these pages by name: mail the contact person, reports the rest."""
        wanted = {"general", "head_office", "factory", "business_fields", "capacities", "certificates"}
        missing = (wanted | {"operation", "contact_person"}) - self.by_id.keys()
        if missing:
            raise ValueError(f"company data lack the pages {sorted(missing)}")
        return self

    def page(self, section_id: str) -> ProfilePage | None:
        """The page of that id; None when there is none."""
        return next((section for section in self.sections if section.id == section_id), None)


@cache
def shipped() -> CompanyData:
    """The pages this release ships, read once."""
    document = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    return CompanyData.model_validate(definition.with_shared_options(document))


def texts() -> Iterator[str]:
    """Every text of the pages that a person reads, for translation."""
    pages = shipped()
    yield from definition.texts(pages)
    yield from (page.entered_once for page in pages.sections if page.entered_once)
    yield from (group.label for group in pages.documents)
