"""A company opens a letter, wherever it finds the file: from then on the letter is served."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.models import Reprimand, WarningLetter
from services.reprimands import post
from services.warnings import service


async def letter(session: AsyncSession, document_id: UUID, *, actor: str, now: datetime) -> None:
    """Prove by this opening that the warning or reprimand with this file was received; nothing for other files."""
    query = select(WarningLetter).where(col(WarningLetter.document_id) == document_id)
    warning = (await session.execute(query)).scalar_one_or_none()
    if warning is not None:
        await service.opened(session, warning.case_id, warning.rung, actor=actor, now=now)
    given = select(col(Reprimand.case_id)).where(col(Reprimand.document_id) == document_id)
    reprimand = (await session.execute(given)).scalar_one_or_none()
    if reprimand is not None:
        await post.opened(session, reprimand, actor=actor, now=now)
