"""Bearer tokens for programs: one role, one scope, revocable now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.database import UNHURRIED
from services.errors import InvalidInput, NotFound
from services.i18n import N_
from services.identity.principal import Grant, Principal
from services.identity.scopes import check_scope
from services.identity.secret import digest, new_secret
from services.identity.security_events import Happened, happened
from services.identity.sessions import TOUCH_EVERY
from services.models import Account, AccountStatus, ApiKey, Person, Role

LIFE = timedelta(days=365)
PREFIX = "tgt_"
"""Lets secret scanners recognise a key that was committed or pasted somewhere."""


@dataclass(frozen=True)
class NewKey:
    """A key just made: the only moment its token is known."""

    id: UUID
    token: str


async def create(
    session: AsyncSession,
    role: Role,
    *,
    created_by: str,
    region_prefix: str = "",
    kbli_divisions: tuple[str, ...] = (),
    account_id: UUID | None = None,
    person_id: UUID | None = None,
    label: str = "",
    expires_at: datetime | None = None,
) -> NewKey:
    """Make a key, by default for a year. InvalidInput without an account for a company, a region for a regional one.

    `person_id` answers for what the program does: the key is no second person beside them.
    """
    if (role is Role.COMPANY_USER) != (account_id is not None):
        raise InvalidInput(
            N_("Kunci perusahaan, dan hanya kunci perusahaan, menunjuk satu akun."), field="account"
        )
    if account_id and await session.get(Account, account_id) is None:
        raise NotFound(N_("Akun itu tidak ditemukan."))
    region, divisions = check_scope(role, region_prefix, kbli_divisions)
    token = PREFIX + new_secret()
    now = (await session.execute(select(func.now()))).scalar_one()
    key = ApiKey(
        token_hash=digest(token),
        label=label,
        role=role,
        region_prefix=region,
        kbli_divisions=list(divisions),
        account_id=account_id,
        person_id=person_id,
        created_by=created_by,
        created_at=now,
        expires_at=expires_at or now + LIFE,
    )
    session.add(key)
    await session.flush()
    await happened(
        session, Happened.API_KEY_CREATED, actor=created_by, data={"key": str(key.id), "role": role}
    )
    return NewKey(key.id, token)


async def authenticate(session: AsyncSession, token: str) -> Principal | None:
    """Who a bearer token stands for right now; None when it stands for nobody.

    Whoever made the key answers for the non-disclosure agreement of the program that holds it. The key of a person
    whose access has ended opens nothing.
    """
    row = (await session.execute(_LOOKUP, {"token_hash": digest(token)})).one_or_none()
    if row is None:
        return None
    if row.stale:
        touched = update(ApiKey).where(col(ApiKey.id) == row.id).values(last_used_at=func.now())
        await session.execute(touched.returning(UNHURRIED))
    return Principal(
        actor=f"key:{row.id}",
        key_id=row.id,
        roles=(Grant(Role(row.role), row.region_prefix, tuple(row.kbli_divisions)),),
        accounts=frozenset({row.account_id} if row.account_id else ()),
        nda=True,
        recent=True,
        name=row.label,
        at=row.at,
    )


async def revoke(session: AsyncSession, key_id: UUID, *, by: str) -> None:
    """End a key now. NotFound when there is none to end."""
    ending = update(ApiKey).where(col(ApiKey.id) == key_id, col(ApiKey.revoked_at).is_(None))
    if (
        await session.execute(ending.values(revoked_at=func.now()).returning(col(ApiKey.id)))
    ).first() is None:
        raise NotFound
    await happened(session, Happened.API_KEY_REVOKED, actor=by, data={"key": str(key_id)})


async def live(session: AsyncSession) -> list[ApiKey]:
    """Keys that open something, the newest first."""
    keys = select(ApiKey).where(*_alive()).order_by(col(ApiKey.created_at).desc())
    return list(await session.scalars(keys))


def _alive() -> tuple[Any, ...]:
    return (
        col(ApiKey.revoked_at).is_(None),
        or_(col(ApiKey.expires_at).is_(None), col(ApiKey.expires_at) > func.now()),
    )


def _lookup() -> Any:
    last_used = col(ApiKey.last_used_at)
    return (
        select(
            col(ApiKey.id),
            col(ApiKey.role),
            col(ApiKey.region_prefix),
            col(ApiKey.kbli_divisions),
            col(ApiKey.account_id),
            col(ApiKey.label),
            or_(last_used.is_(None), last_used < func.now() - TOUCH_EVERY).label("stale"),
            func.app_now(type_=DateTime(timezone=True)).label("at"),
        )
        .outerjoin(Account, col(Account.id) == col(ApiKey.account_id))
        .outerjoin(Person, col(Person.id) == col(ApiKey.person_id))
        .where(
            col(ApiKey.token_hash) == bindparam("token_hash"),
            or_(col(ApiKey.account_id).is_(None), col(Account.status) == AccountStatus.ACTIVE),
            or_(col(ApiKey.person_id).is_(None), col(Person.status) != "disabled"),
            *_alive(),
        )
    )


_LOOKUP = _lookup()  # built once: every request of a program begins with it
