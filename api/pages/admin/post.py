"""What an operator does with mail: hold a lane, let it go, decide on a letter whose fate is unknown."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Now, SessionDep, locale_of
from api.pages import forms, labels
from api.pages.forms import Done
from api.pages.urls import PATHS, url
from api.permissions import require
from services.errors import DomainError, InvalidInput
from services.i18n import N_, translator
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.messages import lanes
from services.models import Lane

router = routers.pages()
Operator = Annotated[Principal, require(Permission.OPERATE_MAIL)]


class Fate(StrEnum):
    """What an officer decides about a held letter."""

    SEND = "send"
    ARRIVED = "arrived"
    DROP = "drop"


_DONE = {
    Fate.SEND: N_("Surat dikirim sekali lagi."),
    Fate.ARRIVED: N_("Surat dicatat sudah sampai."),
    Fate.DROP: N_("Surat tidak dikirim."),
}


@router.post(PATHS["lane"])
async def lane(request: Request, session: SessionDep, now: Now, lane: Lane, user: Operator) -> Response:
    """Hold the lane, or let it send again; either with a reason."""
    typed = await forms.typed(request)
    named = translator(locale_of(request)).gettext(labels.word("lane", lane))

    async def command() -> Done:
        reason = forms.text(typed, "reason")
        if forms.text(typed, "choice") == "release":
            await lanes.release_lane(session, lane, reason=reason, by=user.actor)
            return Done(to=url("health"), message=N_("Jalur {lane} berjalan lagi."), params={"lane": named})
        await lanes.hold_lane(session, lane, reason=reason, now=now, by=user.actor)
        return Done(to=url("health"), message=N_("Jalur {lane} ditahan."), params={"lane": named})

    return await _carried_out(request, session, command)


@router.post(PATHS["held_message"])
async def held(request: Request, session: SessionDep, now: Now, message: UUID, _: Operator) -> Response:
    """Send it again, or settle that it arrived or is not to be sent."""
    typed = await forms.typed(request)

    async def command() -> Done:
        chosen = forms.text(typed, "choice")
        if chosen not in list(Fate):
            raise InvalidInput(N_("Pilih salah satu keputusan."))
        await _decide(session, message, Fate(chosen), now)
        return Done(to=url("health"), message=_DONE[Fate(chosen)])

    return await _carried_out(request, session, command)


async def _decide(session: AsyncSession, message_id: UUID, fate: Fate, now: datetime) -> None:
    if fate is Fate.SEND:
        await lanes.send_held(session, message_id, now=now)
    else:
        await lanes.settle_held(session, message_id, arrived=fate is Fate.ARRIVED, now=now)


async def _carried_out(request: Request, session: AsyncSession, command: forms.Command) -> Response:
    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    refused = Done(to=url("health"), message=outcome.message, tone="negative", params=dict(outcome.params))
    return forms.see_other(request, refused)
