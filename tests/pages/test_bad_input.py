"""What people and programs get wrong: said at the field, nothing typed lost, nothing half-written; page and API."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from api.pages.public import human
from services.models import Role, new_id
from tests.api.conftest import Api, once
from tests.api.test_registrations import TYPED, register
from tests.pages.officials import official, owing
from tests.pages.test_company_flow import company, sign_in, write
from tests.pages.test_public_registering import COMPANY, HERE, scan
from tests.pages.visitor import Visitor
from tests.services.documents import corpus
from tests.services.forms.filled import typed

TABLES = ("registration", "case_file", "document", "case_event", "message", "extension", "idempotency_key")


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(human, "SHORTEST_SECONDS", 0)


@asynccontextmanager
async def nothing_written(api: Api, *but: str) -> AsyncIterator[None]:
    """Every table has as many rows afterwards as before."""

    async def counts() -> dict[str, int]:
        async with api.sessions() as session:
            return {
                table: (await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()  # noqa: S608 -- our own names
                for table in TABLES
                if table not in but
            }

    before = await counts()
    yield
    assert await counts() == before


def said(answer: httpx.Response) -> dict[str, str]:
    """The fields that the API blames, with what it says."""
    return {error["field"]: error["message"] for error in answer.json()["errors"]}


WRONG = [
    ("nib", "123", "NIB terdiri atas 13 angka."),
    ("nib", "912000000001X", "NIB terdiri atas 13 angka."),
    ("npwp", "12", "NPWP"),
    ("email", "bukan surel", "Alamat surel tidak sah."),
    ("region_code", "99.99", ""),
    ("company_name", "", "Wajib diisi."),
    ("address", " ", "Wajib diisi."),
]


@pytest.mark.parametrize(("field", "value", "message"), WRONG)
async def test_a_wrong_field_of_a_registration(
    api: Api, visitor: Visitor, field: str, value: str, message: str
) -> None:
    async with nothing_written(api):
        wrong: dict[str, Any] = {field: value}
        refused = await register(api, **wrong)
        assert refused.status_code == 422
        assert list(said(refused)) == [field]
        assert message in said(refused)[field]
    await visitor.open(HERE)
    async with nothing_written(api):
        await visitor.send(HERE, {**COMPANY, field: value, human.ANSWER: visitor.human_answer()}, scan())
        assert visitor.page.status_code == 422
        assert message in visitor.errors
        assert f'id="{field}-error"' in visitor.page.text
        kept = visitor.fields(HERE)
        others = {name: [COMPANY[name]] for name in COMPANY if name != field}
        assert {name: kept[name] for name in others} == others
        assert field == "region_code" or kept[field] == [value]
        assert "nib.pdf" in visitor.text


FILES: list[tuple[str, Callable[[], bytes], str]] = [
    ("a zip", corpus.archive, "PDF"),
    ("encrypted", lambda: corpus.encrypted(user="rahasia"), "terkunci"),
    ("scripted", lambda: corpus.with_action("JavaScript", JS="app.alert(1)"), ""),
    ("with a file inside", corpus.with_attachment, ""),
    ("empty", lambda: b"", "Berkas kosong"),
]


@pytest.mark.parametrize(("make", "message"), [case[1:] for case in FILES], ids=[case[0] for case in FILES])
async def test_an_unfit_file_of_a_registration(
    api: Api, visitor: Visitor, make: Callable[[], bytes], message: str
) -> None:
    async with nothing_written(api):
        refused = await register(api, file=make())
        assert refused.status_code == 422
        assert list(said(refused)) == ["document"]
        assert message in said(refused)["document"]
    await visitor.open(HERE)
    async with nothing_written(api):
        answer = visitor.human_answer()
        await visitor.send(HERE, {**COMPANY, human.ANSWER: answer}, scan(content=make()))
        assert visitor.page.status_code == 422
        assert message in visitor.errors
        assert 'id="nib_document-error"' in visitor.page.text
        kept = visitor.fields(HERE)
        assert {name: kept[name] for name in COMPANY} == {name: [value] for name, value in COMPANY.items()}


async def test_the_same_factory_a_second_time(api: Api, visitor: Visitor) -> None:
    assert (await register(api, nib=COMPANY["nib"], address=COMPANY["address"])).status_code == 201
    async with nothing_written(api):
        again = await register(api, nib=COMPANY["nib"], address="jalan contoh raya nomor 17")
        assert again.status_code == 409
        assert list(said(again)) == ["address"]
    await visitor.open(HERE)
    async with nothing_written(api):
        await visitor.send(HERE, {**COMPANY, human.ANSWER: visitor.human_answer()}, scan())
        assert visitor.page.status_code == 409
        assert "Pabrik dengan NIB dan alamat yang sama" in visitor.errors
        assert visitor.fields(HERE)["address"] == [COMPANY["address"]]


async def test_the_key_of_another_command(api: Api) -> None:
    key = once()
    first = await register(api, key=key)
    async with nothing_written(api):
        other = await register(api, key=key, company_name="PT Contoh Lain")
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
        same = await register(api, key=key)
        assert (same.status_code, same.text) == (201, first.text)


NEW = "/admin/perpanjangan/baru"
EXTENSION = {
    "scope": "period",
    "period": "2026-Q4",
    "target_date": "2027-01-17",
    "instrument": "Pengumuman 12/2027",
    "reason": "Banjir",
}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("target_date", "2027-01-02"),  # past
        ("target_date", "2027-01-09"),  # earlier than the date in force
        ("target_date", "besok"),
        ("period", "2026-Q9"),
        ("reason", ""),
        ("instrument", ""),
    ],
)
async def test_an_extension_that_cannot_be(api: Api, field: str, value: str) -> None:
    await owing(api)
    program = await api.as_(Role.ADMINISTRATOR)
    async with nothing_written(api):
        refused = await program.post("/api/v1/extensions", json=EXTENSION | {field: value}, headers=once())
        assert refused.status_code == 422
        assert list(said(refused)) == [field]
    async with official(api, Role.ADMINISTRATOR) as admin, nothing_written(api):
        await admin.open(NEW)
        await admin.send(NEW, EXTENSION | {field: value})
        assert admin.page.status_code == 422
        assert f'id="{field}-error"' in admin.page.text
        kept = admin.fields(NEW)
        assert kept["instrument"] == [EXTENSION["instrument"] if field != "instrument" else ""]
        assert field == "period" or kept[field] == [value]


@pytest.mark.parametrize("role", [Role.UPP_OFFICER, Role.VERIFIER, Role.REGIONAL_OFFICER, Role.AUDITOR])
async def test_an_extension_that_nobody_of_this_role_may_give(api: Api, role: Role) -> None:
    await owing(api)
    region = "64" if role is Role.REGIONAL_OFFICER else ""
    program = await api.as_(role, region=region)
    async with nothing_written(api):
        refused = await program.post("/api/v1/extensions", json=EXTENSION, headers=once())
        assert refused.status_code == 403
    async with official(api, role, region=region) as somebody, nothing_written(api):
        assert (await somebody.open(NEW)).status_code == 403


@dataclass(frozen=True)
class Page:
    """A page of a report that somebody fills in, on the screen and by program."""

    visitor: Visitor
    program: httpx.AsyncClient
    report: UUID
    section: str

    @property
    def here(self) -> str:
        return f"/laporan/{self.report}/bagian/{self.section}"

    @property
    def there(self) -> str:
        return f"/api/v1/reports/{self.report}/sections/{self.section}"


async def page(api: Api, visitor: Visitor, section: str) -> Page:
    """The first page of a report whose company is signed in."""
    account, report = await company(api)
    await sign_in(visitor)
    return Page(visitor, await api.company(account.id), report, section)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("machine_value", "banyak"),
        ("machine_value", "-5"),
        ("machine_value", "9" * 40),
        ("machine_value", "1e400"),
        ("working_capital", "NaN"),
    ],
)
async def test_numbers_that_are_none(api: Api, visitor: Visitor, field: str, value: str) -> None:
    """A draft keeps what was typed, right or wrong, with what is wrong beside it."""
    first = await page(api, visitor, "general_data")
    await visitor.open(first.here)
    await visitor.send(first.here, typed()["general_data"] | {field: value, "then": "next"})
    assert visitor.page.status_code == 422
    assert f'id="{field}-error"' in visitor.page.text
    assert visitor.fields(first.here)[field] == [value]
    version = visitor.fields(first.here)["version"][0]
    body = {"values": typed()["general_data"] | {field: value}, "notation": "indonesian"}
    saved = await first.program.put(first.there, json=body, headers={"If-Match": f'"{version}"'})
    assert saved.status_code == 200
    assert field in [error["field"] for error in saved.json()["errors"]]
    assert saved.json()["typed"][field] == value
    assert field not in saved.json()["values"]


async def test_ten_thousand_rows(api: Api, visitor: Visitor) -> None:
    machines = await page(api, visitor, "machines")
    row = typed()["machines"]["rows"][0]
    many = {"values": {"rows": [row] * 10_000}, "notation": "indonesian"}
    version = (await machines.program.get(f"/api/v1/reports/{machines.report}")).json()["content_version"]
    headers = {"If-Match": f'"{version}"'}
    async with nothing_written(api):
        refused = await machines.program.put(machines.there, json=many, headers=headers)
    assert refused.status_code in (413, 422)
    assert refused.json()["detail"]
    fields = [("machine", "Mesin")] * 60_000
    await visitor.open(machines.here)
    shared = [(name, visitor.fields(machines.here)[name][0]) for name in ("csrf_token", "command", "version")]
    body = "&".join(f"{name}={value}" for name, value in (*shared, *fields))
    kind = {"content-type": "application/x-www-form-urlencoded"}
    async with nothing_written(api):
        answer = await visitor.client.post(machines.here, content=body, headers=kind)
    assert answer.status_code in (400, 413, 422)


async def test_a_version_that_somebody_else_has_changed(api: Api, visitor: Visitor) -> None:
    first = await page(api, visitor, "general_data")
    await visitor.open(first.here)
    seen = visitor.fields(first.here)["version"][0]
    await write(visitor, first.here, typed()["general_data"] | {"then": "stay"})
    async with nothing_written(api):
        values = typed()["general_data"] | {"machine_value": "7"}
        stale = await first.program.put(
            first.there,
            json={"values": values, "notation": "indonesian"},
            headers={"If-Match": f'"{seen}"'},
        )
        assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
        await visitor.open(first.here)
        await write(visitor, first.here, values | {"version": seen, "then": "stay", "command": str(new_id())})
        assert visitor.page.status_code == 409
        assert visitor.fields(first.here)["machine_value"] == ["7"]
    stored = (await first.program.get(first.there)).json()
    assert stored["typed"]["machine_value"] == typed()["general_data"]["machine_value"]


def test_the_program_and_the_page_are_given_the_same_registration() -> None:
    assert TYPED.keys() == COMPANY.keys()
