"""What an office has not issued yet: proposals and drafts of letters, of which their company knows nothing."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, literal, not_, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.identity.principal import Principal
from services.models import (
    CaseFile,
    CaseKind,
    Document,
    Reprimand,
    ReprimandStatus,
    Sanction,
    SanctionState,
    WarningLetter,
    WarningStatus,
)
from services.warnings.issuing import sent

FIRST_LETTER = sent(1)
PREPARING: Final = (WarningStatus.PROPOSED, WarningStatus.APPROVED)
"""A ladder whose next letter has not left: all its company knows is that the last one was issued."""


def concerns(principal: Principal, case: CaseFile) -> bool:
    """Whether the case is a proposal about this principal's own company of which nothing was issued."""
    if case.account_id is None or case.account_id not in principal.accounts:
        return False
    if case.kind == CaseKind.WARNING:
        return FIRST_LETTER not in case.milestones
    return case.kind == CaseKind.REPRIMAND and case.status != ReprimandStatus.ISSUED


def left_out(principal: Principal) -> ColumnElement[bool]:
    """The same for lists: a condition that keeps every case which does not concern it in this sense."""
    if not principal.accounts:
        return true()
    internal = or_(
        and_(
            col(CaseFile.kind) == CaseKind.WARNING,
            not_(func.jsonb_exists(col(CaseFile.milestones), FIRST_LETTER)),
        ),
        and_(col(CaseFile.kind) == CaseKind.REPRIMAND, col(CaseFile.status) != ReprimandStatus.ISSUED),
    )
    return not_(and_(col(CaseFile.account_id).in_(sorted(principal.accounts)), internal))


def status_told(case_file: CaseFile) -> str:
    """The status of a case in the words that its company may read."""
    if case_file.kind == CaseKind.WARNING and case_file.status in PREPARING:
        return WarningStatus.ISSUED
    return case_file.status


def in_status(principal: Principal, wanted: Sequence[str]) -> ColumnElement[bool]:
    """The same for lists: a condition that keeps the cases which this reader knows to be in one of these."""
    if not principal.accounts:
        return col(CaseFile.status).in_(wanted)
    preparing = and_(
        col(CaseFile.kind) == CaseKind.WARNING,
        col(CaseFile.account_id).in_(sorted(principal.accounts)),
        col(CaseFile.status).in_(PREPARING),
    )
    told = case((preparing, literal(WarningStatus.ISSUED.value)), else_=col(CaseFile.status))
    return told.in_(wanted)


async def drafts(session: AsyncSession, documents: Sequence[UUID]) -> set[UUID]:
    """Which of these files are letters that have not left, or decisions that were not imposed."""
    waiting = select(col(Document.id)).where(
        col(Document.id).in_(documents),
        or_(
            _names(
                WarningLetter,
                and_(col(WarningLetter.sent_at).is_(None), col(WarningLetter.mailed_at).is_(None)),
            ),
            _names(Reprimand, col(Reprimand.sent_at).is_(None)),
            _names(Sanction, col(Sanction.state) != SanctionState.APPROVED),
        ),
    )
    return set((await session.execute(waiting)).scalars())


def _names(
    table: type[WarningLetter] | type[Reprimand] | type[Sanction], unissued: ColumnElement[bool]
) -> ColumnElement[bool]:
    return select(1).where(col(table.document_id) == col(Document.id), unissued).exists()
