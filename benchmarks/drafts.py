"""Reports that lack nothing but being sent: the service fills in one, its rows are copied for the other companies.

What speaks of its own company (fingerprints, scan, letter, events, key) is made anew for each. The service has the
last word: it sends none whose signed letter is not bound to its own data.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases, rulebook, seeding
from services.clock import app_now
from services.database import Sessions
from services.deadlines.periods import Period
from services.documents import registry
from services.documents.letters import LetterKind
from services.identity import api_keys
from services.identity.secret import digest, new_secret
from services.models import CaseEvent, Report, Role, new_id
from services.periods import obligations
from services.periods.obligations import Duty
from services.reports import dossier
from services.reports.canonical import data_hash
from services.reports.dossier import Dossier
from tests.factories import fill_small_report

PERIOD, STAGE = "2026-Q4", "production"
BATCH = 1000


@dataclass(frozen=True)
class Draft:
    """A report that may be sent now, at this version, by whoever holds this key."""

    report_id: UUID
    version: int
    token: str


@dataclass(frozen=True)
class Model:
    """The report that the service filled in, and what happened to it."""

    held: Dossier
    events: list[CaseEvent]
    key: UUID


# The trade is the one whose form the model fills in.
_ONE_TRADE = (
    "UPDATE business_field SET kbli = '31012'",
    "UPDATE licence SET kbli = ARRAY['31012']",
    "UPDATE product_capacity SET kbli = '31012'",
)

_COPY = text(
    """
    WITH given AS (
        SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS g(
            case_id uuid, account_id uuid, scan uuid, bound text, letter text, code text, key_hash text)
    ), model AS (
        SELECT * FROM report WHERE case_id = :model
    ), scans AS (
        INSERT INTO document (id, kind, sha256, size, media_type, filename, storage_key, scan_state, account_id,
                              case_id, uploaded_by, created_at)
        SELECT g.scan, d.kind, d.sha256, d.size, d.media_type, d.filename, 'test/' || g.scan, d.scan_state,
               g.account_id, g.case_id, d.uploaded_by, d.created_at
        FROM given g, model m JOIN document d ON d.id = m.statement_document_id
    ), pages AS (
        INSERT INTO report_section (case_id, section, data, typed, errors, saved_at, saved_by)
        SELECT g.case_id, s.section, s.data, s.typed, s.errors, s.saved_at, s.saved_by
        FROM given g, report_section s WHERE s.case_id = :model
    ), letters AS (
        INSERT INTO issued_document (id, code, kind, number, account_id, case_id, issued_at)
        SELECT uuidv7(), g.code, i.kind, g.letter, g.account_id, g.case_id, i.issued_at
        FROM given g, issued_document i WHERE i.case_id = :model AND i.voided_at IS NULL
    ), keys AS (
        INSERT INTO api_key (id, token_hash, label, role, region_prefix, kbli_divisions, account_id, created_by,
                             created_at, last_used_at)
        SELECT uuidv7(), g.key_hash, k.label, k.role, k.region_prefix, k.kbli_divisions, g.account_id,
               k.created_by, k.created_at, now()  -- the form was filled in just before
        FROM given g, api_key k WHERE k.id = :key
    ), moved AS (
        UPDATE case_file c SET status = f.status, version = f.version, milestones = f.milestones
        FROM given g, case_file f WHERE c.id = g.case_id AND f.id = :model
    )
    UPDATE report r
    SET form_id = m.form_id, form_version = m.form_version, family = m.family, size = m.size,
        content_version = m.content_version, statement_number = m.statement_number,
        statement_letter_version = m.statement_letter_version, statement_letter_hash = g.bound,
        statement_hash = g.bound, statement_document_id = g.scan
    FROM given g, model m WHERE r.case_id = g.case_id
    """
)


async def prepare(sessions: Sessions, count: int) -> list[Draft]:
    """`count` companies of their own, each with a complete report of the quarter before. AssertionError for less."""
    async with sessions.begin() as session:
        accounts = await _companies(session, count, await app_now(session))
    for start in range(0, count, BATCH):
        async with sessions.begin() as session:
            await _open(session, accounts[start : start + BATCH], await app_now(session))
    async with sessions.begin() as session:
        model, first = await _fill_one(session, accounts[0], await app_now(session))
    drafts = [first]
    for start in range(1, count, BATCH):
        async with sessions.begin() as session:
            drafts += await _copy(session, model, accounts[start : start + BATCH], await app_now(session))
    async with sessions.begin() as session:
        await session.execute(text("ANALYZE account, case_file, case_chain, case_event, deadline, report"))
    assert len(drafts) == count, f"{len(drafts)} of {count} drafts prepared"
    return drafts


async def _companies(session: AsyncSession, count: int, now: datetime) -> list[UUID]:
    made = await seeding.companies(session, count, region="64", now=now)
    for statement in _ONE_TRADE:
        await session.execute(text(statement))
    return [company.id for company in made]


async def _open(session: AsyncSession, accounts: list[UUID], now: datetime) -> None:
    rules = await rulebook.current(session, now=now)
    duties = [Duty(account, STAGE) for account in accounts]
    await obligations.open_duties(session, Period.parse(PERIOD), duties, rules, now=now)


async def _fill_one(session: AsyncSession, account: UUID, now: datetime) -> tuple[Model, Draft]:
    """Typed in, printed, signed, scanned: by the service, page by page."""
    report = (await session.execute(select(Report).where(col(Report.account_id) == account))).scalar_one()
    await fill_small_report(session, report, now=now)
    held = await dossier.load(session, report.case_id, now=now)
    assert not held.gaps(), held.gaps()
    key = await api_keys.create(session, Role.COMPANY_USER, created_by="benchmark", account_id=account)
    happened = select(CaseEvent).where(col(CaseEvent.case_id) == report.case_id, col(CaseEvent.seq) > 1)
    events = list(await session.scalars(happened.order_by(col(CaseEvent.seq))))
    return Model(held, events, key.id), Draft(report.case_id, report.content_version, key.token)


async def _copy(session: AsyncSession, model: Model, accounts: list[UUID], now: datetime) -> list[Draft]:
    reports = (
        await session.execute(
            select(col(Report.case_id), col(Report.account_id), col(Report.number)).where(
                col(Report.account_id).in_(accounts)
            )
        )
    ).all()
    tokens = [api_keys.PREFIX + new_secret() for _ in reports]
    rows = [_own(model, *report, token) for report, token in zip(reports, tokens, strict=True)]
    given = {"rows": json.dumps(rows, default=str), "model": model.held.case.id, "key": model.key}
    await session.execute(_COPY, given)
    for event in model.events:
        said = list(_said(event, rows))
        ids = [row["case_id"] for row in rows]
        await cases.record_many(session, ids, event.type, now=now, actor=event.actor, data=said)
    version = model.held.report.content_version
    return [Draft(row["case_id"], version, token) for row, token in zip(rows, tokens, strict=True)]


def _own(model: Model, case_id: UUID, account_id: UUID, number: int | None, token: str) -> dict[str, Any]:
    """What speaks of this company alone. The data are the model's, in another name."""
    report = model.held.report
    content_hash = data_hash({**model.held.content, "account": str(account_id)})
    letter = registry.number_of(
        LetterKind.STATEMENT_LETTER, number or 0, report.statement_letter_version or 0
    )
    return {
        "case_id": case_id,
        "account_id": account_id,
        "scan": new_id(),
        "hash": content_hash,
        "bound": data_hash({"data": content_hash, "number": report.statement_number}),
        "letter": letter,
        "code": registry.new_code(),
        "key_hash": digest(token),
    }


def _said(event: CaseEvent, rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The data of an event, with each company's own fingerprint and scan."""
    for row in rows:
        own = {"hash": row["hash"], "document": str(row["scan"])}
        yield {name: own.get(name, value) for name, value in event.data.items()}
