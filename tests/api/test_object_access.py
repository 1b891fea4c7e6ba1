"""Every route that names an object, tried by everybody whose it is not. A new name in a path needs its row here."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from api.permissions import Access, RoutePolicy, route_policies
from services.identity.permissions import ALLOWED
from services.models import Account, CaseFile, CaseKind, Document, Message, Role, new_id
from tests.api.conftest import Api, once
from tests.api.test_registrations import register
from tests.factories import make_account, make_report, make_scan
from tests.services.data_requests import given
from tests.services.documents.corpus import pdf
from tests.services.licences.uploads import upload

HERE, ELSEWHERE = "64.72", "31"
OFFICIALS = [role for role in Role if role is not Role.COMPANY_USER]

# What concerns no single company: the role alone decides, and companies read nothing but the periods.
GENERAL = {
    "code", "extension_id", "version_id", "change_id", "batch_id", "order", "period", "extension", "lane",
    "person", "grant", "desk", "batch", "decree_id", "decree", "year", "change", "unit_proposal",
}  # fmt: skip
# Letters and links whose address is a secret of its own, as long as a password.
BY_SECRET = {"code", "registration", "token"}
# Which part of an object; the object itself is named beside it.
PARTS = {
    "section": "general_data",
    "name": "report_due",
    "deadline": "report_due",
    "resolution": "retry",
    "letter": "1",
}
# Mail that somebody of the post office decides on, whoever it was for; mail of a developer's own machine.
NOT_OF_A_COMPANY = ("/admin/kesehatan/surat/", "/dev/mail/")


# Which of the cases a page of one kind is about.
_KIND = {"pendaftaran": "registration_id", "perizinan": "licence_case", "permintaan-data": "request_id"}
# What only appears later: once a report was sent, a file put beside a request, a warning proposed, more time asked for.
LATER = (
    "/receipt", "/bukti", "/review", "/pemeriksaan", "/perbaikan-data", "/files/", "/berkas/", "/permintaan-data/surat",
    "/differences", "/perbedaan", "/extension-requests/", "/permohonan-perpanjangan", "peringatan",
    "/tidak-berproduksi", "/kasus/{case}/asistensi", "/teguran",
)  # fmt: skip


@dataclass(frozen=True)
class Door:
    """One method of one route, and what is declared on it."""

    method: str
    path: str
    policy: RoutePolicy

    @property
    def names(self) -> list[str]:
        """What stands in braces."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]

    @property
    def is_page(self) -> bool:
        return not self.path.startswith("/api/")

    def address(self, ids: dict[str, str]) -> str:
        """The path with everything filled in; pages of one kind of case lead to a case of that kind."""
        kind = next((name for part, name in _KIND.items() if f"/{part}" in self.path), "case")
        case = ids.get(kind, ids.get("case"))
        section = "general" if "/profile/" in self.path else ids["section"]
        return self.path.format(**{**ids, "case": case, "section": section})


def doors(app: FastAPI) -> Iterator[Door]:
    """Every route that names something."""
    for route, policies in route_policies(app.router.routes):
        path = route.path or ""
        for method in sorted((route.methods or set()) - {"HEAD"}):
            if "{" in path:
                yield Door(method, path, policies[0])


def of_a_company(door: Door) -> bool:
    """Whether the route names an object of a single company that only its own may open."""
    if door.policy.access is Access.PUBLIC or door.path.startswith(NOT_OF_A_COMPANY):
        return False
    return bool(set(door.names) - GENERAL - PARTS.keys())


@pytest.fixture
async def theirs(api: Api) -> Account:
    async with api.transaction() as (session, _):
        return await make_account(session, region=HERE)


