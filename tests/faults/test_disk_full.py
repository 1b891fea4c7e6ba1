"""The disk of Postgres or of the documents is full: who sends something is asked to come back, and then it is there."""

import asyncio
import tempfile
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import httpx
import psycopg
import pytest
from sqlalchemy import text

from services import instance
from services.models import Role
from stack.postgres import DURABLE
from tests.api.conftest import NOWHERE, START, Api, serving
from tests.api.test_registrations import TYPED
from tests.engine import Database, Engine, running_postgres
from tests.faults.disks import Disk, small_disk
from tests.faults.table import FULL, Enter, Line
from tests.services.documents.corpus import pdf
from tests.world import settings_for

COMMANDS = 400 if FULL else 40
DISK = 320  # megabytes: a new cluster, its template and one database, with room for a little log
SMALL = {**DURABLE, "shared_buffers": "32MB", "max_connections": "60", "min_wal_size": "32MB"}
pytestmark = [pytest.mark.faults, pytest.mark.timeout(600 if FULL else 180)]


@dataclass(frozen=True)
class Narrow:
    """A Postgres on a disk that can be filled, and a database in it."""

    disk: Disk
    engine: Engine
    database: Database

    def use_up_the_log(self) -> None:
        """Write until the log needs another file: the one trouble that Postgres itself ends over."""
        with psycopg.connect(self.database.superuser_url, autocommit=True) as connection:
            statement = "SELECT pg_logical_emit_message(false, 'full', 'x'), pg_switch_wal()"
            with pytest.raises(psycopg.OperationalError):
                deque((connection.execute(statement) for _ in range(20)), maxlen=0)

    def start_again(self) -> bool:
        """As the supervisor does when it has ended; whether it had."""
        postgres = self.engine.postgres
        ended = postgres.process is None or postgres.process.poll() is not None
        if ended:
            postgres.start()
        postgres.wait()
        return ended


@pytest.fixture
def narrow(tmp_path: Path) -> Iterator[Narrow]:
    with small_disk(tmp_path / "disk", DISK) as disk, running_postgres(disk.path, SMALL) as engine:
        database = engine.clone()
        instance.create(database.migrator_url, rehearsal=True, start=datetime.fromisoformat(START))
        yield Narrow(disk, engine, database)


@pytest.fixture
async def served(narrow: Narrow, tmp_path: Path) -> AsyncIterator[Api]:
    async with serving(settings_for(narrow.database, tmp_path, 25, NOWHERE)) as api:
        yield api


async def register(client: httpx.AsyncClient, number: int, document: bytes | None = None) -> httpx.Response:
    form = TYPED | {"nib": f"8{number:012d}", "address": f"Jalan Penuh {number}"}
    files = {"document": ("nib.pdf", document or pdf())}
    key = {"Idempotency-Key": f"penuh-{number}"}
    return await client.post("/api/v1/registrations", data=form, files=files, headers=key)


async def test_postgres_has_no_room_left(narrow: Narrow, served: Api, table: Enter) -> None:
    upp = await served.as_(Role.UPP_OFFICER)
    answers = [await register(upp, number) for number in range(COMMANDS // 4)]
    narrow.disk.fill()
    answers += [await register(upp, number) for number in range(len(answers), COMMANDS)]
    narrow.use_up_the_log()
    answers.append(await register(upp, COMMANDS))
    said = Counter(answer.status_code for answer in answers)
    assert set(said) == {201, 503}, said
    assert said[503] > COMMANDS / 2
    narrow.disk.free()
    ended = await asyncio.to_thread(narrow.start_again)
    for number, answer in enumerate(answers):
        id_ = await _insisted(upp, number)
        assert answer.status_code == 503 or id_ == answer.json()["id"], "what was taken in is still there"
    right, rows = await _whole(served)
    end = "started again" if ended else "recovered by itself"
    table(
        Line(
            "disk of Postgres full, then freed",
            cases=len(answers),
            right=right,
            lost=len(answers) - rows,
            remarks=f"answers 201: {said[201]}, 503: {said[503]}; its log used up too: {end}",
        )
    )


async def _insisted(client: httpx.AsyncClient, number: int) -> str:
    """As somebody who is told to come back; connections that broke may cost a try each. The id of the case."""
    for _ in range(60):
        answer = await register(client, number)
        if answer.status_code == 201:
            return str(answer.json()["id"])
        assert answer.status_code == 503, answer.text
        await asyncio.sleep(0.2)
    raise AssertionError(f"{number} was never taken in")


async def _whole(api: Api) -> tuple[int, int]:
    """Registrations with everything that belongs to one, and all registrations."""
    query = text(
        "SELECT count(DISTINCT r.nib) FILTER (WHERE d.id IS NOT NULL AND e.case_id IS NOT NULL), count(*)"
        " FROM registration r JOIN case_file c ON c.id = r.case_id"
        " LEFT JOIN document d ON d.case_id = r.case_id"
        " LEFT JOIN LATERAL (SELECT DISTINCT case_id FROM case_event WHERE case_id = r.case_id) e ON true"
    )
    async with api.sessions() as session:
        right, rows = (await session.execute(query)).one()
    return right, rows


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with small_disk(tmp_path / "disk", 4) as mounted:
        yield mounted


@pytest.fixture
async def api(database: Database, disk: Disk, tmp_path: Path) -> AsyncIterator[Api]:
    """The application, whose documents lie on the small disk."""
    instance.create(database.migrator_url, rehearsal=True, start=datetime.fromisoformat(START))
    given = settings_for(database, tmp_path, 25, NOWHERE)
    async with serving(replace(given, documents_url=f"file://{disk.path}/documents")) as served:
        yield served


async def test_the_store_of_documents_has_no_room_left(api: Api, disk: Disk, table: Enter) -> None:
    upp = await api.as_(Role.UPP_OFFICER)
    disk.fill()
    refused = [(await register(upp, number)).status_code for number in range(5)]
    assert refused == [503] * 5
    assert stored(disk) == [], "no half file"
    disk.free()
    for number in range(5):
        assert (await register(upp, number)).status_code == 201
    assert len(stored(disk)) == 5
    right, rows = await _whole(api)
    table(Line("disk of the documents full, then freed", cases=5, right=right, lost=5 - rows))


async def test_there_is_no_room_for_uploads_on_their_way(
    api: Api, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    upp = await api.as_(Role.UPP_OFFICER)
    disk.fill()
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(tempfile, "tempdir", str(disk.path))
        assert (await register(upp, 1, pdf() + bytes(2 * 1024 * 1024))).status_code == 503
    disk.free()
    assert (await register(upp, 1)).status_code == 201


def stored(disk: Disk) -> list[Path]:
    """Every file that the store keeps."""
    return [path for path in (disk.path / "documents").rglob("*") if path.is_file()]
