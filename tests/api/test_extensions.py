"""Extensions over HTTP: written down, tried out, approved; and the clock that carries them out."""

import asyncio
from typing import Any

import httpx
import pytest

from services.models import Role
from tests.api.conftest import Api, once
from tests.world import World

NOBODY = "00000000-0000-7000-8000-00000000dead"
WANTED = {
    "scope": "region",
    "period": "2026-Q4",
    "region": "64",
    "target_date": "2027-01-17",
    "instrument": "Pengumuman 12/2027",
    "reason": "Banjir di Samarinda",
}


async def advance(client: httpx.AsyncClient, **by_or_to: str) -> dict[str, Any]:
    """Advance and wait until the clock stands."""
    begun = await client.post("/api/v1/clock/advance", json=by_or_to, headers=once())
    assert begun.status_code == 202, begun.text
    while True:
        clock: dict[str, Any] = (await client.get("/api/v1/clock")).json()
        assert clock["failure"] is None
        if not clock["advancing"]:
            return clock
        await asyncio.sleep(0.1)


@pytest.mark.starts("2026-12-24T12:00:00+07:00")
async def test_an_extension_is_tried_out_approved_and_moves_the_dates(
    served_world: tuple[World, Api],
) -> None:
    world, api = served_world
    accounts = await world.companies(3, region="64.72") + await world.companies(2, region="31.71")
    asks, decides = await api.as_(Role.ADMINISTRATOR), await api.as_(Role.ADMINISTRATOR)
    assert (await decides.post("/api/v1/periods/2026-Q4/opening", headers=once())).status_code == 202
    await advance(decides, to="2027-01-04T12:00")

    extension = (await asks.post("/api/v1/extensions", json=WANTED, headers=once())).json()
    path = f"/api/v1/extensions/{extension['id']}"
    too_soon = await decides.post(f"{path}/approval", json={"version": extension["version"]}, headers=once())
    assert (too_soon.status_code, too_soon.json()["code"]) == (409, "transition_refused")
    preview = (await asks.post(f"{path}/dry-run", headers=once())).json()
    assert (preview["concerned"], preview["moving"], preview["messages"]) == (3, 3, 3)
    assert [group["new"] for group in preview["groups"]] == ["2027-01-17T17:00:00Z"]
    stale = await decides.post(f"{path}/approval", json={"version": extension["version"]}, headers=once())
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    seen = once() | {"If-Match": f'"{preview["version"]}"'}
    assert (await decides.post(f"{path}/approval", headers=seen)).status_code == 202
    await advance(decides, by="1h")
    assert (await asks.get(path)).json()["status"] == "applied"

    company = await api.company(accounts[0].id)
    [case] = (await company.get("/api/v1/cases", params={"kind": "report"})).json()["items"]
    assert case["due_before"] == "2027-01-17T17:00:00Z"
    timeline = (await company.get(f"/api/v1/cases/{case['id']}/timeline")).json()
    moved = next(line for line in timeline["past"] if line["type"] == "deadline_extended")
    assert (moved["instrument"], moved["reason"]) == (WANTED["instrument"], WANTED["reason"])
    assert "17 Januari 2027" in moved["text"]
    why = (await company.get(f"/api/v1/cases/{case['id']}/deadlines/report_due/explanation")).json()
    assert (why["steps"][-1]["code"], why["steps"][-1]["basis"]) == ("extended", WANTED["instrument"])
    assert why["base_before"] == "2027-01-10T17:00:00Z"

    assert (await asks.post(f"{path}/undo", headers=once())).status_code == 202
    await advance(decides, by="1h")
    [back] = (await company.get("/api/v1/cases", params={"kind": "report"})).json()["items"]
    assert back["due_before"] == "2027-01-10T17:00:00Z"
    messages = (await company.get(f"/api/v1/cases/{case['id']}/messages")).json()
    assert {"extension_granted", "extension_undone"} <= {line["template"] for line in messages}
    assert all("•••" in line["recipient"] for line in messages)


async def test_the_clock_refuses_what_it_cannot_do(api: Api) -> None:
    administrator, officer = await api.as_(Role.ADMINISTRATOR), await api.as_(Role.UPP_OFFICER)
    for body, field in (
        ({"to": "2026-01-01T00:00"}, "to"),
        ({"by": "soon"}, "by"),
        ({"by": "1d", "to": "2028-01-01"}, "by"),
        ({"to": "yesterday"}, "to"),
        ({"by": "9999w"}, "by"),
    ):
        answer = await administrator.post("/api/v1/clock/advance", json=body, headers=once())
        assert answer.status_code == 422, body
        assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert (await officer.post("/api/v1/clock/advance", json={"by": "1d"}, headers=once())).status_code == 403


async def test_there_is_no_clock_where_time_is_real(real: Api) -> None:
    administrator = await real.as_(Role.ADMINISTRATOR)
    assert (await administrator.get("/api/v1/clock")).status_code == 404
    refused = await administrator.post("/api/v1/clock/advance", json={"by": "1d"}, headers=once())
    assert refused.status_code == 404


async def test_what_cannot_be_is_named_and_what_was_not_approved_can_be_dropped(api: Api) -> None:
    administrator = await api.as_(Role.ADMINISTRATOR)
    await administrator.post("/api/v1/periods/2026-Q4/opening", headers=once())
    past = WANTED | {"target_date": "2027-01-09"}
    unknown = WANTED | {"region": "99.99"}
    for body, field in (
        (past, "target_date"),
        (WANTED | {"target_date": "9999-12-31"}, "target_date"),
        (WANTED | {"target_date": "2500-01-01"}, "target_date"),
        (WANTED | {"target_date": "2028-01-12"}, "target_date"),
        (WANTED | {"target_date": "0001-01-01"}, "target_date"),
        (WANTED | {"stage": "percobaan"}, "stage"),
        (WANTED | {"period": "2019-Q1"}, "period"),
        (WANTED | {"scope": "accounts", "account_ids": [NOBODY]}, "account_ids"),
        (unknown, "region"),
        (WANTED | {"period": "2026-Q9"}, "period"),
    ):
        answer = await administrator.post("/api/v1/extensions", json=body, headers=once())
        assert answer.status_code == 422, body
        assert [error["field"] for error in answer.json()["errors"]] == [field]
    extension = (await administrator.post("/api/v1/extensions", json=WANTED, headers=once())).json()
    cancelled = await administrator.post(f"/api/v1/extensions/{extension['id']}/cancellation", headers=once())
    assert cancelled.json()["status"] == "cancelled"