@pytest.fixture
async def ids(api: Api, theirs: Account) -> dict[str, str]:
    """Something of theirs for every name that stands in a path."""
    registered = (await register(api, region_code=HERE)).json()["id"]
    async with api.transaction() as (session, now):
        report = (await make_report(session, theirs, now=now)).case_id
        licence = await upload(session, theirs)
        scan: Document = await make_scan(session, theirs.id, now=now)
        stored = await api.app.state.parts.store.put_bytes(pdf())
        scan.storage_key, scan.size = stored.key, stored.size
        _, [request] = await given.ask(session, [theirs], now=now)
        notice = Message(
            id=new_id(), account_id=theirs.id, template="report_received", lane="notices", recipient=theirs.email,
            context={}, dedupe_key=str(new_id()), planned_for=now, not_before=now, created_at=now,
        )  # fmt: skip
        session.add(notice)
        found: dict[str, UUID] = {
            "registration_id": UUID(registered), "account_id": theirs.id, "account": theirs.id,
            "licence_id": licence.id, "licence_case": licence.case_id or licence.id,
            "report_id": report, "report": report, "case_id": report, "case": report,
            "document_id": scan.id, "document": scan.id, "request_id": request.case_id, "message": notice.id,
        }  # fmt: skip
    return {name: str(value) for name, value in found.items()} | PARTS


# Objects that only appear in the course of a process; what is made of them is asked of the case they belong to.
IN_THE_COURSE = {
    "rollback_id", "correction_id", "correction", "task_id", "task", "warning_id", "sanction_id", "sanction",
    "extension_request", "non_production", "assistance", "reprimand",
}  # fmt: skip


async def test_every_route_that_names_an_object_is_known_here(api: Api, ids: dict[str, str]) -> None:
    known = ids.keys() | GENERAL | BY_SECRET | IN_THE_COURSE
    unknown = [(door.path, name) for door in doors(api.app) for name in door.names if name not in known]
    assert not unknown, "\n".join(map(str, unknown))


# Pages are not in the published description: the questions without which one answers nobody.
_QUERY = {"/kasus/{case}/perbedaan": {"dari": 1, "ke": 2}}


