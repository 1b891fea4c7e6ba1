"""What people and programs get wrong in a report: a draft keeps it with what is wrong beside it, or nothing changes."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.models import new_id
from tests.api.conftest import Api
from tests.pages.test_bad_input import Said, nothing_written, said_beside
from tests.pages.test_company_flow import company, sign_in, write
from tests.pages.visitor import Visitor
from tests.services.forms.filled import typed

LANGUAGES = ("id", "en")


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

    def speak(self, language: str) -> None:
        """The language of the next answers, on the screen and to the program."""
        self.visitor.client.headers["accept-language"] = self.program.headers["accept-language"] = language

    async def version(self) -> int:
        report = await self.program.get(f"/api/v1/reports/{self.report}")
        return int(report.json()["content_version"])

    async def put(self, values: dict[str, Any], version: int) -> httpx.Response:
        """The page as a program sends it."""
        body = {"values": values, "notation": "indonesian"}
        return await self.program.put(self.there, json=body, headers={"If-Match": f'"{version}"'})


async def page(api: Api, visitor: Visitor, section: str) -> Page:
    """A page of a report whose company is signed in."""
    account, report = await company(api)
    await sign_in(visitor)
    return Page(visitor, await api.company(account.id), report, section)


NOT_A_NUMBER = {
    "id": "Isi dengan angka. Contoh: 1.000.000 atau 12,5.",
    "en": "Enter a number. Example: 1.000.000 or 12,5.",
}
NUMBERS: list[tuple[str, str, Said]] = [
    ("machine_value", "banyak", NOT_A_NUMBER),
    ("machine_value", "-5", {"id": "Angka tidak boleh negatif.", "en": "The number must not be negative."}),
    ("machine_value", "9" * 40, {
        "id": "Angka terlalu besar: paling banyak 1.000.000.000.000.000.",
        "en": "The number is too large: at most 1,000,000,000,000,000.",
    }),
    ("machine_value", "1e400", NOT_A_NUMBER),
    ("working_capital", "NaN", NOT_A_NUMBER),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value", "sentence"), NUMBERS)
async def test_numbers_that_are_none(
    api: Api, visitor: Visitor, field: str, value: str, sentence: Said
) -> None:
    """A draft keeps what was typed, right or wrong, with what is wrong beside it; as a figure it does not exist."""
    first = await page(api, visitor, "general_data")
    values = typed()["general_data"] | {field: value}
    for language in LANGUAGES:
        first.speak(language)
        await visitor.open(first.here)
        await visitor.send(first.here, values | {"then": "next"})
        assert visitor.page.status_code == 422
        assert said_beside(visitor, field) == sentence[language]
        kept = visitor.fields(first.here)
        assert {name: kept[name] for name in values} == {name: [one] for name, one in values.items()}
        saved = await first.put(values, await first.version())
        assert saved.status_code == 200
        assert {"field": field, "message": sentence[language]} in saved.json()["errors"]
        assert saved.json()["typed"][field] == value
        assert field not in saved.json()["values"]


TEN_THOUSAND = {
    "id": "Paling banyak 500 baris pada halaman ini; yang dikirim 10.000 baris.",
    "en": "At most 500 rows on this page; 10,000 were sent.",
}
ONE_MORE = {
    "id": "Paling banyak 500 baris pada halaman ini; yang dikirim 501 baris.",
    "en": "At most 500 rows on this page; 501 were sent.",
}


async def test_ten_thousand_rows_by_program(api: Api, visitor: Visitor) -> None:
    machines = await page(api, visitor, "machines")
    row = typed()["machines"]["rows"][0]
    version = await machines.version()
    for language in LANGUAGES:
        machines.speak(language)
        async with nothing_written(api):
            refused = await machines.put({"rows": [row] * 10_000}, version)
        assert refused.status_code == 422
        assert refused.json()["errors"] == [{"field": "rows", "message": TEN_THOUSAND[language]}]
    assert await machines.version() == version


async def test_one_row_too_many_on_the_page(api: Api, visitor: Visitor) -> None:
    """Rows are written one by one on the screen: the one beyond the limit is refused and stays in its form."""
    machines = await page(api, visitor, "machines")
    row = typed()["machines"]["rows"][0]
    assert (await machines.put({"rows": [row] * 500}, await machines.version())).status_code == 200
    version = await machines.version()
    for language in LANGUAGES:
        machines.speak(language)
        await visitor.open(machines.here)
        async with nothing_written(api):
            await write(visitor, machines.here, row)
        assert visitor.page.status_code == 422
        assert ONE_MORE[language] in visitor.errors
        kept = visitor.fields(f"{machines.here}#isian")
        assert {name: kept[name] for name in row} == {name: [one] for name, one in row.items()}
    assert await machines.version() == version


STALE = {
    "id": "Data ini telah berubah sejak Anda membukanya (sekarang versi {now}).",
    "en": "This data has changed since you opened it (now version {now}).",
}


async def test_a_version_that_somebody_else_has_changed(api: Api, visitor: Visitor) -> None:
    first = await page(api, visitor, "general_data")
    await visitor.open(first.here)
    seen = await first.version()
    await write(visitor, first.here, typed()["general_data"] | {"then": "stay"})
    now = await first.version()
    values = typed()["general_data"] | {"machine_value": "7"}
    for language in LANGUAGES:
        first.speak(language)
        async with nothing_written(api):
            stale = await first.put(values, seen)
            assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
            assert stale.json()["detail"] == STALE[language].format(now=now)
            await visitor.open(first.here)
            again = {"version": str(seen), "then": "stay", "command": str(new_id())}
            await write(visitor, first.here, values | again)
            assert visitor.page.status_code == 409
            assert STALE[language].format(now=now) in visitor.errors
            kept = visitor.fields(first.here)
            assert {name: kept[name] for name in values} == {name: [one] for name, one in values.items()}
    stored = (await first.program.get(first.there)).json()
    assert stored["typed"]["machine_value"] == typed()["general_data"]["machine_value"]
