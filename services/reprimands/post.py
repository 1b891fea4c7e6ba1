"""Reprimands on paper: what waits to be printed, the day of posting, post instead of mail; and that one arrived."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases
from services.errors import Forbidden, InvalidInput, NotFound, TransitionRefused
from services.i18n import N_
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.messages.intents import cancel_for_case
from services.models import (
    Account,
    CaseFile,
    Document,
    EvidenceKind,
    LetterChannel,
    PrintBatch,
    Reprimand,
    ReprimandStatus,
    ServiceEvidence,
)
from services.reprimands import issuing
from services.reprimands.proposing import load, number_of
from services.service_proof import evidence
from services.service_proof.evidence import About, Receipt
from services.warnings import competence

DOCUMENTED: Final = (EvidenceKind.LETTER_RECEIPT, EvidenceKind.VISIT_MINUTES)


def _to_post() -> ColumnElement[bool]:
    """Set on paper and not yet handed over; a held case waits."""
    return and_(
        col(Reprimand.channel) == LetterChannel.POST,
        col(Reprimand.document_id).is_not(None),
        col(Reprimand.posted_at).is_(None),
        col(CaseFile.held_at).is_(None),
    )


async def queue(session: AsyncSession) -> Counter[str]:
    """How many reprimands wait to be printed, by office."""
    query = (
        select(col(Reprimand.authority))
        .join(CaseFile, col(CaseFile.id) == col(Reprimand.case_id))
        .where(_to_post(), col(Reprimand.print_batch_id).is_(None))
    )
    return Counter((await session.execute(query)).scalars())


async def take(session: AsyncSession, batch: PrintBatch, *, most: int) -> int:
    """Put what waits in the batch's office into it; how many."""
    waiting = [
        _to_post(),
        col(Reprimand.print_batch_id).is_(None),
        col(Reprimand.authority) == batch.authority,
    ]
    found = await _locked(session, waiting, most)
    for _, reprimand in found:
        reprimand.print_batch_id = batch.id
    await session.flush()
    return len(found)


async def enveloped(session: AsyncSession, batch_id: UUID) -> list[tuple[str, Document, Account]]:
    """Number, letter and company of the batch's reprimands, in the order of their numbers."""
    query = (
        select(Reprimand, Document, Account)
        .join(Document, col(Document.id) == col(Reprimand.document_id))
        .join(Account, col(Account.id) == col(Reprimand.account_id))
        .where(col(Reprimand.print_batch_id) == batch_id)
        .order_by(col(Reprimand.number))
    )
    return [(number_of(one), document, account) for one, document, account in await session.execute(query)]


async def posted(session: AsyncSession, batch_id: UUID, *, actor: str, now: datetime) -> int:
    """The batch was handed to the post: its reprimands are given with that; how many."""
    found = await _locked(session, [_to_post(), col(Reprimand.print_batch_id) == batch_id], None)
    for case, reprimand in found:
        if reprimand.status == ReprimandStatus.APPROVED:
            await issuing.given(session, case, reprimand, "posted", actor=actor, now=now)
        else:
            data = {"number": number_of(reprimand)}
            await cases.record(session, case, "posted", now=now, actor=actor, data=data)
        reprimand.posted_at = now
    await session.flush()
    return len(found)


async def require_issuer(
    session: AsyncSession, case_id: UUID, principal: Principal, permission: Permission
) -> None:
    """Forbidden for officials of another office than the one in whose name it was given."""
    reprimand = await session.get(Reprimand, case_id)
    if reprimand is not None and not competence.issues(principal, permission, reprimand.authority):
        raise Forbidden(competence.NOT_ISSUER)


