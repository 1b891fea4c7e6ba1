"""Receipt proven: by reading in the portal, by the link in the mail, or by what an officer records."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases, rulebook
from services.contacts import tasks
from services.data_requests import dates, milestones, reading
from services.data_requests.reading import Opened
from services.errors import InvalidInput, NotFound, TransitionRefused
from services.i18n import N_
from services.identity.secret import digest
from services.models import (
    ContactResult,
    DataRequest,
    DataRequestStatus,
    EvidenceKind,
    ServiceEvidence,
)
from services.service_proof import evidence
from services.service_proof.evidence import About, Receipt

CLOSED: Final = N_(
    "Permintaan data ini sudah ditutup; tidak ada lagi yang dapat dicatat atau dijawab (kebijakan layanan)."
)
_BEFORE_SENDING: Final = N_(
    "Tanda terima bertanggal {received}, sebelum pengiriman {sent}: yang belum dikirim belum dapat diterima "
    "(Permenperin 13/2025, 3 hari setelah permintaan diterima)."
)


async def read_by_company(session: AsyncSession, case_id: UUID, *, actor: str, now: datetime) -> None:
    """The company has opened the request in the portal. The first opening of each question starts its clock."""
    opened = await reading.lock(session, case_id)
    if opened.case.status == DataRequestStatus.SENT:
        await _prove(session, opened, Receipt(EvidenceKind.PORTAL_READ), actor=actor, now=now)


async def of_token(session: AsyncSession, case_id: UUID, token: str) -> DataRequest:
    """The request whose mail carried this token; NotFound for any other."""
    query = select(DataRequest).where(
        col(DataRequest.case_id) == case_id, col(DataRequest.token_hash) == digest(token)
    )
    request = (await session.execute(query)).scalar_one_or_none()
    if request is None:
        raise NotFound
    return request


async def confirm(session: AsyncSession, case_id: UUID, token: str, *, now: datetime) -> Opened:
    """Whoever reads the mail confirms that it arrived. Confirming again changes nothing."""
    await of_token(session, case_id, token)
    opened = await reading.lock(session, case_id)
    if opened.case.status == DataRequestStatus.SENT:
        receipt = Receipt(EvidenceKind.EMAIL_CONFIRMED)
        await _prove(session, opened, receipt, actor="anonymous", now=now)
    return opened


async def record(
    session: AsyncSession,
    case_id: UUID,
    receipt: Receipt,
    *,
    actor: str,
    now: datetime,
    author_id: UUID | None = None,
) -> ServiceEvidence:
    """An officer records a call note, minutes of a visit, a letter's receipt. The first evidence starts the clock.

    Later evidence is kept beside it and never moves a date. InvalidInput as `evidence.check`; TransitionRefused
    once the request is closed.
    """
    opened = await reading.lock(session, case_id)
    if opened.case.closed_at is not None:
        raise TransitionRefused(CLOSED)
    if receipt.kind not in evidence.BY_OFFICERS:
        raise InvalidInput(N_("Pilih jenis bukti penerimaan."), field="kind")
    return await _prove(session, opened, receipt, actor=actor, now=now, author_id=author_id)


async def _prove(
    session: AsyncSession,
    opened: Opened,
    receipt: Receipt,
    *,
    actor: str,
    now: datetime,
    author_id: UUID | None = None,
) -> ServiceEvidence:
    policy = (await rulebook.of_case(session, opened.case, now=now)).policies.data_request
    row = await evidence.record(
        session,
        opened.case,
        About(question=opened.question.number),
        receipt,
        sent_at=opened.question.sent_at,
        actor=actor,
        now=now,
        author_id=author_id,
        documented=policy.documented,
        early=_BEFORE_SENDING,
    )
    starts = opened.case.status == DataRequestStatus.SENT and receipt.kind in policy.receipt
    data = {"evidence": str(row.id), "evidence_kind": row.kind, "question": opened.question.number}
    event = "receipt_proven" if starts else "evidence_recorded"
    await cases.record(session, opened.case, event, now=now, at=row.received_at, actor=actor, data=data)
    if starts:
        await _start(session, opened, row, now)
    return row


async def _start(session: AsyncSession, opened: Opened, proof: ServiceEvidence, now: datetime) -> None:
    cases.move(opened.case, DataRequestStatus.RECEIVED)
    opened.question.received_at, opened.question.received_by = proof.received_at, proof.kind
    await dates.start_clock(session, opened.case, proof.received_at, now=now)
    await tasks.settle_for_case(session, opened.case.id, ContactResult.RECEIPT_PROVEN, now=now)
    cases.reach(opened.case, milestones.received(opened.question.number), now)
    cases.wake(opened.case, now)
    await session.flush()
