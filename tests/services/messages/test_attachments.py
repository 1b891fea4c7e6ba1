"""The paper that goes along with a mail: the very bytes that were recorded, within bounds, or the mail is held."""

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import text, update
from sqlmodel import col

from services.clock import app_now
from services.database import Sessions
from services.documents.store import DocumentStore
from services.messages import attachments, caught
from services.messages.attachments import Attachment
from services.messages.config import MailConfig
from services.messages.examples import ABOUT, AT, EXAMPLES
from services.messages.journal import Journal
from services.messages.mime import Letterhead, build
from services.messages.rendering import Renderer
from services.models import CaughtMail, Document, Lane, Message, ScanState, new_id
from settings import Helpdesk
from tests.services.messages import office
from tests.services.messages.office import letters, make_due, message
from tests.smtp_sink import Sink

PAPER = b"%PDF-1.7\r\n.\r\n--=_\r\n" + bytes(range(256)) * 40
NAME = "0001-SP1-64.72-2027.pdf"


@dataclass
class Letter:
    """A legal mail with a paper, and the store that has it."""

    store: DocumentStore
    message: str
    document: Document


async def posted(sessions: Sessions, directory: Path, **document: object) -> Letter:
    store = DocumentStore.from_url((directory / "store").as_uri())
    kept = await store.put_bytes(PAPER)
    (message_id,) = await letters(sessions, ["a@rotan.example"], lane=Lane.LEGAL)
    async with sessions.begin() as session:
        paper = Document(
            id=new_id(), kind="letter", sha256=kept.sha256, size=kept.size, media_type="application/pdf",
            filename=NAME, storage_key=kept.key, scan_state=ScanState.CLEAN, uploaded_by="system",
            created_at=await app_now(session),
        )  # fmt: skip
        for name, value in document.items():
            setattr(paper, name, value)
        session.add(paper)
        await session.flush()
        given = update(Message).where(col(Message.id) == message_id).values(attachment_id=paper.id)
        await session.execute(given)
    return Letter(store, str(message_id), paper)


def opened(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


async def test_the_recorded_paper_goes_along_word_for_word(
    sessions: Sessions, sink: Sink, config: MailConfig, tmp_path: Path
) -> None:
    letter = await posted(sessions, tmp_path)
    report = await office.deliver(sessions, config, Lane.LEGAL, store=letter.store)
    assert report.sent == 1
    mail = opened(sink.received[0].raw)
    (paper,) = mail.iter_attachments()
    assert (paper.get_filename(), paper.get_content_type()) == (NAME, "application/pdf")
    assert paper.get_content() == PAPER
    assert sha256(paper.get_content()).hexdigest() == letter.document.sha256
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert "Sertifikat Standar" in plain.get_content()


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"sha256": "0" * 64}, "attachment_changed"),
        ({"size": attachments.MAX_BYTES + 1}, "attachment_too_large"),
        ({"storage_key": "aa/nowhere"}, "attachment_missing"),
        ({"scan_state": ScanState.REJECTED}, "attachment_missing"),
    ],
)
async def test_a_paper_that_is_not_what_was_recorded_holds_the_mail(
    sessions: Sessions, sink: Sink, config: MailConfig, tmp_path: Path, wrong: dict[str, object], reason: str
) -> None:
    letter = await posted(sessions, tmp_path, **wrong)
    report = await office.deliver(sessions, config, Lane.LEGAL, store=letter.store)
    assert (report.sent, report.held) == (0, 1)
    held = await message(sessions, letter.message)  # type: ignore[arg-type]  # psycopg takes the text
    assert (held.state, held.state_reason) == ("held", reason)
    assert sink.received == []
    assert not config.journal.exists(), "nothing was about to go"


async def test_a_store_that_grows_while_it_is_read_is_stopped_at_the_bound(
    sessions: Sessions, sink: Sink, config: MailConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = await posted(sessions, tmp_path, size=10)
    monkeypatch.setattr(attachments, "MAX_BYTES", 100)
    assert (await office.deliver(sessions, config, Lane.LEGAL, store=letter.store)).held == 1


async def test_a_store_that_is_away_puts_the_mail_off(
    sessions: Sessions, sink: Sink, config: MailConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = await posted(sessions, tmp_path)

    async def away(*_: object) -> None:
        raise OSError("connection refused")

    with monkeypatch.context() as broken:
        broken.setattr(letter.store, "open", away)
        assert (await office.deliver(sessions, config, Lane.LEGAL, store=letter.store)).retried == 1
    await make_due(sessions)
    assert (await office.deliver(sessions, config, Lane.LEGAL, store=letter.store)).sent == 1
    async with sessions() as session:
        header = (await session.execute(text("SELECT message_header_id FROM delivery"))).scalars().first()
    assert Journal(config.journal).holds(str(header))


async def test_no_mail_with_a_paper_leaves_without_it(
    sessions: Sessions, config: MailConfig, tmp_path: Path
) -> None:
    await posted(sessions, tmp_path)
    assert (await office.deliver(sessions, config, Lane.LEGAL)).held == 1


def written(*papers: Attachment) -> bytes:
    mail = Renderer("https://tenggat.example", Helpdesk()).render(
        "warning_letter", EXAMPLES["warning_letter"], now=AT, about=ABOUT
    )
    head = Letterhead("Tenggat <tenggat@tenggat.example>").headers()
    return build(
        head, mail, recipient="a@rotan.example", message_id="<x@tenggat.example>", at=AT, attachments=papers
    )


@pytest.mark.parametrize("name", [NAME, "Surat – Peringatan “satu”.pdf", 'a"b\\c.pdf'])
def test_a_mail_with_papers_is_plain_on_the_wire(name: str) -> None:
    raw = written(Attachment(name, "application/pdf", PAPER), Attachment("b.pdf", "application/pdf", b""))
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 180
    assert b"\n" not in raw.replace(b"\r\n", b"")
    first, second = opened(raw).iter_attachments()
    assert (first.get_filename(), first.get_content()) == (name, PAPER)
    assert (second.get_filename(), second.get_content()) == ("b.pdf", b"")
    assert not opened(raw).defects


def test_a_mail_without_papers_is_what_it_was() -> None:
    assert b"multipart/mixed" not in written()


@pytest.mark.parametrize("bad", [("a\r\nX: y.pdf", "application/pdf"), ("a.pdf", "application/pdf\r\nX: y")])
def test_nothing_breaks_out_of_a_header(bad: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="header"):
        written(Attachment(*bad, b""))


async def test_the_catcher_lists_them(sessions: Sessions) -> None:
    raw = written(Attachment(NAME, "application/pdf", PAPER)).decode()
    async with sessions.begin() as session:
        session.add(CaughtMail(envelope_from="t@t.example", envelope_to="a@rotan.example", raw=raw))
    async with sessions() as session:
        (found,) = await caught.list_caught(session)
    (paper,) = found.attachments
    assert (paper.filename, paper.media_type, paper.size) == (NAME, "application/pdf", len(PAPER))
    assert paper.sha256 == sha256(PAPER).hexdigest()
