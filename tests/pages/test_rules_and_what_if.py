"""The rules on their pages: changed, simulated, approved by another; and the question what if on a case's page."""

import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select

from services.models import PolicyChange, Role
from tests.api.conftest import Api
from tests.pages.officials import official, owing
from tests.pages.visitor import Visitor

DUE = "deadlines.deadlines.report_due@PM13_2025"
NEW = f"/admin/aturan/baru?bagian={DUE.replace('@', '%40')}"
GIVEN = {
    f"changes.{DUE}.add.days": "15",
    "valid_from": "2027-01-06",
    "instrument": "Permenperin contoh",
    "reason": "uji",
    "moves_open": "yes",
}


def links(visitor: Visitor) -> set[str]:
    """Where the page leads."""
    return {unescape(found) for found in re.findall(r'href="([^"]+)"', visitor.page.text)}


async def stored(api: Api) -> PolicyChange:
    async with api.transaction() as (session, _):
        return (await session.execute(select(PolicyChange))).scalar_one()


async def test_a_rule_is_changed_simulated_and_approved_by_somebody_else(api: Api) -> None:
    await owing(api)
    async with official(api, Role.ADMINISTRATOR) as proposer, official(api, Role.ADMINISTRATOR) as approver:
        await proposer.open("/admin/aturan")
        assert NEW in links(proposer)
        await proposer.open(NEW)
        await proposer.send(NEW, GIVEN)
        assert proposer.page.status_code == 200, proposer.errors
        assert "Surat peringatan" in proposer.text
        assert "disetujui oleh orang lain" in proposer.text
        change = await stored(api)
        assert [line["path"] for line in change.changes] == [f"{DUE}.add.days"], (
            "only what was typed otherwise"
        )
        path = f"/admin/aturan/{change.case_id}"
        await approver.open(path)
        await approver.send(f"{path}/persetujuan", {})
        assert (await stored(api)).status == "approved"
        await approver.send(f"{path}/penarikan", {})
        assert (await stored(api)).status == "withdrawn"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({f"changes.{DUE}.add.days": "0"}, "Ditambah hari: Paling kecil 1."),
        ({f"changes.{DUE}.add.days": "10"}, "Tidak ada pengaturan yang berubah."),
        ({"valid_from": "2027-01-04"}, "Mulai berlaku: Aturan baru berlaku paling cepat besok"),
        ({"valid_from": "besok"}, "Mulai berlaku: Isi tanggal yang benar."),
        ({"reason": ""}, "Alasan: Wajib diisi."),
    ],
)
async def test_what_cannot_be_in_force_comes_back_as_typed(
    api: Api, typed: dict[str, Any], said: str
) -> None:
    async with official(api, Role.ADMINISTRATOR) as visitor:
        await visitor.open(NEW)
        await visitor.send(NEW, GIVEN | typed)
        assert visitor.page.status_code == 422
        assert said in visitor.errors


async def test_what_if_shows_both_futures_and_saves_nothing(api: Api) -> None:
    ((_, case),) = await owing(api)
    async with official(api, Role.COMPLIANCE_OFFICER) as visitor:
        await visitor.open(f"/kasus/{case.id}")
        path = f"/kasus/{case.id}/pengandaian"
        assert path in links(visitor)
        await visitor.open(f"{path}?deadline=report_due&target_date=2027-01-20")
        assert visitor.page.status_code == 200
        assert "bergeser" in visitor.text
        await visitor.open(f"{path}?deadline=report_due&target_date=2027-01-01")
        assert visitor.page.status_code == 422
        await visitor.open(f"{path}?hold=yes")
        assert "tidak terjadi" in visitor.text


async def test_the_bundle_and_the_printed_date_are_one_click_from_the_case(api: Api) -> None:
    ((_, case),) = await owing(api)
    async with official(api, Role.COMPLIANCE_OFFICER) as visitor:
        await visitor.open(f"/kasus/{case.id}")
        for link, media in (
            (f"/kasus/{case.id}/bukti", "application/zip"),
            (f"/kasus/{case.id}/batas-waktu/report_due/cetak", "application/pdf"),
        ):
            assert link in links(visitor)
            answer = await visitor.client.get(link)
            assert (answer.status_code, answer.headers["content-type"]) == (200, media)
