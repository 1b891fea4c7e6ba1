"""Data Perusahaan is filled page by page; a page is saved whole, or not at all."""

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import accounts
from services.companies import changes, profile
from services.companies.changes import Letter
from services.companies.definition import shipped, texts
from services.companies.profile import Saved
from services.database import Sessions
from services.errors import Conflict, InvalidInput, NotFound, StaleVersion
from services.messages import recipients
from services.models import (
    Account,
    AccountChange,
    BusinessField,
    CaseFile,
    Certificate,
    Message,
    ProductCapacity,
    ProfileSection,
    ScanState,
)
from services.reports.context import Values
from services.reports.numbers import Notation
from tests.factories import ACTOR, OPEN, make_report, make_scan
from tests.services.companies.newcomer import fill, newcomer, save, typed


async def values(session: AsyncSession, account: Account, section: str) -> Values:
    return (await profile.get_section(session, account.id, section)).values


async def refusals(
    session: AsyncSession, account: Account, section: str, raw: dict[str, Any]
) -> dict[str, str]:
    with pytest.raises(InvalidInput) as refused:
        await save(session, account, section, raw)
    return {error.field: error.message for error in refused.value.fields}


async def test_a_new_company_finds_every_page_empty_and_in_order(session: AsyncSession) -> None:
    account = await newcomer(session)
    found = await profile.get_profile(session, account.id)
    assert found.account.address == "Jl. Contoh Baru No. 2", (
        "the factory's address is that of the registration"
    )
    assert [view.page.title for view in found.pages] == [
        "Data Umum",
        "Alamat Kantor Pusat",
        "Alamat Pabrik",
        "Gudang",
        "Fasilitas Kepabeanan",
        "Bidang Usaha",
        "Kapasitas Produksi",
        "Tahap Operasi",
        "Sertifikat",
        "Contact Person",
    ]
    assert not any(view.values or view.version or view.locked for view in found.pages)


async def test_what_is_typed_is_stored_in_one_spelling_and_found_again(session: AsyncSession) -> None:
    account = await newcomer(session)
    await fill(session, account)
    general = await values(session, account, "general")
    assert (general["machine_value"], general["other_fixed_value"]) == (1_500_000_000, 500_000_000)
    assert general["phone"] == "+6281200000000"
    assert (await values(session, account, "contact_person"))["email"] == "pelaporan@rotan.example"
    assert await values(session, account, "business_fields") == {
        "rows": [
            {"kbli": "2025:31012", "is_primary": True, "risk_level": "low"},
            {"kbli": "2020:33121", "is_primary": False, "risk_level": "medium_high"},
        ]
    }
    assert await values(session, account, "capacities") == {
        "rows": [
            {
                "kbli": {"version": "2025", "code": "31012"},
                "product": "Kursi rotan",
                "unit": "unit",
                "capacity": "3600",
            }
        ]
    }


async def test_saving_what_was_stored_again_changes_nothing_but_the_version(session: AsyncSession) -> None:
    account = await newcomer(session)
    await fill(session, account)
    for view in (await profile.get_profile(session, account.id)).pages:
        if view.values:
            again = await save(session, account, view.page.id, dict(view.values), notation=Notation.PLAIN)
            assert again.values == view.values


async def test_every_field_that_cannot_be_accepted_is_named_and_nothing_is_stored(
    session: AsyncSession,
) -> None:
    account = await newcomer(session)
    raw = typed()["general"] | {
        "machine_value": "-5",
        "working_capital": "banyak",
        "phone": "telepon",
        "legal_form": "",
        "unheard_of": "x",
    }
    found = await refusals(session, account, "general", raw)
    assert found == {
        "legal_form": "Wajib diisi.",
        "machine_value": "Angka tidak boleh negatif.",
        "working_capital": "Isi dengan angka. Contoh: 1.000.000 atau 12,5.",
        "phone": "Nomor telepon tidak sah. Contoh: 0812 3456 7890 atau +62 541 123456.",
        "unheard_of": "Isian ini tidak dikenal dalam formulir ini.",
    }
    view = await profile.get_section(session, account.id, "general")
    assert (view.values, view.version) == ({}, 0)


