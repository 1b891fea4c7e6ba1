"""Who registers a factory is nobody yet: how they are named and limited, at the page as at the door for programs."""

from typing import Final

from api.deps import PartsDep
from api.principals import ClientAddress
from services.identity import ratelimit

ANYONE: Final = "anonymous"


async def limited(parts: PartsDep, address: ClientAddress) -> None:
    """Nobody registers factories by the hundred; counted before anything else is opened."""
    await ratelimit.hit(parts.sessions, ratelimit.Try(ratelimit.REGISTRATION_ADDRESS, address))
