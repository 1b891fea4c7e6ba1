"""In a rush reports are received in turn: the moment that counts stays that of arrival, and nobody waits for ever."""

import asyncio

import httpx
import pytest

from api import turns
from api.turns import Overtaken, Turns
from tests.api.conftest import Api, once
from tests.api.test_reports import ready


async def send(api: Api) -> httpx.Response:
    account, report, version = await ready(api)
    company = await api.company(account.id)
    return await company.post(
        f"/api/v1/reports/{report}/submission", json={"version": version}, headers=once()
    )


async def everybody_sends(api: Api) -> Turns:
    """Whoever comes now waits."""
    taken: Turns = api.app.state.parts.sends
    for _ in range(turns.AT_ONCE):
        await taken.take()
    return taken


async def somebody_waits(taken: Turns) -> None:
    for _ in range(500):
        if taken.waiting:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody waits")


async def test_who_waited_for_a_turn_sent_when_the_report_arrived(api: Api) -> None:
    await api.clock_at("2027-01-10T23:59:58+07:00")
    taken = await everybody_sends(api)
    sending = asyncio.create_task(send(api))
    await somebody_waits(taken)
    await api.clock_at("2027-01-11T00:00:01+07:00")
    taken.give_back()
    answer = await sending
    assert answer.status_code == 201, answer.text
    assert answer.json()["on_time"]


async def test_who_waited_too_long_is_asked_to_come_back_and_nothing_was_sent(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.05)
    taken = await everybody_sends(api)
    answer = await send(api)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["code"] == "busy"
    taken.give_back()
    assert (await send(api)).status_code == 201, "one who gave up leaves no turn behind"


async def test_turns_come_in_the_order_of_asking() -> None:
    taken, order = Turns(at_once=1), list[int]()
    await taken.take()

    async def come(number: int) -> None:
        await taken.take()
        order.append(number)
        taken.give_back()

    async with asyncio.TaskGroup() as group:
        for number in range(5):
            group.create_task(come(number))
            await asyncio.sleep(0)
        taken.give_back()
    assert order == [0, 1, 2, 3, 4]


async def test_one_who_gave_up_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.01)
    taken = Turns(at_once=1)
    await taken.take()
    with pytest.raises(Overtaken):
        await taken.take()
    assert taken.waiting == 0
    taken.give_back()
    await taken.take()
