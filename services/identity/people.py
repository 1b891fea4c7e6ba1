"""People: made, invited, given roles and accounts, disabled. Nobody here learns or chooses a password."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.errors import Conflict, InvalidInput, NotFound
from services.i18n import N_
from services.identity import sessions, tokens, totp
from services.identity.scopes import check_scope
from services.identity.security_events import Happened, happened
from services.identity.usernames import normalise
from services.models import Membership, Person, Role, RoleGrant, new_id

SYSTEM: Final = "system"


async def create(
    session: AsyncSession,
    *,
    username: str,
    name: str,
    email: str,
    locale: str = "id",
    created_by: str = SYSTEM,
) -> Person:
    """A person who cannot sign in yet. Conflict when the username is taken, InvalidInput when it is none."""
    person = Person(
        id=new_id(),
        username=normalise(username),
        name=name.strip(),
        email=email.strip(),
        locale=locale,
        created_at=await _real_now(session),
    )
    values = {column: getattr(person, column) for column in Person.model_fields}
    made = await session.execute(
        insert(Person).values(values).on_conflict_do_nothing().returning(col(Person.id))
    )
    if made.first() is None:
        raise Conflict(
            N_("Nama pengguna {username} sudah dipakai."), field="username", username=person.username
        )
    await happened(session, Happened.PERSON_CREATED, actor=created_by, data={"person": str(person.id)})
    return await get(session, person.id)


async def invite(
    session: AsyncSession,
    *,
    username: str,
    name: str,
    email: str,
    account_id: UUID | None = None,
    locale: str = "id",
    created_by: str = SYSTEM,
) -> Person:
    """As `create`, and a member of the account if one is named. Mail them `tokens.issue(…, ACTIVATION)`."""
    person = await create(
        session, username=username, name=name, email=email, locale=locale, created_by=created_by
    )
    if account_id is not None:
        await add_member(session, person.id, account_id, by=created_by)
    return person


async def get(session: AsyncSession, person_id: UUID) -> Person:
    """The person as the row stands now, or NotFound."""
    person = await session.get(Person, person_id, populate_existing=True)
    if person is None:
        raise NotFound
    return person


async def lock(session: AsyncSession, person_id: UUID) -> Person:
    """As `get`, and nobody changes the row before this transaction ends."""
    person = await session.get(Person, person_id, populate_existing=True, with_for_update=True)
    if person is None:
        raise NotFound
    return person


async def by_username(session: AsyncSession, username: str) -> Person | None:
    """The person of a username as typed, or None."""
    found = select(Person).where(col(Person.username) == username.strip().lower())
    return (await session.execute(found)).scalar_one_or_none()


async def set_password_hash(session: AsyncSession, person_id: UUID, password_hash: str) -> None:
    """Store a new password: an invited person becomes active, all sessions and password links end."""
    await session.execute(
        update(Person)
        .where(col(Person.id) == person_id)
        .values(
            password_hash=password_hash,
            password_set_at=func.now(),
            status=func.replace(col(Person.status), "invited", "active"),
        )
    )
    await tokens.withdraw(session, *tokens.SETS_PASSWORD, person_id=person_id)
    await sessions.end_all(session, person_id)
    await happened(session, Happened.PASSWORD_SET, actor=f"person:{person_id}")


async def disable(session: AsyncSession, person_id: UUID, *, by: str) -> None:
    """End a person's access now: sessions, links and the right to sign in."""
    await get(session, person_id)
    await _set_status(session, person_id, "disabled")
    await sessions.end_all(session, person_id)
    await tokens.withdraw(session, *tokens.SETS_PASSWORD, person_id=person_id)
    await tokens.withdraw(session, tokens.Purpose.SECOND_FACTOR, person_id=person_id)
    await happened(session, Happened.PERSON_DISABLED, actor=by, data={"person": str(person_id)})


async def enable(session: AsyncSession, person_id: UUID, *, by: str) -> None:
    """Give access back; who never had a password is invited again."""
    person = await get(session, person_id)
    if person.status != "disabled":
        raise Conflict(N_("Orang ini tidak sedang dinonaktifkan."))
    await _set_status(session, person_id, "active" if person.password_hash else "invited")
    await happened(session, Happened.PERSON_ENABLED, actor=by, data={"person": str(person_id)})


