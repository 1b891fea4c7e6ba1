"""What the page of an extension shows: what it would do while it waits, what it does and did afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api.pages import shapes, views
from api.pages.urls import url
from services import rulebook
from services.deadlines import extensions, undoing
from services.errors import DomainError
from services.i18n import N_, Translator, format_number
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.models import CaseFile, Extension, ExtensionScope, ExtensionStatus
from services.timeline import actors

LINES: Final = 50
_WAITING: Final = (ExtensionStatus.DRAFT, ExtensionStatus.PREVIEWED)
_MOVING: Final = (ExtensionStatus.APPROVED, ExtensionStatus.UNDOING)

_GROUPS: Final = text(
    """
    SELECT old_before, target_before AS new_before, count(*) AS cases,
           count(*) FILTER (WHERE active) AS active FROM extension_line
    WHERE extension_id = :id GROUP BY old_before, target_before ORDER BY old_before
    """
)
_LINES: Final = text(
    """
    SELECT c.id, c.title, c.region_code, l.old_before, l.target_before AS new_before, l.active
    FROM extension_line l JOIN case_file c ON c.id = l.case_id
    WHERE l.extension_id = :id AND (CAST(:after AS uuid) IS NULL OR l.case_id > :after)
    ORDER BY l.case_id LIMIT :most
    """
)


async def rows(session: AsyncSession, found: Sequence[Extension], words: Translator) -> list[dict[str, Any]]:
    """The lines of the list."""
    who = await _names(session, {extension.requested_by for extension in found}, words)
    return [await _shown(session, extension, who, words) for extension in found]


async def page(
    session: AsyncSession,
    user: Principal,
    extension: Extension,
    words: Translator,
    *,
    now: datetime,
    after: UUID | None,
) -> dict[str, Any]:
    """The context of admin/extension.html but for its form."""
    by = {extension.requested_by, extension.approved_by or "", extension.undone_by or ""} - {""}
    who = await _names(session, by, words)
    waiting = extension.status in _WAITING
    told = (
        await _before(session, user, extension, words, now)
        if waiting
        else await _after(session, extension, words, after)
    )
    undo = await _undo(session, user, extension, now)
    return {
        "extension": await _shown(session, extension, who, words),
        "previewed_at": extension.previewed_at,
        "may_cancel": waiting and bool(user.grants_with(Permission.DRAFT_EXTENSION)),
        "may_undo": undo.allowed,
        "undo_refused": words.gettext(undo.why.message, **undo.why.params) if undo.why else "",
        "moving": extension.status in _MOVING,
        **told,
    }


@dataclass(frozen=True)
class Undo:
    """Whether this official may take it back now, and what stands against it where the extension has been applied."""

    allowed: bool = False
    why: DomainError | None = None


async def _undo(session: AsyncSession, user: Principal, extension: Extension, now: datetime) -> Undo:
    """By the rule that the command itself asks."""
    case = await session.get_one(CaseFile, extension.case_id)
    if extension.status != ExtensionStatus.APPLIED or not policy.can(
        user, Permission.UNDO_EXTENSION, Target.of_case(case)
    ):
        return Undo()
    why = await undoing.undo_refusal(session, case, extension, actor=user.actor, now=now)
    return Undo(why is None, why)


async def _before(
    session: AsyncSession, user: Principal, extension: Extension, words: Translator, now: datetime
) -> dict[str, Any]:
    """The dry run, computed anew at every look: what is approved is what is shown."""
    preview = await extensions.preview_of(session, extension, now=now)
    limit = (await rulebook.current(session, now=now)).policies.second_person_above
    second = await extensions.awaits_second_person(session, extension, preview.moving, limit, user.actor)
    may = bool(user.grants_with(Permission.APPROVE_EXTENSION)) and preview.moving > 0
    previewed = extension.status == ExtensionStatus.PREVIEWED
    sample = [
        {"title": row["title"], "href": url("case", case=row["id"]), "region": views.region_name(row["region_code"]),
         "old_before": row["old"], "new_before": row["new"], "note": ""}
        for row in preview.sample
    ]  # fmt: skip
    return {
        "tiles": _tiles(preview, words),
        "groups": [
            {"old_before": group["old"], "new_before": group["new"], "cases": group["cases"],
             "note": "" if group["new"] > group["old"] else words.gettext(N_("sudah lebih lambat"))}
            for group in preview.groups
        ],
        "lines": sample,
        "sampled": preview.moving > len(sample),
        "clashes": _clashes(preview, words),
        "paging": shapes.Paging(0),
        "may_approve": may and previewed and not second,
        "needs_second": previewed and second,
        "limit": limit,
        "progress": None,
    }  # fmt: skip


def _tiles(preview: extensions.Preview, words: Translator) -> list[shapes.Tile]:
    def tile(label: str, count: int, hint: str = "", tone: str = "") -> shapes.Tile:
        return shapes.Tile(
            words.gettext(label), format_number(count, words.locale), words.gettext(hint), tone
        )

    return [
        tile(N_("Batas waktu berubah"), preview.moving, tone="info" if preview.moving else "warning"),
        tile(N_("Tetap"), preview.unchanged, N_("sudah sama atau lebih lambat")),
        tile(N_("Pemberitahuan"), preview.messages, N_("hanya yang belum mengirim laporan")),
        tile(N_("Sedang ditahan"), preview.held, tone="warning" if preview.held else ""),
    ]


def _clashes(preview: extensions.Preview, words: Translator) -> list[str]:
    if not preview.concerned:
        return [words.gettext(N_("Tidak ada kewajiban yang cocok dengan cakupan ini."))]
    clashes = []
    if not preview.moving:
        clashes.append(words.gettext(N_("Tidak ada batas waktu yang akan bergeser.")))
    if preview.held:
        held = N_("{count} kasus sedang ditahan; batas waktunya tetap ikut berubah.")
        clashes.append(words.gettext(held, count=format_number(preview.held, words.locale)))
    return clashes


async def _after(
    session: AsyncSession, extension: Extension, words: Translator, after: UUID | None
) -> dict[str, Any]:
    """What was written: the lines themselves."""
    groups = (await session.execute(_GROUPS, {"id": extension.id})).all()
    found = (await session.execute(_LINES, {"id": extension.id, "after": after, "most": LINES + 1})).all()
    shown = found[:LINES]
    total, active = sum(row.cases for row in groups), sum(row.active for row in groups)
    more = (
        url("extension", extension=extension.id, query={"after": shown[-1].id}) if len(found) > LINES else ""
    )
    undone = words.gettext(N_("dibatalkan"))
    return {
        "tiles": [
            shapes.Tile(words.gettext(N_("Diperpanjang")), format_number(active, words.locale), tone="info"),
            shapes.Tile(words.gettext(N_("Dibatalkan")), format_number(total - active, words.locale)),
        ],
        "groups": [
            {"old_before": row.old_before, "new_before": row.new_before, "cases": row.cases,
             "note": "" if row.active else undone}
            for row in groups
        ],
        "lines": [
            {"title": row.title, "href": url("case", case=row.id), "region": views.region_name(row.region_code),
             "old_before": row.old_before, "new_before": row.new_before, "note": "" if row.active else undone}
            for row in shown
        ],
        "sampled": False,
        "clashes": [],
        "paging": shapes.Paging(len(shown), total, next=more),
        "may_approve": False,
        "needs_second": False,
        "limit": 0,
        "progress": _progress(extension, total, active),
    }  # fmt: skip


def _progress(extension: Extension, total: int, active: int) -> dict[str, int] | None:
    if extension.status == ExtensionStatus.APPROVED:
        return {"done": total, "total": max(extension.counts.get("moving", total), total, 1)}
    if extension.status == ExtensionStatus.UNDOING:
        return {"done": total - active, "total": max(total, 1)}
    return None


async def _names(session: AsyncSession, by: set[str], words: Translator) -> dict[str, str]:
    return await actors.labels(session, by, account_id=None, for_company=False, speak=words)


async def _shown(
    session: AsyncSession, extension: Extension, who: dict[str, str], words: Translator
) -> dict[str, Any]:
    return {
        "id": extension.id,
        "status": extension.status,
        "scope": extension.scope,
        "target_label": await _target_label(session, extension, words),
        "period": views.period_name(extension.period, words),
        "stage": extension.stage or "",
        "target_before": extension.target_before,
        "instrument": extension.instrument,
        "reason": extension.reason,
        "notify": extension.notify,
        "requested_by": who.get(extension.requested_by, ""),
        "requested_at": extension.requested_at,
        "approved_by": who.get(extension.approved_by or "", ""),
        "approved_at": extension.approved_at,
        "applied_at": extension.applied_at,
        "undone_by": who.get(extension.undone_by or "", ""),
        "undone_at": extension.undone_at,
        "case_id": extension.case_id,
        "cases": extension.counts.get("applied", extension.counts.get("moving")),
    }


async def _target_label(session: AsyncSession, extension: Extension, words: Translator) -> str:
    if extension.scope == ExtensionScope.REGION:
        return views.region_name(extension.region_prefix)
    if extension.scope == ExtensionScope.KBLI:
        return f"{extension.kbli_prefix}…"
    if extension.scope == ExtensionScope.ACCOUNTS:
        count = len(extension.account_ids)
        return words.ngettext("{n} akun", "{n} akun", count)
    if extension.target_case_id is not None:
        case = await session.get(CaseFile, extension.target_case_id)
        return case.title if case is not None else ""
    return ""
