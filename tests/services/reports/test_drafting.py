"""A report is written over days, page by page, and nothing that was typed is lost."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.errors import Conflict, InvalidInput, NotFound, StaleVersion, TooLarge, TransitionRefused
from services.models import (
    Account,
    AccountType,
    BusinessField,
    CaseEvent,
    CaseFile,
    Deadline,
    Document,
    ProfileSection,
    Report,
    ReportSection,
    ReportStatus,
)
from services.reports import baseline, drafting, listing, opening, reading, sending
from services.reports.drafting import Saved
from services.reports.numbers import Notation
from tests.factories import ACTOR, OPEN, PERIOD, fill_small_report, make_account, make_report
from tests.services.forms.filled import typed

YEAR_END = datetime(2026, 12, 28, 2, tzinfo=UTC)
INVESTMENT_FELL = "Nilai investasi yang diisi tidak boleh lebih kecil dibandingkan periode sebelumnya"


async def save(session: AsyncSession, report: Report, section: str, raw: Any, **given: Any) -> Saved:
    known: dict[str, Any] = {"expected_version": report.content_version, "actor": ACTOR, "now": OPEN} | given
    return await drafting.save_section(session, report.case_id, section, raw, **known)


async def open_draft(
    session: AsyncSession,
    account: Account,
    period: str = PERIOD,
    stage: str = "production",
    now: datetime = OPEN,
) -> Report:
    return await opening.open_draft(session, account.id, period, stage, actor=ACTOR, now=now)


async def status(session: AsyncSession, report: Report) -> str:
    query = select(col(CaseFile.status)).where(col(CaseFile.id) == report.case_id)
    return (await session.execute(query)).scalar_one()


def complaints(errors: list[Any]) -> dict[str, str]:
    return {error.field: error.message for error in errors}


async def sent(session: AsyncSession, account: Account, period: str, **general: str) -> Report:
    """A report on an earlier period, sent after the fact."""
    report = await make_report(session, account, period=period)
    page = typed()["general_data"] | general
    await fill_small_report(session, report, general_data=page, machines=_old_machines())
    version = report.content_version
    await sending.send(
        session, report.case_id, command_id=period, expected_version=version, actor=ACTOR, now=OPEN
    )
    return report


def _old_machines() -> dict[str, Any]:
    return {"rows": [row | {"purchase_year": "2019"} for row in typed()["machines"]["rows"]]}


async def test_beginning_a_report_makes_it_a_draft_and_beginning_it_twice_changes_nothing(
    session: AsyncSession,
) -> None:
    report = await make_report(session)
    account = await session.get_one(Account, report.account_id)
    first = await open_draft(session, account)
    again = await open_draft(session, account)
    assert first.case_id == again.case_id == report.case_id
    assert await status(session, report) == ReportStatus.DRAFT
    events = select(func.count()).where(col(CaseEvent.type) == "draft_started")
    assert (await session.execute(events)).scalar_one() == 1


async def test_company_data_come_before_any_report(session: AsyncSession) -> None:
    account = await make_account(session)
    await make_report(session, account)
    page = await session.get_one(ProfileSection, (account.id, "contact_person"))
    page.data = {}
    with pytest.raises(Conflict) as refused:
        await open_draft(session, account)
    assert [error.field for error in refused.value.fields] == ["profile.contact_person"]


async def test_an_upcoming_report_may_be_written_before_its_period_ends(session: AsyncSession) -> None:
    report = await make_report(session, now=YEAR_END)
    assert await status(session, report) == ReportStatus.UPCOMING
    await fill_small_report(session, report, now=YEAR_END)
    assert await status(session, report) == ReportStatus.DRAFT


async def test_a_past_period_that_nobody_opened_is_opened_late_with_its_own_due_date(
    session: AsyncSession,
) -> None:
    report = await open_draft(session, await make_account(session), "2025-Q3")
    deadline = await session.get_one(Deadline, (report.case_id, "report_due"))
    assert deadline.due_before == datetime(2025, 10, 10, 17, tzinfo=UTC)
    assert await status(session, report) == ReportStatus.DRAFT


@pytest.mark.parametrize(
    ("period", "stage", "field"),
    [
        ("2027-Q1", "production", "period"),
        ("2031-Q1", "production", "period"),
        ("2025-S1", "production", "period"),
        ("2018-S2", "production", "period"),
        ("2026-Q5", "production", "period"),
        ("laporan", "production", "period"),
        ("2026-Q3", "commercial", "stage"),
        ("2026-Q3", "", "stage"),
    ],
)
async def test_what_nobody_owes_cannot_be_begun(
    session: AsyncSession, period: str, stage: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await open_draft(session, await make_account(session), period, stage)
    assert [error.field for error in refused.value.fields] == [field]


async def test_a_company_cannot_begin_what_it_does_not_owe(session: AsyncSession) -> None:
    young = await make_account(session, created_at=datetime(2026, 10, 1, tzinfo=UTC))
    building = await make_account(session, operating_commercially=False)
    for account, period, stage in (
        (young, "2019-Q1", "production"),
        (young, "2026-Q3", "production"),
        (await make_account(session), "2026-Q3", "construction"),
        (building, "2026-Q3", "production"),
    ):
        with pytest.raises(InvalidInput) as refused:
            await open_draft(session, account, period, stage)
        assert [error.field for error in refused.value.fields] == ["period"]
    cases = select(func.count()).select_from(CaseFile).where(col(CaseFile.kind) == "report")
    assert (await session.execute(cases)).scalar_one() == 0


async def test_a_company_of_another_kind_owes_no_report(session: AsyncSession) -> None:
    account = await make_account(session, account_type=AccountType.OTHER)
    with pytest.raises(InvalidInput) as refused:
        await open_draft(session, account, "2026-Q3")
    assert [error.field for error in refused.value.fields] == ["account"]


async def test_a_page_with_wrong_answers_is_saved_as_it_was_typed(session: AsyncSession) -> None:
    report = await make_report(session)
    page = typed()["general_data"] | {"machine_value": "satu miliar", "other_fixed_value": "-5"}
    saved = await save(session, report, "general_data", page)
    assert set(complaints(saved.errors)) == {"machine_value", "other_fixed_value"}
    assert saved.content_version == 1

    shown = (await reading.read(session, report.case_id, now=OPEN)).page("general_data")
    assert (shown.boxes["machine_value"], shown.boxes["working_capital"]) == ("satu miliar", "1.000.000.000")
    assert complaints(shown.errors) == complaints(saved.errors)
    assert shown.values["working_capital"] == 1_000_000_000
    assert not shown.complete


async def test_numbers_of_a_program_are_shown_to_people_in_their_notation(session: AsyncSession) -> None:
    report = await make_report(session)
    page = {"electricity_quantity": "9870.25", "electricity_bill": 14264000}
    await save(session, report, "fuel_and_electricity", page, notation=Notation.PLAIN)
    shown = (await reading.read(session, report.case_id, now=OPEN)).page("fuel_and_electricity")
    assert shown.boxes["electricity_quantity"] == "9.870,25"
    assert shown.boxes["electricity_bill"] == "14.264.000"


async def test_blank_rows_between_others_are_left_out_and_errors_count_the_rows_kept(
    session: AsyncSession,
) -> None:
    report = await make_report(session)
    good, bad = typed()["machines"]["rows"][0], {"machine": "Gergaji", "quantity": "dua"}
    saved = await save(session, report, "machines", {"rows": [{}, good, {"machine": " "}, bad]})
    assert set(complaints(saved.errors)) == {"rows.1.quantity"}
    shown = (await reading.read(session, report.case_id, now=OPEN)).page("machines")
    rows: Any = shown.boxes["rows"]
    assert [row["quantity"] for row in rows] == ["2", "dua"]


async def test_saving_on_what_somebody_else_has_changed_is_refused(session: AsyncSession) -> None:
    report = await make_report(session)
    await save(session, report, "raw_water", typed()["raw_water"])
    with pytest.raises(StaleVersion) as refused:
        await save(session, report, "raw_water", {}, expected_version=0)
    assert refused.value.params == {"version": 1}


async def test_ten_thousand_rows_are_refused_whole(session: AsyncSession) -> None:
    report = await make_report(session)
    with pytest.raises(InvalidInput) as refused:
        await save(session, report, "machines", {"rows": [{"machine": "x"}] * 10_000})
    assert [error.field for error in refused.value.fields] == ["rows"]
    assert report.content_version == 0


async def test_a_page_of_megabytes_is_refused_whole(session: AsyncSession) -> None:
    report = await make_report(session)
    with pytest.raises(TooLarge):
        await save(session, report, "signatory_data", {"owner_name": "x" * 4_100_000})


async def test_a_page_that_the_form_does_not_have_is_not_found(session: AsyncSession) -> None:
    with pytest.raises(NotFound):
        await save(session, await make_report(session), "waste", {})


async def test_a_sent_report_cannot_be_changed(session: AsyncSession) -> None:
    report = await sent(session, await make_account(session), "2026-Q3")
    with pytest.raises(TransitionRefused):
        await save(session, report, "raw_water", typed()["raw_water"])


async def test_the_class_is_told_with_its_sum(session: AsyncSession) -> None:
    saved = await save(session, await make_report(session), "general_data", typed()["general_data"])
    assert saved.classification is not None
    assert (saved.classification.size, saved.classification.total) == ("small", 3_000_000_000)
    assert saved.form_available


async def test_five_billion_is_small_and_one_rupiah_more_is_not(session: AsyncSession) -> None:
    report = await make_report(session)
    for capital, size in (("3.000.000.000", "small"), ("3.000.000.001", "medium_large")):
        page = typed()["general_data"] | {"working_capital": capital}
        saved = await save(session, report, "general_data", page)
        assert saved.classification is not None
        assert (saved.classification.size, report.size) == (size, size)


async def test_a_medium_company_is_told_its_figures_keeps_its_pages_and_cannot_send(
    session: AsyncSession,
) -> None:
    page = typed()["general_data"] | {"machine_value": "9.000.000.000"}
    report = await fill_small_report(session, await make_report(session))
    saved = await save(session, report, "general_data", page)
    assert saved.classification is not None
    assert saved.classification.size == "medium_large"
    assert not saved.form_available

    view = await reading.read(session, report.case_id, now=OPEN)
    assert view.page("production").values["rows"]
    [gap] = view.gaps
    assert gap.section == "general_data"
    assert int(str(gap.params["total"])) == 10_500_000_000
    with pytest.raises(InvalidInput) as refused:
        await sending.send(
            session,
            report.case_id,
            command_id="c",
            expected_version=saved.content_version,
            actor=ACTOR,
            now=OPEN,
        )
    assert "Formulir Industri Menengah Besar belum tersedia" in refused.value.fields[0].message

    back = await save(session, report, "general_data", typed()["general_data"])
    assert back.form_available
    assert await reading.completeness(session, report.case_id, now=OPEN) == []


async def test_a_class_that_changed_since_the_last_report_is_remarked(session: AsyncSession) -> None:
    account = await make_account(session)
    await sent(session, account, "2026-Q3")
    page = typed()["general_data"] | {"machine_value": "9.000.000.000"}
    saved = await save(session, await make_report(session, account), "general_data", page)
    assert any("Industri Kecil pada laporan sebelumnya" in warning.message for warning in saved.warnings)


async def test_a_company_without_an_industrial_business_field_is_told_why_there_is_no_form(
    session: AsyncSession,
) -> None:
    report = await make_report(session)
    for field in (await session.execute(select(BusinessField))).scalars():
        field.kbli = "47111"
    await session.flush()
    view = await reading.read(session, report.case_id, now=OPEN)
    assert (view.form, view.pages) == (None, [])
    assert [gap.section for gap in view.gaps] == ["business_fields"]


class TestInvestmentNotLower:
    async def test_less_than_in_the_last_report_is_an_error_in_the_official_words_and_blocks(
        self, session: AsyncSession
    ) -> None:
        account = await make_account(session)
        await sent(session, account, "2026-Q3")
        report = await fill_small_report(
            session,
            await make_report(session, account),
            signed=False,
            general_data=typed()["general_data"] | {"machine_value": "1.499.999.999"},
        )
        page = (await reading.read(session, report.case_id, now=OPEN)).page("general_data")
        assert complaints(page.errors) == {"machine_value": INVESTMENT_FELL}
        assert page.values["machine_value"] == 1_499_999_999
        assert page.previous["machine_value"] == 1_500_000_000
        assert [gap.message for gap in page.gaps] == [INVESTMENT_FELL]

    async def test_working_capital_may_fall(self, session: AsyncSession) -> None:
        account = await make_account(session)
        await sent(session, account, "2026-Q3")
        page = typed()["general_data"] | {"working_capital": "1"}
        saved = await save(session, await make_report(session, account), "general_data", page)
        assert saved.errors == []

    async def test_the_nearest_earlier_period_counts_not_the_one_sent_last(
        self, session: AsyncSession
    ) -> None:
        account = await make_account(session)
        await sent(session, account, "2026-Q3", machine_value="1.800.000.000")
        await sent(session, account, "2026-Q2", machine_value="1.200.000.000")  # sent later, about earlier
        page = typed()["general_data"] | {"machine_value": "1.500.000.000"}
        saved = await save(session, await make_report(session, account), "general_data", page)
        assert complaints(saved.errors) == {"machine_value": INVESTMENT_FELL}
        late = await make_report(session, account, period="2026-Q1")
        assert (await save(session, late, "general_data", page)).errors == []

    async def test_another_stage_is_another_series(self, session: AsyncSession) -> None:
        account = await make_account(session)
        await sent(session, account, "2026-Q3")
        report = await make_report(session, account, stage="construction")
        assert (await reading.read(session, report.case_id, now=OPEN)).previous_period is None

    async def test_an_officer_may_lower_what_it_is_compared_with(self, session: AsyncSession) -> None:
        account = await make_account(session)
        await sent(session, account, "2026-Q3")
        page = typed()["general_data"] | {"machine_value": "900.000.000"}
        report = await fill_small_report(
            session, await make_report(session, account), signed=False, general_data=page
        )
        await _lower(session, report, 900_000_000)
        view = await reading.read(session, report.case_id, now=OPEN)
        assert view.page("general_data").errors == []
        assert [gap.section for gap in view.gaps] == ["statement_letter"]
        [line] = await _events(session, "baseline_lowered")
        assert line.actor == "person:officer"
        assert set(line.data) == {"field", "correction"}

        later = await make_report(session, account, period="2027-Q1")
        view = await reading.read(session, later.case_id, now=OPEN)
        assert view.page("general_data").previous["machine_value"] == 900_000_000

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"value": 1_500_000_000}, "value"),
            ({"value": -1}, "value"),
            ({"reason": "  "}, "reason"),
            ({"field": "general_data.working_capital"}, "field"),
            ({"field": "nonsense"}, "field"),
        ],
    )
    async def test_lowering_needs_a_reason_and_a_lower_amount(
        self, session: AsyncSession, given: dict[str, Any], field: str
    ) -> None:
        account = await make_account(session)
        await sent(session, account, "2026-Q3")
        report = await make_report(session, account)
        with pytest.raises(InvalidInput) as refused:
            await _lower(session, report, **{"value": 1, **given})
        assert [error.field for error in refused.value.fields] == [field]


class TestHapus:
    async def test_everything_typed_is_deleted_and_the_duty_remains(self, session: AsyncSession) -> None:
        report = await fill_small_report(session, await make_report(session))
        version = report.content_version
        await drafting.discard(session, report.case_id, expected_version=version, actor=ACTOR, now=OPEN)
        assert await status(session, report) == ReportStatus.NOT_STARTED
        for table in (ReportSection, Document):
            assert (await session.execute(select(func.count()).select_from(table))).scalar_one() == 0
        await session.refresh(report)
        assert (report.statement_number, report.statement_document_id, report.size) == (None, None, None)
        assert report.content_version == version + 1
        assert (await session.get_one(Deadline, (report.case_id, "report_due"))).met_at is None

    async def test_before_the_period_ends_it_is_upcoming_again(self, session: AsyncSession) -> None:
        report = await fill_small_report(session, await make_report(session, now=YEAR_END), now=YEAR_END)
        version = report.content_version
        await drafting.discard(session, report.case_id, expected_version=version, actor=ACTOR, now=YEAR_END)
        assert await status(session, report) == ReportStatus.UPCOMING

    async def test_a_late_report_that_the_company_opened_itself_leaves_no_duty(
        self, session: AsyncSession
    ) -> None:
        account = await make_account(session, created_at=datetime(2026, 5, 4, tzinfo=UTC))
        owed = await listing.unopened(session, account.id, now=OPEN)
        report = await open_draft(session, account, "2026-Q2")
        gone = report.case_id
        version = report.content_version
        await drafting.discard(session, gone, expected_version=version, actor=ACTOR, now=OPEN)
        assert await listing.reports_of(session, account.id, now=OPEN) == []
        assert await listing.unopened(session, account.id, now=OPEN) == owed
        case = await session.get_one(CaseFile, gone)
        assert (case.status, case.closed_at) == (ReportStatus.CLOSED, OPEN)
        assert (await session.get_one(Deadline, (gone, "report_due"))).met_at == OPEN
        assert (await open_draft(session, account, "2026-Q2")).case_id != gone

    async def test_what_was_sent_stays(self, session: AsyncSession) -> None:
        report = await sent(session, await make_account(session), "2026-Q3")
        with pytest.raises(TransitionRefused):
            await drafting.discard(
                session, report.case_id, expected_version=report.content_version, actor=ACTOR, now=OPEN
            )


async def _lower(
    session: AsyncSession,
    report: Report,
    value: int,
    field: str = "general_data.machine_value",
    reason: str = "mesin dijual",
) -> None:
    await baseline.lower(
        session, report.case_id, field=field, value=value, reason=reason, actor="person:officer", now=OPEN
    )


async def _events(session: AsyncSession, kind: str) -> list[CaseEvent]:
    return list((await session.execute(select(CaseEvent).where(col(CaseEvent.type) == kind))).scalars())