async def grant(
    session: AsyncSession,
    person_id: UUID,
    role: Role,
    *,
    granted_by: str,
    region_prefix: str = "",
    kbli_divisions: Iterable[str] = (),
) -> RoleGrant:
    """Give an official a role, once. Their sessions end: rights change with a new sign-in."""
    if role is Role.COMPANY_USER:
        raise InvalidInput(
            N_("Pengguna perusahaan ditambahkan pada akunnya, bukan diberi peran."), field="role"
        )
    region, divisions = check_scope(role, region_prefix, kbli_divisions)
    await get(session, person_id)
    same = select(RoleGrant).where(
        col(RoleGrant.person_id) == person_id,
        col(RoleGrant.role) == role,
        col(RoleGrant.region_prefix) == region,
        col(RoleGrant.kbli_divisions) == list(divisions),
        col(RoleGrant.revoked_at).is_(None),
    )
    if (held := (await session.execute(same)).scalars().first()) is not None:
        return held
    row = RoleGrant(
        person_id=person_id,
        role=role,
        region_prefix=region,
        kbli_divisions=list(divisions),
        granted_by=granted_by,
        granted_at=await _real_now(session),
    )
    session.add(row)
    await session.flush()
    await sessions.end_all(session, person_id)
    data = {"person": str(person_id), "role": role, "region": region, "divisions": divisions}
    await happened(session, Happened.ROLE_GRANTED, actor=granted_by, data=data)
    return row


async def revoke_grant(session: AsyncSession, grant_id: UUID, *, by: str) -> None:
    """Take a role back; the person's sessions end. NotFound when there is none to take."""
    taking = update(RoleGrant).where(col(RoleGrant.id) == grant_id, col(RoleGrant.revoked_at).is_(None))
    taken = await session.execute(
        taking.values(revoked_at=func.now()).returning(col(RoleGrant.person_id), col(RoleGrant.role))
    )
    row = taken.one_or_none()
    if row is None:
        raise NotFound
    await sessions.end_all(session, row.person_id)
    await happened(
        session, Happened.ROLE_REVOKED, actor=by, data={"person": str(row.person_id), "role": row.role}
    )


async def grants(session: AsyncSession, person_id: UUID) -> list[RoleGrant]:
    """The roles a person holds."""
    held = select(RoleGrant).where(col(RoleGrant.person_id) == person_id, col(RoleGrant.revoked_at).is_(None))
    return list(await session.scalars(held.order_by(col(RoleGrant.granted_at))))


async def add_member(session: AsyncSession, person_id: UUID, account_id: UUID, *, by: str) -> None:
    """Let a person act for an account; adding twice is once."""
    joining = insert(Membership).values(
        person_id=person_id, account_id=account_id, added_at=func.now(), removed_at=None
    )
    again = joining.on_conflict_do_update(
        index_elements=["person_id", "account_id"], set_={"removed_at": None, "added_at": func.now()}
    )
    await session.execute(again)
    data = {"person": str(person_id), "account": str(account_id)}
    await happened(session, Happened.MEMBER_ADDED, actor=by, data=data)


async def remove_member(session: AsyncSession, person_id: UUID, account_id: UUID, *, by: str) -> None:
    """End a person's acting for an account, and their sessions. NotFound when they did not."""
    leaving = update(Membership).where(
        col(Membership.person_id) == person_id,
        col(Membership.account_id) == account_id,
        col(Membership.removed_at).is_(None),
    )
    left = await session.execute(leaving.values(removed_at=func.now()).returning(col(Membership.person_id)))
    if left.first() is None:
        raise NotFound
    await sessions.end_all(session, person_id)
    data = {"person": str(person_id), "account": str(account_id)}
    await happened(session, Happened.MEMBER_REMOVED, actor=by, data=data)


async def end_access_to(session: AsyncSession, account_id: UUID) -> None:
    """An account became void: its people's sessions end. What they may see follows from its status."""
    members = select(col(Membership.person_id)).where(
        col(Membership.account_id) == account_id, col(Membership.removed_at).is_(None)
    )
    for person_id in await session.scalars(members):
        await sessions.end_all(session, person_id)
        await tokens.withdraw(session, *tokens.SETS_PASSWORD, person_id=person_id)


async def remove_second_factor(session: AsyncSession, person_id: UUID, *, by: str) -> None:
    """For somebody who lost both device and recovery codes; they enrol anew at the next sign-in."""
    await totp.remove(session, person_id)
    await sessions.end_all(session, person_id)
    await happened(session, Happened.SECOND_FACTOR_REMOVED, actor=by, data={"person": str(person_id)})


async def holding(session: AsyncSession, role: Role, *, region: str | None = None) -> list[Person]:
    """Active people with the role whose region covers `region`; None asks for all of them."""
    prefix = col(RoleGrant.region_prefix)
    statement = (
        select(Person)
        .distinct()
        .join(RoleGrant, col(RoleGrant.person_id) == col(Person.id))
        .where(
            col(RoleGrant.role) == role,
            col(RoleGrant.revoked_at).is_(None),
            col(Person.status) == "active",
        )
        .order_by(col(Person.id))
    )
    if region is not None:
        covering = [region[:2], region[:5], region]
        statement = statement.where(or_(prefix == "", prefix.in_(covering)))
    return list(await session.scalars(statement))


async def _set_status(session: AsyncSession, person_id: UUID, status: str) -> None:
    await session.execute(update(Person).where(col(Person.id) == person_id).values(status=status))


async def _real_now(session: AsyncSession) -> datetime:
    now: datetime = (await session.execute(select(func.now()))).scalar_one()
    return now
