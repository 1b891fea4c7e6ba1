"""What a report is compared with: lowered by an officer, with a reason, when an investment really fell."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from api import routers
from api.deps import Now, SessionDep
from api.idempotency import OnceDep
from api.permissions import require
from api.v1.reports import authorised
from api.v1.shapes import FromRow
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.reports import baseline

router = routers.programs("/reports", tags=["reports"])


class BaselineCorrectionIn(BaseModel):
    """`field` as section and field of the form, such as "general_data.machine_value"; `value` in whole rupiah."""

    model_config = ConfigDict(extra="forbid")

    field: str = Field(max_length=200)
    value: int
    reason: str = Field(max_length=4000)


class BaselineCorrectionOut(FromRow):
    """A lowered amount. It counts for the report of `before_period` and later ones, until a newer one is sent."""

    id: UUID
    account_id: UUID
    stage: str
    before_period: str
    field: str
    value: int
    reason: str
    made_at: datetime


@router.post("/{report_id}/baseline-corrections", status_code=201, response_model=BaselineCorrectionOut)
async def lower(
    report_id: UUID,
    body: BaselineCorrectionIn,
    session: SessionDep,
    now: Now,
    user: Annotated[Principal, require(Permission.LOWER_BASELINE)],
    once: OnceDep,
) -> JSONResponse:
    """Lower what one investment of this report is compared with. 409 once the report is sent."""

    async def command() -> BaselineCorrectionOut:
        await authorised(session, report_id, user, Permission.LOWER_BASELINE)
        lowered = await baseline.lower(
            session, report_id, field=body.field, value=body.value, reason=body.reason,
            actor=user.actor, now=now,
        )  # fmt: skip
        return BaselineCorrectionOut.model_validate(lowered)

    return await once(command, status=201)
