"""The rules: what is in force, changes on their way, and one change from its simulation to its day."""

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
from api.deps import Now, SessionDep, locale_of
from api.pages import flash, forms, shapes, views
from api.pages.admin import policy_words
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from services import rulebook
from services.errors import DomainError, NotFound
from services.i18n import N_, Translator, format_number, translator
from services.identity.actors import selves
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.models import PolicyChange, PolicyChangeStatus, PolicyVersion
from services.policies import changes, settings
from services.timeline import actors

router = routers.pages()
Reader = Annotated[Principal, require(Permission.READ_AUDIT)]
Editor = Annotated[Principal, require(Permission.MANAGE_POLICY)]
Decider = Annotated[Principal, require(Permission.MANAGE_POLICY, recent=True)]
PAGE: Final = 50
_WAITING: Final = (PolicyChangeStatus.DRAFT, PolicyChangeStatus.SIMULATED)


@router.get(PATHS["policies"])
async def index(request: Request, session: SessionDep, now: Now, user: Reader) -> Response:
    """What is in force, entry by entry, and the changes, the newest first."""
    page = await page_for(request, session)
    words = translator(page.locale)
    rules = await rulebook.current(session, now=now)
    version = await session.get_one(PolicyVersion, rules.version_id)
    query = select(PolicyChange).order_by(col(PolicyChange.case_id).desc()).limit(PAGE)
    found = (await session.execute(query)).scalars().all()
    who = await _names(session, found, words)
    context: dict[str, Any] = {
        "version": {"digest": version.digest[:12], "in_force_from": version.in_force_from},
        "changes": [_shown(change, who) for change in found],
        "sections": _sections(rules.policies.document, words),
        "may_edit": bool(user.grants_with(Permission.MANAGE_POLICY)),
    }
    return answer("admin/policies.html", page, **context)


def _sections(document: dict[str, Any], words: Translator) -> list[dict[str, Any]]:
    """The entries of each file, each with where it is changed."""
    by_file: dict[str, list[dict[str, str]]] = {}
    for entry in settings.entries(document):
        file = entry.path.partition(".")[0]
        line = {
            "label": policy_words.entry_name(entry.path, words),
            "path": entry.path,
            "href": url("policy_new", query={"bagian": entry.path}),
        }
        by_file.setdefault(file, []).append(line)
    return [
        {"title": words.gettext(policy_words.FILES.get(file, file)), "entries": lines}
        for file, lines in by_file.items()
    ]


@router.get(PATHS["policy"])
async def show(request: Request, session: SessionDep, now: Now, change: UUID, user: Reader) -> Response:
    """One change: what it changes, what it would bring about, who decided."""
    found = await session.get(PolicyChange, change)
    if found is None:
        raise NotFound
    return await _render(request, session, user, found, now=now)


@router.post(PATHS["policy_simulation"])
async def simulate(request: Request, session: SessionDep, now: Now, change: UUID, user: Editor) -> Response:
    """Compute it again on what is open now."""
    message = N_("Simulasi dihitung ulang.")
    return await _step(request, session, user, change, changes.try_out, now, message)


@router.post(PATHS["policy_approval"])
async def approve(request: Request, session: SessionDep, now: Now, change: UUID, user: Decider) -> Response:
    """Approve, as somebody other than who proposed it."""
    message = N_("Disetujui. Aturan berlaku sendiri pada tanggalnya.")
    return await _step(request, session, user, change, changes.approve, now, message)


@router.post(PATHS["policy_withdrawal"])
async def withdraw(request: Request, session: SessionDep, now: Now, change: UUID, user: Decider) -> Response:
    """Take it back before its day."""
    message = N_("Perubahan aturan ditarik. Tidak ada yang berubah.")
    return await _step(request, session, user, change, changes.withdraw, now, message)


@router.post(PATHS["policy_cancel"])
async def cancel(request: Request, session: SessionDep, now: Now, change: UUID, user: Editor) -> Response:
    """Drop it before it was approved."""
    message = N_("Perubahan aturan tidak dilanjutkan.")
    return await _step(request, session, user, change, changes.cancel, now, message)


