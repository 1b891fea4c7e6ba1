"""A mail server that refuses for a while, refuses for good, or hangs up after the text: N of N, nothing twice."""

from collections.abc import AsyncIterator, Callable
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from services.models import LetterChannel
from services.warnings import post
from tests.engine import Database
from tests.faults.quarter import EXTENDED, WARNED, Mail, Quarter, doubled, opened_quarter
from tests.faults.table import FULL, Enter, Line
from tests.smtp_sink import Mishap

COMPANIES = 1000 if FULL else 40
pytestmark = [pytest.mark.faults, pytest.mark.timeout(1800 if FULL else 300)]


@pytest.fixture
async def quarter(database: Database, temporal: str, tmp_path: Path) -> AsyncIterator[Quarter]:
    async with opened_quarter(database, temporal, tmp_path) as found:
        await found.morning(COMPANIES)
        yield found


async def test_refused_for_ten_minutes_everything_arrives_later_and_once(
    quarter: Quarter, table: Enter
) -> None:
    codes = cycle(("421 4.3.2", "450 4.2.1", "451 4.3.0", "452 4.3.1"))
    refuse: Callable[[str], str] = lambda _: f"{next(codes)} try later"  # noqa: E731 -- one of three scripts
    quarter.sink.rcpt = quarter.sink.data = refuse
    await quarter.write_to_everyone()
    await quarter.world.advance_to("2027-01-14T09:10:00+07:00")
    assert not quarter.sink.received, "ten minutes long nothing got through"
    quarter.sink.rcpt = quarter.sink.data = lambda _: None
    await quarter.world.advance_to("2027-01-14T10:00:00+07:00")

    mails = await quarter.mails()
    assert len(mails) == COMPANIES
    late = max(mail.minutes_late for mail in mails)
    table(
        Line(
            "SMTP answers 4xx for ten minutes",
            cases=COMPANIES,
            right=sum((mail.state, mail.arrived, mail.accepted) == ("done", 1, 1) for mail in mails),
            lost=sum(not mail.accepted for mail in mails),
            doubled=doubled(mails),
            remarks=f"the last one {late} minutes late",
        )
    )
    assert 10 <= late <= 20


async def test_one_address_in_a_hundred_refuses_for_good(quarter: Quarter, table: Enter) -> None:
    bad = {*_one_in(100, await quarter.addresses(WARNED)), *_one_in(100, await quarter.addresses(EXTENDED))}
    quarter.sink.rcpt = lambda to: f"550 5.1.1 <{to}> unknown" if to in bad else None
    await quarter.write_to_everyone()
    await quarter.world.advance_to("2027-01-16T10:00:00+07:00")

    mails = await quarter.mails()
    refused = [mail for mail in mails if mail.recipient in bad]
    assert {mail.legal for mail in refused} == {True, False}
    noted = await _noted(quarter)
    await _by_post(quarter, [mail for mail in refused if mail.legal])
    posted = await _waiting_for_the_post(quarter)
    table(
        Line(
            "SMTP answers 5xx for 1 % of addresses",
            cases=COMPANIES,
            right=sum(
                _bounced_once(mail, noted, posted) if mail in refused else _arrived_once(mail)
                for mail in mails
            ),
            lost=sum(not mail.accepted for mail in mails if mail not in refused),
            doubled=doubled(mails),
            remarks=f"{len(refused)} bounced, each with a task for an officer; {len(posted)} letters go by post",
        )
    )


async def test_a_letter_to_an_address_known_to_bounce_goes_by_post_at_once(quarter: Quarter) -> None:
    (bad,) = _one_in(COMPANIES, await quarter.addresses(WARNED))
    async with quarter.world.transaction() as (session, _):
        await session.execute(
            text("INSERT INTO contact_health (address, bounced_at, answer) VALUES (:to, now(), '550')"),
            {"to": bad},
        )
    await quarter.write_to_everyone()
    assert bad not in {mail.recipient for mail in await quarter.mails()}
    assert len(await _waiting_for_the_post(quarter)) == 1


