"""Characters nobody types: refused at their field by every route, and never mistaken for a busy database."""

import logging
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError, ProgrammingError

from api import errors, legible
from api.permissions import route_policies
from services.errors import InvalidInput
from services.models import Role
from tests.api.conftest import Api, once
from tests.api.test_registrations import TYPED, register
from tests.engine import Database
from tests.services.documents.corpus import pdf

NUL = "sebelum\x00sesudah"
ID = "00000000-0000-7000-8000-000000000001"


def every(app: FastAPI) -> list[tuple[str, str]]:
    """Each method of each route, its path filled in with something of the right shape."""
    found = []
    for route, _ in route_policies(app.router.routes):
        path = "/".join(ID if part.startswith("{") else part for part in (route.path or "").split("/"))
        found += [(method, path) for method in sorted((route.methods or set()) - {"HEAD"})]
    return found


@pytest.mark.timeout(300)
async def test_no_route_takes_a_nul(api: Api) -> None:
    administrator = await api.as_(Role.ADMINISTRATOR)
    wrong = []
    for method, path in every(api.app):
        tries: list[dict[str, Any]] = [{"params": {"q": NUL}}]
        if method in ("POST", "PUT", "PATCH") and path.startswith("/api/"):
            tries += [{"json": {"a": [{"b": NUL}]}}, {"data": {"note": NUL}}, {"json": {NUL: 1}}]
        for given in tries:
            answer = await administrator.request(method, path, headers=once(), **given)
            if answer.status_code != 422:
                wrong.append((method, path, given, answer.status_code))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.timeout(300)
async def test_no_page_is_broken_by_a_nul_in_its_form(api: Api) -> None:
    """Who is let in decides each page; nobody meets an error of ours."""
    broken = []
    clients = [await api.as_(role) for role in (Role.ADMINISTRATOR, Role.UPP_OFFICER)]
    for method, path in every(api.app):
        if method != "POST" or path.startswith("/api/"):
            continue
        for client in clients:
            answer = await client.post(path, data=dict.fromkeys(("reason", "note", "email", "name"), NUL))
            if answer.status_code >= 500:
                broken.append((path, answer.status_code))
    assert not broken, "\n".join(map(str, broken))


@pytest.mark.parametrize(
    "character", ["\x00", "\x07", "\x0b", "\x1b", "\x7f", "\x85", "\x9f", "\ud800", "\u202e", "\u2067"]
)
def test_what_cannot_be_read_is_refused_where_it_stands(character: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        legible.check(
            [("", {"rows": [{"name": "a"}, {"name": f"a{character}"}]}), ("ok", "a\tb\r\nc é 漢 🙂")]
        )
    assert [error.field for error in refused.value.fields] == ["rows.1.name"]


async def test_a_registration_with_a_nul_is_refused_at_its_field(api: Api) -> None:
    refused = await register(api, company_name=NUL)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == ["company_name"]
    client = await api.anonymous()
    file = {"document": ("nib\x01.pdf", pdf())}
    named = await client.post("/api/v1/registrations", data=TYPED, files=file, headers=once())
    assert named.status_code in (201, 422)


async def test_a_nul_in_an_address_is_no_error_of_ours(api: Api) -> None:
    client = await api.as_(Role.ADMINISTRATOR)
    for path in ("/api/v1/periods/a%00b", "/static/a%00b", "/a%00b", "/periksa/a%00b"):
        assert (await client.get(path)).status_code in (404, 422), path


@pytest.mark.parametrize("kind", [DataError, ProgrammingError, IntegrityError])
def test_a_statement_that_cannot_work_is_a_bug(kind: type[DBAPIError]) -> None:
    assert not errors._passing(kind("SELECT", {}, Exception("no state")))
    assert errors._passing(OperationalError("SELECT", {}, Exception("the connection is lost")))


# How the statement that stores each of them fails: with the whole row in the server's own words.
_BREAKING = {
    "password": "ALTER TABLE rate_limit ADD CONSTRAINT broken CHECK (false) NOT VALID",
    "reason": "ALTER TABLE registration ADD CONSTRAINT broken CHECK (decision_reason IS NULL) NOT VALID",
    "note": "ALTER TABLE case_note ADD CONSTRAINT broken CHECK (body = '') NOT VALID",
    "token": "ALTER TABLE api_key RENAME COLUMN token_hash TO other",
}


@pytest.mark.parametrize("where", _BREAKING)
async def test_what_was_typed_is_in_no_log_even_when_its_statement_fails(
    api: Api,
    database: Database,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    where: str,
) -> None:
    caplog.set_level(logging.INFO)
    canary = "kenari-rahasia-7f3a9c"
    case = (await register(api)).json()["id"]
    calls: dict[str, tuple[str, dict[str, Any]]] = {
        "password": ("/api/v1/sessions", {"username": canary, "password": canary}),
        "reason": (
            f"/api/v1/registrations/{case}/decision",
            {"verdict": "return", "reason": canary, "version": 1},
        ),
        "note": (f"/api/v1/cases/{case}/notes", {"body": canary}),
        "token": ("/api/v1/sessions", {"username": "a", "password": "b"}),
    }
    path, body = calls[where]
    caller = await api.as_(Role.UPP_OFFICER)
    if where == "token":
        caller = await api.anonymous(authorization=f"Bearer tgt_{canary}")
    elif where == "password":
        caller = await api.anonymous()
    async with await psycopg.AsyncConnection.connect(database.superuser_url, autocommit=True) as owner:
        await owner.execute(_BREAKING[where])
    answer = await caller.post(path, json=body, headers=once())
    assert answer.status_code == 500, answer.text
    out, err = capfd.readouterr()
    assert canary not in f"{caplog.text}{out}{err}{answer.text}"
    assert answer.json()["request_id"] in caplog.text
