"""Review by exception: the reports of a desk with their findings, and the approval of the others together."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api import routers
from api.deps import Now, SessionDep, locale_of
from api.pages import flash, forms, shapes, views
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from services.errors import DomainError, Forbidden, InvalidInput, NotFound
from services.i18n import N_, Translator, translator
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.models import CaseFile, Report, ReviewBatch, ReviewDesk
from services.reference import kbli
from services.reviews import bulk, reading
from services.reviews.bulk import PERMISSION, Which
from services.reviews.reading import Waiting

router = routers.pages()
Officer = Annotated[Principal, require(Permission.READ_NOTES)]
SHOWN: Final = 100
"""So many reports of a preview are listed; a person who wants to see more narrows it down."""

_FLAGGED: Final = {"ada": True, "tidak": False}
_WHY: Final = {
    "excluded": N_("tidak dicentang"),
    "changed": N_("berubah sejak pratinjau"),
    "held": N_("ditahan"),
    "flagged": N_("ditandai"),
}


@router.get(PATHS["reviews"])
async def listed(
    request: Request,
    session: SessionDep,
    desk: str,
    user: Officer,
    direktorat: str = "",
    tanda: str = "ada",
    periode: str = "",
    region: str = "",
    cursor: str = "",
) -> Response:
    """The reports of a desk, oldest first: those with findings, those without, or all."""
    at = _desk(desk, user)
    page = await page_for(request, session)
    words = translator(page.locale)
    asked = {"direktorat": direktorat, "tanda": tanda, "periode": periode, "region": region}
    which = _which(at, asked)
    problem, found = "", reading.WaitingPage([], None)
    if which is not None:
        try:
            found = await reading.waiting(
                session, user, which, words, flagged=_FLAGGED.get(tanda), cursor=cursor or None
            )
        except InvalidInput as refused:
            problem = words.gettext(refused.message, **refused.params)
    if found.rows:
        await log_read(session, user, what="list:reviews", purpose=at.value)
    more = url("reviews", desk=desk, query={**asked, "cursor": found.next_cursor or ""})
    return answer(
        "officer/reviews.html",
        page,
        desk=at.value,
        tabs=_tabs(at, asked, words),
        search=shapes.Search(asked, _options(at, words)),
        rows=[_row(line, words) for line in found.rows],
        ready=which is not None,
        paging=shapes.Paging(len(found.rows), next=more if found.next_cursor else ""),
        problem=problem,
    )


@router.post(PATHS["review_bulk"])
async def preview(request: Request, session: SessionDep, now: Now, desk: str, user: Officer) -> Response:
    """Keep which reports without a finding would be approved, and show them."""
    at = _desk(desk, user)
    typed = await forms.typed(request)
    asked = {name: forms.text(typed, name) for name in ("direktorat", "periode", "region")}

    async def command() -> Done:
        which = _which(at, asked)
        if which is None:
            raise InvalidInput(N_("Pilih direktorat pembina."))
        batch = await bulk.preview(session, user, which, now=now)
        return Done(to=url("review_batch", batch=batch.id))

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    flash.leave(request, outcome.message, "negative", **outcome.params)
    return forms.see_other(request, Done(to=url("reviews", desk=at.value, query=dict(asked))))


@router.get(PATHS["review_batch"])
async def batch(request: Request, session: SessionDep, batch: UUID, user: Officer) -> Response:
    """A preview of one's own, or what became of it."""
    found = await bulk.get(session, user, batch)
    return await _render(request, session, user, found)


@router.post(PATHS["review_batch"])
async def approve(
    request: Request,
    session: SessionDep,
    now: Now,
    batch: UUID,
    user: Annotated[Principal, require(Permission.READ_NOTES, recent=True)],
) -> Response:
    """Approve what the preview showed, except what was unticked. By a person who has just signed in."""
    typed = await forms.typed(request)
    kept = set(forms.texts(typed, "keep"))
    shown = set(forms.texts(typed, "shown"))

    async def command() -> Done:
        without = {UUID(case_id) for case_id in shown - kept if _is_uuid(case_id)}
        done = await bulk.approve(session, user, batch, without=without, now=now)
        return Done(
            to=url("review_batch", batch=batch),
            message=N_("{count} laporan disetujui."),
            params={"count": done.approved},
        )

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    flash.now(request, outcome.message, "negative", **outcome.params)
    return await _render(request, session, user, await bulk.get(session, user, batch), outcome.status)


