"""The UPP at its desk: the queue, the decision beside the document, nothing done twice, nothing typed lost."""

from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from services.documents.inspection import MediaType
from services.models import Account, CaseFile, Licence, Message, Registration, Role
from services.registrations.decisions import CHECKLIST
from tests.api.conftest import Api
from tests.api.test_registrations import TYPED
from tests.factories import make_account
from tests.pages.officials import licence_in_review, official, registration
from tests.pages.test_data_requests import signed_in

ACCEPT = {"verdict": "accept", "account_type": "A", "checklist": list(CHECKLIST)}


def page_of(case_id: UUID) -> str:
    return f"/kasus/{case_id}/pendaftaran"


async def test_the_agreement_comes_before_the_first_companys_data(api: Api) -> None:
    await registration(api)
    async with official(api, Role.UPP_OFFICER, agreed=False) as upp:
        await upp.open("/antrean?meja=licences")
        assert upp.path == "/kerahasiaan"
        assert TYPED["company_name"] not in upp.text
        refused = await upp.send("/kerahasiaan")
        assert refused.status_code == 422
        assert "Centang untuk menyetujui" in upp.errors
        await upp.send("/kerahasiaan", {"accepted": "yes"})
        assert (upp.path, upp.page.url.query) == ("/antrean", b"meja=licences")
        assert "sudah Anda setujui" in upp.text


async def test_an_outdated_agreement_is_not_accepted(api: Api) -> None:
    async with official(api, Role.VERIFIER, agreed=False) as verifier:
        await verifier.open("/kerahasiaan?next=//elsewhere.example")
        assert verifier.fields("/kerahasiaan")["next"] == ["/antrean"], "no link leads our people away"
        assert (
            await verifier.send("/kerahasiaan", {"accepted": "yes", "version": "2020-1"})
        ).status_code == 409
        await verifier.open("/antrean")
        assert verifier.path == "/kerahasiaan"


@pytest.mark.starts("2027-01-04T09:00:00+07:00")
async def test_the_queue_shows_what_is_half_way_and_what_is_late(api: Api) -> None:
    await registration(api)
    async with official(api, Role.UPP_OFFICER) as upp:
        await upp.open("/antrean")
        assert "Lewat separuh waktu 0" in upp.text
        await api.clock_at(
            "2027-01-06T10:00:00+07:00"
        )  # Tuesday is Isra Mikraj: Wednesday is the working day
        await upp.open("/antrean")
        assert "Lewat separuh waktu 1 Lewat batas waktu 0" in upp.text
        assert "lewat separuh waktu" in upp.text
        await api.clock_at("2027-01-07T00:00:30+07:00")
        await upp.open("/antrean")
        assert "Lewat separuh waktu 0 Lewat batas waktu 1" in upp.text
        assert "terlambat" in upp.text


async def test_a_regional_desk_shows_its_region_only(api: Api) -> None:
    await registration(api)
    await registration(api, nib="9123456789013", region_code="31.71", company_name="PT Contoh Sabun Jakarta")
    async with official(api, Role.UPP_OFFICER, region="64") as upp:
        await upp.open("/antrean")
        assert TYPED["company_name"] in upp.text
        assert "Jakarta" not in upp.text.split("Kasus Jenis")[1], "the list, not the choices of the filter"


async def test_the_document_lies_beside_the_checklist(api: Api) -> None:
    case_id = await registration(api, npwp="012345678901234")
    await registration(api, address="Jln. Contoh Nomor 2")
    async with official(api, Role.UPP_OFFICER) as upp:
        page = await upp.open(page_of(case_id))
        assert "Angka periksa NPWP tidak cocok" in upp.text
        async with api.transaction() as (session, _):
            document = (await session.get_one(Registration, case_id)).document_id
        assert f'src="/dokumen/{document}/tampilan#' in page.text
        shown = await upp.client.get(f"/dokumen/{document}/tampilan")
        assert shown.headers["content-type"] == MediaType.PDF
        assert shown.headers["content-disposition"].startswith("inline")
        assert "frame-ancestors 'self'" in shown.headers["content-security-policy"]
        assert "script-src" not in shown.headers["content-security-policy"]
        kept = await upp.client.get(f"/dokumen/{document}")
        assert kept.headers["content-disposition"].startswith("attachment")


async def test_a_similar_address_is_flagged(api: Api) -> None:
    await registration(api)
    second = await registration(api, address="Jln. Contoh Nomor 2")
    async with official(api, Role.UPP_OFFICER) as upp:
        await upp.open("/antrean?q=100002")
        assert (str(second) in upp.page.text, upp.text.count("#10000")) == (True, 1), "found by its number"
        await upp.open(page_of(second))
        assert "Alamat mirip" in upp.text
        assert "Jalan Contoh No. 1" in upp.text


