"""Small cases on the pages: letters of non-production, and the contacts with who has not reported."""

from typing import Any

import pytest

from api.pages.public import human
from services.deadlines.zones import WIB
from services.models import Role
from tests.api.conftest import Api
from tests.factories import PERIOD
from tests.pages.officials import official, owing
from tests.pages.test_company_flow import company, sign_in
from tests.pages.visitor import Visitor
from tests.services.documents.corpus import pdf

DECLARED = {"letter_date": "02-01-2027", "signed_by": "director", "reason": "Pabrik berhenti."}


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(human, "SHORTEST_SECONDS", 0)


async def declare(visitor: Visitor, report: Any) -> str:
    """A letter handed in on its page; returns the id of its case."""
    form = f"/tidak-berproduksi/baru?kasus={report}"
    await visitor.open(form)
    await visitor.send(form, DECLARED, files={"letter": ("surat.pdf", pdf())})
    assert "Surat terkirim" in visitor.text, visitor.errors
    return visitor.path.rsplit("/", 1)[1]


async def test_a_company_declares_and_an_officer_accepts(api: Api, visitor: Visitor) -> None:
    _, report = await company(api)
    await sign_in(visitor)
    await visitor.open("/beranda")
    assert "Tidak berproduksi" in visitor.text
    form = f"/tidak-berproduksi/baru?kasus={report}"
    await visitor.open(form)
    refused = await visitor.send(form, {"letter_date": "besok", "reason": "Pabrik berhenti."})
    assert refused.status_code == 422
    assert "Tanggal tidak dikenali" in visitor.errors
    assert "Pilih salah satu" in visitor.errors
    letter = await declare(visitor, report)

    async with official(api, Role.COMPLIANCE_OFFICER) as officer:
        await officer.open("/antrean?meja=non_production")
        here = f"/kasus/{letter}/tidak-berproduksi"
        assert here in officer.page.text
        await officer.open(here)
        await officer.send(here, {"verdict": "refuse", "reason": ""})
        assert "Tuliskan alasan untuk perusahaan" in officer.errors
        await officer.send(here, {"verdict": "accept", "reason": ""})
        assert "laporan ini tidak wajib" in officer.text

    await visitor.open("/beranda")
    assert "Tidak ada kewajiban yang terbuka" in visitor.text
    await visitor.open(form)
    assert "tidak ada surat yang dapat disampaikan" in visitor.text


async def test_a_company_takes_its_letter_back(api: Api, visitor: Visitor) -> None:
    _, report = await company(api)
    await sign_in(visitor)
    letter = await declare(visitor, report)
    await visitor.send(f"/tidak-berproduksi/{letter}/penarikan")
    assert "Surat ditarik" in visitor.text
    await declare(visitor, report)


async def test_an_officer_finds_who_is_missing_and_writes_down_a_call(api: Api) -> None:
    ((account, case),) = await owing(api)
    async with api.transaction() as (_, now):
        local = now.astimezone(WIB)
    called = {
        "channel": "telephone",
        "at": f"{local:%Y-%m-%d}",
        "clock": f"{local:%H:%M:%S}",
        "reached": "yes",
        "summary": "Akan dikirim minggu ini.",
    }
    async with official(api, Role.COMPLIANCE_OFFICER) as officer:
        await officer.open(f"/belum-melapor?periode={PERIOD}")
        assert account.name in officer.text
        assert "belum dihubungi" in officer.text
        here = f"/kasus/{case.id}/kontak"
        await officer.open(here)
        await officer.send(here, {"channel": "merpati", "at": "", "summary": ""})
        assert "Tuliskan tanggal dan jam" in officer.errors
        await officer.send(here, called)
        assert "Kontak dicatat" in officer.text, officer.errors
        assert "Akan dikirim minggu ini." in officer.text
        await officer.open(f"/belum-melapor?periode={PERIOD}")
        assert "1 kali" in officer.text
    async with official(api, Role.REGIONAL_OFFICER, region="11") as elsewhere:
        await elsewhere.open(f"/belum-melapor?periode={PERIOD}")
        assert "Semua sudah melapor." in elsewhere.text
