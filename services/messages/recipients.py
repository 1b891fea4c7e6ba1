"""Who is told: notices go to the contact person, credentials to the address on the NIB and nowhere else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.errors import NotFound
from services.models import Account, Person

# Strict on purpose: one address, ASCII, no quoting, no control characters. What SMTP could carry beyond that
# is far more often an attack or a slip than a mailbox.
_ADDRESS: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{1,63}"
)
CONTACT: Final = "contact_person"
_NOTICE_ADDRESS: Final = re.compile(r"[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+")
# As SQL, over account `a` and its contact person's section `k`.
NOTICE_ADDRESS_SQL: Final = r"""
    CASE WHEN k.data ->> 'email' ~ '^[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+$'
         THEN k.data ->> 'email' ELSE a.email END"""

_FOR_NOTICES: Final = text(
    f"""
    SELECT {NOTICE_ADDRESS_SQL} AS address, a.zone, k.data ->> 'name' AS name FROM account a
    LEFT JOIN profile_section k ON k.account_id = a.id AND k.section = '{CONTACT}'
    WHERE a.id = :account_id
    """  # noqa: S608 -- our own constants
)


@dataclass(frozen=True)
class Recipient:
    """One mailbox and how its reader lives: language and time zone."""

    address: str
    person_id: UUID | None = None
    locale: str = "id"
    zone: str = "Asia/Jakarta"
    name: str | None = None


def is_address(address: str) -> bool:
    """Whether this is one plain mailbox that may stand in an envelope and a header."""
    return len(address) <= 254 and _ADDRESS.fullmatch(address) is not None


async def for_notices(session: AsyncSession, account_id: UUID) -> Recipient:
    """The contact person of Data Perusahaan, or the account's own address. NotFound without the account."""
    row = (await session.execute(_FOR_NOTICES, {"account_id": account_id})).one_or_none()
    if row is None:
        raise NotFound
    return Recipient(row.address, zone=row.zone, name=row.name)


def contact_person(account: Account, contact: Mapping[str, Any]) -> Recipient:
    """As `for_notices`, where the account and its page of the contact person were read already."""
    given = str(contact.get("email", ""))
    address = given if _NOTICE_ADDRESS.fullmatch(given) else account.email
    return Recipient(address, zone=account.zone, name=contact.get("name"))


def for_credentials(account: Account, person_id: UUID | None = None) -> Recipient:
    """The address on the NIB, the only one that may receive a link to set a password."""
    return Recipient(account.email, person_id=person_id, zone=account.zone)


def for_person(person: Person, zone: str = "Asia/Jakarta") -> Recipient:
    """An official at their own address."""
    return Recipient(person.email, person_id=person.id, locale=person.locale, zone=zone, name=person.name)
