"""An extension on its pages: refused as a whole, tried out, approved by whom policy asks for, dropped, undone."""

from typing import Any

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from services.batches import FIRST
from services.deadlines import applying, campaigns
from services.models import CaseFile, Deadline, Extension, Role
from services.policies.bundle import Policies
from tests.api.conftest import Api
from tests.factories import make_report
from tests.pages.officials import official, owing
from tests.pages.visitor import Visitor

NEW = "/admin/perpanjangan/baru"
GIVEN = {
    "scope": "period",
    "period": "2026-Q4",
    "target_date": "2027-01-15",
    "instrument": "Pengumuman Pusdatin 4/2027",
    "reason": "gangguan jaringan",
}


async def drafted(visitor: Visitor, **typed: Any) -> str:
    """The page of a new extension."""
    await visitor.open(NEW)
    await visitor.send(NEW, GIVEN | typed)
    assert visitor.page.status_code == 200, visitor.errors
    return visitor.path


async def stored(api: Api) -> Extension:
    async with api.transaction() as (session, _):
        return (await session.execute(select(Extension))).scalar_one()


async def test_everything_wrong_is_said_at_once_and_nothing_typed_is_lost(api: Api) -> None:
    ((account, _),) = await owing(api)
    async with official(api, Role.ADMINISTRATOR) as admin:
        await admin.open(NEW)
        assert admin.fields(NEW)["period"] == ["2026-Q4"], "the period that is due next"
        typed = {"scope": "accounts", "accounts": f"#{account.number}, 99999\nabc", "target_date": "besok"}
        assert (await admin.send(NEW, typed)).status_code == 422
        for said in (
            "Nomor akun tidak dikenal (2): 99999, abc",
            "“besok” bukan tanggal",
            "Dasar: Wajib diisi",
        ):
            assert said in admin.errors
        again = admin.fields(NEW)
        assert again["accounts"] == [f"#{account.number}, 99999\nabc"]
        assert again["scope"] == ["accounts"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"scope": "galaxy"}, "Pilih untuk siapa"),
        ({"period": ""}, "Wajib diisi untuk cakupan ini"),
        ({"scope": "region"}, "Wajib diisi untuk cakupan ini"),
        ({"scope": "kbli", "kbli": "3x"}, "dua sampai lima angka"),
        ({"target_date": "2027-01-03"}, "Tanggal baru sudah lewat"),
        ({"target_date": "2027-01-10"}, "tidak lebih lambat dari batas waktu yang berlaku"),
        ({"reason": "a" * 2001}, "Paling banyak 2000 karakter"),
    ],
)
async def test_what_may_not_be_asked_is_refused_at_its_field(
    api: Api, typed: dict[str, str], said: str
) -> None:
    await owing(api)
    async with official(api, Role.ADMINISTRATOR) as admin:
        await admin.open(NEW)
        assert (await admin.send(NEW, GIVEN | typed)).status_code == 422
        assert said in admin.errors
    async with api.transaction() as (session, _):
        assert (await session.execute(select(Extension))).first() is None


async def test_a_dry_run_says_who_and_moves_nothing(api: Api) -> None:
    await owing(api, 2)
    await owing(api, 1, name="PT Contoh Sabun", region="31.71")
    async with official(api, Role.ADMINISTRATOR) as admin:
        await drafted(admin, scope="region", region="64", kbli="99")
        assert "Batas waktu berubah 2 Tetap 0" in admin.text, "what belongs to another scope does not count"
        assert ("PT Contoh Rotan 1" in admin.text, "PT Contoh Sabun" in admin.text) == (True, False)
        assert "10 Jan 2027 15 Jan 2027 2" in admin.text
    async with api.transaction() as (session, _):
        due = (await session.scalars(select(col(Deadline.due_before)).distinct())).all()
    assert [moment.isoformat() for moment in due] == ["2027-01-10T17:00:00+00:00"]


async def test_a_list_and_one_case_reach_exactly_those(api: Api) -> None:
    (first, _), (second, case) = await owing(api, 2)
    async with official(api, Role.ADMINISTRATOR) as admin:
        await drafted(admin, scope="accounts", accounts=f"{first.number}")
        assert "Batas waktu berubah 1" in admin.text
        await admin.open(f"{NEW}?kasus={case.id}")
        assert "PT Contoh Rotan 1 · Triwulan IV 2026" in admin.text
        fields = admin.fields(NEW)
        assert (fields["scope"], fields["case"]) == (["case"], [str(case.id)])
        await admin.send(NEW, {name: GIVEN[name] for name in ("target_date", "instrument", "reason")})
        assert "Satu kasus: PT Contoh Rotan 1" in admin.text
        assert second.name in admin.text


async def test_above_the_size_in_policy_a_second_person_approves(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Policies, "second_person_above", property(lambda _: 1))
    await owing(api, 2)
    async with official(api, Role.ADMINISTRATOR) as first, official(api, Role.ADMINISTRATOR) as second:
        here = await drafted(first)
        assert "lebih dari 1 kewajiban harus disetujui orang kedua" in first.text
        assert f"{here}/persetujuan" not in first.page.text
        await second.open(here)
        await second.send(f"{here}/persetujuan")
        assert "Sedang diterapkan" in second.text
        assert "0 dari 2 kasus" in second.text
        assert (
            await second.client.post(f"{here}/pembatalan", data=second.fields("/keluar"))
        ).status_code == 409
    assert (await stored(api)).status == "approved"


