"""Reports before their officers and back with their company, in a browser without JavaScript."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from api import cookies
from services.identity import people, sessions
from services.models import Report, Role
from tests.api.conftest import Api
from tests.api.test_reviews import sent, status
from tests.pages.officials import official
from tests.pages.visitor import Visitor


@asynccontextmanager
async def company_of(api: Api, report: Report) -> AsyncIterator[Visitor]:
    """Somebody of the company whose report it is."""
    async with api.transaction() as (session, _):
        name = f"perusahaan-{secrets.token_hex(3)}"
        person = await people.create(session, username=name, name="Pelapor", email=f"{name}@contoh.example")
        await people.add_member(session, person.id, report.account_id, by="test")
        await people.set_password_hash(session, person.id, "not a hash: nobody signs in with it")
        begun = await sessions.start(session, person.id, official=False)
    async with Visitor.of(api) as visitor:
        visitor.client.cookies.set(cookies.SESSION, begun.token)
        yield visitor


async def test_an_officer_sees_every_page_and_accepts(api: Api) -> None:
    report = await sent(api)
    page = f"/kasus/{report.case_id}/pemeriksaan"
    async with official(api, Role.VERIFIER) as verifier:
        await verifier.open("/antrean?meja=verification")
        assert str(report.case_id) in verifier.page.text
        await verifier.open("/pemeriksaan/verification?tanda=tidak")
        assert page in verifier.page.text
        await verifier.open(page)
        assert "Tidak ada yang mencolok" in verifier.text
        assert "Rp250.000.000" in verifier.text
        await verifier.send(page, {"verdict": "accept"})
        assert "Laporan disetujui" in verifier.text
    assert await status(api, report.case_id) == "verified"
    async with official(api, Role.VALIDATOR) as validator:
        await validator.open(page)
        await validator.send(page, {"verdict": "accept"})
    assert await status(api, report.case_id) == "validated"


async def test_a_return_without_a_note_keeps_what_was_typed(api: Api) -> None:
    report = await sent(api)
    page = f"/kasus/{report.case_id}/pemeriksaan"
    async with official(api, Role.VERIFIER) as verifier:
        await verifier.open(page)
        refused = await verifier.send(page, {"verdict": "return"})
        assert refused.status_code == 422
        assert "Tuliskan catatan" in verifier.errors
        await verifier.send(page, {"verdict": "return", "notes.production": "Satuan kursi salah."})
        assert "dikembalikan kepada perusahaan" in verifier.text
    async with company_of(api, report) as company:
        await company.open("/beranda")
        assert f"/laporan/{report.case_id}/tracking" in company.page.text
        assert "Jawab setiap catatan, lalu kirim kembali." in company.text
        assert "12 Januari 2027" in company.text, "five working days; Isra Mikraj is none"
        await company.open(f"/laporan/{report.case_id}/tracking")
        assert "Satuan kursi salah." in company.text
        [action] = [
            part.split('"')[0]
            for part in company.page.text.split('action="')
            if part.startswith(f"/laporan/{report.case_id}/tracking/")
        ]
        empty = await company.send(action, {"answer": "responded"})
        assert empty.status_code == 422
        assert "Tuliskan tanggapan" in company.errors
        field = next(name for name in company.fields(action) if name.startswith("response-"))
        await company.send(action, {"answer": "responded", field: "Satuannya unit."})
        assert "Jawaban Anda disimpan" in company.text
        assert "Satuannya unit." in company.text


async def test_those_without_a_finding_are_approved_together_after_a_preview(api: Api) -> None:
    first, second, third = [await sent(api) for _ in range(3)]
    async with official(api, Role.VERIFIER) as verifier:
        await verifier.open("/pemeriksaan/verification?tanda=tidak")
        await verifier.send("/pemeriksaan/verification/bersama")
        assert verifier.path.startswith("/pemeriksaan/bersama/")
        assert "Akan disetujui 3" in verifier.text
        kept = [str(first.case_id), str(third.case_id)]
        await verifier.send(verifier.path, {"keep": kept})
        assert "2 laporan disetujui" in verifier.text
        assert "tidak dicentang: 1" in verifier.text
    found = [await status(api, report.case_id) for report in (first, second, third)]
    assert found == ["verified", "sent", "verified"]


async def test_a_company_asks_and_reads_the_reason_of_a_refusal(api: Api) -> None:
    report = await sent(api)
    page = f"/laporan/{report.case_id}/perbaikan-data"
    async with company_of(api, report) as company:
        await company.open(page)
        assert "12 Januari 2027" in company.text, "two days after the 10th, as people are told"
        refused = await company.send(page, {"reason": ""})
        assert refused.status_code == 422
        assert "Pilih bagian laporan" in company.errors
        await company.send(page, {"reason": "Nilai tertukar.", "sections": ["production"]})
        assert "Permohonan diajukan" in company.text
    async with official(api, Role.VERIFIER) as verifier:
        await verifier.open("/antrean?meja=rollbacks")
        [path] = {
            part.split('"')[0]
            for part in verifier.page.text.split('href="')
            if part.split('"')[0].endswith("/perbaikan-data")
        }
        await verifier.open(path)
        assert "Nilai tertukar." in verifier.text
        assert (await verifier.send(path, {"verdict": "refuse"})).status_code == 422
        await verifier.send(path, {"verdict": "refuse", "reason": "Nilainya sudah benar."})
    async with company_of(api, report) as company:
        await company.open(f"/laporan/{report.case_id}/tracking")
        assert "Nilainya sudah benar." in company.text
        assert "Ajukan perbaikan data" in company.text, "a refusal does not count"


@pytest.mark.starts("2027-01-09T12:00:00+07:00")
async def test_after_the_window_the_page_says_the_rule_and_offers_no_form(api: Api) -> None:
    report = await sent(api)
    await api.clock_at("2027-01-13T00:00:00+07:00")
    async with company_of(api, report) as company:
        await company.open(f"/laporan/{report.case_id}/perbaikan-data")
        assert "2 hari dari batas waktu penyampaian" in company.text
        assert 'name="reason"' not in company.page.text


async def test_others_see_nothing(api: Api) -> None:
    report, other = await sent(api), await sent(api)
    async with company_of(api, other) as stranger:
        for path in ("tracking", "perbaikan-data"):
            assert (await stranger.open(f"/laporan/{report.case_id}/{path}")).status_code == 404
    async with official(api, Role.UPP_OFFICER) as upp:
        assert (await upp.open("/pemeriksaan/verification")).status_code == 403
    async with official(api, Role.VERIFIER, region="31") as elsewhere:
        assert (await elsewhere.open(f"/kasus/{report.case_id}/pemeriksaan")).status_code == 404
