"""Taking an extension back: as long as no old date has passed, so that nobody becomes late by it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services import cases, rulebook
from services.deadlines import store
from services.deadlines.extensions import UNDO_UNTIL, awaits_second_person, load
from services.errors import DomainError, Forbidden, TransitionRefused
from services.i18n import N_
from services.models import CaseFile, Extension, ExtensionStatus


async def order_undo(session: AsyncSession, extension_id: UUID, *, actor: str, now: datetime) -> Extension:
    """Take an extension back. What `undo_refusal` answers is raised."""
    case, extension = await load(session, extension_id)
    refusal = await undo_refusal(session, case, extension, actor=actor, now=now)
    if refusal is not None:
        raise refusal
    cases.move(case, ExtensionStatus.UNDOING)
    extension.status, extension.undone_by = ExtensionStatus.UNDOING, actor
    await store.meet(session, case.id, [UNDO_UNTIL], now=now)
    cases.reach(case, "undo_ordered_at", now)
    await cases.record(session, case, "undo_ordered", now=now, actor=actor)
    cases.wake(case, now)
    return extension


async def undo_refusal(
    session: AsyncSession, case: CaseFile, extension: Extension, *, actor: str, now: datetime
) -> DomainError | None:
    """Why this actor may not take an extension back now; None when they may.

    Only as long as no old date has passed: nobody becomes late by an undo. Above the size set in policy, as for
    approving, only by somebody other than who asked for it.
    """
    if case.status == ExtensionStatus.APPROVED:
        return TransitionRefused(N_("Perpanjangan sedang diterapkan; tunggu sampai selesai."))
    if case.status != ExtensionStatus.APPLIED:
        return TransitionRefused(N_("Hanya perpanjangan yang sudah diterapkan yang dapat dibatalkan."))
    lines = await session.execute(
        text("SELECT min(old_before), count(*) FROM extension_line WHERE extension_id = :id AND active"),
        {"id": extension.id},
    )
    earliest, moved = lines.one()
    if case.closed_at is not None or (earliest is not None and earliest <= now):
        return TransitionRefused(
            N_("Batas waktu lama sudah lewat, sehingga perpanjangan tidak dapat dibatalkan.")
        )
    limit = (await rulebook.current(session, now=now)).policies.second_person_above
    if await awaits_second_person(session, extension, moved, limit, actor):
        return Forbidden(
            N_(
                "Perpanjangan untuk lebih dari {limit} kewajiban harus dibatalkan orang kedua (kebijakan layanan)."
            ),
            limit=limit,
        )
    return None
