"""What the API says of itself, and how it refuses."""

from typing import Any
from uuid import UUID

import pytest

from api.permissions import Access, route_policies
from services.models import Role
from tests.api.conftest import Api, once


def operations(schema: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method.upper(), operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]


OPEN = {"/api/v1/bounces", "/api/v1/registrations", "/api/v1/sessions"}


async def test_every_route_declares_one_policy(api: Api) -> None:
    declared = {route.path: policies for route, policies in route_policies(api.app.routes) if route.path}
    assert {path for path, policies in declared.items() if len(policies) != 1} == set()
    open_to_all = {
        path for path, policies in declared.items() if policies and policies[0].access is Access.PUBLIC
    }
    assert {path for path in open_to_all if path.startswith("/api/")} == OPEN


async def test_the_description_is_published_and_complete(api: Api) -> None:
    client = await api.anonymous()
    schema = (await client.get("/api/v1/openapi.json")).json()
    assert set(schema["components"]["securitySchemes"]) == {"bearer", "session"}
    for path, method, operation in operations(schema):
        if not path.startswith("/api/"):
            continue
        assert operation["summary"], path
        assert operation.get("description"), f"{method} {path} says what it does"
        problem = operation["responses"]["422"]["content"]["application/problem+json"]["schema"]
        assert problem == {"$ref": "#/components/schemas/Problem"}
        assert (operation["security"] == []) == (path in OPEN)


# Sessions hold secrets, which are not stored with an answer. A report of a bounce is its own key.
WITHOUT_KEY = {"/api/v1/sessions", "/api/v1/bounces"}


async def test_every_post_that_changes_something_takes_a_key(api: Api) -> None:
    client = await api.anonymous()
    schema = (await client.get("/api/v1/openapi.json")).json()
    for path, method, operation in operations(schema):
        if method == "POST" and path.startswith("/api/") and path not in WITHOUT_KEY:
            headers = {p["name"].lower() for p in operation.get("parameters", []) if p["in"] == "header"}
            assert "idempotency-key" in headers, path


FIXED = """
    POST /registrations  GET /registrations/{id}  POST /registrations/{id}/decision
    POST /sessions  DELETE /sessions/current  GET /me
    GET /accounts  GET /accounts/{id}  PUT /accounts/{id}/profile/{id}
    POST /periods/{id}/opening  GET /periods/{id}
    GET /cases  GET /cases/{id}  GET /cases/{id}/timeline  GET /cases/{id}/deadlines  GET /cases/{id}/messages
    GET /cases/{id}/documents  GET /cases/{id}/deadlines/{id}/explanation
    POST /cases/{id}/hold  POST /cases/{id}/release  POST /cases/{id}/assignment  POST /cases/{id}/notes
    POST /reports  GET /reports/{id}  PUT /reports/{id}/sections/{id}  GET /reports/{id}/completeness
    POST /reports/{id}/submission
    POST /extensions  POST /extensions/{id}/dry-run  POST /extensions/{id}/approval  POST /extensions/{id}/undo
    GET /extensions/{id}  GET /clock  POST /clock/advance
"""


async def test_the_names_that_other_programs_use_are_there(api: Api) -> None:
    import re

    client = await api.anonymous()
    schema = (await client.get("/api/v1/openapi.json")).json()
    served = {(method, re.sub(r"{\w+}", "{id}", path)) for path, method, _ in operations(schema)}
    words = FIXED.split()
    for method, path in zip(words[::2], words[1::2], strict=True):
        assert (method, f"/api/v1{path}") in served


@pytest.mark.parametrize(
    ("language", "detail", "at_field"),
    [
        ("id", "Periksa kembali isian yang ditandai.", "Wajib diisi."),
        ("en", "Check the marked fields again.", "Required."),
    ],
)
async def test_a_refusal_is_a_problem_in_the_readers_language(
    api: Api, language: str, detail: str, at_field: str
) -> None:
    administrator = await api.as_(Role.ADMINISTRATOR, accept_language=language)
    body = {
        "scope": "period",
        "period": "2026-Q4",
        "target_date": "2027-01-20",
        "instrument": "",
        "reason": "x",
    }
    answer = await administrator.post("/api/v1/extensions", json=body, headers=once())
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["detail"] == detail
    assert problem["errors"] == [{"field": "instrument", "message": at_field}]
    assert (problem["status"], problem["code"]) == (422, "invalid_input")
    assert problem["instance"] == "/api/v1/extensions"
    assert problem["request_id"] == answer.headers["x-request-id"]


async def test_what_is_malformed_is_named(api: Api) -> None:
    administrator = await api.as_(Role.ADMINISTRATOR)
    body = {"scope": "everybody", "target_date": "soon", "instrument": "x", "reason": "x", "surplus": 1}
    answer = await administrator.post("/api/v1/extensions", json=body, headers=once())
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {"scope", "target_date", "surplus"}
    without_key = await administrator.post("/api/v1/periods/2026-Q4/opening")
    assert [error["field"] for error in without_key.json()["errors"]] == ["Idempotency-Key"]
    nothing = await administrator.get(f"/api/v1/extensions/{UUID(int=3)}")
    assert nothing.status_code == 404
