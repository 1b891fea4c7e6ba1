"""Decrees about days: entered, tried out on every open date, approved by a second person, undone; and the calendar."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import File, Form, Query, UploadFile
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api import routers
from api.concerned import csv_of_lines
from api.deps import Now, PartsDep, SessionDep
from api.idempotency import OnceDep
from api.permissions import require
from api.security import MAX_UPLOAD_BODY
from api.v1.shapes import FromRow
from services.deadlines.calendars import DayKind
from services.decrees import drafting, importing, reading
from services.decrees.comparing import Finding
from services.decrees.drafting import DecreeDraft
from services.decrees.importing import MAX_BYTES
from services.decrees.lines import MAX_LINES, RawLine
from services.decrees.stored import days_of, load
from services.errors import NotFound
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.models import CaseFile, DecreeLayer, HolidayDecree

router = routers.programs(tags=["calendar"])
Manager = Annotated[Principal, require(Permission.MANAGE_CALENDAR)]
Decider = Annotated[Principal, require(Permission.MANAGE_CALENDAR, recent=True)]
Reader = Annotated[Principal, require(Permission.READ_EXTENSION)]
PAGE = 50


class DayIn(BaseModel):
    """One day. `working` takes a holiday back."""

    model_config = ConfigDict(extra="forbid")

    day: date
    kind: DayKind
    name: str = Field(max_length=400)
    name_en: str = Field(default="", max_length=400)


class DecreeIn(BaseModel):
    """`complete`: the decree names all holidays of its years, so the library's others are worked."""

    model_config = ConfigDict(extra="forbid")

    instrument: str = Field(max_length=4000)
    reason: str = Field(max_length=4000)
    days: list[DayIn] = Field(max_length=MAX_LINES)
    layer: DecreeLayer = DecreeLayer.DECREE
    scope: str = Field(default="", max_length=20)
    complete: bool = False
    notify: bool = True


class DecreeOut(FromRow):
    """A decree and how far it has come; `counts` of its last dry run or of what moved."""

    case_id: UUID
    number: int
    status: str
    layer: str
    scope: str
    instrument: str
    reason: str
    notify: bool
    counts: dict[str, Any]
    previewed_at: datetime | None
    requested_at: datetime
    approved_at: datetime | None
    in_force_at: datetime | None
    applied_at: datetime | None
    undone_at: datetime | None


class DecreeFull(DecreeOut):
    days: list[DayIn]


class ForeseenOut(FromRow):
    """What would happen: open dates that move, in which direction, how many companies hear, and by name."""

    moving: int
    later: int
    earlier: int
    told: int
    by_name: dict[str, int]


class LineOut(FromRow):
    """One open date before and after; `lenient` is the generous reading of the law."""

    case_id: UUID
    deadline_name: str
    state: str
    title: str
    region_code: str | None
    account_number: int | None
    old_before: datetime
    new_before: datetime
    old_lenient_before: datetime | None
    new_lenient_before: datetime | None
    told: bool


class ComparedOut(FromRow):
    """A day of the calendar beside the library's; `estimated`: the library itself is not sure."""

    day: date
    finding: Finding
    decreed: str | None
    decreed_name: str
    library: str | None
    library_name: str
    estimated: bool


@router.post("/decrees", status_code=201, response_model=DecreeOut)
async def draft(body: DecreeIn, session: SessionDep, now: Now, user: Manager, once: OnceDep) -> JSONResponse:
    """Enter a decree. No calendar changes before it was tried out and approved by a second person."""

    async def command() -> DecreeOut:
        _may_enter(user, body.layer, body.scope)
        raw = tuple(
            RawLine(number, line.day.isoformat(), line.kind, line.name, line.name_en)
            for number, line in enumerate(body.days, 1)
        )
        wanted = DecreeDraft(**(body.model_dump() | {"days": raw}))
        return DecreeOut.model_validate(await drafting.draft(session, wanted, actor=user.actor, now=now))

    return await once(command, status=201)


@router.post("/decrees/from-file", status_code=201, response_model=DecreeOut, max_body_size=MAX_UPLOAD_BODY)
async def draft_from_file(
    session: SessionDep,
    now: Now,
    user: Manager,
    once: OnceDep,
    file: Annotated[UploadFile, File()],
    instrument: Annotated[str, Form(max_length=4000)],
    reason: Annotated[str, Form(max_length=4000)],
    layer: Annotated[DecreeLayer, Form()] = DecreeLayer.DECREE,
    scope: Annotated[str, Form(max_length=20)] = "",
    complete: Annotated[bool, Form()] = False,
    notify: Annotated[bool, Form()] = True,
) -> JSONResponse:
    """Enter a decree whose days are in a file: CSV (`date,kind,name,name_en`) or a calendar (.ics, RFC 5545).

    422 names every line that cannot be accepted, under `days`; under `file` a file that is neither.
    """
    content = await file.read(MAX_BYTES + 1)

    async def command() -> DecreeOut:
        _may_enter(user, layer, scope)
        days = importing.read(content, file.filename or "")
        wanted = DecreeDraft(instrument, reason, days, layer, scope, complete, notify=notify)
        return DecreeOut.model_validate(await drafting.draft(session, wanted, actor=user.actor, now=now))

    given = f"{instrument}/{reason}/{layer}/{scope}/{complete}/{notify}"
    return await once(command, status=201, fingerprint=f"{given}/{hashlib.sha256(content).hexdigest()}")


