"""In whatever order things happen: nothing is authorised after its end, and rights are those of now."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from services.database import Sessions, make_engine, make_sessions
from services.errors import TooManyRequests
from services.identity import passwords, people, sessions
from services.identity.errors import SignInRefused
from services.identity.gate import Caller, Gate
from services.models import Role, WebSession
from tests.engine import Database
from tests.services.identity import factories

ROLES = (Role.UPP_OFFICER, Role.VERIFIER, Role.AUDITOR)
STEP = timedelta(minutes=10)


@dataclass
class Token:
    token: str
    id: UUID
    idle: timedelta
    alive: bool = True
    unseen: timedelta = timedelta(0)
    lived: timedelta = timedelta(0)


@dataclass
class Someone:
    """What must be true of one person."""

    id: UUID
    username: str
    active: bool = True
    roles: dict[Role, UUID] = field(default_factory=dict)
    member: bool = True
    tokens: list[Token] = field(default_factory=list)

    def end_all(self, but: Token | None = None) -> None:
        for token in self.tokens:
            token.alive = token.alive and token is but

    @property
    def expected_roles(self) -> set[str]:
        return {role.value for role in self.roles} | ({"company_user"} if self.member else set())


@dataclass
class Bench:
    """The real thing under the machine: one event loop, one database, one hash of the one password."""

    run: asyncio.Runner
    factory: Sessions
    password_hash: str
    account: UUID


@pytest.fixture
def bench(database: Database) -> Iterator[Bench]:
    with asyncio.Runner() as runner:
        engine = make_engine(database.app_url)
        factory = make_sessions(engine)

        async def prepare() -> UUID:
            async with factory.begin() as session:
                return (await factories.account(session)).id

        hashed = runner.run(passwords.hash_password(factories.PASSWORD))
        yield Bench(runner, factory, hashed, runner.run(prepare()))
        runner.run(engine.dispose())


class Access(RuleBasedStateMachine):
    """What ends access is tried while there is some: otherwise most steps would end nothing."""

    bench: Bench

    def __init__(self) -> None:
        super().__init__()
        self.caller = Caller(address=str(uuid4()))
        self.gate = Gate(self.bench.factory, key="k" * 40, second_factor_required=False)
        self.someone: Someone = self._do(self._make)
        self.sign_in()

    def _do(self, work: Callable[..., Coroutine[Any, Any, Any]], *args: Any) -> Any:
        return self.bench.run.run(work(*args))

    async def _make(self) -> Someone:
        async with self.bench.factory.begin() as session:
            person = await people.invite(
                session,
                username=f"x{uuid4().hex}",
                name="",
                email="x@rotan.example",
                account_id=self.bench.account,
            )
            granted = await people.grant(session, person.id, Role.AUDITOR, granted_by="system")
            await people.set_password_hash(session, person.id, self.bench.password_hash)
        return Someone(person.id, person.username, roles={Role.AUDITOR: granted.id})

    async def _sign_in(self) -> Token | None:
        try:
            entry = await self.gate.sign_in(self.someone.username, factories.PASSWORD, self.caller)
        except (SignInRefused, TooManyRequests):
            return None
        idle = sessions.OFFICIAL_IDLE if self.someone.roles else sessions.COMPANY_IDLE
        async with self.bench.factory() as session:
            newest = (await sessions.own(session, self.someone.id))[0]
        return Token(entry.session_token or "", newest.id, idle)

    async def _in_transaction(self, work: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> Any:
        async with self.bench.factory.begin() as session:
            return await work(session, *args, **kwargs)

    def _alive(self) -> list[Token]:
        return [token for token in self.someone.tokens if token.alive]

    @rule()
    def sign_in(self) -> None:
        token = self._do(self._sign_in)
        may = self.someone.active and bool(self.someone.expected_roles)
        assert token is None or may
        if token is not None:
            self.someone.tokens.append(token)

    @precondition(lambda self: self._alive())
    @rule(data=st.data())
    def sign_out(self, data: st.DataObject) -> None:
        token = data.draw(st.sampled_from(range(len(self._alive()))))
        chosen = self._alive()[token]
        self._do(self.gate.sign_out, chosen.token, self.caller)
        chosen.alive = False

    @precondition(lambda self: self._alive())
    @rule(data=st.data())
    def end_one_from_the_list(self, data: st.DataObject) -> None:
        chosen = self._alive()[data.draw(st.sampled_from(range(len(self._alive()))))]
        self.bench.run.run(self._in_transaction(sessions.end, chosen.id, person_id=self.someone.id))
        chosen.alive = False

    @precondition(lambda self: self._alive())
    @rule()
    def end_all_others(self) -> None:
        kept = self._alive()[0]
        self.bench.run.run(self._in_transaction(sessions.end_all, self.someone.id, but=kept.id))
        self.someone.end_all(but=kept)

    @precondition(lambda self: self._alive())
    @rule()
    def rotate(self) -> None:
        old = self._alive()[0]
        fresh = self.bench.run.run(self._in_transaction(sessions.rotate, old.id))
        self.someone.tokens.append(Token(fresh, old.id, old.idle, True, old.unseen, old.lived))
        old.alive = False

    @precondition(lambda self: self._alive())
    @rule()
    def disable(self) -> None:
        self.bench.run.run(self._in_transaction(people.disable, self.someone.id, by="system"))
        self.someone.active = False
        self.someone.end_all()

    @precondition(lambda self: not self.someone.active)
    @rule()
    def enable(self) -> None:
        self.bench.run.run(self._in_transaction(people.enable, self.someone.id, by="system"))
        self.someone.active = True

    @rule(role=st.sampled_from(ROLES))
    def grant(self, role: Role) -> None:
        granted = self.bench.run.run(
            self._in_transaction(people.grant, self.someone.id, role, granted_by="system")
        )
        if role not in self.someone.roles:
            self.someone.end_all()
        self.someone.roles[role] = granted.id

    @precondition(lambda self: self.someone.roles and self._alive())
    @rule()
    def revoke_role(self) -> None:
        _, grant = self.someone.roles.popitem()
        self.bench.run.run(self._in_transaction(people.revoke_grant, grant, by="system"))
        self.someone.end_all()

    @precondition(lambda self: self.someone.member and self._alive())
    @rule()
    def leave_the_account(self) -> None:
        self.bench.run.run(
            self._in_transaction(people.remove_member, self.someone.id, self.bench.account, by="system")
        )
        self.someone.member = False
        self.someone.end_all()

    @precondition(lambda self: not self.someone.member)
    @rule()
    def join_the_account(self) -> None:
        self.bench.run.run(
            self._in_transaction(people.add_member, self.someone.id, self.bench.account, by="system")
        )
        self.someone.member = True

    @precondition(lambda self: self._alive())
    @rule()
    def set_a_password(self) -> None:
        self.bench.run.run(
            self._in_transaction(people.set_password_hash, self.someone.id, self.bench.password_hash)
        )
        self.someone.end_all()

    @rule(steps=st.integers(1, 8))
    def time_passes(self, steps: int) -> None:
        self.bench.run.run(self._in_transaction(factories.age, WebSession, STEP * steps))
        for token in self.someone.tokens:
            token.unseen += STEP * steps
            token.lived += STEP * steps
            token.alive = token.alive and token.unseen < token.idle and token.lived < sessions.ABSOLUTE

    @precondition(lambda self: self._alive())
    @rule(data=st.data())
    def request(self, data: st.DataObject) -> None:
        chosen = self._alive()[data.draw(st.sampled_from(range(len(self._alive()))))]
        found = self.bench.run.run(self._in_transaction(sessions.authenticate, chosen.token))
        assert found is not None
        assert found.principal.person_id == self.someone.id
        assert found.principal.role_names == self.someone.expected_roles
        chosen.unseen = timedelta(0)

    @invariant()
    def nothing_that_ended_is_authorised(self) -> None:
        for token in self.someone.tokens:
            if not token.alive:
                assert self.bench.run.run(self._in_transaction(sessions.authenticate, token.token)) is None

    @invariant()
    def the_list_shows_what_lives(self) -> None:
        async def listed() -> set[UUID]:
            async with self.bench.factory() as session:
                return {row.id for row in await sessions.own(session, self.someone.id)}

        shown = self.bench.run.run(listed())
        assert shown == {token.id for token in self._alive()} if self.someone.active else True


def test_access_never_outlives_its_end(bench: Bench) -> None:
    machine = type("Machine", (Access,), {"bench": bench})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
