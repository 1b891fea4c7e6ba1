"""tenggat mail: the lane that a restore held sends again."""

import json
from datetime import datetime

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


def test_legal_mail_that_a_restore_held_is_released(tenggat: Tenggat, database: Database) -> None:
    ask(database, _hold)
    assert ask(database, _held_at) is not None
    done = tenggat("mail", "release-legal", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {"lane": "legal", "held": False}
    assert ask(database, _held_at) is None
