"""Cut off after the text: notices go again under their id, legal letters never by themselves."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import text

from services.clock import app_now
from services.database import Sessions
from services.messages.config import MailConfig
from services.messages.journal import Journal
from services.messages.lanes import send_held, settle_held
from services.models import DeliveryState, Lane, MessageState
from tests.services.messages import office
from tests.services.messages.office import (
    deliveries,
    letters,
    make_due,
    message,
    states,
)
from tests.smtp_sink import Mishap, Sink


async def test_a_notice_cut_off_after_its_text_is_unknown_then_sent_again_under_the_same_id(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    ids = await letters(sessions, [f"a{n}@rotan.example" for n in range(20)])
    cut = {"a3@rotan.example", "a7@rotan.example"}
    sink.data = lambda to: Mishap.DROP if to in cut else None
    report = await office.deliver(sessions, config)
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
    assert (await office.deliver(sessions, config)).sent == 2
    assert {to: len(sink.to(to)) for to in cut} == dict.fromkeys(cut, 2)
    assert Counter(sink.copies.values()) == {1: 18, 2: 2}
    assert {(await message(sessions, i)).state for i in ids} == {"done"}


async def test_a_notice_that_stays_unknown_ends_with_an_officer(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    (letter,) = await letters(sessions, ["a@rotan.example"])
    sink.data = lambda _: Mishap.DROP
    for _ in range(5):
        await office.deliver(sessions, config)
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
    report = await office.deliver(sessions, config, Lane.LEGAL)
    assert (report.sent, report.unknown) == (9, 1)
    sink.data = lambda _: None
    for _ in range(3):
        await make_due(sessions)
        await office.deliver(sessions, config, Lane.LEGAL)
    held = [m for m in [await message(sessions, i) for i in ids] if m.state == MessageState.HELD]
    assert [(m.recipient, m.state_reason) for m in held] == [("a4@rotan.example", "unknown_outcome")]
    assert set(sink.copies.values()) == {1}


async def test_an_officer_may_send_a_held_letter_or_settle_it(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    first, second, third = await letters(sessions, [f"a{n}@rotan.example" for n in range(3)], lane=Lane.LEGAL)
    sink.data = lambda _: Mishap.DROP
    await office.deliver(sessions, config, Lane.LEGAL)
    sink.data = lambda _: None
    async with sessions.begin() as session:
        now = await app_now(session)
        await send_held(session, first, now=now)
        await settle_held(session, second, arrived=True, now=now)
        await settle_held(session, third, arrived=False, now=now)
    assert (await office.deliver(sessions, config, Lane.LEGAL)).sent == 1
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
    await office.deliver(sessions, config, Lane.LEGAL)
    async with sessions.begin() as session:  # what a restore from an older backup looks like
        await session.execute(text("DELETE FROM delivery"))
        await session.execute(text("UPDATE message SET state = 'queued', attempts = 0"))
    report = await office.deliver(sessions, config, Lane.LEGAL)
    assert (report.sent, report.held) == (0, 1)
    held = await message(sessions, letter)
    assert (held.state, held.state_reason) == ("held", "in_the_journal")
    assert len(sink.received) == 1


async def test_a_legal_letter_the_server_refused_may_be_tried_again(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    await letters(sessions, ["a@rotan.example"], lane=Lane.LEGAL)
    sink.data = lambda _: "451 later"
    await office.deliver(sessions, config, Lane.LEGAL)
    sink.data = lambda _: None
    await make_due(sessions)
    assert (await office.deliver(sessions, config, Lane.LEGAL)).sent == 1
    assert len(sink.received) == 1


async def test_without_a_journal_no_legal_letter_leaves(
    sessions: Sessions, sink: Sink, config: MailConfig, tmp_path: Path
) -> None:
    (letter,) = await letters(sessions, ["a@rotan.example"], lane=Lane.LEGAL)
    blocked = tmp_path / "berkas"
    blocked.write_text("")
    unwritable = office.config(sink.port, journal=blocked / "journal")
    report = await office.deliver(sessions, unwritable, Lane.LEGAL)
    assert (report.sent, report.retried) == (0, 1)
    assert sink.received == []
    assert (await message(sessions, letter)).state == MessageState.QUEUED


async def test_a_server_that_hangs_after_the_text_leaves_it_unknown(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    (letter,) = await letters(sessions, ["a@rotan.example"])
    sink.data = lambda _: Mishap.HANG
    hasty = office.config(sink.port, journal=config.journal, data_timeout=2.0)
    assert (await office.deliver(sessions, hasty)).unknown == 1
    assert [d.state for d in await deliveries(sessions, letter)] == [DeliveryState.UNKNOWN]


async def _recorded(sessions: Sessions, count: int) -> None:
    """Wait until so many mails are known to have left."""
    async with asyncio.timeout(10):
        while (await states(sessions)).get("done") != count:  # noqa: ASYNC110 -- the database has no event
            await asyncio.sleep(0.02)


async def test_killed_with_a_mail_on_the_wire_only_that_one_is_unknown(
    sessions: Sessions, sink: Sink, config: MailConfig
) -> None:
    """The sender dies between DATA and the answer: as a kill does, it writes nothing more."""
    ids = await letters(sessions, [f"a{n}@rotan.example" for n in range(5)])
    sink.data = lambda to: Mishap.HANG if to == "a2@rotan.example" else None
    dying = office.config(sink.port, journal=config.journal, data_timeout=60.0, grace=0.2)
    task = asyncio.create_task(office.deliver(sessions, dying))
    await office.until(lambda: len(sink.received) == 5)
    await _recorded(sessions, 4)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    left = await message(sessions, ids[2])
    assert left.state == MessageState.CLAIMED
    assert [d.state for d in await deliveries(sessions, ids[2])] == [DeliveryState.SENDING]
    sink.data = lambda _: None

    early = await office.deliver(sessions, config)
    assert (early.sent, early.recovered) == (0, 0)
    assert early.lease_seconds is not None
    await make_due(sessions)
    assert (await office.deliver(sessions, config)).recovered == 1
    assert [d.state for d in await deliveries(sessions, ids[2])] == [DeliveryState.UNKNOWN]
    await make_due(sessions)
    assert (await office.deliver(sessions, config)).sent == 1
    assert Counter(sink.copies.values()) == {1: 4, 2: 1}


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
