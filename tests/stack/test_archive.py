"""Backup and restore: everything comes back, legal mail is held, nothing half-written stays."""

import io
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from settings import libpq_url
from stack import archive
from stack.databases import MIGRATOR, prepare_application_database
from stack.home import Refused, StackError
from stack.progress import Progress
from tests.engine import Database, Engine

QUIET = Progress(io.StringIO())


@pytest.fixture
def empty(pg: Engine) -> Iterator[str]:
    """The migrator's URL of an empty database, as a new home has it."""
    with pg.postgres.connect() as connection:
        connection.execute(sql.SQL("CREATE DATABASE restored OWNER {}").format(sql.Identifier(MIGRATOR)))
    prepare_application_database(pg.postgres, "restored")
    yield pg.postgres.url("restored", MIGRATOR, pg.home.secret(f"database_{MIGRATOR}"))
    with pg.postgres.connect() as connection:
        connection.execute("DROP DATABASE restored WITH (FORCE)")


@pytest.fixture
def original(database: Database, tmp_path: Path) -> archive.Parts:
    documents = tmp_path / "documents"
    (documents / "ab").mkdir(parents=True)
    (documents / "ab" / "cd.pdf").write_bytes(b"%PDF-1.7 a letter")
    journal = tmp_path / "journal"
    journal.write_text("2026-01-02T00:00:00+00:00\tsending\t<two@tenggat.example>\n")
    with psycopg.connect(libpq_url(database.migrator_url)) as connection:
        connection.execute("CREATE TABLE kept (what text)")
        connection.execute("INSERT INTO kept VALUES ('every row')")
    return archive.Parts(database.migrator_url, documents, journal)


def test_everything_comes_back_and_legal_mail_is_held(
    original: archive.Parts, empty: str, tmp_path: Path
) -> None:
    file = tmp_path / "backup.tenggat"
    archive.write(file, original, QUIET)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    target = archive.Parts(empty, tmp_path / "new" / "documents", tmp_path / "new" / "journal")
    manifest = archive.read(file, target, QUIET)
    assert manifest["documents"] == 1
    assert target.documents
    assert (target.documents / "ab" / "cd.pdf").read_bytes() == b"%PDF-1.7 a letter"
    assert target.journal.read_text() == original.journal.read_text()
    with psycopg.connect(empty) as connection:
        assert connection.execute("SELECT what FROM kept").fetchall() == [("every row",)]
        held = connection.execute("SELECT lane FROM lane_state WHERE held_at IS NOT NULL").fetchall()
        assert held == [("legal",)]
        privileges = "SELECT has_table_privilege('tenggat_app', 'case_event', %s)"
        assert connection.execute(privileges, ["INSERT"]).fetchone() == (True,)
        assert connection.execute(privileges, ["UPDATE"]).fetchone() == (False,)


def test_a_letter_sent_after_the_backup_stays_in_the_journal(
    original: archive.Parts, empty: str, tmp_path: Path
) -> None:
    file = tmp_path / "backup.tenggat"
    archive.write(file, original, QUIET)
    later = "2026-01-03T00:00:00+00:00\tsending\t<three@tenggat.example>\n"
    original.journal.write_text(original.journal.read_text() + later)
    archive.read(file, archive.Parts(empty, tmp_path / "new", original.journal), QUIET)
    assert [line.split("<")[1] for line in original.journal.read_text().splitlines()] == [
        "two@tenggat.example>",
        "three@tenggat.example>",
    ]


def test_a_database_with_tables_is_not_restored_over(original: archive.Parts, tmp_path: Path) -> None:
    file = tmp_path / "backup.tenggat"
    archive.write(file, original, QUIET)
    with pytest.raises(Refused, match="not empty"):
        archive.read(file, original, QUIET)


def test_a_backup_that_was_cut_off_is_refused_before_anything_is_touched(
    original: archive.Parts, empty: str, tmp_path: Path
) -> None:
    file = tmp_path / "backup.tenggat"
    archive.write(file, original, QUIET)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    target = archive.Parts(empty, tmp_path / "new", tmp_path / "new-journal")
    with pytest.raises(StackError, match="no complete backup"):
        archive.read(file, target, QUIET)
    assert not (tmp_path / "new").exists()


def test_an_existing_file_is_not_overwritten_and_a_failed_backup_leaves_none(
    original: archive.Parts, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("precious")
    with pytest.raises(Refused):
        archive.write(tmp_path / "taken", original, QUIET)
    assert (tmp_path / "taken").read_text() == "precious"
    broken = archive.Parts("postgresql:///nowhere?host=/nonexistent", None, original.journal)
    with pytest.raises(StackError, match="pg_dump"):
        archive.write(tmp_path / "fresh", broken, QUIET)
    assert not [path for path in tmp_path.iterdir() if "fresh" in path.name]