def _is_uuid(written: str) -> bool:
    try:
        UUID(written)
    except ValueError:
        return False
    return True


def _desk(named: str, user: Principal) -> ReviewDesk:
    if named not in list(ReviewDesk):
        raise NotFound
    at = ReviewDesk(named)
    if not user.grants_with(PERMISSION[at]):
        raise Forbidden
    return at


def _which(at: ReviewDesk, asked: Mapping[str, str]) -> Which | None:
    """None until a validator has said for which directorate."""
    directorate = asked["direktorat"] or None
    if at is ReviewDesk.VALIDATION and directorate is None:
        return None
    if at is ReviewDesk.VERIFICATION:
        directorate = None
    return Which(at, directorate, asked["periode"] or None, asked["region"] or None)


def _tabs(at: ReviewDesk, asked: Mapping[str, str], words: Translator) -> list[shapes.Tab]:
    named = {"ada": N_("Ditandai"), "tidak": N_("Tanpa tanda"), "semua": N_("Semua")}
    return [
        shapes.Tab(
            words.gettext(label),
            url("reviews", desk=at.value, query={**asked, "tanda": code}),
            asked["tanda"] == code,
        )
        for code, label in named.items()
    ]


def _options(at: ReviewDesk, words: Translator) -> dict[str, list[shapes.Option]]:
    options = {"region": views.region_options()}
    if at is ReviewDesk.VALIDATION:
        options["direktorat"] = [
            shapes.Option(code, found.name if words.locale == "id" else found.english)
            for code, found in kbli.directorates().items()
        ]
    return options


def _row(line: Waiting, words: Translator) -> dict[str, Any]:
    return {
        "href": url("review", case=line.case.id),
        "title": line.case.title,
        "number": line.report.number,
        "period": views.period_name(line.case.period, words),
        "stage": line.report.stage,
        "region": views.region_name(line.case.region_code),
        "submission": line.submission,
        "flags": line.flags,
        "held": line.case.held_at is not None,
        "deadline": views.short_deadline(line.target, words),
    }


async def _render(
    request: Request, session: AsyncSession, user: Principal, found: ReviewBatch, status: int = 200
) -> Response:
    words = translator(locale_of(request))
    page = await page_for(request, session)
    lines = await _lines(session, found, words)
    if lines:
        await log_read(session, user, what="list:reviews", purpose=found.desk)
    directorate = kbli.directorates().get(found.directorate or "")
    left_out = list(found.left_out.values())
    return answer(
        "officer/review_batch.html",
        page,
        status=status,
        batch={
            "id": found.id,
            "desk": found.desk,
            "directorate": directorate.name if directorate else "",
            "period": views.period_name(found.filters.get("period"), words),
            "region": views.region_name(found.filters.get("region")),
            "previewed_at": found.previewed_at,
            "approved_at": found.approved_at,
            "chosen": len(found.chosen),
            "approved": len(found.chosen) - len(left_out) if found.approved_at else 0,
        },
        counts=found.counts,
        left_out=[(words.gettext(_WHY[why]), left_out.count(why)) for why in _WHY if why in left_out],
        lines=lines,
        sampled=len(found.chosen) > len(lines),
        back=url("reviews", desk=found.desk, query={"direktorat": found.directorate, "tanda": "tidak"}),
        form=Form(),
    )


async def _lines(session: AsyncSession, found: ReviewBatch, words: Translator) -> list[dict[str, Any]]:
    ids = [UUID(line["case"]) for line in found.chosen[:SHOWN]]
    query = (
        select(CaseFile, Report)
        .join(Report, col(Report.case_id) == col(CaseFile.id))
        .where(col(CaseFile.id).in_(ids))
        .order_by(col(CaseFile.id))
    )
    return [
        {
            "id": str(case.id),
            "href": url("review", case=case.id),
            "title": case.title,
            "number": report.number,
            "period": views.period_name(case.period, words),
            "region": views.region_name(case.region_code),
            "why": words.gettext(_WHY[found.left_out[str(case.id)]])
            if str(case.id) in found.left_out
            else "",
        }
        for case, report in await session.execute(query)
    ]
