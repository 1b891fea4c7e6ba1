"""A lane that a restore held is let go by the program of who may operate mail."""

from sqlalchemy import text

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
    body = {"reason": "Semua surat diperiksa."}
    assert (await officer.post(RELEASE, json=body, headers=once())).status_code == 403
    assert (await administrator.post(RELEASE, json={"reason": ""}, headers=once())).status_code == 422
    blank = await administrator.post(RELEASE, json={"reason": " "}, headers=once())
    assert (blank.status_code, blank.json()["errors"][0]["field"]) == (422, "reason")
    assert await is_held(api)
    key = once()
    for _ in range(2):
        released = await administrator.post(RELEASE, json=body, headers=key)
        assert (released.status_code, released.json()) == (200, {"lane": "legal", "held": False})
    assert not await is_held(api)
    async with api.sessions() as session:
        acts = text("SELECT actor, data FROM security_event WHERE type = 'lane_released'")
        ((actor, data),) = (await session.execute(acts)).all()
    assert actor.startswith(("person:", "key:"))
    assert data == {"lane": "legal", "reason": "Semua surat diperiksa.", "held_for": "restored"}
    unknown = await administrator.post("/api/v1/mail/lanes/pigeons/release", json=body, headers=once())
    assert unknown.status_code == 422
