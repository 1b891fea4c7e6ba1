"""The messages of a case as officials see them: what it says on the envelope, to whom, what became of it."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from uuid import UUID

from fastapi import Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api.cookies import settings_of
from api.pages import shapes
from services.correspondence import MessageLine
from services.i18n import N_, Translator
from services.messages.rendering import Renderer
from services.models import Message, MessageState
from settings import Helpdesk

# Why a message was not sent, or waits for an officer.
REASONS = {
    "link_expired": N_("tautannya sudah tidak berlaku"),
    "account_not_active": N_("akun sudah dibatalkan"),
    "not_the_owners_address": N_("alamatnya bukan lagi milik penerima"),
    "case_closed": N_("perkara sudah selesai"),
    "case_held": N_("perkara ditahan"),
    "already_answered": N_("sudah diputuskan"),
    "already_sent": N_("laporan sudah dikirim"),
    "replaced": N_("diganti dokumen baru"),
    "date_moved": N_("batas waktunya telah berubah"),
    "date_passed": N_("batas waktunya sudah lewat"),
    "not_on_allow_list": N_("alamat di luar daftar yang diizinkan di lingkungan ini"),
    "bad_address": N_("alamat e-mail tidak sah"),
    "cannot_be_written": N_("surat tidak dapat disusun"),
    "attachment_missing": N_("lampirannya tidak ditemukan di penyimpanan"),
    "attachment_too_large": N_("lampirannya terlalu besar untuk dikirim lewat surel"),
    "attachment_changed": N_("lampirannya tidak sama dengan yang tercatat"),
    "in_the_journal": N_("mungkin sudah terkirim sebelum pemulihan cadangan"),
    "confirmed_by_officer": N_("dipastikan sampai oleh petugas"),
    "dropped_by_officer": N_("tidak dikirim atas keputusan petugas"),
    "released": N_("dilepas petugas"),
}


async def rows(
    request: Request,
    session: AsyncSession,
    lines: Sequence[MessageLine],
    words: Translator,
) -> list[shapes.MessageRow]:
    """One row per message, newest first."""
    query = select(Message).where(col(Message.id).in_([line.id for line in lines]))
    envelopes = await subjects(request, (await session.execute(query)).scalars())
    return [
        shapes.MessageRow(
            subject=envelopes.get(line.id, line.template),
            recipient=line.recipient,
            state=state_of(line),
            at=line.done_at or line.not_before,
            detail=words.gettext(REASONS.get(line.state_reason or "", "")),
        )
        for line in lines
    ]


def state_of(line: MessageLine) -> str:
    """What became of it: of a message that left, what became of its mail."""
    return line.delivery or line.state if line.state == MessageState.DONE else line.state


async def subjects(request: Request, messages: Iterable[Message]) -> dict[UUID, str]:
    """What stands in the subject lines, as they were on their day.

    A link that was used or has expired takes nothing from them; of a template that is no more its name is left.
    """
    settings = settings_of(request)
    engine = renderer(settings.public_url, settings.helpdesk)
    shown: dict[UUID, str] = {}
    for message in messages:
        on_its_day = message.done_at or message.created_at
        try:
            shown[message.id] = engine.subject(message.template, message.context, now=on_its_day)
        except KeyError:
            shown[message.id] = message.template
    return shown


@lru_cache(maxsize=2)
def renderer(public_url: str, helpdesk: Helpdesk) -> Renderer:
    """The texts of all mails, compiled once per process."""
    return Renderer(public_url, helpdesk)