@pytest.mark.parametrize(
    ("section", "field", "wrong"),
    [
        ("head_office", "region_code", "64"),
        ("head_office", "region_code", "99.99"),
        ("head_office", "postcode", "7511"),
        ("head_office", "street", "x" * 301),
        ("head_office", "street", "Jl. \x00"),
        ("contact_person", "email", "pelaporan@rotan"),
        ("contact_person", "email", "a@b.example\nBcc: c@d.example"),
        ("contact_person", "phone", "12"),
        ("general", "machine_value", "9" * 30),
        ("general", "business_form", "kerajaan"),
        ("general", "person_in_charge", ["a", "b"]),
    ],
)
async def test_a_wrong_answer_is_refused_at_its_field(
    session: AsyncSession, section: str, field: str, wrong: object
) -> None:
    account = await newcomer(session)
    assert set(await refusals(session, account, section, typed()[section] | {field: wrong})) == {field}


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        ([{"kbli": "3101", "is_primary": "ya", "risk_level": "low"}], {"rows.0.kbli"}),
        ([{"kbli": "1999:31012", "is_primary": "ya", "risk_level": "low"}], {"rows.0.kbli"}),
        ([{"kbli": "31012", "is_primary": "tidak", "risk_level": "low"}], {"rows"}),
        ([{"kbli": "31012", "is_primary": "ya", "risk_level": "extreme"}], {"rows.0.risk_level"}),
        ([{}, {"kbli": "31012"}], {"rows.1.is_primary", "rows.1.risk_level"}),
        ([], {"rows"}),
        ("31012", {"rows"}),
        (["31012"], {"rows.0", "rows"}),
        (
            [{"kbli": f"{n:05d}", "is_primary": "ya", "risk_level": "low"} for n in range(10_000, 20_000)],
            {"rows"},
        ),
    ],
)
async def test_business_fields_that_cannot_be_are_refused_at_their_row(
    session: AsyncSession, rows: object, named: set[str]
) -> None:
    account = await newcomer(session)
    found = await refusals(session, account, "business_fields", {"rows": rows})
    assert set(found) <= named


async def test_a_kbli_is_listed_once_and_one_is_the_primary(session: AsyncSession) -> None:
    account = await newcomer(session)
    row = {"kbli": "31012", "is_primary": "ya", "risk_level": "low"}
    found = await refusals(
        session, account, "business_fields", {"rows": [row, {}, row | {"kbli": "2020:31012"}]}
    )
    assert set(found) == {"rows.0.kbli", "rows.2.kbli", "rows"}


async def test_capacity_is_given_only_for_business_fields_under_the_ministry(session: AsyncSession) -> None:
    account = await newcomer(session)
    row = {"kbli": "10130", "product": "Abon", "unit": "kg", "capacity": "10"}
    assert set(await refusals(session, account, "capacities", {"rows": [row]})) == {"rows.0.kbli"}
    trade = {"kbli": "46100", "is_primary": "ya", "risk_level": "low"}
    await save(session, account, "business_fields", {"rows": [trade]})
    found = await refusals(session, account, "capacities", {"rows": [row | {"kbli": "46100"}]})
    assert found == {"rows.0.kbli": "KBLI {code} bukan binaan Kementerian Perindustrian."}


async def test_the_head_office_is_entered_once_and_then_changed_by_letter_only(session: AsyncSession) -> None:
    account = await newcomer(session)
    first = await save(session, account, "head_office", typed()["head_office"])
    assert (await profile.get_section(session, account.id, "head_office")).locked is not None

    again = await save(session, account, "head_office", typed()["head_office"])
    assert again.version == first.version, "the same address, sent twice, is no change"

    moved = typed()["head_office"] | {"street": "Jl. Pindah No. 9"}
    with pytest.raises(Conflict, match="surat kepada Kepala Pusdatin"):
        await save(session, account, "head_office", moved)

    letter = await received(session, account)
    for wrong, field in (
        (replace(letter, number=" "), "letter_number"),
        (replace(letter, dated=""), "letter_date"),
        (replace(letter, dated="2999-01-01"), "letter_date"),
        (replace(letter, scan=None), "document"),
    ):
        with pytest.raises(InvalidInput) as refused:
            await by_letter(session, account, moved | {"postcode": "7511"}, wrong, version=1)
        assert [error.field for error in refused.value.fields] == ["postcode", field], "all at once"
    with pytest.raises(StaleVersion):
        await by_letter(session, account, moved, letter, version=2)
    with pytest.raises(Conflict, match="tidak ada yang berubah"):
        await by_letter(session, account, typed()["head_office"], letter, version=1)
    await by_letter(session, account, moved, letter, version=1)
    stored = await session.get(ProfileSection, (account.id, "head_office"), populate_existing=True)
    assert stored is not None
    assert (stored.data["street"], stored.version) == ("Jl. Pindah No. 9", 2)
    [change] = await changes.of_account(session, account.id)
    assert (change.letter_number, change.after["street"]) == ("017/SP/I/2027", "Jl. Pindah No. 9")


