"""What would happen to a case after an extension, a hold or other rules, before anything is saved."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from api import routers
from api.deps import LocaleDep, Now, SessionDep
from api.permissions import require
from api.principals import ReadPurpose
from api.v1.cases import load, noted
from api.v1.shapes import FromRow, FutureOut
from services.errors import InvalidInput
from services.i18n import N_
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.timeline import what_if
from services.timeline.what_if import Supposition

router = routers.programs("/cases", tags=["cases"])
MAX_SETTINGS = 50


class PairOut(FromRow):
    """The same thing in both futures. `mark`: same, moved, gone (only before), new (only after)."""

    mark: str
    before: FutureOut | None
    after: FutureOut | None


class ComparisonOut(BaseModel):
    """What will happen as things are, what would happen, and both side by side."""

    now: datetime
    before: list[FutureOut]
    after: list[FutureOut]
    pairs: list[PairOut]


@router.get("/{case_id}/what-if", response_model=ComparisonOut)
async def compare(
    case_id: UUID,
    session: SessionDep,
    now: Now,
    locale: LocaleDep,
    user: Annotated[Principal, require(Permission.HOLD_CASE)],
    purpose: ReadPurpose,
    target_date: date | None = None,
    deadline: Annotated[str, Query(max_length=80)] = "report_due",
    hold: bool = False,
    policy_change: UUID | None = None,
    setting: Annotated[list[str] | None, Query(max_length=MAX_SETTINGS)] = None,
) -> ComparisonOut:
    """Both futures: as things are, and supposing an extension, a hold, a change of the rules, or single settings.

    `target_date` is the new last day of `deadline`; `setting` is "path=JSON value". Nothing is saved.
    """
    case = await load(session, case_id, user, Permission.HOLD_CASE)
    await noted(session, user, case, purpose)
    supposed = Supposition(deadline, target_date, hold, values(setting or ()), policy_change)
    found = await what_if.compare(session, case_id, supposed, now=now, locale=locale)
    return ComparisonOut(
        now=now,
        before=[FutureOut.model_validate(line) for line in found.before],
        after=[FutureOut.model_validate(line) for line in found.after],
        pairs=[PairOut.model_validate(pair) for pair in found.pairs],
    )


def values(settings: Sequence[str]) -> dict[str, Any]:
    """Settings by path from "path=value", the value as JSON or as plain text."""
    given: dict[str, Any] = {}
    for text in settings:
        path, separator, value = text.partition("=")
        if not separator:
            raise InvalidInput(N_("Tulis pengaturan sebagai jalur=nilai."), field="setting")
        try:
            given[path.strip()] = json.loads(value)
        except ValueError:
            given[path.strip()] = value.strip()
    return given
