"""Giving an order: every request, its chain, its first date, its mail or its officer's task, in a few statements."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, text
from sqlalchemy.ext.asyncio import AsyncSession

from services import cases, rulebook
from services.contacts import tasks
from services.contacts.tasks import Wanted
from services.data_requests import dates, orders
from services.data_requests.kinds import MAILED
from services.data_requests.orders import Order
from services.database import uuids
from services.deadlines import store
from services.errors import NotFound
from services.identity.secret import digest, new_secret
from services.messages import bulk
from services.messages.bulk import Told
from services.models import (
    Account,
    AttachmentSide,
    CaseKind,
    ContactReason,
    DataRequestAttachment,
    DataRequestOrder,
    Document,
    RequestChannel,
    ScanState,
    new_id,
)
from services.rulebook import Rulebook
from services.waking import Nudge, woken

# What an officer has to do where no mail goes out.
BY_HAND: Final = {
    RequestChannel.LETTER: ContactReason.POST_LETTER,
    RequestChannel.TELEPHONE: ContactReason.CALL,
    RequestChannel.VISIT: ContactReason.VISIT,
}

_LOCK: Final = text(
    "SELECT id FROM account WHERE id = ANY(CAST(:ids AS uuid[])) AND status = 'active' ORDER BY id FOR KEY SHARE"
)
# `nudged_at` (real time): the caller nudges after the commit; the sweep comes only for what that did not reach.
_OPEN: Final = text(
    """
    WITH wanted AS (
        SELECT given.*, nextval(pg_get_serial_sequence('data_request', 'number'))::int AS number, a.name,
               a.region_code, a.zone
        FROM unnest(CAST(:case_ids AS uuid[]), CAST(:account_ids AS uuid[]), CAST(:channels AS text[]),
            CAST(:tokens AS text[])) AS given(case_id, account_id, channel, token_hash)
        JOIN account a ON a.id = given.account_id
    ), opened AS (
        INSERT INTO case_file (id, kind, key, title, account_id, region_code, zone, kbli, status, version,
                               milestones, wake_at, nudged_at, nudges, policy_version_id, opened_at)
        SELECT case_id, 'data-request', 'data-request/' || number, name, account_id, region_code, zone,
               ARRAY(SELECT kbli FROM business_field f WHERE f.account_id = wanted.account_id ORDER BY kbli),
               'sent', 1, '{}', :now, now(), 1, :policy, :now
        FROM wanted
    ), chained AS (
        INSERT INTO case_chain (case_id, last_seq, last_hash) SELECT case_id, 0, '' FROM wanted
    ), requested AS (
        INSERT INTO data_request (case_id, number, order_id, account_id, kinds, channel, mandate, report_case_id,
                                  section, question, token_hash)
        SELECT case_id, number, :order_id, account_id, :kinds, channel, :mandate, :report_id, :section, 1, token_hash
        FROM wanted
    ), asked AS (
        INSERT INTO data_request_question (case_id, number, text, asked_by, sent_at)
        SELECT case_id, 1, :question, :actor, :now FROM wanted
    ), dated AS (
        INSERT INTO deadline (case_id, name, derivation_id, base_before, due_before, set_at, pauses)
        SELECT w.case_id, 'data_request_unproven', u.derivation, u.due_before, u.due_before, :now, '[]'
        FROM wanted w JOIN unnest(CAST(:unproven_channels AS text[]), CAST(:derivations AS uuid[]),
            CAST(:unproven AS timestamptz[])) AS u(channel, derivation, due_before) USING (channel)
    )
    SELECT case_id, number, account_id, channel FROM wanted ORDER BY number
    """
)


async def give(
    session: AsyncSession,
    order: Order,
    allowed: ColumnElement[bool],
    *,
    actor: str,
    now: datetime,
    documents: Sequence[Document] = (),
) -> DataRequestOrder:
    """Ask everyone the order reaches: all of them or, when anything refuses, none. InvalidInput as `orders.choose`.

    The caller hands the nudges over after the commit, as after any command.
    """
    chosen = await orders.choose(session, order, allowed, now=now)
    rules = await rulebook.current(session, now=now)
    row = await _keep(session, order, documents, actor, now)
    ids = [account.id for account in chosen.accounts]
    standing = set((await session.execute(_LOCK, {"ids": uuids(ids)})).scalars())
    accounts = [account for account in chosen.accounts if account.id in standing]
    opened, secrets = await _open(session, order, row, accounts, chosen.by_post, rules, actor, now)
    await _record(session, opened, order, row, actor, now)
    await _tell(session, opened, secrets, now)
    row.counts = {"requests": len(opened), "by_post": len(chosen.by_post & standing)}
    nudges = {f"data-request/{request.number}": request.case_id for request in opened}
    woken(session).cases.update(
        {key: Nudge(CaseKind.DATA_REQUEST, key, case_id) for key, case_id in nudges.items()}
    )
    await session.flush()
    return row


async def _keep(
    session: AsyncSession, order: Order, documents: Sequence[Document], actor: str, now: datetime
) -> DataRequestOrder:
    number = await session.execute(
        text("SELECT nextval(pg_get_serial_sequence('data_request_order', 'number'))")
    )
    row = DataRequestOrder(
        number=number.scalar_one(),
        kinds=[kind.value for kind in order.kinds],
        channel=order.channel,
        question=order.question.strip(),
        mandate=order.mandate.strip(),
        scope=order.scope(),
        ordered_by=actor,
        ordered_at=now,
    )
    session.add(row)
    await session.flush()
    for document in documents:
        if document.scan_state == ScanState.REJECTED or document.uploaded_by != actor:
            raise NotFound
        session.add(
            DataRequestAttachment(document_id=document.id, order_id=row.id, side=AttachmentSide.QUESTION)
        )
    return row


async def _open(
    session: AsyncSession,
    order: Order,
    row: DataRequestOrder,
    accounts: Sequence[Account],
    by_post: frozenset[UUID],
    rules: Rulebook,
    actor: str,
    now: datetime,
) -> tuple[Sequence[Any], dict[UUID, str]]:
    """The rows of every request; the secrets that mails to them carry, by account."""
    channel = {a.id: RequestChannel.LETTER if a.id in by_post else order.channel for a in accounts}
    secrets = {a.id: new_secret() for a in accounts if channel[a.id] in MAILED}
    unproven = {each: dates.unproven(rules, each, now) for each in set(channel.values())}
    kept = {each: await store.keep_derivation(session, derived) for each, derived in unproven.items()}
    given = {
        "case_ids": uuids(new_id() for _ in accounts),
        "account_ids": uuids(a.id for a in accounts),
        "channels": [channel[a.id].value for a in accounts],
        "tokens": [digest(secrets[a.id]) if a.id in secrets else None for a in accounts],
        "order_id": row.id,
        "kinds": row.kinds,
        "mandate": row.mandate,
        "report_id": order.report_id,
        "section": order.section,
        "question": row.question,
        "actor": actor,
        "policy": rules.version_id,
        "now": now,
        "unproven_channels": [each.value for each in kept],
        "derivations": uuids(kept.values()),
        "unproven": [unproven[each].due_before for each in kept],
    }
    return (await session.execute(_OPEN, given)).all(), secrets


async def _record(
    session: AsyncSession,
    opened: Sequence[Any],
    order: Order,
    row: DataRequestOrder,
    actor: str,
    now: datetime,
) -> None:
    data = [
        {"order": str(row.id), "channel": request.channel, "fell_back": request.channel != order.channel}
        for request in opened
    ]
    ids = [request.case_id for request in opened]
    await cases.record_many(session, ids, "requested", now=now, actor=actor, data=data)


async def _tell(
    session: AsyncSession, opened: Sequence[Any], secrets: dict[UUID, str], now: datetime
) -> None:
    """A mail where the channel has one, else a task for an officer."""
    mailed = [request for request in opened if request.account_id in secrets]
    told = [
        Told(request.case_id, "1", {"number": request.number, "token": secrets[request.account_id]})
        for request in mailed
    ]
    await bulk.intend_each(session, "data_request", told, now=now)
    wanted = [
        Wanted(
            f"request/{request.case_id}/1",
            request.account_id,
            BY_HAND[RequestChannel(request.channel)],
            request.case_id,
        )
        for request in opened
        if request.account_id not in secrets
    ]
    await tasks.raise_many(session, wanted, now=now)
