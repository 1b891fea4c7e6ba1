"""More time on the pages: asked for by a company, decided by an officer; and the desk of holidays."""

from typing import Any

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from api.pages.public import human
from services.models import Deadline, HolidayDecree, Role
from tests.api.conftest import Api
from tests.pages.officials import official, registration
from tests.pages.test_company_flow import company, sign_in
from tests.pages.visitor import Visitor
from tests.services.documents.corpus import pdf

NEW = "/admin/hari-libur/baru"
GIVEN = {
    "instrument": "SKB Contoh 1/2027",
    "reason": "Cuti bersama ditambah",
    "layer": "decree",
    "days": "2027-01-06, joint_leave, Cuti Bersama Contoh",
}


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(human, "SHORTEST_SECONDS", 0)


async def test_a_company_asks_from_its_home_and_an_officer_decides(api: Api, visitor: Visitor) -> None:
    _, report = await company(api)
    await sign_in(visitor)
    home = await visitor.open("/beranda")
    form = f"/permohonan-perpanjangan/baru?kasus={report}"
    assert "Minta perpanjangan" in home.text
    await visitor.open(form)
    post = f"{form}&batas=report_due"
    refused = await visitor.send(post, {"days": "40", "reason": "Banjir"})
    assert refused.status_code == 422
    assert "Isi 1 sampai 14 hari (kebijakan layanan)" in visitor.errors
    assert "Unggah bukti" in visitor.errors
    await visitor.send(post, {"days": "5", "reason": "Banjir"}, files={"evidence": ("b.pdf", pdf())})
    assert "Permohonan terkirim" in visitor.text
    request = visitor.path.rsplit("/", 1)[1]

    async with official(api, Role.COMPLIANCE_OFFICER) as officer:
        await officer.open("/antrean?meja=extension_requests")
        here = f"/kasus/{request}/permohonan-perpanjangan"
        assert here in officer.page.text
        await officer.open(here)
        await officer.send(here, {"verdict": "refuse", "reason": ""})
        assert "Tuliskan alasan untuk perusahaan" in officer.errors
        await officer.send(here, {"verdict": "grant", "days": "3", "reason": "Sesuai bukti"})
        assert "Permohonan dikabulkan" in officer.text

    await visitor.open("/beranda")
    assert "Dikabulkan" in visitor.text
    assert "diperpanjang sampai dengan 13 Januari 2027" in visitor.text
    assert "Minta perpanjangan" not in visitor.text, "one grant for one deadline"


async def test_a_company_takes_its_request_back(api: Api, visitor: Visitor) -> None:
    _, report = await company(api)
    await sign_in(visitor)
    post = f"/permohonan-perpanjangan/baru?kasus={report}&batas=report_due"
    await visitor.open(post)
    await visitor.send(post, {"days": "5", "reason": "Banjir"}, files={"evidence": ("b.pdf", pdf())})
    await visitor.send(f"{visitor.path}/penarikan")
    assert "Permohonan ditarik" in visitor.text


async def decreed(visitor: Visitor, **typed: Any) -> str:
    await visitor.open(NEW)
    await visitor.send(NEW, GIVEN | typed)
    return visitor.path


async def test_a_decree_shows_every_date_that_moves_and_needs_a_second_person(api: Api) -> None:
    case = await registration(api)
    async with official(api, Role.ADMINISTRATOR) as one:
        here = await decreed(one)
        assert one.page.status_code == 200, one.errors
        assert "Keputusan UPP" in one.text
        assert "Keputusan hari libur harus disetujui orang kedua" in one.text
        answer = await one.client.get(f"{here}/batas-waktu.csv")
        assert str(answer.content.decode("utf-8-sig")).count("registration_target") == 1
    async with official(api, Role.ADMINISTRATOR) as two:
        await two.open(here)
        await two.send(f"{here}/persetujuan")
        assert "Setiap batas waktu sedang dihitung ulang" in two.text
        await two.open("/admin/hari-libur?tahun=2027")
        assert "SKB Contoh 1/2027" in two.text
        assert "hanya dalam kalender bawaan" in two.text
    async with api.transaction() as (session, _):
        assert (await session.execute(select(col(HolidayDecree.status)))).scalar_one() == "approved"
        due = await session.get_one(Deadline, (case, "registration_target"))
        assert due.due_before.isoformat() == "2027-01-06T17:00:00+00:00", "5 January is a holiday already"


async def test_the_undoing_of_a_decree_is_offered_only_while_nobody_becomes_late_by_it(api: Api) -> None:
    await registration(api)
    async with official(api, Role.ADMINISTRATOR) as admin:
        here = await decreed(admin)
        async with api.transaction() as (session, _):
            await session.execute(text("UPDATE holiday_decree SET status = 'applied'"))
            await session.execute(text("UPDATE case_file SET status = 'applied' WHERE kind = 'decree'"))
            await session.execute(text("UPDATE decree_line SET state = 'moved'"))
        await admin.open(here)
        assert f"{here}/pembatalan" in admin.page.text
        async with api.transaction() as (session, _):
            await session.execute(text("UPDATE decree_line SET old_before = app_now()"))
        await admin.open(here)
        assert f"{here}/pembatalan" not in admin.page.text
        assert "keputusan ini tidak dapat dibatalkan lagi" in admin.text


async def test_a_calendar_file_fills_the_lines(api: Api) -> None:
    ics = (
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//contoh//id\r\nBEGIN:VEVENT\r\nUID:1@contoh.example\r\n"
        b"DTSTAMP:20270101T000000Z\r\nDTSTART;VALUE=DATE:20270803\r\nDTEND;VALUE=DATE:20270805\r\n"
        b"SUMMARY:Cuti Bersama Contoh\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    async with official(api, Role.ADMINISTRATOR) as admin:
        await admin.open(NEW)
        await admin.send(NEW, GIVEN | {"days": ""}, files={"file": ("libur.ics", ics)})
        assert admin.page.status_code == 200, admin.errors
        assert "Selasa, 3 Agustus 2027" in admin.text
        assert admin.text.count("Cuti Bersama Contoh") == 2, "an all-day event ends before its DTEND"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"days": "besok, holiday, Libur"}, "Baris 1: “besok” bukan tanggal"),
        ({"layer": "organisation", "nib": "12"}, "NIB terdiri atas 13 angka"),
        ({"layer": "galaxy"}, "Pilih untuk siapa"),
        ({"instrument": ""}, "Wajib diisi"),
    ],
)
async def test_what_is_wrong_with_a_decree_is_said_at_its_field(
    api: Api, typed: dict[str, str], said: str
) -> None:
    async with official(api, Role.ADMINISTRATOR) as admin:
        await decreed(admin, **typed)
        assert admin.page.status_code == 422
        assert said in admin.errors
