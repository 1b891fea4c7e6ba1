"""What is never there in production."""

from typing import Any

from fastapi import Depends

from api.deps import PartsDep
from services.errors import NotFound


async def _refuse_production(parts: PartsDep) -> None:
    if parts.settings.environment == "production":
        raise NotFound


def outside_production() -> Any:
    """NotFound in production, as if there were no such page."""
    return Depends(_refuse_production)
