"""The one clock: legal time comes from Postgres and from nowhere else."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


async def app_now(session: AsyncSession) -> datetime:
    """The legal moment of this transaction: `now()`, or the rehearsal's instant in a rehearsal database."""
    moment: datetime = (await session.execute(text("SELECT app_now()"))).scalar_one()
    return moment