async def _step(
    request: Request,
    session: AsyncSession,
    user: Principal,
    change: UUID,
    work: Callable[..., Awaitable[object]],
    now: datetime,
    message: str,
) -> Response:
    async def command() -> Done:
        await work(session, change, actor=user.actor, now=now)
        return Done(to=url("policy", change=change), message=message)

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    flash.now(request, outcome.message, "negative", **outcome.params)
    found = await session.get_one(PolicyChange, change, populate_existing=True)
    return await _render(request, session, user, found, now=now, status=outcome.status)


async def _render(
    request: Request,
    session: AsyncSession,
    user: Principal,
    change: PolicyChange,
    *,
    now: datetime,
    status: int = 200,
) -> Response:
    page = await page_for(request, session)
    words = translator(locale_of(request))
    editor = bool(user.grants_with(Permission.MANAGE_POLICY))
    own = change.proposed_by in await selves(session, user.actor)
    simulated = change.status == PolicyChangeStatus.SIMULATED
    context: dict[str, Any] = {
        "change": _shown(change, await _names(session, [change], words)),
        "lines": [_line(line) for line in change.changes],
        "tiles": _tiles(change, words),
        "measures": _measures(change, words),
        "shifts": _shifts(change, words),
        "may_simulate": editor and change.status in _WAITING,
        "may_approve": editor and simulated and not own,
        "needs_second": editor and simulated and own,
        "may_cancel": editor and change.status in _WAITING,
        "may_withdraw": editor and change.status == PolicyChangeStatus.APPROVED and change.valid_from > now,
        "moving": change.status == PolicyChangeStatus.IN_FORCE,
        "form": Form(),
    }
    return answer("admin/policy.html", page, status=status, **context)


def _line(line: dict[str, Any]) -> dict[str, str]:
    return {
        "path": line["path"],
        "before": policy_words.written(line["before"]),
        "after": policy_words.written(line["after"]),
    }


def _tiles(change: PolicyChange, words: Translator) -> list[shapes.Tile]:
    """The dates that move, as simulated; once in force, as moved."""

    def tile(label: str, count: int, hint: str = "", tone: str = "") -> shapes.Tile:
        return shapes.Tile(
            words.gettext(label), format_number(count, words.locale), words.gettext(hint), tone
        )

    if change.status in (PolicyChangeStatus.IN_FORCE, PolicyChangeStatus.DONE):
        return [
            tile(N_("Perkara dipindahkan"), change.moved, tone="info"),
            tile(N_("Batas waktu bergeser"), change.dates_moved),
            tile(N_("Tetap karena akan sudah lewat"), change.dates_kept),
        ]
    if change.simulation is None:
        return []
    shifts = change.simulation["shifts"]
    return [
        tile(N_("Perkara terbuka"), change.simulation["open_cases"]),
        tile(N_("Batas waktu maju"), sum(s["earlier"] for s in shifts), tone="warning"),
        tile(N_("Batas waktu mundur"), sum(s["later"] for s in shifts), tone="info"),
        tile(N_("Tetap karena akan sudah lewat"), sum(s["kept"] for s in shifts)),
    ]


def _measures(change: PolicyChange, words: Translator) -> list[dict[str, Any]]:
    return [
        {**line, "label": words.gettext(policy_words.MEASURES[line["name"]])}
        for line in (change.simulation or {}).get("measures", [])
    ]


def _shifts(change: PolicyChange, words: Translator) -> list[dict[str, Any]]:
    return [
        {**line, "label": views.deadline_name(line["deadline"], words)}
        for line in (change.simulation or {}).get("shifts", [])
    ]


async def _names(session: AsyncSession, found: Any, words: Translator) -> dict[str, str]:
    by = {who for c in found for who in (c.proposed_by, c.approved_by, c.withdrawn_by) if who}
    return await actors.labels(session, by, account_id=None, for_company=False, speak=words)


def _shown(change: PolicyChange, who: dict[str, str]) -> dict[str, Any]:
    return {
        "id": change.case_id,
        "status": change.status,
        "instrument": change.instrument,
        "reason": change.reason,
        "valid_from": change.valid_from,
        "moves_open": change.moves_open,
        "settings": len(change.changes),
        "simulated_at": change.simulated_at,
        "proposed_by": who.get(change.proposed_by, ""),
        "proposed_at": change.proposed_at,
        "approved_by": who.get(change.approved_by or "", ""),
        "approved_at": change.approved_at,
        "withdrawn_by": who.get(change.withdrawn_by or "", ""),
        "withdrawn_at": change.withdrawn_at,
    }
