"""Tahap Operasi: whether a factory or estate operates commercially and expands, and since when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.errors import FieldError
from services.i18n import N_
from services.models import Account, ProfileSection
from services.reports.classification import Stage
from services.reports.context import Values

PAGE: Final = "operation"
_DATES: Final = ("operating_since", "expanding_since")


@dataclass(frozen=True)
class Operation:
    """What decides the stage of reports. A date is None as long as the company did not tell it."""

    operating: bool
    expanding: bool
    operating_since: date | None = None
    expanding_since: date | None = None

    def asked(self, stage: str, stages: Collection[str], ended: date) -> bool:
        """Whether a stage, one of those owed today, was owed for a period that ended on this day already."""
        since = self.operating_since
        if stage == Stage.CONSTRUCTION:  # beside operation it is owed for the expansion alone
            since = self.expanding_since if len(stages) > 1 else None
        return since is None or since <= ended


async def of_account(session: AsyncSession, account: Account) -> Operation:
    """As the account stands; the dates as the page was saved, if it was."""
    row = await session.get(ProfileSection, (account.id, PAGE), populate_existing=True)
    told = row.data if row else {}
    dates = {name: date.fromisoformat(told[name]) for name in _DATES if told.get(name)}
    return Operation(account.operating_commercially, account.expanding, **dates)


def not_yet(answers: Values, today: date) -> list[FieldError]:
    """What lies ahead of today (of WIB) has not begun."""
    ahead = (name for name in _DATES if str(answers.get(name) or "") > today.isoformat())
    return [FieldError(name, N_("Tanggal ini belum terjadi.")) for name in ahead]


async def follow(session: AsyncSession, account_id: UUID, answers: Values) -> None:
    """The account, which is locked, follows its page: periods are opened by it."""
    account = await session.get_one(Account, account_id)
    account.operating_commercially = answers["operating"] is True
    account.expanding = answers["expanding"] is True
