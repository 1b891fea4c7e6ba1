"""What people and programs get wrong before there is a report: said at the field in the reader's language, nothing
typed lost, nothing half-written; page and API."""

import html
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest
from sqlalchemy import text

from api.pages.public import human
from services.identity import ratelimit
from services.models import Role
from tests.api.conftest import Api, once
from tests.api.test_registrations import TYPED
from tests.pages.officials import official, owing
from tests.pages.test_public_registering import COMPANY, HERE, scan
from tests.pages.visitor import Visitor
from tests.services.documents import corpus

Said = dict[str, str]  # language → the whole sentence

TABLES = (
    "registration",
    "case_file",
    "document",
    "case_event",
    "message",
    "extension",
    "report",
    "idempotency_key",
)
REQUIRED = {"id": "Wajib diisi.", "en": "Required."}


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests type faster than people, and more."""
    monkeypatch.setattr(human, "SHORTEST_SECONDS", 0)
    monkeypatch.setattr(ratelimit, "REGISTRATION_PROGRAM", replace(ratelimit.REGISTRATION_PROGRAM, hits=100))


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


def said_beside(visitor: Visitor, field: str) -> str:
    """What stands at the field, without the word that is only heard."""
    found = re.search(
        rf'<p class="field-error" id="{field}-error"><span.*?</span>(.*?)</p>', visitor.page.text
    )
    return html.unescape(found[1]) if found else ""


async def sent_by_program(
    api: Api,
    language: str,
    typed: Mapping[str, str] | None = None,
    *,
    key: dict[str, str] | None = None,
    file: bytes | None = None,
) -> httpx.Response:
    """A registration by a program that reads this language."""
    client = await api.anonymous(accept_language=language)
    files = {"document": ("nib.pdf", corpus.pdf() if file is None else file)}
    return await client.post(
        "/api/v1/registrations", data={**TYPED, **(typed or {})}, files=files, headers=key or once()
    )


async def sent_by_browser(
    visitor: Visitor, language: str, typed: Mapping[str, str] | None = None, *, file: bytes | None = None
) -> None:
    """The same on the page; the sum is asked in Indonesian."""
    visitor.client.headers["accept-language"] = "id"
    await visitor.open(HERE)
    answer = visitor.human_answer()
    visitor.client.headers["accept-language"] = language
    await visitor.send(HERE, {**COMPANY, **(typed or {}), human.ANSWER: answer}, scan(content=file))


NIB = {"id": "NIB terdiri atas 13 angka.", "en": "A NIB has 13 digits."}
NPWP = {"id": "NPWP terdiri atas 15 atau 16 angka.", "en": "An NPWP has 15 or 16 digits."}
WRONG: list[tuple[str, str, Said]] = [
    ("nib", "123", NIB),
    ("nib", "912000000001X", NIB),
    ("npwp", "12", NPWP),
    ("npwp", "tidak ada", NPWP),
    ("email", "bukan surel", {
        "id": "Alamat surel tidak sah. Contoh: nama@perusahaan.example.",
        "en": "The e-mail address is not valid. Example: name@company.example.",
    }),
    ("region_code", "99.99", {
        "id": "Kode wilayah 99.99 tidak dikenal.", "en": "Region code 99.99 is not known.",
    }),
    ("company_name", "", REQUIRED),
    ("address", " ", REQUIRED),
]  # fmt: skip


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(("field", "value", "sentence"), WRONG)
async def test_a_wrong_field_of_a_registration(
    api: Api, visitor: Visitor, field: str, value: str, sentence: Said, language: str
) -> None:
    async with nothing_written(api):
        refused = await sent_by_program(api, language, {field: value})
        assert refused.status_code == 422
        assert said(refused) == {field: sentence[language]}
    async with nothing_written(api):
        await sent_by_browser(visitor, language, {field: value})
        assert visitor.page.status_code == 422
        assert said_beside(visitor, field) == sentence[language]
        assert sentence[language] in visitor.errors
        kept = visitor.fields(HERE)
        assert {name: kept[name] for name in COMPANY} == {
            name: [typed] for name, typed in (COMPANY | {field: value}).items()
        }
        assert "nib.pdf" in visitor.text, "the file needs no second upload"


ZIP = {
    "id": "Isi berkas ini bukan PDF/JPG/PNG. Unggah berkas PDF/JPG/PNG.",
    "en": "The content of this file is not PDF/JPG/PNG. Upload a PDF/JPG/PNG file.",
}
LOCKED = {
    "id": "Berkas PDF terkunci atau terenkripsi. Buka kuncinya, lalu unggah kembali.",
    "en": "The PDF file is locked or encrypted. Unlock it, then upload it again.",
}
SCRIPTED = {
    "id": "Berkas PDF memuat skrip atau perintah otomatis. Cetak ulang sebagai PDF biasa, lalu unggah kembali.",
    "en": "The PDF file contains scripts or automatic actions. Print it to a plain PDF, then upload it again.",
}
PACKED = {
    "id": "Berkas PDF memuat lampiran berkas lain. Unggah PDF tanpa lampiran.",
    "en": "The PDF file contains attachments. Upload a PDF without attachments.",
}
EMPTY = {
    "id": "Berkas kosong. Pilih berkas yang berisi.",
    "en": "The file is empty. Choose a file with content.",
}
LARGE = {"id": "Ukuran berkas melebihi 64 MB.", "en": "The file is larger than 64 MB."}


def too_large() -> bytes:
    """65 MB that begin like a PDF."""
    return b"%PDF-1.7\n" + bytes(65 * 1024 * 1024)


FILES: list[tuple[str, Callable[[], bytes], int, Said]] = [
    ("a zip named .pdf", corpus.archive, 422, ZIP),
    ("encrypted", lambda: corpus.encrypted(user="rahasia"), 422, LOCKED),
    ("scripted", lambda: corpus.with_action("JavaScript", JS="app.alert(1)"), 422, SCRIPTED),
    ("scripted out of sight", corpus.hidden_script, 422, SCRIPTED),
    ("with a file inside", corpus.with_attachment, 422, PACKED),
    ("empty", lambda: b"", 422, EMPTY),
    ("65 MB", too_large, 413, LARGE),
]


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(("make", "status", "sentence"), [f[1:] for f in FILES], ids=[f[0] for f in FILES])
async def test_an_unfit_file_of_a_registration(
    api: Api, visitor: Visitor, make: Callable[[], bytes], status: int, sentence: Said, language: str
) -> None:
    async with nothing_written(api):
        refused = await sent_by_program(api, language, file=make())
        assert refused.status_code == status
        assert said(refused) == {"document": sentence[language]}
    async with nothing_written(api):
        await sent_by_browser(visitor, language, file=make())
        assert visitor.page.status_code == 422
        assert said_beside(visitor, "nib_document") == sentence[language]
        assert sentence[language] in visitor.errors
        kept = visitor.fields(HERE)
        assert {name: kept[name] for name in COMPANY} == {name: [value] for name, value in COMPANY.items()}


TAKEN = {
    "id": "Pabrik dengan NIB dan alamat yang sama sudah terdaftar atau sedang diperiksa.",
    "en": "A factory with the same NIB and address is already registered or being checked.",
}


@pytest.mark.parametrize("language", ["id", "en"])
async def test_the_same_factory_a_second_time(api: Api, visitor: Visitor, language: str) -> None:
    factory = {"nib": COMPANY["nib"], "address": COMPANY["address"]}
    assert (await sent_by_program(api, language, factory)).status_code == 201
    async with nothing_written(api):
        again = await sent_by_program(api, language, factory | {"address": "jalan contoh raya nomor 17"})
        assert (again.status_code, said(again)) == (409, {"address": TAKEN[language]})
    async with nothing_written(api):
        await sent_by_browser(visitor, language)
        assert visitor.page.status_code == 409
        assert said_beside(visitor, "address") == TAKEN[language]
        kept = visitor.fields(HERE)
        assert {name: kept[name] for name in COMPANY} == {name: [value] for name, value in COMPANY.items()}


REUSED = {
    "id": "Idempotency-Key ini sudah dipakai untuk permintaan lain.",
    "en": "This Idempotency-Key was already used for another request.",
}


@pytest.mark.parametrize("language", ["id", "en"])
async def test_the_key_of_another_command(api: Api, language: str) -> None:
    key = once()
    first = await sent_by_program(api, language, key=key)
    async with nothing_written(api):
        other = await sent_by_program(api, language, {"company_name": "PT Contoh Lain"}, key=key)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
        assert other.json()["detail"] == REUSED[language]
        same = await sent_by_program(api, language, key=key)
        assert (same.status_code, same.text) == (201, first.text)


NEW = "/admin/perpanjangan/baru"
EXTENSION = {
    "scope": "period",
    "period": "2026-Q4",
    "target_date": "2027-01-17",
    "instrument": "Pengumuman 12/2027",
    "reason": "Banjir",
}
EARLIER = {
    "id": "Tanggal baru tidak lebih lambat dari batas waktu yang berlaku, yaitu 2027-01-10.",
    "en": "The new date is not later than the deadline in force, which is 2027-01-10.",
}
IMPOSSIBLE: list[tuple[str, str, Said]] = [
    ("target_date", "2027-01-02", {
        "id": "Tanggal baru sudah lewat.", "en": "The new date has already passed.",
    }),
    ("target_date", "2027-01-09", EARLIER),
    ("target_date", "2027-01-10", EARLIER),  # the very date in force
    ("target_date", "9999-12-31", {
        "id": "Paling jauh 366 hari setelah batas waktu yang berlaku, yaitu 2028-01-11 (kebijakan layanan).",
        "en": "At most 366 days after the date in force, which is 2028-01-11 (policy of this service).",
    }),
    ("target_date", "besok", {"id": "“besok” bukan tanggal.", "en": "“besok” is not a date."}),
    ("target_date", "2027-02-30", {"id": "“2027-02-30” bukan tanggal.", "en": "“2027-02-30” is not a date."}),
    ("period", "2026-Q9", {
        "id": "“2026-Q9” bukan kode periode, contoh: 2026-Q4.",
        "en": "“2026-Q9” is not a period code; an example is 2026-Q4.",
    }),
    ("reason", "", REQUIRED),
    ("instrument", "", REQUIRED),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value", "sentence"), IMPOSSIBLE)
async def test_an_extension_that_cannot_be(api: Api, field: str, value: str, sentence: Said) -> None:
    await owing(api)
    for language in ("id", "en"):
        program = await api.as_(Role.ADMINISTRATOR, accept_language=language)
        async with nothing_written(api):
            refused = await program.post(
                "/api/v1/extensions", json=EXTENSION | {field: value}, headers=once()
            )
            assert (refused.status_code, said(refused)) == (422, {field: sentence[language]})
        async with official(api, Role.ADMINISTRATOR) as admin, nothing_written(api):
            admin.client.headers["accept-language"] = language
            await admin.open(NEW)
            await admin.send(NEW, EXTENSION | {field: value})
            assert admin.page.status_code == 422
            assert said_beside(admin, field) == sentence[language]
            kept = admin.fields(NEW)
            typed = EXTENSION | {field: value}
            assert {name: kept[name] for name in typed} == {name: [one] for name, one in typed.items()}


@pytest.mark.parametrize(
    "whom",
    [{"scope": "everyone"}, {"scope": "region", "region": "64"}, {"scope": "period", "period": "2026-Q4"}],
)
async def test_an_extension_to_a_day_that_all_have_already(api: Api, whom: dict[str, str]) -> None:
    await owing(api)
    typed = (
        {name: EXTENSION[name] for name in ("instrument", "reason")} | {"target_date": "2027-01-10"} | whom
    )
    program = await api.as_(Role.ADMINISTRATOR)
    async with nothing_written(api):
        refused = await program.post("/api/v1/extensions", json=typed, headers=once())
        assert (refused.status_code, said(refused)) == (422, {"target_date": EARLIER["id"]})
    async with official(api, Role.ADMINISTRATOR) as admin, nothing_written(api):
        await admin.open(NEW)
        await admin.send(NEW, {"period": "", **typed})
        assert (admin.page.status_code, said_beside(admin, "target_date")) == (422, EARLIER["id"])


NOT_YOURS = {"id": "Anda tidak berwenang melakukan ini.", "en": "You are not authorised to do this."}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
async def test_an_extension_that_nobody_of_this_role_may_give(api: Api, role: Role) -> None:
    [(account, _)] = await owing(api)
    region = "64" if role is Role.REGIONAL_OFFICER else ""
    theirs = account.id if role is Role.COMPANY_USER else None
    for language in ("id", "en"):
        program = await api.as_(role, region=region, account=theirs, accept_language=language)
        async with nothing_written(api):
            refused = await program.post("/api/v1/extensions", json=EXTENSION, headers=once())
            assert (refused.status_code, refused.json()["detail"]) == (403, NOT_YOURS[language])
        if role is Role.COMPANY_USER:
            continue
        async with official(api, role, region=region) as somebody, nothing_written(api):
            somebody.client.headers["accept-language"] = language
            assert (await somebody.open(NEW)).status_code == 403
            assert NOT_YOURS[language] in somebody.text


def test_the_program_and_the_page_are_given_the_same_registration() -> None:
    assert TYPED.keys() == COMPANY.keys()
