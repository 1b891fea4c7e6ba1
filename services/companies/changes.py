"""What officials changed of a company's data: the ground it stands on, kept for good; told where it is its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.companies.definition import ProfilePage
from services.errors import FieldError, NotFound
from services.i18n import N_, translator
from services.messages import dedupe, recipients
from services.messages.intents import intend
from services.models import Account, AccountChange, ChangedPart, Document, ScanState
from services.reference import identifiers
from services.registrations import official_letter
from services.reports.context import Values

SCAN: Final = "change_letter"
"""The scan of the letter among the kinds of documents."""


@dataclass(frozen=True)
class Letter:
    """The company's letter as it was typed, and its scan."""

    number: str = ""
    dated: str = ""
    scan: Document | None = None


@dataclass(frozen=True)
class CheckedLetter:
    """The same, normalised."""

    number: str
    dated: date
    scan: Document


@dataclass(frozen=True)
class Ground:
    """What a change stands on: the company's letter, a licence that shows it, or an officer's reason."""

    letter: CheckedLetter | None = None
    licence_id: UUID | None = None
    reason: str | None = None


def check(letter: Letter, *, on: date) -> tuple[CheckedLetter | None, list[FieldError]]:
    """The letter normalised, or everything that it lacks. `on` is today (WIB)."""
    read, problems = identifiers.each(
        {
            "letter_number": lambda: official_letter.numbered(letter.number),
            "letter_date": lambda: official_letter.dated(letter.dated, on=on).isoformat(),
        }
    )
    if letter.scan is None:
        return None, [*problems, FieldError("document", N_("Unggah pindaian suratnya."))]
    if problems:
        return None, problems
    return CheckedLetter(read["letter_number"], date.fromisoformat(read["letter_date"]), letter.scan), []


async def scan_of(session: AsyncSession, account_id: UUID, document_id: UUID) -> Document:
    """The scan that was taken in for a change of this company's data. NotFound otherwise."""
    scan = await session.get(Document, document_id)
    if scan is None or (scan.account_id, scan.kind) != (account_id, SCAN):
        raise NotFound
    if scan.scan_state == ScanState.REJECTED:
        raise NotFound
    return scan


async def by_letter(
    session: AsyncSession,
    account_id: UUID,
    page: ProfilePage,
    before: Values,
    after: Values,
    letter: CheckedLetter,
    *,
    actor: str,
    now: datetime,
) -> AccountChange:
    """Keep what a page said and what it says now, with the letter it was changed on; tell the company."""
    part, ground = ChangedPart(page.id), Ground(letter=letter)
    change = await keep(session, account_id, part, before, after, ground, actor=actor, now=now)
    await _tell(session, change, page)
    return change


async def keep(
    session: AsyncSession,
    account_id: UUID,
    part: ChangedPart,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    ground: Ground,
    *,
    actor: str,
    now: datetime,
) -> AccountChange:
    """A line of the history of a company's data."""
    letter = ground.letter
    change = AccountChange(
        account_id=account_id,
        part=part,
        before=dict(before),
        after=dict(after),
        letter_number=letter.number if letter else None,
        letter_date=letter.dated if letter else None,
        document_id=letter.scan.id if letter else None,
        licence_id=ground.licence_id,
        reason=ground.reason,
        made_by=actor,
        made_at=now,
    )
    session.add(change)
    await session.flush()
    return change


async def of_account(session: AsyncSession, account_id: UUID) -> Sequence[AccountChange]:
    """What was changed of a company's data, the newest first."""
    query = select(AccountChange).where(col(AccountChange.account_id) == account_id)
    return (await session.execute(query.order_by(col(AccountChange.id).desc()))).scalars().all()


async def _tell(session: AsyncSession, change: AccountChange, page: ProfilePage) -> None:
    account = await session.get_one(Account, change.account_id)
    await intend(
        session,
        template="company_data_changed",
        dedupe_key=dedupe.once_key("company_data_changed", change.id),
        recipient=await recipients.for_notices(session, account.id),
        context={
            "company": account.name,
            "section": page.id,
            "part": page.title,
            "part_en": translator("en").gettext(page.title),
            "letter_number": change.letter_number or "",
            "changed_at": change.made_at,
        },
        now=change.made_at,
        account_id=account.id,
    )