async def test_cut_off_after_the_text_notices_go_again_and_letters_wait_for_an_officer(
    quarter: Quarter, table: Enter
) -> None:
    cut = {*_one_in(20, await quarter.addresses(WARNED)), *_one_in(20, await quarter.addresses(EXTENDED))}
    pending = set(cut)

    def hang_up_once(to: str) -> Any:
        if to not in pending:
            return None
        pending.discard(to)
        return Mishap.DROP

    quarter.sink.data = hang_up_once
    await quarter.write_to_everyone()
    await quarter.world.advance_to("2027-01-14T12:00:00+07:00")

    mails = await quarter.mails()
    unknown = [mail for mail in mails if mail.recipient in cut]
    held = [mail for mail in unknown if mail.legal]
    assert held
    assert not pending
    assert not [mail for mail in mails if mail.state == "held" and mail not in held], "the list is exact"
    table(
        Line(
            "connection lost after DATA for 5 %",
            cases=COMPANIES,
            right=sum(_settled(mail) if mail in unknown else _arrived_once(mail) for mail in mails),
            lost=sum(not mail.arrived for mail in mails),
            doubled=doubled(mails),
            in_flight=len(unknown),
            remarks=f"{len(unknown) - len(held)} notices again under their Message-ID, {len(held)} letters held",
        )
    )
    await quarter.world.advance_to("2027-02-20T12:00:00+07:00")
    assert await _unproven(quarter) == {mail.case_id for mail in held}, (
        "no ladder climbs on an unproven letter"
    )
    assert len(await quarter.proposed()) == COMPANIES // 2 - len(held)
    assert doubled(await quarter.mails()) == 0


def _one_in(many: int, addresses: list[str]) -> list[str]:
    return addresses[::many]


def _arrived_once(mail: Mail) -> bool:
    return (mail.state, mail.arrived, mail.accepted) == ("done", 1, 1)


def _bounced_once(mail: Mail, noted: set[str], posted: set[Any]) -> bool:
    """Offered once and never again; an officer knows, the timeline says so, and a letter goes on paper."""
    bounced = mail.reason == "bounced" or (mail.legal and mail.case_id in posted)
    return bounced and (mail.attempts, mail.arrived) == (1, 0) and mail.recipient in noted


def _settled(mail: Mail) -> bool:
    """A notice: the copy that broke off and one more. A letter: never again, an officer decides."""
    if mail.legal:
        return (mail.state, mail.reason, mail.arrived) == ("held", "unknown_outcome", 1)
    return (mail.state, mail.arrived, mail.accepted) == ("done", 2, 1)


async def _noted(quarter: Quarter) -> set[str]:
    """Addresses with an officer's task, ill health on record, and a line in the timeline of their case."""
    query = text(
        """
        SELECT t.address FROM contact_task t JOIN contact_health h ON h.address = t.address
        JOIN message m ON m.id = t.message_id JOIN case_event e ON e.case_id = m.case_id AND e.type = 'mail_bounced'
        WHERE t.reason = 'address_bounced' AND t.settled_at IS NULL AND h.bounced_at IS NOT NULL
        """
    )
    async with quarter.world.sessions() as session:
        return set((await session.execute(query)).scalars())


async def _by_post(quarter: Quarter, letters: list[Mail]) -> None:
    """The officer who was told to sends them on paper."""
    query = text("SELECT case_id FROM contact_task WHERE reason = 'post_letter' AND settled_at IS NULL")
    async with quarter.world.sessions() as session:
        asked = set((await session.execute(query)).scalars())
    assert asked == {letter.case_id for letter in letters}
    for case_id in asked:
        async with quarter.world.transaction() as (session, now):
            await post.by_post_instead(session, case_id, actor="test:officer", now=now)


async def _waiting_for_the_post(quarter: Quarter) -> set[Any]:
    query = text("SELECT case_id FROM warning_letter WHERE channel = :post AND sent_at IS NULL")
    async with quarter.world.sessions() as session:
        return set((await session.execute(query, {"post": LetterChannel.POST})).scalars())


async def _unproven(quarter: Quarter) -> set[Any]:
    query = text("SELECT case_id FROM contact_task WHERE reason = 'receipt_unproven'")
    async with quarter.world.sessions() as session:
        return set((await session.execute(query)).scalars())
