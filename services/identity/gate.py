"""Coming in: password, second factor, session. Every refusal looks the same and takes as long.

Unlike other services these open transactions of their own: a count of tries must outlive the refusal, and
nothing is locked or held open while argon2 works.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.database import Sessions
from services.errors import TooManyRequests
from services.identity import (
    devices,
    directory,
    passwords,
    people,
    ratelimit,
    sessions,
    tokens,
    totp,
)
from services.identity.errors import LinkExpired, SignInRefused
from services.identity.principal import Principal
from services.identity.ratelimit import Try
from services.identity.security_events import Happened, happened
from services.models import OneTimeToken, Person
from services.waking import Waker, hand_over


@dataclass(frozen=True)
class Caller:
    """Where a try comes from. `device` and `session_token` are the cookies, if any."""

    address: str = ""
    user_agent: str = ""
    device: str | None = None
    session_token: str | None = None


class Outcome(StrEnum):
    SIGNED_IN = "signed_in"
    SECOND_FACTOR = "second_factor"
    """The password was right: `ticket` and a code go to `second_factor`."""
    ENROL = "enrol"
    """As before, but the app has first to be told `enrolment`."""
    PASSWORD_EXPIRED = "password_expired"  # noqa: S105 -- the name of an outcome
    """Right, but six months old: `ticket` goes to `set_password` with a new one."""


@dataclass(frozen=True)
class Entry:
    """How far somebody came. `session_token` and `device` become cookies; `recovery_codes` are shown once."""

    outcome: Outcome
    person_id: UUID
    session_token: str | None = None
    device: str | None = None
    ticket: str | None = None
    enrolment: totp.Enrolment | None = None
    recovery_codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gate:
    """`key` is the instance's secret; `second_factor_required` makes officials enrol before they come in.

    `waker` sends on at once what their transactions queue; None leaves it to the sweep.
    """

    sessions: Sessions
    key: str
    second_factor_required: bool
    waker: Waker | None = None

    async def sign_in(self, username: str, password: str, caller: Caller) -> Entry:
        """SignInRefused for anything wrong, known or unknown.

        TooManyRequests when a limit is full, before the password is looked at. Only failures use limits up.
        """
        name = username.strip().lower()
        device = devices.of(caller.device, name, self.key)
        counted = await self._count(_sign_in_tries(name, device, caller), caller)
        async with self.sessions() as session:
            person = await people.by_username(session, name)
        right = await passwords.verify(person.password_hash if person else None, password)
        async with self._refusing(Happened.SIGN_IN_REFUSED, caller) as session:
            if person is None or not right:
                raise SignInRefused
            # Locked, so that a password changed or an access ended meanwhile also ends what begins here.
            proven, person = person.password_hash, await people.lock(session, person.id)
            open_to_them, official = await directory.may_sign_in(session, person.id)
            if person.password_hash != proven or person.status != "active" or not open_to_them:
                raise SignInRefused
            await counted.give_back(session)
            return await self._after_password(session, person, official, caller)

    async def second_factor(self, ticket: str, code: str, caller: Caller) -> Entry:
        """The code for a `ticket` of `sign_in`: six digits, or a recovery code once enrolled."""
        async with self.sessions() as session:
            person_id = (await tokens.peek(session, ticket, tokens.Purpose.SECOND_FACTOR)).person_id
        counted = await self._count([Try(ratelimit.SECOND_FACTOR, str(person_id))], caller)
        async with self._refusing(Happened.SECOND_FACTOR_REFUSED, caller) as session:
            used = await tokens.use(session, ticket, tokens.Purpose.SECOND_FACTOR)
            person = await people.lock(session, whose(used))
            codes = await self._check_code(session, person, code, caller)
            await counted.give_back(session)
            return await self.admit(session, person, True, caller, recovery_codes=codes)

    async def enrolment(self, ticket: str) -> totp.Enrolment:
        """What to show on the page behind an ENROL outcome; LinkExpired when the ticket is old."""
        async with self.sessions.begin() as session:
            row = await tokens.peek(session, ticket, tokens.Purpose.SECOND_FACTOR)
            return await totp.begin(session, await people.get(session, whose(row)), self.key)

    async def sign_out(self, token: str, caller: Caller) -> None:
        """End the session of a token; nothing when it has already ended."""
        async with self.sessions.begin() as session:
            person_id = await sessions.end_token(session, token)
            if person_id is not None:
                await happened(
                    session, Happened.SIGNED_OUT, actor=actor_of(person_id), address=caller.address
                )

    async def prove(self, principal: Principal, password: str, caller: Caller) -> Person:
        """The person behind the principal, after their password; SignInRefused when it is wrong."""
        if principal.person_id is None:
            raise SignInRefused
        tried = [Try(ratelimit.REAUTHENTICATION, str(principal.person_id))]
        counted = await self._count(tried, caller)
        async with self.sessions() as session:
            person = await people.get(session, principal.person_id)
        right = await passwords.verify(person.password_hash, password)
        async with self._refusing(Happened.REAUTHENTICATION_REFUSED, caller, principal.actor) as session:
            if not right:
                raise SignInRefused
            await counted.give_back(session)
        return person

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A transaction after whose commit the mail it queued is nudged: people wait for these letters."""
        async with self.sessions() as session:
            async with session.begin():
                yield session
            if self.waker is not None:
                hand_over(session, self.waker)

    async def _after_password(
        self, session: AsyncSession, person: Person, official: bool, caller: Caller
    ) -> Entry:
        enrolled = person.totp_confirmed_at is not None
        if not enrolled and not (official and self.second_factor_required):
            return await self.admit(session, person, official, caller)
        ticket = await tokens.issue(session, tokens.Purpose.SECOND_FACTOR, person_id=person.id)
        if enrolled:
            return Entry(Outcome.SECOND_FACTOR, person.id, ticket=ticket.secret)
        enrolment = await totp.begin(session, person, self.key)
        return Entry(Outcome.ENROL, person.id, ticket=ticket.secret, enrolment=enrolment)

    async def _check_code(
        self, session: AsyncSession, person: Person, code: str, caller: Caller
    ) -> tuple[str, ...]:
        """The new recovery codes if this code ended an enrolment; SignInRefused for a wrong one."""
        actor = actor_of(person.id)
        if person.totp_confirmed_at is None:
            codes = await totp.confirm(session, person, code, self.key)
            if codes is None:
                raise SignInRefused
            await happened(session, Happened.SECOND_FACTOR_ENROLLED, actor=actor, address=caller.address)
            return tuple(codes)
        if await totp.check(session, person, code, self.key):
            return ()
        if not await totp.use_recovery_code(session, person.id, code):
            raise SignInRefused
        await happened(session, Happened.RECOVERY_CODE_USED, actor=actor, address=caller.address)
        return ()

    async def admit(
        self,
        session: AsyncSession,
        person: Person,
        official: bool,
        caller: Caller,
        recovery_codes: tuple[str, ...] = (),
    ) -> Entry:
        """Begin a session for somebody who has proved everything, unless their password is too old."""
        actor = actor_of(person.id)
        if person.status != "active":
            raise SignInRefused
        if passwords.expired(person.password_set_at, await _real_now(session)):
            ticket = await tokens.issue(session, tokens.Purpose.RESET, person_id=person.id)
            await happened(session, Happened.PASSWORD_EXPIRED, actor=actor, address=caller.address)
            return Entry(
                Outcome.PASSWORD_EXPIRED, person.id, ticket=ticket.secret, recovery_codes=recovery_codes
            )
        if caller.session_token:
            await sessions.end_token(session, caller.session_token)
        begun = await sessions.start(
            session, person.id, official=official, address=caller.address, user_agent=caller.user_agent
        )
        await happened(session, Happened.SIGNED_IN, actor=actor, address=caller.address)
        device = devices.issue(person.username, self.key)
        return Entry(Outcome.SIGNED_IN, person.id, begun.token, device=device, recovery_codes=recovery_codes)

    async def _count(self, tries: list[Try], caller: Caller) -> ratelimit.Counted:
        async with self.sessions.begin() as session:
            counted = await ratelimit.count(session, tries)
            if not counted.verdict.allowed:
                await happened(
                    session,
                    Happened.SIGN_IN_LIMITED,
                    actor="anonymous",
                    address=caller.address,
                    data={"full": counted.verdict.full},
                )
        if not counted.verdict.allowed:
            raise TooManyRequests(retry_after=counted.verdict.retry_after)
        return counted

    @asynccontextmanager
    async def _refusing(
        self, event: Happened, caller: Caller, actor: str = "anonymous"
    ) -> AsyncIterator[AsyncSession]:
        """A transaction whose refusal is recorded although all else in it is undone."""
        try:
            async with self.sessions.begin() as session:
                yield session
        except SignInRefused:
            async with self.sessions.begin() as session:
                await happened(session, event, actor=actor, address=caller.address)
            raise


def _sign_in_tries(name: str, device: str | None, caller: Caller) -> list[Try]:
    if device is not None:  # strangers who try this account's password must not lock its owner out
        return [Try(ratelimit.SIGN_IN_DEVICE, device)]
    return [
        Try(ratelimit.SIGN_IN_PAIR, f"{name}\n{caller.address}"),
        Try(ratelimit.SIGN_IN_ACCOUNT, name),
        Try(ratelimit.SIGN_IN_ADDRESS, caller.address),
        Try(ratelimit.SIGN_IN_EVERYONE, ""),
    ]


def whose(token: OneTimeToken) -> UUID:
    """The person a link was made for."""
    if token.person_id is None:
        raise LinkExpired
    return token.person_id


def actor_of(person_id: UUID) -> str:
    """How events name a person."""
    return f"person:{person_id}"


async def _real_now(session: AsyncSession) -> datetime:
    now: datetime = (await session.execute(select(func.now()))).scalar_one()
    return now
