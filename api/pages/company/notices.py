"""Pengumuman as pages show them: the mail's own text, in the reader's language, without its letterhead."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request

from api.cookies import settings_of
from api.pages.mail import renderer
from services.messages.rendering import Subject
from services.models import Message

_RULE: Final = re.compile(r"^-{20,}$", re.MULTILINE)
_EXCERPT: Final = 160


@dataclass(frozen=True)
class Notice:
    """A notice in words. `link` is a path of ours, or empty."""

    subject: str
    body: tuple[str, ...]
    link: str


def written(request: Request, message: Message, locale: str) -> Notice:
    """What the notice said on its day, as the mail did. One whose content was erased shows that it was there."""
    settings = settings_of(request)
    engine = renderer(settings.public_url, settings.helpdesk)
    about = Subject(message.case_id, message.account_id)
    on_its_day = message.done_at or message.created_at
    try:
        rendered = engine.render(message.template, message.context, now=on_its_day, about=about)
    except KeyError:
        return Notice(message.template, (), "")
    indonesian, english, *_ = _RULE.split(rendered.text)
    part = english.replace("English", "", 1) if locale == "en" else indonesian
    link = re.search(re.escape(settings.public_url) + r"(/\S*)", part)
    plain = part.replace(link[0], "") if link else part
    title = engine.title(message.template, message.context, now=on_its_day, locale=locale)
    return Notice(title, _paragraphs(plain), link[1] if link else "")


def lines(request: Request, messages: Sequence[Message], locale: str) -> list[dict[str, Any]]:
    """The notices of a list, the newest first."""
    return [_line(message, written(request, message, locale)) for message in messages]


def _line(message: Message, notice: Notice) -> dict[str, Any]:
    start = next((text for text in notice.body if len(text) > 40), "")  # the salutation says nothing
    return {
        "id": message.id,
        "subject": notice.subject,
        "at": message.created_at,
        "unread": message.read_at is None,
        "excerpt": start if len(start) <= _EXCERPT else start[:_EXCERPT].rsplit(" ", 1)[0] + " …",
    }


def _paragraphs(text: str) -> tuple[str, ...]:
    parts = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text))
    return tuple(part for part in parts if part and not part.startswith("Perlu bantuan?"))
