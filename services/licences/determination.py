"""What decides whose matter a company is: the scale that it is licensed for, and whether it works across regions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.companies import changes
from services.companies.changes import Ground
from services.companies.profile import lock_account
from services.errors import Conflict, InvalidInput
from services.i18n import N_
from services.models import Account, ChangedPart, Licence, LicenceScale
from services.warnings import authorities

MAX_REASON: Final = 2000
SCALES: Final = {
    LicenceScale.SMALL: N_("Kecil"),
    LicenceScale.MEDIUM: N_("Menengah"),
    LicenceScale.LARGE: N_("Besar"),
}


@dataclass(frozen=True)
class Determination:
    """What an officer found. Without a scale it is not known, and officers say whose matter a warning is."""

    scale: LicenceScale | None
    cross_region: bool = False


async def correct(
    session: AsyncSession,
    account_id: UUID,
    found: Determination,
    *,
    reason: str,
    actor: str,
    now: datetime,
) -> Account:
    """An officer corrects what was determined, with the reason. The open proposals of warnings follow.

    InvalidInput without a reason, Conflict when nothing would change and for a void account.
    """
    account = await lock_account(session, account_id)
    if not reason.strip():
        raise InvalidInput(N_("Tuliskan alasan perubahan ini."), field="reason")
    if len(reason) > MAX_REASON:
        raise InvalidInput(N_("Paling banyak {longest} karakter."), field="reason", longest=MAX_REASON)
    if found == of_account(account):
        raise Conflict(N_("Isian ini sama dengan yang tersimpan; tidak ada yang berubah."))
    await _take_over(session, account, found, Ground(reason=reason.strip()), actor=actor, now=now)
    return account


async def shown_by(
    session: AsyncSession,
    account: Account,
    licence: Licence,
    scale: LicenceScale | None,
    cross_region: bool | None,
    *,
    actor: str,
    now: datetime,
) -> None:
    """A licence shows it, as far as it does: None leaves what was known. The account is locked."""
    known = of_account(account)
    found = Determination(
        known.scale if scale is None else scale,
        known.cross_region if cross_region is None else cross_region,
    )
    if found != known:
        await _take_over(session, account, found, Ground(licence_id=licence.id), actor=actor, now=now)


def of_account(account: Account) -> Determination:
    """What is determined of a company now."""
    scale = LicenceScale(account.licence_scale) if account.licence_scale else None
    return Determination(scale, account.cross_region)


async def _take_over(
    session: AsyncSession,
    account: Account,
    found: Determination,
    ground: Ground,
    *,
    actor: str,
    now: datetime,
) -> None:
    before = _facts(account)
    account.licence_scale, account.cross_region = found.scale, found.cross_region
    part = ChangedPart.SUPERVISION
    await changes.keep(session, account.id, part, before, _facts(account), ground, actor=actor, now=now)
    await authorities.follow(session, account.id, now=now, actor=actor)


def _facts(account: Account) -> dict[str, str | bool | None]:
    scale = LicenceScale(account.licence_scale).value if account.licence_scale else None
    return {"licence_scale": scale, "cross_region": account.cross_region}
