"""One file that holds an instance: its database, documents and mail journal."""

import io
import json
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from settings import libpq_url
from stack.home import Refused, StackError
from stack.programs import tool
from stack.progress import Detail, Progress

FORMAT = 1
MANIFEST = "manifest.json"  # the last member: a file without it was cut off
DUMP = "database.dump"
JOURNAL = "legal-mail.journal"
DOCUMENTS = "documents/"
LIBPQ = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
}
LOAD = ("--single-transaction", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--output=/dev/null")
# Rights that new tables get by default would be added to those in the dump, and an append-only table would
# become writable. The dump brings the defaults back at its end.
NO_DEFAULT_RIGHTS = """
DO $$ DECLARE entry record; BEGIN
    FOR entry IN
        SELECT DISTINCT grantee::regrole AS role,
               CASE defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES'
                                  ELSE 'FUNCTIONS' END AS kind
        FROM pg_default_acl, aclexplode(defaclacl)
        WHERE defaclrole = current_user::regrole AND grantee <> defaclrole
    LOOP
        EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON %s FROM %s',
                       entry.kind, entry.role);
    END LOOP;
END $$
"""
HOLD_LEGAL_MAIL = (
    "SET search_path TO public; UPDATE lane_state SET held_at = app_now(), reason = 'restored from a backup'"
    " WHERE lane = 'legal'"
)


@dataclass(frozen=True)
class Parts:
    """Where the pieces of an instance are. `documents` None: they are in a store that has its own backup."""

    migrator_url: str
    documents: Path | None
    journal: Path


def write(file: Path, parts: Parts, progress: Progress) -> dict[str, Any]:
    """Write the archive in one step, readable by its owner only; returns its manifest.

    The database is read first and the journal last, so that nothing the dump mentions is missing beside it.
    """
    if file.exists():
        raise Refused(f"{file} exists; name another file")
    draft = file.with_name(f".{file.name}.partial")
    dump = file.with_name(f".{file.name}.dump")
    try:
        with progress.step("Dumping the database"):
            _run([tool("pg_dump"), "--format=custom", f"--file={dump}"], parts.migrator_url)
        with progress.step("Adding documents and journal") as detail, _private(draft) as target:
            manifest = _pack(target, dump, parts, detail)
        draft.replace(file)
        return manifest
    finally:
        dump.unlink(missing_ok=True)
        draft.unlink(missing_ok=True)


def _pack(target: IO[bytes], dump: Path, parts: Parts, detail: Detail) -> dict[str, Any]:
    root = parts.documents
    documents = sorted(path for path in root.rglob("*") if path.is_file()) if root else []
    manifest = {"format": FORMAT, "written_at": datetime.now(UTC).isoformat(), "documents": len(documents)}
    with tarfile.open(fileobj=target, mode="w") as tar:
        tar.add(dump, DUMP)
        for count, path in enumerate(documents, 1):
            detail(f"document {count} of {len(documents)}")
            tar.add(path, DOCUMENTS + str(path.relative_to(root or path)))
        _add(tar, JOURNAL, parts.journal.read_bytes() if parts.journal.exists() else b"")
        _add(tar, MANIFEST, json.dumps(manifest).encode())
    return manifest


def read(file: Path, parts: Parts, progress: Progress) -> dict[str, Any]:
    """Fill an empty database and the directories from an archive; returns its manifest.

    Documents and journal come first and the database last, in one transaction: an interrupted restore can be
    repeated. Legal mail is held in that same transaction, for an officer to release.
    """
    with tarfile.open(file) as tar:
        manifest = _manifest(tar, file)
        _refuse_unless_empty(parts.migrator_url)
        with progress.step("Restoring documents") as detail:
            for count, member in enumerate(_documents(tar), 1):
                detail(f"{count} of {manifest['documents']}")
                _restore_document(tar, member, parts.documents)
            _merge_journal(parts.journal, _content(tar, JOURNAL))
        with progress.step("Restoring the database"):
            _restore_database(tar, parts.migrator_url)
    return manifest


def _documents(tar: tarfile.TarFile) -> list[tarfile.TarInfo]:
    return [member for member in tar.getmembers() if member.isfile() and member.name.startswith(DOCUMENTS)]


def _restore_document(tar: tarfile.TarFile, member: tarfile.TarInfo, documents: Path | None) -> None:
    if documents is None:
        raise StackError("this backup holds documents, and DOCUMENTS_URL is not a directory to put them in")
    member.name = member.name.removeprefix(DOCUMENTS)
    tar.extract(member, documents, filter="data")


def _merge_journal(journal: Path, content: bytes) -> None:
    """Keep what this machine knows and add what the backup knew; lines begin with their time."""
    here = journal.read_bytes() if journal.exists() else b""
    lines = sorted(set(here.splitlines()) | set(content.splitlines()))
    journal.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = journal.with_name(f".{journal.name}.merged")
    with _private(draft) as file:
        file.write(b"".join(line + b"\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(journal)


def _restore_database(tar: tarfile.TarFile, url: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        tar.extract(DUMP, name, filter="data")
        reader = [tool("pg_restore"), "--no-owner", "--file=-", f"{name}/{DUMP}"]
        first, last = f"--command={NO_DEFAULT_RIGHTS}", f"--command={HOLD_LEGAL_MAIL}"
        loader = [tool("psql"), *LOAD, first, "--file=-", last]
        with subprocess.Popen(reader, stdout=subprocess.PIPE) as script:
            _run(loader, url, stdin=script.stdout)
    if script.returncode:
        raise StackError("the dump in the backup cannot be read")


def _manifest(tar: tarfile.TarFile, file: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(_content(tar, MANIFEST))
    except (KeyError, tarfile.ReadError):
        raise StackError(f"{file} is no complete backup") from None
    if manifest["format"] != FORMAT:
        raise StackError(f"{file} has format {manifest['format']}; this release reads format {FORMAT}")
    return manifest


def _content(tar: tarfile.TarFile, name: str) -> bytes:
    member = tar.extractfile(name)
    return member.read() if member else b""


def _refuse_unless_empty(url: str) -> None:
    with psycopg.connect(libpq_url(url)) as connection:
        row = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    if row and row[0]:
        raise Refused("the database is not empty; restore into a new home, or into an empty database")


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o600
    tar.addfile(member, io.BytesIO(content))


@contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        yield file


def _run(command: list[str], url: str, stdin: IO[bytes] | None = None) -> None:
    """Run a client program of PostgreSQL; the password goes by environment, never by argument."""
    known = conninfo_to_dict(libpq_url(url))
    env = os.environ | {LIBPQ[name]: str(value) for name, value in known.items() if name in LIBPQ}
    done = subprocess.run(command, stdin=stdin, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise StackError(f"{Path(command[0]).name} failed: {done.stderr.strip()}")
