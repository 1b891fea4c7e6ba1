"""Type D: the UPP enters an institution's letter on its page; the institution corrects what was returned."""

from uuid import UUID

import pytest

from services.identity import tokens
from services.identity.tokens import Purpose
from services.models import Document, Registration, Role
from services.registrations import decisions
from services.registrations.decisions import Decision, Verdict
from tests.api.conftest import Api
from tests.pages.officials import official
from tests.pages.visitor import Visitor
from tests.services.documents.corpus import pdf

HERE = "/pendaftaran-instansi"
TYPED = {
    "letter_basis": "letter",
    "letter_number": "005/17/DISPERIN",
    "letter_date": "2026-01-05",
    "institution": "province",
    "company_name": "Dinas Perindustrian Contoh",
    "region_code": "64",
    "address": "Jl. Contoh Raya No. 1",
    "email": "dinas@contoh.example",
}
SCAN = {"letter": ("surat.pdf", pdf())}


async def entered(officer: Visitor, **changes: str) -> UUID:
    """Enter the letter and stand before the decision."""
    await officer.open(HERE)
    await officer.send(HERE, TYPED | changes, SCAN)
    assert officer.path.endswith("/pendaftaran"), officer.errors
    return UUID(officer.path.split("/")[2])


async def test_a_letter_is_entered_once_everything_wrong_is_said_and_the_scan_is_kept(api: Api) -> None:
    async with official(api, Role.UPP_OFFICER) as officer:
        await officer.open("/antrean?meja=registrations")
        assert HERE in officer.page.text
        await officer.open(HERE)
        await officer.send(HERE, TYPED | {"letter_date": "2999-01-01", "institution": ""}, {})
        assert officer.page.status_code == 422
        for said in ("Tanggal surat belum terjadi.", "Pilih jenis instansi", "Unggah pindaian suratnya."):
            assert said in officer.errors
        await officer.send(HERE, TYPED | {"letter_number": ""}, SCAN)
        assert "surat.pdf" in officer.text
        await officer.send(HERE, {"letter_number": TYPED["letter_number"]}, {})
        assert "Cocokkan dengan surat" in officer.text
        for shown in ("Surat dinas", "005/17/DISPERIN", "5 Januari 2026", "Pemerintah provinsi"):
            assert shown in officer.text
        case_id = UUID(officer.path.split("/")[2])

        await officer.open(HERE)
        await officer.send(HERE, TYPED | {"letter_number": "005/17/disperin", "company_name": "Lain"}, SCAN)
        assert officer.page.status_code == 409
        assert "sudah menjadi dasar pendaftaran" in officer.errors
    async with api.sessions() as session:
        kept = await session.get_one(Registration, case_id)
        document = await session.get_one(Document, kept.document_id)
        assert (kept.kind, kept.region_code, document.kind) == ("government", "64", "official_letter")


async def test_the_pages_speak_english_and_are_the_upps_alone(api: Api) -> None:
    async with official(api, Role.UPP_OFFICER) as officer:
        officer.client.headers["accept-language"] = "en"
        await officer.open(HERE)
        await officer.send(HERE, TYPED | {"letter_date": "2999-01-01"}, SCAN)
        assert "The date of the letter lies in the future." in officer.errors
        assert "Registration of an institution" in officer.text
    async with official(api, Role.VERIFIER) as verifier:
        assert (await verifier.open(HERE)).status_code == 403


@pytest.mark.parametrize("verdict", ["accept", "reject"])
async def test_an_institution_is_decided_about_like_a_company(api: Api, verdict: str) -> None:
    async with official(api, Role.UPP_OFFICER) as officer:
        case = await entered(officer)
        here = f"/kasus/{case}/pendaftaran"
        decision = {
            "verdict": verdict,
            "account_type": "D",
            "checklist": list(decisions.GOVERNMENT_CHECKLIST),
        }
        await officer.send(here, decision | {"reason": "" if verdict == "accept" else "Surat tidak sah."})
        said = {"accept": "diterima. Akun dibuat", "reject": "ditolak"}[verdict]
        assert said in officer.text, officer.errors


async def test_a_returned_letter_is_corrected_by_its_institution(api: Api, visitor: Visitor) -> None:
    async with official(api, Role.UPP_OFFICER) as officer:
        case = await entered(officer)
    async with api.transaction() as (session, now):
        returned = Decision(Verdict.RETURN, reason="Nomor surat tidak sama.")
        await decisions.decide(session, case, returned, actor="person:upp", now=now)
        token = (await tokens.issue(session, Purpose.CORRECTION, case_id=case)).secret
    form = f"/pendaftaran/{case}/perbaikan"
    await visitor.open(f"{form}?token={token}")
    assert visitor.fields(form)["letter_date"] == ["2026-01-05"]
    assert "NPWP" not in visitor.text
    await visitor.send(form, {"letter_number": "005/18/DISPERIN"}, {})
    assert "Perbaikan diterima" in visitor.text, visitor.errors
    async with api.sessions() as session:
        kept = await session.get_one(Registration, case)
        assert (kept.kind, kept.letter_number, kept.submission) == ("government", "005/18/DISPERIN", 2)
