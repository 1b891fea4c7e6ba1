"""What was planted in a whole run, secrets and names, is found where it belongs and nowhere else."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, LiteralString

import httpx
import psycopg
import pytest
from psycopg import sql

from stack.home import Home
from stack.postgres import running as running_postgres
from tests.api.conftest import once
from tests.instance import ONE_WEB, Instance, running
from tests.pages.visitor import Visitor
from tests.services.documents.corpus import pdf

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

PASSWORD: Final = "Kuning-Melati-7391"
OFFICIAL: Final = "Petugas Kenari Contoh"
COMPANY: Final = "PT Contoh Sangkar Kenari"
DATABASES: Final = ("tenggat", "temporal", "temporal_visibility")
LONGEST: Final = 60  # seconds until a mail is there

_COLUMNS: Final[LiteralString] = """
    SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns
    JOIN information_schema.tables USING (table_catalog, table_schema, table_name)
    WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
      AND data_type IN ('text', 'character varying', 'json', 'jsonb', 'bytea', 'ARRAY')
"""


async def test_secrets_are_nowhere_and_names_only_in_the_rows_that_keep_them(tmp_path: Path) -> None:
    with running(tmp_path / "home", "2026-12-21T09:00", **ONE_WEB) as instance:
        secrets = await lived(instance)
        instance.run("down")
        found = dict(places(Home(instance.home), secrets))
        logged = [path.name for path in logs(instance.home) if told(path, secrets.values())]
        instance.run("up", "--detach", "--port", "0", "--no-seed")

    assert logged == []
    assert found["password"] == found["key"] == set()
    assert found["link"] <= {"tenggat.message.context", "tenggat.caught_mail.raw"}
    assert found["official"] <= {"tenggat.person.name"}
    assert not {place for place in found["company"] if not place.startswith("tenggat.")}
    assert found["company"], "what was planted would have been found"


async def lived(instance: Instance) -> dict[str, str]:
    """An official is invited, sets a password and signs in; a program of the UPP enters a registration."""
    instance.run(
        "people", "add", "kenari", "--email", "kenari@contoh.example", "--name", OFFICIAL, "--role", "auditor"
    )
    key = instance.json("token", "create", "--role", "upp_officer")["token"]
    link = (await mailed(instance, "kenari@contoh.example", r"/aktivasi/([\w-]+)"))[1]
    headers = {"sec-fetch-site": "same-origin", "origin": instance.url}
    async with httpx.AsyncClient(base_url=instance.url, headers=headers, follow_redirects=True) as client:
        browser = Visitor(client)
        here = f"/aktivasi/{link}"
        await browser.open(here)
        await browser.send(here, {"password": PASSWORD, "password_again": PASSWORD})
        await browser.send("/masuk", {"username": "kenari", "password": PASSWORD})
        assert browser.path not in ("/masuk", here), browser.errors
    form = {
        "company_name": COMPANY, "nib": "7000000007391", "npwp": "013456789012345",
        "email": "sangkar@contoh.example", "region_code": "64.72", "address": "Jalan Sangkar 1",
    }  # fmt: skip
    async with httpx.AsyncClient(
        base_url=instance.url, headers={"Authorization": f"Bearer {key}"} | once()
    ) as program:
        answer = await program.post(
            "/api/v1/registrations", data=form, files={"document": ("nib.pdf", pdf(), "application/pdf")}
        )
        assert answer.status_code == 201, answer.text
    await mailed(instance, "sangkar@contoh.example", COMPANY)
    return {"password": PASSWORD, "key": key, "link": link, "official": OFFICIAL, "company": COMPANY}


async def mailed(instance: Instance, address: str, pattern: str) -> re.Match[str]:
    """What a mail to this address says."""
    for _ in range(LONGEST):
        for mail in await asyncio.to_thread(instance.json, "mail", "list"):
            if mail["to"] == address and (found := re.search(pattern, mail["text"])):
                return found
        await asyncio.sleep(1)
    raise AssertionError(f"no mail to {address} says {pattern}")


def places(home: Home, planted: dict[str, str]) -> Iterator[tuple[str, set[str]]]:
    """By name: `database.table.column` of each column, the engine's histories too, that holds the planted word."""
    with home.lock(), running_postgres(home) as postgres:
        for name, word in planted.items():
            found = set()
            for database in DATABASES:
                with postgres.connect(database) as connection:
                    found |= {f"{database}.{place}" for place in holding(connection, word)}
            yield name, found


def holding(connection: psycopg.Connection[Any], word: str) -> Iterator[str]:
    for schema, table, column, kind in connection.execute(_COLUMNS).fetchall():
        value = (
            sql.Identifier(column) if kind == "bytea" else sql.SQL("{}::text").format(sql.Identifier(column))
        )
        query = sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE position(%s IN {}) > 0)").format(
            sql.Identifier(schema, table), value
        )
        row = connection.execute(query, [word.encode() if kind == "bytea" else word]).fetchone()
        if row and row[0]:
            yield f"{table}.{column}"


def logs(home: Path) -> list[Path]:
    """Every log that the instance wrote."""
    return sorted(path for path in (home / "logs").rglob("*") if path.is_file())


def told(log: Path, words: Any) -> list[str]:
    text = log.read_text(errors="replace")
    return [word for word in words if word in text]
