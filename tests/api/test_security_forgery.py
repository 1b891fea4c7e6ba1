"""Requests made by another site's page in a user's name: none is accepted, and ours all are."""

import pytest
from sqlalchemy import text

from services.database import Sessions
from services.identity import api_keys, nda
from services.identity.sessions import start
from services.models import Role
from tests.api.doors import HTTP, OURS, Small, browser, build, visitor
from tests.services.identity import factories

METHODS = ["POST", "PUT", "PATCH", "DELETE"]
ELSEWHERE = "https://elsewhere.example"


@pytest.fixture
def app(sessions: Sessions) -> Small:
    return build(sessions)


@pytest.fixture
async def cookie(sessions: Sessions) -> str:
    async with sessions.begin() as session:
        person = await factories.official(session)
        await nda.accept(session, person.id)
        return f"__Host-tenggat={(await start(session, person.id, official=True)).token}"


async def token_of(app: Small, cookie: str) -> str:
    async with browser(app, cookie=cookie) as client:
        token: str = (await client.get("/api/open")).json()["csrf"]
    return token


@pytest.mark.parametrize("method", METHODS)
async def test_a_page_of_ours_changes_something_with_the_sessions_token(
    app: Small, cookie: str, method: str
) -> None:
    headers = {"X-CSRF-Token": await token_of(app, cookie)}
    async with browser(app, cookie=cookie) as client:
        assert (await client.request(method, "/api/decision", headers=headers)).status_code == 200


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin", "origin": OURS},  # no token
        {"sec-fetch-site": "same-origin", "origin": OURS, "x-csrf-token": ""},
        {"sec-fetch-site": "same-origin", "origin": OURS, "x-csrf-token": "guess"},
        {"sec-fetch-site": "cross-site", "origin": ELSEWHERE, "x-csrf-token": "TOKEN"},
        {"sec-fetch-site": "same-site", "origin": "https://other.tenggat.example", "x-csrf-token": "TOKEN"},
        {"sec-fetch-site": "cross-site", "x-csrf-token": "TOKEN"},
        {"sec-fetch-site": "same-origin", "origin": ELSEWHERE, "x-csrf-token": "TOKEN"},
        {"origin": ELSEWHERE, "x-csrf-token": "TOKEN"},
        {"origin": "null", "x-csrf-token": "TOKEN"},
        {"origin": "http://tenggat.example", "x-csrf-token": "TOKEN"},
        {"origin": "https://tenggat.example.elsewhere.example", "x-csrf-token": "TOKEN"},
        {"x-csrf-token": "TOKEN"},  # a cookie, and no word of where it comes from
    ],
)
async def test_anything_less_is_refused(
    app: Small, cookie: str, method: str, headers: dict[str, str]
) -> None:
    token = await token_of(app, cookie)
    sent = {name: token if value == "TOKEN" else value for name, value in headers.items()}
    async with visitor(app, cookie=cookie) as client:
        answer = await client.request(method, "/api/decision", headers=sent)
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_refused")


async def test_the_token_of_another_session_is_no_token(app: Small, cookie: str, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        other = await factories.official(session, username="lain")
        others = f"__Host-tenggat={(await start(session, other.id, official=True)).token}"
    headers = {"X-CSRF-Token": await token_of(app, others)}
    async with browser(app, cookie=cookie) as client:
        assert (await client.post("/api/decision", headers=headers)).status_code == 403


async def test_a_form_carries_the_token_as_a_field(app: Small, cookie: str) -> None:
    token = await token_of(app, cookie)
    async with browser(app, cookie=cookie) as client:
        fine = await client.post("/api/page-form", data={"csrf_token": token, "note": "catatan"})
        assert (fine.status_code, fine.json()) == (200, "catatan")
        parts = {"csrf_token": (None, token), "note": (None, "catatan")}
        assert (await client.post("/api/page-form", files=parts)).status_code == 200
        assert (await client.post("/api/page-form", data={"note": "catatan"})).status_code == 403
        wrong = {"csrf_token": "é", "note": "catatan"}
        assert (await client.post("/api/page-form", data=wrong)).status_code == 403


async def test_a_key_needs_neither_token_nor_origin(app: Small, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        made = await api_keys.create(session, Role.UPP_OFFICER, created_by="cli")
    async with visitor(app, authorization=f"Bearer {made.token}") as client:
        assert (await client.post("/api/decision")).status_code == 200


async def test_a_key_that_opens_nothing_does_not_smuggle_the_session_past_the_check(
    app: Small, cookie: str
) -> None:
    async with visitor(app, authorization="Bearer nothing", cookie=cookie) as client:
        assert (await client.post("/api/decision")).status_code == 401


async def test_reading_needs_no_token_from_wherever_a_link_leads_here(app: Small, cookie: str) -> None:
    async with visitor(app, cookie=cookie, sec_fetch_site="cross-site") as client:
        assert (await client.get("/api/me")).status_code == 200


async def test_nothing_changes_by_getting_it(app: Small, cookie: str) -> None:
    async with browser(app, cookie=cookie) as client:
        assert (await client.get("/api/decision")).status_code == 405


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),  # a program
        ({"sec-fetch-site": "same-origin", "origin": OURS}, 200),
        ({"origin": OURS}, 200),
        ({"origin": ELSEWHERE}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"origin": "null"}, 403),
    ],
)
async def test_a_public_call_is_refused_to_other_sites_pages_only(
    app: Small, headers: dict[str, str], status: int
) -> None:
    async with visitor(app) as client:
        assert (await client.post("/api/public", headers=headers)).status_code == status


async def test_a_public_form_is_bound_to_a_cookie_of_its_own(app: Small) -> None:
    async with browser(app) as client:
        token = (await client.get("/api/open")).json()["csrf"]
        assert "__Host-tenggat-form" in client.cookies
        assert (await client.get("/api/open")).json()["csrf"] == token
        fine = await client.post("/api/public-form", data={"csrf_token": token, "name": "x"})
        assert fine.status_code == 200
        assert (await client.post("/api/public-form", data={"name": "x"})).status_code == 403
        client.cookies.clear()
        lost = await client.post("/api/public-form", data={"csrf_token": token, "name": "x"})
        assert lost.status_code == 403


async def test_a_public_form_filled_in_before_signing_in_elsewhere_does_not_count_for_the_session(
    app: Small, cookie: str
) -> None:
    async with browser(app) as client:
        token = (await client.get("/api/open")).json()["csrf"]
        client.cookies.set("__Host-tenggat", cookie.partition("=")[2])
        answer = await client.post("/api/public-form", data={"csrf_token": token, "name": "x"})
    assert answer.status_code == 403


async def test_an_address_typed_by_hand_on_loopback_is_ours_too(sessions: Sessions) -> None:
    """`tenggat up` prints 127.0.0.1; somebody types localhost."""
    app = build(sessions, HTTP)
    here = "http://localhost:8000"
    async with visitor(app, url=here, origin=here) as client:
        assert (await client.post("/api/public")).status_code == 200


async def test_forgeries_are_written_down(app: Small, cookie: str, sessions: Sessions) -> None:
    async with visitor(app, cookie=cookie, origin=ELSEWHERE) as client:
        await client.post("/api/decision")
    async with sessions() as session:
        found = await session.execute(
            text("SELECT data ->> 'route' FROM security_event WHERE type = 'csrf_refused'")
        )
        assert found.scalars().all() == ["/api/decision"]