async def test_what_it_was_and_by_which_letter_it_was_changed_is_kept_and_told(session: AsyncSession) -> None:
    account = await newcomer(session)
    await save(session, account, "head_office", typed()["head_office"])
    letter = await received(session, account)
    await by_letter(session, account, typed()["head_office"] | {"street": "Jl. Pindah No. 9"}, letter)
    (kept,) = await changes.of_account(session, account.id)
    assert (kept.before["street"], kept.after["street"]) == ("Jl. Contoh Raya No. 1", "Jl. Pindah No. 9")
    assert letter.scan is not None
    assert (kept.letter_number, kept.letter_date, kept.document_id, kept.made_by) == (
        "017/SP/I/2027", date(2026, 12, 30), letter.scan.id, ACTOR,
    )  # fmt: skip
    (told,) = (await session.execute(select(Message))).scalars()
    assert (told.template, told.account_id) == ("company_data_changed", account.id)
    assert told.context["part"] == "Alamat Kantor Pusat"
    with pytest.raises(DBAPIError, match="permission denied"):
        await session.execute(delete(AccountChange))


async def test_a_page_that_a_company_has_yet_to_enter_is_its_own(session: AsyncSession) -> None:
    account = await newcomer(session)
    with pytest.raises(Conflict, match="mengisinya sendiri"):
        await by_letter(session, account, typed()["head_office"], await received(session, account), version=0)


async def test_other_pages_are_not_changed_by_letter(session: AsyncSession) -> None:
    account = await newcomer(session)
    letter = await received(session, account)
    with pytest.raises(InvalidInput, match="tanpa surat"):
        await profile.change_by_letter(
            session, account.id, "general", typed()["general"], letter, expected_version=0, actor=ACTOR, now=OPEN
        )  # fmt: skip


async def received(session: AsyncSession, account: Account) -> Letter:
    """The company's letter, with its scan."""
    scan = await make_scan(session, account.id, kind=changes.SCAN)
    return Letter("017/SP/I/2027", "2026-12-30", scan)


async def by_letter(
    session: AsyncSession, account: Account, raw: dict[str, Any], letter: Letter, *, version: int = 1
) -> Saved:
    return await profile.change_by_letter(
        session, account.id, "head_office", raw, letter, expected_version=version, actor=ACTOR, now=OPEN
    )


async def test_the_factorys_region_is_not_a_question(session: AsyncSession) -> None:
    account = await newcomer(session)
    found = await refusals(session, account, "factory", typed()["factory"] | {"region_code": "64.71"})
    assert set(found) == {"region_code"}


async def test_who_saves_on_an_old_version_is_told_and_overwrites_nothing(session: AsyncSession) -> None:
    account = await newcomer(session)
    await save(session, account, "general", typed()["general"])
    with pytest.raises(StaleVersion) as stale:
        await save(
            session, account, "general", typed()["general"] | {"position": "Direktur"}, expected_version=0
        )
    assert stale.value.params == {"version": 1}
    assert (await values(session, account, "general"))["position"] == "Kepala Pabrik"


