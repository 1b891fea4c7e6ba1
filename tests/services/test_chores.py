"""Daily chores: once a day each, noted when done and when not, and nothing thrown away that somebody needs."""

import os
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from services import audit, chores, instance
from services.chores import Chore, Tools
from services.database import Sessions
from services.documents import records
from services.documents.antivirus import Antivirus
from services.documents.store import DocumentStore
from services.models import ScanState, new_id
from tests.engine import Database
from tests.factories import make_account, make_report, make_scan
from tests.services.documents.clamd import EICAR, Clamd
from tests.services.documents.streams import files


@pytest.fixture
def tools(database: Database, sessions: Sessions, tmp_path: Path) -> Tools:
    instance.create(database.migrator_url)
    store = DocumentStore.from_url((tmp_path / "documents").as_uri())
    return Tools(sessions, store, None, tmp_path / "anchors.jsonl")


@pytest.fixture
async def clamd() -> AsyncIterator[Clamd]:
    scanner = Clamd()
    await scanner.start()
    yield scanner
    await scanner.stop()


async def run(tools: Tools, statement: str, **given: object) -> None:
    async with tools.sessions.begin() as session:
        await session.execute(text(statement), given)


async def values(tools: Tools, query: str) -> list[str]:
    async with tools.sessions() as session:
        return list((await session.execute(text(query))).scalars())


async def state_of(tools: Tools, chore: Chore) -> chores.State:
    async with tools.sessions() as session:
        return next(state for state in await chores.states(session) if state.chore is chore)


async def test_a_chore_is_done_once_a_day_and_again_the_next(tools: Tools) -> None:
    assert await chores.carry_out(tools, Chore.RATE_LIMITS) == 0
    assert await chores.carry_out(tools, Chore.RATE_LIMITS) is None
    await run(tools, "UPDATE chore_run SET day = day - 1, done_at = done_at - interval '1 day'")
    assert not (await state_of(tools, Chore.RATE_LIMITS)).late
    assert await chores.carry_out(tools, Chore.RATE_LIMITS) == 0
    assert (await state_of(tools, Chore.RATE_LIMITS)).failure is None


async def test_one_that_fails_is_seen_tried_again_and_late_after_a_day(tools: Tools) -> None:
    blocked = replace(tools, anchors=tools.anchors / "under" / "a-file")
    tools.anchors.write_text("")
    with pytest.raises(NotADirectoryError):
        await chores.carry_out(blocked, Chore.AUDIT_ANCHOR)
    failed = await state_of(tools, Chore.AUDIT_ANCHOR)
    assert (failed.failure, failed.done_at, failed.late) == ("NotADirectoryError", None, False)
    await run(tools, "UPDATE chore_run SET day = day - 2, done_at = now() - interval '27 hours'")
    assert (await state_of(tools, Chore.AUDIT_ANCHOR)).late
    assert await chores.carry_out(tools, Chore.AUDIT_ANCHOR) is not None
    assert not (await state_of(tools, Chore.AUDIT_ANCHOR)).late


async def test_the_anchor_outside_the_database_covers_every_event(tools: Tools) -> None:
    async with tools.sessions.begin() as session:
        await make_report(session)
    count = await chores.carry_out(tools, Chore.AUDIT_ANCHOR)
    [anchor] = audit.read_anchors(tools.anchors)
    assert anchor.events == count
    async with tools.sessions() as session:
        assert count == (await session.execute(text("SELECT count(*) FROM case_event"))).scalar_one() > 0
        assert await audit.check_anchors(session, [anchor]) == []


async def test_files_in_quarantine_are_judged_once_the_scanner_is_back(tools: Tools, clamd: Clamd) -> None:
    bytes_of = {"bersih": b"%PDF-1.7", "virus": EICAR}
    made = {}
    async with tools.sessions.begin() as session:
        account = await make_account(session)
        for name, content in bytes_of.items():
            scan = await make_scan(session, account.id, scan_state=ScanState.QUARANTINED)
            scan.storage_key = (await tools.store.put_bytes(content)).key
            made[name] = scan.id
    assert await chores.carry_out(tools, Chore.QUARANTINE) == 0  # no scanner: nothing is clean by waiting
    guarded = replace(tools, antivirus=Antivirus.from_address(clamd.address))
    assert await chores.carry_out(guarded, Chore.QUARANTINE, again=True) == 2
    async with tools.sessions() as session:
        assert await records.quarantined(session) == []
    judged = await values(tools, "SELECT scan_state FROM document ORDER BY id")
    assert judged == [ScanState.CLEAN, ScanState.REJECTED]


async def test_files_that_no_row_knows_are_deleted_after_a_day(tools: Tools, tmp_path: Path) -> None:
    known, old, fresh = [await tools.store.put_bytes(name) for name in (b"known", b"old", b"fresh")]
    async with tools.sessions.begin() as session:
        account = await make_account(session)
        (await make_scan(session, account.id)).storage_key = known.key
    yesterday = time.time() - 25 * 3600
    for key in (known.key, old.key):
        os.utime(tmp_path / "documents" / key, (yesterday, yesterday))
    assert await chores.carry_out(tools, Chore.ORPHANS) == 1
    assert await tools.store.exists(known.key)
    assert await tools.store.exists(fresh.key)
    assert len([*files(tmp_path / "documents")]) == 2


async def test_what_has_expired_for_a_month_is_forgotten_and_nothing_else(tools: Tools) -> None:
    for days in (1, 31):
        given = {"key": str(days), "at": f"{days} days", "id": new_id()}
        await run(
            tools,
            "INSERT INTO idempotency_key (principal, route, key, request_hash, created_at)"
            " VALUES ('x', 'POST /', :key, '', now() - CAST(:at AS interval))",
            **given,
        )
        await run(
            tools,
            "INSERT INTO one_time_token (id, token_hash, purpose, created_at, expires_at)"
            " VALUES (:id, :key, 'reset', now(), now() - CAST(:at AS interval))",
            **given,
        )
    assert await chores.carry_out(tools, Chore.IDEMPOTENCY_KEYS) == 1
    assert await chores.carry_out(tools, Chore.SESSIONS) == 1
    assert await values(tools, "SELECT key FROM idempotency_key") == ["1"]
    assert await values(tools, "SELECT token_hash FROM one_time_token") == ["1"]
