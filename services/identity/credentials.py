"""Passwords set, changed, forgotten and asked for again. As at the gate, transactions are opened here."""

import asyncio
import time
from dataclasses import dataclass
from typing import Final

from services.clock import app_now
from services.errors import InvalidInput
from services.i18n import N_
from services.identity import directory, passwords, people, ratelimit, recovery, sessions, tokens
from services.identity.errors import LinkExpired, SignInRefused
from services.identity.gate import Caller, Entry, Gate, actor_of, whose
from services.identity.principal import Principal
from services.identity.ratelimit import Try
from services.identity.security_events import Happened, happened
from services.models import Person

# Longer than finding the account and queueing the mail takes, so that the wait does not tell them apart.
RESET_ANSWER_SECONDS: Final = 0.25


@dataclass(frozen=True)
class Credentials:
    """What people do about their own passwords."""

    gate: Gate

    async def request_reset(self, username: str, nib: str, caller: Caller) -> None:
        """Mail a link to the address on the NIB if username and NIB belong together. Silent either way."""
        name = username.strip().lower()
        ends = time.monotonic() + RESET_ANSWER_SECONDS
        tries = [
            Try(ratelimit.RESET_ACCOUNT, name),
            Try(ratelimit.RESET_ADDRESS, caller.address),
            Try(ratelimit.RESET_EVERYONE, ""),
        ]
        await ratelimit.hit(self.gate.sessions, *tries)
        async with self.gate.transaction() as session:
            now = await app_now(session)
            sent = await recovery.mail_link_to_nib_address(session, name, nib, now=now)
            await happened(
                session,
                Happened.RESET_REQUESTED,
                actor=actor_of(sent) if sent else "anonymous",
                address=caller.address,
            )
        await asyncio.sleep(max(0.0, ends - time.monotonic()))

    async def password_context(self, ticket: str) -> passwords.Context:
        """Who a link to set a password is for, so that the page can tick the rules. LinkExpired otherwise."""
        async with self.gate.sessions() as session:
            row = await tokens.peek(session, ticket, *tokens.SETS_PASSWORD)
            return await recovery.context_of(session, await people.get(session, whose(row)))

    async def set_password(self, ticket: str, password: str, caller: Caller) -> str:
        """Set the password behind an activation, reset or expiry link; the username to sign in with.

        InvalidInput names the broken rules and leaves the link usable.
        """
        await ratelimit.hit(self.gate.sessions, Try(ratelimit.LINK_ADDRESS, caller.address))
        context = await self.password_context(ticket)
        passwords.check(password, context)
        hashed = await passwords.hash_password(password)
        async with self.gate.sessions() as session:
            row = await tokens.peek(session, ticket, *tokens.SETS_PASSWORD)
            before = await people.get(session, whose(row))
        await _must_differ(before, password, "password")
        async with self.gate.transaction() as session:
            await tokens.use(session, ticket, *tokens.SETS_PASSWORD)
            person = await people.lock(session, before.id)
            if person.status == "disabled":
                raise LinkExpired
            await recovery.replace_password(session, person, hashed, now=await app_now(session))
            return person.username

    async def change_password(self, principal: Principal, current: str, new: str, caller: Caller) -> Entry:
        """Change one's own password: all sessions end, and this browser gets a new one."""
        person = await self.gate.prove(principal, current, caller)
        async with self.gate.sessions() as session:
            context = await recovery.context_of(session, person)
        passwords.check(new, context, field_name="new_password")
        await _must_differ(person, new, "new_password")
        hashed = await passwords.hash_password(new)
        async with self.gate.transaction() as session:
            await recovery.replace_password(session, person, hashed, now=await app_now(session))
            _, official = await directory.may_sign_in(session, person.id)
            return await self.gate.admit(session, await people.get(session, person.id), official, caller)

    async def reauthenticate(self, principal: Principal, password: str, caller: Caller) -> str:
        """Prove once more who is there: the session's new token, for a while good for bulk decisions."""
        await self.gate.prove(principal, password, caller)
        if principal.session_id is None:
            raise SignInRefused
        async with self.gate.sessions.begin() as session:
            await happened(session, Happened.REAUTHENTICATED, actor=principal.actor, address=caller.address)
            return await sessions.rotate(session, principal.session_id)


async def _must_differ(person: Person, password: str, field: str) -> None:
    if await passwords.verify(person.password_hash, password):
        raise InvalidInput(N_("Kata sandi baru harus berbeda dari yang lama."), field=field)