def _may_enter(user: Principal, layer: DecreeLayer, scope: str) -> None:
    region = scope if layer is DecreeLayer.REGION else None
    policy.authorise(user, Permission.MANAGE_CALENDAR, Target(region_code=region, individual=False))


@router.get("/decrees", response_model=list[DecreeOut])
async def listed(
    session: SessionDep, _: Reader, before: Annotated[int | None, Query(ge=1)] = None
) -> Sequence[HolidayDecree]:
    """Decrees, the newest first, fifty at a time: before the number given."""
    query = select(HolidayDecree).order_by(col(HolidayDecree.number).desc()).limit(PAGE)
    if before is not None:
        query = query.where(col(HolidayDecree.number) < before)
    return (await session.execute(query)).scalars().all()


@router.get("/decrees/{decree_id}", response_model=DecreeFull)
async def read(decree_id: UUID, session: SessionDep, user: Reader) -> DecreeFull:
    """One decree with its days."""
    decree = await _readable(session, decree_id, user)
    lines = await days_of(session, decree)
    days = [DayIn(day=line.day, kind=line.kind, name=line.name, name_en=line.name_en) for line in lines]
    return DecreeFull.model_validate({**decree.model_dump(), "days": days})


@router.get("/decrees/{decree_id}/lines", response_model=list[LineOut])
async def lines(
    decree_id: UUID,
    session: SessionDep,
    user: Reader,
    after_case: UUID | None = None,
    after_name: Annotated[str, Query(max_length=60)] = "",
) -> list[LineOut]:
    """Every open date that moves, a hundred at a time: after the last line of the page before."""
    await _readable(session, decree_id, user)
    after = (after_case, after_name) if after_case else reading.BEGINNING
    return [LineOut.model_validate(row) for row in await reading.lines(session, decree_id, after=after)]


@router.get("/decrees/{decree_id}/lines.csv", response_class=Response)
async def lines_csv(decree_id: UUID, parts: PartsDep, session: SessionDep, user: Reader) -> Response:
    """The same as a file."""
    decree = await _readable(session, decree_id, user)
    return csv_of_lines(parts, decree)


@router.post("/decrees/{decree_id}/dry-run", response_model=ForeseenOut)
async def dry_run(
    decree_id: UUID, session: SessionDep, now: Now, user: Manager, once: OnceDep
) -> JSONResponse:
    """Find every open date that would move. A decree that moves one into the past is refused."""

    async def command() -> ForeseenOut:
        await _authorised(session, decree_id, user)
        return ForeseenOut.model_validate(
            await drafting.dry_run(session, decree_id, actor=user.actor, now=now)
        )

    return await once(command)


@router.post("/decrees/{decree_id}/approval", response_model=DecreeOut, status_code=202)
async def approve(
    decree_id: UUID, session: SessionDep, now: Now, user: Decider, once: OnceDep
) -> JSONResponse:
    """Approve what somebody else entered; every open date is recomputed in batches after this."""
    return await once(_step(session, decree_id, user, drafting.approve, now), status=202)


@router.post("/decrees/{decree_id}/undo", response_model=DecreeOut, status_code=202)
async def undo(decree_id: UUID, session: SessionDep, now: Now, user: Decider, once: OnceDep) -> JSONResponse:
    """Take it back, as long as nobody becomes late by that."""
    return await once(_step(session, decree_id, user, drafting.order_undo, now), status=202)


@router.post("/decrees/{decree_id}/cancellation", response_model=DecreeOut)
async def cancel(
    decree_id: UUID, session: SessionDep, now: Now, user: Manager, once: OnceDep
) -> JSONResponse:
    """Drop a decree that was not approved."""
    return await once(_step(session, decree_id, user, drafting.cancel, now))


@router.get("/calendar/{year}", response_model=list[ComparedOut])
async def calendar(
    year: int,
    session: SessionDep,
    now: Now,
    _: Reader,
    region: Annotated[str | None, Query(max_length=20)] = None,
    organisation: Annotated[str | None, Query(max_length=20)] = None,
) -> list[ComparedOut]:
    """The decreed days of a year in a region and for an organisation, beside the library's."""
    if not 2000 <= year <= 2100:
        raise NotFound
    found = await reading.in_force(session, year, region=region, organisation=organisation, now=now)
    return [ComparedOut.model_validate(one) for one in found]


def _step(
    session: AsyncSession,
    decree_id: UUID,
    user: Principal,
    step: Callable[..., Awaitable[HolidayDecree]],
    now: datetime,
) -> Callable[[], Awaitable[DecreeOut]]:
    async def command() -> DecreeOut:
        await _authorised(session, decree_id, user)
        return DecreeOut.model_validate(await step(session, decree_id, actor=user.actor, now=now))

    return command


async def _authorised(session: AsyncSession, decree_id: UUID, user: Principal) -> None:
    case, _ = await load(session, decree_id)
    policy.authorise(user, Permission.MANAGE_CALENDAR, Target.of_case(case))


async def _readable(session: AsyncSession, decree_id: UUID, user: Principal) -> HolidayDecree:
    decree = await session.get(HolidayDecree, decree_id)
    if decree is None:
        raise NotFound
    case = await session.get_one(CaseFile, decree_id)
    policy.authorise(user, Permission.READ_EXTENSION, Target.of_case(case))
    return decree
