"""A company's report on its pages, from the home to the receipt, as a browser without JavaScript sends it."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from api.pages.public import human
from services.identity import passwords, people
from services.models import Account
from tests.api.conftest import Api
from tests.factories import make_account, make_report
from tests.pages.visitor import Visitor
from tests.services.documents.corpus import pdf
from tests.services.forms.filled import typed

PASSWORD = "Kelok9-hujan-Teduh!"


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(human, "SHORTEST_SECONDS", 0)


async def company(api: Api, username: str = "a1001", **facts: Any) -> tuple[Account, UUID]:
    """An account with a person who may sign in, and the report it owes."""
    async with api.transaction() as (session, now):
        account = await make_account(session, **facts)
        person = await people.invite(
            session, username=username, name="Pelaporan", email="lapor@rotan.example", account_id=account.id
        )
        await people.set_password_hash(session, person.id, await passwords.hash_password(PASSWORD))
        report = await make_report(session, account, now=now)
    return account, report.case_id


async def sign_in(visitor: Visitor, username: str = "a1001") -> None:
    await visitor.open("/masuk")
    await visitor.send("/masuk", {"username": username, "password": PASSWORD})


async def fill(visitor: Visitor, base: str) -> None:
    """Every page, row by row where it is a table."""
    for section, values in typed().items():
        here = f"{base}/bagian/{section}"
        for row in values.get("rows", [values]):
            await visitor.open(here)
            answer = await write(visitor, here, {**row, "then": "next"})
            assert answer.status_code == 200, (section, visitor.errors)


async def write(visitor: Visitor, here: str, values: dict[str, Any]) -> httpx.Response:
    """Send the page's own form, not one of the questions before a row is deleted, which lead to the same place."""
    shared = {name: visitor.fields(here)[name] for name in ("csrf_token", "command", "version")}
    visitor.page = await visitor.client.post(here, data={**shared, **values})
    return visitor.page


async def test_a_report_is_filled_signed_and_sent_on_its_pages(api: Api, visitor: Visitor) -> None:
    _, report = await company(api)
    await sign_in(visitor)
    home = await visitor.open("/beranda")
    base = f"/laporan/{report}"
    assert f'href="{base}"' in home.text
    await visitor.open(base)
    assert visitor.path == f"{base}/bagian/general_data"
    await fill(visitor, base)

    statement = f"{base}/surat-pernyataan"
    await visitor.open(statement)
    await visitor.send(statement, {"statement_number": "017/SP/I/2027", "then": "number"})
    letter = await visitor.client.get(f"{statement}/cetak")
    assert letter.content.startswith(b"%PDF")
    await visitor.send(statement, {"then": "scan"}, files={"scan": ("surat.pdf", pdf())})
    await visitor.open(f"{base}/kirim")
    first = {**visitor.fields(f"{base}/kirim")}
    sent = await visitor.send(f"{base}/kirim")
    assert "Laporan telah terkirim" in sent.text
    repeated = await visitor.client.post(f"{base}/kirim", data=first)
    assert repeated.status_code == 200
    receipt = await visitor.client.get(f"{base}/bukti")
    assert receipt.content.startswith(b"%PDF")
    listed = await visitor.open("/laporan")
    assert "Telah Terkirim" in listed.text


async def test_wrong_answers_are_kept_and_said_at_their_field(api: Api, visitor: Visitor) -> None:
    _, report = await company(api)
    await sign_in(visitor)
    here = f"/laporan/{report}/bagian/general_data"
    await visitor.open(here)
    answer = await visitor.send(here, {"machine_value": "banyak", "then": "next"})
    assert answer.status_code == 422
    assert "Nilai Mesin" in visitor.errors
    assert (await visitor.open(here)).status_code == 200
    assert visitor.fields(here)["machine_value"] == ["banyak"]


async def test_a_row_is_changed_and_deleted(api: Api, visitor: Visitor) -> None:
    _, report = await company(api)
    await sign_in(visitor)
    here = f"/laporan/{report}/bagian/machines"
    first, second = typed()["machines"]["rows"]
    for row in (first, second):
        await visitor.open(here)
        await write(visitor, here, row)
    await visitor.open(f"{here}?row=0")
    seen = visitor.fields(here)["version"]
    changed = await write(visitor, here, {**first, "row": "0", "quantity": "77"})
    assert "77" in changed.text
    stale = await write(visitor, here, {"delete": "0", "version": seen})
    assert stale.status_code == 409
    assert first["machine"] in stale.text
    await visitor.open(here)
    await write(visitor, here, {"delete": "0"})
    assert first["machine"] not in visitor.page.text
    assert second["machine"] in visitor.page.text


async def test_a_draft_is_thrown_away_and_the_duty_stays(api: Api, visitor: Visitor) -> None:
    _, report = await company(api)
    await sign_in(visitor)
    here = f"/laporan/{report}/bagian/investment"
    await visitor.open(here)
    await visitor.send(here, typed()["investment"])
    await visitor.open("/laporan")
    await visitor.send(f"/laporan/{report}/hapus")
    assert visitor.path == "/laporan"
    assert "Belum dimulai" in visitor.page.text
    await visitor.open(here)
    assert visitor.fields(here)["building_value"] == [""]


async def test_reports_of_others_do_not_exist(api: Api, visitor: Visitor) -> None:
    await company(api)
    _, theirs = await company(api, "a1002")
    await sign_in(visitor)
    base = f"/laporan/{theirs}"
    for page in (
        "",
        "/bagian/general_data",
        "/surat-pernyataan",
        "/surat-pernyataan/cetak",
        "/kirim",
        "/bukti",
    ):
        assert (await visitor.open(base + page)).status_code == 404, page
