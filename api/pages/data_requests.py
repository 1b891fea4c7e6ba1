"""A request for Data Lain as companies' and officers' pages show it."""

from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.pages import deadlines, shapes
from api.pages.urls import url
from services.data_requests import reading
from services.data_requests.kinds import CHANNELS, KINDS
from services.data_requests.reading import Line
from services.i18n import N_, Translator
from services.models import (
    AttachmentSide,
    DataRequestQuestion,
    DataRequestStatus,
    Document,
    RequestChannel,
    RequestKind,
)


def kinds(codes: list[str], words: Translator) -> str:
    """The kinds of a request in words: they combine."""
    return ", ".join(words.gettext(KINDS[RequestKind(code)]) for code in codes)


def kind_options(words: Translator) -> list[shapes.Option]:
    """What a request may be."""
    return [shapes.Option(code, words.gettext(text)) for code, text in KINDS.items()]


def channel_options(words: Translator) -> list[shapes.Option]:
    """How it may reach the company."""
    return [shapes.Option(code, words.gettext(text)) for code, text in CHANNELS.items()]


async def head(session: AsyncSession, line: Line, words: Translator) -> dict[str, Any]:
    """What every page of one request says of it."""
    return {
        "id": line.case.id,
        "number": line.request.number,
        "status": line.case.status,
        "kinds": kinds(line.request.kinds, words),
        "channel": words.gettext(CHANNELS[RequestChannel(line.request.channel)]),
        "mandate": line.request.mandate,
        "section": line.request.section or "",
        "report": line.request.report_case_id,
        "late": line.late,
        "deadline": await deadline(session, line, words),
    }


async def duty(session: AsyncSession, line: Line, words: Translator) -> shapes.Duty:
    """An open request among what the company owes."""
    unread = line.case.status == DataRequestStatus.SENT
    follows = N_("Tiga hari dihitung sejak Anda membukanya.") if unread else N_("Jawab di portal ini.")
    return shapes.Duty(
        words.gettext(N_("Permintaan data #{number}"), number=line.request.number),
        "data-request",
        line.case.status,
        kinds(line.request.kinds, words),
        await deadline(session, line, words),
        words.gettext(follows),
        [shapes.Action(words.gettext(N_("Buka dan jawab")), url("data_request", case=line.case.id))],
    )


async def deadline(session: AsyncSession, line: Line, words: Translator) -> shapes.DeadlineView | None:
    """The date of the answer with every step that led to it, extensions too; None until receipt is proven."""
    if line.deadline is None or line.question.received_at is None:
        return None
    found = await deadlines.view(session, line.case, line.deadline.name, words)
    if found is None:
        return None
    return replace(found, label=words.gettext(N_("Batas waktu jawaban")), met_at=line.question.answered_at)


async def questions(session: AsyncSession, line: Line, *, for_company: bool) -> list[dict[str, Any]]:
    """Every question with its answer, the first first. Officers see the files of an answer once it is sent."""
    return [
        {
            "number": asked.number,
            "text": asked.text,
            "sent_at": asked.sent_at,
            "received_at": asked.received_at,
            "received_by": asked.received_by,
            "answer": asked.answer or "",
            "answered_at": asked.answered_at,
            "late": _late(asked),
            "note": asked.note or "",
            "files": await _files(session, line, asked) if for_company or asked.answered_at else [],
        }
        for asked in await reading.questions(session, line.case.id)
    ]


def _late(asked: DataRequestQuestion) -> bool:
    answered = asked.answered_at is not None and asked.due_before is not None
    return bool(answered and asked.answered_at >= asked.due_before)  # type: ignore[operator]  # both are set


async def _files(session: AsyncSession, line: Line, asked: DataRequestQuestion) -> list[Document]:
    return await reading.attachments(session, line.request, AttachmentSide.ANSWER, asked.number)
