"""The desk of holidays: the calendar of a year beside the library's, decrees, and one of them until its undoing."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api import routers
from api.concerned import csv_of_lines
from api.deps import Now, PartsDep, SessionDep, locale_of
from api.pages import flash, forms, labels, shapes, views
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.urls import PATHS, url
from api.permissions import require
from services.clock import app_now
from services.deadlines.zones import WIB
from services.decrees import drafting, reading
from services.decrees.comparing import Compared, compare
from services.decrees.stored import days_of, load
from services.errors import DomainError, NotFound
from services.i18n import N_, Translator, format_number, translator
from services.identity import policy
from services.identity.actors import selves
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.models import CaseFile, DecreeLayer, DecreeStatus, Document, HolidayDecree
from services.timeline import actors

router = routers.pages()
Reader = Annotated[Principal, require(Permission.READ_EXTENSION)]
Manager = Annotated[Principal, require(Permission.MANAGE_CALENDAR)]
Decider = Annotated[Principal, require(Permission.MANAGE_CALENDAR, recent=True)]
PAGE: Final = 50
FIRST, LAST = 2000, 2100


@router.get(PATHS["decrees"])
async def index(
    request: Request, session: SessionDep, now: Now, user: Reader, tahun: int | None = None, wilayah: str = ""
) -> Response:
    """A year's calendar in a place beside the library's, and every decree, the newest first."""
    page = await page_for(request, session)
    words = translator(page.locale)
    year = min(max(tahun or now.astimezone(WIB).year, FIRST), LAST)
    days = await reading.in_force(session, year, region=wilayah or None, organisation=None, now=now)
    query = select(HolidayDecree).order_by(col(HolidayDecree.number).desc()).limit(PAGE)
    decrees = (await session.execute(query)).scalars().all()
    who = await _names(session, {decree.requested_by for decree in decrees}, words)
    context: dict[str, Any] = {
        "year": year,
        "earlier": url("decrees", query={"tahun": year - 1, "wilayah": wilayah}),
        "later": url("decrees", query={"tahun": year + 1, "wilayah": wilayah}),
        "region": wilayah,
        "regions": views.region_options(),
        "days": [compared(day) for day in days],
        "decrees": [_row(decree, who, words) for decree in decrees],
        "may_create": bool(user.grants_with(Permission.MANAGE_CALENDAR)),
    }
    return answer("admin/decrees.html", page, **context)


@router.get(PATHS["decree_file"])
async def file(parts: PartsDep, session: SessionDep, decree: UUID, user: Reader) -> Response:
    """Every date that moves, as a file."""
    return csv_of_lines(parts, await _readable(session, user, decree))


@router.get(PATHS["decree"])
async def show(
    request: Request,
    session: SessionDep,
    decree: UUID,
    user: Reader,
    kasus: UUID | None = None,
    batas: str = "",
) -> Response:
    """One decree: what it says beside the library, and every date that moves, before and after."""
    found = await _readable(session, user, decree)
    return await _render(request, session, user, found, after=(kasus, batas) if kasus else reading.BEGINNING)


@router.post(PATHS["decree_dry_run"])
async def dry_run(request: Request, session: SessionDep, now: Now, decree: UUID, user: Manager) -> Response:
    """Try it out again."""
    return await _step(request, session, user, decree, drafting.dry_run, now, N_("Uji coba dihitung ulang."))


@router.post(PATHS["decree_approval"])
async def approve(request: Request, session: SessionDep, now: Now, decree: UUID, user: Decider) -> Response:
    """Approve what somebody else entered."""
    message = N_("Disetujui. Setiap batas waktu sedang dihitung ulang.")
    return await _step(request, session, user, decree, drafting.approve, now, message)


@router.post(PATHS["decree_undo"])
async def undo(request: Request, session: SessionDep, now: Now, decree: UUID, user: Decider) -> Response:
    """Take it back, as long as nobody becomes late by that."""
    message = N_("Keputusan sedang dibatalkan.")
    return await _step(request, session, user, decree, drafting.order_undo, now, message)


@router.post(PATHS["decree_cancel"])
async def cancel(request: Request, session: SessionDep, now: Now, decree: UUID, user: Manager) -> Response:
    """Drop it before any calendar has changed."""
    return await _step(
        request, session, user, decree, drafting.cancel, now, N_("Keputusan tidak dilanjutkan.")
    )


async def _step(
    request: Request,
    session: AsyncSession,
    user: Principal,
    decree_id: UUID,
    work: Callable[..., Awaitable[object]],
    now: datetime,
    message: str,
) -> Response:
    await _readable(session, user, decree_id)

    async def command() -> Done:
        case, _ = await load(session, decree_id)
        policy.authorise(user, Permission.MANAGE_CALENDAR, Target.of_case(case))
        await work(session, decree_id, actor=user.actor, now=now)
        return Done(to=url("decree", decree=decree_id), message=message)

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    flash.now(request, outcome.message, "negative", **outcome.params)
    found = await _readable(session, user, decree_id)
    return await _render(request, session, user, found, status=outcome.status)


async def _readable(session: AsyncSession, user: Principal, decree_id: UUID) -> HolidayDecree:
    decree = await session.get(HolidayDecree, decree_id, populate_existing=True)
    if decree is None:
        raise NotFound
    case = await session.get_one(CaseFile, decree_id, populate_existing=True)
    policy.authorise(user, Permission.READ_EXTENSION, Target.of_case(case))
    return decree


async def _render(
    request: Request,
    session: AsyncSession,
    user: Principal,
    decree: HolidayDecree,
    *,
    after: tuple[UUID, str] = reading.BEGINNING,
    status: int = 200,
) -> Response:
    page = await page_for(request, session)
    words = translator(locale_of(request))
    case = await session.get_one(CaseFile, decree.case_id)
    lines = await days_of(session, decree)
    found = await reading.lines(session, decree.case_id, after=after, most=PAGE + 1)
    shown = found[:PAGE]
    more = {"kasus": shown[-1].case_id, "batas": shown[-1].deadline_name} if len(found) > PAGE else None
    may = policy.can(user, Permission.MANAGE_CALENDAR, Target.of_case(case))
    previewed = decree.status == DecreeStatus.PREVIEWED
    applied = decree.status == DecreeStatus.APPLIED
    refusal = await drafting.undo_refusal(session, case, decree, now=await app_now(session))
    own = decree.requested_by in await selves(session, user.actor)
    document = await session.get(Document, decree.document_id) if decree.document_id else None
    context: dict[str, Any] = {
        "decree": await _shown(session, decree, words),
        "document": {"href": url("document", document=document.id), "name": document.filename}
        if document
        else None,
        "days": [compared(day) for day in compare(lines, {line.day.year for line in lines})],
        "tiles": _tiles(decree, words),
        "groups": [_group(row, words) for row in await reading.groups(session, decree.case_id)],
        "lines": [_line(row, words) for row in shown],
        "file": url("decree_file", decree=decree.case_id),
        "paging": shapes.Paging(
            len(shown), next=url("decree", decree=decree.case_id, query=dict(more)) if more else ""
        ),
        "may_approve": may and previewed and not own,
        "needs_second": may and previewed and own,
        "may_cancel": may and decree.status in (DecreeStatus.DRAFT, DecreeStatus.PREVIEWED),
        "may_try": may and decree.status in (DecreeStatus.DRAFT, DecreeStatus.PREVIEWED),
        "may_undo": may and refusal is None,
        "undo_refused": words.gettext(refusal.message, **refusal.params)
        if may and applied and refusal
        else "",
        "moving": decree.status in (DecreeStatus.APPROVED, DecreeStatus.UNDOING),
    }
    return answer("admin/decree.html", page, status=status, **context)


def _tiles(decree: HolidayDecree, words: Translator) -> list[shapes.Tile]:
    def tile(label: str, name: str, tone: str = "") -> shapes.Tile:
        count = int(decree.counts.get(name, 0))
        return shapes.Tile(
            words.gettext(label), format_number(count, words.locale), tone=tone if count else ""
        )

    tiles = [
        tile(N_("Batas waktu berubah"), "moving", "info"),
        tile(N_("Menjadi lebih lambat"), "later"),
        tile(N_("Menjadi lebih cepat"), "earlier", "warning"),
        tile(N_("Pemberitahuan"), "told"),
    ]
    return [*tiles, tile(N_("Sudah diubah"), "applied", "positive")] if "applied" in decree.counts else tiles


def compared(day: Compared) -> dict[str, Any]:
    """A day as both calendars have it."""
    return {
        "day": day.day,
        "finding": day.finding.value,
        "decreed": day.decreed or "",
        "decreed_name": day.decreed_name,
        "library": day.library or "",
        "library_name": day.library_name,
        "estimated": day.estimated,
    }


def _group(row: Any, words: Translator) -> dict[str, Any]:
    return {
        "name": words.gettext(labels.word("deadline", row.deadline_name)),
        "old_before": row.old_before,
        "new_before": row.new_before,
        "cases": row.cases,
        "told": row.told,
        "undone": row.state == "undone",
    }


def _line(row: Any, words: Translator) -> dict[str, Any]:
    return {
        "title": row.title,
        "href": url("case", case=row.case_id),
        "name": words.gettext(labels.word("deadline", row.deadline_name)),
        "region": views.region_name(row.region_code),
        "old_before": row.old_before,
        "new_before": row.new_before,
        "undone": row.state == "undone",
    }


async def _names(session: AsyncSession, by: set[str], words: Translator) -> dict[str, str]:
    return await actors.labels(session, by, account_id=None, for_company=False, speak=words)


def _row(decree: HolidayDecree, who: dict[str, str], words: Translator) -> dict[str, Any]:
    return {
        "href": url("decree", decree=decree.case_id),
        "number": decree.number,
        "instrument": decree.instrument,
        "place": place(decree, words),
        "status": decree.status,
        "moving": decree.counts.get("applied", decree.counts.get("moving")),
        "requested_by": who.get(decree.requested_by, ""),
        "requested_at": decree.requested_at,
    }


def place(decree: HolidayDecree, words: Translator) -> str:
    """For whom it holds."""
    if decree.layer == DecreeLayer.REGION:
        return views.region_name(decree.scope)
    if decree.layer == DecreeLayer.ORGANISATION:
        return f"NIB {decree.scope}"
    return words.gettext(labels.word("layer", decree.layer))


async def _shown(session: AsyncSession, decree: HolidayDecree, words: Translator) -> dict[str, Any]:
    by = {decree.requested_by, decree.approved_by or "", decree.undone_by or ""} - {""}
    who = await _names(session, by, words)
    return {
        "id": decree.case_id,
        "number": decree.number,
        "status": decree.status,
        "instrument": decree.instrument,
        "reason": decree.reason,
        "place": place(decree, words),
        "notify": decree.notify,
        "requested_by": who.get(decree.requested_by, ""),
        "requested_at": decree.requested_at,
        "previewed_at": decree.previewed_at,
        "approved_by": who.get(decree.approved_by or "", ""),
        "approved_at": decree.approved_at,
        "applied_at": decree.applied_at,
        "undone_by": who.get(decree.undone_by or "", ""),
        "undone_at": decree.undone_at,
    }
