"""Headers of every answer, whatever the answer is."""

import re

import pytest
from fastapi import Request, Response

from api.security import DOCUMENT_POLICY
from services.database import Sessions
from tests.api.doors import HTTP, build, visitor

ANSWERS = {
    ("GET", "/api/open"): 200,
    ("POST", "/api/open"): 405,
    ("GET", "/api/me"): 401,
    ("HEAD", "/api/missing"): 404,
    ("POST", "/api/public-form"): 403,
    ("GET", "/api/bug"): 500,
    ("GET", "/static/vendor/htmx.min.js"): 200,
}


@pytest.mark.parametrize(("method", "path"), ANSWERS)
async def test_every_answer_has_them_errors_and_static_files_too(
    sessions: Sessions, method: str, path: str
) -> None:
    async with visitor(build(sessions)) as client:
        answer = await client.request(method, path, data={"name": "x"} if method == "POST" else None)
    assert answer.status_code == ANSWERS[method, path]
    headers = answer.headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert re.fullmatch(r"[0-9a-f]{32}", headers["x-request-id"])
    policy = headers["content-security-policy"]
    for directive in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert directive in policy
    assert "unsafe" not in policy
    assert "access-control-allow-origin" not in headers


async def test_the_nonce_is_new_each_time_and_the_one_in_the_policy(sessions: Sessions) -> None:
    async with visitor(build(sessions)) as client:
        answers = [await client.get("/api/open") for _ in range(3)]
    nonces = {answer.json()["nonce"] for answer in answers}
    assert len(nonces) == 3
    for answer in answers:
        assert f"'nonce-{answer.json()['nonce']}'" in answer.headers["content-security-policy"]


async def test_the_id_on_the_answer_is_ours_and_not_the_callers(sessions: Sessions) -> None:
    async with visitor(build(sessions), x_request_id="mine") as client:
        answer = await client.get("/api/open")
    assert answer.headers["x-request-id"] == answer.json()["request_id"] != "mine"


async def test_an_error_shows_its_id_and_nothing_of_its_cause(sessions: Sessions) -> None:
    async with visitor(build(sessions)) as client:
        answer = await client.get("/api/bug")
    assert answer.status_code == 500
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert "a bug" not in answer.text


async def test_pages_are_not_kept_by_caches_and_static_files_may_be(sessions: Sessions) -> None:
    async with visitor(build(sessions)) as client:
        assert (await client.get("/api/open")).headers["cache-control"] == "no-store"
        assert "no-store" not in (await client.get("/static/vendor/htmx.min.js")).headers.get(
            "cache-control", ""
        )


async def test_a_stored_file_may_state_its_own_policy(sessions: Sessions) -> None:
    async with visitor(build(sessions)) as client:
        headers = (await client.get("/api/document")).headers
    assert headers["content-security-policy"] == "default-src 'none'"
    assert headers["cache-control"] == "private"
    assert "frame-ancestors 'self'" in DOCUMENT_POLICY


async def test_without_https_nothing_promises_https(sessions: Sessions) -> None:
    async with visitor(build(sessions, HTTP), url="http://127.0.0.1:8000") as client:
        assert "strict-transport-security" not in (await client.get("/api/open")).headers


async def test_they_are_there_even_when_the_answer_to_an_error_fails(sessions: Sessions) -> None:
    app = build(sessions)

    async def fails(request: Request, error: Exception) -> Response:
        raise ValueError("the handler has a bug too")

    app.add_exception_handler(Exception, fails)
    async with visitor(app) as client:
        answer = await client.get("/api/bug")
    assert answer.status_code == 500
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "x-request-id" in answer.headers
