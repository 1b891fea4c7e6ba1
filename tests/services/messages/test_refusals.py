"""What a mail server may refuse, and what becomes of the mail: on rows and on what arrived."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from services.clock import app_now
from services.database import Sessions
from services.messages.config import MailConfig
from services.messages.intents import intend_many
from services.models import CaseEvent, ContactHealth, DeliveryState, Lane, Message
from tests.services.messages import office
from tests.services.messages.office import (
    a_report,
    an_account,
    deliveries,
    letters,
    make_due,
    message,
    states,
)
from tests.smtp_sink import Mishap, Sink


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
@pytest.mark.parametrize("code", ["421", "450", "451", "452"])
async def test_a_temporary_refusal_is_tried_again_and_nothing_is_lost(
    sessions: Sessions, sink: Sink, config: MailConfig, stage: str, code: str
) -> None:
    ids = await letters(sessions, [f"a{n}@rotan.example" for n in range(6)])
    setattr(sink, stage, lambda _: f"{code} try later")
    report = await office.deliver(sessions, config)
    assert (report.sent, report.retried, report.bounced) == (0, 6, 0)
    assert await states(sessions) == {"queued": 6}
    assert sink.received == []
    assert report.next_not_before is not None
    assert {d.state for d in await deliveries(sessions)} <= {DeliveryState.FAILED}
    setattr(sink, stage, lambda _: None)
    await make_due(sessions)
    async with sessions.begin() as session:
        await session.execute(text("UPDATE message SET planned_for = planned_for - interval '10 minutes'"))
    report = await office.deliver(sessions, config)
    assert report.sent == 6
    assert report.lateness >= timedelta(minutes=10)
    assert set(sink.copies.values()) == {1}
    assert {(await message(sessions, i)).state for i in ids} == {"done"}


async def test_retries_wait_longer_and_after_five_days_an_officer_is_told(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    (letter,) = await letters(sessions, ["a@rotan.example"])
    sink.rcpt = lambda _: "450 busy"
    waits = []
    for _ in range(3):
        await office.deliver(sessions, config)
        async with sessions() as session:
            waits.append((await message(sessions, letter)).not_before - await app_now(session))
        await make_due(sessions)
    assert [round(wait.total_seconds() / 60) for wait in waits] == [1, 2, 5]
    async with sessions.begin() as session:
        await session.execute(text("UPDATE message SET planned_for = planned_for - interval '6 days'"))
    report = await office.deliver(sessions, config)
    held = await message(sessions, letter)
    assert (held.state, held.state_reason, report.next_not_before) == ("held", "gave_up", None)
    assert [d.state for d in await deliveries(sessions, letter)] == [DeliveryState.FAILED] * 4


async def test_a_server_that_refuses_our_own_address_bounces_nobody(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    ids = await letters(sessions, [f"a{n}@rotan.example" for n in range(3)])
    sink.mail = lambda _: "550 sender not allowed"
    report = await office.deliver(sessions, config)
    assert (report.bounced, report.retried) == (0, 3)
    assert {(await message(sessions, i)).state for i in ids} == {"queued"}


@pytest.mark.parametrize("stage", ["rcpt", "data"])
async def test_a_refusal_for_good_is_never_retried_and_the_case_says_so(
    sessions: Sessions, sink: Sink, config: MailConfig, stage: str
) -> None:
    async with sessions.begin() as session:
        account = await an_account(session, email="hilang@rotan.example")
        case = await a_report(session, account)
        now = await app_now(session)
        await intend_many(session, template="report_reminder", case_ids=[case.id], occurrence="-7", now=now)
        await office.due_now(session)
    others = await letters(sessions, [f"a{n}@rotan.example" for n in range(9)])
    setattr(sink, stage, lambda to: "550 5.1.1 <hilang@rotan.example> unknown" if "hilang" in to else None)
    report = await office.deliver(sessions, config)
    assert (report.sent, report.bounced, report.retried) == (9, 1, 0)
    assert {(await message(sessions, i)).state for i in others} == {"done"}
    async with sessions() as session:
        bounced = (await session.execute(select(Message).where(col(Message.case_id) == case.id))).scalar_one()
        health = await session.get(ContactHealth, "hilang@rotan.example")
        event = (
            await session.execute(select(CaseEvent).where(col(CaseEvent.case_id) == case.id))
        ).scalar_one()
    assert (bounced.state, bounced.state_reason) == ("done", "bounced")
    assert health is not None
    assert health.bounced_at is not None
    assert event.type == "mail_bounced"
    assert event.data == {"message": str(bounced.id), "template": "report_reminder", "code": "550"}
    assert "hilang" not in event.hashed_text
    await make_due(sessions)
    await office.deliver(sessions, config)
    assert sink.to("hilang@rotan.example") == []
    assert len(await deliveries(sessions, bounced.id)) == 1


async def test_an_address_that_takes_mail_again_is_well_again(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    await letters(sessions, ["a@rotan.example"])
    sink.rcpt = lambda _: "550 unknown"
    await office.deliver(sessions, config)
    sink.rcpt = lambda _: None
    await letters(sessions, ["a@rotan.example"])
    await office.deliver(sessions, config)
    async with sessions() as session:
        health = await session.get(ContactHealth, "a@rotan.example")
    assert health is not None
    assert (health.bounced_at, health.answer) == (None, None)
    assert health.last_sent_at is not None


async def test_a_server_that_says_nothing_costs_its_timeout_and_no_mail(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    ids = await letters(sessions, [f"a{n}@rotan.example" for n in range(3)])
    sink.rcpt = lambda _: Mishap.HANG
    beats: list[int] = []
    started = asyncio.get_running_loop().time()
    hasty = office.config(sink.port, journal=config.journal, command_timeout=2.0)
    report = await office.deliver(sessions, hasty, heartbeat=lambda: beats.append(1))
    assert asyncio.get_running_loop().time() - started < 10
    assert (report.sent, report.retried) == (0, 3)
    assert beats
    sink.rcpt = lambda _: None
    await make_due(sessions)
    assert (await office.deliver(sessions, config)).sent == 3
    assert {(await message(sessions, i)).state for i in ids} == {"done"}


async def test_a_server_that_is_away_gives_everything_back(sessions: Sessions, config: MailConfig) -> None:
    ids = await letters(sessions, [f"a{n}@rotan.example" for n in range(30)])
    report = await office.deliver(sessions, office.config(1, journal=config.journal))
    assert report.sent == 0
    assert report.trouble is not None
    assert report.next_not_before is not None
    assert await states(sessions) == {"queued": 30}
    assert await deliveries(sessions) == []
    await make_due(sessions)
    assert (await office.deliver(sessions, config)).sent == len(ids)


async def test_a_server_that_closes_after_each_mail_is_simply_called_again(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    await letters(sessions, [f"a{n}@rotan.example" for n in range(8)])
    calls: Counter[str] = Counter()

    def every_other(sender: str) -> Any:
        calls[sender] += 1
        return Mishap.DROP if calls[sender] % 2 == 0 else None

    sink.mail = every_other
    one = office.config(sink.port, journal=config.journal, connections=dict.fromkeys(Lane, 1))
    report = await office.deliver(sessions, one)
    assert (report.sent, report.retried) == (8, 0)


async def test_a_lane_whose_server_says_nothing_holds_up_no_other_lane(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    await letters(sessions, [f"surat{n}@rotan.example" for n in range(4)], lane=Lane.LEGAL)
    await letters(sessions, [f"a{n}@rotan.example" for n in range(20)])
    asked = asyncio.Event()

    def say_nothing(to: str) -> Mishap | None:
        if not to.startswith("surat"):
            return None
        asked.set()
        return Mishap.HANG

    sink.rcpt = say_nothing
    hanging = asyncio.create_task(office.deliver(sessions, config, Lane.LEGAL))
    await asyncio.wait_for(asked.wait(), 10)
    assert (await office.deliver(sessions, config)).sent == 20
    assert not hanging.done()
    hanging.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hanging
