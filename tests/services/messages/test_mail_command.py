"""`tenggat mail` prints what the catcher accepted."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from commands import console
from commands.mail import app
from services.messages.examples import ABOUT, AT, EXAMPLES
from services.messages.mime import Letterhead, build
from services.messages.rendering import Renderer
from settings import Helpdesk
from tests.engine import Database
from tests.services.service_proof.notifications import report

RUN = CliRunner()


@pytest.fixture
def caught(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two caught mails, and a command line that looks at this test's database."""

    class Given:
        database_url = database.app_url

    monkeypatch.setattr(console, "settings", lambda home=None: Given)
    renderer = Renderer("https://tenggat.example", Helpdesk())
    head = Letterhead("Tenggat <tenggat@tenggat.example>").headers()

    async def fill(session: Any) -> list[str]:
        ids = []
        for name in ("registration_received", "report_reminder"):
            mail = renderer.render(name, EXAMPLES[name], now=AT, about=ABOUT)
            header = f"<{name}@tenggat.example>"
            raw = build(head, mail, recipient="a@rotan.example", message_id=header, at=AT)
            row = await session.execute(
                text(
                    "INSERT INTO caught_mail (id, envelope_from, envelope_to, subject, message_header_id, raw)"
                    " VALUES (uuidv7(), 't@t.example', :to, :subject, :header, :raw) RETURNING id"
                ),
                {
                    "to": f"{name}@rotan.example",
                    "subject": mail.subject,
                    "header": header,
                    "raw": raw.decode(),
                },
            )
            ids.append(str(row.scalar_one()))
        return ids

    return console.in_session(fill)


def test_list_prints_every_mail_with_its_text(caught: list[str]) -> None:
    shown = RUN.invoke(app, ["list", "--json"])
    assert shown.exit_code == 0
    first, second = json.loads(shown.stdout)
    assert {"to", "subject", "message_id", "accepted_at", "text"} <= first.keys()
    assert first["to"] == "registration_received@rotan.example"
    assert first["message_id"] == "<registration_received@tenggat.example>"
    assert "ID registrasi: 100001" in first["text"]
    assert second["subject"] == "6 hari lagi: Laporan Triwulan IV 2026"
    only = RUN.invoke(app, ["list", "--json", "--to", "report_reminder@rotan.example"])
    assert [mail["id"] for mail in json.loads(only.stdout)] == [caught[1]]
    table = RUN.invoke(app, ["list"])
    assert caught[0] in table.stdout


def test_a_long_list_is_read_in_short_transactions(
    caught: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Letters carry their PDF: taking thousands of mails apart takes longer than a transaction may lie idle."""
    transactions = []
    real = console.in_session

    def counted(work: Any, **options: Any) -> Any:
        transactions.append(work)
        return real(work, **options)

    monkeypatch.setattr(console, "in_session", counted)
    monkeypatch.setattr("commands.mail.PAGE", 1)
    shown = RUN.invoke(app, ["list", "--json"])
    assert [mail["id"] for mail in json.loads(shown.stdout)] == caught
    assert len(transactions) == 3, "a page with each mail, and one that is empty"


def test_show_prints_one(caught: list[str]) -> None:
    shown = RUN.invoke(app, ["show", caught[1]])
    assert shown.exit_code == 0
    assert "Message-ID: <report_reminder@tenggat.example>" in shown.stdout
    assert "Minggu, 10 Januari 2027 pukul 23.59.59 WIB" in shown.stdout
    assert json.loads(RUN.invoke(app, ["show", caught[1], "--json"]).stdout)["html"].startswith(
        "<!DOCTYPE html>"
    )


def test_an_unknown_mail_is_said_to_be_unknown(caught: list[str]) -> None:
    shown = RUN.invoke(app, ["show", "01940000-0000-7000-8000-000000000001"])
    assert shown.exit_code == console.FAILED
    assert "no mail" in shown.stderr


def test_nothing_caught_is_an_empty_list(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    class Given:
        database_url = database.app_url

    monkeypatch.setattr(console, "settings", lambda home=None: Given)
    assert json.loads(RUN.invoke(app, ["list", "--json"]).stdout) == []


def test_a_bounce_mailbox_is_taken_in_and_may_be_again(caught: list[str], tmp_path: Path) -> None:
    assert caught
    path = tmp_path / "kembali.eml"
    path.write_bytes(report("lapor@contoh.example"))
    for counted in ({"unmatched": 1}, {"repeated": 1}):
        done = RUN.invoke(app, ["bounces", str(path), "--json"])
        assert done.exit_code == 0, done.output
        given = json.loads(done.stdout)
        assert {name: count for name, count in given.items() if count} == counted
    missing = RUN.invoke(app, ["bounces", str(tmp_path / "tidak-ada")])
    assert missing.exit_code == 1
