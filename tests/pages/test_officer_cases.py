"""Cases before officials: why they are opened, their story and dates, what is done to them; accounts."""

import json
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlmodel import col

from services.models import CaseFile, Licence, ReadLog, Role, UppValidation
from tests.api.conftest import Api
from tests.pages.officials import licence_in_review, official, owing, registration
from tests.pages.visitor import Visitor


async def reads(api: Api, what: str) -> list[ReadLog]:
    async with api.transaction() as (session, _):
        return list(await session.scalars(select(ReadLog).where(col(ReadLog.what) == what)))


async def test_who_has_no_task_here_says_why_and_the_log_keeps_it(api: Api) -> None:
    ((account, case),) = await owing(api)
    async with official(api, Role.AUDITOR) as auditor:
        await auditor.open(f"/kasus/{case.id}")
        asking = f"/kasus/{case.id}/keperluan"
        assert auditor.path == asking
        assert "Perjalanan kasus" not in auditor.text
        action = f"{asking}?next=%2Fkasus%2F{case.id}"
        assert "Sebutkan keperluan" in (await auditor.send(action)).text
        assert "Jelaskan keperluannya" in (await auditor.send(action, {"purpose": "other"})).text
        await auditor.send(action, {"purpose": "other", "purpose_text": "Contoh  pemeriksaan"})
        assert auditor.path == f"/kasus/{case.id}"
        await auditor.open(f"/akun/{account.id}")
        assert auditor.path == f"/akun/{account.id}", "the same company, the same working day"
    seen = await reads(api, "case") + await reads(api, "account")
    assert {(row.purpose, row.account_id) for row in seen} == {("other: Contoh pemeriksaan", account.id)}


async def test_whose_task_it_is_is_not_asked(api: Api) -> None:
    ((_, case),) = await owing(api)
    async with official(api, Role.VERIFIER) as verifier:
        await verifier.open(f"/kasus/{case.id}")
        assert verifier.path == f"/kasus/{case.id}"
    assert [row.purpose for row in await reads(api, "case")] == ["verification"]


async def test_a_case_shows_its_dates_with_their_reasons_and_what_will_happen(api: Api) -> None:
    ((_, case),) = await owing(api)
    async with official(api, Role.VERIFIER) as verifier:
        await verifier.open(f"/kasus/{case.id}")
    for said in (
        "10 Januari 2027 pukul 23.59.59 WIB",
        "Permenperin 13/2025",
        "Kewajiban laporan Triwulan IV 2026 dibuat",
        "Bila belum dikirim, perusahaan diingatkan (3 hari sebelum batas waktu)",
        "Bila belum dikirim, laporan tercatat lewat batas waktu",
    ):
        assert said in verifier.text, said


async def test_holding_needs_a_reason_and_releasing_goes_on(api: Api) -> None:
    ((_, case),) = await owing(api)
    async with official(api, Role.VERIFIER) as verifier:
        await verifier.open(f"/kasus/{case.id}")
        assert (await verifier.send(f"/kasus/{case.id}/tahan")).status_code == 422
        assert '<dialog class="dialog" id="tahan" open' in verifier.page.text, "the question is asked again"
        await verifier.send(f"/kasus/{case.id}/tahan", {"reason": "Menunggu klarifikasi."})
        assert "Kasus ini ditahan Menunggu klarifikasi." in verifier.text
        await verifier.send(f"/kasus/{case.id}/lanjutkan")
        assert "Kasus dilanjutkan." in verifier.text


async def test_a_stale_page_changes_nothing(api: Api) -> None:
    ((_, case),) = await owing(api)
    async with official(api, Role.VERIFIER) as verifier:
        await verifier.open(f"/kasus/{case.id}")
        stale = verifier.fields(f"/kasus/{case.id}/tahan")
        await verifier.send(f"/kasus/{case.id}/tahan", {"reason": "Satu."})
        await verifier.send(f"/kasus/{case.id}/lanjutkan")
        late = await verifier.client.post(
            f"/kasus/{case.id}/tahan", data={**stale, "command": "another", "reason": "Dua."}
        )
        assert late.status_code == 409
        assert "telah berubah sejak Anda membukanya" in late.text
    async with api.transaction() as (session, _):
        assert (await session.get_one(CaseFile, case.id)).held_at is None


