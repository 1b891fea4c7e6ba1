"""What if: a case's future as it is, and as it would be after more time, a hold or a proposed change of the rules."""

from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api import routers
from api.deps import Now, SessionDep
from api.pages import forms, shapes, views
from api.pages.frame import answer, page_for
from api.pages.officer import reading
from api.pages.rendering import Form
from api.pages.urls import PATHS
from api.permissions import require
from services.deadlines import store
from services.errors import DomainError, FieldError, InvalidInput
from services.i18n import N_, Translator, translator
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.models import CaseFile, PolicyChange, PolicyChangeStatus
from services.timeline import what_if
from services.timeline.what_if import Comparison, Mark, Supposition

router = routers.pages()
_MARKS: Final = {
    Mark.SAME: (N_("sama"), ""),
    Mark.MOVED: (N_("bergeser"), "warning"),
    Mark.GONE: (N_("tidak terjadi"), "negative"),
    Mark.NEW: (N_("baru"), "info"),
}
_OPEN: Final = (PolicyChangeStatus.DRAFT, PolicyChangeStatus.SIMULATED, PolicyChangeStatus.APPROVED)


@router.get(PATHS["case_what_if"])
async def show(
    request: Request,
    session: SessionDep,
    now: Now,
    case: UUID,
    user: Annotated[Principal, require(Permission.HOLD_CASE)],
) -> Response:
    """The question, and both futures side by side once it is asked. Nothing is saved."""
    opened = await reading.open_case(request, session, user, case, permission=Permission.HOLD_CASE)
    page = await page_for(request, session)
    words = translator(page.locale)
    asked = dict(request.query_params)
    dates = await _deadlines(session, opened, words)
    if dates:
        asked.setdefault("deadline", dates[0].value)
    context: dict[str, Any] = {
        "case": {"id": opened.id, "title": opened.title or opened.key},
        "deadlines": dates,
        "changes": await _changes(session),
    }
    form, status, rows = Form(asked), 200, None
    if asked.keys() & {"target_date", "hold", "change"}:
        outcome = await forms.attempt(session, lambda: _compared(session, case, asked, now, page.locale))
        if isinstance(outcome, DomainError):
            form, status = Form.refused(asked, outcome, words), outcome.status
        else:
            rows = [_row(pair, words) for pair in outcome.pairs]
    return answer("officer/what_if.html", page, status=status, form=form, rows=rows, **context)


async def _compared(
    session: AsyncSession, case: UUID, asked: dict[str, str], now: datetime, locale: str
) -> Comparison:
    return await what_if.compare(session, case, _supposed(asked), now=now, locale=locale)


def _supposed(asked: dict[str, str]) -> Supposition:
    try:
        target = date.fromisoformat(asked["target_date"]) if asked.get("target_date") else None
        change = UUID(asked["change"]) if asked.get("change") else None
    except ValueError:
        wrong = N_("Isi tanggal yang benar.")
        raise InvalidInput(wrong, fields=[FieldError("target_date", wrong)]) from None
    return Supposition(asked.get("deadline") or "report_due", target, bool(asked.get("hold")), None, change)


async def _deadlines(session: AsyncSession, case: CaseFile, words: Translator) -> list[shapes.Option]:
    """The dates of the case that still lie open."""
    return [
        shapes.Option(deadline.name, views.deadline_name(deadline.name, words))
        for deadline, _ in await store.of_case(session, case.id)
        if deadline.met_at is None
    ]


async def _changes(session: AsyncSession) -> list[shapes.Option]:
    """The changes of the rules that are on their way."""
    query = (
        select(PolicyChange)
        .where(col(PolicyChange.status).in_(_OPEN))
        .order_by(col(PolicyChange.case_id).desc())
        .limit(50)
    )
    found = (await session.execute(query)).scalars()
    return [shapes.Option(str(change.case_id), change.instrument) for change in found]


def _row(pair: what_if.Pair, words: Translator) -> dict[str, Any]:
    label, tone = _MARKS[pair.mark]
    line = pair.after or pair.before
    return {
        "text": line.text if line else "",
        "before": pair.before.at if pair.before else None,
        "after": pair.after.at if pair.after else None,
        "in_before": pair.before is not None,
        "in_after": pair.after is not None,
        "mark": words.gettext(label),
        "tone": tone,
        "same": pair.mark is Mark.SAME,
    }
