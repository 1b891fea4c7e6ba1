"""The development catcher: stored before it says 250, 451 when it cannot store."""

import asyncio
from collections.abc import AsyncIterator

import aiosmtplib
import pytest
from sqlalchemy import text

from services.clock import app_now
from services.database import Sessions, make_engine, make_sessions
from services.errors import NotFound
from services.messages.catcher import smtp_factory
from services.messages.caught import list_caught, show_caught
from services.messages.dedupe import message_id
from services.messages.examples import EXAMPLES
from services.messages.intents import intend
from services.messages.post_office import deliver_due
from services.messages.recipients import Recipient
from services.models import Lane, new_id
from tests.services.messages import office


@pytest.fixture
async def port(sessions: Sessions) -> AsyncIterator[int]:
    async for number in _listening(sessions):
        yield number


async def _listening(sessions: Sessions) -> AsyncIterator[int]:
    server = await asyncio.get_running_loop().create_server(smtp_factory(sessions), "127.0.0.1", 0)
    yield int(server.sockets[0].getsockname()[1])
    server.close()
    await asyncio.sleep(0.05)


async def test_what_the_post_office_sends_is_caught_and_reads_back(sessions: Sessions, port: int) -> None:
    async with sessions.begin() as session:
        now = await app_now(session)
        await intend(
            session,
            template="licence_invalid",
            dedupe_key="kunci",
            recipient=Recipient("a@rotan.example"),
            context={**EXAMPLES["licence_invalid"], "note": "Größe ½ tidak terbaca\n.\nsekali lagi"},
            now=now,
        )
        await office.due_now(session)
    assert (await deliver_due(sessions, office.config(port), Lane.NOTICES)).sent == 1
    async with sessions() as session:
        (mail,) = await list_caught(session)
        assert (await show_caught(session, mail.id)) == mail
        with pytest.raises(NotFound):
            await show_caught(session, new_id())
        assert await list_caught(session, to="lain@rotan.example") == []
    assert (mail.to, mail.sender) == ("a@rotan.example", "tenggat@tenggat.example")
    assert mail.subject == "Perizinan perlu diperbaiki: Sertifikat Standar"
    assert mail.message_id == message_id("kunci", "tenggat.example")
    assert "Catatan UPP: Größe ½ tidak terbaca\n.\nsekali lagi" in mail.text
    assert mail.html is not None
    assert mail.accepted_at >= now


async def test_each_recipient_has_a_copy_and_odd_bytes_do_no_harm(sessions: Sessions, port: int) -> None:
    raw = b"Subject: =?utf-8?q?Gr=C3=B6=C3=9Fe?=\r\nMessage-ID: <x@y.example>\r\n\r\n\x00\xff biner\r\n"
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
        await client.sendmail("a@b.example", ["c@d.example", "e@f.example"], raw)
    async with sessions() as session:
        mails = await list_caught(session)
    assert [(mail.to, mail.subject, mail.message_id) for mail in mails] == [
        ("c@d.example", "Größe", "<x@y.example>"),
        ("e@f.example", "Größe", "<x@y.example>"),
    ]


async def test_without_its_database_it_says_451_and_the_mail_is_sent_again(
    sessions: Sessions, port: int
) -> None:
    (letter,) = await office.letters(sessions, ["a@rotan.example"])
    dead = make_engine("postgresql+psycopg://tidak:ada@127.0.0.1:1/tidak", pool_size=1)
    async for broken in _listening(make_sessions(dead)):
        report = await deliver_due(sessions, office.config(broken), Lane.NOTICES)
    await dead.dispose()
    assert (report.sent, report.retried) == (0, 1)
    (attempt,) = await office.deliveries(sessions, letter)
    assert attempt.smtp_answer is not None
    assert attempt.smtp_answer.startswith("451")
    await office.make_due(sessions)
    assert (await deliver_due(sessions, office.config(port), Lane.NOTICES)).sent == 1
    async with sessions() as session:
        assert len(await list_caught(session)) == 1


async def test_many_at_once_are_all_stored(sessions: Sessions, port: int) -> None:
    await office.letters(sessions, [f"a{n}@rotan.example" for n in range(200)])
    assert (await deliver_due(sessions, office.config(port), Lane.NOTICES)).sent == 200
    async with sessions() as session:
        count = (
            await session.execute(text("SELECT count(DISTINCT message_header_id) FROM caught_mail"))
        ).scalar()
    assert count == 200