async def test_an_incomplete_decision_keeps_what_was_typed(api: Api) -> None:
    case_id = await registration(api)
    async with official(api, Role.UPP_OFFICER) as upp:
        await upp.open(page_of(case_id))
        refused = await upp.send(
            page_of(case_id), {"verdict": "accept", "checklist": ["email_matches"], "reason": "Catatan saya"}
        )
        assert refused.status_code == 422
        assert upp.errors.count("Konfirmasikan setiap butir") == 1
        assert "Pilih jenis akun" in upp.errors
        again = upp.fields(page_of(case_id))
        assert (again["checklist"], again["reason"]) == (["email_matches"], ["Catatan saya"])
        async with api.transaction() as (session, _):
            assert (await session.get_one(CaseFile, case_id)).status == "submitted"


async def test_accepting_makes_an_account_once_however_often_it_is_sent(api: Api) -> None:
    case_id = await registration(api)
    async with official(api, Role.UPP_OFFICER) as upp:
        await upp.open(page_of(case_id))
        form = {**upp.fields(page_of(case_id)), **ACCEPT}
        answers = [
            await upp.client.post(page_of(case_id), data=form, follow_redirects=False) for _ in range(2)
        ]
        assert [(answer.status_code, answer.headers["location"]) for answer in answers] == [
            (303, "/antrean")
        ] * 2
        await upp.open("/antrean")
        assert "diterima. Akun dibuat" in upp.text
        await upp.open("/antrean")
        assert "diterima. Akun dibuat" not in upp.text, "it is said once"
        async with api.transaction() as (session, _):
            made = (await session.execute(select(Account))).scalars().all()
            mails = await session.scalars(select(Message).where(col(Message.template) == "account_activated"))
        assert [account.name for account in made] == [TYPED["company_name"]]
        assert len(mails.all()) == 1
        await upp.open(page_of(case_id))
        assert "Sudah diputuskan" in upp.text, "opened again under the purpose of a moment ago"
        async with api.transaction() as (session, _):
            mail = (await session.scalars(select(Message).where(col(Message.case_id) == case_id))).all()
            for message in mail:
                message.context = {key: value for key, value in message.context.items() if key != "token"}
        await upp.open(f"/kasus/{case_id}")
        assert "Akun SIINas Anda aktif: buat kata sandi" in upp.text
        assert "account_activated" not in upp.text, "also when its link is gone"


async def test_two_officers_at_once_the_second_is_told(api: Api) -> None:
    case_id = await registration(api)
    async with official(api, Role.UPP_OFFICER) as first, official(api, Role.UPP_OFFICER) as second:
        await first.open(page_of(case_id))
        await second.open(page_of(case_id))
        await first.send(page_of(case_id), {"verdict": "reject", "reason": "NIB tidak berlaku."})
        late = await second.send(page_of(case_id), ACCEPT)
        assert late.status_code == 409
        assert "sudah diputuskan" in second.text or "telah berubah" in second.text
        async with api.transaction() as (session, _):
            assert (await session.get_one(CaseFile, case_id)).status == "rejected"
            assert (await session.execute(select(Account))).first() is None


async def test_returning_stops_the_clock_and_the_reason_is_seen_again(api: Api) -> None:
    case_id = await registration(api)
    async with official(api, Role.UPP_OFFICER) as upp:
        await upp.open(page_of(case_id))
        await upp.send(
            page_of(case_id), {"verdict": "return", "reason": "Alamat belum sama.\nUnggah NIB baru."}
        )
        assert upp.path == "/antrean"
        await upp.open(f"/kasus/{case_id}")
        assert "waktu pemeriksaan berhenti" in upp.text
        assert "waktu berhenti" in upp.text, "the date itself says so too"


async def test_others_may_read_but_not_decide(api: Api) -> None:
    case_id = await registration(api)
    async with official(api, Role.VERIFIER) as verifier:
        assert (await verifier.open(page_of(case_id))).status_code == 403
    async with official(api, Role.UPP_OFFICER, region="31") as elsewhere:
        for path in (page_of(case_id), f"/kasus/{case_id}", f"/kasus/{case_id}/keperluan"):
            assert (await elsewhere.open(path)).status_code == 404, path
    assert (await (await api.anonymous()).get(page_of(case_id))).status_code == 303


async def test_a_licence_is_found_valid_and_says_who_supervises(api: Api) -> None:
    _, licence = await licence_in_review(api)
    path = f"/kasus/{licence.case_id}/perizinan"
    async with official(api, Role.UPP_OFFICER) as upp:
        await upp.open("/antrean?meja=licences")
        assert path in upp.page.text
        await upp.open(path)
        refused = await upp.send(path, {"verdict": "invalid", "scale": "medium"})
        assert refused.status_code == 422
        assert "Tuliskan catatan" in upp.errors
        assert upp.fields(path)["scale"] == ["medium"]
        await upp.send(path, {"verdict": "valid", "scale": "medium", "cross_region": "yes"})
        assert upp.path == "/antrean"
    async with api.transaction() as (session, _):
        found = await session.get_one(Licence, licence.id)
        account = await session.get_one(Account, found.account_id)
    assert (found.upp_validation, account.licence_scale, account.cross_region) == ("valid", "medium", True)


@pytest.mark.parametrize("path", ["/antrean", "/kasus"])
async def test_desks_are_no_pages_of_companies(api: Api, path: str) -> None:
    async with api.transaction() as (session, _):
        account = await make_account(session)
    async with signed_in(api, account) as company:
        assert (await company.open(path)).status_code == 404
