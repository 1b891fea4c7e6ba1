"""Signed-in browsers: a random token in a cookie, everything else a row that can be ended now. Real time."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, bindparam, exists, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.database import UNHURRIED
from services.identity import nda
from services.identity.principal import Grant, Principal
from services.identity.secret import digest, new_secret
from services.models import (
    Account,
    AccountStatus,
    Membership,
    NdaAcceptance,
    Person,
    Role,
    RoleGrant,
    WebSession,
    new_id,
)

ABSOLUTE = timedelta(hours=12)
OFFICIAL_IDLE = timedelta(minutes=30)
COMPANY_IDLE = timedelta(hours=2)
RECENT = timedelta(minutes=15)
TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class NewSession:
    """A session just begun: the only moment its token is known."""

    id: UUID
    token: str


@dataclass(frozen=True)
class SignedIn:
    """What a valid token stands for."""

    principal: Principal
    csrf_token: str


async def start(
    session: AsyncSession, person_id: UUID, *, official: bool, address: str = "", user_agent: str = ""
) -> NewSession:
    """Begin a session with a token of its own; whatever the browser held before stays worthless to others."""
    token = new_secret()
    idle = OFFICIAL_IDLE if official else COMPANY_IDLE
    now = await _real_now(session)
    row = WebSession(
        id=new_id(),
        token_hash=digest(token),
        person_id=person_id,
        csrf_secret=new_secret(),
        created_at=now,
        last_seen_at=now,
        expires_at=now + ABSOLUTE,
        reauthenticated_at=now,
        idle_seconds=int(idle.total_seconds()),
        address=address,
        user_agent=user_agent[:300],
    )
    session.add(row)
    await session.flush()
    return NewSession(row.id, token)


async def authenticate(session: AsyncSession, token: str) -> SignedIn | None:
    """Who a token stands for right now, with the rights of right now; None when it stands for nobody.

    Notes the visit at most once a minute, so reading pages seldom writes.
    """
    row = (await session.execute(_LOOKUP, {"token_hash": digest(token)})).one_or_none()
    if row is None:
        return None
    if row.stale:
        touched = update(WebSession).where(col(WebSession.id) == row.id).values(last_seen_at=func.now())
        await session.execute(touched.returning(UNHURRIED))
    principal = Principal(
        actor=f"person:{row.person_id}",
        person_id=row.person_id,
        session_id=row.id,
        roles=_roles(row.grants, row.accounts),
        accounts=frozenset(UUID(account) for account in row.accounts),
        nda=row.nda,
        recent=row.recent,
        locale=row.locale,
        name=row.name,
        at=row.at,
    )
    return SignedIn(principal, row.csrf_secret)


async def rotate(session: AsyncSession, session_id: UUID) -> str:
    """Give a session a new token and a new CSRF secret; the old ones are worthless from the commit on."""
    token = new_secret()
    values = {"token_hash": digest(token), "csrf_secret": new_secret(), "reauthenticated_at": func.now()}
    await session.execute(update(WebSession).where(col(WebSession.id) == session_id).values(values))
    return token


async def end(session: AsyncSession, session_id: UUID, *, person_id: UUID) -> bool:
    """End one of a person's own sessions. False when there is none to end."""
    ended = await session.execute(
        _ending().where(col(WebSession.id) == session_id, col(WebSession.person_id) == person_id)
    )
    return ended.first() is not None


async def end_token(session: AsyncSession, token: str) -> UUID | None:
    """End the session of a token, whoever it belonged to; its person, or None when it had ended."""
    ended = await session.execute(_ending().where(col(WebSession.token_hash) == digest(token)))
    return ended.scalar_one_or_none()


async def end_all(session: AsyncSession, person_id: UUID, *, but: UUID | None = None) -> int:
    """End all sessions of a person, except `but`; how many that were."""
    statement = _ending().where(col(WebSession.person_id) == person_id)
    if but is not None:
        statement = statement.where(col(WebSession.id) != but)
    return len((await session.execute(statement)).all())


async def own(session: AsyncSession, person_id: UUID) -> list[WebSession]:
    """A person's live sessions, the last used first."""
    live = select(WebSession).where(col(WebSession.person_id) == person_id, *_alive())
    return list(await session.scalars(live.order_by(col(WebSession.last_seen_at).desc())))


def _ending() -> Any:
    return (
        update(WebSession)
        .where(col(WebSession.revoked_at).is_(None))
        .values(revoked_at=func.now())
        .returning(col(WebSession.person_id))
        .execution_options(synchronize_session=False)
    )


def _alive() -> tuple[ColumnElement[bool], ...]:
    idle = func.make_interval(0, 0, 0, 0, 0, 0, col(WebSession.idle_seconds))
    return (
        col(WebSession.revoked_at).is_(None),
        col(WebSession.expires_at) > func.now(),
        col(WebSession.last_seen_at) + idle > func.now(),
    )


def _lookup() -> Any:
    return (
        select(
            col(WebSession.id),
            col(WebSession.csrf_secret),
            (col(WebSession.last_seen_at) < func.now() - TOUCH_EVERY).label("stale"),
            (col(WebSession.reauthenticated_at) > func.now() - RECENT).label("recent"),
            func.app_now(type_=DateTime(timezone=True)).label("at"),
            col(Person.id).label("person_id"),
            func.coalesce(func.nullif(col(Person.name), ""), col(Person.username)).label("name"),
            col(Person.locale),
            _grants().label("grants"),
            _accounts().label("accounts"),
            _nda().label("nda"),
        )
        .join(Person, col(Person.id) == col(WebSession.person_id))
        .where(
            col(WebSession.token_hash) == bindparam("token_hash"), col(Person.status) == "active", *_alive()
        )
    )


def _grants() -> Any:
    line = func.jsonb_build_array(
        col(RoleGrant.role), col(RoleGrant.region_prefix), func.to_jsonb(col(RoleGrant.kbli_divisions))
    )
    lines = func.jsonb_agg(aggregate_order_by(line, col(RoleGrant.granted_at)), type_=JSONB)
    return (
        select(func.coalesce(lines, func.jsonb_build_array(), type_=JSONB))
        .where(col(RoleGrant.person_id) == col(Person.id), col(RoleGrant.revoked_at).is_(None))
        .correlate(Person)
        .scalar_subquery()
    )


def _accounts() -> Any:
    return (
        select(
            func.coalesce(func.jsonb_agg(col(Account.id), type_=JSONB), func.jsonb_build_array(), type_=JSONB)
        )
        .join(Membership, col(Membership.account_id) == col(Account.id))
        .where(
            col(Membership.person_id) == col(Person.id),
            col(Membership.removed_at).is_(None),
            col(Account.status) == AccountStatus.ACTIVE,
        )
        .correlate(Person)
        .scalar_subquery()
    )


def _nda() -> Any:
    return exists().where(
        col(NdaAcceptance.person_id) == col(Person.id), col(NdaAcceptance.version) == nda.VERSION
    )


def _roles(grants: list[list[Any]], accounts: list[str]) -> tuple[Grant, ...]:
    held = tuple(Grant(Role(role), region, tuple(divisions)) for role, region, divisions in grants)
    return (*held, Grant(Role.COMPANY_USER)) if accounts else held


async def _real_now(session: AsyncSession) -> Any:
    return (await session.execute(select(func.now()))).scalar_one()


_LOOKUP = _lookup()  # built once: every page that somebody opens begins with it
