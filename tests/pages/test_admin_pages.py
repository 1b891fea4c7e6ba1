"""Administrators: periods, health and mail lanes, people and roles, the rehearsal clock, who read what."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from services import instance, rulebook
from services.deadlines.periods import Period
from services.identity import people
from services.messages import lanes
from services.models import Lane, Message, MessageState, Person, Role, RoleGrant, WebSession, new_id
from services.periods import planning
from tests.api.conftest import NOWHERE, Api, serving
from tests.engine import Database
from tests.factories import make_account
from tests.pages.officials import official, owing, registration
from tests.pages.test_officer_cases import post
from tests.world import settings_for


async def plan(api: Api, code: str) -> None:
    async with api.transaction() as (session, now):
        rules = await rulebook.current(session, now=now)
        await planning.plan(session, Period.parse(code), rules, now=now)


async def test_a_period_shows_its_schedule_and_is_opened_before_its_day(api: Api) -> None:
    await plan(api, "2027-Q1")
    async with official(api, Role.ADMINISTRATOR) as admin:
        await admin.open("/admin/periode")
        assert "Triwulan I 2027" in admin.text
        await admin.open("/admin/periode/2027-Q1")
        assert "Permenperin 13/2025 · batas waktu 10 April 2027 pukul 23.59.59 WIB" in admin.text
        opening = "/admin/periode/2027-Q1/pembukaan"
        await admin.send(opening)
        assert "sedang dibuka" in admin.text
        assert opening not in admin.page.text, "it is asked for once"
    async with official(api, Role.COMPLIANCE_OFFICER) as officer:
        assert (await officer.open("/admin/periode/2027-Q1")).status_code == 200
        assert (await post(officer, opening)).status_code == 403
        assert (await officer.open("/admin/periode/2030-Q1")).status_code == 404


async def test_a_running_period_counts_on_time_late_and_missing(api: Api) -> None:
    await owing(api, 3)
    async with api.transaction() as (session, _):
        await session.execute(text("UPDATE case_file SET status = 'open' WHERE kind = 'period'"))
        await session.execute(
            text(
                "UPDATE report SET sent_at = '2027-01-05T00:00Z' WHERE number = (SELECT min(number) FROM report)"
            )
        )
    async with official(api, Role.COMPLIANCE_OFFICER) as officer:
        await officer.open("/admin/periode/2026-Q4")
        for figure in (
            "Kewajiban 3",
            "Tepat waktu 1 33,3 %",
            "Terlambat dikirim 0 0 %",
            "Belum dikirim 2 66,7 %",
        ):
            assert figure in officer.text, figure


async def test_a_lane_is_held_with_a_reason_and_released(api: Api) -> None:
    async with official(api, Role.ADMINISTRATOR) as admin:
        await admin.open("/admin/kesehatan")
        assert "Temporal Terganggu" in admin.text, "no server listens in this test"
        await admin.send("/admin/kesehatan/jalur/legal")
        assert "Tuliskan alasan menahan atau melepaskan jalur ini." in admin.text
        await admin.send("/admin/kesehatan/jalur/legal", {"reason": "Alamat diperiksa dahulu."})
        assert "Jalur Surat resmi ditahan." in admin.text
        assert "ditahan Alamat diperiksa dahulu." in admin.text
        release = {"choice": "release", "reason": "Alamat sudah benar."}
        await admin.send("/admin/kesehatan/jalur/legal", release | {"reason": " "})
        assert "Tuliskan alasan menahan atau melepaskan jalur ini." in admin.text
        assert "ditahan Alamat diperiksa dahulu." in admin.text
        await admin.send("/admin/kesehatan/jalur/legal", release)
        assert "Jalur Surat resmi berjalan lagi." in admin.text
        assert (await post(admin, "/admin/kesehatan/jalur/other")).status_code == 422


async def test_whoever_held_and_released_a_lane_stands_among_the_acts_with_the_reason(api: Api) -> None:
    async with official(api, Role.ADMINISTRATOR) as admin:
        for choice, reason in (("hold", "Alamat diperiksa dahulu."), ("release", "Alamat sudah benar.")):
            await admin.open("/admin/kesehatan")
            await admin.send("/admin/kesehatan/jalur/legal", {"choice": choice, "reason": reason})
        await admin.send("/admin/kesehatan/jalur/legal", {"choice": "release", "reason": "Sekali lagi."})
    async with official(api, Role.AUDITOR) as auditor:
        await auditor.open("/admin/tindakan")
        assert "Jalur surat ditahan Surat resmi Alamat diperiksa dahulu." in auditor.text
        released = "Jalur surat dilepaskan Surat resmi Alamat sudah benar. (ditahan karena: Alamat diperiksa dahulu.)"
        assert released in auditor.text
        assert "Sekali lagi." not in auditor.text, "it was sending already"
        assert "Peran diberikan" in auditor.text
    async with official(api, Role.UPP_OFFICER) as upp:
        assert (await upp.open("/admin/tindakan")).status_code == 403


@pytest.mark.parametrize(
    ("choice", "state"),
    [("send", MessageState.QUEUED), ("arrived", MessageState.DONE), ("drop", MessageState.CANCELLED)],
)
async def test_an_officer_decides_about_a_letter_whose_fate_is_unknown(
    api: Api, choice: str, state: str
) -> None:
    message = await held_letter(api)
    async with official(api, Role.AUDITOR) as auditor:
        await auditor.open("/admin/kesehatan")
        assert "k•••@contoh.example" in auditor.text
        assert "Sudah sampai" not in auditor.text
        assert (await post(auditor, f"/admin/kesehatan/surat/{message}", choice=choice)).status_code == 403
    async with official(api, Role.ADMINISTRATOR) as admin:
        await admin.open("/admin/kesehatan")
        await admin.send(f"/admin/kesehatan/surat/{message}", {"choice": choice})
        assert "Surat yang perlu diputuskan" not in admin.text
    async with api.transaction() as (session, _):
        assert (await session.get_one(Message, message)).state == state


async def held_letter(api: Api) -> UUID:
    key = new_id()
    async with api.transaction() as (session, now):
        session.add(
            Message(
                id=key, template="account_voided", lane=Lane.LEGAL, recipient="kantor@contoh.example",
                context={"company": "PT Contoh", "reason": "x", "voided_at": now.isoformat()},
                dedupe_key=str(key), planned_for=now, not_before=now, state=MessageState.HELD,
                state_reason="in_the_journal", created_at=now,
            )
        )  # fmt: skip
        await session.flush()
        assert len(await lanes.held_messages(session)) == 1
    return key


async def test_an_invitation_names_every_wrong_field_and_mails_a_link(api: Api) -> None:
    new = "/admin/pengguna/baru"
    async with official(api, Role.ADMINISTRATOR) as admin:
        await admin.open(new)
        wrong = {"username": "Ä", "email": "tidak ada", "role": "regional_officer", "kbli_divisions": "310"}
        assert (await admin.send(new, wrong)).status_code == 422
        for field in ("Nama pengguna:", "E-mail kedinasan:", "Golongan pokok KBLI"):
            assert field in admin.errors, field
        right = {
            "username": "dinas.kaltim",
            "email": "dinas@kaltim.example",
            "region": "64",
            "kbli_divisions": "",
        }
        await admin.send(new, right)
        assert "Undangan dikirim ke dinas@kaltim.example." in admin.text
        assert "Petugas daerah (Kalimantan Timur)" in admin.text
        await admin.open("/admin/pengguna?q=kaltim")
        assert "dinas.kaltim" in admin.text
    async with api.transaction() as (session, _):
        mails = await session.scalars(
            select(col(Message.recipient)).where(col(Message.template) == "person_invited")
        )
    assert mails.all() == ["dinas@kaltim.example"]


async def test_roles_are_given_and_taken_and_access_ends_at_once(api: Api) -> None:
    async with official(api, Role.ADMINISTRATOR) as admin, official(api, Role.VERIFIER) as verifier:
        person = await person_of(api, Role.VERIFIER)
        here = f"/admin/pengguna/{person}"
        await admin.open(here)
        assert (await admin.send(f"{here}/peran")).status_code == 422
        await admin.send(f"{here}/peran", {"role": "validator", "region": "64.72"})
        assert "Validator (Kota Samarinda)" in admin.text
        await verifier.open("/antrean")
        assert verifier.path == "/masuk", "rights change with a new sign-in"
        async with api.transaction() as (session, _):
            grants = (
                await session.scalars(select(RoleGrant).where(col(RoleGrant.person_id) == person))
            ).all()
        for grant in grants:
            await admin.send(f"{here}/peran/{grant.id}/cabut")
        assert "Tanpa peran" in admin.text
        await admin.send(f"{here}/akses", {"choice": "disable"})
        assert "Akses dihentikan" in admin.text
        await admin.send(f"{here}/akses", {"choice": "enable"})
        assert "Akses dipulihkan" in admin.text


async def test_a_companys_person_among_the_acts_is_not_called_an_officer(api: Api) -> None:
    async with api.transaction() as (session, _):
        account = await make_account(session, name="PT Contoh Tindakan")
        await people.invite(
            session, username="a7", name="Pelaporan", email="l@contoh.example", account_id=account.id
        )
    async with official(api, Role.AUDITOR) as auditor:
        await auditor.open("/admin/tindakan")
        assert "Pelaporan (Perusahaan) · PT Contoh Tindakan" in auditor.text


async def test_nobody_takes_their_own_rights(api: Api) -> None:
    async with official(api, Role.ADMINISTRATOR) as admin:
        me = await person_of(api, Role.ADMINISTRATOR)
        await admin.open(f"/admin/pengguna/{me}")
        assert "hanya dapat dicabut oleh administrator lain" in admin.text
        refused = await admin.send(f"/admin/pengguna/{me}/akses", {"choice": "disable"})
        assert refused.status_code == 409
    async with api.transaction() as (session, _):
        assert (await session.get_one(Person, me)).status == "active"


async def test_an_administrator_of_a_region_gives_no_rights_beyond_it(api: Api) -> None:
    async with official(api, Role.ADMINISTRATOR, region="64") as admin, official(api, Role.VERIFIER):
        person = await person_of(api, Role.VERIFIER)
        path = f"/admin/pengguna/{person}/peran"
        await admin.open(f"/admin/pengguna/{person}")
        assert (await admin.send(path, {"role": "validator", "region": "64.72"})).status_code == 200
        assert (await admin.send(path, {"role": "validator"})).status_code == 403


async def test_changing_rights_needs_the_password_of_a_moment_ago(api: Api) -> None:
    async with official(api, Role.ADMINISTRATOR) as admin:
        async with api.transaction() as (session, _):
            await session.execute(
                text("UPDATE web_session SET reauthenticated_at = reauthenticated_at - interval '1 hour'")
            )
        asked = await admin.client.get("/admin/pengguna/baru", follow_redirects=False)
        assert asked.headers["location"].endswith("?next=%2Fadmin%2Fpengguna%2Fbaru")


async def person_of(api: Api, role: Role) -> UUID:
    """The newest person with the role."""
    async with api.transaction() as (session, _):
        query = select(col(RoleGrant.person_id)).where(col(RoleGrant.role) == role)
        return (await session.scalars(query.order_by(col(RoleGrant.granted_at).desc()).limit(1))).one()


async def test_the_clock_page_refuses_what_makes_no_sense(api: Api) -> None:
    await plan(api, "2027-Q1")
    async with api.transaction() as (session, _):
        await session.execute(text("UPDATE case_file SET wake_at = opens_at FROM reporting_period"))
    async with official(api, Role.ADMINISTRATOR) as admin:
        await admin.open("/admin/jam")
        assert "4 Jan 2027 pukul 09.00 WIB" in admin.text
        assert "Periode pelaporan" in admin.text
        for typed, said in (
            ({}, "Sebutkan salah satu"),
            ({"by": "kapan-kapan"}, "bukan lama waktu"),
            ({"to": "2026-01-01T00:00"}, "tidak dapat dimundurkan"),
            ({"by": "1d", "to": "2027-02-01T00:00"}, "Sebutkan salah satu"),
        ):
            assert (await admin.send("/admin/jam", {"by": "", "to": "", **typed})).status_code == 422
            assert said in admin.errors, typed
    async with official(api, Role.COMPLIANCE_OFFICER) as officer:
        assert (await officer.open("/admin/jam")).status_code == 403


async def test_outside_a_rehearsal_there_is_no_clock_to_move(database: Database, tmp_path: Path) -> None:
    instance.create(database.migrator_url)
    given = settings_for(database, tmp_path, 25, NOWHERE)
    async with serving(given) as served, official(served, Role.ADMINISTRATOR) as admin:
        assert (await admin.open("/admin/jam")).status_code == 404
        await admin.open("/admin/kesehatan")
        assert "/admin/jam" not in admin.page.text


async def test_every_reading_is_on_the_log_for_auditors(api: Api) -> None:
    case_id = await registration(api)
    async with official(api, Role.UPP_OFFICER) as upp:
        await upp.open("/antrean")
        await upp.open(f"/kasus/{case_id}/pendaftaran")
    async with official(api, Role.AUDITOR) as auditor:
        await auditor.open("/admin/pembacaan")
        assert "PT Contoh Rotan Mahakam pendaftaran Pemeriksaan pendaftaran" in auditor.text
        assert "– antrean Pendaftaran" in auditor.text
        await auditor.open("/admin/pembacaan?petugas=nobody")
        assert "Belum ada pembukaan data." in auditor.text
    async with official(api, Role.UPP_OFFICER) as upp:
        assert (await upp.open("/admin/pembacaan")).status_code == 403


async def test_a_session_that_ended_leads_to_sign_in_and_back(api: Api) -> None:
    async with official(api, Role.ADMINISTRATOR) as admin:
        async with api.transaction() as (session, _):
            for row in await session.scalars(select(WebSession)):
                row.revoked_at = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
        led = await admin.client.get("/kasus?q=rotan", follow_redirects=False)
        assert led.headers["location"] == "/masuk?next=%2Fkasus%3Fq%3Drotan"
        swapped = await admin.client.get(
            "/kasus?q=rotan", headers={"HX-Request": "true"}, follow_redirects=False
        )
        assert swapped.headers["hx-redirect"] == "/masuk?next=%2Fkasus%3Fq%3Drotan"
