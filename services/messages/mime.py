"""A mail as bytes, built by hand: the standard library's builders cost more than all else in sending."""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import encode_rfc2231, format_datetime, formataddr, parseaddr

from services.i18n import WIB
from services.messages.attachments import Attachment
from services.messages.recipients import is_address
from services.messages.rendering import Rendered

_MAX_PLAIN_SUBJECT = 66  # with its name it fits in the 78 columns of RFC 5322


@dataclass(frozen=True)
class Letterhead:
    """The headers all mails of an instance share. ValueError for a sender that is no plain address."""

    sender: str
    reply_to: str | None = None

    def __post_init__(self) -> None:
        for written in (self.sender, self.reply_to or self.sender):
            if not written.isprintable() or not is_address(parseaddr(written)[1]):
                raise ValueError(f"{written!r} cannot stand in a mail's header")

    @property
    def envelope_from(self) -> str:
        """The bare address."""
        return parseaddr(self.sender)[1]

    @property
    def domain(self) -> str:
        """The right side of every Message-ID."""
        return self.envelope_from.rpartition("@")[2].lower()

    def headers(self) -> bytes:
        """From, Reply-To, and what tells robots not to answer (RFC 3834)."""
        lines = [f"From: {_mailbox(self.sender)}"]
        if self.reply_to:
            lines.append(f"Reply-To: {_mailbox(self.reply_to)}")
        lines += ["Auto-Submitted: auto-generated", "Content-Language: id, en", "MIME-Version: 1.0"]
        return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def build(
    head: bytes,
    rendered: Rendered,
    *,
    recipient: str,
    message_id: str,
    at: datetime,
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """The finished mail: CRLF lines of at most 78 columns, ASCII only, both texts quoted-printable, papers base64.

    A line of quoted-printable can never hold the boundary, for in it "=_" is not an escape (RFC 2045 §6.7); one of
    base64 cannot, for it has no "_". ValueError for an address or a file name that could break out of its header.
    """
    if not is_address(recipient):
        raise ValueError("not a plain mailbox")
    digest = hashlib.sha256(message_id.encode()).hexdigest().encode()
    boundary = b"=_" + digest[:24]
    texts = b"".join(
        (
            b'Content-Type: multipart/alternative; boundary="', boundary, b'"\r\n\r\n',
            _part(boundary, b"plain", rendered.text),
            _part(boundary, b"html", rendered.html),
            b"--", boundary, b"--\r\n",
        )
    )  # fmt: skip
    return b"".join(
        (
            b"Message-ID: ", message_id.encode("ascii"),
            b"\r\nDate: ", format_datetime(at.astimezone(WIB)).encode("ascii"),
            b"\r\nTo: ", recipient.encode("ascii"),
            b"\r\nSubject: ", _subject(rendered.subject), b"\r\n",
            head,
            _with(b"=_" + digest[24:48], texts, attachments) if attachments else texts,
        )
    )  # fmt: skip


def on_the_wire(mail: bytes) -> bytes:
    """Dots doubled at line starts and the closing dot, as DATA wants it (RFC 5321 §4.5.2)."""
    return mail.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def _part(boundary: bytes, subtype: bytes, text: str) -> bytes:
    body = binascii.b2a_qp(text.replace("\r\n", "\n").replace("\n", "\r\n").encode())
    return b"".join(
        (
            b"--", boundary, b"\r\nContent-Type: text/", subtype,
            b"; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", body, b"\r\n",
        )
    )  # fmt: skip


def _with(boundary: bytes, texts: bytes, attachments: Sequence[Attachment]) -> bytes:
    """The texts first, then the papers."""
    parts = [b'Content-Type: multipart/mixed; boundary="', boundary, b'"\r\n\r\n--', boundary, b"\r\n", texts]
    for attachment in attachments:
        parts += [b"--", boundary, b"\r\n", _paper(attachment)]
    return b"".join((*parts, b"--", boundary, b"--\r\n"))


def _paper(attachment: Attachment) -> bytes:
    if not attachment.media_type.isascii() or not attachment.media_type.isprintable():
        raise ValueError(f"{attachment.media_type!r} cannot stand in a mail's header")
    body = base64.encodebytes(attachment.content).replace(b"\n", b"\r\n")
    return b"".join(
        (
            b"Content-Type: ", attachment.media_type.encode("ascii"),
            b"\r\nContent-Disposition: attachment;\r\n ", _filename(attachment.filename),
            b"\r\nContent-Transfer-Encoding: base64\r\n\r\n", body,
        )
    )  # fmt: skip


def _filename(name: str) -> bytes:
    """The parameter, encoded where the name is not plain (RFC 2231)."""
    if not name.isprintable():
        raise ValueError(f"{name!r} cannot stand in a mail's header")
    if name.isascii() and not set(name) & set('"\\'):
        return f'filename="{name}"'.encode("ascii")
    return f"filename*={encode_rfc2231(name, 'utf-8')}".encode("ascii")


def _subject(subject: str) -> bytes:
    if (
        subject.isascii()
        and subject.isprintable()
        and len(subject) <= _MAX_PLAIN_SUBJECT
        and "=?" not in subject
    ):
        return subject.encode("ascii")
    one_line = "".join(letter if letter.isprintable() else " " for letter in subject)
    return Header(one_line, "utf-8", header_name="Subject").encode(linesep="\r\n").encode("ascii")


def _mailbox(written: str) -> str:
    name, address = parseaddr(written)
    return formataddr((name, address))
