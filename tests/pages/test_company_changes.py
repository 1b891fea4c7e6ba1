"""What the UPP changes of a company's data on its account's page: the form, what is wrong at its field, the history."""

from uuid import UUID

from services.models import Role
from tests.api.conftest import Api
from tests.factories import make_account
from tests.pages.officials import official
from tests.pages.visitor import Visitor
from tests.services.documents.corpus import pdf
from tests.services.warnings import ladders
from tests.services.warnings.ladders import PROPOSED

HERE = "64.72"
SCAN = {"document": ("surat-direktur.pdf", pdf())}
MOVED = {"street": "Jl. Pindah No. 9", "letter_number": "017/SP/I/2027", "letter_date": "2025-12-30"}


async def company(api: Api) -> UUID:
    async with api.transaction() as (session, _):
        return (await make_account(session, region=HERE)).id


async def opened(visitor: Visitor, here: str) -> None:
    """The account's page, after saying why it is opened."""
    await visitor.open(here)
    await visitor.send(visitor.page.url.raw_path.decode(), {"purpose": "supervision"})
    assert visitor.path == here


async def test_the_head_office_is_changed_on_a_letter_and_nothing_typed_is_lost(api: Api) -> None:
    here = f"/akun/{await company(api)}"
    door = f"{here}/alamat-kantor-pusat"
    async with official(api, Role.UPP_OFFICER, region=HERE) as officer:
        await opened(officer, here)
        assert officer.fields(door)["street"] == ["Jl. Contoh No. 1"]
        await officer.send(door, MOVED | {"letter_date": "2999-01-01", "postcode": "7"}, SCAN)
        assert officer.page.status_code == 422
        for said in ("Tanggal surat belum terjadi.", "Kode pos"):
            assert said in officer.errors
        assert officer.fields(door)["street"] == ["Jl. Pindah No. 9"]
        assert "surat-direktur.pdf" in officer.text
        assert "<details open>" in officer.page.text, "the form is where it was"

        await officer.send(door, {"letter_date": MOVED["letter_date"], "postcode": "75119"}, {})
        assert "Alamat kantor pusat diubah; perusahaan diberi tahu." in officer.text, officer.errors
        assert "Jalan dan nomor: Jl. Contoh No. 1 menjadi Jl. Pindah No. 9" in officer.text
        assert "Surat nomor 017/SP/I/2027, 30 Desember 2025." in officer.text
        await officer.send(door, MOVED, {})
        assert officer.page.status_code == 422
        assert "Unggah pindaian suratnya." in officer.errors


async def test_others_read_the_address_and_what_became_of_it(api: Api) -> None:
    here = f"/akun/{await company(api)}"
    for role, may in (
        (Role.UPP_OFFICER, True),
        (Role.COMPLIANCE_OFFICER, False),
        (Role.ADMINISTRATOR, False),
    ):
        async with official(api, role, region=HERE) as reader:
            await opened(reader, here)
            assert "Jl. Contoh No. 1" in reader.text
            assert (f"{here}/alamat-kantor-pusat" in reader.page.text) is may


async def test_whose_matter_it_is_is_corrected_with_a_reason(api: Api) -> None:
    async with api.transaction() as (session, _):
        ladder = await ladders.proposed(session, now=PROPOSED, region=HERE, cross_region=True)
    here = f"/akun/{ladder.account_id}"
    door = f"{here}/kewenangan"
    async with official(api, Role.UPP_OFFICER, region=HERE) as officer:
        await opened(officer, here)
        assert "Pemerintah Provinsi Kalimantan Timur" in officer.text
        typed = {"determination_scale": "medium", "determination_reason": ""}
        data = {**officer.fields(door), **typed}
        data.pop("determination_cross_region")
        officer.page = await officer.client.post(door, data=data)
        assert officer.page.status_code == 422
        assert "Tuliskan alasan perubahan ini." in officer.errors
        again = officer.fields(door)
        assert again["determination_scale"] == ["medium"]
        assert "determination_cross_region" not in again, "what was unticked stays so"
        await officer.send(door, {"determination_reason": "OSS menyebut satu lokasi."})
        assert "Skala dan wilayah usaha ditetapkan." in officer.text, officer.errors
        assert "Pemerintah Kota Samarinda" in officer.text
        assert "Skala usaha menurut perizinan: Kecil menjadi Menengah" in officer.text
        assert "Kegiatan usaha lintas wilayah: Ya menjadi Tidak" in officer.text
        assert "OSS menyebut satu lokasi." in officer.text
    async with official(api, Role.COMPLIANCE_OFFICER, region=HERE) as other:
        await opened(other, here)
        assert "Pemerintah Kota Samarinda" in other.text
        assert door not in other.page.text
