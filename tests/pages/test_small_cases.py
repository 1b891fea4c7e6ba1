"""Small cases on the pages: a letter of non-production, declared by a company, decided by an officer."""

from typing import Any

import pytest

from api.pages.public import human
from services.models import Role
from tests.api.conftest import Api
from tests.pages.officials import official
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
