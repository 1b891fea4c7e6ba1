"""What a route asks for: a transaction, the legal moment, the parts of the process, the reader's language."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from api.parts import Parts
from api.principals import principal_of
from services import i18n
from services.clock import app_now
from services.waking import hand_over


def parts_of(request: Request) -> Parts:
    """The parts of this process."""
    parts: Parts = request.app.state.parts
    return parts


PartsDep = Annotated[Parts, Depends(parts_of)]


async def get_session(request: Request, parts: PartsDep) -> AsyncIterator[AsyncSession]:
    """One transaction for one request: committed before the answer, nudges after the commit.

    Who asks is looked up before, on a connection that is given back: a request that held one while it waited for
    another would, ten at a time, wait for ever.
    """
    await principal_of(request)
    async with parts.sessions() as session:
        async with session.begin():
            yield session
        hand_over(session, parts.gateway)


# With FastAPI's default scope the code after `yield` runs when the response has gone: a failed commit would still
# answer 200, and the nudge would outrun the commit.
SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]


async def in_turn(request: Request, parts: PartsDep) -> AsyncIterator[None]:
    """Hold a turn until the transaction is committed.

    The moment of arrival, by which on time and late are judged, is read before the wait; so is what the sender still
    has to say, or one slow line would hold up everybody.
    """
    await principal_of(request)
    await request.body()
    await parts.sends.take()
    try:
        yield
    finally:
        parts.sends.give_back()


IN_TURN = Depends(in_turn, scope="function")


async def legal_moment(request: Request, session: SessionDep) -> datetime:
    """Database time on arrival, read before any lock: what on time and late are judged by."""
    principal = await principal_of(request)
    return principal.at if principal and principal.at else await app_now(session)


Now = Annotated[datetime, Depends(legal_moment)]


async def arrival(request: Request, parts: PartsDep) -> datetime:
    """As `legal_moment`, without keeping a transaction open: for routes that first take in a file."""
    principal = await principal_of(request)
    if principal and principal.at:
        return principal.at
    async with parts.sessions() as session:
        return await app_now(session)


Arrival = Annotated[datetime, Depends(arrival)]


def locale_of(request: Request) -> str:
    """The reader's language: the choice kept in a cookie, else what the browser asks for, else Indonesian."""
    chosen = request.cookies.get("lang")
    if chosen in i18n.LOCALES:
        return chosen
    wanted = request.headers.get("accept-language", "").split(",")[0].split(";")[0]
    return i18n.supported(wanted)


LocaleDep = Annotated[str, Depends(locale_of)]
