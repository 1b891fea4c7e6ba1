"""Who changed who may sign in, what with, and which mail leaves: the acts of those who run the service."""

from collections.abc import Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api import routers
from api.deps import SessionDep
from api.pages import labels, shapes
from api.pages.frame import answer, page_for
from api.pages.urls import PATHS, url
from api.permissions import require
from services.i18n import N_, Translator, translator
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.identity.security_events import Happened
from services.models import Account, SecurityEvent
from services.timeline import actors

router = routers.pages()
PAGE: Final = 100
# What happens at the door by itself (sign-ins, refusals) is no act of the administration.
ACTS: Final = {
    Happened.PERSON_CREATED: N_("Pengguna ditambahkan"),
    Happened.PERSON_DISABLED: N_("Akses dihentikan"),
    Happened.PERSON_ENABLED: N_("Akses diberikan kembali"),
    Happened.ROLE_GRANTED: N_("Peran diberikan"),
    Happened.ROLE_REVOKED: N_("Peran dicabut"),
    Happened.MEMBER_ADDED: N_("Menjadi pengguna perusahaan"),
    Happened.MEMBER_REMOVED: N_("Bukan lagi pengguna perusahaan"),
    Happened.SECOND_FACTOR_REMOVED: N_("Faktor kedua dihapus"),
    Happened.API_KEY_CREATED: N_("Kunci API dibuat"),
    Happened.API_KEY_REVOKED: N_("Kunci API dicabut"),
    Happened.LANE_HELD: N_("Jalur surat ditahan"),
    Happened.LANE_RELEASED: N_("Jalur surat dilepaskan"),
}
HELD_FOR: Final = N_("ditahan karena: {reason}")


@router.get(PATHS["acts"])
async def index(
    request: Request,
    session: SessionDep,
    _: Annotated[Principal, require(Permission.READ_AUDIT)],
    before: int | None = None,
) -> Response:
    """The acts, the newest first."""
    page = await page_for(request, session)
    query = select(SecurityEvent).where(col(SecurityEvent.type).in_(ACTS))
    if before is not None:
        query = query.where(col(SecurityEvent.id) < before)
    query = query.order_by(col(SecurityEvent.id).desc()).limit(PAGE + 1)
    found = (await session.execute(query)).scalars().all()
    more = url("acts", query={"before": found[PAGE - 1].id}) if len(found) > PAGE else ""
    return answer(
        "admin/acts.html",
        page,
        acts=await _rows(session, found[:PAGE], translator(page.locale)),
        paging=shapes.Paging(min(len(found), PAGE), next=more),
    )


async def _rows(
    session: AsyncSession, found: Sequence[SecurityEvent], words: Translator
) -> list[dict[str, Any]]:
    named = {f"{sort}:{one.data[sort]}" for one in found for sort in ("person", "key") if sort in one.data}
    who = await actors.labels(
        session, named | {one.actor for one in found}, account_id=None, for_company=False, speak=words
    )
    companies = await _companies(session, found)
    return [
        {
            "at": one.at,
            "by": who[one.actor],
            "what": words.gettext(ACTS[Happened(one.type)]),
            "about": " · ".join(_about(one.data, who, companies, words)),
            "why": _why(one.data, words),
        }
        for one in found
    ]


async def _companies(session: AsyncSession, found: Sequence[SecurityEvent]) -> dict[str, str]:
    wanted = {UUID(one.data["account"]) for one in found if "account" in one.data}
    query = select(col(Account.id), col(Account.name)).where(col(Account.id).in_(wanted))
    return {str(account): name for account, name in await session.execute(query)}


def _about(
    data: dict[str, Any], who: dict[str, str], companies: dict[str, str], words: Translator
) -> list[str]:
    """Whom and what an act concerned, in the words people know them by."""
    told = [who[f"{sort}:{data[sort]}"] for sort in ("person", "key") if sort in data]
    told += [companies.get(data["account"], "")] if "account" in data else []
    for group in ("role", "lane"):
        if data.get(group):
            told.append(words.gettext(labels.word(group, data[group])))
    return [text for text in (*told, data.get("region") or "", *(data.get("divisions") or ())) if text]


def _why(data: dict[str, Any], words: Translator) -> str:
    why = str(data.get("reason") or "")
    if held_for := data.get("held_for"):
        return f"{why} ({words.gettext(HELD_FOR, reason=held_for)})"
    return why
