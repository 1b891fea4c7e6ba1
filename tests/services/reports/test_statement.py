"""Surat Pernyataan: printed for one state of the data, and void as soon as the data are another."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.documents import registry
from services.documents.letters import LetterKind, StatementLetter
from services.documents.typesetting import Typesetter
from services.errors import InvalidInput, NotFound
from services.models import BusinessField, IssuedDocument, Report, ScanState
from services.reports import dossier, drafting, reading, statement
from tests.factories import (
    ACTOR,
    OPEN,
    PUBLIC_URL,
    fill_small_report,
    make_account,
    make_report,
    make_scan,
    sign,
)
from tests.services.forms.filled import typed


async def filled(session: AsyncSession) -> Report:
    return await fill_small_report(session, await make_report(session), signed=False)


async def number(session: AsyncSession, report: Report, text: str = "017/SP/I/2027") -> None:
    await statement.set_number(
        session, report.case_id, text, expected_version=report.content_version, actor=ACTOR, now=OPEN
    )


async def letter(session: AsyncSession, report: Report) -> StatementLetter:
    return await statement.letter(session, report.case_id, public_url=PUBLIC_URL, now=OPEN, specimen=True)


async def attach(session: AsyncSession, report: Report, **scan: Any) -> None:
    document = await make_scan(session, report.account_id, **scan)
    await statement.attach_scan(
        session, report.case_id, document, expected_version=report.content_version, actor=ACTOR, now=OPEN
    )


async def water(session: AsyncSession, report: Report, surface: str) -> None:
    page = typed()["raw_water"] | {"surface_water": surface}
    await drafting.save_section(
        session, report.case_id, "raw_water", page,
        expected_version=report.content_version, actor=ACTOR, now=OPEN,
    )  # fmt: skip


async def state(session: AsyncSession, report: Report) -> reading.StatementState:
    return (await reading.read(session, report.case_id, now=OPEN)).statement


async def valid_letters(session: AsyncSession) -> list[str]:
    query = select(col(IssuedDocument.number)).where(
        col(IssuedDocument.kind) == LetterKind.STATEMENT_LETTER, col(IssuedDocument.voided_at).is_(None)
    )
    return list((await session.execute(query)).scalars())


async def test_the_letter_names_who_signs_what_and_the_fingerprint(session: AsyncSession) -> None:
    report = await filled(session)
    await number(session, report)
    facts = await letter(session, report)
    held = await dossier.load(session, report.case_id, now=OPEN)
    assert (facts.number, facts.signatory_name) == ("017/SP/I/2027", "Pemilik PT Contoh")
    assert (facts.report_title, facts.period_label) == (
        "Laporan Industri Kecil Tahap Produksi",
        "Triwulan IV 2026",
    )
    assert facts.data_sha256 == held.content_hash
    assert {line.label: line.value for line in facts.summary} == {
        "Jumlah investasi tanpa tanah dan bangunan": "Rp3.000.000.000",
        "Jumlah investasi tanah dan bangunan": "Rp250.000.000",
        "Jumlah tenaga kerja": "31 orang",
        "Jumlah nilai bahan baku": "Rp63.757.500",
        "Jumlah nilai produksi": "Rp480.000.000",
    }


async def test_asked_twice_it_is_the_same_letter_to_the_byte(session: AsyncSession) -> None:
    report = await filled(session)
    await number(session, report)
    typesetter = Typesetter()
    first, second = [typesetter.render_now(await letter(session, report)) for _ in range(2)]
    typesetter.close()
    assert first == second
    assert first.startswith(b"%PDF")


async def test_an_unfinished_report_has_no_letter(session: AsyncSession) -> None:
    report = await fill_small_report(session, await make_report(session), signed=False, machines=None)
    with pytest.raises(InvalidInput) as refused:
        await letter(session, report)
    assert refused.value.field == "statement_number"
    await number(session, report)
    with pytest.raises(InvalidInput) as refused:
        await letter(session, report)
    assert [(error.field, error.message) for error in refused.value.fields] == [
        ("machines", "Mesin belum diisi")
    ]


@pytest.mark.parametrize("text", ["", "   ", "x" * 101, "017\x00"])
async def test_a_number_is_some_printable_text(session: AsyncSession, text: str) -> None:
    report = await filled(session)
    with pytest.raises(InvalidInput) as refused:
        await number(session, report, text)
    assert refused.value.field == "statement_number"


async def test_a_scan_counts_for_the_data_that_were_printed(session: AsyncSession) -> None:
    report = await filled(session)
    await sign(session, report)
    assert await state(session, report) == reading.StatementState(
        number="017/SP/I/2027",
        printed=True,
        letter_holds=True,
        scan=(await state(session, report)).scan,
        scan_holds=True,
    )


async def test_without_a_printed_letter_nothing_can_have_been_signed(session: AsyncSession) -> None:
    report = await filled(session)
    await number(session, report)
    with pytest.raises(InvalidInput) as refused:
        await attach(session, report)
    assert "Cetak Surat Pernyataan lebih dahulu" in refused.value.message


async def test_an_edit_invalidates_letter_and_scan_and_the_public_check_says_so(
    session: AsyncSession,
) -> None:
    report = await filled(session)
    await sign(session, report)
    code = (await session.execute(select(col(IssuedDocument.code)))).scalar_one()
    assert (await registry.check(session, code)).valid

    await water(session, report, "ya")
    now = await state(session, report)
    assert (now.letter_holds, now.scan_holds) == (False, False)
    assert not (await registry.check(session, code)).valid
    [gap] = await reading.completeness(session, report.case_id, now=OPEN)
    assert gap.message == "Surat Pernyataan belum di upload"
    assert gap.fields[0].message.startswith("Isi laporan berubah setelah Surat Pernyataan dicetak")
    with pytest.raises(InvalidInput):
        await attach(session, report)


async def test_an_edit_taken_back_leaves_the_signed_data_as_they_were(session: AsyncSession) -> None:
    report = await filled(session)
    await sign(session, report)
    letters = await valid_letters(session)
    await water(session, report, "ya")
    assert await valid_letters(session) == []
    await water(session, report, "tidak")
    assert (await state(session, report)).scan_holds
    assert await valid_letters(session) == letters


async def test_another_number_is_another_letter(session: AsyncSession) -> None:
    report = await filled(session)
    await sign(session, report)
    first = await valid_letters(session)
    await number(session, report, "018/SP/I/2027")
    assert not (await state(session, report)).scan_holds
    await letter(session, report)
    second = await valid_letters(session)
    assert len(first) == len(second) == 1
    assert first != second


async def test_only_an_own_scan_of_a_letter_can_be_attached(session: AsyncSession) -> None:
    report = await filled(session)
    await sign(session, report)
    with pytest.raises(NotFound):
        await attach(session, report, kind="nib")
    stranger = await make_scan(session, (await make_account(session)).id)
    with pytest.raises(NotFound):
        await statement.attach_scan(
            session, report.case_id, stranger, expected_version=report.content_version, actor=ACTOR, now=OPEN
        )
    with pytest.raises(InvalidInput):
        await attach(session, report, scan_state=ScanState.REJECTED)


async def test_company_data_that_change_what_applies_invalidate_the_scan_too(session: AsyncSession) -> None:
    report = await filled(session)
    await sign(session, report)
    field = await session.get_one(BusinessField, (report.account_id, "31012"))
    await session.delete(field)
    session.add(BusinessField(account_id=report.account_id, kbli="10710", is_primary=True))
    await session.flush()
    sections = {gap.section for gap in await reading.completeness(session, report.case_id, now=OPEN)}
    assert sections >= {"production", "statement_letter"}
