"""What waits for an official: one desk at a time, the most urgent first."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Now, SessionDep
from api.pages import shapes, views
from api.pages.frame import answer, page_for
from api.pages.urls import PATHS, url
from api.permissions import require
from services import queues, search
from services.errors import InvalidInput, NotFound
from services.i18n import N_, Translator, format_number, translator
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.models import CaseKind, ReviewDesk
from services.queues import Desk, Load

router = routers.pages()

TABS = {
    "registrations": N_("Pendaftaran"),
    "licences": N_("Perizinan"),
    "verification": N_("Verifikasi laporan"),
    "validation": N_("Validasi laporan"),
    "rollbacks": N_("Perbaikan data"),
    "overdue": N_("Laporan terlambat"),
    "data_requests": N_("Jawaban permintaan data"),
    "warnings": N_("Usulan peringatan"),
    "sanctions": N_("Keputusan sesudah peringatan"),
    "extension_requests": N_("Permohonan perpanjangan"),
    "non_production": N_("Surat tidak berproduksi"),
    "assistance": N_("Permintaan asistensi"),
    "reprimands": N_("Usulan teguran"),
    "decrees": N_("Hari libur"),
    "extensions": N_("Perpanjangan"),
}


@router.get(PATHS["queue"])
async def show(
    request: Request,
    session: SessionDep,
    now: Now,
    user: Annotated[Principal, require(Permission.READ_CASE)],
    meja: str = "",
    region: str = "",
    q: str = "",
    cursor: str = "",
) -> Response:
    """One desk: its cases, how many are late or half-way there, and the other desks beside it."""
    if not user.is_official:
        raise NotFound
    page = await page_for(request, session)
    words = translator(page.locale)
    desks = queues.of(user)
    loads = {desk.name: await queues.load(session, user, desk, now=now) for desk in desks}
    here = next((desk for desk in desks if desk.name == meja), desks[0] if desks else None)
    asked = {"meja": here.name if here else "", "region": region, "q": q}
    context: dict[str, Any] = {
        "tabs": _tabs(desks, here, loads, words),
        "tiles": _tiles(here, loads, words) if here else [],
        "search": shapes.Search(asked, {"region": views.region_options()}),
        "cases": [],
        "paging": shapes.Paging(0),
        "problem": "",
        "by_finding": _by_finding(here),
        "enter_letter": _enter_letter(user, here),
    }
    if here is not None:
        context |= await _found(session, user, here, asked, cursor, now, words)
    return answer("officer/queue.html", page, **context)


async def _found(
    session: AsyncSession,
    user: Principal,
    desk: Desk,
    asked: dict[str, str],
    cursor: str,
    now: datetime,
    words: Translator,
) -> dict[str, Any]:
    wanted = queues.filters(desk, region=asked["region"] or None, q=asked["q"] or None, now=now)
    try:
        found = await search.cases(session, user, wanted, cursor=cursor or None)
    except InvalidInput as refused:
        return {"problem": words.gettext(refused.message, **refused.params)}
    if found.rows and desk.kind not in (CaseKind.CAMPAIGN, CaseKind.DECREE, CaseKind.PERIOD):
        await log_read(session, user, what="list:queue", purpose=desk.name)
    more = url("queue", query={**asked, "cursor": found.next_cursor}) if found.next_cursor else ""
    half = await queues.past_half(session, desk, [row.case.id for row in found.rows], now=now)
    return {
        "cases": await views.case_rows(session, user, found.rows, words, half),
        "paging": shapes.Paging(len(found.rows), next=more),
    }


def _tabs(desks: Any, here: Desk | None, loads: dict[str, Load], words: Translator) -> list[shapes.Tab]:
    return [
        shapes.Tab(
            words.gettext(TABS[desk.name]),
            url("queue", query={"meja": desk.name}),
            current=desk is here,
            count=loads[desk.name].waiting,
        )
        for desk in desks
    ]


def _enter_letter(user: Principal, here: Desk | None) -> str:
    """Where an institution's letter is entered; "" for other desks and whoever may not."""
    registrations = here is not None and here.kind == CaseKind.REGISTRATION
    may = bool(user.grants_with(Permission.DECIDE_REGISTRATION))
    return url("institution_registration") if registrations and may else ""


def _by_finding(here: Desk | None) -> str:
    """Where the reports of a desk lie by what the checks found; "" for other work."""
    return url("reviews", desk=here.name) if here and here.name in list(ReviewDesk) else ""


def _tiles(desk: Desk, loads: dict[str, Load], words: Translator) -> list[shapes.Tile]:
    load = loads[desk.name]
    late = shapes.Tile(
        words.gettext(N_("Lewat batas waktu")),
        _figure(load.late, words),
        tone="negative" if load.late else "positive",
    )
    if desk.late_only:
        return [late]
    tiles = [shapes.Tile(words.gettext(N_("Menunggu")), _figure(load.waiting, words), tone="info"), late]
    if desk.half:
        half = shapes.Tile(
            words.gettext(N_("Lewat separuh waktu")),
            _figure(load.half, words),
            tone="warning" if load.half else "",
        )
        tiles.insert(1, half)
    return tiles


def _figure(count: int, words: Translator) -> str:
    return format_number(count, words.locale) + ("+" if count >= queues.MOST else "")
