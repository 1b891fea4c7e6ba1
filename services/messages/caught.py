"""Reading what the development catcher accepted: for `tenggat mail`, the mail pages and tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_string, policy
from email.message import EmailMessage
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.errors import NotFound
from services.models import CaughtMail


@dataclass(frozen=True)
class Enclosed:
    """A paper that came along: its name, its type, its size in bytes, its SHA-256 in hex."""

    filename: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Caught:
    """One accepted mail, decoded. `accepted_at` is legal time."""

    id: UUID
    to: str
    sender: str
    subject: str
    message_id: str
    accepted_at: datetime
    text: str
    html: str | None
    attachments: tuple[Enclosed, ...] = ()


async def list_caught(
    session: AsyncSession, *, to: str | None = None, after: UUID | None = None, limit: int | None = None
) -> list[Caught]:
    """What was accepted, in order of arrival; `after` is the last id already seen."""
    query = select(CaughtMail).order_by(col(CaughtMail.id)).limit(limit)
    if to is not None:
        query = query.where(col(CaughtMail.envelope_to) == to)
    if after is not None:
        query = query.where(col(CaughtMail.id) > after)
    found: Sequence[CaughtMail] = (await session.execute(query)).scalars().all()
    return [_decoded(mail) for mail in found]


async def show_caught(session: AsyncSession, mail_id: UUID) -> Caught:
    """One accepted mail, or NotFound."""
    mail = await session.get(CaughtMail, mail_id)
    if mail is None:
        raise NotFound
    return _decoded(mail)


def _decoded(mail: CaughtMail) -> Caught:
    parsed = message_from_string(mail.raw, policy=policy.default)
    return Caught(
        id=mail.id,
        to=mail.envelope_to,
        sender=mail.envelope_from,
        subject=mail.subject,
        message_id=mail.message_header_id,
        accepted_at=mail.accepted_at,
        text=_part(parsed, "plain") or "",
        html=_part(parsed, "html"),
        attachments=tuple(_enclosed(part) for part in parsed.iter_attachments()),
    )


def _enclosed(part: EmailMessage) -> Enclosed:
    content = part.get_payload(decode=True)
    held = content if isinstance(content, bytes) else b""
    return Enclosed(part.get_filename("-"), part.get_content_type(), len(held), sha256(held).hexdigest())


def _part(parsed: EmailMessage, subtype: str) -> str | None:
    part = parsed.get_body((subtype,))
    return None if part is None else str(part.get_content()).replace("\r\n", "\n")
