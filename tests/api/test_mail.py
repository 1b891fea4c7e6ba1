"""A lane that a restore held is let go by the program of who may operate mail."""

from services.messages import lanes
from services.models import Lane, LaneState, Role
from tests.api.conftest import Api, once

RELEASE = "/api/v1/mail/lanes/legal/release"


async def hold(api: Api) -> None:
    async with api.transaction() as (session, now):
        await lanes.hold_lane(session, Lane.LEGAL, reason="restored", now=now)


async def is_held(api: Api) -> bool:
    async with api.sessions() as session:
        return (await session.get_one(LaneState, Lane.LEGAL)).held_at is not None


async def test_an_administrators_program_releases_the_legal_lane(api: Api) -> None:
    await hold(api)
    officer, administrator = [await api.as_(role) for role in (Role.COMPLIANCE_OFFICER, Role.ADMINISTRATOR)]
    assert (await officer.post(RELEASE, headers=once())).status_code == 403
    assert await is_held(api)
    key = once()
    for _ in range(2):
        released = await administrator.post(RELEASE, headers=key)
        assert (released.status_code, released.json()) == (200, {"lane": "legal", "held": False})
    assert not await is_held(api)
    unknown = await administrator.post("/api/v1/mail/lanes/pigeons/release", headers=once())
    assert unknown.status_code == 422
