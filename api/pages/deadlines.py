"""The dates of a case as officials see them: each with the whole of its derivation, extensions and pauses included."""

from sqlalchemy.ext.asyncio import AsyncSession

from api.pages import shapes
from api.pages.urls import url
from api.pages.views import deadline_name
from services.deadlines import reasons, store
from services.deadlines.explanation import Reason
from services.i18n import Translator
from services.models import CaseFile, Deadline
from services.timeline.foreseen import MOMENTS


async def views(session: AsyncSession, case: CaseFile, words: Translator) -> list[shapes.DeadlineView]:
    """Every date of the case, earliest first. Moments at which we remind are in its story, not among its dates."""
    return [
        _view(
            case,
            deadline,
            await reasons.of_deadline(session, case, deadline.name, locale=words.locale),
            words,
        )
        for deadline, _ in await store.of_case(session, case.id)
        if deadline.name not in MOMENTS
    ]


async def view(
    session: AsyncSession, case: CaseFile, name: str, words: Translator
) -> shapes.DeadlineView | None:
    """One date of the case, or None when it has no such date."""
    found = {deadline.name: deadline for deadline, _ in await store.of_case(session, case.id)}
    if name not in found:
        return None
    return _view(
        case, found[name], await reasons.of_deadline(session, case, name, locale=words.locale), words
    )


def _view(
    case: CaseFile, deadline: Deadline, why: reasons.Explanation, words: Translator
) -> shapes.DeadlineView:
    moved_by = [
        grant for grant in why.extensions if grant.active and grant.target_before == deadline.due_before
    ]
    moved = moved_by[-1] if moved_by and deadline.due_before != deadline.base_before else None
    return shapes.DeadlineView(
        deadline_name(deadline.name, words),
        deadline.due_before,
        base_before=deadline.base_before,
        lenient_before=deadline.lenient_before,
        met_at=deadline.met_at,
        paused_since=deadline.paused_since,
        reasons=[_with_basis(step) for step in why.steps],
        extension=shapes.ExtensionView(moved.instrument, moved.reason) if moved else None,
        letter=url("deadline_letter", case=case.id, deadline=deadline.name),
    )


def _with_basis(step: Reason) -> str:
    return f"{step.text} ({step.basis})" if step.basis else step.text
