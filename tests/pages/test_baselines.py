"""An investment that fell: how the company learns who can accept it, and a verifier who does, on their pages."""

import pytest

from api.pages.public import human
from services.models import Report, Role
from tests.api.conftest import Api
from tests.api.test_baselines import send_earlier, signed
from tests.factories import fill_small_report
from tests.pages.officials import official
from tests.pages.test_company_flow import company, sign_in
from tests.pages.visitor import Visitor
from tests.services.forms.filled import typed

OFFICIAL = "Nilai investasi yang diisi tidak boleh lebih kecil dibandingkan periode sebelumnya"
WHO = "verifikator Kementerian Perindustrian dapat menurunkan nilai pembandingnya; mintalah lewat Asistensi"
GIVEN = {
    "baseline_field": "general_data.machine_value",
    "baseline_value": "Rp 900.000.000",
    "baseline_reason": "Mesin bubut dijual.",
}


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(human, "SHORTEST_SECONDS", 0)


async def fallen(api: Api) -> Report:
    """The report of a company with a login, whose machines were worth more in the report before."""
    account, report = await company(api)
    async with api.transaction() as (session, now):
        await send_earlier(session, account, now)
        page = typed()["general_data"] | {"machine_value": "900.000.000"}
        held = await session.get_one(Report, report)
        return await fill_small_report(session, held, general_data=page, signed=False, now=now)


async def test_beside_the_official_refusal_the_company_reads_who_can_accept_it(
    api: Api, visitor: Visitor
) -> None:
    report = (await fallen(api)).case_id
    await sign_in(visitor)
    here = f"/laporan/{report}/bagian/general_data"
    answer = await visitor.open(here)
    assert OFFICIAL in visitor.errors
    assert visitor.text.count(WHO) == 1, "at the one field that fell"
    assert 'href="/asistensi/baru"' in answer.text
    await visitor.open(f"/laporan/{report}/kirim")
    assert OFFICIAL in visitor.text
    assert WHO in visitor.text
    await visitor.send("/bahasa", {"locale": "en"})
    await visitor.open(here)
    assert "a verifier of the Ministry of Industry can lower the amount" in visitor.text


async def test_a_verifier_lowers_it_and_the_company_sends(api: Api, visitor: Visitor) -> None:
    held = await fallen(api)
    report = held.case_id
    door = f"/kasus/{report}/nilai-pembanding"
    async with official(api, Role.VERIFIER) as verifier:
        await verifier.open(f"/kasus/{report}")
        assert "Nilai investasi dibandingkan dengan laporan Triwulan III 2026" in verifier.text
        assert "Nilai Mesin Rp1.500.000.000" in verifier.text.replace("\xa0", "")
        await verifier.send(door, GIVEN)
        assert "Nilai pembanding diturunkan." in verifier.text
        assert "Nilai Mesin Rp900.000.000" in verifier.text.replace("\xa0", "")
        assert "Penurunan terdahulu" in verifier.text
        assert "Nilai pembanding untuk Nilai Mesin diturunkan oleh petugas." in verifier.text
        assert verifier.text.count("Mesin bubut dijual.") == 2, "in the card and in the story"

    await signed(api, held)
    await sign_in(visitor)
    await visitor.open(f"/laporan/{report}/kirim")
    assert WHO not in visitor.text
    assert "Laporan telah terkirim" in (await visitor.send(f"/laporan/{report}/kirim")).text
    async with official(api, Role.VERIFIER) as verifier:
        await verifier.open(f"/kasus/{report}")
        assert "Penurunan terdahulu" in verifier.text
        assert door not in verifier.page.text, "what is sent is compared no more"


@pytest.mark.parametrize(
    ("typed_in", "said"),
    [
        ({"baseline_field": ""}, "Isian ini tidak dibandingkan dengan periode sebelumnya"),
        ({"baseline_value": "sembilan ratus juta"}, "Isi dengan angka"),
        ({"baseline_value": ""}, "Isi dengan angka"),
        ({"baseline_value": "2.000.000.000"}, "Nilai harus lebih rendah daripada nilai pembanding sekarang"),
        ({"baseline_reason": " "}, "Tuliskan alasan"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    api: Api, typed_in: dict[str, str], said: str
) -> None:
    report = (await fallen(api)).case_id
    door = f"/kasus/{report}/nilai-pembanding"
    async with official(api, Role.VERIFIER) as verifier:
        await verifier.open(f"/kasus/{report}")
        answer = await verifier.send(door, GIVEN | typed_in)
        assert answer.status_code == 422
        assert said in verifier.errors
        [wrong] = typed_in
        assert f'id="{wrong}-error"' in answer.text
        again = verifier.fields(door)
        for name, text in (GIVEN | typed_in).items():
            assert again.get(name, [""]) == [text], name


async def test_everything_that_is_wrong_is_said_at_once(api: Api) -> None:
    report = (await fallen(api)).case_id
    door = f"/kasus/{report}/nilai-pembanding"
    async with official(api, Role.VERIFIER) as verifier:
        await verifier.open(f"/kasus/{report}")
        await verifier.send(door, {"baseline_value": "x", "baseline_reason": ""})
        for name in GIVEN:
            assert f'id="{name}-error"' in verifier.page.text


async def test_who_may_not_lower_is_not_offered_it(api: Api) -> None:
    report = (await fallen(api)).case_id
    async with official(api, Role.COMPLIANCE_OFFICER) as officer:
        await officer.open(f"/kasus/{report}")
        assert "Nilai pembanding" not in officer.text


async def test_a_first_report_is_compared_with_nothing(api: Api) -> None:
    _, report = await company(api)
    async with official(api, Role.VERIFIER) as verifier:
        await verifier.open(f"/kasus/{report}")
        assert "Nilai pembanding" not in verifier.text
