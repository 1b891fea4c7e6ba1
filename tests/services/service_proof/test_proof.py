"""What proves service is policy: each setting changes the outcome."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from services import cases
from services.errors import InvalidInput
from services.models import (
    Account,
    CaseFile,
    CaseKind,
    DataRequestStatus,
    EvidenceKind,
    Message,
    MessageState,
    new_id,
)
from services.policies.ladders import ServiceProof
from services.service_proof import evidence, proof
from services.service_proof.evidence import About, Receipt
from tests.factories import make_account

SENT = datetime(2027, 1, 4, 3, tzinfo=UTC)
NOW = SENT + timedelta(days=10)


def policy(**changes: Any) -> ServiceProof:
    ways: dict[str, Any] = {
        "days_without_bounce": 3,
        "opened_in_portal": True,
        "postal_receipt": True,
        "officer_record": True,
        "unproven_after": "warning_service_unproven",
    }
    return ServiceProof(**(ways | changes))


async def sent(session: AsyncSession, **changes: Any) -> tuple[CaseFile, Message]:
    account: Account = await make_account(session)
    case = await cases.open_case(
        session,
        CaseFile(
            id=new_id(), kind=CaseKind.DATA_REQUEST, key=f"data-request/{new_id()}", account_id=account.id,
            status=DataRequestStatus.SENT, opened_at=SENT,
        ),
    )  # fmt: skip
    facts: dict[str, Any] = {"state": MessageState.DONE, "done_at": SENT} | changes
    message = Message(
        id=new_id(), case_id=case.id, account_id=account.id, template="data_request", lane="legal",
        recipient="lapor@contoh.example", dedupe_key=str(new_id()), planned_for=SENT, not_before=SENT,
        created_at=SENT, **facts,
    )  # fmt: skip
    session.add(message)
    await session.flush()
    return case, message


async def proven(session: AsyncSession, message: Message, now: datetime = NOW, **ways: Any) -> date | None:
    return await proof.service_proven(session, policy(**ways), now=now, message_id=message.id)


async def test_accepted_by_the_server_without_a_bounce_counts_after_the_policys_days(
    session: AsyncSession,
) -> None:
    _, message = await sent(session)
    assert await proven(session, message, now=SENT + timedelta(days=2)) is None
    assert await proven(session, message) == date(2027, 1, 7)
    assert await proven(session, message, days_without_bounce=5) == date(2027, 1, 9)
    assert await proven(session, message, days_without_bounce=None) is None


async def test_a_bounce_or_a_mail_that_never_left_proves_nothing(session: AsyncSession) -> None:
    _, bounced = await sent(session, state_reason="bounced")
    _, queued = await sent(session, state=MessageState.QUEUED, done_at=None)
    assert await proven(session, bounced) is None
    assert await proven(session, queued) is None


async def test_opening_in_the_portal_counts_at_once_where_policy_says_so(session: AsyncSession) -> None:
    _, message = await sent(session, read_at=SENT + timedelta(hours=2))
    assert await proven(session, message) == date(2027, 1, 4)
    assert await proven(session, message, opened_in_portal=False) == date(2027, 1, 7)


@pytest.mark.parametrize(
    ("kind", "setting"),
    [
        (EvidenceKind.LETTER_RECEIPT, "postal_receipt"),
        (EvidenceKind.CALL_NOTE, "officer_record"),
        (EvidenceKind.VISIT_MINUTES, "officer_record"),
        (EvidenceKind.OFFICER_RECORD, "officer_record"),
        (EvidenceKind.EMAIL_CONFIRMED, "opened_in_portal"),
    ],
)
async def test_evidence_counts_from_its_own_day(
    session: AsyncSession, kind: EvidenceKind, setting: str
) -> None:
    case, message = await sent(session)
    received = Receipt(kind, SENT + timedelta(days=1), "Diterima satpam pabrik.")
    about = About(message_id=message.id)
    await evidence.record(session, case, about, received, sent_at=SENT, actor="test", now=NOW)
    assert await proven(session, message) == date(2027, 1, 5)
    assert await proven(session, message, NOW, **{setting: False}) == date(2027, 1, 7)


async def test_a_receipt_before_the_sending_or_ahead_of_now_is_refused_and_nothing_kept(
    session: AsyncSession,
) -> None:
    case, message = await sent(session)
    for moment in (SENT - timedelta(days=1), NOW + timedelta(minutes=1)):
        with pytest.raises(InvalidInput) as refused:
            await evidence.record(
                session, case, About(message_id=message.id),
                Receipt(EvidenceKind.LETTER_RECEIPT, moment), sent_at=SENT, actor="test", now=NOW,
            )  # fmt: skip
        assert [error.field for error in refused.value.fields] == ["received_at"]
    assert await evidence.of_case(session, case.id) == []


async def test_evidence_is_never_changed(session: AsyncSession) -> None:
    case, _ = await sent(session)
    given = Receipt(EvidenceKind.OFFICER_RECORD, SENT, "Diterima.")
    row = await evidence.record(session, case, About(), given, sent_at=SENT, actor="test", now=NOW)
    for statement in ("UPDATE service_evidence SET kind = 'call_note'", "DELETE FROM service_evidence"):
        with pytest.raises(DBAPIError, match=r"permission denied|append-only"):
            async with session.begin_nested():
                await session.execute(text(f"{statement} WHERE id = :id"), {"id": row.id})
