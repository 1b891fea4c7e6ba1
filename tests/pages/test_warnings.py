"""Warnings as officials and companies meet them: the desk, the preview, the approval; the letter opened."""

import re

import pytest

from services.models import LetterChannel, Role, WarningLadder
from tests.api.conftest import Api
from tests.pages.officials import official
from tests.services.warnings import ladders
from tests.services.warnings.ladders import PROPOSED
from tests.services.warnings.test_presumed_service import comes_back, presumed

AFTER = "2027-01-13T09:00:00+07:00"


@pytest.mark.starts(AFTER)
async def test_an_officer_sees_what_approving_would_do_and_leaves_one_out(api: Api) -> None:
    async with api.transaction() as (session, _):
        kept = await ladders.proposed(session, name="PT Contoh Rotan Mahakam")
        left_out = await ladders.proposed(session, name="PT Contoh Kayu Mahakam")
        elsewhere = await ladders.proposed(session, name="PT Contoh Roti Balikpapan", region="64.71")
    async with official(api, Role.COMPLIANCE_OFFICER, region="64.72") as officer:
        page = await officer.open("/peringatan")
        assert "PT Contoh Rotan Mahakam" in page.text
        assert "PT Contoh Roti Balikpapan" not in page.text, str(elsewhere.case_id)
        page = await officer.open("/peringatan/pratinjau?period=2026-Q4")
        assert "2 surat akan dibuat" in page.text
        reason = {f"exclude-{left_out.case_id}": "Pabriknya sudah tutup."}
        await officer.send("/peringatan/persetujuan", reason)
        assert "1 surat disetujui" in officer.page.text
    async with api.transaction() as (session, _):
        assert await ladders.status(session, kept.case_id) == "approved"
        assert await ladders.status(session, left_out.case_id) == "excluded"
        row = await session.get_one(WarningLadder, left_out.case_id, populate_existing=True)
        assert row.exclusion_reason == "Pabriknya sudah tutup."


@pytest.mark.starts(AFTER)
async def test_the_form_for_an_excuse_comes_back_without_the_companys_letter(api: Api) -> None:
    async with api.transaction() as (session, _):
        ladder = await ladders.proposed(session)
    async with official(api, Role.COMPLIANCE_OFFICER, region="64.72") as officer:
        await officer.open(f"/kasus/{ladder.case_id}/peringatan/alasan")
        await officer.send(f"/kasus/{ladder.case_id}/peringatan/alasan", {"reason": "Tidak berproduksi."})
        assert officer.page.status_code == 422
        assert "surat perusahaan yang ditandatangani" in officer.page.text
        assert "Tidak berproduksi." in officer.page.text
        page = await officer.open(f"/kasus/{ladder.case_id}/peringatan/sanksi")
        assert "denda administratif" in page.text
    async with api.transaction() as (session, _):
        assert await ladders.status(session, ladder.case_id) == "proposed"


@pytest.mark.starts(AFTER)
async def test_letters_on_paper_are_taken_in_batches_and_posted(api: Api) -> None:
    async with api.transaction() as (session, _):
        ladder = await ladders.proposed(session)
        await ladders.send(session, ladder.case_id, now=PROPOSED, channel=LetterChannel.POST)
    async with official(api, Role.COMPLIANCE_OFFICER, region="64.72") as officer:
        await officer.open("/peringatan/cetak")
        await officer.send("/peringatan/cetak")
        assert "Kiriman siap dicetak" in officer.page.text
        posting = re.findall(r"/peringatan/cetak/[0-9a-f-]+/pos", officer.page.text)[0]
        listed = await officer.open(posting.removesuffix("/pos") + "/alamat")
        assert "00001/SP-1/64.72/2027" in listed.text
        await officer.open("/peringatan/cetak")
        await officer.send(posting)
        assert "1 surat dicatat sebagai dikirim hari ini" in officer.page.text


@pytest.mark.starts(AFTER)
async def test_only_the_office_that_gave_a_letter_is_offered_its_post_and_its_receipt(api: Api) -> None:
    async with api.transaction() as (session, now):
        ladder = (await ladders.proposed(session)).case_id
        await ladders.send(session, ladder, now=now)
    here = f"/kasus/{ladder}/peringatan"
    receipt = {
        "kind": "call_note",
        "received_at": "2027-01-13",
        "received_time": "09:00",
        "note": "Diterima.",
    }
    async with official(api, Role.COMPLIANCE_OFFICER, region="64") as other:
        await other.open(here)
        assert other.page.status_code == 200
        for form in (f"{here}/pos", f"{here}/bukti"):
            assert form not in other.page.text
            refused = await other.client.post(form, data=receipt | other.fields("/keluar"))
            assert (refused.status_code, "instansi lain" in refused.text) == (403, True)
    async with official(api, Role.COMPLIANCE_OFFICER, region="64.71") as stranger:
        await stranger.open("/peringatan")
        for form in (f"{here}/pos", f"{here}/bukti"):
            hidden = await stranger.client.post(form, data=receipt | stranger.fields("/keluar"))
            assert hidden.status_code == 404
    async with official(api, Role.COMPLIANCE_OFFICER, region="64.72") as officer:
        await officer.open(here)
        assert f"{here}/bukti" in officer.page.text
        await officer.send(f"{here}/pos")
        assert "Surat ini menunggu dicetak" in officer.text
        assert f'{here}/pos"' not in officer.page.text, "once is enough"


@pytest.mark.starts("2027-02-16T09:00:00+07:00")
async def test_a_mail_that_came_back_late_is_offered_to_the_post_while_the_next_letter_waits(
    api: Api,
) -> None:
    async with api.transaction() as (session, now):
        ladder = (await ladders.proposed(session)).case_id
        letter = await presumed(session, ladder)
        await ladders.next_letter(session, ladder, now=now)
        await comes_back(session, letter, now=now)
    here = f"/kasus/{ladder}/peringatan"
    async with official(api, Role.COMPLIANCE_OFFICER, region="64.72") as officer:
        await officer.open(here)
        assert f"{here}/bukti" in officer.page.text
        await officer.send(f"{here}/pos")
        assert "Surat ini menunggu dicetak" in officer.text
        assert f"{here}/bukti" in officer.page.text, "the mail left before, and may have arrived after all"
        assert "lebih dahulu lewat surel" in officer.page.text
        await officer.open("/peringatan/cetak")
        await officer.send("/peringatan/cetak")
        assert "Kiriman siap dicetak" in officer.page.text
