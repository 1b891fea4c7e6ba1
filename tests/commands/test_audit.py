"""tenggat audit: whatever is altered behind the triggers is found."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from typer.testing import CliRunner, Result

from cli import build
from services import cases, instance
from services.models import CaseFile, CaseKind, new_id
from tests.commands.test_people_and_token import ask
from tests.engine import Database

NOW = datetime(2027, 1, 4, 2, tzinfo=UTC)
Tenggat = Callable[..., Result]


@pytest.fixture
def tenggat(database: Database, tmp_path: Path) -> Tenggat:
    """Runs one command line against a database with four cases of three events each."""
    instance.create(database.migrator_url)
    ask(database, _fill)
    env = {
        "TENGGAT_HOME": str(tmp_path),
        "DATABASE_URL": database.app_url,
        "TEMPORAL_ADDRESS": "127.0.0.1:1",
        "TENGGAT_SECRET_KEY": "an-instance-key-of-forty-characters-or-so",
    }

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(build(list(arguments)), list(arguments), env=env)

    return run


async def _fill(session: AsyncSession) -> None:
    for number in range(4):
        case = CaseFile(
            id=new_id(),
            kind=CaseKind.REGISTRATION,
            key=f"registration/{number}",
            status="submitted",
            opened_at=NOW,
        )
        await cases.open_case(session, case)
        for step in range(3):
            data = {"step": step, "wörter": 'a "quoted" value', "previous": "none"}
            await cases.record(session, case, "noted", now=NOW, actor="system", data=data)


def alter(database: Database, statement: str) -> None:
    """Change rows as somebody with every right could, around the triggers."""
    for name, written in SHORT.items():
        statement = statement.replace(name, written)
    with psycopg.connect(database.superuser_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(statement)


def breaks(result: Result) -> list[str]:
    found = json.loads(result.stdout)
    assert found["ok"] is (result.exit_code == 0)
    return [line["what"] for line in found["breaks"]]


def test_an_untouched_database_holds(tenggat: Tenggat) -> None:
    result = tenggat("audit", "verify", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {"ok": True, "cases": 4, "events": 12, "anchors": 0, "breaks": []}


SHORT = {
    "@second": "id = (SELECT id FROM case_event ORDER BY id OFFSET 4 LIMIT 1)",
    "@forged": "replace(hashed_text, 'system', 'nobody')",
}
TAMPERED = {
    "type": ("UPDATE case_event SET type = 'accepted' WHERE @second", ["altered"]),
    "legal moment": ("UPDATE case_event SET at = at - interval '1 second' WHERE @second", ["altered"]),
    "recording": (
        "UPDATE case_event SET recorded_at = recorded_at - interval '1 us' WHERE @second",
        ["altered"],
    ),
    "actor": ("UPDATE case_event SET actor = 'cli' WHERE @second", ["altered"]),
    "data": ("UPDATE case_event SET data = data || '{\"step\": 9}' WHERE @second", ["altered"]),
    "text": ("UPDATE case_event SET hashed_text = hashed_text || ' ' WHERE @second", ["rehashed"]),
    "a line and its hash": (
        "UPDATE case_event SET actor = 'nobody', hashed_text = @forged,"
        " hash = sha256(convert_to(@forged, 'UTF8')) WHERE @second",
        ["unlinked"],
    ),
    "a line taken out": ("DELETE FROM case_event WHERE @second", ["gap"]),
    "the last line taken out": (
        "DELETE FROM case_event WHERE id = (SELECT max(id) FROM case_event)",
        ["end"],
    ),
    "a chain's end turned back": (
        "UPDATE case_chain SET last_seq = 2 WHERE case_id = (SELECT max(case_id::text)::uuid FROM case_chain)",
        ["end"],
    ),
    "a chain without an end": ("DELETE FROM case_chain WHERE last_seq = 3", ["no_chain"] * 4),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_altered_is_found(tenggat: Tenggat, database: Database, what: str) -> None:
    statement, expected = TAMPERED[what]
    alter(database, statement)
    result = tenggat("audit", "verify", "--json")
    assert result.exit_code == 1
    assert breaks(result) == expected
    assert tenggat("audit", "verify").exit_code == 1


def test_whoever_rewrites_a_whole_chain_still_contradicts_the_anchor(
    tenggat: Tenggat, database: Database
) -> None:
    for _ in range(2):
        assert tenggat("audit", "anchor", "--json").exit_code == 0
        ask(database, _more)
    assert breaks(tenggat("audit", "verify", "--json")) == []
    alter(
        database,
        "DELETE FROM case_event WHERE id = (SELECT max(id) FROM case_event WHERE seq = 3);"
        "UPDATE case_chain c SET last_seq = e.seq, last_hash = e.hash FROM case_event e"
        " WHERE e.case_id = c.case_id AND e.seq = (SELECT max(seq) FROM case_event x WHERE x.case_id = c.case_id)",
    )
    assert breaks(tenggat("audit", "verify", "--json")) == ["anchor"]


async def _more(session: AsyncSession) -> None:
    case = CaseFile(
        id=new_id(),
        kind=CaseKind.REGISTRATION,
        key=f"registration/{new_id()}",
        status="submitted",
        opened_at=NOW,
    )
    await cases.open_case(session, case)
    await cases.record(session, case, "submitted", now=NOW)
