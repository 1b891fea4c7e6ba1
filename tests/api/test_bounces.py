"""The door for mail systems."""

import httpx

from tests.api.conftest import Api
from tests.services.service_proof.notifications import report

TOKEN = "a-token-of-the-relay-of-forty-characters"


async def test_the_door_for_mail_systems_opens_with_its_token_only(api: Api) -> None:
    client: httpx.AsyncClient = await api.anonymous()
    closed = await client.post("/api/v1/bounces", content=report("lapor@contoh.example"))
    assert closed.status_code == 404, "no token is set"
    object.__setattr__(api.app.state.parts.settings, "bounce_token", TOKEN)
    wrong = await client.post(
        "/api/v1/bounces", content=report("x@contoh.example"), headers={"X-Bounce-Token": "lain"}
    )
    assert wrong.status_code == 401
    headers = {"X-Bounce-Token": TOKEN, "Content-Type": "message/rfc822"}
    taken = await client.post("/api/v1/bounces", content=report("x@contoh.example"), headers=headers)
    assert (taken.status_code, taken.json()["unmatched"]) == (200, 1)
    again = await client.post("/api/v1/bounces", content=report("x@contoh.example"), headers=headers)
    assert again.json()["repeated"] == 1
