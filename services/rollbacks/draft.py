"""The draft of a report as it was when it was opened again, kept so that the report can stand as it was sent."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.models import Report, ReportSection

_REPORT: Final = (
    "form_id",
    "form_version",
    "family",
    "size",
    "statement_number",
    "statement_letter_hash",
    "statement_letter_version",
    "statement_hash",
)


async def keep(session: AsyncSession, report: Report) -> dict[str, Any]:
    """Every saved page and what stands beside them, as JSON."""
    pages = await session.execute(select(ReportSection).where(col(ReportSection.case_id) == report.case_id))
    kept: dict[str, Any] = {name: getattr(report, name) for name in _REPORT}
    kept["statement_document_id"] = str(report.statement_document_id or "")
    kept["pages"] = [page.model_dump(mode="json", exclude={"case_id"}) for page in pages.scalars()]
    return kept


async def restore(session: AsyncSession, report: Report, kept: dict[str, Any]) -> None:
    """Put everything back; the company's own version goes up, because its pages changed under it."""
    await session.execute(delete(ReportSection).where(col(ReportSection.case_id) == report.case_id))
    for page in kept["pages"]:
        saved_at = datetime.fromisoformat(page["saved_at"])
        session.add(ReportSection(**{**page, "case_id": report.case_id, "saved_at": saved_at}))
    for name in _REPORT:
        setattr(report, name, kept[name])
    document = kept["statement_document_id"]
    report.statement_document_id = UUID(document) if document else None
    report.content_version += 1
    await session.flush()
