"""Kirim Laporan (Permenperin 13/2025): received once, word for word, with the time it arrived."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, func, select, text, update
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases, rulebook
from services.clock import app_now
from services.database import Sessions
from services.deadlines import store
from services.deadlines.derivation import derive
from services.deadlines.waves import wave_moments
from services.deadlines.zones import WITA
from services.errors import InvalidInput, StaleVersion, TransitionRefused
from services.models import (
    CaseEvent,
    CaseFile,
    Deadline,
    Document,
    Message,
    Report,
    ReportStatus,
    ReportVersion,
    ScanState,
)
from services.periods import reminders
from services.periods.planning import REMINDERS
from services.reports import drafting, opening, receipts, sending
from services.reports.sending import Sent
from tests.factories import ACTOR, OPEN, PERIOD, fill_small_report, make_account, make_report
from tests.services.forms.filled import typed

BEFORE_THE_PERIOD_ENDED = datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC)  # 23.59.59 WIB
DUE = datetime(2027, 1, 10, 17, tzinfo=UTC)  # 10 January 24.00 WIB


async def send(session: AsyncSession, report: Report, command_id: str = "c-1", **given: Any) -> Sent:
    known: dict[str, Any] = {"expected_version": report.content_version, "actor": ACTOR, "now": OPEN} | given
    return await sending.send(session, report.case_id, command_id=command_id, **known)


async def ready(session: AsyncSession, **pages: Any) -> Report:
    return await fill_small_report(session, await make_report(session), **pages)


async def refusals(session: AsyncSession, report: Report, **given: Any) -> dict[str, str]:
    with pytest.raises(InvalidInput) as refused:
        await send(session, report, **given)
    return {error.field: error.message for error in refused.value.fields}


async def events(session: AsyncSession, case_id: UUID) -> list[CaseEvent]:
    query = select(CaseEvent).where(col(CaseEvent.case_id) == case_id).order_by(col(CaseEvent.seq))
    return list((await session.execute(query)).scalars())


async def versions(session: AsyncSession) -> int:
    return (await session.execute(select(func.count()).select_from(ReportVersion))).scalar_one()


async def test_a_complete_report_is_received_with_its_time_and_fingerprint(session: AsyncSession) -> None:
    report = await ready(session)
    sent = await send(session, report)

    assert (sent.submission, sent.sent_at, sent.on_time, sent.repeated) == (1, OPEN, True, False)
    case = await session.get(CaseFile, report.case_id)
    assert case is not None
    assert (case.status, case.milestones) == (ReportStatus.SENT, {"sent_at": OPEN.isoformat()})
    deadline = await session.get(Deadline, (report.case_id, "report_due"), populate_existing=True)
    assert deadline is not None
    assert deadline.met_at == OPEN
    [last] = [line for line in await events(session, report.case_id) if line.type == "sent"]
    assert (last.at, last.actor) == (OPEN, ACTOR)
    assert last.data == {"submission": 1, "content_hash": sent.content_hash}


async def test_the_snapshot_is_what_was_signed_and_gives_the_recorded_fingerprint(
    session: AsyncSession,
) -> None:
    report = await ready(session)
    sent = await send(session, report)
    [version] = await receipts.versions(session, report.case_id)
    await session.refresh(version)
    assert receipts.is_unchanged(version)
    assert version.content_hash == sent.content_hash
    assert (version.family, version.size) == ("manufacturing", "small")
    assert version.statement_number == "017/SP/I/2027"
    assert version.statement_document_id == report.statement_document_id
    assert version.content["sections"]["general_data"]["machine_value"] == 1_500_000_000
    assert version.content["sections"]["production"]["rows"][0]["export_percent"] == "62.5"


@pytest.mark.parametrize(
    "statement", ["UPDATE report_version SET content = '{}'", "DELETE FROM report_version"]
)
async def test_what_was_sent_can_be_neither_changed_nor_deleted(
    session: AsyncSession, statement: str
) -> None:
    await send(session, await ready(session))
    await session.commit()
    with pytest.raises(ProgrammingError, match="permission denied"):
        await session.execute(text(statement))


async def test_an_empty_report_is_refused_with_the_seven_messages_of_the_official_form(
    session: AsyncSession,
) -> None:
    report = await make_report(session)
    await opening.open_draft(session, report.account_id, PERIOD, "production", actor=ACTOR, now=OPEN)
    said = await refusals(session, report)
    assert (
        said.items()
        >= {
            "signatory_data": "Data Khusus belum diisi secara lengkap",
            "workforce": "Angka tenaga kerja tidak boleh 0 atau lebih dari 500.000",
            "raw_materials": "Bahan baku belum terisi",
            "production": "Data produksi belum diisi",
            "production_capacity": "Belum Mengisi Kapasitas Produksi",
            "machines": "Mesin belum diisi",
            "statement_letter": "Surat Pernyataan belum di upload",
        }.items()
    )


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("signatory_data", "Data Khusus belum diisi secara lengkap"),
        ("workforce", "Angka tenaga kerja tidak boleh 0 atau lebih dari 500.000"),
        ("raw_materials", "Bahan baku belum terisi"),
        ("production", "Data produksi belum diisi"),
        ("production_capacity", "Belum Mengisi Kapasitas Produksi"),
        ("machines", "Mesin belum diisi"),
    ],
)
async def test_one_page_left_out_is_told_in_the_official_words_and_nothing_is_sent(
    session: AsyncSession, page: str, message: str
) -> None:
    left_out: dict[str, Any] = {page: None}
    report = await fill_small_report(session, await make_report(session), signed=False, **left_out)
    assert (await refusals(session, report))[page] == message
    assert report.sent_at is None
    assert await versions(session) == 0


async def test_a_report_without_a_signed_letter_is_refused(session: AsyncSession) -> None:
    report = await fill_small_report(session, await make_report(session), signed=False)
    assert await refusals(session, report) == {"statement_letter": "Surat Pernyataan belum di upload"}


async def test_a_scan_with_a_virus_or_still_unscanned_does_not_count(session: AsyncSession) -> None:
    report = await ready(session)
    for state in (ScanState.QUARANTINED, ScanState.REJECTED):
        await session.execute(update(Document).values(scan_state=state))
        assert await refusals(session, report) == {"statement_letter": "Surat Pernyataan belum di upload"}


async def test_the_licence_of_every_business_field_reported_must_be_valid(session: AsyncSession) -> None:
    account = await make_account(session, licensed=("10710",))
    report = await fill_small_report(session, await make_report(session, account))
    message = "Perizinan Berusaha Sektor Industri untuk KBLI {missing} belum divalidasi oleh UPP"
    assert await refusals(session, report) == {"licences": message}


async def test_an_edit_after_signing_needs_a_new_letter(session: AsyncSession) -> None:
    report = await ready(session)
    await drafting.save_section(
        session,
        report.case_id,
        "raw_water",
        typed()["raw_water"] | {"surface_water": "ya"},
        expected_version=report.content_version,
        actor=ACTOR,
        now=OPEN,
    )
    assert await refusals(session, report) == {"statement_letter": "Surat Pernyataan belum di upload"}


async def test_a_report_that_was_changed_in_between_is_not_sent(session: AsyncSession) -> None:
    report = await ready(session)
    with pytest.raises(StaleVersion) as refused:
        await send(session, report, expected_version=report.content_version - 1)
    assert refused.value.params == {"version": report.content_version}


async def test_sending_opens_when_the_period_has_ended(session: AsyncSession) -> None:
    now = BEFORE_THE_PERIOD_ENDED
    report = await fill_small_report(session, await make_report(session, now=now), now=now)
    with pytest.raises(TransitionRefused) as refused:
        await send(session, report, now=now)
    assert refused.value.params == {"code": PERIOD, "opens_at": now + timedelta(seconds=1)}
    assert (await send(session, report, now=now + timedelta(seconds=1))).submission == 1


@pytest.mark.parametrize(("late", "on_time"), [(timedelta(microseconds=-1), True), (timedelta(0), False)])
async def test_the_day_of_the_due_date_counts_to_its_last_instant(
    session: AsyncSession, late: timedelta, on_time: bool
) -> None:
    assert (await send(session, await ready(session), now=DUE + late)).on_time is on_time


async def test_a_report_on_a_past_period_may_be_sent_months_late(session: AsyncSession) -> None:
    sent = await send(session, await ready(session), now=DUE + timedelta(days=200))
    assert (sent.submission, sent.on_time) == (1, False)


async def test_sending_again_is_refused(session: AsyncSession) -> None:
    report = await ready(session)
    await send(session, report)
    with pytest.raises(TransitionRefused):
        await send(session, report, "c-2")
    assert await versions(session) == 1


async def test_repeating_a_command_gives_the_first_outcome_whatever_came_since(session: AsyncSession) -> None:
    report = await ready(session)
    first = await send(session, report)
    again = await send(session, report, expected_version=0, now=OPEN + timedelta(days=1))
    assert again.repeated
    assert (again.submission, again.sent_at, again.content_hash) == (1, OPEN, first.content_hash)
    assert await versions(session) == 1


async def test_the_same_key_of_another_company_is_another_command(session: AsyncSession) -> None:
    await send(session, await ready(session), "key")
    assert not (await send(session, await ready(session), "key")).repeated


async def test_ten_at_once_with_one_key_are_one_submission(sessions: Sessions) -> None:
    async with sessions() as session, session.begin():
        report = await ready(session)

    async def attempt() -> Sent:
        async with sessions() as session, session.begin():
            return await send(session, report)

    outcomes = await asyncio.gather(*(attempt() for _ in range(10)))
    assert sorted(outcome.repeated for outcome in outcomes) == [False] + [True] * 9
    assert {outcome.submission for outcome in outcomes} == {1}
    async with sessions() as session:
        assert await versions(session) == 1
        assert [line.type for line in await events(session, report.case_id)].count("sent") == 1


async def test_a_reminder_already_queued_is_taken_back_and_the_receipt_goes_out(
    session: AsyncSession,
) -> None:
    report = await ready(session)
    await _queue_reminder(session, report)
    await send(session, report)
    query = select(col(Message.template), col(Message.state), col(Message.state_reason)).order_by(
        col(Message.id)
    )
    assert [tuple(row) for row in await session.execute(query)] == [
        ("report_reminder_last", "cancelled", "already_sent"),
        ("report_received", "queued", None),
    ]


async def test_the_receipt_notice_names_the_number_the_time_and_the_fingerprint(
    session: AsyncSession,
) -> None:
    report = await ready(session)
    sent = await send(session, report)
    [notice] = (await session.execute(select(Message))).scalars()
    assert notice.recipient.startswith("lapor.")
    assert notice.context["number"] == report.number
    assert notice.context["sent_at"] == OPEN.isoformat()
    assert notice.context["content_hash"] == sent.content_hash


async def test_a_report_sent_again_keeps_its_first_date_when_it_came_back_in_time(
    session: AsyncSession,
) -> None:
    report = await ready(session)
    await send(session, report)
    await _returned(session, report, until=DUE + timedelta(days=9))
    again = await send(session, report, "c-2", now=DUE + timedelta(days=8))
    assert (again.submission, again.on_time, report.sent_at) == (2, True, OPEN)


async def test_a_report_sent_again_too_late_counts_from_then(session: AsyncSession) -> None:
    report = await ready(session)
    await send(session, report)
    await _returned(session, report, until=DUE + timedelta(days=9))
    again = await send(session, report, "c-2", now=DUE + timedelta(days=9))
    assert (again.submission, again.on_time, report.sent_at) == (2, False, DUE + timedelta(days=9))
    assert [version.sent_at for version in await receipts.versions(session, report.case_id)] == [
        OPEN,
        DUE + timedelta(days=9),
    ]


async def test_sending_takes_sixteen_statements(sessions: Sessions) -> None:
    async with sessions() as session, session.begin():
        report = await ready(session)
    statements: list[str] = []
    async with sessions() as session, session.begin():
        await app_now(session)
        connection = (await session.connection()).sync_connection
        assert connection is not None
        event.listen(connection, "before_cursor_execute", lambda *call: statements.append(call[2]))
        await send(session, report)
        await session.flush()
    assert len(statements) <= 16, statements


async def _queue_reminder(session: AsyncSession, report: Report) -> None:

    rules = await rulebook.current(session, now=OPEN)
    policy = rules.policies.reminder(REMINDERS)
    last = wave_moments(DUE, WITA, policy, rules.calendars()[policy.calendar])[-1]
    assert await reminders.queue(session, [report.case_id], last, now=OPEN) == [report.case_id]


async def _returned(session: AsyncSession, report: Report, *, until: datetime) -> None:
    """A verifier returned it, to be corrected until then."""

    rules = await rulebook.current(session, now=OPEN)
    correction = derive(rules.policies.rule("report_correction_due"), OPEN, rules.calendars())
    await store.set_deadline(session, report.case_id, "report_correction_due", correction, now=OPEN)
    await session.execute(
        update(Deadline).where(col(Deadline.name) == "report_correction_due").values(due_before=until)
    )
    cases.move(await cases.lock(session, report.case_id), ReportStatus.RETURNED)
    await session.flush()
