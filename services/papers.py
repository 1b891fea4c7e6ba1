"""A stored file for somebody who wants to open it: whether they may, and what their opening proves."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import unissued
from services.documents import records
from services.errors import NotFound
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.models import CaseFile, Document, Reprimand, WarningLetter
from services.reprimands import post
from services.warnings import service


@dataclass(frozen=True)
class Paper:
    """A file that may be read, and the case it belongs to, if it belongs to one."""

    document: Document
    case: CaseFile | None


async def opened(session: AsyncSession, user: Principal, document_id: UUID, *, now: datetime) -> Paper:
    """The file, if `user` may read it; a letter that its company opens is served by that, wherever it finds the file.

    NotFound before Forbidden before the file's own state (Conflict while it waits for its scan). To its company a
    letter that was not issued yet does not exist.
    """
    document = await session.get(Document, document_id)
    if document is None:
        raise NotFound
    case = await session.get_one(CaseFile, document.case_id) if document.case_id else None
    target = await _target(session, document, case)
    policy.authorise(user, Permission.READ_DOCUMENT, target)
    own = target.account_id in user.accounts
    if own and await unissued.drafts(session, [document_id]):
        raise NotFound
    readable = await records.readable(session, document_id)
    if own:
        await _served(session, document_id, actor=user.actor, now=now)
    return Paper(readable, case)


async def _target(session: AsyncSession, document: Document, case: CaseFile | None) -> Target:
    """A file is as visible as what it belongs to; one that belongs to nothing is hidden."""
    if case is not None:
        return Target.of_case(case)
    if document.account_id is not None:
        return await policy.account_target(session, document.account_id)
    raise NotFound


async def _served(session: AsyncSession, document_id: UUID, *, actor: str, now: datetime) -> None:
    query = select(WarningLetter).where(col(WarningLetter.document_id) == document_id)
    warning = (await session.execute(query)).scalar_one_or_none()
    if warning is not None:
        await service.opened(session, warning.case_id, warning.rung, actor=actor, now=now)
    given = select(col(Reprimand.case_id)).where(col(Reprimand.document_id) == document_id)
    reprimand = (await session.execute(given)).scalar_one_or_none()
    if reprimand is not None:
        await post.opened(session, reprimand, actor=actor, now=now)
