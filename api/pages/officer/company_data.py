"""A company's head office on its account's page: the address, the form of a change by letter, what was changed."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.pages import forms, keeping, shapes
from api.pages.company import questions
from api.pages.company.questions import Asking
from api.pages.rendering import Form
from api.pages.urls import url
from services.companies import changes, profile
from services.companies.definition import ProfilePage, shipped
from services.i18n import Translator, format_date
from services.models import AccountChange
from services.reports.context import Values
from services.timeline import actors

HEAD_OFFICE: Final = "head_office"


async def head_office(
    session: AsyncSession,
    account_id: UUID,
    words: Translator,
    *,
    may: bool,
    form: Form | None,
    kept: shapes.StoredFile | None,
) -> dict[str, Any]:
    """The card: fields to change it for who may, once the company has entered it. `form`: as it was refused."""
    view = await profile.get_section(session, account_id, HEAD_OFFICE)
    asked = view.page.fields if may and view.values else ()
    return {
        "title": words.gettext(view.page.title),
        "address": _told(view.page, view.values, words),
        "fields": questions.shown(asked, Asking(words)),
        "version": view.version,
        "form": form or Form(questions.boxes(view.page.fields, view.values)),
        "kept": kept,
        "token": forms.text(form.values, keeping.TOKEN) if form else "",
        "open": form is not None,
    }


async def changed(session: AsyncSession, account_id: UUID, words: Translator) -> list[dict[str, Any]]:
    """What officials changed, the newest first: only what differs, with its ground."""
    found = await changes.of_account(session, account_id)
    made_by = [one.made_by for one in found]
    who = await actors.labels(session, made_by, account_id=account_id, for_company=False, speak=words)
    return [_change(one, who[one.made_by], words) for one in found]


def _change(one: AccountChange, by: str, words: Translator) -> dict[str, Any]:
    page = shipped().page(one.part)
    before, after = (dict(_told(page, values, words)) for values in (one.before, one.after))
    names = [label for label, _ in _told(page, one.before | one.after, words)]
    return {
        "part": words.gettext(page.title) if page else one.part,
        "differences": [
            (name, before.get(name, ""), after.get(name, ""))
            for name in names
            if before.get(name) != after.get(name)
        ],
        "letter": one.letter_number,
        "letter_date": format_date(one.letter_date, words.locale),
        "href": url("document", document=one.document_id),
        "at": one.made_at,
        "by": by,
    }


def _told(page: ProfilePage | None, values: Values, words: Translator) -> list[tuple[str, str]]:
    return [
        (words.gettext(question.label), questions.cell(question, values, {}, words))
        for question in (page.fields if page else ())
        if question.id in values
    ]
