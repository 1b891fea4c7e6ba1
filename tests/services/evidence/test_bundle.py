"""A bundle holds for whoever checks it offline, and not a byte of it can be changed unseen."""

import hashlib
import io
import json
import random
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import audit, instance
from services.database import Sessions
from services.documents.store import DocumentStore
from services.errors import InvalidInput
from services.evidence import handing, verify
from services.models import CaseFile, Deadline, DecreeLayer, Derivation, Document, Report
from tests.engine import Database
from tests.factories import ACTOR, make_account, make_report, make_scan
from tests.services.deadlines.test_regional_dates import SAMARINDA, asked, decreed, nib_of
from tests.services.rollbacks.test_rules import ask, sent
from tests.services.warnings.ladders import DUE, propose, unsent


async def a_case(session: AsyncSession, store: DocumentStore) -> UUID:
    """A report with a story, a date and a document."""
    account = await make_account(session)
    report: Report = await make_report(session, account)
    stored = await store.put_bytes(b"%PDF-1.7 a scan")
    scan = await make_scan(session, account.id)
    scan.case_id, scan.storage_key, scan.sha256, scan.size = (
        report.case_id,
        stored.key,
        stored.sha256,
        stored.size,
    )
    await session.commit()
    return report.case_id


@pytest.fixture
def store(tmp_path: Path) -> DocumentStore:
    return DocumentStore.from_url(f"file://{tmp_path}/documents")


@pytest.fixture
async def case_id(database: Database, sessions: Sessions, store: DocumentStore) -> UUID:
    instance.create(database.migrator_url)
    async with sessions() as session:
        return await a_case(session, store)


async def anchored(sessions: Sessions, path: Path) -> None:
    """An anchor over all there is, after the one before."""
    async with sessions() as session:
        last, _ = await audit.horizon(session)
        before = audit.read_anchors(path)
        audit.append_anchor(path, await audit.digest(session, before[-1] if before else None, last))


async def made(sessions: Sessions, store: DocumentStore, case_id: UUID, path: Path) -> bytes:
    file, _ = await handing.make(sessions, store, case_id, path)
    with file:
        return file.read()


def problems(content: bytes, **elsewhere: Any) -> list[str]:
    return verify.verify(io.BytesIO(content), **elsewhere)[0]


