"""Overdue reports under warning, for tests on the rows alone: every step at a moment the test names."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases
from services.documents.store import Stored
from services.identity.principal import Grant, Principal
from services.models import (
    Account,
    CaseEvent,
    CaseFile,
    Document,
    EvidenceKind,
    LetterChannel,
    Report,
    Role,
    ScanState,
    WarningLadder,
    WarningLetter,
    new_id,
)
from services.service_proof.evidence import Receipt
from services.warnings import approval, issuing, numbering, overdue, service, steps
from services.warnings.approval import Approved
from services.warnings.desk import Filters
from services.warnings.issuing import Made
from tests.factories import make_account, make_report

DUE = datetime(2027, 1, 10, 17, tzinfo=UTC)  # exclusive: 2026-Q4 is due on Sunday, 10 January 2027
PROPOSED = datetime(2027, 1, 13, 2, tzinfo=UTC)  # 09.00 WIB on Wednesday, after the correction window
DAY = timedelta(days=1)


def officer(region: str = "64.72", role: Role = Role.COMPLIANCE_OFFICER, **given: Any) -> Principal:
    """An official of the office of a region; "" is the ministry."""
    person = new_id()
    return Principal(
        f"person:{person}",
        person,
        roles=(Grant(role, region),),
        nda=True,
        recent=True,
        name="Pejabat Contoh",
        **given,
    )


SAMARINDA = officer()


async def unsent(session: AsyncSession, **account: Any) -> Report:
    """A report that nobody sent, of a small factory in Samarinda unless the test says otherwise."""
    return await make_report(session, await make_account(session, **({"licence_scale": "small"} | account)))


async def proposed(session: AsyncSession, *, now: datetime = PROPOSED, **account: Any) -> WarningLadder:
    """The proposal of a first letter about it."""
    report = await unsent(session, **account)
    return await propose(session, report, now=now)


async def propose(session: AsyncSession, report: Report, *, now: datetime = PROPOSED) -> WarningLadder:
    await cases.lock(session, report.case_id)
    (ladder,) = await overdue.warn(session, [report.case_id], now=now)
    return await session.get_one(WarningLadder, ladder, populate_existing=True)


async def approve(
    session: AsyncSession,
    *ladders: UUID,
    now: datetime,
    by: Principal = SAMARINDA,
    channel: LetterChannel | None = None,
    **given: Any,
) -> Approved:
    return await approval.approve(session, by, Filters(ids=ladders), now=now, channel=channel, **given)


async def make(session: AsyncSession, approved: Approved, *, now: datetime) -> list[WarningLetter]:
    """Number, set (not really: the press has tests of its own) and dispatch every letter of what was approved."""
    for batch in approved.batches:
        while (rows := await numbering.number_next(session, batch.case_id, now=now, most=10)) is not None:
            made = [Made(row, Stored(f"test/{new_id()}", "0" * 64, 1)) for row in rows]
            await issuing.dispatch(session, made, now=now)
        await issuing.finish(session, batch.case_id, now=now)
    found = select(WarningLetter).where(
        col(WarningLetter.batch_id).in_([batch.case_id for batch in approved.batches])
    )
    ordered = found.order_by(col(WarningLetter.case_id))
    return list((await session.execute(ordered.execution_options(populate_existing=True))).scalars())


async def send(session: AsyncSession, ladder: UUID, *, now: datetime, **given: Any) -> WarningLetter:
    """One letter approved, made and gone."""
    return (await make(session, await approve(session, ladder, now=now, **given), now=now))[0]


async def serve(session: AsyncSession, ladder: UUID, *, now: datetime) -> None:
    """An officer brings the scanned receipt."""
    account = (await session.get_one(WarningLadder, ladder)).account_id
    scan = await scanned(session, account, now=now)
    receipt = Receipt(EvidenceKind.LETTER_RECEIPT, document=scan)
    await service.record(session, ladder, receipt, actor=SAMARINDA.actor, now=now)


async def next_letter(session: AsyncSession, ladder: UUID, *, now: datetime) -> None:
    """The process's step after a letter's month."""
    await steps.propose_next(session, await cases.lock(session, ladder), now)
    await session.flush()


async def scanned(session: AsyncSession, account: UUID | None, *, now: datetime) -> Document:
    """A clean scan of this company."""
    document = Document(
        kind="evidence", sha256="0" * 64, size=1, media_type="application/pdf", filename="pindaian.pdf",
        storage_key=f"test/{new_id()}", scan_state=ScanState.CLEAN, account_id=account, uploaded_by="test",
        created_at=now,
    )  # fmt: skip
    session.add(document)
    await session.flush()
    return document


async def status(session: AsyncSession, case_id: UUID) -> str:
    case = await session.get_one(CaseFile, case_id, populate_existing=True)
    return case.status


async def events(session: AsyncSession, case_id: UUID) -> Sequence[str]:
    query = select(col(CaseEvent.type)).where(col(CaseEvent.case_id) == case_id).order_by(col(CaseEvent.seq))
    return (await session.execute(query)).scalars().all()


async def account_of(session: AsyncSession, ladder: WarningLadder) -> Account:
    return await session.get_one(Account, ladder.account_id)
