"""A unit that the list lacks, on the pages: from the report's field to the decision, and back into the field."""

import pytest

from api.pages.public import human
from services.models import Role
from tests.api.conftest import Api
from tests.pages.officials import official
from tests.pages.test_company_flow import company, sign_in
from tests.pages.visitor import Visitor

FORM = "/usulan-satuan/baru"
COMB = {"name": "sisir", "used_for": "Pisang kemasan", "reason": "Dijual per sisir."}


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(human, "SHORTEST_SECONDS", 0)


async def test_a_company_proposes_from_its_report_and_finds_the_unit_there_once_accepted(
    api: Api, visitor: Visitor
) -> None:
    _, report = await company(api)
    await sign_in(visitor)
    production = f"/laporan/{report}/bagian/production?row=0"
    await visitor.open(production)
    assert FORM in visitor.page.text
    assert "tambahan:sisir" not in visitor.page.text
    await visitor.open(FORM)
    refused = await visitor.send(FORM, COMB | {"name": "Lusin"})
    assert refused.status_code == 422
    assert "Satuan ini sudah ada dalam daftar: lusin (12 buah)." in visitor.errors
    assert "Dijual per sisir." in visitor.page.text, "nothing typed is lost"
    await visitor.send(FORM, COMB)
    assert "Usulan satuan sisir terkirim" in visitor.text
    await visitor.open(FORM)
    assert (await visitor.send(FORM, COMB)).status_code == 409
    assert "sedang menunggu keputusan" in visitor.errors

    async with official(api, Role.ADMINISTRATOR) as officer:
        desk = await officer.open("/admin/satuan")
        here = desk.text.split('class="row-title" href="', 1)[1].split('"', 1)[0]
        await officer.open(here)
        assert "Dijual per sisir." in officer.text
        await officer.send(here, {"name": "sisir", "reason": "", "verdict": "refuse"})
        assert "Tuliskan alasan untuk perusahaan" in officer.errors
        await officer.send(here, {"name": "sisir", "reason": "", "verdict": "accept"})
        assert "Satuan ditambahkan ke daftar" in officer.text

    await visitor.open("/usulan-satuan")
    assert "Dalam daftar: sisir" in visitor.text
    assert "sisir" in (await visitor.open("/pengumuman")).text
    assert "tambahan:sisir" in (await visitor.open(production)).text


async def test_the_desk_is_not_for_a_region(api: Api) -> None:
    async with official(api, Role.ADMINISTRATOR, region="64") as officer:
        assert (await officer.client.get("/admin/satuan")).status_code == 404
    async with official(api, Role.UPP_OFFICER) as officer:
        assert (await officer.client.get("/admin/satuan")).status_code == 403
