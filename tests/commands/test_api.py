"""tenggat api: what is said on the command line is what the server is asked, and its answer what is printed."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from cli import build

REFUSAL = {
    "status": 422, "title": "invalid input", "detail": "Periksa isian.",
    "errors": [{"field": "target_date", "message": "Tanggal sudah lewat."}],
}  # fmt: skip


@dataclass
class Server:
    """A server that writes down what it is asked, and answers as told."""

    url: str = ""
    status: int = 200
    answer: bytes = b'{"id": "x"}'
    kind: str = "application/json"
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Server]:
    told = Server()

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            told.asked.append((self.command, self.path, dict(self.headers.items()), body))
            self.send_response(told.status)
            self.send_header("content-type", told.kind)
            self.send_header("content-length", str(len(told.answer)))
            self.end_headers()
            self.wfile.write(told.answer)

        do_GET = do_POST = do_PUT = handle_any  # noqa: N815 -- the names that http.server asks for

        def log_message(self, *_: object) -> None:
            """Nothing: the tests' output is for their findings."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        told.url = f"http://127.0.0.1:{listening.server_port}"
        yield told
        listening.shutdown()


def say(server: Server, *words: str) -> Result:
    arguments = ["api", *words, "--url", server.url]
    return CliRunner().invoke(build(arguments), arguments, env={"TENGGAT_TOKEN": "kunci-uji"})


def test_fields_of_a_reading_are_its_query(server: Server) -> None:
    done = say(server, "GET", "/cases", "kind=report", "due_before=2027-01-11T00:00:00+07:00")
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"id": "x"})
    [(method, path, headers, body)] = server.asked
    assert (method, body) == ("GET", b"")
    assert path == "/api/v1/cases?kind=report&due_before=2027-01-11T00%3A00%3A00%2B07%3A00"
    assert headers["Authorization"] == "Bearer kunci-uji"


def test_fields_of_an_act_are_its_json_and_each_act_has_a_key(server: Server) -> None:
    for _ in range(2):
        assert (
            say(server, "post", "/extensions", "scope=region", "accounts:=[1, 2]", "email=a@b.id").exit_code
            == 0
        )
    (_, path, first, body), (*_, second, _) = server.asked
    assert path == "/api/v1/extensions"
    assert json.loads(body) == {"scope": "region", "accounts": [1, 2], "email": "a@b.id"}
    assert UUID(first["Idempotency-Key"]) != UUID(second["Idempotency-Key"])


def test_a_key_may_be_given_again_and_a_reading_says_its_purpose(server: Server) -> None:
    assert (
        say(server, "POST", "clock/advance", "--key", "kedua-kali", "--purpose", "Pengawasan").exit_code == 0
    )
    [(_, path, headers, body)] = server.asked
    assert (path, body) == ("/api/v1/clock/advance", b"")
    assert (headers["Idempotency-Key"], headers["X-Purpose"]) == ("kedua-kali", "Pengawasan")


def test_files_make_the_body_a_form(server: Server, tmp_path: Path) -> None:
    scan = tmp_path / "surat.pdf"
    scan.write_bytes(b"%PDF-2.0 contoh")
    assert say(server, "POST", "/reports/7/statement-scan", f"scan@{scan}", "version:=4").exit_code == 0
    [(_, _, headers, body)] = server.asked
    assert headers["Content-Type"].startswith("multipart/form-data")
    assert b'name="scan"; filename="surat.pdf"' in body
    assert b"%PDF-2.0 contoh" in body
    assert b'name="version"\r\n\r\n4\r\n' in body


def test_a_body_may_come_from_a_file_and_fields_go_over_it(server: Server, tmp_path: Path) -> None:
    written = tmp_path / "isi.json"
    written.write_text('{"scope": "region", "region": "64"}', encoding="utf-8")
    assert say(server, "PUT", "/x", "region=64.72", "--input", str(written)).exit_code == 0
    assert json.loads(server.asked[0][3]) == {"scope": "region", "region": "64.72"}


def test_a_file_is_written_where_one_says(server: Server, tmp_path: Path) -> None:
    server.answer, server.kind = b"%PDF-2.0", "application/pdf"
    assert say(server, "GET", "/documents/1", "-o", str(tmp_path / "surat.pdf")).exit_code == 0
    assert (tmp_path / "surat.pdf").read_bytes() == b"%PDF-2.0"


def test_a_refusal_is_told_in_words_and_whole_to_programs(server: Server) -> None:
    server.status, server.answer = 422, json.dumps(REFUSAL).encode()
    done = say(server, "POST", "/extensions", "target_date=2020-01-01")
    assert (done.exit_code, json.loads(done.stdout)) == (1, REFUSAL)
    assert "Periksa isian." in done.stderr
    assert "target_date: Tanggal sudah lewat." in done.stderr


def test_a_file_where_words_were_expected_does_not_break_it(server: Server) -> None:
    server.status, server.answer, server.kind = 502, b"<html>", "text/html"
    done = say(server, "GET", "/cases")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "502" in done.stderr


@pytest.mark.parametrize(
    "words", [["BREW", "/cases"], ["GET", "/cases", "kind"], ["POST", "/x", "version:=so"]]
)
def test_what_is_no_request_is_not_understood(server: Server, words: list[str]) -> None:
    done = say(server, *words)
    assert (done.exit_code, server.asked) == (2, [])


@pytest.mark.parametrize("written", ["{region: 64}", "[1, 2]", ""])
def test_a_body_that_is_no_json_object_is_not_understood(
    server: Server, tmp_path: Path, written: str
) -> None:
    body = tmp_path / "isi.json"
    body.write_text(written, encoding="utf-8")
    done = say(server, "POST", "/extensions", "--input", str(body))
    assert (done.exit_code, server.asked) == (2, [])
    assert "isi.json" in done.stderr


@pytest.mark.parametrize("words", [["GET", "/x", "scan@FILE"], ["GET", "/x", "--input", "FILE"],
                                   ["POST", "/x", "scan@FILE", "--input", "FILE"]])  # fmt: skip
def test_nothing_that_was_said_is_left_out(server: Server, tmp_path: Path, words: list[str]) -> None:
    file = tmp_path / "isi.json"
    file.write_text("{}", encoding="utf-8")
    done = say(server, *(word.replace("FILE", str(file)) for word in words))
    assert (done.exit_code, server.asked) == (2, [])


def test_nobody_there_has_an_exit_code_of_its_own() -> None:
    done = say(Server(url="http://127.0.0.1:1"), "GET", "/cases")
    assert done.exit_code == 3
    assert "tenggat up" in done.stderr


def test_a_missing_file_is_said(server: Server, tmp_path: Path) -> None:
    done: Any = say(server, "POST", "/x", f"scan@{tmp_path / 'tidak-ada.pdf'}")
    assert (done.exit_code, server.asked) == (1, [])
    assert "tidak-ada.pdf" in done.stderr
