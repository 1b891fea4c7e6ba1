"""Who registers a factory is nobody yet: how they are named and limited, at the page as at the door for programs."""

from typing import Final

from fastapi import Request

from api.deps import PartsDep
from api.principals import ClientAddress, principal_of
from api.security import MAX_UPLOAD_BODY
from services.identity import ratelimit
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.identity.ratelimit import Try

ANYONE: Final = "anonymous"
MEBIBYTE: Final = 1024 * 1024


async def limited(request: Request, parts: PartsDep, address: ClientAddress) -> None:
    """Nobody registers factories by the hundred, nor fills the store; counted before anything else is opened."""
    await ratelimit.hit(
        parts.sessions, Try(ratelimit.REGISTRATION_ADDRESS, address), _bytes(request, address)
    )


async def limited_program(request: Request, parts: PartsDep, address: ClientAddress) -> Principal | None:
    """A program that names no key is let in rarely; one of the UPP, which answers for it, as often as it asks.

    Who it is comes back.
    """
    principal = await principal_of(request)
    if enters_for_others(principal):
        return principal
    tries = (Try(ratelimit.REGISTRATION_PROGRAM, address), _bytes(request, address))
    await ratelimit.hit(parts.sessions, Try(ratelimit.REGISTRATION_ADDRESS, address), *tries)
    return principal


def enters_for_others(principal: Principal | None) -> bool:
    """Whether this caller may enter what came on paper or from another system: whoever decides about it."""
    return principal is not None and bool(principal.grants_with(Permission.DECIDE_REGISTRATION))


def _bytes(request: Request, address: str) -> Try:
    """What the body says it is long; one that does not say counts as the longest."""
    written = request.headers.get("content-length", "")
    length = int(written) if written.isascii() and written.isdigit() else MAX_UPLOAD_BODY
    return Try(ratelimit.REGISTRATION_MEBIBYTES, address, min(length, MAX_UPLOAD_BODY) // MEBIBYTE + 1)