async def test_notes_are_for_colleagues_and_an_empty_one_is_refused(api: Api) -> None:
    ((_, case),) = await owing(api)
    async with official(api, Role.VERIFIER) as verifier:
        await verifier.open(f"/kasus/{case.id}")
        assert (await verifier.send(f"/kasus/{case.id}/catatan", {"body": "  "})).status_code == 422
        await verifier.send(f"/kasus/{case.id}/catatan", {"body": "Bandingkan <b>dulu</b>."})
        assert "Bandingkan &lt;b&gt;dulu&lt;/b&gt;." in verifier.page.text
    async with official(api, Role.AUDITOR) as auditor:
        assert (await auditor.open(f"/kasus/{case.id}")).status_code == 200
        assert (await post(auditor, f"/kasus/{case.id}/catatan", body="Saya")).status_code == 403


async def test_a_case_is_handed_to_those_who_work_on_it(api: Api) -> None:
    ((_, case),) = await owing(api)
    async with (
        official(api, Role.VERIFIER, region="64") as verifier,
        official(api, Role.VERIFIER, region="31"),
    ):
        await verifier.open(f"/kasus/{case.id}")
        offered = verifier.page.text.split('id="assignee"')[1].split("</select>")[0]
        assert offered.count("<option") == 2, "nobody, and the one of this region"
        chosen = offered.split('<option value="')[2].split('"')[0]
        await verifier.send(f"/kasus/{case.id}/petugas", {"assignee": chosen})
        assert "sudah ditetapkan" in verifier.text
        assert (await verifier.send(f"/kasus/{case.id}/petugas", {"assignee": "x"})).status_code == 422


async def test_only_an_operator_resolves_a_stuck_step(api: Api) -> None:
    case_id = await registration(api)
    stuck = {
        "step": "remind",
        "occurrence": "1",
        "code": "x",
        "message": "Alamat tidak ada.",
        "since": "2027-01-04T02:00:00+00:00",
    }
    async with api.transaction() as (session, _):
        await session.execute(
            text("UPDATE case_file SET stuck = CAST(:stuck AS jsonb) WHERE id = :id"),
            {"stuck": json.dumps(stuck), "id": case_id},
        )
    async with official(api, Role.UPP_OFFICER) as upp:
        await upp.open(f"/kasus/{case_id}")
        assert "Langkah “remind” macet" in upp.text
        assert "Lewati langkah ini" not in upp.text
        assert (await post(upp, f"/kasus/{case_id}/langkah", choice="retry")).status_code == 403
    async with official(api, Role.ADMINISTRATOR) as admin:
        await admin.open("/admin/kesehatan")
        await admin.send(f"/kasus/{case_id}/langkah", {"choice": "skip"})
        assert (admin.path, "Langkah dilewati" in admin.text) == ("/admin/kesehatan", True)
    async with api.transaction() as (session, _):
        assert (await session.get_one(CaseFile, case_id)).stuck is None


async def test_the_search_finds_filters_and_turns_pages(api: Api) -> None:
    await owing(api, 3, name="PT Contoh Kayu")
    await owing(api, 1, name="PT Contoh Sabun", region="31.71")
    async with official(api, Role.COMPLIANCE_OFFICER) as officer:
        await officer.open("/kasus?kind=report&q=sabun")
        assert ("PT Contoh Sabun" in officer.text, "PT Contoh Kayu" in officer.text) == (True, False)
        await officer.open("/kasus?q=%2310004")
        assert ("PT Contoh Sabun" in officer.text, "PT Contoh Kayu" in officer.text) == (True, False)
        await officer.open("/kasus?q=ka")
        assert "paling sedikit 3 karakter" in officer.text
        await officer.open("/kasus?kind=report&region=64&urut=due&due_before=2027-01-10")
        assert officer.text.count("PT Contoh Kayu") == 3
        assert "31 Des" not in officer.text
        await officer.open("/kasus?kind=report&due_before=2027-01-09")
        assert "Tidak ada kasus yang cocok" in officer.text
        await officer.open("/kasus?due_before=kapan")
        assert "bukan tanggal" in officer.text
        await officer.open("/kasus?kind=nothing")
        assert (officer.page.status_code, "tidak dikenal" in officer.text) == (200, True)


async def test_a_long_list_is_read_page_by_page(api: Api) -> None:
    await owing(api, 52)
    async with official(api, Role.COMPLIANCE_OFFICER) as officer:
        seen: list[str] = []
        await officer.open("/kasus?kind=report&urut=due")
        for _ in range(2):
            seen += row_titles(officer)
            more = officer.page.text.split('rel="next" href="')
            if len(more) == 1:
                break
            await officer.open(more[1].split('"')[0].replace("&amp;", "&"))
        assert (len(seen), len(set(seen))) == (52, 52)


