"""Reporting periods: opened by themselves on their day, or by an administrator before it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi.responses import JSONResponse
from pydantic import BaseModel

from api import routers
from api.deps import LocaleDep, Now, SessionDep
from api.idempotency import OnceDep
from api.permissions import require
from services.deadlines.periods import Period
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.models import CaseFile, ReportingPeriod
from services.periods import acts, planning

router = routers.programs("/periods", tags=["periods"])


class PeriodOut(BaseModel):
    """A period, its dates (before any extension), and how it stands."""

    id: UUID
    code: str
    label: str
    regime: str
    status: str
    opens_at: datetime
    sending_opens_at: datetime
    due_before: datetime
    counts: dict[str, int]


@router.post("/{code}/opening", status_code=202, response_model=PeriodOut)
async def open_period(
    code: str,
    session: SessionDep,
    now: Now,
    locale: LocaleDep,
    user: Annotated[Principal, require(Permission.OPEN_PERIOD, recent=True)],
    once: OnceDep,
) -> JSONResponse:
    """Open the running period or the next one now; opening twice changes nothing.

    Obligations are made in batches after this, for accounts that existed when the period ended. 422 for a period
    whose due date has passed.
    """

    async def command() -> PeriodOut:
        detail = await planning.open_now(session, code, actor=user.actor, now=now)
        case = await session.get_one(CaseFile, detail.case_id)
        return _out(case, detail, locale, await acts.count(session, detail.code))

    return await once(command, status=202)


@router.get("/{code}", response_model=PeriodOut)
async def read(
    code: str,
    session: SessionDep,
    locale: LocaleDep,
    user: Annotated[Principal, require(Permission.READ_PERIOD)],
) -> PeriodOut:
    """A period. Only officials see how many companies owe, sent and miss reports."""
    case, detail = await planning.by_code(session, code)
    counts = await acts.count(session, detail.code) if user.is_official else {}
    return _out(case, detail, locale, counts)


def _out(case: CaseFile, detail: ReportingPeriod, locale: str, counts: dict[str, int]) -> PeriodOut:
    return PeriodOut(
        id=case.id,
        code=detail.code,
        label=Period.parse(detail.code).label(locale),
        regime=detail.regime,
        status=case.status,
        opens_at=detail.opens_at,
        sending_opens_at=detail.sending_opens_at,
        due_before=detail.due_before,
        counts=counts,
    )
