"""What a company owes, with the whole of why: also of an answer and a correction whose date was extended."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api.pages import data_requests
from api.pages.company import home
from services import cases
from services.data_requests import reading
from services.deadlines import store
from services.i18n import translator
from services.models import (
    CaseFile,
    CaseKind,
    Deadline,
    Extension,
    ExtensionLine,
    ExtensionScope,
    ExtensionStatus,
    ReviewDesk,
    new_id,
)
from services.reports.home import obligations_home
from services.reviews import decisions
from services.reviews.corrections import Note
from tests.factories import OPEN, make_account
from tests.services.data_requests import given
from tests.services.data_requests.test_policy import NOW, received
from tests.services.rollbacks.test_rules import OFFICER, sent

WORDS = translator("id")


async def extended(session: AsyncSession, case_id: object, name: str, now: datetime) -> None:
    """Two days more for one date."""
    due = await session.get_one(Deadline, (case_id, name), populate_existing=True)
    target = due.due_before + timedelta(days=2)
    campaign = CaseFile(
        id=new_id(), kind=CaseKind.CAMPAIGN, key=f"campaign/{new_id()}", title="x", opened_at=now,
        status=ExtensionStatus.APPLIED,
    )  # fmt: skip
    await cases.open_case(session, campaign)
    extension = Extension(
        case_id=campaign.id, status=ExtensionStatus.APPLIED, scope=ExtensionScope.CASE, target_case_id=due.case_id,
        deadline_name=name, target_before=target, instrument="Surat Contoh 9/2027", reason="Banjir",
        requested_by="test", requested_at=now, approved_at=now,
    )  # fmt: skip
    session.add(extension)
    await session.flush()
    session.add(
        ExtensionLine(
            extension_id=extension.id, case_id=due.case_id, deadline_name=name,
            old_before=due.due_before, target_before=target,
        )
    )  # fmt: skip
    await session.flush()
    await store.recompute(session, [due.case_id], name, now=now)


async def test_an_answer_that_has_more_time_says_by_which_instrument(session: AsyncSession) -> None:
    account = await make_account(session)
    _, [request] = await given.ask(session, [account], now=NOW)
    await received(session, request)
    await extended(session, request.case_id, "data_request_due", NOW)
    [line] = await reading.unanswered(session, account.id, now=NOW)
    shown = await data_requests.deadline(session, line, WORDS)
    assert shown is not None
    assert shown.extension is not None
    assert shown.extension.instrument == "Surat Contoh 9/2027"
    assert "Surat Contoh 9/2027" in " ".join(shown.reasons)
    assert shown.letter, "and it can be printed"


async def test_a_returned_report_says_why_its_correction_is_due_then(session: AsyncSession) -> None:
    report = await sent(session)
    notes = [Note("production", "Satuan salah.")]
    await decisions.give_back(
        session, report.case_id, ReviewDesk.VERIFICATION, notes, submission=1, actor=OFFICER, now=OPEN
    )
    await extended(session, report.case_id, "report_correction_due", OPEN)
    [owed] = await obligations_home(session, report.account_id, now=OPEN)
    card = await home._owed(session, owed, WORDS, OPEN)
    assert card.deadline is not None
    assert card.deadline.extension is not None
    assert card.deadline.extension.instrument == "Surat Contoh 9/2027"
    assert card.deadline.letter.endswith("report_correction_due/cetak")
