"""Search over all cases an official may see. Works as a plain form; htmx only swaps the results while typing."""

from datetime import datetime, time, timedelta
from typing import Annotated, Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api import routers
from api.deps import SessionDep
from api.pages import labels, shapes, views
from api.pages.frame import answer, page_for
from api.pages.urls import PATHS, url
from api.permissions import require
from services import search
from services.deadlines.zones import WIB
from services.errors import InvalidInput, NotFound
from services.i18n import N_, Translator, translator
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.models import CaseKind, ReportingPeriod
from services.search import Filters, Sort
from services.transitions import STATUSES

router = routers.pages()
PURPOSE = "search"


@router.get(PATHS["cases"])
async def show(
    request: Request,
    session: SessionDep,
    user: Annotated[Principal, require(Permission.READ_CASE)],
    q: str = "",
    kind: str = "",
    status: str = "",
    region: str = "",
    period: str = "",
    due_before: str = "",
    urut: str = "",
    cursor: str = "",
) -> Response:
    """The cases that fit, a page at a time."""
    if not user.is_official:
        raise NotFound
    page = await page_for(request, session)
    words = translator(page.locale)
    asked = {
        "q": q, "kind": kind, "status": _fitting(kind, status), "region": region, "period": period,
        "due_before": due_before, "urut": urut,
    }  # fmt: skip
    context: dict[str, Any] = {
        "search": shapes.Search(asked, await _options(session, asked, words)),
        "sorts": _sorts(asked),
        "cases": [],
        "paging": shapes.Paging(0),
        "problem": "",
    }
    try:
        found = await search.cases(session, user, _filters(asked), cursor=cursor or None)
    except InvalidInput as refused:
        context["problem"] = words.gettext(refused.message, **refused.params)
        return answer("officer/cases.html", page, **context)
    if found.rows:
        await log_read(session, user, what="list:cases", purpose=PURPOSE)
    more = url("cases", query={**asked, "cursor": found.next_cursor}) if found.next_cursor else ""
    context["cases"] = await views.case_rows(session, user, found.rows, words)
    context["paging"] = shapes.Paging(len(found.rows), next=more)
    return answer("officer/cases.html", page, **context)


def _filters(asked: dict[str, str]) -> Filters:
    due = asked["due_before"]
    return Filters(
        kind=asked["kind"] or None,
        status=(asked["status"],) if asked["status"] else (),
        region=asked["region"] or None,
        period=asked["period"] or None,
        due_before=_end_of(due) if due else None,
        q=asked["q"].strip() or None,
        sort=Sort.DUE if asked["urut"] == Sort.DUE and asked["kind"] else Sort.NEWEST,
    )


def _end_of(day: str) -> datetime:
    """Due up to a day, as people mean it: that day included. Deadlines are the first instant after their day."""
    try:
        wanted = datetime.fromisoformat(day).date()
    except ValueError:
        raise InvalidInput(N_("“{typed}” bukan tanggal."), field="due_before", typed=day[:20]) from None
    return datetime.combine(wanted, time(0), WIB) + timedelta(days=1, seconds=1)


def _sorts(asked: dict[str, str]) -> dict[str, str]:
    """By date, where one kind is chosen: kinds have different dates."""
    if not asked["kind"]:
        return {}
    by_due = asked["urut"] == Sort.DUE
    turned = url("cases", query={**asked, "urut": "" if by_due else Sort.DUE.value})
    return {"title": "", "sorted_title": "", "due": turned, "sorted_due": "asc" if by_due else ""}


def _fitting(kind: str, status: str) -> str:
    """A status that cases of the chosen kind never have was left over from another kind."""
    return "" if kind in tuple(CaseKind) and status not in tuple(STATUSES[CaseKind(kind)]) else status


def _statuses(kind: str, asked: str, words: Translator) -> list[shapes.Option]:
    """Those of the chosen kind: kinds share their names. Without one only the status that a link asks for."""
    if kind in tuple(CaseKind):
        each = CaseKind(kind)
        return [
            shapes.Option(status, words.gettext(labels.status_label(each, status).text))
            for status in STATUSES[each]
        ]
    named = {
        words.gettext(labels.status_label(each, asked).text)
        for each in CaseKind
        if asked in tuple(STATUSES[each])
    }
    return [shapes.Option(asked, " / ".join(sorted(named)))] if named else []


async def _options(
    session: AsyncSession, asked: dict[str, str], words: Translator
) -> dict[str, list[shapes.Option]]:
    periods = select(col(ReportingPeriod.code)).order_by(col(ReportingPeriod.due_before).desc())
    return {
        "kind": [shapes.Option(each, words.gettext(text)) for each, text in labels.KINDS.items()],
        "status": _statuses(asked["kind"], asked["status"], words),
        "region": views.region_options(),
        "period": [
            shapes.Option(code, views.period_name(code, words))
            for code in (await session.execute(periods)).scalars()
        ],
    }