async def test_a_company_that_operates_on_an_unverified_licence_is_to_be_asked_why(api: Api) -> None:
    account, licence = await licence_in_review(api)
    async with api.transaction() as (session, _):
        await session.execute(
            update(Licence)
            .where(col(Licence.id) == licence.id)
            .values(upp_validation=UppValidation.VALID, risk_level="high", ss_verification="unverified")
        )
    async with official(api, Role.UPP_OFFICER) as upp:
        await upp.open(f"/akun/{account.id}")
        await upp.send(
            f"/akun/{account.id}/keperluan?next=%2Fakun%2F{account.id}", {"purpose": "supervision"}
        )
        assert "Beroperasi sebelum perizinannya mengizinkan" in upp.text
        async with api.transaction() as (session, _):
            verified = update(Licence).where(col(Licence.id) == licence.id)
            await session.execute(verified.values(ss_verification="verified"))
        await upp.open(f"/akun/{account.id}")
        assert "Beroperasi sebelum perizinannya mengizinkan" not in upp.text


async def test_an_account_is_declared_void_with_a_reason(api: Api) -> None:
    ((account, case),) = await owing(api)
    async with official(api, Role.UPP_OFFICER) as upp:
        await upp.open(f"/akun/{account.id}")
        await upp.send(
            f"/akun/{account.id}/keperluan?next=%2Fakun%2F{account.id}", {"purpose": "supervision"}
        )
        assert (await upp.send(f"/akun/{account.id}/pembatalan")).status_code == 422
        assert "Tuliskan alasan pembatalan" in upp.text
        await upp.send(f"/akun/{account.id}/pembatalan", {"reason": "NIB dicabut."})
        assert "dibatalkan" in upp.text
        assert "NIB dicabut." in upp.text
        assert "Pembatalan akun" not in upp.text
    async with api.transaction() as (session, _):
        assert (await session.get_one(CaseFile, case.id)).outcome == "void"


async def test_voiding_asks_for_the_password_again_and_comes_back(api: Api) -> None:
    ((account, _),) = await owing(api)
    async with official(api, Role.UPP_OFFICER) as upp:
        await upp.open(f"/akun/{account.id}")
        await upp.send(
            f"/akun/{account.id}/keperluan?next=%2Fakun%2F{account.id}", {"purpose": "supervision"}
        )
        async with api.transaction() as (session, _now):
            await session.execute(
                text("UPDATE web_session SET reauthenticated_at = reauthenticated_at - interval '1 hour'")
            )
        upp.client.headers["referer"] = f"http://127.0.0.1:8000/akun/{account.id}"
        asked = await upp.client.post(
            f"/akun/{account.id}/pembatalan",
            data={**upp.fields(f"/akun/{account.id}/pembatalan"), "reason": "NIB dicabut."},
            follow_redirects=False,
        )
        assert asked.headers["location"].endswith(f"?next=%2Fakun%2F{account.id}")


@pytest.mark.parametrize("role", [Role.VERIFIER, Role.REGIONAL_OFFICER, Role.ADMINISTRATOR])
async def test_only_the_upp_may_void(api: Api, role: Role) -> None:
    ((account, _),) = await owing(api)
    async with official(api, role, region="64" if role is Role.REGIONAL_OFFICER else "") as officer:
        assert (await post(officer, f"/akun/{account.id}/pembatalan", reason="x")).status_code == 403


async def test_a_file_is_as_hidden_as_its_case(api: Api) -> None:
    case_id = await registration(api)
    async with api.transaction() as (session, _):
        document = await session.scalar(text("SELECT document_id FROM registration"))
    async with official(api, Role.REGIONAL_OFFICER, region="31") as elsewhere:
        for path in (f"/dokumen/{document}", f"/dokumen/{document}/tampilan"):
            assert (await elsewhere.open(path)).status_code == 404
    async with official(api, Role.REGIONAL_OFFICER, region="64") as here:
        assert (await here.open(f"/dokumen/{document}")).status_code == 200
    assert {row.case_id for row in await reads(api, "document")} == {case_id}


async def post(visitor: Visitor, path: str, **typed: Any) -> Any:
    """A form that this reader was not shown: with a valid token, so that only the rights decide."""
    await visitor.open("/kerahasiaan")
    token = visitor.page.text.split('name="csrf_token" value="')[1].split('"')[0]
    return await visitor.client.post(path, data={"csrf_token": token, **typed})


def row_titles(visitor: Visitor) -> list[str]:
    return [part.split('"')[0] for part in visitor.page.text.split('class="row-title" href="')[1:]]
