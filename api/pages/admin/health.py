"""How the system is: what should have happened and has not, what is stuck, and what the post office does."""

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api import routers
from api.deps import Now, PartsDep, SessionDep
from api.health import engine_state
from api.pages import mail, shapes
from api.pages.frame import answer, page_for
from api.pages.urls import PATHS, url
from api.parts import Parts
from api.permissions import require
from services import agenda, chores, rebuilding, sweeping
from services.chores import Chore
from services.correspondence import masked
from services.i18n import N_, Translator, format_number, translator
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.messages import health, lanes
from services.models import CaseFile

router = routers.pages()
_CHORES: Final = {
    Chore.AUDIT_ANCHOR: N_("Sidik jari semua kejadian dicatat di luar basis data"),
    Chore.QUARANTINE: N_("Berkas karantina dipindai ulang"),
    Chore.ORPHANS: N_("Berkas tanpa pemilik dihapus"),
    Chore.RATE_LIMITS: N_("Hitungan percobaan lama dihapus"),
    Chore.IDEMPOTENCY_KEYS: N_("Jawaban perintah lama dihapus"),
    Chore.SESSIONS: N_("Sesi dan tautan lama dihapus"),
}


@router.get(PATHS["health"])
async def show(
    request: Request,
    session: SessionDep,
    parts: PartsDep,
    now: Now,
    user: Annotated[Principal, require(Permission.READ_HEALTH)],
) -> Response:
    """Everything an operator looks at first."""
    page = await page_for(request, session)
    words = translator(page.locale)
    coming = await agenda.upcoming(session, now=now, most=1)
    context: dict[str, Any] = {
        "parts_up": await _parts(session, parts, words),
        "tiles": await _tiles(session, now, words),
        "stuck": await _stuck(session, words),
        "lanes": [_lane(line) for line in await health.lanes(session, now=now)],
        "held": await _held(request, session, words),
        "chores": [
            {
                "name": words.gettext(_CHORES[state.chore]),
                "done_at": state.done_at,
                "handled": state.handled,
                "failure": state.failure or "",
                "late": state.late,
            }
            for state in await chores.states(session)
        ],
        "may_operate": bool(user.grants_with(Permission.OPERATE_PROCESSES)),
        "may_mail": bool(user.grants_with(Permission.OPERATE_MAIL)),
        "clock": {
            "now": now,
            "rehearsal": parts.instance.rehearsal,
            "next": coming[0].at if coming else None,
        },
    }
    return answer("admin/health.html", page, **context)


async def _parts(session: AsyncSession, parts: Parts, words: Translator) -> list[dict[str, str]]:
    version = (await session.execute(text("SHOW server_version"))).scalar_one()
    engine = await engine_state(parts)
    away = N_("Tidak menjawab; pengiriman laporan tetap diterima.")
    return [
        {"label": "PostgreSQL", "state": "ok", "detail": str(version).split(" ", maxsplit=1)[0]},
        {
            "label": "Temporal",
            "state": "ok" if engine == "ok" else "degraded",
            "detail": parts.instance.namespace if engine == "ok" else words.gettext(away),
        },
    ]


async def _tiles(session: AsyncSession, now: datetime, words: Translator) -> list[shapes.Tile]:
    backlog = await sweeping.backlog(session, now=now)
    refused = await health.refused_addresses(session)

    def tile(label: str, count: int, hint: str, tone: str) -> shapes.Tile:
        shown = format_number(count, words.locale)
        return shapes.Tile(words.gettext(label), shown, words.gettext(hint), tone if count else "positive")

    return [
        tile(N_("Belum bangun"), backlog.waiting, N_("proses yang waktunya sudah tiba"), "warning"),
        tile(N_("Macet"), backlog.stuck, N_("menunggu keputusan operator"), "negative"),
        tile(N_("Alamat ditolak"), refused, N_("alamat e-mail yang menolak surat"), "warning"),
    ]


async def _stuck(session: AsyncSession, words: Translator) -> list[dict[str, Any]]:
    found = await rebuilding.stuck(session)
    query = select(CaseFile).where(col(CaseFile.id).in_([line.case_id for line in found]))
    cases = {case.id: case for case in (await session.execute(query)).scalars()}
    return [
        {
            "id": line.case_id,
            "title": cases[line.case_id].title or line.key,
            "href": url("case", case=line.case_id),
            "version": cases[line.case_id].version,
            "step": line.step,
            "message": words.gettext(line.message),
            "since": line.since,
        }
        for line in found
        if line.case_id in cases
    ]


def _lane(line: health.LaneHealth) -> dict[str, Any]:
    return {
        "name": line.lane.value,
        "queued": line.due,
        "later": line.later,
        "oldest": line.oldest,
        "undecided": line.undecided,
        "held": line.reason or "–" if line.held_at else "",
    }


async def _held(request: Request, session: AsyncSession, words: Translator) -> list[dict[str, Any]]:
    """Letters that an officer must decide on: nobody knows whether they arrived."""
    found = await lanes.held_messages(session)
    subjects = await mail.subjects(request, found)
    return [
        {
            "id": message.id,
            "subject": subjects[message.id],
            "recipient": masked(message.recipient),
            "lane": message.lane,
            "since": message.planned_for,
            "why": words.gettext(mail.REASONS.get(message.state_reason or "", "")),
            "href": url("case", case=message.case_id) if message.case_id else "",
        }
        for message in found
    ]
