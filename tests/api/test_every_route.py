"""Every route of the application, whatever it is for: strangers, forgeries and headers. A new route is tried by itself.

The table is the application's own list of routes; a route that declares no policy, or an answer that none of the
sentences below allows, fails here.
"""

from collections.abc import Iterator

import httpx
import pytest

from api.permissions import Access, Csrf, route_policies
from api.security import DOCUMENT_POLICY
from services.identity import nda, people, sessions
from services.models import Account, Role
from tests.api.conftest import Api
from tests.api.doors import browser, visitor
from tests.api.test_object_access import PARTS, Bodies, Door, ids, theirs

__all__ = ["ids", "theirs"]

ELSEWHERE = "https://elsewhere.example"
CHANGES = {"POST", "PUT", "PATCH", "DELETE"}
# Made for callers without a browser, which have no session that another site could misuse: a bounce proves itself.
BY_PROGRAMS = {"/api/v1/bounces"}


def every_door(api: Api) -> Iterator[Door]:
    """One for each method of each route, those that name no object too."""
    for route, policies in route_policies(api.app.router.routes):
        assert len(policies) == 1, f"{route.path} declares {len(policies)} policies"
        for method in sorted((route.methods or set()) - {"HEAD"}):
            yield Door(method, route.path or "", policies[0])


def address(door: Door, ids: dict[str, str]) -> str:
    """The path with ids of what there is, and with something of the right shape for all else."""
    return door.address(dict.fromkeys(door.names, "1") | PARTS | ids)


@pytest.fixture
async def administrators_session(api: Api) -> str:
    """A session that may do nearly everything, begun a moment ago."""
    async with api.transaction() as (session, _):
        person = await people.create(
            session, username="admin-contoh", name="Petugas", email="admin@dinas.example"
        )
        await people.grant(session, person.id, Role.ADMINISTRATOR, granted_by="test")
        await people.set_password_hash(session, person.id, "not a hash: nobody signs in with it")
        await nda.accept(session, person.id)
        return (await sessions.start(session, person.id, official=True)).token


async def test_nothing_is_open_to_nobody_but_what_declares_so(
    api: Api, ids: dict[str, str], theirs: Account
) -> None:
    """OWASP ASVS 8.3.1: refused by default. Programs get 401, browsers are led to sign in, and no data."""
    nobody, bodies, doors, open_ = await api.anonymous(), Bodies(api.app), 0, []
    for door in every_door(api):
        doors += 1
        if door.policy.access is Access.PUBLIC:
            continue
        given = {"params": bodies.query(door), **bodies.of(door)}
        answer = await nobody.request(door.method, address(door, ids), **given)
        led = answer.status_code == 303 and answer.headers["location"].startswith("/masuk")
        if not (answer.status_code in (401, 403) or led) or theirs.name in answer.text:
            open_.append((door.method, door.path, answer.status_code))
    assert doors > 300
    assert not open_, "\n".join(map(str, open_))


@pytest.mark.parametrize(
    "forged",
    [
        {"origin": "OURS", "sec_fetch_site": "same-origin"},  # our page, and no token
        {"origin": ELSEWHERE, "sec_fetch_site": "cross-site", "x_csrf_token": "guess"},
        {},  # a cookie, and no word of where it comes from
    ],
    ids=["without a token", "from another site", "from nowhere"],
)
async def test_no_route_changes_anything_for_another_sites_page(
    api: Api, ids: dict[str, str], administrators_session: str, forged: dict[str, str]
) -> None:
    """OWASP ASVS 3.5.1 to 3.5.3, on every route that changes something, in the name of an administrator."""
    ours, bodies, tried, accepted = api.app.state.settings.public_url, Bodies(api.app), 0, []
    headers = {name: ours if value == "OURS" else value for name, value in forged.items()}
    async with visitor(api.app, url=ours, **headers) as page:
        page.cookies.set("tenggat", administrators_session)
        for door in every_door(api):
            if door.method not in CHANGES or door.path in BY_PROGRAMS:
                continue
            if door.policy.access is Access.PUBLIC and door.policy.csrf is not Csrf.FORM:
                continue  # it has no session to misuse; test_security_forgery sees to other sites
            tried += 1
            answer = await page.request(door.method, address(door, ids), **bodies.of(door))
            if answer.status_code != 403:
                accepted.append((door.method, door.path, answer.status_code))
    assert tried > 100
    assert not accepted, "\n".join(map(str, accepted))


def lacking(answer: httpx.Response) -> list[str]:
    """What this answer lacks of what every answer has."""
    headers, policy = answer.headers, answer.headers.get("content-security-policy", "")
    checks = {
        "nosniff": headers.get("x-content-type-options") == "nosniff",
        "referrer": headers.get("referrer-policy") == "strict-origin-when-cross-origin",
        "opener": headers.get("cross-origin-opener-policy") == "same-origin",
        "request id": len(headers.get("x-request-id", "")) == 32,
        "policy": policy == DOCUMENT_POLICY or ("default-src" in policy and "unsafe" not in policy),
        "frames": "frame-ancestors" in policy or "sandbox" in policy,
        "no sharing": "access-control-allow-origin" not in headers,
        "no inline script": "<script>" not in answer.text,
        "not kept": "no-store" in headers.get("cache-control", "") or "private" in headers.get("cache-control", "")
        or "max-age" in headers.get("cache-control", ""),
    }  # fmt: skip
    return [name for name, kept in checks.items() if not kept]


async def test_every_answer_of_every_route_has_the_headers(
    api: Api, ids: dict[str, str], administrators_session: str
) -> None:
    """OWASP ASVS 3.4.1 to 3.4.6, on what an administrator reads, on refusals and on what is not there."""
    found, statuses, url = [], set(), api.app.state.settings.public_url
    async with browser(api.app, url=url) as page:
        page.cookies.set("tenggat", administrators_session)
        for door in every_door(api):
            if door.method == "GET":
                answer = await page.get(address(door, ids), params=Bodies(api.app).query(door))
                statuses.add(answer.status_code)
                found += [(door.path, answer.status_code, name) for name in lacking(answer)]
    assert {200, 404, 422} <= statuses
    assert not found, "\n".join(map(str, found))
