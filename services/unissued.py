"""What an office has not issued yet: proposals and drafts of letters, of which their company knows nothing."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, not_, or_, select, true
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
)
from services.warnings.issuing import sent

FIRST_LETTER = sent(1)


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


async def drafts(session: AsyncSession, documents: Sequence[UUID]) -> set[UUID]:
    """Which of these files are letters that have not left, or decisions that were not imposed."""
    waiting = select(col(Document.id)).where(
        col(Document.id).in_(documents),
        or_(
            _names(WarningLetter, col(WarningLetter.sent_at).is_(None)),
            _names(Reprimand, col(Reprimand.sent_at).is_(None)),
            _names(Sanction, col(Sanction.state) != SanctionState.APPROVED),
        ),
    )
    return set((await session.execute(waiting)).scalars())


def _names(
    table: type[WarningLetter] | type[Reprimand] | type[Sanction], unissued: ColumnElement[bool]
) -> ColumnElement[bool]:
    return select(1).where(col(table.document_id) == col(Document.id), unissued).exists()
