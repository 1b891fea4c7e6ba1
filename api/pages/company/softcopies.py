"""The scan behind a row of company data, such as a certificate's: taken in with the row, shown beside it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from fastapi import Request
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession

from api.deps import parts_of
from api.pages import keeping, shapes
from api.pages.company.rows import Change
from api.pages.urls import url
from services.companies.definition import ProfilePage, ProfileRows
from services.documents import records
from services.documents.uploads import Accepted
from services.errors import FieldError, InvalidInput
from services.i18n import N_, Translator
from services.models import Document
from services.registrations.form import CHECK_FIELDS

FIELD: Final = "document"
_KIND: Final = "certificate"
_LABEL: Final = N_("Softcopy")


def asked(page: ProfilePage | None) -> bool:
    """Whether the rows of this page may have a scan behind them."""
    return isinstance(page, ProfileRows) and FIELD in page.by_id


async def tried(
    request: Request,
    typed: dict[str, Any],
    page: ProfilePage | None,
    allowed: Callable[[AsyncSession], Awaitable[None]],
) -> tuple[Accepted | None, list[FieldError]]:
    """The file sent with the row, if any, and what is wrong with it; `allowed` is asked before it is looked at."""
    if not asked(page):
        return None, []
    async with parts_of(
        request
    ).sessions() as early:  # no transaction stands open while the file is looked at
        await allowed(early)
    return await keeping.tried(request, typed, FIELD)


async def put_behind(
    session: AsyncSession,
    change: Change,
    accepted: Accepted | None,
    problems: list[FieldError],
    *,
    account_id: UUID,
    actor: str,
    now: datetime,
) -> None:
    """Enter the file and let the changed row point to it. InvalidInput, at the row, for a file that may not be kept."""
    if change.place is None:
        return
    if problems:
        at = f"rows.{change.place}.{FIELD}"
        raise InvalidInput(CHECK_FIELDS, fields=[FieldError(at, e.message, e.params) for e in problems])
    if accepted is not None:
        entered = await records.add(
            session, accepted, kind=_KIND, uploaded_by=actor, now=now, account_id=account_id
        )
        change.rows[change.place][FIELD] = str(entered.id)


async def field(
    session: AsyncSession, row: Mapping[str, Any], accepted: Accepted | None, words: Translator
) -> shapes.Field:
    """The file's own field, with the one that is there already."""
    stored = keeping.shown(accepted)
    kept = await session.get(Document, UUID(row[FIELD])) if row.get(FIELD) and stored is None else None
    if kept is not None:
        stored = shapes.StoredFile(kept.filename, kept.size, url("document", document=kept.id))
    return shapes.Field(FIELD, "file", words.gettext(_LABEL), required=False, stored=stored)


def column(words: Translator) -> shapes.Column:
    """Where the overview leads to the scans."""
    return shapes.Column(words.gettext(_LABEL))


def cell(row: Mapping[str, Any], words: Translator) -> str | Markup:
    """The way to a row's scan."""
    if not row.get(FIELD):
        return "–"
    address = url("document", document=row[FIELD])
    return Markup('<a href="{}">{}</a>').format(address, words.gettext(N_("Unduh")))
