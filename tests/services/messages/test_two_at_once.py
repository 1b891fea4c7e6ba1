"""Senders that compete, stall, are cancelled or lose their database: nothing is lost or sent twice."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select, text

from services.clock import app_now
from services.database import Sessions
from services.messages.config import MailConfig
from services.messages.intents import intend_many
from services.messages.post_office import DeliverReport
from services.models import DeliveryState, Message, MessageState
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
from tests.smtp_sink import Sink


async def test_two_post_offices_at_once_never_send_twice(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    await letters(sessions, [f"a{n}@rotan.example" for n in range(400)])
    reports = await asyncio.gather(*(office.deliver(sessions, config) for _ in range(3)))
    assert sum(report.sent for report in reports) == 400
    assert len(sink.received) == 400
    assert set(sink.copies.values()) == {1}


async def test_a_claim_that_was_taken_over_cannot_send(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    """A sender stalls before DATA and its lease runs out; somebody else claims. The first must not send."""
    (letter,) = await letters(sessions, ["a@rotan.example"])
    report = await _interrupted(sessions, sink, config, "UPDATE message SET attempts = attempts + 1")
    assert report.sent == 0
    assert sink.received == []
    assert await deliveries(sessions) == []
    assert (await message(sessions, letter)).state == MessageState.CLAIMED


async def test_a_message_cancelled_while_its_sender_stalls_is_not_sent(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    (letter,) = await letters(sessions, ["a@rotan.example"])
    change = "UPDATE message SET state = 'cancelled', state_reason = 'report_sent'"
    assert (await _interrupted(sessions, sink, config, change)).sent == 0
    assert sink.received == []
    assert (await message(sessions, letter)).state_reason == "report_sent"


async def test_cancelled_mid_flight_the_mail_on_the_wire_finishes_and_the_rest_is_given_back(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    await letters(sessions, [f"a{n}@rotan.example" for n in range(300)])
    task = asyncio.create_task(office.deliver(sessions, config))
    await office.until(lambda: len(sink.received) > 40)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    seen = await states(sessions)
    assert set(seen) <= {"done", "queued"}
    assert seen["done"] == len(sink.received)
    assert {d.state for d in await deliveries(sessions)} == {DeliveryState.SENT}
    await office.deliver(sessions, config)
    assert await states(sessions) == {"done": 300}
    assert set(sink.copies.values()) == {1}


async def test_claimed_and_abandoned_before_the_wire_goes_out_once(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    await letters(sessions, ["a@rotan.example"])
    async with sessions.begin() as session:
        await session.execute(
            text("UPDATE message SET state = 'claimed', attempts = 1, claimed_until = now() - interval '1 s'")
        )
    report = await office.deliver(sessions, config)
    assert (report.recovered, report.sent) == (1, 1)
    assert len(sink.received) == 1


async def test_a_message_taken_back_while_it_waits_to_be_sent_stays_home(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    """It is asked again in the transaction that precedes DATA, not only when it was claimed."""
    async with sessions.begin() as session:
        account = await an_account(session, email="a@rotan.example")
        case = await a_report(session, account)
        await intend_many(
            session,
            template="report_reminder",
            case_ids=[case.id],
            occurrence="-7",
            now=await app_now(session),
        )
        await office.due_now(session)
    loop = asyncio.get_running_loop()

    async def send_the_report() -> None:
        async with sessions.begin() as session:
            await session.execute(text("UPDATE case_file SET status = 'sent' WHERE kind = 'report'"))

    sent: list[asyncio.Task[None]] = []

    async def answer_late(self: Sink, server: Any, planned: Any) -> None:
        if not sent:
            sent.append(loop.create_task(send_the_report()))
        await asyncio.gather(*sent)

    sink._act = answer_late.__get__(sink)  # type: ignore[method-assign]  # only this server answers late
    report = await office.deliver(sessions, config)
    assert (report.sent, report.cancelled) == (0, 1)
    assert sink.received == []
    assert await deliveries(sessions) == []
    async with sessions() as session:
        reminder = (await session.execute(select(Message))).scalar_one()
    assert (reminder.state, reminder.state_reason) == ("cancelled", "already_sent")


async def test_results_survive_a_database_that_goes_away_for_a_moment(
    sessions: Sessions, sink: Sink, config: MailConfig, database: Any
) -> None:
    import psycopg

    await letters(sessions, [f"a{n}@rotan.example" for n in range(400)])
    task = asyncio.create_task(office.deliver(sessions, config))
    for count in (50, 150, 250):
        await office.until(lambda count=count: len(sink.received) > count)
        with psycopg.connect(database.superuser_url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND usename = 'tenggat_app'"
            )
    try:
        await task
    except Exception:  # noqa: BLE001 -- a claim may fail; the activity then simply runs again
        await make_due(sessions)
    for _ in range(3):
        await office.deliver(sessions, config)
        await make_due(sessions)
    assert await states(sessions) == {"done": 400}
    assert len(sink.copies) == 400
    assert set(sink.copies.values()) == {1}  # no result was lost, so nothing went out twice


async def _interrupted(sessions: Sessions, sink: Sink, config: MailConfig, change: str) -> DeliverReport:
    """Deliver, and change a row while the server keeps the sender waiting between RCPT and DATA."""
    asked, answer = asyncio.Event(), asyncio.Event()

    def wait(_: str) -> asyncio.Event:
        asked.set()
        return answer

    sink.rcpt = wait
    running = asyncio.create_task(office.deliver(sessions, config))
    await asyncio.wait_for(asked.wait(), 10)
    async with sessions.begin() as session:
        await session.execute(text(change))
    answer.set()
    return await running
