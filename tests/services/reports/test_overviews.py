"""What a company sees of its reports: the list, the receipt, and a home that explains every date."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.deadlines import store
from services.deadlines.explanation import explain
from services.documents import registry
from services.documents.typesetting import Typesetter
from services.errors import NotFound
from services.models import (
    CaseFile,
    CaseKind,
    Certificate,
    Extension,
    ExtensionLine,
    Licence,
    Report,
    new_id,
)
from services.reports import company, home, listing, receipts, sending
from services.reports.home import NextKind
from services.reports.timeliness import Timeliness
from tests.factories import ACTOR, OPEN, PERIOD, PUBLIC_URL, fill_small_report, make_account, make_report
from tests.services.companies import page_by_page as pages

DUE = datetime(2027, 1, 10, 17, tzinfo=UTC)
BEFORE = datetime(2026, 12, 28, 2, tzinfo=UTC)


async def send(session: AsyncSession, report: Report, now: datetime = OPEN) -> Report:
    await fill_small_report(session, report)
    version = report.content_version
    await sending.send(
        session, report.case_id, command_id="c", expected_version=version, actor=ACTOR, now=now
    )
    return report


async def extend(session: AsyncSession, report: Report, target: datetime) -> None:
    """An extension in force, as the campaign leaves it."""
    case = CaseFile(
        id=new_id(), kind=CaseKind.CAMPAIGN, key=f"campaign/{new_id()}", status="applied", opened_at=OPEN
    )
    session.add(case)
    await session.flush()
    extension = Extension(
        id=new_id(), case_id=case.id, scope="case", target_before=target, instrument="SE Contoh 1/2027",
        reason="banjir di Samarinda", requested_by=ACTOR, requested_at=OPEN, approved_at=OPEN,
    )  # fmt: skip
    session.add(extension)
    await session.flush()
    line = ExtensionLine(
        extension_id=extension.id, case_id=report.case_id, deadline_name="report_due",
        old_before=DUE, target_before=target,
    )  # fmt: skip
    session.add(line)
    await session.flush()
    await store.recompute(session, [report.case_id], "report_due", now=OPEN)


class TestTheList:
    async def test_statuses_stand_in_the_words_of_siinas(self, session: AsyncSession) -> None:
        account = await make_account(session)
        await fill_small_report(session, await make_report(session, account), signed=False)
        await send(session, await make_report(session, account, period="2026-Q3"))
        lines = await listing.reports_of(session, account.id, now=OPEN)
        assert [(line.period, line.label) for line in lines] == [
            (PERIOD, "Konsep (Belum Dikirim Ke Kemenperin)"),
            ("2026-Q3", "Telah Terkirim"),
        ]
        assert [(line.editable, line.deletable, line.receipt) for line in lines] == [
            (True, True, False),
            (False, False, True),
        ]

    async def test_lateness_is_computed_from_the_date_in_force(self, session: AsyncSession) -> None:
        account = await make_account(session)
        report = await send(session, await make_report(session, account), now=DUE + timedelta(days=2))
        [line] = await listing.reports_of(session, account.id, now=DUE + timedelta(days=3))
        assert line.timeliness is Timeliness.LATE
        await extend(session, report, DUE + timedelta(days=5))
        [line] = await listing.reports_of(session, account.id, now=DUE + timedelta(days=3))
        assert (line.timeliness, line.due_before) == (Timeliness.ON_TIME, DUE + timedelta(days=5))

    async def test_another_companys_reports_are_not_in_it(self, session: AsyncSession) -> None:
        await make_report(session)
        assert await listing.reports_of(session, (await make_account(session)).id, now=OPEN) == []

    async def test_periods_that_ended_since_the_account_exists_and_were_never_opened_are_owed(
        self, session: AsyncSession
    ) -> None:
        account = await make_account(session, created_at=datetime(2026, 5, 4, tzinfo=UTC))
        await make_report(session, account, period="2026-Q3")
        owed = await listing.unopened(session, account.id, now=OPEN)
        assert [(line.period, line.stage) for line in owed] == [
            ("2026-Q2", "production"),
            ("2026-Q4", "production"),
        ]
        assert owed[1].due_before == DUE


class TestCetak:
    async def test_the_receipt_says_what_arrived_when_and_can_be_checked(self, session: AsyncSession) -> None:
        report = await send(session, await make_report(session))
        printed = await receipts.receipt(
            session, report.case_id, public_url=PUBLIC_URL, now=OPEN, specimen=True
        )
        [version] = await receipts.versions(session, report.case_id)
        assert printed.letter.number == f"BL-{report.number}-1"
        assert (printed.letter.sent_at, printed.letter.on_time) == (OPEN, True)
        assert printed.letter.data_sha256 == version.content_hash
        assert (await registry.check(session, printed.issued.code)).valid

    async def test_it_is_entered_once_and_printed_the_same(self, session: AsyncSession) -> None:
        report = await send(session, await make_report(session))
        first = await receipts.receipt(
            session, report.case_id, 1, public_url=PUBLIC_URL, now=OPEN, specimen=True
        )
        later = OPEN + timedelta(days=3)
        again = await receipts.receipt(
            session, report.case_id, public_url=PUBLIC_URL, now=later, specimen=True
        )
        assert again.issued.code == first.issued.code
        assert again.letter == first.letter
        typesetter = Typesetter()
        assert typesetter.render_now(first.letter).startswith(b"%PDF")
        typesetter.close()

    async def test_there_is_none_before_it_is_sent(self, session: AsyncSession) -> None:
        report = await fill_small_report(session, await make_report(session))
        with pytest.raises(NotFound):
            await receipts.receipt(session, report.case_id, public_url=PUBLIC_URL, now=OPEN, specimen=True)


class TestHome:
    async def test_it_says_what_is_owed_by_when_why_and_what_comes_next(self, session: AsyncSession) -> None:
        account = await make_account(session)
        await make_report(session, account, now=BEFORE)
        [duty] = await home.obligations_home(session, account.id, now=BEFORE)
        assert (duty.line.due_before, duty.settled) == (DUE, False)
        assert explain(duty.reasons)[0].basis == "Permenperin 13/2025"
        assert [(moment.kind, moment.at) for moment in duty.next] == [
            (NextKind.REMINDER, datetime(2026, 12, 31, 1, tzinfo=UTC)),
            (NextKind.SENDING_OPENS, datetime(2026, 12, 31, 17, tzinfo=UTC)),
            (NextKind.REMINDER, datetime(2027, 1, 7, 1, tzinfo=UTC)),
            (NextKind.REMINDER, datetime(2027, 1, 8, 1, tzinfo=UTC)),
            (NextKind.DUE, DUE),
        ]

    async def test_an_extension_moves_the_date_and_says_why(self, session: AsyncSession) -> None:
        account = await make_account(session)
        report = await make_report(session, account)
        await extend(session, report, DUE + timedelta(days=5))
        [duty] = await home.obligations_home(session, account.id, now=OPEN)
        assert (duty.line.due_before, duty.instrument) == (DUE + timedelta(days=5), "SE Contoh 1/2027")
        last = explain(duty.reasons)[-1]
        assert (last.basis, "banjir di Samarinda" in last.text) == ("SE Contoh 1/2027", True)

    async def test_what_is_overdue_comes_first_and_what_was_sent_last(self, session: AsyncSession) -> None:
        account = await make_account(session)
        await send(session, await make_report(session, account, period="2026-Q2"))
        await make_report(session, account, period="2026-Q3")
        await make_report(session, account)
        duties = await home.obligations_home(session, account.id, now=OPEN)
        assert [(duty.line.period, duty.settled) for duty in duties] == [
            ("2026-Q3", False),
            (PERIOD, False),
            ("2026-Q2", True),
        ]
        assert [moment.kind for moment in duties[0].next] == [NextKind.OVERDUE]
        assert duties[2].next == ()


async def test_company_facts_in_one_statement_are_those_of_the_company_data(session: AsyncSession) -> None:
    account = await make_account(session, kbli=("31012", "16291"), licensed=("31012",))
    session.add(Certificate(account_id=account.id, type="halal", number="ID64", added_at=OPEN))
    expired = Licence(
        account_id=account.id,
        type="industry_licence",
        kbli=["16291"],
        upp_validation="valid",
        expires_on=OPEN.date() - timedelta(days=1),
        uploaded_at=OPEN,
    )
    session.add(expired)
    await session.flush()
    fast = await company.facts(session, account.id, on=OPEN.date())
    slow = await pages.facts(session, account.id, on=OPEN.date())
    assert fast.business_fields == slow.business_fields
    assert fast.certificates == slow.certificates
    assert fast.licensed == slow.licensed == {"31012"}
    assert fast.asked == slow.account
