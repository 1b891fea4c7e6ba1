"""What a company still has to fill in before any report."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.companies import checks
from services.companies.definition import DocumentGroup, ProfileRows, shipped
from services.companies.profile import CompanyProfile, PageView, get_profile
from services.companies.stored import rows_of
from services.errors import Conflict, FieldError
from services.i18n import N_
from services.models import Account, Document, Licence, LicenceEnd, LicenceType, UppValidation
from services.reference.kbli import Kbli
from services.reports.numbers import Notation

LICENCES: Final = "licences"
INCOMPLETE: Final = N_("Lengkapi Data Perusahaan terlebih dahulu. Yang belum lengkap: {missing}.")
_LICENCES_TITLE: Final = N_("Perizinan")
_DOCUMENT_MISSING: Final = N_("Belum diunggah: {document}")


@dataclass(frozen=True)
class Item:
    """One line of the list: a page of company data, or a document under Perizinan.

    section   a page's id, or LICENCES: where the link leads
    title     Indonesian gettext id
    message   what is missing (gettext id, filled with `params`); empty when done
    required  whether reports wait for it
    """

    section: str
    title: str
    required: bool
    done: bool
    message: str = ""
    params: dict[str, str] | None = None


async def overview(session: AsyncSession, account_id: UUID) -> list[Item]:
    """Every page in order and every expected document, done or not. NotFound without the account."""
    profile = await get_profile(session, account_id)
    documents = await _documents(session, account_id)
    items: list[Item] = []
    for view in profile.pages:
        if view.page.id == "contact_person":  # documents come before it in SIINas' order of filling
            items += [_document_item(group, profile.account, documents) for group in shipped().documents]
        items.append(_page_item(view, profile))
    return items


async def completeness(session: AsyncSession, account_id: UUID) -> list[Item]:
    """What holds up every report, in order; empty when the company data are complete."""
    return [item for item in await overview(session, account_id) if item.required and not item.done]


async def require_complete(session: AsyncSession, account_id: UUID) -> None:
    """Conflict that names every missing page, unless the company data are complete."""
    missing = await completeness(session, account_id)
    if missing:
        fields = [FieldError(f"profile.{item.section}", item.message, item.params or {}) for item in missing]
        raise Conflict(INCOMPLETE, fields=fields, missing=", ".join(item.title for item in missing))


def _page_item(view: PageView, profile: CompanyProfile) -> Item:
    page = view.page
    required = profile.account.type in page.required_for
    message = ""
    if isinstance(page, ProfileRows) and not view.values:
        message = page.empty if page.min_rows else ""
    elif checks.judge(page, view.values, _kbli(profile), Notation.PLAIN).errors:
        message = page.incomplete
    optional_and_empty = not required and not view.values
    return Item(page.id, page.title, required, not message, "" if optional_and_empty else message)


def _kbli(profile: CompanyProfile) -> tuple[Kbli, ...]:
    rows = rows_of(profile.values_of("business_fields"))
    return tuple(code for row in rows if (code := Kbli.parse(str(row["kbli"]))) is not None)


def _document_item(group: DocumentGroup, account: Account, uploaded: set[str]) -> Item:
    done = not uploaded.isdisjoint(group.any_of)
    message = "" if done else _DOCUMENT_MISSING
    return Item(
        LICENCES,
        _LICENCES_TITLE,
        account.type in group.required_for,
        done,
        message,
        {"document": group.label},
    )


async def _documents(session: AsyncSession, account_id: UUID) -> set[str]:
    """Kinds of documents uploaded and not found wanting. The NIB of the registration counts."""
    query = select(col(Licence.type)).where(
        col(Licence.account_id) == account_id,
        col(Licence.upp_validation) != UppValidation.INVALID,
        col(Licence.end_reason).is_distinct_from(LicenceEnd.EXPIRED),
    )
    found: set[str] = set((await session.execute(query)).scalars())
    registered = select(col(Document.id)).where(
        col(Document.account_id) == account_id, col(Document.kind) == "nib"
    )
    if (await session.execute(registered.limit(1))).first() is not None:
        found.add(LicenceType.NIB)
    return found
