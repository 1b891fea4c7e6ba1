"""tenggat people and tenggat token, as typed on a command line, on a real database."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from typer.testing import CliRunner, Result

from cli import build
from services import instance
from services.database import make_engine, make_sessions
from services.identity import api_keys
from services.models import Role
from tests.engine import Database
from tests.services.identity import factories

Tenggat = Callable[..., Result]


@pytest.fixture
def tenggat(database: Database, tmp_path: Path) -> Tenggat:
    """Runs one command line against the test's database, with Temporal away."""
    instance.create(database.migrator_url)
    env = {
        "TEMPORAL_ADDRESS": "127.0.0.1:1",
        "TENGGAT_HOME": str(tmp_path),
        "DATABASE_URL": database.app_url,
        "TENGGAT_SECRET_KEY": "an-instance-key-of-forty-characters-or-so",
    }

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(build(list(arguments)), list(arguments), env=env)

    return run


def ask(database: Database, work: Callable[[AsyncSession], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        engine = make_engine(database.app_url)
        async with make_sessions(engine).begin() as session:
            answer = await work(session)
        await engine.dispose()
        return answer

    return asyncio.run(run())


def test_a_token_is_printed_as_json_and_opens_what_was_asked_for(
    tenggat: Tenggat, database: Database
) -> None:
    result = tenggat("token", "create", "--role", "regional_officer", "--region", "6472", "--json")
    assert result.exit_code == 0, result.output
    token = json.loads(result.stdout)["token"]
    principal = ask(database, lambda session: api_keys.authenticate(session, token))
    assert [(grant.role, grant.region_prefix) for grant in principal.roles] == [
        (Role.REGIONAL_OFFICER, "64.72")
    ]


@pytest.mark.parametrize("named", ["id", "number", "username"])
def test_a_companys_token_names_its_account_in_any_way(
    tenggat: Tenggat, database: Database, named: str
) -> None:
    account = ask(database, factories.account)
    result = tenggat(
        "token", "create", "--role", "company_user", "--account", str(getattr(account, named)), "--json"
    )
    assert result.exit_code == 0, result.output
    token = json.loads(result.stdout)["token"]
    principal = ask(database, lambda session: api_keys.authenticate(session, token))
    assert principal.accounts == {account.id}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--role", "king"), "is no role"),
        (("--role", "company_user"), "akun"),
        (("--role", "company_user", "--account", "nobody"), "no account"),
        (("--role", "regional_officer"), "wilayah"),
        (("--role", "upp_officer", "--region", "99"), "wilayah"),
    ],
)
def test_what_makes_no_key_is_said_and_fails(tenggat: Tenggat, arguments: tuple[str, ...], said: str) -> None:
    result = tenggat("token", "create", *arguments)
    assert result.exit_code == 1
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_keys_are_listed_without_their_secret_and_revoked(tenggat: Tenggat, database: Database) -> None:
    token = tenggat("token", "create", "--role", "auditor", "--label", "pemeriksaan").stdout.strip()
    listed = tenggat("token", "list", "--json")
    [key] = json.loads(listed.stdout)
    assert (key["role"], key["label"]) == ("auditor", "pemeriksaan")
    assert token not in listed.stdout
    assert tenggat("token", "revoke", key["id"]).exit_code == 0
    assert ask(database, lambda session: api_keys.authenticate(session, token)) is None
    again = tenggat("token", "revoke", key["id"])
    assert (again.exit_code, "no live key" in again.stderr) == (1, True)


def test_an_official_is_added_invited_by_mail_and_listed(tenggat: Tenggat, database: Database) -> None:
    result = tenggat(
        "people", "add", "Dinas.Kaltim", "--email", "dinas@kaltim.example", "--role", "regional_officer",
        "--region", "64", "--json",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["invited"] == "dinas@kaltim.example"
    mail = ask(
        database, lambda session: session.execute(text("SELECT template, recipient, lane FROM message"))
    )
    assert [tuple(row) for row in mail] == [("person_invited", "dinas@kaltim.example", "credentials")]
    [person] = json.loads(tenggat("people", "list", "--json").stdout)
    assert person["username"] == "dinas.kaltim"
    assert (person["roles"], person["status"]) == (["regional_officer:64"], "invited")
    assert "dinas.kaltim" in tenggat("people", "list").stdout


def test_a_person_needs_a_role_or_an_account(tenggat: Tenggat) -> None:
    result = tenggat("people", "add", "petugas", "--email", "petugas@dinas.example")
    assert (result.exit_code, "--role or --account" in result.stderr) == (2, True)


def test_a_refused_person_leaves_nothing_behind(tenggat: Tenggat, database: Database) -> None:
    refused = tenggat(
        "people", "add", "petugas", "--email", "petugas@dinas.example", "--role", "regional_officer"
    )
    assert refused.exit_code == 1
    assert json.loads(tenggat("people", "list", "--json").stdout) == []


def test_roles_are_granted_and_taken_back_and_access_ended(tenggat: Tenggat) -> None:
    tenggat("people", "add", "petugas", "--email", "petugas@dinas.example", "--role", "verifier")
    assert tenggat("people", "grant", "petugas", "validator", "--kbli", "31", "--kbli", "16").exit_code == 0
    assert tenggat("people", "revoke", "petugas", "verifier").exit_code == 0
    assert tenggat("people", "revoke", "petugas", "verifier").exit_code == 1
    assert tenggat("people", "disable", "petugas").exit_code == 0
    [person] = json.loads(tenggat("people", "list", "--json").stdout)
    assert (person["roles"], person["status"]) == (["validator:16:31"], "disabled")
    assert tenggat("people", "enable", "petugas").exit_code == 0
    assert tenggat("people", "disable", "nobody").exit_code == 1


def test_somebody_acts_for_another_company_too_and_leaves_one(tenggat: Tenggat, database: Database) -> None:
    first, second = ask(database, factories.account), ask(database, factories.account)
    added = tenggat("people", "add", "staf", "--email", "staf@pabrik.example", "--account", str(first.number))
    assert added.exit_code == 0, added.output
    assert tenggat("people", "join", "staf", str(second.id)).exit_code == 0
    assert len(_only(tenggat)["accounts"]) == 2
    assert tenggat("people", "leave", "staf", str(first.number)).exit_code == 0
    assert len(_only(tenggat)["accounts"]) == 1
    assert tenggat("people", "leave", "staf", str(first.number)).exit_code == 1
    assert tenggat("people", "leave", "nobody", str(first.number)).exit_code == 1


def _only(tenggat: Tenggat) -> dict[str, Any]:
    [person] = json.loads(tenggat("people", "list", "--json").stdout)
    found: dict[str, Any] = person
    return found
