"""Sessions: how long they last, how they end, and that nothing works after the end."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity import nda, people, sessions
from services.models import Role, WebSession
from tests.services.identity import factories


async def test_a_session_stands_for_its_person_with_the_rights_of_this_moment(session: AsyncSession) -> None:
    account = await factories.account(session)
    person = await factories.company_user(session, account.id)
    begun = await sessions.start(session, person.id, official=False)
    found = await sessions.authenticate(session, begun.token)
    assert found is not None
    principal = found.principal
    assert principal.actor == f"person:{person.id}"
    assert principal.accounts == {account.id}
    assert principal.role_names == {"company_user"}
    assert not principal.is_official
    assert principal.recent
    assert len(found.csrf_token) >= 43


async def test_somebody_without_a_name_goes_by_their_username(session: AsyncSession) -> None:
    for username, name, shown in (
        ("tanpa-nama", " ", "tanpa-nama"),
        ("bernama", "Petugas UPP", "Petugas UPP"),
    ):
        person = await people.create(session, username=username, name=name, email=f"{username}@dinas.example")
        await people.grant(session, person.id, Role.UPP_OFFICER, granted_by="test")
        await people.set_password_hash(session, person.id, "not a hash: nobody signs in with it")
        begun = await sessions.start(session, person.id, official=True)
        found = await sessions.authenticate(session, begun.token)
        assert found is not None
        assert found.principal.name == shown


@pytest.mark.parametrize(
    ("official", "still"), [(True, timedelta(minutes=29)), (False, timedelta(minutes=119))]
)
async def test_an_idle_session_ends(session: AsyncSession, official: bool, still: timedelta) -> None:
    person = await factories.official(session)
    begun = await sessions.start(session, person.id, official=official)
    await factories.age(session, WebSession, still)
    assert await sessions.authenticate(session, begun.token)  # a visit: idle time starts anew
    await factories.age(session, WebSession, still)
    assert await sessions.authenticate(session, begun.token)
    await factories.age(session, WebSession, still)
    await factories.age(session, WebSession, timedelta(minutes=2))
    assert await sessions.authenticate(session, begun.token) is None


async def test_a_session_in_constant_use_ends_after_twelve_hours(session: AsyncSession) -> None:
    person = await factories.official(session)
    begun = await sessions.start(session, person.id, official=True)
    for _ in range(36):
        assert await sessions.authenticate(session, begun.token)
        await factories.age(session, WebSession, timedelta(minutes=20))
    assert await sessions.authenticate(session, begun.token) is None


async def test_a_visit_is_written_down_once_a_minute_at_most(session: AsyncSession) -> None:
    person = await factories.official(session)
    begun = await sessions.start(session, person.id, official=True)
    seen = text("SELECT last_seen_at FROM web_session")
    first = (await session.execute(seen)).scalar_one()
    await sessions.authenticate(session, begun.token)
    assert (await session.execute(seen)).scalar_one() == first


async def test_the_password_counts_as_fresh_for_a_quarter_of_an_hour(session: AsyncSession) -> None:
    person = await factories.official(session)
    begun = await sessions.start(session, person.id, official=True)
    await factories.age(session, WebSession, timedelta(minutes=14))
    found = await sessions.authenticate(session, begun.token)
    assert found is not None
    assert found.principal.recent
    await factories.age(session, WebSession, timedelta(minutes=2))
    found = await sessions.authenticate(session, begun.token)
    assert found is not None
    assert not found.principal.recent
    assert found.principal.session_id is not None
    token = await sessions.rotate(session, found.principal.session_id)
    assert await sessions.authenticate(session, begun.token) is None
    again = await sessions.authenticate(session, token)
    assert again is not None
    assert again.principal.recent
    assert again.csrf_token != found.csrf_token


async def test_only_its_owner_ends_a_session_from_the_list(session: AsyncSession) -> None:
    mine = await factories.official(session, username="satu")
    other = await factories.official(session, username="dua")
    begun = await sessions.start(session, mine.id, official=True)
    assert not await sessions.end(session, begun.id, person_id=other.id)
    assert [row.id for row in await sessions.own(session, mine.id)] == [begun.id]
    assert await sessions.own(session, other.id) == []
    assert await sessions.end(session, begun.id, person_id=mine.id)
    assert await sessions.authenticate(session, begun.token) is None
    assert await sessions.own(session, mine.id) == []


async def test_ending_all_may_spare_the_one_in_use(session: AsyncSession) -> None:
    person = await factories.official(session)
    begun = [await sessions.start(session, person.id, official=True) for _ in range(3)]
    assert await sessions.end_all(session, person.id, but=begun[1].id) == 2
    alive = [await sessions.authenticate(session, one.token) is not None for one in begun]
    assert alive == [False, True, False]


async def test_the_database_holds_no_token(session: AsyncSession) -> None:
    person = await factories.official(session)
    begun = await sessions.start(session, person.id, official=True)
    stored = (await session.execute(text("SELECT row_to_json(t)::text FROM web_session t"))).scalars().all()
    assert stored
    assert not any(begun.token in row for row in stored)


async def test_accepting_the_agreement_shows_at_the_next_request(session: AsyncSession) -> None:
    person = await factories.official(session)
    begun = await sessions.start(session, person.id, official=True)
    found = await sessions.authenticate(session, begun.token)
    assert found is not None
    assert not found.principal.nda
    await nda.accept(session, person.id)
    await nda.accept(session, person.id)
    found = await sessions.authenticate(session, begun.token)
    assert found is not None
    assert found.principal.nda
    assert await nda.accepted(session, person.id)


async def test_an_agreement_to_an_older_text_does_not_count(session: AsyncSession) -> None:
    person = await factories.official(session)
    await nda.accept(session, person.id, version="2020-1")
    begun = await sessions.start(session, person.id, official=True)
    found = await sessions.authenticate(session, begun.token)
    assert found is not None
    assert not found.principal.nda


async def test_a_role_brings_its_scope(session: AsyncSession) -> None:
    person = await factories.official(session, Role.REGIONAL_OFFICER, region="6472")
    await people.grant(session, person.id, Role.VALIDATOR, kbli_divisions=("31", "16"), granted_by="system")
    begun = await sessions.start(session, person.id, official=True)
    found = await sessions.authenticate(session, begun.token)
    assert found is not None
    scopes = {(grant.role, grant.region_prefix, grant.kbli_divisions) for grant in found.principal.roles}
    assert scopes == {(Role.REGIONAL_OFFICER, "64.72", ()), (Role.VALIDATOR, "", ("16", "31"))}


async def test_a_void_account_opens_nothing(session: AsyncSession) -> None:
    account = await factories.account(session)
    person = await factories.company_user(session, account.id)
    begun = await sessions.start(session, person.id, official=False)
    await session.execute(text("UPDATE account SET status = 'void'"))
    found = await sessions.authenticate(session, begun.token)
    assert found is not None
    assert found.principal.accounts == frozenset()
    assert found.principal.roles == ()
    await people.end_access_to(session, account.id)
    assert await sessions.authenticate(session, begun.token) is None


@dataclass(frozen=True)
class Scene:
    person: UUID
    account: UUID
    grant: UUID
    session: UUID
    token: str


# Each of these ends the access of a person who is an official and acts for a company.
ENDINGS: dict[str, Callable[[AsyncSession, Scene], Awaitable[object]]] = {
    "signing out": lambda s, at: sessions.end_token(s, at.token),
    "ending it from the list": lambda s, at: sessions.end(s, at.session, person_id=at.person),
    "ending all": lambda s, at: sessions.end_all(s, at.person),
    "proving the password again": lambda s, at: sessions.rotate(s, at.session),
    "a new password": lambda s, at: people.set_password_hash(s, at.person, "$argon2id$"),
    "disabling the person": lambda s, at: people.disable(s, at.person, by="system"),
    "one role more": lambda s, at: people.grant(s, at.person, Role.AUDITOR, granted_by="system"),
    "one role less": lambda s, at: people.revoke_grant(s, at.grant, by="system"),
    "leaving the account": lambda s, at: people.remove_member(s, at.person, at.account, by="system"),
    "a void account": lambda s, at: people.end_access_to(s, at.account),
    "losing the second factor": lambda s, at: people.remove_second_factor(s, at.person, by="system"),
}


@pytest.mark.parametrize("ending", ENDINGS)
async def test_access_ends_with_the_transaction_that_ends_it(session: AsyncSession, ending: str) -> None:
    account = await factories.account(session)
    person = await factories.official(session)
    other = await factories.official(session, username="lain")
    await people.add_member(session, person.id, account.id, by="system")
    [grant] = await people.grants(session, person.id)
    begun = await sessions.start(session, person.id, official=True)
    others = await sessions.start(session, other.id, official=True)
    assert await sessions.authenticate(session, begun.token) is not None
    await ENDINGS[ending](session, Scene(person.id, account.id, grant.id, begun.id, begun.token))
    assert await sessions.authenticate(session, begun.token) is None
    assert await sessions.authenticate(session, others.token) is not None
