"""Who is asking: keys, sessions, addresses, and what each may reach."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from api.permissions import Access, Csrf, route_policies
from services.database import Sessions
from services.identity import api_keys, nda, people
from services.identity.sessions import RECENT, start
from services.models import Person, Role, WebSession
from tests.api.doors import HTTP, SETTINGS, Small, browser, build, visitor
from tests.services.identity import factories
from tests.services.identity.factories import PASSWORD

COOKIE = "__Host-tenggat"


@pytest.fixture
def app(sessions: Sessions) -> Small:
    return build(sessions)


@pytest.fixture
async def officer(sessions: Sessions) -> Person:
    async with sessions.begin() as session:
        person = await factories.official(session)
        await nda.accept(session, person.id)
    return person


async def key(sessions_: Sessions, role: Role, account_id: UUID | None = None) -> str:
    async with sessions_.begin() as session:
        region = "64" if role is Role.REGIONAL_OFFICER else ""
        made = await api_keys.create(
            session, role, created_by="cli", region_prefix=region, account_id=account_id
        )
    return f"Bearer {made.token}"


async def token(sessions_: Sessions, person: Person) -> str:
    async with sessions_.begin() as session:
        return (await start(session, person.id, official=True)).token


def cookie(token_: str) -> dict[str, str]:
    return {"cookie": f"{COOKIE}={token_}"}


async def refusals(sessions_: Sessions) -> list[tuple[str, str, str]]:
    async with sessions_() as session:
        rows = await session.execute(
            text(
                "SELECT type, actor, data ->> 'code' FROM security_event WHERE type LIKE '%refused' ORDER BY id"
            )
        )
        return [tuple(row) for row in rows]


def test_every_route_declares_what_it_demands(app: Small) -> None:
    declared = {route.path: policies for route, policies in route_policies(app.routes)}
    assert len(declared) > 10
    assert all(len(policies) == 1 for policies in declared.values())
    assert declared["/api/public-form"][0].csrf is Csrf.FORM
    assert declared["/api/bulk"][0].recent
    assert declared["/api/me"][0].access is Access.SIGNED_IN


async def test_a_route_that_forgot_its_declaration_is_found(app: Small) -> None:
    @app.get("/api/forgotten")
    async def forgotten() -> None:
        return None

    undeclared = [route.path for route, policies in route_policies(app.routes) if not policies]
    assert undeclared == ["/api/forgotten"]


async def test_nobody_is_somebody_without_a_key_or_a_session(app: Small) -> None:
    async with visitor(app) as client:
        assert (await client.get("/api/open")).json()["viewer"] is None
        for path in ("/api/me", "/api/case"):
            answer = await client.get(path)
            assert answer.status_code == 401
            assert answer.headers["content-type"] == "application/problem+json"


async def test_a_key_opens_what_its_role_may(app: Small, sessions: Sessions) -> None:
    async with visitor(app, authorization=await key(sessions, Role.UPP_OFFICER)) as client:
        assert (await client.get("/api/me")).json()["roles"] == ["upp_officer"]
        assert (await client.get("/api/case")).status_code == 200
        assert (await client.post("/api/decision")).status_code == 200
    async with visitor(app, authorization=await key(sessions, Role.AUDITOR)) as client:
        assert (await client.get("/api/case")).status_code == 200
        assert (await client.post("/api/decision")).status_code == 403


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer tgt_x", "Basic dXBwOng=", "tgt_x", "bearer  "]
)
async def test_a_wrong_key_is_refused_even_beside_a_valid_session(
    app: Small, sessions: Sessions, officer: Person, header: str
) -> None:
    session_token = await token(sessions, officer)
    async with visitor(app, authorization=header, **cookie(session_token)) as client:
        for path in ("/api/me", "/api/open"):
            assert (await client.get(path)).status_code == 401


async def test_a_revoked_key_is_worthless_at_the_next_request(app: Small, sessions: Sessions) -> None:
    header = await key(sessions, Role.UPP_OFFICER)
    async with visitor(app, authorization=header) as client:
        assert (await client.get("/api/case")).status_code == 200
        async with sessions.begin() as session:
            [live] = await api_keys.live(session)
            await api_keys.revoke(session, live.id, by="cli")
        assert (await client.get("/api/case")).status_code == 401


async def test_a_session_ended_elsewhere_is_worthless_at_the_next_request(
    app: Small, sessions: Sessions, officer: Person
) -> None:
    async with visitor(app, **cookie(await token(sessions, officer))) as client:
        assert (await client.get("/api/case")).status_code == 200
        async with sessions.begin() as session:
            await people.disable(session, officer.id, by="system")
        assert (await client.get("/api/case")).status_code == 401


async def test_an_official_meets_the_agreement_first(app: Small, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        person = await factories.official(session)
    async with visitor(app, **cookie(await token(sessions, person))) as client:
        answer = await client.get("/api/case")
        assert (answer.status_code, answer.json()["code"]) == (403, "nda_required")
        assert (await client.get("/api/me")).status_code == 200
        async with sessions.begin() as session:
            await nda.accept(session, person.id)
        assert (await client.get("/api/case")).status_code == 200


async def test_bulk_decisions_ask_for_the_password_again(
    app: Small, sessions: Sessions, officer: Person
) -> None:
    session_token = await token(sessions, officer)
    async with browser(app, **cookie(session_token)) as client:
        csrf = (await client.get("/api/open")).json()["csrf"]
        headers = {"X-CSRF-Token": csrf}
        assert (await client.post("/api/bulk", headers=headers)).status_code == 200
        async with sessions.begin() as session:
            await factories.age(session, WebSession, RECENT)
        answer = await client.post("/api/bulk", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "reauthentication_required")


async def test_refusals_of_known_callers_are_written_down_and_plain_absence_is_not(
    app: Small, sessions: Sessions, officer: Person
) -> None:
    async with visitor(app, **cookie(await token(sessions, officer))) as client:
        hidden = await client.get("/api/case", params={"hidden": True})
        absent = await client.get("/api/nothing")
    assert hidden.status_code == absent.status_code == 404
    told = [{**answer.json(), "instance": "", "request_id": ""} for answer in (hidden, absent)]
    assert told[0] == told[1]  # the difference is ours to know
    assert await refusals(sessions) == [("access_refused", f"person:{officer.id}", "not_found")]


async def test_the_purpose_of_a_read_comes_with_the_request(app: Small, sessions: Sessions) -> None:
    async with visitor(app, authorization=await key(sessions, Role.AUDITOR)) as client:
        answer = await client.get("/api/case", headers={"X-Purpose": "pemeriksaan 2026"})
        assert answer.json()["purpose"] == "pemeriksaan 2026"
        assert (await client.get("/api/case", headers={"X-Purpose": "x" * 301})).status_code == 422


async def signed_in(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post("/api/session", json={"username": "upp", "password": PASSWORD})


async def test_the_session_cookie_is_for_this_host_https_and_no_script(app: Small, officer: Person) -> None:
    async with browser(app) as client:
        lines = (await signed_in(client)).headers.get_list("set-cookie")
        session_line = next(line for line in lines if line.startswith(f"{COOKIE}="))
        parts = {part.strip().lower() for part in session_line.split(";")[1:]}
        assert parts == {"path=/", "secure", "httponly", "samesite=lax"}
        device = next(line for line in lines if line.startswith("__Host-tenggat-device="))
        assert {"secure", "httponly", "samesite=lax"} <= {part.strip().lower() for part in device.split(";")}
        assert (await client.get("/api/me")).status_code == 200


async def test_on_plain_http_the_cookie_has_the_plain_name_browsers_accept_there(
    sessions: Sessions, officer: Person
) -> None:
    async with browser(build(sessions, HTTP), url="http://127.0.0.1:8000") as client:
        lines = (await signed_in(client)).headers.get_list("set-cookie")
        session_line = next(line for line in lines if line.startswith("tenggat="))
        assert "secure" not in session_line.lower()
        assert (await client.get("/api/me")).status_code == 200


async def test_signing_out_clears_the_cookie_and_ends_the_session(
    app: Small, sessions: Sessions, officer: Person
) -> None:
    async with browser(app) as client:
        await signed_in(client)
        session_token = client.cookies[COOKIE]
        csrf = (await client.get("/api/open")).json()["csrf"]
        answer = await client.delete("/api/session", headers={"X-CSRF-Token": csrf})
        assert answer.status_code == 200
        assert COOKIE not in client.cookies
    async with visitor(app, **cookie(session_token)) as thief:
        assert (await thief.get("/api/me")).status_code == 401


async def test_a_refused_sign_in_sets_no_cookie(app: Small, officer: Person) -> None:
    async with browser(app) as client:
        answers = [
            await client.post("/api/session", json={"username": username, "password": "salah"})
            for username in ("upp", "nobody")
        ]
    assert {answer.status_code for answer in answers} == {401}
    assert all("set-cookie" not in answer.headers for answer in answers)
    bodies = [{**answer.json(), "request_id": ""} for answer in answers]
    assert bodies[0] == bodies[1]
    names = [sorted(answer.headers) for answer in answers]
    assert names[0] == names[1]


@pytest.mark.parametrize(
    ("peer", "shown"),
    [
        ("192.0.2.9", "192.0.2.9"),
        ("::ffff:192.0.2.9", "192.0.2.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
    ],
)
async def test_the_callers_address_is_the_one_that_connected(
    app: Small, sessions: Sessions, peer: str, shown: str
) -> None:
    header = await key(sessions, Role.AUDITOR)
    async with visitor(app, address=peer, authorization=header, x_forwarded_for="203.0.113.1") as client:
        assert (await client.get("/api/me")).json()["address"] == shown


async def test_a_forwarded_address_counts_only_from_a_proxy_named_in_the_settings(sessions: Sessions) -> None:
    header = await key(sessions, Role.AUDITOR)
    app = build(sessions, replace(SETTINGS, trusted_proxies=("10.0.0.0/8",)))
    forged = "198.51.100.1, 203.0.113.1"  # the proxy appends the address it saw
    async with visitor(app, address="10.1.2.3", authorization=header, x_forwarded_for=forged) as client:
        assert (await client.get("/api/me")).json()["address"] == "203.0.113.1"
    async with visitor(app, address="192.0.2.9", authorization=header, x_forwarded_for=forged) as client:
        assert (await client.get("/api/me")).json()["address"] == "192.0.2.9"


@pytest.mark.parametrize(("size", "status"), [(900_000, 200), (1_100_000, 413)])
async def test_a_body_of_a_megabyte_is_the_most(app: Small, size: int, status: int) -> None:
    async with visitor(app) as client:
        answer = await client.post("/api/text", json={"text": "x" * size})
    assert answer.status_code == status


async def test_a_body_without_a_length_is_measured_as_it_comes(app: Small) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b'{"text": "'
        for _ in range(40):
            yield b"x" * 65_536
        yield b'"}'

    async with visitor(app, content_type="application/json") as client:
        assert (await client.post("/api/text", content=endless())).status_code == 413


async def test_a_file_may_be_larger_up_to_its_own_limit(app: Small) -> None:
    async with visitor(app) as client:
        fine = await client.post("/api/files", files={"file": b"x" * 3_000_000})
        assert (fine.status_code, fine.json()) == (200, 3_000_000)
        large = await client.post("/api/files", files={"file": b"x" * (97 * 1024 * 1024)})
        assert large.status_code == 413
