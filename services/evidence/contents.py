"""What a bundle holds of one case: timeline, messages with their deliveries, dates, rules, calendars, documents."""

import json
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any, Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases
from services.audit import Anchor
from services.evidence import calendars, dates, records
from services.evidence.bundle import Contents
from services.evidence.records import plain
from services.models import (
    CaseChain,
    CaseEvent,
    CaseFile,
    Document,
    IssuedDocument,
    PolicyChange,
    PolicyVersion,
    ScanState,
)
from services.timeline.past import MAX_LINES, PastLine, past

README: Final = """\
Bundel bukti satu perkara dari Tenggat / Evidence of one case from Tenggat
===========================================================================

Periksa / Check:   python3 VERIFY.py BUNDEL.zip

VERIFY.py memerlukan Python 3.9 saja, tanpa jaringan. Bandingkan segel (SEAL.txt) dengan yang dicatat saat bundel ini
diserahkan, dan anchors.jsonl dengan salinan Anda sendiri:

    python3 VERIFY.py BUNDEL.zip --seal SEGEL --anchors SALINAN.jsonl

VERIFY.py needs Python 3.9 and no network. Compare the seal (SEAL.txt) with the one noted when this bundle was handed
out, and anchors.jsonl with your own copy of it.

timeline.id.txt, timeline.en.txt  apa yang terjadi / what happened
timeline.jsonl                    peristiwa dan rantai hash / events and their hash chain
messages.json                     pemberitahuan dan bukti pengirimannya / messages, deliveries, servers' answers
deadlines.json                    batas waktu dan perhitungannya, juga kewajiban yang diperingatkan / dates and how
                                  they follow, also of the duty that a warning is about
windows.json                      jangka waktu permohonan perbaikan / until when corrections could be asked for
records.json                      baris lain tentang perkara ini / every other row about the case
documents.json, documents/        berkas / files
rules/, calendars/                versi aturan dan kalender / versions of rules and calendars
anchors.jsonl, anchors/           jangkar harian di luar basis data / daily anchors kept outside the database
"""
_SUFFIXES: Final = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


async def collect(session: AsyncSession, case_id: UUID, anchors: Iterable[Anchor]) -> Contents:
    """Everything as it stands; the case stays locked until the caller's transaction ends. NotFound otherwise."""
    case = await cases.lock(session, case_id)
    chain = await session.get_one(CaseChain, case_id, populate_existing=True)
    found = await records.of_case(session, case_id)
    enclosed = await dates.of_case(session, case, found)
    documents = await _documents(session, case_id, found)
    rules = await _rules(session, case)
    own = next((digest for digest, (version, _) in rules.items() if version == case.policy_version_id), None)
    texts = {
        "README.txt": README,
        "case.json": _json(records.case_facts(case)),
        "timeline.id.txt": await _story(session, case, "id"),
        "timeline.en.txt": await _story(session, case, "en"),
        "timeline.jsonl": await _events(session, case_id),
        "messages.json": _json(await records.messages(session, case_id)),
        "deadlines.json": _json(await dates.told(session, enclosed)),
        "windows.json": _json(await dates.windows(session, enclosed)),
        "records.json": _json(found),
        "documents.json": _json([line for line, _ in documents]),
        **{f"rules/{digest}.json": text for digest, (_, text) in sorted(rules.items())},
        **{
            f"calendars/{version}.json": text
            for version, text in sorted((await calendars.of_dates(session, enclosed.counted())).items())
        },
        "anchors.jsonl": "".join(json.dumps(vars(anchor)) + "\n" for anchor in anchors),
    }
    return Contents(
        case={"id": str(case.id), "key": case.key, "kind": case.kind, "rules": own},
        chain={"events": chain.last_seq, "last_hash": chain.last_hash.hex()},
        texts=texts,
        documents=[(line["enclosed"], document) for line, document in documents if line["enclosed"]],
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


async def _events(session: AsyncSession, case_id: UUID) -> str:
    """One line for each event: its place in the database, and the exact text that was hashed."""
    query = select(CaseEvent).where(col(CaseEvent.case_id) == case_id).order_by(col(CaseEvent.seq))
    lines = [
        {"id": event.id, "seq": event.seq, "hash": event.hash.hex(), "hashed_text": event.hashed_text}
        for event in (await session.execute(query)).scalars()
    ]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


async def _story(session: AsyncSession, case: CaseFile, locale: str) -> str:
    """The timeline in words, as officials read it."""
    told: list[PastLine] = []
    while True:
        more = await past(session, case, for_company=False, locale=locale, after=told[-1].seq if told else 0)
        told += more
        if len(more) < MAX_LINES:
            break
    return "".join(
        f"{line.seq:>5}  {plain(line.at)}  {line.text}  [{line.actor}]"
        + "".join(f" · {ground}" for ground in (line.instrument, line.reason) if ground)
        + "\n"
        for line in told
    )


async def _rules(session: AsyncSession, case: CaseFile) -> dict[str, tuple[UUID, str]]:
    """The versions the case runs and ran under: (id, canonical text) by their digest."""
    moved = select(CaseEvent.data["change"].astext).where(
        col(CaseEvent.case_id) == case.id, col(CaseEvent.type) == "rules_changed"
    )
    changes = [UUID(change) for change in (await session.execute(moved)).scalars()]
    of_changes = (
        await session.execute(select(PolicyChange).where(col(PolicyChange.case_id).in_(changes)))
    ).scalars()
    wanted = {case.policy_version_id, *(v for c in of_changes for v in (c.base_id, c.version_id))} - {None}
    found = await session.execute(select(PolicyVersion).where(col(PolicyVersion.id).in_(wanted)))
    return {version.digest: (version.id, _canonical(version.content)) for version in found.scalars()}


def _canonical(document: Mapping[str, Any]) -> str:
    """The spelling whose SHA-256 names a version."""
    return json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


async def _documents(
    session: AsyncSession, case_id: UUID, found: Mapping[str, list[dict[str, Any]]]
) -> list[tuple[dict[str, Any], Document]]:
    """The files of the case: its own, those it issued, and those its rows name. Only clean ones are enclosed."""
    issued = select(col(IssuedDocument.document_id)).where(col(IssuedDocument.case_id) == case_id)
    named = {
        UUID(value)
        for rows in found.values()
        for row in rows
        for name, value in row.items()
        if value and name.endswith("document_id")
    }
    query = (
        select(Document)
        .where(
            or_(col(Document.case_id) == case_id, col(Document.id).in_(issued), col(Document.id).in_(named))
        )
        .order_by(col(Document.id))
    )
    return [(_document(row), row) for row in (await session.execute(query)).scalars()]


def _document(row: Document) -> dict[str, Any]:
    path = PurePosixPath("documents") / f"{row.id}.{_SUFFIXES.get(row.media_type, 'bin')}"
    facts: dict[str, Any] = plain(row.model_dump(exclude={"storage_key"}))
    return facts | {"enclosed": str(path) if row.scan_state == ScanState.CLEAN else None}
