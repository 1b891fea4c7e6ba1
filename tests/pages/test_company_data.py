"""A company's data, licences, notices and password on their pages."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from services.identity import passwords, people
from services.messages import dedupe, recipients
from services.messages.intents import intend
from services.models import (
    Account,
    BusinessField,
    Certificate,
    Document,
    IssuedDocument,
    Licence,
    Message,
    Role,
)
from tests.api.conftest import Api
from tests.factories import make_account
from tests.pages.visitor import Visitor
from tests.services.documents.corpus import pdf

PASSWORD = "Kelok9-hujan-Teduh!"
NEW = "Senja-7-di-Balikpapan"


@pytest.fixture
async def account(api: Api, visitor: Visitor) -> Account:
    """A company whose person is signed in."""
    async with api.transaction() as (session, _):
        made = await make_account(session)
        person = await people.invite(
            session, username="a1001", name="Pelaporan", email="lapor@rotan.example", account_id=made.id
        )
        await people.set_password_hash(session, person.id, await passwords.hash_password(PASSWORD))
    await sign_in(visitor, PASSWORD)
    return made


async def sign_in(visitor: Visitor, password: str) -> None:
    await visitor.open("/masuk")
    await visitor.send("/masuk", {"username": "a1001", "password": password})


async def test_a_page_of_company_data_is_refused_with_everything_typed_and_then_saved(
    visitor: Visitor, account: Account
) -> None:
    here = "/perusahaan/contact_person"
    await visitor.open(here)
    await visitor.send(here, {"name": "Bagian Baru", "email": "bukan alamat", "phone": "x"})
    assert visitor.page.status_code == 422
    assert visitor.fields(here)["name"] == ["Bagian Baru"]
    assert visitor.fields(here)["email"] == ["bukan alamat"]
    typed = {"position": "Staf", "email": "baru@rotan.example", "phone": "0541 765432"}
    await visitor.send(here, typed)
    assert visitor.page.status_code == 200
    await visitor.open(here)
    assert visitor.fields(here)["email"] == ["baru@rotan.example"]


async def test_two_people_who_save_the_same_page_do_not_overwrite_each_other(
    visitor: Visitor, account: Account
) -> None:
    here = "/perusahaan/contact_person"
    await visitor.open(here)
    mine = visitor.fields(here)
    complete = {"name": "Satu", "position": "Staf", "phone": "0541765432", "email": "satu@rotan.example"}
    await visitor.send(here, complete)
    late = await visitor.client.post(here, data={**mine, **complete, "name": "Dua", "command": "another"})
    assert late.status_code == 409
    assert 'value="Dua"' in late.text  # shown again, not stored
    await visitor.open(here)
    assert visitor.fields(here)["name"] == ["Satu"]


async def test_a_company_says_on_a_page_that_it_operates_and_expands(
    api: Api, visitor: Visitor, account: Account
) -> None:
    here = "/perusahaan/operation"
    await visitor.open(here)
    assert "laporan yang sudah dibuka tetap ada dengan batas waktunya" in visitor.text
    told = {"operating": "true", "operating_since": "2999-01-01", "expanding": "true"}
    await visitor.send(here, told | {"expanding_since": "2026-08-01"})
    assert visitor.page.status_code == 422
    assert "Tanggal ini belum terjadi." in visitor.text
    assert visitor.fields(here)["operating_since"] == ["2999-01-01"]
    await visitor.send(here, {"operating_since": "2026-07-01"})
    assert visitor.page.status_code == 200, visitor.errors
    async with api.sessions() as session:
        kept = await session.get_one(Account, account.id)
    assert (kept.operating_commercially, kept.expanding) == (True, True)
    await visitor.open(here)
    assert visitor.fields(here)["operating_since"] == ["2026-07-01"]


async def test_a_licence_is_uploaded_and_waits_for_the_upp(
    api: Api, visitor: Visitor, account: Account
) -> None:
    here = "/perizinan"
    await visitor.open(here)
    assert "Valid" in visitor.text
    document = {"document": ("izin.pdf", pdf(), "application/pdf")}
    await visitor.send(here, {"type": "deed_company", "number": "AHU-1", "document_date": "besok"}, document)
    assert visitor.page.status_code == 422
    assert visitor.fields(here)["number"] == ["AHU-1"]
    assert "izin.pdf" in visitor.text
    await visitor.send(here, {"type": "deed_company", "document_date": ""}, {})
    assert visitor.page.status_code == 200, visitor.errors
    async with api.sessions() as session:
        licence = (await session.execute(select(Licence).where(col(Licence.number) == "AHU-1"))).scalar_one()
    assert licence.upp_validation == "pending"
    assert "Menunggu validasi UPP" in visitor.text


async def test_a_newer_document_takes_the_place_of_a_licence(
    api: Api, visitor: Visitor, account: Account
) -> None:
    here = "/perizinan"
    await visitor.open(here)
    found = re.search(r'href="(/perizinan\?ganti=[^"#]+)', visitor.page.text)
    assert found
    await visitor.open(found[1])
    begun = visitor.fields(here)
    assert (begun["type"], begun["kbli"]) == (["industry_licence"], ["31012"])
    assert "Yang lama tetap berlaku sampai UPP menyatakan yang baru valid." in visitor.text
    newer = {"number": "PBSI-2", "document_date": "besok"}
    await visitor.send(here, newer, {"document": ("baru.pdf", pdf(), "application/pdf")})
    assert visitor.page.status_code == 422
    assert visitor.fields(here)["replaces_id"] == begun["replaces_id"]
    await visitor.send(here, {"document_date": ""}, {})
    assert visitor.page.status_code == 200, visitor.errors
    async with api.sessions() as session:
        licence = (await session.execute(select(Licence).where(col(Licence.number) == "PBSI-2"))).scalar_one()
    assert str(licence.replaces_id) == begun["replaces_id"][0]
    await visitor.open(found[1])
    assert visitor.page.status_code == 409, "one successor at a time"
    assert (await visitor.open(f"{here}?ganti={account.id}")).status_code == 404


async def test_a_certificate_keeps_its_softcopy(api: Api, visitor: Visitor, account: Account) -> None:
    here = "/perusahaan/certificates"
    await visitor.open(here)
    row = {"type": "halal", "number": "ID64110000123451026", "expires_on": "besok"}
    scan = {"document": ("halal.pdf", pdf(), "application/pdf")}
    await write_row(visitor, here, row, scan)
    assert visitor.page.status_code == 422
    assert "halal.pdf" in visitor.text, "the file is not chosen again"
    await write_row(visitor, here, row | {"expires_on": ""})
    assert visitor.page.status_code == 200, visitor.errors
    async with api.sessions() as session:
        certificate = (await session.execute(select(Certificate))).scalar_one()
        document = await session.get_one(Document, certificate.document_id)
    assert (document.kind, document.account_id, document.filename) == ("certificate", account.id, "halal.pdf")
    download = await visitor.client.get(f"/dokumen/{document.id}")
    assert download.content == pdf()
    assert f'href="/dokumen/{document.id}"' in visitor.page.text

    await visitor.open(f"{here}?row=0")
    assert "Berkas tersimpan: halal.pdf" in visitor.text
    await write_row(visitor, here, row | {"row": "0", "expires_on": "", "number": "ID-2"})
    async with api.sessions() as session:
        changed = (await session.execute(select(Certificate))).scalar_one()
    assert (changed.number, changed.document_id) == ("ID-2", document.id)
    await write_row(
        visitor, here, row | {"number": "ID-3"}, {"document": ("x.pdf", b"PK", "application/pdf")}
    )
    assert visitor.page.status_code == 422
    assert 'id="document-error"' in visitor.page.text


async def write_row(
    visitor: Visitor, here: str, row: dict[str, str], files: dict[str, Any] | None = None
) -> None:
    """Send the form of one row with what it hides: not one of the questions before a row is deleted."""
    form = visitor.page.text[visitor.page.text.index('id="isian"') :]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    visitor.page = await visitor.client.post(here, data=hidden | row, files=files or {})


async def test_the_proof_of_ownership_shows_name_and_nib_to_whoever_checks_it(
    api: Api, visitor: Visitor, account: Account
) -> None:
    proof = await visitor.open("/perusahaan/bukti-kepemilikan")
    assert proof.content.startswith(b"%PDF-")
    async with api.sessions() as session:
        issued = (await session.execute(select(IssuedDocument))).scalar_one()
    await visitor.open(f"/periksa/{issued.code}")
    assert account.name in visitor.text
    assert account.nib is not None
    assert account.nib in visitor.text


async def test_a_notice_says_what_it_said_on_its_day_and_is_read_by_opening_it(
    api: Api, visitor: Visitor, account: Account
) -> None:
    async with api.transaction() as (session, now):
        sent = now - timedelta(days=10)
        message_id = await intend(
            session,
            template="report_reminder",
            dedupe_key=dedupe.once_key("report_reminder", account.id),
            recipient=await recipients.for_notices(session, account.id),
            context={
                "company": account.name,
                "period": "2026-Q4",
                "stage": "production",
                "due_before": sent + timedelta(days=14),
            },
            now=sent,
            account_id=account.id,
            case_id=None,
        )
    await visitor.open("/pengumuman")
    assert "14 hari lagi: Laporan Triwulan IV 2026" in visitor.text
    assert "(belum dibaca)" in visitor.text
    await visitor.open(f"/pengumuman/{message_id}")
    assert "Yang perlu dilakukan" in visitor.text
    assert "We have not received" not in visitor.text
    async with api.sessions() as session:
        notice = await session.get_one(Message, message_id)
    assert notice.read_at is not None


async def test_the_notice_of_another_company_does_not_exist(
    api: Api, visitor: Visitor, account: Account
) -> None:
    async with api.transaction() as (session, now):
        other = await make_account(session, name="PT Contoh Asing")
        message_id = await intend(
            session,
            template="licence_valid",
            dedupe_key=dedupe.once_key("licence_valid", other.id),
            recipient=await recipients.for_notices(session, other.id),
            context={"company": other.name, "licence": "Izin"},
            now=now,
            account_id=other.id,
        )
    assert (await visitor.open(f"/pengumuman/{message_id}")).status_code == 404


async def test_a_password_is_changed_and_only_this_browser_stays(
    api: Api, visitor: Visitor, account: Account
) -> None:
    here = "/pengguna"
    async with Visitor.of(api) as elsewhere:
        await sign_in(elsewhere, PASSWORD)
        await visitor.open(here)
        assert "lapor@rotan.example" in visitor.text
        both = {"new_password": NEW, "new_password_again": NEW}
        await visitor.send(here, {"current_password": "salah", **both})
        assert visitor.page.status_code == 422
        assert "Kata sandi sekarang: Kata sandi sekarang tidak cocok." in visitor.errors
        await visitor.send(here, {"current_password": PASSWORD, **both, "new_password_again": "lain"})
        assert "Kedua kata sandi tidak sama." in visitor.errors
        await visitor.send(here, {"current_password": PASSWORD, **both})
        assert "Kata sandi diganti." in visitor.text
        await visitor.open("/beranda")
        assert visitor.path == "/beranda"
        await elsewhere.open("/beranda")
        assert elsewhere.path == "/masuk"


async def test_officials_have_no_company_pages(api: Api, visitor: Visitor) -> None:
    async with api.transaction() as (session, _):
        person = await people.create(session, username="a1001", name="Petugas", email="p@dinas.example")
        await people.grant(session, person.id, Role.UPP_OFFICER, granted_by="test")
        await people.set_password_hash(session, person.id, await passwords.hash_password(PASSWORD))
    await sign_in(visitor, PASSWORD)
    for path in ("/beranda", "/laporan", "/perusahaan", "/perizinan", "/pengguna", "/pengumuman"):
        assert (await visitor.open(path)).status_code == 403, path


async def test_a_company_takes_over_the_code_of_2025_when_it_says_so(
    api: Api, visitor: Visitor, account: Account
) -> None:
    here = "/perusahaan/business_fields"
    await visitor.open(here)
    assert "KBLI 2020 tetap diterima" not in visitor.text, "its code is of 2025 already"
    for code in ("2020:31001", "2020:30113"):
        await write_row(visitor, here, {"kbli": code, "is_primary": "false", "risk_level": "low"})
        assert visitor.page.status_code == 200, visitor.errors
    await visitor.open(here)
    assert "KBLI 2020 tetap diterima" in visitor.text
    assert "Tidak ada padanan yang pasti dalam daftar kami" in visitor.text, "30113 means something else now"
    [offered] = re.findall(
        r'href="(/perusahaan/business_fields[^"]*kbli=2025:31011)#isian"', visitor.page.text
    )
    await visitor.open(offered.replace("&amp;", "&"))
    assert re.search(r'name="kbli"[^>]* value="2025:31011"', visitor.page.text)
    assert await codes(api, account) == {"2025:31012", "2020:31001", "2020:30113"}, "only offered so far"
    await write_row(visitor, here, {"kbli": "2025:31011", "is_primary": "false", "risk_level": "low"})
    assert visitor.page.status_code == 200, visitor.errors
    assert await codes(api, account) == {"2025:31012", "2025:31011", "2020:30113"}


async def codes(api: Api, account: Account) -> set[str]:
    async with api.sessions() as session:
        query = select(BusinessField).where(col(BusinessField.account_id) == account.id)
        return {f"{row.kbli_version}:{row.kbli}" for row in await session.scalars(query)}
