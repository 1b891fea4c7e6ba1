"""Sending on a real Postgres and a real SMTP server: every state asserted on rows and on what arrived."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from services.clock import app_now
from services.database import Sessions
from services.messages.config import MailConfig
from services.messages.dedupe import message_id
from services.messages.intents import intend, intend_many
from services.messages.journal import Journal
from services.messages.lanes import hold_lane, release_lane, send_held, settle_held
from services.messages.post_office import DeliverReport, deliver_due
from services.messages.recipients import Recipient
from services.models import CaseEvent, ContactHealth, DeliveryState, Lane, Message, MessageState
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


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    async with Sink().listening() as server:
        yield server


@pytest.fixture
def config(sink: Sink, tmp_path: Path) -> MailConfig:
    return office.config(sink.port, journal=tmp_path / "journal")


async def deliver(
    sessions: Sessions, config: MailConfig, lane: Lane = Lane.NOTICES, **given: Any
) -> DeliverReport:
    return await deliver_due(sessions, config, lane, **given)


async def test_what_is_due_goes_out_once_and_is_written_down(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    ids = await letters(sessions, [f"a{n}@rotan.example" for n in range(30)])
    report = await deliver(sessions, config)
    assert (report.sent, report.next_not_before, report.lease_seconds) == (30, None, None)
    assert await states(sessions) == {"done": 30}
    assert set(sink.copies.values()) == {1}
    assert len(sink.received) == 30
    for attempt in await deliveries(sessions):
        assert attempt.state == DeliveryState.SENT
        assert attempt.finished_at is not None
        assert attempt.smtp_answer == "250 2.0.0 taken"
        assert sink.copies[attempt.message_header_id] == 1
    done = await message(sessions, ids[0])
    assert done.done_at is not None
    assert (await deliver(sessions, config)).sent == 0
    assert len(sink.received) == 30


async def test_connections_are_kept_from_mail_to_mail(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    await letters(sessions, [f"a{n}@rotan.example" for n in range(60)])
    await deliver(sessions, config)
    assert sink.connections <= config.connections[Lane.NOTICES]


async def test_lanes_are_apart_and_what_lies_ahead_waits(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    await letters(sessions, ["a@rotan.example"])
    await letters(sessions, ["b@rotan.example"], lane=Lane.LEGAL)
    async with sessions() as session:
        later = await app_now(session) + office.HOUR
    await letters(sessions, ["c@rotan.example"], not_before=later)
    report = await deliver(sessions, config)
    assert [mail.to for mail in sink.received] == ["a@rotan.example"]
    assert report.next_not_before == later


async def test_a_limit_is_kept(sessions: Sessions, sink: Sink, config: MailConfig) -> None:
    await letters(sessions, [f"a{n}@rotan.example" for n in range(12)])
    assert (await deliver(sessions, config, limit=5)).sent == 5
    assert await states(sessions) == {"done": 5, "queued": 7}


async def test_a_held_lane_sends_nothing_until_released(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    await letters(sessions, ["a@rotan.example"], lane=Lane.LEGAL)
    async with sessions.begin() as session:
        await hold_lane(session, Lane.LEGAL, reason="restored", now=await app_now(session))
    report = await deliver(sessions, config, Lane.LEGAL)
    assert (report.sent, report.next_not_before) == (0, None)
    async with sessions.begin() as session:
        await release_lane(session, Lane.LEGAL)
    assert (await deliver(sessions, config, Lane.LEGAL)).sent == 1


async def test_an_address_off_the_allow_list_never_reaches_the_wire(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    outside, _ = await letters(sessions, ["a@perusahaan.co.id", "b@rotan.example"])
    report = await deliver(sessions, config)
    assert (report.sent, report.cancelled) == (1, 1)
    assert [mail.to for mail in sink.received] == ["b@rotan.example"]
    refused = await message(sessions, outside)
    assert (refused.state, refused.state_reason) == ("cancelled", "not_on_allow_list")
    assert await deliveries(sessions, outside) == []


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
@pytest.mark.parametrize("code", ["421", "450", "451", "452"])
async def test_a_temporary_refusal_is_tried_again_and_nothing_is_lost(
    sessions: Sessions, sink: Sink, config: MailConfig, stage: str, code: str
) -> None:
    ids = await letters(sessions, [f"a{n}@rotan.example" for n in range(6)])
    setattr(sink, stage, lambda _: f"{code} try later")
    report = await deliver(sessions, config)
    assert (report.sent, report.retried, report.bounced) == (0, 6, 0)
    assert await states(sessions) == {"queued": 6}
    assert sink.received == []
    assert report.next_not_before is not None
    assert {d.state for d in await deliveries(sessions)} <= {DeliveryState.FAILED}
    setattr(sink, stage, lambda _: None)
    await make_due(sessions)
    async with sessions.begin() as session:
        await session.execute(text("UPDATE message SET planned_for = planned_for - interval '10 minutes'"))
    report = await deliver(sessions, config)
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
        await deliver(sessions, config)
        async with sessions() as session:
            waits.append((await message(sessions, letter)).not_before - await app_now(session))
        await make_due(sessions)
    assert [round(wait.total_seconds() / 60) for wait in waits] == [1, 2, 5]
    async with sessions.begin() as session:
        await session.execute(text("UPDATE message SET planned_for = planned_for - interval '6 days'"))
    report = await deliver(sessions, config)
    held = await message(sessions, letter)
    assert (held.state, held.state_reason, report.next_not_before) == ("held", "gave_up", None)
    assert [d.state for d in await deliveries(sessions, letter)] == [DeliveryState.FAILED] * 4


async def test_a_server_that_refuses_our_own_address_bounces_nobody(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    ids = await letters(sessions, [f"a{n}@rotan.example" for n in range(3)])
    sink.mail = lambda _: "550 sender not allowed"
    report = await deliver(sessions, config)
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
    others = await letters(sessions, [f"a{n}@rotan.example" for n in range(9)])
    setattr(sink, stage, lambda to: "550 5.1.1 <hilang@rotan.example> unknown" if "hilang" in to else None)
    report = await deliver(sessions, config)
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
    await deliver(sessions, config)
    assert sink.to("hilang@rotan.example") == []
    assert len(await deliveries(sessions, bounced.id)) == 1


async def test_an_address_that_takes_mail_again_is_well_again(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    await letters(sessions, ["a@rotan.example"])
    sink.rcpt = lambda _: "550 unknown"
    await deliver(sessions, config)
    sink.rcpt = lambda _: None
    await letters(sessions, ["a@rotan.example"])
    await deliver(sessions, config)
    async with sessions() as session:
        health = await session.get(ContactHealth, "a@rotan.example")
    assert health is not None
    assert (health.bounced_at, health.answer) == (None, None)
    assert health.last_sent_at is not None


async def test_a_notice_cut_off_after_its_text_is_unknown_then_sent_again_under_the_same_id(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    ids = await letters(sessions, [f"a{n}@rotan.example" for n in range(20)])
    cut = {"a3@rotan.example", "a7@rotan.example"}
    sink.data = lambda to: Mishap.DROP if to in cut else None
    report = await deliver(sessions, config)
    assert (report.sent, report.unknown) == (18, 2)
    unknown = [d for d in await deliveries(sessions) if d.state == DeliveryState.UNKNOWN]
    arrived = {mail.message_id for mail in sink.received if not mail.accepted}
    assert {d.message_header_id for d in unknown} == arrived
    for attempt in unknown:
        waiting = await message(sessions, attempt.message_id)
        assert (waiting.state, waiting.state_reason) == ("queued", "unknown_outcome")
        assert report.next_not_before is not None
    sink.data = lambda _: None
    await make_due(sessions)
    assert (await deliver(sessions, config)).sent == 2
    assert {to: len(sink.to(to)) for to in cut} == dict.fromkeys(cut, 2)
    assert Counter(sink.copies.values()) == {1: 18, 2: 2}
    assert {(await message(sessions, i)).state for i in ids} == {"done"}


async def test_a_notice_that_stays_unknown_ends_with_an_officer(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    (letter,) = await letters(sessions, ["a@rotan.example"])
    sink.data = lambda _: Mishap.DROP
    for _ in range(5):
        await deliver(sessions, config)
        await make_due(sessions)
    held = await message(sessions, letter)
    assert (held.state, held.state_reason) == ("held", "unknown_outcome")
    assert len(sink.received) == 3
    assert len(sink.copies) == 1


async def test_a_legal_letter_cut_off_is_held_and_never_sent_again_by_itself(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    ids = await letters(sessions, [f"a{n}@rotan.example" for n in range(10)], lane=Lane.LEGAL)
    sink.data = lambda to: Mishap.DROP if to == "a4@rotan.example" else None
    report = await deliver(sessions, config, Lane.LEGAL)
    assert (report.sent, report.unknown) == (9, 1)
    sink.data = lambda _: None
    for _ in range(3):
        await make_due(sessions)
        await deliver(sessions, config, Lane.LEGAL)
    held = [m for m in [await message(sessions, i) for i in ids] if m.state == MessageState.HELD]
    assert [(m.recipient, m.state_reason) for m in held] == [("a4@rotan.example", "unknown_outcome")]
    assert set(sink.copies.values()) == {1}


async def test_an_officer_may_send_a_held_letter_or_settle_it(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    first, second, third = await letters(sessions, [f"a{n}@rotan.example" for n in range(3)], lane=Lane.LEGAL)
    sink.data = lambda _: Mishap.DROP
    await deliver(sessions, config, Lane.LEGAL)
    sink.data = lambda _: None
    async with sessions.begin() as session:
        now = await app_now(session)
        await send_held(session, first, now=now)
        await settle_held(session, second, arrived=True, now=now)
        await settle_held(session, third, arrived=False, now=now)
    assert (await deliver(sessions, config, Lane.LEGAL)).sent == 1
    assert len(sink.to("a0@rotan.example")) == 2
    assert len(sink.copies) == 3
    assert [(await message(sessions, i)).state for i in (first, second, third)] == [
        "done",
        "done",
        "cancelled",
    ]


async def test_after_a_restore_the_journal_keeps_legal_mail_from_going_out_again(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    (letter,) = await letters(sessions, ["a@rotan.example"], lane=Lane.LEGAL)
    await deliver(sessions, config, Lane.LEGAL)
    async with sessions.begin() as session:  # what a restore from an older backup looks like
        await session.execute(text("DELETE FROM delivery"))
        await session.execute(text("UPDATE message SET state = 'queued', attempts = 0"))
    report = await deliver(sessions, config, Lane.LEGAL)
    assert (report.sent, report.held) == (0, 1)
    held = await message(sessions, letter)
    assert (held.state, held.state_reason) == ("held", "in_the_journal")
    assert len(sink.received) == 1


async def test_a_legal_letter_the_server_refused_may_be_tried_again(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    await letters(sessions, ["a@rotan.example"], lane=Lane.LEGAL)
    sink.data = lambda _: "451 later"
    await deliver(sessions, config, Lane.LEGAL)
    sink.data = lambda _: None
    await make_due(sessions)
    assert (await deliver(sessions, config, Lane.LEGAL)).sent == 1
    assert len(sink.received) == 1


async def test_without_a_journal_no_legal_letter_leaves(
    sessions: Sessions, sink: Sink, config: MailConfig, tmp_path: Path
) -> None:
    (letter,) = await letters(sessions, ["a@rotan.example"], lane=Lane.LEGAL)
    blocked = tmp_path / "berkas"
    blocked.write_text("")
    unwritable = office.config(sink.port, journal=blocked / "journal")
    report = await deliver(sessions, unwritable, Lane.LEGAL)
    assert (report.sent, report.retried) == (0, 1)
    assert sink.received == []
    assert (await message(sessions, letter)).state == MessageState.QUEUED


async def test_a_server_that_says_nothing_costs_its_timeout_and_no_mail(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    ids = await letters(sessions, [f"a{n}@rotan.example" for n in range(3)])
    sink.rcpt = lambda _: Mishap.HANG
    beats: list[int] = []
    started = asyncio.get_running_loop().time()
    report = await deliver(sessions, config, heartbeat=lambda: beats.append(1))
    assert asyncio.get_running_loop().time() - started < 10
    assert (report.sent, report.retried) == (0, 3)
    assert beats
    sink.rcpt = lambda _: None
    await make_due(sessions)
    assert (await deliver(sessions, config)).sent == 3
    assert {(await message(sessions, i)).state for i in ids} == {"done"}


async def test_a_server_that_hangs_after_the_text_leaves_it_unknown(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    (letter,) = await letters(sessions, ["a@rotan.example"])
    sink.data = lambda _: Mishap.HANG
    assert (await deliver(sessions, config)).unknown == 1
    assert [d.state for d in await deliveries(sessions, letter)] == [DeliveryState.UNKNOWN]


async def test_a_server_that_is_away_gives_everything_back(sessions: Sessions, config: MailConfig) -> None:
    ids = await letters(sessions, [f"a{n}@rotan.example" for n in range(30)])
    report = await deliver(sessions, office.config(1, journal=config.journal))
    assert report.sent == 0
    assert report.trouble is not None
    assert report.next_not_before is not None
    assert await states(sessions) == {"queued": 30}
    assert await deliveries(sessions) == []
    await make_due(sessions)
    assert (await deliver(sessions, config)).sent == len(ids)


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
    report = await deliver(sessions, one)
    assert (report.sent, report.retried) == (8, 0)


async def test_two_post_offices_at_once_never_send_twice(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    await letters(sessions, [f"a{n}@rotan.example" for n in range(400)])
    reports = await asyncio.gather(*(deliver(sessions, config) for _ in range(3)))
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
    task = asyncio.create_task(deliver(sessions, config))
    await office.until(lambda: len(sink.received) > 40)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    seen = await states(sessions)
    assert set(seen) <= {"done", "queued"}
    assert seen["done"] == len(sink.received)
    assert {d.state for d in await deliveries(sessions)} == {DeliveryState.SENT}
    await deliver(sessions, config)
    assert await states(sessions) == {"done": 300}
    assert set(sink.copies.values()) == {1}


async def test_killed_with_a_mail_on_the_wire_only_that_one_is_unknown(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    """The sender dies between DATA and the answer: as a kill does, it writes nothing more."""
    ids = await letters(sessions, [f"a{n}@rotan.example" for n in range(5)])
    sink.data = lambda to: Mishap.HANG if to == "a2@rotan.example" else None
    dying = office.config(sink.port, journal=config.journal, data_timeout=60.0, grace=0.2)
    task = asyncio.create_task(deliver(sessions, dying))
    await office.until(lambda: len(sink.received) == 5)
    await asyncio.sleep(0.3)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    left = await message(sessions, ids[2])
    assert left.state == MessageState.CLAIMED
    assert [d.state for d in await deliveries(sessions, ids[2])] == [DeliveryState.SENDING]
    sink.data = lambda _: None

    early = await deliver(sessions, config)
    assert (early.sent, early.recovered) == (0, 0)
    assert early.lease_seconds is not None
    await make_due(sessions)
    assert (await deliver(sessions, config)).recovered == 1
    assert [d.state for d in await deliveries(sessions, ids[2])] == [DeliveryState.UNKNOWN]
    await make_due(sessions)
    assert (await deliver(sessions, config)).sent == 1
    assert Counter(sink.copies.values()) == {1: 4, 2: 1}


async def test_claimed_and_abandoned_before_the_wire_goes_out_once(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    await letters(sessions, ["a@rotan.example"])
    async with sessions.begin() as session:
        await session.execute(
            text("UPDATE message SET state = 'claimed', attempts = 1, claimed_until = now() - interval '1 s'")
        )
    report = await deliver(sessions, config)
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
    report = await deliver(sessions, config)
    assert (report.sent, report.cancelled) == (0, 1)
    assert sink.received == []
    assert await deliveries(sessions) == []
    async with sessions() as session:
        reminder = (await session.execute(select(Message))).scalar_one()
    assert (reminder.state, reminder.state_reason) == ("cancelled", "already_sent")


async def test_a_text_that_cannot_be_written_is_held_and_stops_nobody_else(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    broken, fine = await letters(sessions, ["a@rotan.example", "b@rotan.example"])
    async with sessions.begin() as session:
        await session.execute(text("UPDATE message SET context = '{}' WHERE id = :id"), {"id": broken})
    report = await deliver(sessions, config)
    assert (report.sent, report.held) == (1, 1)
    assert (await message(sessions, broken)).state_reason == "cannot_be_written"
    assert (await message(sessions, fine)).state == MessageState.DONE


async def test_a_one_time_link_is_forgotten_once_it_has_gone(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    async with sessions.begin() as session:
        account = await an_account(session, email="nib@rotan.example")
        now = await app_now(session)
        link = {"company": "PT Contoh", "username": "u", "token": "rahasia-sekali"}
        for key, address in (("benar", "nib@rotan.example"), ("salah", "lain@rotan.example")):
            await intend(
                session,
                template="account_activated",
                dedupe_key=key,
                recipient=Recipient(address),
                context={**link, "expires_at": now + office.HOUR},
                now=now,
                account_id=account.id,
            )
    report = await deliver(sessions, config, Lane.CREDENTIALS)
    assert (report.sent, report.cancelled) == (1, 1)
    (mail,) = sink.received
    assert mail.to == "nib@rotan.example"
    assert b"rahasia-sekali" in mail.raw
    assert mail.message_id == message_id("benar", "tenggat.example")
    async with sessions() as session:
        rows = (await session.execute(select(col(Message.state_reason), col(Message.context)))).all()
    assert {row.state_reason for row in rows} == {None, "not_the_owners_address"}
    assert all("token" not in row.context for row in rows)


async def test_results_survive_a_database_that_goes_away_for_a_moment(
    sessions: Sessions, sink: Sink, config: MailConfig, database: Any
) -> None:
    import psycopg

    await letters(sessions, [f"a{n}@rotan.example" for n in range(400)])
    task = asyncio.create_task(deliver(sessions, config))
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
        await deliver(sessions, config)
        await make_due(sessions)
    assert await states(sessions) == {"done": 400}
    assert len(sink.copies) == 400


async def _interrupted(sessions: Sessions, sink: Sink, config: MailConfig, change: str) -> DeliverReport:
    """Deliver, and change a row while the server keeps the sender waiting between RCPT and DATA."""
    asked, answer = asyncio.Event(), asyncio.Event()

    def wait(_: str) -> asyncio.Event:
        asked.set()
        return answer

    sink.rcpt = wait
    patient = office.config(sink.port, journal=config.journal, command_timeout=20.0)
    running = asyncio.create_task(deliver(sessions, patient))
    await asyncio.wait_for(asked.wait(), 10)
    async with sessions.begin() as session:
        await session.execute(text(change))
    answer.set()
    return await running


def test_a_journal_is_read_back_line_by_line_even_when_torn(tmp_path: Path) -> None:
    path = tmp_path / "new" / "journal"
    journal = Journal(path)
    assert not journal.holds("<a@x>")
    journal.sending("<a@x.example>")
    journal.sending("<b@x.example>")
    journal.refused("<b@x.example>")
    with path.open("ab") as file:
        file.write(b"2027-01-01T00:00:00+00:00\tsending\t<c@x.exa")
    for reader in (journal, Journal(path)):
        assert reader.holds("<a@moved.example>")
        assert not reader.holds("<b@x.example>")
        assert reader.holds("<c@x.example>")
    Journal(path).sending("<d@x.example>")
    assert journal.holds("<d@x.example>")
    assert path.stat().st_mode & 0o777 == 0o600