async def test_who_asked_cannot_approve_by_another_door(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Policies, "second_person_above", property(lambda _: 0))
    await owing(api)
    async with official(api, Role.ADMINISTRATOR) as admin:
        here = await drafted(admin)
        refused = await admin.client.post(f"{here}/persetujuan", data=admin.fields("/keluar"))
        assert refused.status_code == 403
    assert (await stored(api)).status == "previewed"


async def test_a_small_one_is_approved_by_who_asked_and_twice_is_once(api: Api) -> None:
    await owing(api)
    async with official(api, Role.ADMINISTRATOR) as admin:
        here = await drafted(admin)
        form = admin.fields(f"{here}/persetujuan")
        for _ in range(2):
            answer = await admin.client.post(f"{here}/persetujuan", data=form, follow_redirects=False)
            assert (answer.status_code, answer.headers["location"]) == (303, here)
    async with api.transaction() as (session, _):
        approvals = await session.scalar(text("SELECT count(*) FROM case_event WHERE type = 'approved'"))
    assert approvals == 1


async def applied(api: Api, admin: Visitor) -> str:
    """Approved, and carried to its cases; where its page is."""
    here = await drafted(admin)
    await admin.send(f"{here}/persetujuan")
    extension = await stored(api)
    async with api.transaction() as (session, now):
        found = await session.get_one(Extension, extension.id)
        concerned = await applying.next_cases(session, found, FIRST, now, 10)
        await applying.extend_cases(session, found, concerned, now)
        case = await session.get_one(CaseFile, found.case_id)
        await campaigns.applied(session, case, found, now)
    return here


async def test_one_that_was_applied_is_undone_while_no_old_date_has_passed(api: Api) -> None:
    await owing(api)
    async with official(api, Role.ADMINISTRATOR) as admin:
        here = await applied(api, admin)
        await admin.open(here)
        assert "Diperpanjang 1 Dibatalkan 0" in admin.text
        await admin.send(f"{here}/pembatalan")
        assert "Sedang dibatalkan" in admin.text


async def test_an_undo_that_needs_a_second_person_is_not_offered_to_who_asked(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    await owing(api)
    async with official(api, Role.ADMINISTRATOR) as first, official(api, Role.ADMINISTRATOR) as second:
        here = await applied(api, first)
        monkeypatch.setattr(Policies, "second_person_above", property(lambda _: 0))
        await first.open(here)
        assert f"{here}/pembatalan" not in first.page.text
        assert "lebih dari 0 kewajiban harus dibatalkan orang kedua" in first.text
        await second.open(here)
        await second.send(f"{here}/pembatalan")
        assert "Sedang dibatalkan" in second.text


async def test_an_undo_is_not_offered_once_an_old_date_has_passed(api: Api) -> None:
    await owing(api)
    async with official(api, Role.ADMINISTRATOR) as admin:
        here = await applied(api, admin)
        async with api.transaction() as (session, _):
            await session.execute(text("UPDATE extension_line SET old_before = app_now()"))
        await admin.open(here)
        assert f"{here}/pembatalan" not in admin.page.text
        assert "Batas waktu lama sudah lewat" in admin.text
        refused = await admin.client.post(f"{here}/pembatalan", data=admin.fields("/keluar"))
        assert refused.status_code == 409


async def test_a_draft_is_dropped_and_stays_on_the_list(api: Api) -> None:
    await owing(api)
    async with official(api, Role.ADMINISTRATOR) as admin:
        here = await drafted(admin)
        await admin.send(f"{here}/penghentian")
        assert "Tidak dilanjutkan" in admin.text
        await admin.open("/admin/perpanjangan")
        assert "Pengumuman Pusdatin 4/2027" in admin.text


async def test_others_read_extensions_but_write_none(api: Api) -> None:
    await owing(api)
    async with official(api, Role.ADMINISTRATOR) as admin, official(api, Role.AUDITOR) as auditor:
        here = await drafted(admin)
        assert (await auditor.open(here)).status_code == 200
        assert "Setujui dan terapkan" not in auditor.text
        assert (await auditor.open(NEW)).status_code == 403
        assert (
            await auditor.open("/admin/perpanjangan/00000000-0000-7000-8000-000000000000")
        ).status_code == 404


async def test_one_that_was_announced_before_the_service_kept_it_is_listed_and_explained(api: Api) -> None:
    async with api.transaction() as (session, now):
        await make_report(session, period="2025-Q1", now=now)
    extension = await stored(api)
    async with official(api, Role.ADMINISTRATOR) as admin:
        await admin.open("/admin/perpanjangan")
        assert "Pengumuman SIINas tentang perpanjangan" in admin.text
        assert (await admin.open(f"/admin/perpanjangan/{extension.id}")).status_code == 200
        assert "10 Apr 2025 15 Apr 2025 1" in admin.text
        program = await api.as_(Role.ADMINISTRATOR)
        told = (await program.get(f"/api/v1/extensions/{extension.id}")).json()
        assert (told["scope"], told["period"]) == ("period", "2025-Q1")