class Bodies:
    """The smallest body that the published description lets through."""

    def __init__(self, app: FastAPI) -> None:
        self._spec = app.openapi()

    def of(self, door: Door) -> dict[str, Any]:
        """Arguments for httpx."""
        operation = self._spec["paths"].get(door.path, {}).get(door.method.lower(), {})
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            return {"json": self._value(content["application/json"]["schema"])}
        if "multipart/form-data" in content:
            form = self._resolved(content["multipart/form-data"]["schema"])
            needed = {name: form["properties"][name] for name in form.get("required", ())}
            typed = {name: str(self._value(one)) for name, one in needed.items() if not _is_file(one)}
            files = {name: ("a.pdf", pdf()) for name, one in form["properties"].items() if _is_file(one)}
            return {"data": typed, "files": files}
        return {"data": {"note": "x"}} if door.method == "POST" else {}

    def query(self, door: Door) -> dict[str, Any]:
        """The parameters without which the route answers nobody."""
        operation = self._spec["paths"].get(door.path, {}).get(door.method.lower(), {})
        asked = [one for one in operation.get("parameters", ()) if one["in"] == "query" and one["required"]]
        return {one["name"]: self._value(one["schema"]) for one in asked} | _QUERY.get(door.path, {})

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in schema:
            return schema
        found: dict[str, Any] = self._spec["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        return found

    def _value(self, schema: dict[str, Any]) -> Any:
        schema = self._resolved(schema)
        if "enum" in schema:
            return schema["enum"][0]
        if "anyOf" in schema:
            return self._value(schema["anyOf"][0])
        if schema.get("type") == "object":
            needed = schema.get("required", ())
            return {name: self._value(schema["properties"][name]) for name in needed}
        if schema.get("type") == "array":
            return [self._value(schema["items"])] * schema.get("minItems", 0)
        text = {"uuid": str(new_id()), "date": "2027-01-20", "date-time": "2027-01-20T10:00:00Z"}
        plain = text.get(schema.get("format", ""), "x")
        return {"string": plain, "integer": 1, "number": 1, "boolean": True}.get(
            schema.get("type", ""), plain
        )


def _is_file(schema: dict[str, Any]) -> bool:
    return any("contentMediaType" in one for one in (schema, *schema.get("anyOf", ())))


async def ask(client: httpx.AsyncClient, door: Door, ids: dict[str, str], bodies: Bodies) -> httpx.Response:
    headers = once() | {"If-Match": '"0"'} if not door.is_page else {}
    given = {"params": bodies.query(door), **bodies.of(door)}
    return await client.request(door.method, door.address(ids), headers=headers, **given)


@pytest.fixture
async def strangers(api: Api) -> dict[Role, httpx.AsyncClient]:
    """Another company, and every kind of official of another region."""
    async with api.transaction() as (session, _):
        other = await make_account(session, region=HERE, name="PT Contoh Lain")
    found = {role: await api.as_(role, region=ELSEWHERE) for role in OFFICIALS}
    return found | {Role.COMPANY_USER: await api.company(other.id)}


@pytest.mark.timeout(600)
async def test_what_belongs_to_others_does_not_exist(
    api: Api, ids: dict[str, str], strangers: dict[Role, httpx.AsyncClient]
) -> None:
    """404 for whoever may do it elsewhere, 403 for whoever may do it nowhere: neither tells that it is there."""
    bodies, anonymous = Bodies(api.app), await api.anonymous()
    wrong, tried = [], 0
    for door in doors(api.app):
        if not of_a_company(door) or not set(door.names) <= ids.keys():
            continue
        unasked = await ask(anonymous, door, ids, bodies)
        if unasked.status_code not in ({303, 401} if door.is_page else {401}):
            wrong.append((door.method, door.path, "anonymous", unasked.status_code))
        for role, client in strangers.items():
            tried += 1
            allowed = door.policy.permission is None or door.policy.permission in ALLOWED[role]
            answer = await ask(client, door, ids, bodies)
            if answer.status_code != (404 if allowed else 403):
                wrong.append((door.method, door.path, role.value, answer.status_code))
    assert not wrong, "\n".join(map(str, wrong))
    assert tried > 300


@pytest.mark.timeout(300)
async def test_to_those_it_belongs_to_it_does_exist(api: Api, ids: dict[str, str], theirs: Account) -> None:
    """Else the test above would pass over addresses that lead nowhere."""
    bodies = Bodies(api.app)
    own: dict[Role, httpx.AsyncClient] = {role: await api.as_(role, region="64") for role in OFFICIALS}
    own[Role.COMPANY_USER] = await api.company(theirs.id)
    gone = []
    for door in doors(api.app):
        if door.method != "GET" or not of_a_company(door) or not set(door.names) <= ids.keys():
            continue
        if any(part in door.path for part in LATER):
            continue
        roles = [role for role in own if door.policy.permission in ALLOWED[role]]
        answers = [(await ask(own[role], door, ids, bodies)).status_code for role in roles]
        if set(answers) <= {401, 403, 404}:
            gone.append((door.path, answers))
    assert not gone, "\n".join(map(str, gone))


async def test_what_concerns_no_single_company_is_not_for_companies(
    api: Api, strangers: dict[Role, httpx.AsyncClient]
) -> None:
    bodies = Bodies(api.app)
    for door in doors(api.app):
        permission = door.policy.permission
        if permission is None or permission in ALLOWED[Role.COMPANY_USER] or of_a_company(door):
            continue
        anything = dict.fromkeys(door.names, str(new_id())) | PARTS
        answer = await ask(strangers[Role.COMPANY_USER], door, anything, bodies)
        assert answer.status_code == 403, (door.method, door.path)


async def test_a_case_of_every_kind_is_hidden_alike(api: Api, ids: dict[str, str]) -> None:
    """The spine shows all kinds at one address: a company sees its own, whatever their kind."""
    async with api.sessions() as session:
        report = await session.get_one(CaseFile, UUID(ids["case_id"]))
        request = await session.get_one(CaseFile, UUID(ids["request_id"]))
    assert {report.kind, request.kind} == {CaseKind.REPORT, CaseKind.DATA_REQUEST}
    elsewhere = await api.as_(Role.AUDITOR, region=ELSEWHERE)
    here = await api.as_(Role.AUDITOR, region="64")
    for case in (report.id, request.id, UUID(ids["registration_id"])):
        for part in ("", "/timeline", "/deadlines", "/messages", "/documents", "/notes"):
            assert (await elsewhere.get(f"/api/v1/cases/{case}{part}")).status_code == 404
            assert (await here.get(f"/api/v1/cases/{case}{part}")).status_code == 200
