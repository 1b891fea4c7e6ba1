"""People and their rights, keys of programs, lists bounded by rights, and what is written down about it."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.errors import Conflict, InvalidInput, NotFound
from services.identity import actors, api_keys, directory, people, policy
from services.identity.permissions import Permission
from services.identity.policy import Target, account_target, visible_filter
from services.identity.principal import Grant, Principal
from services.identity.read_log import log_read
from services.models import Account, ApiKey, BusinessField, CaseFile, CaseKind, Person, Role, new_id
from tests.services.identity import factories


async def events(session: AsyncSession) -> list[str]:
    return list((await session.execute(text("SELECT type FROM security_event ORDER BY id"))).scalars())


async def test_a_username_exists_once_however_it_is_written(session: AsyncSession) -> None:
    await people.create(session, username=" Rotan.01 ", name="", email="a@rotan.example")
    assert (await people.by_username(session, "ROTAN.01")) is not None
    with pytest.raises(Conflict) as refused:
        await people.create(session, username="rotan.01", name="", email="b@rotan.example")
    assert refused.value.field == "username"


@pytest.mark.parametrize("username", ["", "x", "a b", "a\nb", "<b>", "é-dua", "a" * 70, "-rotan"])
async def test_what_is_no_username_is_refused_at_the_field(session: AsyncSession, username: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await people.create(session, username=username, name="", email="a@rotan.example")
    assert refused.value.field == "username"


@pytest.mark.parametrize(
    ("role", "region", "divisions"),
    [
        (Role.REGIONAL_OFFICER, "", ()),
        (Role.REGIONAL_OFFICER, "99", ()),
        (Role.UPP_OFFICER, "6", ()),
        (Role.VALIDATOR, "", ("310",)),
        (Role.VALIDATOR, "", ("٣١",)),
        (Role.COMPANY_USER, "", ()),
    ],
)
async def test_a_scope_that_makes_no_sense_is_refused(
    session: AsyncSession, role: Role, region: str, divisions: tuple[str, ...]
) -> None:
    person = await people.create(session, username="petugas", name="", email="a@dinas.example")
    with pytest.raises(InvalidInput):
        await people.grant(
            session, person.id, role, region_prefix=region, kbli_divisions=divisions, granted_by="system"
        )
    assert await people.grants(session, person.id) == []


async def test_the_same_role_twice_is_one_role(session: AsyncSession) -> None:
    person = await people.create(session, username="petugas", name="", email="a@dinas.example")
    first = await people.grant(
        session, person.id, Role.REGIONAL_OFFICER, region_prefix="6472", granted_by="system"
    )
    again = await people.grant(
        session, person.id, Role.REGIONAL_OFFICER, region_prefix="64.72", granted_by="system"
    )
    assert first.id == again.id
    assert (await events(session)).count("role_granted") == 1
    await people.revoke_grant(session, first.id, by="system")
    with pytest.raises(NotFound):
        await people.revoke_grant(session, first.id, by="system")
    assert await people.grants(session, person.id) == []


async def test_every_change_of_rights_is_written_down_once(session: AsyncSession) -> None:
    account = await factories.account(session)
    person = await people.invite(
        session, username="rotan", name="", email="a@rotan.example", account_id=account.id
    )
    granted = await people.grant(session, person.id, Role.AUDITOR, granted_by="system")
    await people.revoke_grant(session, granted.id, by="system")
    await people.remove_member(session, person.id, account.id, by="system")
    await people.disable(session, person.id, by="system")
    await people.enable(session, person.id, by="system")
    assert await events(session) == [
        "person_created", "member_added", "role_granted", "role_revoked", "member_removed", "person_disabled",
        "person_enabled",
    ]  # fmt: skip


async def test_who_never_had_a_password_is_invited_again_when_enabled(session: AsyncSession) -> None:
    person = await people.create(session, username="petugas", name="", email="a@dinas.example")
    await people.disable(session, person.id, by="system")
    await people.enable(session, person.id, by="system")
    assert (await people.get(session, person.id)).status == "invited"
    with pytest.raises(Conflict):
        await people.enable(session, person.id, by="system")


async def test_a_disabled_person_does_not_become_active_by_setting_a_password(session: AsyncSession) -> None:
    person = await factories.official(session)
    await people.disable(session, person.id, by="system")
    await factories.with_password(session, person)
    assert (await people.get(session, person.id)).status == "disabled"


@pytest.mark.parametrize(
    ("region", "told"), [("64.72", {"negara", "kaltim", "samarinda"}), ("73.71", {"negara"}), (None, None)]
)
async def test_a_task_goes_to_those_whose_region_covers_it(
    session: AsyncSession, region: str | None, told: set[str] | None
) -> None:
    scopes = {"negara": "", "kaltim": "64", "samarinda": "64.72", "balikpapan": "64.71", "keluar": "64"}
    for username, prefix in scopes.items():
        await factories.official(session, username=username, region=prefix)
    await factories.official(session, Role.AUDITOR, username="audit")
    gone = await people.by_username(session, "keluar")
    assert gone is not None
    await people.disable(session, gone.id, by="system")
    found = {person.username for person in await people.holding(session, Role.UPP_OFFICER, region=region)}
    assert found == (told if told is not None else set(scopes) - {"keluar"})


async def test_the_directory_shows_roles_and_accounts(session: AsyncSession) -> None:
    account = await factories.account(session)
    await factories.company_user(session, account.id)
    await factories.official(session, Role.REGIONAL_OFFICER, username="dinas", region="64")
    rows = {row["username"]: row for row in await directory.everyone(session)}
    assert rows["rotan"]["accounts"] == [account.number]
    assert rows["dinas"]["roles"] == ["regional_officer:64"]
    assert not any("password" in key or "hash" in key for row in rows.values() for key in row)


# Keys


async def test_a_key_stands_for_its_role_and_scope(session: AsyncSession) -> None:
    made = await api_keys.create(session, Role.REGIONAL_OFFICER, created_by="cli", region_prefix="6472")
    principal = await api_keys.authenticate(session, made.token)
    assert principal is not None
    assert principal.actor == f"key:{made.id}"
    assert principal.roles == (Grant(Role.REGIONAL_OFFICER, "64.72"),)
    assert principal.nda
    assert principal.accounts == frozenset()
    assert made.token.startswith("tgt_")
    assert len(made.token) >= 47


async def test_a_companys_key_reaches_its_account_only(session: AsyncSession) -> None:
    account = await factories.account(session)
    made = await api_keys.create(session, Role.COMPANY_USER, created_by="cli", account_id=account.id)
    principal = await api_keys.authenticate(session, made.token)
    assert principal is not None
    assert principal.accounts == {account.id}
    await session.execute(text("UPDATE account SET status = 'void'"))
    assert await api_keys.authenticate(session, made.token) is None


async def test_a_revoked_or_expired_key_opens_nothing(session: AsyncSession) -> None:
    now = (await session.execute(select(func.now()))).scalar_one()
    made = [await api_keys.create(session, Role.AUDITOR, created_by="cli") for _ in range(2)]
    ending = await api_keys.create(
        session, Role.AUDITOR, created_by="cli", expires_at=now + timedelta(days=1)
    )
    assert await api_keys.authenticate(session, ending.token)
    await api_keys.revoke(session, made[0].id, by="cli")
    await factories.age(session, ApiKey, timedelta(days=2))
    opened = [await api_keys.authenticate(session, key.token) is not None for key in (*made, ending)]
    assert opened == [False, True, False]
    assert [key.id for key in await api_keys.live(session)] == [made[1].id]
    with pytest.raises(NotFound):
        await api_keys.revoke(session, made[0].id, by="cli")


@pytest.mark.parametrize("token", ["", "tgt_", "tgt_" + "x" * 43, "' OR 1=1 --", "\udce9"])
async def test_what_is_no_key_opens_nothing(session: AsyncSession, token: str) -> None:
    await api_keys.create(session, Role.ADMINISTRATOR, created_by="cli")
    assert await api_keys.authenticate(session, token) is None


async def test_a_company_key_without_an_account_and_the_reverse_are_refused(session: AsyncSession) -> None:
    account = await factories.account(session)
    with pytest.raises(InvalidInput):
        await api_keys.create(session, Role.COMPANY_USER, created_by="cli")
    with pytest.raises(InvalidInput):
        await api_keys.create(session, Role.VERIFIER, created_by="cli", account_id=account.id)
    with pytest.raises(InvalidInput):
        await api_keys.create(session, Role.REGIONAL_OFFICER, created_by="cli")
    with pytest.raises(NotFound):
        await api_keys.create(session, Role.COMPANY_USER, created_by="cli", account_id=new_id())


async def test_the_database_holds_no_key(session: AsyncSession) -> None:
    made = await api_keys.create(session, Role.AUDITOR, created_by="cli")
    for table in ("api_key", "security_event"):
        rows = (await session.execute(text(f"TABLE {table}"))).all()
        assert rows
        assert not any(made.token in str(row) for row in rows)


# Lists


async def test_a_list_shows_exactly_what_may_be_opened(session: AsyncSession) -> None:
    """For every kind of principal the SQL condition and the policy function agree on every row."""
    accounts = [await factories.account(session, nib=f"{n:013}", region=region) for n, region in
                enumerate(("64.72", "64.71", "73.71", "6.472"))]  # fmt: skip
    for account, codes in zip(accounts, (("31001", "16221"), ("10110",), (), ("31001",)), strict=True):
        session.add_all(
            BusinessField(account_id=account.id, kbli=code, is_primary=code == codes[0]) for code in codes
        )
    for region in ("64.72", "64", "73.71", "640.1", None):
        for kbli in (("31001",), ("10110", "31001"), ()):
            for account_id in (accounts[0].id, accounts[1].id, None):
                kind = CaseKind.REPORT if account_id else CaseKind.PERIOD
                await factories.case(session, account_id=account_id, region=region, kbli=kbli, kind=kind)
    official = [
        Principal("x", roles=grants, nda=True)
        for grants in (
            (),
            (Grant(Role.AUDITOR),),
            (Grant(Role.UPP_OFFICER, "64"),),
            (Grant(Role.REGIONAL_OFFICER, "64.72"),),
            (Grant(Role.VALIDATOR, "", ("31",)),),
            (Grant(Role.VALIDATOR, "64", ("31", "10")), Grant(Role.REGIONAL_OFFICER, "73")),
        )
    ]
    company = [
        Principal("x", roles=(Grant(Role.COMPANY_USER),), accounts=held)
        for held in (frozenset(), frozenset({accounts[0].id}), frozenset({accounts[0].id, accounts[1].id}))
    ]
    cases = list(await session.scalars(select(CaseFile)))
    shown_sizes = []
    for principal in (*official, *company):
        shown = set(
            await session.scalars(select(col(CaseFile.id)).where(visible_filter(principal, CaseFile)))
        )
        may = {row.id for row in cases if policy.can(principal, Permission.READ_CASE, Target.of_case(row))}
        assert shown == may
        shown_sizes.append(len(shown))
        seen = set(await session.scalars(select(col(Account.id)).where(visible_filter(principal, Account))))
        allowed = set()
        for account in accounts:
            if policy.can(principal, Permission.READ_ACCOUNT, await account_target(session, account.id)):
                allowed.add(account.id)
        assert seen == allowed
    assert shown_sizes[0] == 0
    assert shown_sizes[1] == len(cases)
    assert len(set(shown_sizes)) > 5


async def test_the_facts_of_an_account_that_is_not_there(session: AsyncSession) -> None:
    with pytest.raises(NotFound):
        await account_target(session, new_id())


# The read log


async def test_an_officials_read_is_logged_with_its_purpose(session: AsyncSession) -> None:
    account = await factories.account(session)
    reader = Principal("person:x", roles=(Grant(Role.VERIFIER),), nda=True)
    await log_read(session, reader, what="report", purpose="  verifikasi \n triwulan ", account_id=account.id)
    [row] = (await session.execute(text("SELECT reader, what, purpose, account_id FROM read_log"))).all()
    assert tuple(row) == ("person:x", "report", "verifikasi triwulan", account.id)


async def test_a_read_without_a_purpose_is_refused(session: AsyncSession) -> None:
    reader = Principal("person:x", roles=(Grant(Role.VERIFIER),), nda=True)
    with pytest.raises(InvalidInput) as refused:
        await log_read(session, reader, what="report", purpose="  ")
    assert refused.value.field == "purpose"


async def test_a_company_reading_its_own_data_is_nobodys_business(session: AsyncSession) -> None:
    account = await factories.account(session)
    for roles in ((Grant(Role.COMPANY_USER),), (Grant(Role.COMPANY_USER), Grant(Role.VERIFIER))):
        own = Principal("person:x", roles=roles, accounts=frozenset({account.id}))
        await log_read(session, own, what="report", purpose="", account_id=account.id)
    assert (await session.execute(text("SELECT count(*) FROM read_log"))).scalar_one() == 0


@pytest.mark.parametrize("table", ["read_log", "security_event"])
@pytest.mark.parametrize("act", ["UPDATE {} SET at = now()", "DELETE FROM {}", "TRUNCATE {}"])
async def test_logs_are_not_changed_by_the_application(session: AsyncSession, table: str, act: str) -> None:
    reader = Principal("person:x", roles=(Grant(Role.VERIFIER),), nda=True)
    await log_read(session, reader, what="report", purpose="verifikasi")
    await people.create(session, username="petugas", name="", email="a@dinas.example")
    with pytest.raises(DBAPIError, match=r"append-only|permission denied"):
        await session.execute(text(act.format(table)))


async def test_a_key_ends_after_a_year_unless_it_says_otherwise(session: AsyncSession) -> None:
    made = await api_keys.create(session, Role.AUDITOR, created_by="cli")
    key = await session.get_one(ApiKey, made.id)
    assert key.expires_at == key.created_at + timedelta(days=365)


async def test_the_keys_of_a_person_are_no_second_person(session: AsyncSession) -> None:
    one, other = [await invited(session, name) for name in ("satu", "dua")]
    keys = [
        await api_keys.create(session, Role.ADMINISTRATOR, created_by="cli", person_id=person)
        for person in (one, one, other, None, None)
    ]
    first, second, theirs, nobodys, anothers = (f"key:{key.id}" for key in keys)
    own = await actors.selves(session, f"person:{one}")
    assert own == {f"person:{one}", first, second}
    assert await actors.selves(session, second) == own
    assert await actors.selves(session, theirs) == {f"person:{other}", theirs}
    assert await actors.selves(session, nobodys) == {nobodys} != {anothers}
    assert await actors.selves(session, "system") == {"system"}


async def test_the_key_of_somebody_whose_access_ended_opens_nothing(session: AsyncSession) -> None:
    person = await invited(session, "satu")
    key = await api_keys.create(session, Role.AUDITOR, created_by="cli", person_id=person)
    assert await api_keys.authenticate(session, key.token) is not None
    (await session.get_one(Person, person)).status = "disabled"
    await session.flush()
    assert await api_keys.authenticate(session, key.token) is None


async def invited(session: AsyncSession, username: str) -> UUID:
    person = await people.invite(
        session, username=username, name="Petugas", email=f"{username}@contoh.example"
    )
    return person.id
