"""Data Lain in a browser without JavaScript: ordered, tried out, read, confirmed, answered, decided, reached."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import text

from api import cookies
from services.identity import people, sessions
from services.models import Account, Role
from tests.api.conftest import Api
from tests.factories import make_account
from tests.pages.officials import official
from tests.pages.visitor import Visitor
from tests.services.data_requests import given
from tests.services.documents.corpus import pdf


@asynccontextmanager
async def signed_in(api: Api, account: Account) -> AsyncIterator[Visitor]:
    """Somebody of the company, signed in a moment ago."""
    async with api.transaction() as (session, _):
        person = await people.invite(
            session,
            username=f"lapor-{account.number}",
            name="Bagian Pelaporan",
            email=account.email,
            account_id=account.id,
        )
        await people.set_password_hash(session, person.id, "not a hash: nobody signs in with it")
        begun = await sessions.start(session, person.id, official=False)
    async with Visitor.of(api) as visitor:
        visitor.client.cookies.set(cookies.SESSION, begun.token)
        yield visitor


async def asked(api: Api, **wanted: Any) -> tuple[Account, str]:
    async with api.transaction() as (session, now):
        account = await make_account(session)
        _, [request] = await given.ask(session, [account], now=now, **wanted)
        return account, str(request.case_id)


async def test_an_order_is_tried_out_before_it_is_given(api: Api) -> None:
    async with api.transaction() as (session, _):
        account = await make_account(session)
    async with official(api, Role.COMPLIANCE_OFFICER) as officer:
        await officer.open("/permintaan/baru")
        typed = {
            "scope": "companies",
            "companies": f"{account.number}\n987654",
            "kinds": ["clarification"],
            "question": "Jelaskan.",
            "mandate": "Instruksi Menteri Contoh 7/2026",
            "channel": "letter",
            "then": "try",
        }
        await officer.send("/permintaan/baru", typed)
        assert "1 perusahaan akan dimintai data" in officer.text
        assert "987654: tidak dikenal, atau di luar wilayah Anda" in officer.text
        await officer.open("/permintaan")
        assert "Belum ada permintaan data." in officer.text, "trying it out keeps nothing"

        await officer.open("/permintaan/baru")
        await officer.send("/permintaan/baru", typed)
        await officer.send("/permintaan/baru", {"then": "give"})
        assert officer.path.startswith("/permintaan/")
        assert "1 permintaan dikirim." in officer.text
        assert account.name in officer.text
        await officer.open("/kontak")
        assert "Kirim surat lewat pos" in officer.text
        found = re.search(r'href="(/kontak/[0-9a-f-]+)"', officer.page.text)
        assert found
        await officer.open(found[1])
        await officer.send(found[1], {"result": "wrote", "note": ""})
        assert "Tuliskan apa yang dilakukan dan hasilnya." in officer.errors
        await officer.send(found[1], {"result": "wrote", "note": "Dikirim dengan pos tercatat."})
        assert "Tugas selesai." in officer.text


async def test_an_order_carries_several_files_that_survive_a_refusal(api: Api) -> None:
    """A bad file is refused by itself; the others stay with the form, and one may be left out again."""
    async with api.transaction() as (session, _):
        account = await make_account(session)
    here = "/permintaan/baru"

    def file(name: str, content: bytes) -> tuple[str, tuple[str, bytes]]:
        return "document", (name, content)

    async with official(api, Role.COMPLIANCE_OFFICER) as officer:
        await officer.open(here)
        typed: dict[str, Any] = {
            "scope": "companies", "companies": f"{account.number}", "kinds": ["clarification"],
            "question": "Jelaskan.", "mandate": "Instruksi Menteri Contoh 7/2026", "channel": "portal",
            "then": "try",
        }  # fmt: skip
        chosen = [file("satu.pdf", pdf()), file("dua.pdf", pdf(2)), file("tiga.pdf", b"PK\x03\x04zip")]
        data = {**officer.fields(here), **typed}
        officer.page = await officer.client.post(here, data=data, files=chosen)
        assert officer.page.status_code == 422
        assert "satu.pdf" in officer.text
        assert "dua.pdf" in officer.text

        tokens = officer.fields(here)["document_token"]
        assert len(tokens) == 2
        data = {**officer.fields(here), **typed, "document_drop": [tokens[0]]}
        officer.page = await officer.client.post(here, data=data, files=[file("empat.pdf", pdf(3))])
        assert "1 perusahaan akan dimintai data" in officer.text
        await officer.send(here, {"then": "give"})
        assert "1 permintaan dikirim." in officer.text

        await officer.open(here)
        many = [file(f"{n}.pdf", pdf()) for n in range(11)]
        data = {**officer.fields(here), **typed}
        officer.page = await officer.client.post(here, data=data, files=many)
        assert "Paling banyak 10 berkas." in officer.errors
    async with api.sessions() as session:
        query = text(
            "SELECT d.filename FROM data_request_attachment a JOIN document d ON d.id = a.document_id"
            " WHERE a.order_id IS NOT NULL ORDER BY 1"
        )
        assert list((await session.execute(query)).scalars()) == ["dua.pdf", "empat.pdf"]


async def test_a_company_reads_answers_with_a_file_and_is_asked_again(api: Api) -> None:
    account, case = await asked(api)
    here = f"/permintaan-data/{case}"
    async with signed_in(api, account) as company, official(api, Role.COMPLIANCE_OFFICER) as officer:
        await company.open("/permintaan-data")
        assert "Membuka permintaan adalah tanda terima" in company.text
        assert given.QUESTION not in company.text
        await company.open(here)
        assert given.QUESTION in company.text
        assert "7 Januari 2027 pukul 23.59.59 WIB" in company.text
        await company.send(f"{here}/lampiran", {}, {"document": ("data.pdf", pdf(), "application/pdf")})
        assert "Lampiran ditambahkan." in company.text
        await company.send(f"{here}/jawaban", {"answer": " "})
        assert "Tuliskan jawaban; lampiran saja tidak cukup." in company.errors
        await company.send(f"{here}/jawaban", {"answer": "Mesin rusak."})
        assert "Jawaban terkirim." in company.text

        await officer.open(f"/kasus/{case}/permintaan-data")
        assert "Mesin rusak." in officer.text
        assert "data.pdf" in officer.text
        assert "Dibuka di portal" in officer.text
        await officer.send(
            f"/kasus/{case}/permintaan-data/keputusan", {"choice": "ask", "question": "Mesin yang mana?"}
        )
        assert "Pertanyaan lanjutan dikirim" in officer.text
        await company.open(here)
        await company.send(f"{here}/jawaban", {"answer": "Mesin bubut."})
        await officer.open(f"/kasus/{case}/permintaan-data")
        await officer.send(
            f"/kasus/{case}/permintaan-data/keputusan", {"choice": "accept", "remark": "Cukup."}
        )
        assert "Jawaban diterima." in officer.text
        await company.open(here)
        assert "Cukup." in company.text
        assert "Kirim jawaban" not in company.text


async def test_an_officer_records_a_receipt_and_is_told_what_cannot_be(api: Api) -> None:
    _, case = await asked(api)
    here, form = f"/kasus/{case}/permintaan-data", f"/kasus/{case}/permintaan-data/bukti"
    async with official(api, Role.COMPLIANCE_OFFICER) as officer:
        await officer.open(here)
        await officer.send(form, {"kind": "visit_minutes", "received_at": "2027-01-03"})
        assert "sebelum pengiriman 04-01-2027" in officer.errors
        assert "Unggah pindaian buktinya." in officer.errors
        scan = {"document": ("bap.pdf", pdf(), "application/pdf")}
        await officer.send(form, {"kind": "visit_minutes", "received_at": "2027-01-04"}, scan)
        assert "Bukti penerimaan dicatat." in officer.text
        assert "Berita acara kunjungan" in officer.text
        await officer.send(f"{here}/penarikan", {"reason": "Salah alamat."})
        assert "Permintaan ditarik." in officer.text


async def test_looking_at_the_mails_link_is_no_receipt_but_confirming_is(api: Api) -> None:
    account, case = await asked(api)
    async with api.transaction() as (session, _):
        query = text("SELECT context ->> 'token' FROM message WHERE template = 'data_request'")
        token = (await session.execute(query)).scalar_one()
    async with Visitor.of(api) as reader:
        await reader.open(f"/permintaan-data/{case}/terima?token={token}")
        assert given.QUESTION not in reader.text
        assert await status(api, case) == "sent", "mail scanners look too"
        await reader.send(f"/permintaan-data/{case}/terima")
        assert "Penerimaan tercatat" in reader.text
        assert await status(api, case) == "received"
        gone = await reader.open(f"/permintaan-data/{case}/terima?token=lain")
        assert gone.status_code == 404
    async with signed_in(api, account) as company:
        await company.open(f"/permintaan-data/{case}/terima")
        assert company.path == f"/permintaan-data/{case}"


async def status(api: Api, case: str) -> str:
    async with api.transaction() as (session, _):
        found = await session.execute(text("SELECT status FROM case_file WHERE id = :id"), {"id": case})
        return str(found.scalar_one())