async def by_post_instead(session: AsyncSession, case_id: UUID, *, actor: str, now: datetime) -> Reprimand:
    """The mail came back or nobody opens it: the same letter goes by post. Not one whose receipt is shown."""
    case, reprimand = await load(session, case_id)
    if reprimand.status != ReprimandStatus.ISSUED or reprimand.document_id is None:
        raise TransitionRefused(N_("Surat teguran ini belum dikirim."))
    if reprimand.channel == LetterChannel.POST:
        raise TransitionRefused(N_("Surat ini sudah dikirim atau menunggu dikirim lewat pos."))
    if await evidence.of_case(session, case_id):
        raise TransitionRefused(N_("Surat ini sudah terbukti diterima."))
    await cancel_for_case(session, case_id, ("reprimand_letter",), reason="by_post_instead", now=now)
    reprimand.channel = LetterChannel.POST
    await session.flush()
    data = {"number": number_of(reprimand)}
    await cases.record(session, case, "by_post", now=now, actor=actor, data=data)
    return reprimand


async def delivered(
    session: AsyncSession,
    case_id: UUID,
    receipt: Receipt,
    *,
    actor: str,
    now: datetime,
    author_id: UUID | None = None,
) -> ServiceEvidence:
    """An officer shows that the letter was received. InvalidInput for a receipt before the sending or without its scan.

    TransitionRefused for a letter that has not left.
    """
    case, reprimand = await load(session, case_id)
    if receipt.kind not in evidence.BY_OFFICERS:
        raise InvalidInput(N_("Pilih jenis bukti penerimaan."), field="kind")
    if reprimand.sent_at is None:
        raise TransitionRefused(N_("Surat ini belum dikirim, sehingga belum dapat diterima."))
    kept = await evidence.record(
        session,
        case,
        About(issued_id=reprimand.issued_id),
        receipt,
        sent_at=reprimand.sent_at,
        actor=actor,
        now=now,
        author_id=author_id,
        documented=DOCUMENTED,
    )
    await _told(session, case, reprimand, kept, actor, now)
    return kept


async def opened(session: AsyncSession, case_id: UUID, *, actor: str, now: datetime) -> Reprimand:
    """The company opened the letter in the portal, which shows its receipt once. NotFound before it was sent."""
    case, reprimand = await load(session, case_id)
    if reprimand.sent_at is None:
        raise NotFound
    read = [one for one in await evidence.of_case(session, case_id) if one.kind == EvidenceKind.PORTAL_READ]
    if not read:
        about, receipt = About(issued_id=reprimand.issued_id), Receipt(EvidenceKind.PORTAL_READ)
        kept = await evidence.record(
            session, case, about, receipt, sent_at=reprimand.sent_at, actor=actor, now=now
        )
        await _told(session, case, reprimand, kept, actor, now)
    return reprimand


async def _told(
    session: AsyncSession,
    case: CaseFile,
    reprimand: Reprimand,
    kept: ServiceEvidence,
    actor: str,
    now: datetime,
) -> None:
    data = {"number": number_of(reprimand), "evidence_kind": kept.kind, "evidence": str(kept.id)}
    await cases.record(session, case, "delivered", now=now, actor=actor, data=data, at=kept.received_at)


async def _locked(
    session: AsyncSession, conditions: Sequence[ColumnElement[bool]], most: int | None
) -> list[tuple[CaseFile, Reprimand]]:
    """The reprimands that meet the conditions, their cases locked at once: chosen first, read again under the lock."""
    query = select(col(Reprimand.case_id)).join(CaseFile, col(CaseFile.id) == col(Reprimand.case_id))
    query = query.where(*conditions).order_by(col(Reprimand.case_id))
    ids = list((await session.execute(query.limit(most))).scalars())
    locked = await cases.lock_many(session, ids)
    still = select(CaseFile, Reprimand).join(Reprimand, col(Reprimand.case_id) == col(CaseFile.id))
    still = still.where(*conditions, col(Reprimand.case_id).in_(locked)).order_by(col(Reprimand.case_id))
    found = await session.execute(still.execution_options(populate_existing=True))
    return [(case, reprimand) for case, reprimand in found]
