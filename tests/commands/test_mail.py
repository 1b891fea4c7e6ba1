"""tenggat mail: the lane that a restore held sends again."""

import json
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.clock import app_now
from services.messages import lanes
from services.models import Lane, LaneState
from tests.commands.test_audit import Tenggat, tenggat
from tests.commands.test_people_and_token import ask
from tests.engine import Database

__all__ = ["tenggat"]


async def _hold(session: AsyncSession) -> None:
    await lanes.hold_lane(session, Lane.LEGAL, reason="restored", now=await app_now(session))


async def _held_at(session: AsyncSession) -> datetime | None:
    return (await session.get_one(LaneState, Lane.LEGAL)).held_at


async def _released(session: AsyncSession) -> list[tuple[str, str]]:
    acts = text("SELECT actor, data ->> 'reason' FROM security_event WHERE type = 'lane_released'")
    return [(actor, reason) for actor, reason in await session.execute(acts)]


def test_legal_mail_that_a_restore_held_is_released(tenggat: Tenggat, database: Database) -> None:
    ask(database, _hold)
    assert ask(database, _held_at) is not None
    assert tenggat("mail", "release-legal").exit_code == 2, "it wants to know why"
    assert tenggat("mail", "release-legal", "--reason", " ").exit_code == 2
    assert ask(database, _held_at) is not None
    done = tenggat("mail", "release-legal", "--reason", "Every letter was compared.", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {"lane": "legal", "held": False}
    assert ask(database, _held_at) is None
    assert ask(database, _released) == [("cli", "Every letter was compared.")]
