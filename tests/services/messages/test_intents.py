"""Deciding to tell somebody: once per key, to the right address, taken back in time."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases
from services.database import Sessions
from services.errors import InvalidInput, NotFound
from services.messages.announcements import announcement, announcements, mark_read, unread_count
from services.messages.catalogue import TEMPLATES
from services.messages.dedupe import case_key, dated_key, message_id
from services.messages.intents import cancel_for_case, intend, intend_many
from services.messages.recipients import Recipient, for_notices
from services.models import (
    CaseFile,
    CaseKind,
    Extension,
    ExtensionLine,
    Lane,
    Message,
    MessageState,
    new_id,
)
from services.waking import woken
from tests.services.messages.office import DUE, LONG_AGO, a_report, an_account, contact

NOW = datetime(2026, 12, 28, 2, tzinfo=UTC)
LICENCE = {"company": "PT Contoh Rotan Mahakam", "licence": "Sertifikat Standar"}


async def tell(session: AsyncSession, key: str, address: str = "a@rotan.example") -> object:
    return await intend(
        session,
        template="licence_valid",
        dedupe_key=key,
        recipient=Recipient(address),
        context=LICENCE,
        now=NOW,
    )


async def only_message(session: AsyncSession) -> Message:
    return (await session.execute(select(Message))).scalar_one()


async def test_the_same_key_tells_once(session: AsyncSession) -> None:
    assert await tell(session, "kunci") is not None
    assert await tell(session, "kunci") is None
    queued = await only_message(session)
    assert queued.state == MessageState.QUEUED
    assert queued.lane == Lane.NOTICES
    assert queued.planned_for == queued.not_before == NOW
    assert woken(session).lanes == {"notices"}


async def test_a_cancelled_message_does_not_stand_in_the_way(session: AsyncSession) -> None:
    await tell(session, "kunci")
    await session.execute(text("UPDATE message SET state = 'cancelled'"))
    assert await tell(session, "kunci") is not None


async def test_two_sessions_deciding_at_once_tell_once(sessions: Sessions) -> None:
    async with sessions() as one, sessions() as two:
        assert await tell(one, "kunci") is not None
        await one.commit()
        assert await tell(two, "kunci") is None


async def test_a_context_that_is_not_as_declared_is_a_bug(session: AsyncSession) -> None:
    contexts: list[dict[str, str]] = [{"company": "x"}, {**LICENCE, "kata_sandi": "x"}]
    for context in contexts:
        with pytest.raises(ValueError, match="licence_valid"):
            await intend(
                session,
                template="licence_valid",
                dedupe_key="k",
                recipient=Recipient("a@b.example"),
                context=context,
                now=NOW,
            )
    with pytest.raises(KeyError):
        await intend(
            session,
            template="tidak_ada",
            dedupe_key="k",
            recipient=Recipient("a@b.example"),
            context={},
            now=NOW,
        )


async def test_an_address_that_takes_no_mail_is_refused_at_the_field(session: AsyncSession) -> None:
    with pytest.raises(InvalidInput) as refused:
        await tell(session, "kunci", "a@b.example\nBcc: c@d.example")
    assert refused.value.field == "email"


async def test_notices_go_to_the_contact_person_and_else_to_the_account(session: AsyncSession) -> None:
    account = await an_account(session, email="nib@rotan.example")
    assert (await for_notices(session, account.id)).address == "nib@rotan.example"
    await contact(session, account, "kontak@rotan.example")
    assert await for_notices(session, account.id) == Recipient("kontak@rotan.example", zone="Asia/Makassar")
    with pytest.raises(NotFound):
        await for_notices(session, new_id())


@pytest.mark.parametrize("typed", ["", "  ", "bukan alamat", "a@b.example\nBcc: c@d.example", "a@b"])
async def test_a_contact_address_that_is_none_falls_back(session: AsyncSession, typed: str) -> None:
    account = await an_account(session, email="nib@rotan.example")
    await contact(session, account, typed)
    assert (await for_notices(session, account.id)).address == "nib@rotan.example"


async def test_a_wave_tells_each_case_once_with_all_its_text_needs(session: AsyncSession) -> None:
    account = await an_account(session, email="nib@rotan.example")
    await contact(session, account, "kontak@rotan.example")
    case = await a_report(session, account)
    given: dict[str, Any] = {
        "template": "report_reminder",
        "case_ids": [case.id],
        "occurrence": "-14",
        "now": NOW,
    }
    extra = {"basis": "Permenperin 13/2025", "sending_opens_at": datetime(2026, 12, 31, 17, tzinfo=UTC)}
    assert await intend_many(session, **given, extra=extra) == [case.id]
    assert await intend_many(session, **given, extra=extra) == []
    queued = await only_message(session)
    TEMPLATES["report_reminder"].check(queued.context)
    assert queued.recipient == "kontak@rotan.example"
    assert queued.account_id == account.id
    assert queued.dedupe_key == dated_key("report_reminder", case.id, DUE, "-14")
    assert datetime.fromisoformat(queued.context["due_before"]) == DUE
    assert queued.context["zone"] == "Asia/Makassar"


async def test_a_wave_knows_when_sending_opens_where_the_text_says_so(session: AsyncSession) -> None:
    opens = datetime(2026, 12, 31, 17, tzinfo=UTC)
    case = await a_report(session, await an_account(session))
    key = f"period/{new_id()}"
    period = await cases.open_case(
        session, CaseFile(kind=CaseKind.PERIOD, key=key, status="open", opened_at=LONG_AGO)
    )
    await session.execute(
        text(
            "INSERT INTO reporting_period (case_id, code, regime, opens_at, sending_opens_at, due_before, counts)"
            " VALUES (:id, '2026-Q4', 'PM13_2025', :opens, :opens, :opens, '{}')"
        ),
        {"id": period.id, "opens": opens},
    )
    for template in ("report_reminder", "report_overdue"):
        await intend_many(session, template=template, case_ids=[case.id], occurrence="x", now=NOW)
    for told in (await session.execute(select(Message))).scalars():
        TEMPLATES[told.template].check(told.context)
        shown = told.context.get("sending_opens_at")
        assert (shown and datetime.fromisoformat(shown)) == (
            opens if told.template == "report_reminder" else None
        )


async def test_a_date_that_moves_makes_another_message(session: AsyncSession) -> None:
    case = await a_report(session, await an_account(session))
    given: dict[str, Any] = {
        "template": "report_reminder",
        "case_ids": [case.id],
        "occurrence": "-7",
        "now": NOW,
    }
    await intend_many(session, **given)
    await session.execute(text("UPDATE deadline SET due_before = due_before + interval '7 days'"))
    assert await intend_many(session, **given) == [case.id]


async def test_a_wave_says_which_extension_moved_the_date(session: AsyncSession) -> None:
    account = await an_account(session)
    case = await a_report(session, account)
    extension = await _extended(session, case.id, days=7)
    await intend_many(session, template="report_reminder", case_ids=[case.id], occurrence="-3", now=NOW)
    reminder = await only_message(session)
    assert reminder.context["instrument"] == "Pengumuman Contoh 1/2027"
    TEMPLATES["report_reminder"].check(reminder.context)
    await session.execute(text("DELETE FROM message"))
    session.expunge_all()

    told: dict[str, Any] = {
        "case_ids": [case.id],
        "occurrence": str(extension),
        "now": NOW,
        "extension_id": extension,
    }
    await intend_many(session, template="extension_granted", **told)
    granted = await only_message(session)
    TEMPLATES["extension_granted"].check(granted.context)
    assert datetime.fromisoformat(granted.context["old_before"]) == DUE
    assert datetime.fromisoformat(granted.context["due_before"]) == DUE + timedelta(days=7)
    await session.execute(text("DELETE FROM message"))
    session.expunge_all()

    await session.execute(text("UPDATE extension_line SET active = false"))
    await session.execute(text("UPDATE deadline SET due_before = base_before"))
    await intend_many(session, template="extension_undone", **told)
    undone = await only_message(session)
    assert datetime.fromisoformat(undone.context["old_before"]) == DUE + timedelta(days=7)
    assert datetime.fromisoformat(undone.context["due_before"]) == DUE


async def test_a_wave_leaves_void_accounts_alone(session: AsyncSession) -> None:
    accounts = [await an_account(session) for _ in range(3)]
    ids = [(await a_report(session, account)).id for account in accounts]
    accounts[0].status = "void"
    await session.flush()
    told = await intend_many(
        session,
        template="report_reminder",
        case_ids=ids,
        occurrence="-14",
        now=NOW,
    )
    assert set(told) == set(ids[1:])


async def test_what_is_queued_for_a_case_can_be_taken_back_but_not_what_is_on_the_wire(
    session: AsyncSession,
) -> None:
    case = await a_report(session, await an_account(session))
    for wave in ("-14", "-7", "-3"):
        await intend_many(session, template="report_reminder", case_ids=[case.id], occurrence=wave, now=NOW)
    ids = list((await session.execute(select(col(Message.id)).order_by(col(Message.id)))).scalars())
    await session.execute(
        text("UPDATE message SET state = 'claimed', attempts = 1 WHERE id = ANY(:ids)"), {"ids": ids[1:]}
    )
    await session.execute(
        text(
            "INSERT INTO delivery (id, message_id, attempt, message_header_id, state)"
            " VALUES (uuidv7(), :id, 1, '<x@y>', 'sending')"
        ),
        {"id": ids[2]},
    )
    assert await cancel_for_case(session, case.id, ["report_reminder"], reason="report_sent", now=NOW) == 2
    rows = await session.execute(
        select(col(Message.state), col(Message.state_reason)).order_by(col(Message.id))
    )
    assert [tuple(row) for row in rows] == [
        ("cancelled", "report_sent"),
        ("cancelled", "report_sent"),
        ("claimed", None),
    ]


async def test_pengumuman_shows_every_notice_of_the_account_and_no_other(session: AsyncSession) -> None:
    account, other = await an_account(session), await an_account(session)
    for number, (owner, template) in enumerate(
        [(account, "licence_valid"), (account, "licence_valid"), (other, "licence_valid")]
    ):
        await intend(
            session,
            template=template,
            dedupe_key=case_key(template, new_id(), str(number)),
            recipient=Recipient("a@b.example"),
            context=LICENCE,
            now=NOW,
            account_id=owner.id,
        )
    await intend(
        session,
        template="password_reset",
        dedupe_key="reset",
        recipient=Recipient("a@b.example"),
        context={"username": "u", "token": "t", "expires_at": NOW},
        now=NOW,
        account_id=account.id,
    )
    both = await announcements(session, account.id)
    assert [m.template for m in both] == ["licence_valid", "licence_valid"]
    second_page = await announcements(session, account.id, before=both[0].id)
    assert [m.id for m in second_page] == [both[1].id]
    with pytest.raises(NotFound):
        await announcement(session, other.id, both[0].id)


async def test_reading_is_remembered_once(session: AsyncSession) -> None:
    account = await an_account(session)
    await intend(
        session,
        template="licence_valid",
        dedupe_key="k",
        recipient=Recipient("a@b.example"),
        context=LICENCE,
        now=NOW,
        account_id=account.id,
    )
    notice = (await announcements(session, account.id))[0]
    assert await unread_count(session, account.id) == 1
    await mark_read(session, account.id, notice.id, now=NOW)
    await mark_read(session, account.id, notice.id, now=NOW + timedelta(days=1))
    await session.refresh(notice)
    assert notice.read_at == NOW
    assert await unread_count(session, account.id) == 0


async def test_a_notice_whose_mail_may_not_leave_still_stands_in_the_portal(session: AsyncSession) -> None:
    account = await an_account(session)
    await tell(session, "kunci")
    await session.execute(
        text("UPDATE message SET account_id = :id, state = 'cancelled', state_reason = 'not_on_allow_list'"),
        {"id": account.id},
    )
    assert len(await announcements(session, account.id)) == 1
    await session.execute(text("UPDATE message SET state_reason = 'already_sent'"))
    assert len(await announcements(session, account.id)) == 0


def test_a_message_id_depends_on_the_key_alone() -> None:
    assert message_id("kunci", "a.example") == message_id("kunci", "a.example")
    assert message_id("kunci", "a.example") != message_id("kunci2", "a.example")
    assert message_id("kunci", "a.example").endswith("@a.example>")


async def _extended(session: AsyncSession, case_id: UUID, *, days: int) -> UUID:

    campaign = CaseFile(
        kind=CaseKind.CAMPAIGN, key=f"campaign/{new_id()}", status="applied", opened_at=LONG_AGO
    )
    await cases.open_case(session, campaign)
    extension = Extension(
        case_id=campaign.id,
        status="applied",
        scope="everyone",
        target_before=DUE + timedelta(days=days),
        instrument="Pengumuman Contoh 1/2027",
        reason="banjir",
        requested_by="system",
        requested_at=LONG_AGO,
    )
    session.add(extension)
    await session.flush()
    session.add(
        ExtensionLine(
            extension_id=extension.id,
            case_id=case_id,
            deadline_name="report_due",
            old_before=DUE,
            target_before=DUE + timedelta(days=days),
        )
    )
    await session.flush()
    await session.execute(
        text("UPDATE deadline SET due_before = :due WHERE case_id = :id"),
        {"due": DUE + timedelta(days=days), "id": case_id},
    )
    return extension.id
