"""Officials as administrators manage them: found, invited with a role, ended; nobody locks themselves out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.errors import Conflict, Forbidden, InvalidInput, NotFound
from services.i18n import N_
from services.identity import people, policy, recovery
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.identity.scopes import check_scope
from services.identity.usernames import normalise
from services.messages.recipients import is_address
from services.models import Membership, Person, Role, RoleGrant
from services.reference.identifiers import each

PAGE: Final = 100


@dataclass(frozen=True)
class Official:
    """A person of the ministry or a regional government, and the roles they hold."""

    person: Person
    grants: Sequence[RoleGrant]


async def find(session: AsyncSession, *, q: str = "", after: str = "", limit: int = PAGE) -> list[Official]:
    """Everybody who acts for no company, by username; `after` is the last one of the page before."""
    member = select(col(Membership.person_id)).where(col(Membership.person_id) == col(Person.id))
    query = select(Person).where(~member.exists(), col(Person.username) > after)
    if q.strip():
        within = (col(Person.username), col(Person.name), col(Person.email))
        query = query.where(or_(*(column.icontains(q.strip(), autoescape=True) for column in within)))
    found = list(await session.scalars(query.order_by(col(Person.username)).limit(limit)))
    held = select(RoleGrant).where(
        col(RoleGrant.person_id).in_([person.id for person in found]), col(RoleGrant.revoked_at).is_(None)
    )
    grants: dict[UUID, list[RoleGrant]] = {}
    for grant in await session.scalars(held.order_by(col(RoleGrant.granted_at))):
        grants.setdefault(grant.person_id, []).append(grant)
    return [Official(person, grants.get(person.id, [])) for person in found]


async def get(session: AsyncSession, person_id: UUID) -> Official:
    """One official; NotFound for somebody who acts for a company."""
    member = select(col(Membership.person_id)).where(col(Membership.person_id) == person_id).limit(1)
    if (await session.execute(member)).first() is not None:
        raise NotFound
    return Official(await people.get(session, person_id), await people.grants(session, person_id))


async def invite(
    session: AsyncSession,
    by: Principal,
    *,
    username: str,
    name: str,
    email: str,
    role: str,
    region: str,
    kbli_divisions: Sequence[str],
    now: datetime,
) -> Person:
    """A new official with a role; a link to choose a password goes to their address.

    InvalidInput names every field that cannot be accepted.
    """
    _, problems = each(
        {
            "username": lambda: normalise(username),
            "email": lambda: _address(email),
            "role": lambda: role_of(role),
            "region": lambda: (
                check_scope(role_of(role), region, kbli_divisions)[0] if role in list(Role) else ""
            ),
        }
    )
    if problems:
        raise InvalidInput(N_("Periksa kembali isian yang ditandai."), fields=problems)
    person = await people.create(session, username=username, name=name, email=email, created_by=by.actor)
    await grant(session, by, person.id, role=role, region=region, kbli_divisions=kbli_divisions)
    await recovery.mail_link_to_person(session, person.id, now=now)
    return person


async def grant(
    session: AsyncSession,
    by: Principal,
    person_id: UUID,
    *,
    role: str,
    region: str,
    kbli_divisions: Sequence[str],
) -> RoleGrant:
    """Give a role, as far as the giver's own authority reaches."""
    target = Target(region_code=region.strip() or None, individual=False)
    if not policy.can(by, Permission.MANAGE_PEOPLE, target):
        raise Forbidden
    await get(session, person_id)
    return await people.grant(
        session,
        person_id,
        role_of(role),
        granted_by=by.actor,
        region_prefix=region,
        kbli_divisions=kbli_divisions,
    )


async def revoke(session: AsyncSession, by: Principal, person_id: UUID, grant_id: UUID) -> None:
    """Take a role back. Nobody takes their own: the last administrator would be gone."""
    official = await get(session, person_id)
    if grant_id not in {held.id for held in official.grants}:
        raise NotFound
    _not_oneself(by, person_id)
    await people.revoke_grant(session, grant_id, by=by.actor)


async def disable(session: AsyncSession, by: Principal, person_id: UUID) -> None:
    """End an official's access now."""
    await get(session, person_id)
    _not_oneself(by, person_id)
    await people.disable(session, person_id, by=by.actor)


async def enable(session: AsyncSession, by: Principal, person_id: UUID) -> None:
    """Give access back."""
    await get(session, person_id)
    await people.enable(session, person_id, by=by.actor)


def role_of(typed: str) -> Role:
    """The role that was chosen; InvalidInput when it is none of an official's."""
    if typed not in list(Role) or typed == Role.COMPANY_USER:
        raise InvalidInput(N_("Pilih peran."), field="role")
    return Role(typed)


def _address(typed: str) -> str:
    if not is_address(typed.strip()):
        raise InvalidInput(N_("Alamat e-mail ini tidak dapat dikirimi surat."), field="email")
    return typed.strip()


def _not_oneself(by: Principal, person_id: UUID) -> None:
    if by.person_id == person_id:
        raise Conflict(N_("Hak Anda sendiri hanya dapat dicabut oleh administrator lain."))
