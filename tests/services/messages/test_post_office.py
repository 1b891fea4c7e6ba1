"""Sending on a real Postgres and a real SMTP server: what is due goes out, once, and is written down."""

from sqlalchemy import select, text
from sqlmodel import col

from services.clock import app_now
from services.database import Sessions
from services.messages.config import MailConfig
from services.messages.dedupe import message_id
from services.messages.intents import intend
from services.messages.lanes import hold_lane, release_lane
from services.messages.recipients import Recipient
from services.models import DeliveryState, Lane, Message, MessageState
from tests.services.messages import office
from tests.services.messages.office import (
    an_account,
    deliveries,
    letters,
    message,
    states,
)
from tests.smtp_sink import Sink


async def test_what_is_due_goes_out_once_and_is_written_down(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    ids = await letters(sessions, [f"a{n}@rotan.example" for n in range(30)])
    report = await office.deliver(sessions, config)
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
    assert (await office.deliver(sessions, config)).sent == 0
    assert len(sink.received) == 30


async def test_connections_are_kept_from_mail_to_mail(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    await letters(sessions, [f"a{n}@rotan.example" for n in range(60)])
    await office.deliver(sessions, config)
    assert sink.connections <= config.connections[Lane.NOTICES]


async def test_lanes_are_apart_and_what_lies_ahead_waits(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    await letters(sessions, ["a@rotan.example"])
    await letters(sessions, ["b@rotan.example"], lane=Lane.LEGAL)
    async with sessions() as session:
        later = await app_now(session) + office.HOUR
    await letters(sessions, ["c@rotan.example"], not_before=later)
    report = await office.deliver(sessions, config)
    assert [mail.to for mail in sink.received] == ["a@rotan.example"]
    assert report.next_not_before == later


async def test_a_limit_is_kept(sessions: Sessions, sink: Sink, config: MailConfig) -> None:
    await letters(sessions, [f"a{n}@rotan.example" for n in range(12)])
    assert (await office.deliver(sessions, config, limit=5)).sent == 5
    assert await states(sessions) == {"done": 5, "queued": 7}


async def test_a_held_lane_sends_nothing_until_released(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    await letters(sessions, ["a@rotan.example"], lane=Lane.LEGAL)
    async with sessions.begin() as session:
        await hold_lane(session, Lane.LEGAL, reason="restored", now=await app_now(session))
    report = await office.deliver(sessions, config, Lane.LEGAL)
    assert (report.sent, report.next_not_before) == (0, None)
    async with sessions.begin() as session:
        await release_lane(session, Lane.LEGAL, reason="checked", by="system")
    assert (await office.deliver(sessions, config, Lane.LEGAL)).sent == 1


async def test_an_address_off_the_allow_list_never_reaches_the_wire(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    outside, _ = await letters(sessions, ["a@perusahaan.co.id", "b@rotan.example"])
    report = await office.deliver(sessions, config)
    assert (report.sent, report.cancelled) == (1, 1)
    assert [mail.to for mail in sink.received] == ["b@rotan.example"]
    refused = await message(sessions, outside)
    assert (refused.state, refused.state_reason) == ("cancelled", "not_on_allow_list")
    assert await deliveries(sessions, outside) == []


async def test_a_text_that_cannot_be_written_is_held_and_stops_nobody_else(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    broken, fine = await letters(sessions, ["a@rotan.example", "b@rotan.example"])
    async with sessions.begin() as session:
        await session.execute(text("UPDATE message SET context = '{}' WHERE id = :id"), {"id": broken})
    report = await office.deliver(sessions, config)
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
    report = await office.deliver(sessions, config, Lane.CREDENTIALS)
    assert (report.sent, report.cancelled) == (1, 1)
    (mail,) = sink.received
    assert mail.to == "nib@rotan.example"
    assert b"rahasia-sekali" in mail.raw
    assert mail.message_id == message_id("benar", "tenggat.example")
    async with sessions() as session:
        rows = (await session.execute(select(col(Message.state_reason), col(Message.context)))).all()
    assert {row.state_reason for row in rows} == {None, "not_the_owners_address"}
    assert all("token" not in row.context for row in rows)