def repacked(content: bytes, change: dict[str, bytes]) -> bytes:
    """A bundle that was written anew with other files, its manifest and seal made to fit."""
    old = zipfile.ZipFile(io.BytesIO(content))
    files = {name: change.get(name, old.read(name)) for name in old.namelist()[:-2]}
    manifest = json.loads(old.read(verify.MANIFEST)) | json.loads(change.get("+manifest", b"{}"))
    manifest["files"] = [
        {"path": name, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
        for name, data in files.items()
    ]
    text_ = json.dumps(manifest).encode()
    files |= {verify.MANIFEST: text_, verify.SEAL: (hashlib.sha256(text_).hexdigest() + "\n").encode()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as again:
        for name, data in files.items():
            again.writestr(verify.entry(name, len(data)), data)
    return out.getvalue()


async def test_the_same_state_gives_the_same_bytes_and_they_hold(
    sessions: Sessions, store: DocumentStore, case_id: UUID, tmp_path: Path
) -> None:
    anchors = tmp_path / "anchors"
    await anchored(sessions, anchors)
    first, second = [await made(sessions, store, case_id, anchors) for _ in range(2)]
    assert first == second
    assert verify.verify(io.BytesIO(first)) == ([], [])
    names = zipfile.ZipFile(io.BytesIO(first)).namelist()
    assert {"VERIFY.py", "timeline.jsonl", "messages.json", "deadlines.json", "anchors/00000.hashes"} <= set(
        names
    )
    assert [name for name in names if name.startswith(("rules/", "calendars/", "documents/"))]
    story = zipfile.ZipFile(io.BytesIO(first)).read("timeline.id.txt").decode()
    assert "Kewajiban laporan Triwulan IV 2026 dibuat." in story


def alone(script: Path, bundle: Path) -> subprocess.CompletedProcess[str]:
    """The script run by a bare Python, with no module of ours in reach."""
    command = [sys.executable, "-I", "-S", str(script), str(bundle)]
    return subprocess.run(command, capture_output=True, text=True, cwd=script.parent, check=False)


async def test_the_script_in_the_bundle_checks_it_with_nothing_but_python(
    sessions: Sessions, store: DocumentStore, case_id: UUID, tmp_path: Path
) -> None:
    content = await made(sessions, store, case_id, tmp_path / "none")
    bundle, script = tmp_path / "bundle.zip", tmp_path / "VERIFY.py"
    bundle.write_bytes(content)
    script.write_bytes(zipfile.ZipFile(bundle).read("VERIFY.py"))
    held = alone(script, bundle)
    assert (held.returncode, held.stdout.splitlines()[-1]) == (0, "the bundle holds")
    assert "younger than the last anchor" in held.stdout
    bundle.write_bytes(content[:-1] + b"x")
    broken = alone(script, bundle)
    assert (broken.returncode, "does not hold" in broken.stdout) == (1, True)


async def test_no_byte_can_be_changed_unseen(
    sessions: Sessions, store: DocumentStore, case_id: UUID, tmp_path: Path
) -> None:
    await anchored(sessions, tmp_path / "anchors")
    content = await made(sessions, store, case_id, tmp_path / "anchors")
    chance = random.Random(20261121)
    ends = [*range(64), *range(len(content) - 400, len(content))]
    for place in {*ends, *chance.sample(range(len(content)), 400)}:
        altered = bytearray(content)
        altered[place] ^= 1 << chance.randrange(8)
        assert problems(bytes(altered)), f"byte {place} of {len(content)}"
    for shorter in (content[:-1], content[1:], content + b"\0", b""):
        assert problems(shorter)


async def test_a_bundle_written_anew_is_found_by_what_it_says(
    sessions: Sessions, store: DocumentStore, case_id: UUID, tmp_path: Path
) -> None:
    await anchored(sessions, tmp_path / "anchors")
    content = await made(sessions, store, case_id, tmp_path / "anchors")
    read = zipfile.ZipFile(io.BytesIO(content)).read
    events = [json.loads(line) for line in read("timeline.jsonl").splitlines()]
    dates = json.loads(read("deadlines.json"))
    [rules] = [name for name in zipfile.ZipFile(io.BytesIO(content)).namelist() if name.startswith("rules/")]
    [scan] = [
        name for name in zipfile.ZipFile(io.BytesIO(content)).namelist() if name.startswith("documents/")
    ]

    assert problems(repacked(content, {})) == [], "the same files give a bundle that holds"
    later = events[0] | {"hashed_text": events[0]["hashed_text"].replace("2027", "2028", 1)}
    assert "text does not give its hash" in problems(repacked(content, {"timeline.jsonl": lines([later])}))[0]
    forged = later | {"hash": hashlib.sha256(later["hashed_text"].encode()).hexdigest()}
    end = {"+manifest": json.dumps({"chain": {"events": 1, "last_hash": forged["hash"]}}).encode()}
    found = problems(repacked(content, {"timeline.jsonl": lines([forged])} | end))
    assert found == ["anchors: event 1 is not among those anchored"], "a chain made to fit meets the anchor"
    assert "does not end" in problems(repacked(content, {"timeline.jsonl": b""}))[0]
    dates[0]["derivation"]["steps"][0]["params"]["date"] = "2027-01-31"
    assert (
        "derivation of report_due"
        in problems(repacked(content, {"deadlines.json": json.dumps(dates).encode()}))[0]
    )
    assert "not the version it says" in problems(repacked(content, {rules: read(rules) + b" "}))[0]
    assert "not the document that was stored" in problems(repacked(content, {scan: b"another scan"}))[0]


def lines(events: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(event) + "\n" for event in events).encode()


async def test_what_was_kept_elsewhere_meets_a_bundle_made_to_fit(
    sessions: Sessions, store: DocumentStore, case_id: UUID, tmp_path: Path
) -> None:
    path = tmp_path / "anchors"
    await anchored(sessions, path)
    content = await made(sessions, store, case_id, path)
    seal = zipfile.ZipFile(io.BytesIO(content)).read(verify.SEAL).decode()
    assert problems(content, seal=seal, anchors=str(path)) == []
    assert problems(content, seal="0" * 64) == ["seal: not the one you gave"]
    path.write_text(path.read_text().replace('"events": ', '"events": 1', 1))
    assert problems(content, anchors=str(path)) == ["anchors: not those of your own copy"]


async def test_taking_a_bundle_needs_a_purpose_and_leaves_the_seal_in_the_log(
    sessions: Sessions, store: DocumentStore, case_id: UUID, tmp_path: Path
) -> None:
    file, seal = await handing.make(sessions, store, case_id, tmp_path / "none")
    file.close()
    async with sessions.begin() as session:
        case = await session.get_one(CaseFile, case_id)
        with pytest.raises(InvalidInput):
            await handing.note(session, ACTOR, case, seal, "  ")
        await handing.note(session, ACTOR, case, seal, "keberatan")
    async with sessions() as session:
        row = (await session.execute(text("SELECT reader, what, purpose, case_id FROM read_log"))).one()
    assert tuple(row) == (ACTOR, f"evidence:{seal}", "keberatan", case_id)


async def test_a_date_counted_on_a_company_s_own_days_encloses_its_calendar(
    database: Database, sessions: Sessions, store: DocumentStore, tmp_path: Path
) -> None:
    instance.create(database.migrator_url)
    async with sessions() as session:
        ours = await asked(session, SAMARINDA)
        nib = await nib_of(session, ours)
        await decreed(session, DecreeLayer.ORGANISATION, nib)
        version = await session.scalar(
            select(col(Derivation.calendar_version))
            .join(Deadline, col(Deadline.derivation_id) == col(Derivation.id))
            .where(col(Deadline.case_id) == ours[0], col(Deadline.name) == ours[1])
        )
        await session.commit()
    content = await made(sessions, store, ours[0], tmp_path / "none")
    enclosed = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert {f"calendars/{one}.json" for one in (version or "").split(",")} <= set(enclosed)
    found, notes = verify.verify(io.BytesIO(content))
    assert (found, [note for note in notes if "rebuilt" in note]) == ([], [])


async def test_a_warning_encloses_the_dates_of_the_duty_it_is_about(
    database: Database, sessions: Sessions, store: DocumentStore, tmp_path: Path
) -> None:
    instance.create(database.migrator_url)
    async with sessions() as session:
        report = await unsent(session)
        ladder = await propose(session, report)
        await session.commit()
    content = await made(sessions, store, ladder.case_id, tmp_path / "none")
    lines = json.loads(zipfile.ZipFile(io.BytesIO(content)).read("deadlines.json"))
    (due,) = [
        line for line in lines if line["case_id"] == str(report.case_id) and line["name"] == "report_due"
    ]
    assert due["due_before"] == DUE.isoformat()
    assert (due["extensions"], bool(due["explained"]["id"]), len(due["derivation"]["digest"])) == (
        [],
        True,
        64,
    )
    assert problems(content) == []
    own = json.dumps([line for line in lines if line["case_id"] != str(report.case_id)]).encode()
    assert problems(repacked(content, {"deadlines.json": own})) == [
        f"deadlines: those of the duty {report.case_id} are missing"
    ]


async def test_a_correction_encloses_the_window_it_was_asked_for_in(
    database: Database, sessions: Sessions, store: DocumentStore, tmp_path: Path
) -> None:
    instance.create(database.migrator_url)
    async with sessions() as session:
        rollback = await ask(session, await sent(session))
        scan = await store.put_bytes(b"%PDF-1.7 a scan")
        kept = {"storage_key": scan.key, "sha256": scan.sha256, "size": scan.size}
        await session.execute(update(Document).values(kept))
        await session.commit()
    for case in (rollback.case_id, rollback.report_id):
        content = await made(sessions, store, case, tmp_path / "none")
        (window,) = json.loads(zipfile.ZipFile(io.BytesIO(content)).read("windows.json"))
        assert (window["rollback"], window["name"]) == (str(rollback.case_id), "rollback_window")
        assert problems(content) == []
        later = json.dumps([window | {"refused_from": "2027-02-01T17:00:00+00:00"}]).encode()
        assert problems(repacked(content, {"windows.json": later}))
        assert problems(repacked(content, {"windows.json": b"[]"})) == [
            "windows: not those in which corrections were asked for"
        ]
