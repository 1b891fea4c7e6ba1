"""Links to set a password, and what happens when one is set. Never mailed, never chosen for anyone."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.errors import Conflict
from services.i18n import N_
from services.identity import people, tokens
from services.identity.passwords import Context
from services.messages import dedupe, recipients
from services.messages.intents import intend
from services.messages.recipients import Recipient
from services.models import Account, AccountStatus, Membership, Person, new_id


async def mail_link_to_nib_address(
    session: AsyncSession, username: str, nib: str, *, now: datetime
) -> UUID | None:
    """Mail a reset link if the NIB is that of an account the person acts for; the person, or None."""
    found = await session.execute(
        select(Person, Account)
        .join(Membership, col(Membership.person_id) == col(Person.id))
        .join(Account, col(Account.id) == col(Membership.account_id))
        .where(
            col(Person.username) == username,
            col(Person.status) != "disabled",
            col(Membership.removed_at).is_(None),
            col(Account.status) == AccountStatus.ACTIVE,
            col(Account.nib) == "".join(character for character in nib if character.isdigit()),
        )
        .limit(1)
    )
    row = found.one_or_none()
    if row is None:
        return None
    person, account = row
    recipient = recipients.for_credentials(account, person.id)
    await _mail(session, person, recipient, tokens.Purpose.RESET, now=now, account_id=account.id)
    return person.id


async def mail_link_to_person(session: AsyncSession, person_id: UUID, *, now: datetime) -> None:
    """For officials, triggered by an administrator: an invitation, or a reset once there is a password."""
    person = await people.get(session, person_id)
    if person.status == "disabled":
        raise Conflict(N_("Orang ini sedang dinonaktifkan."))
    purpose = tokens.Purpose.RESET if person.password_hash else tokens.Purpose.ACTIVATION
    await _mail(session, person, recipients.for_person(person), purpose, now=now)


async def replace_password(
    session: AsyncSession, person: Person, password_hash: str, *, now: datetime
) -> None:
    """Store the new password, end everything the old one opened, and tell the person."""
    first = person.password_hash is None
    await people.set_password_hash(session, person.id, password_hash)
    if first:
        return
    account = await _account_of(session, person.id)
    recipient = recipients.for_credentials(account, person.id) if account else recipients.for_person(person)
    await intend(
        session,
        template="password_changed",
        dedupe_key=dedupe.once_key("password_changed", new_id()),
        recipient=recipient,
        context={"username": person.username, "changed_at": now},
        now=now,
    )


async def context_of(session: AsyncSession, person: Person) -> Context:
    """What may not stand in this person's password."""
    account = await _account_of(session, person.id)
    names = (person.name, account.name) if account else (person.name,)
    return Context(person.username, person.email, names)


async def _mail(
    session: AsyncSession,
    person: Person,
    recipient: Recipient,
    purpose: tokens.Purpose,
    *,
    now: datetime,
    account_id: UUID | None = None,
) -> None:
    link = await tokens.issue(session, purpose, person_id=person.id)
    template = "password_reset" if purpose is tokens.Purpose.RESET else "person_invited"
    await intend(
        session,
        template=template,
        dedupe_key=dedupe.once_key(template, link.id),
        recipient=recipient,
        context={"username": person.username, "token": link.secret, "expires_at": link.expires_at},
        now=now,
        account_id=account_id,
    )


async def _account_of(session: AsyncSession, person_id: UUID) -> Account | None:
    member = (
        select(Account)
        .join(Membership, col(Membership.account_id) == col(Account.id))
        .where(col(Membership.person_id) == person_id, col(Membership.removed_at).is_(None))
        .order_by(col(Membership.added_at))
        .limit(1)
    )
    return (await session.execute(member)).scalar_one_or_none()