async def test_of_two_at_the_same_moment_one_saves_and_the_other_is_told(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        account = await newcomer(session)

    async def save_as(position: str) -> str:
        async with sessions() as own:
            try:
                async with own.begin():
                    raw = typed()["general"] | {"position": position}
                    await save(own, account, "general", raw, expected_version=0)
            except StaleVersion:
                return "told"
        return "saved"

    assert sorted(await asyncio.gather(save_as("Kepala"), save_as("Direktur"))) == ["saved", "told"]


async def test_a_page_that_does_not_exist_is_not_found(session: AsyncSession) -> None:
    account = await newcomer(session)
    for attempt in (
        profile.get_section(session, account.id, "horoscope"),
        profile.get_profile(session, uuid4()),
        save(session, account, "horoscope", {}),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_a_void_account_changes_nothing_any_more(session: AsyncSession) -> None:
    account = await newcomer(session)
    await accounts.void(session, account.id, reason="Data tidak benar", actor=ACTOR, now=OPEN)
    with pytest.raises(Conflict, match="dibatalkan"):
        await save(session, account, "general", typed()["general"])


async def test_certificates_keep_their_id_because_reports_refer_to_it(session: AsyncSession) -> None:
    account = await newcomer(session)
    scan = await make_scan(session, account.id, kind="certificate")
    halal = {
        "type": "halal",
        "number": "ID64110000123451026",
        "expires_on": "31-12-2028",
        "document": str(scan.id),
    }
    first = await save(
        session, account, "certificates", {"rows": [halal, {"type": "sni", "number": "SNI 1"}]}
    )
    rows: Any = first.values["rows"]
    assert rows[0] == {
        "id": rows[0]["id"],
        "type": "halal",
        "number": "ID64110000123451026",
        "expires_on": "2028-12-31",
        "document": str(scan.id),
    }
    renewed = rows[0] | {"number": "ID64110000123451028"}
    second = await save(session, account, "certificates", {"rows": [renewed]})
    assert second.values["rows"] == [renewed]
    kept = (
        await session.execute(select(Certificate).where(col(Certificate.account_id) == account.id))
    ).scalars()
    assert [(str(row.id), row.number) for row in kept] == [(rows[0]["id"], "ID64110000123451028")]
    emptied = await save(session, account, "certificates", {"rows": []})
    assert emptied.values == {}


async def test_a_certificate_or_file_of_somebody_else_is_unknown(session: AsyncSession) -> None:
    account, other = await newcomer(session), await newcomer(session)
    theirs = await save(session, other, "certificates", {"rows": [{"type": "sni", "number": "SNI 2"}]})
    rows: Any = theirs.values["rows"]
    foreign = await make_scan(session, other.id)
    infected = await make_scan(session, account.id, scan_state=ScanState.REJECTED)
    certificate = {"type": "sni", "number": "SNI 1"}
    found = await refusals(
        session,
        account,
        "certificates",
        {
            "rows": [
                certificate | {"id": rows[0]["id"]},
                certificate | {"document": str(foreign.id)},
                certificate | {"document": str(infected.id)},
            ]
        },
    )
    assert set(found) == {"rows.0.id", "rows.1.document", "rows.2.document"}


async def test_notices_go_to_the_contact_person_as_soon_as_there_is_one(session: AsyncSession) -> None:
    account = await newcomer(session)
    assert (await recipients.for_notices(session, account.id)).address == account.email
    await save(session, account, "contact_person", typed()["contact_person"])
    assert (await recipients.for_notices(session, account.id)).address == "pelaporan@rotan.example"


async def test_open_reports_follow_the_business_fields(session: AsyncSession) -> None:
    account = await newcomer(session)
    await save(session, account, "business_fields", typed()["business_fields"])
    report = await make_report(session, account)
    row = {"kbli": "16291", "is_primary": True, "risk_level": "low"}
    await save(session, account, "business_fields", {"rows": [row]})
    case = await session.get(CaseFile, report.case_id, populate_existing=True)
    assert case is not None
    assert case.kbli == ["16291"]


async def test_rows_that_other_parts_query_are_stored_once(session: AsyncSession) -> None:
    account = await newcomer(session)
    await fill(session, account)
    await save(session, account, "capacities", typed()["capacities"])
    fields = (
        await session.execute(select(BusinessField).where(col(BusinessField.account_id) == account.id))
    ).scalars()
    assert {(row.kbli_version, row.kbli, row.is_primary) for row in fields} == {
        ("2025", "31012", True),
        ("2020", "33121", False),
    }
    products = await session.execute(
        select(ProductCapacity).where(col(ProductCapacity.account_id) == account.id)
    )
    assert [(row.product, row.capacity) for row in products.scalars()] == [("Kursi rotan", "3600")]
    stored = await session.get(ProfileSection, (account.id, "business_fields"))
    assert stored is not None
    assert stored.data == {}


def test_every_text_of_the_pages_is_offered_for_translation() -> None:
    offered = set(texts())
    assert "" not in offered
    for page in shipped().sections:
        assert {page.title, page.incomplete, *(field.label for field in page.fields)} <= offered
    assert {group.label for group in shipped().documents} <= offered
