"""Changing an entry of the rules: its values, from when, on which instrument. Its answer is the simulation."""

from datetime import date
from typing import Annotated, Any, Final

from fastapi import Query, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Now, SessionDep, locale_of
from api.pages import forms
from api.pages.admin import policy_words
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from services import rulebook
from services.clock import app_now
from services.errors import DomainError, InvalidInput, NotFound
from services.i18n import N_, Translator, translator
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.policies import changes, settings
from services.policies.changes import Proposal
from services.policies.settings import Setting

router = routers.pages()
Editor = Annotated[Principal, require(Permission.MANAGE_POLICY)]
Entry = Annotated[str, Query(alias="bagian", max_length=200)]
PREFIX: Final = "changes."


@router.get(PATHS["policy_new"])
async def show(request: Request, session: SessionDep, _: Editor, entry: Entry) -> Response:
    """The values of an entry as they are in force."""
    return await _render(request, session, entry, Form({"moves_open": "yes"}))


@router.post(PATHS["policy_new"])
async def propose(request: Request, session: SessionDep, now: Now, user: Editor, entry: Entry) -> Response:
    """Write it down and simulate it at once; nothing is in force yet."""
    typed = await forms.typed(request)
    typed.setdefault("moves_open", "")  # an empty box is not sent, and must not come back ticked

    async def command() -> Done:
        values = settings.fields(await _entry(session, entry))
        change = await changes.propose(session, _wanted(typed, values), actor=user.actor, now=now)
        await changes.try_out(session, change.case_id, actor=user.actor, now=now)
        return Done(
            to=url("policy", change=change.case_id),
            message=N_("Belum ada yang berlaku. Periksa simulasi ini; orang lain yang menyetujui."),
            tone="info",
        )

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    words = translator(locale_of(request))
    return await _render(request, session, entry, Form.refused(typed, outcome, words), status=outcome.status)


def _wanted(typed: dict[str, Any], values: list[Setting]) -> Proposal:
    """What was typed that is not so now."""
    new = {}
    for setting in values:
        text = typed.get(f"{PREFIX}{setting.path}")
        if text is not None and str(text).strip() != policy_words.written(setting.value):
            new[setting.path] = policy_words.read(str(text), setting.value)
    try:
        day = date.fromisoformat(forms.text(typed, "valid_from"))
    except ValueError:
        raise InvalidInput(N_("Isi tanggal yang benar."), field="valid_from") from None
    return Proposal(
        changes=new,
        valid_from=day,
        instrument=forms.text(typed, "instrument"),
        reason=forms.text(typed, "reason"),
        moves_open=bool(forms.text(typed, "moves_open")),
    )


async def _entry(session: AsyncSession, path: str) -> Setting:
    """The entry in force; NotFound when there is none of that path."""
    rules = await rulebook.current(session, now=await app_now(session))
    found = next((entry for entry in settings.entries(rules.policies.document) if entry.path == path), None)
    if found is None:
        raise NotFound
    return found


async def _render(
    request: Request, session: AsyncSession, path: str, form: Form, *, status: int = 200
) -> Response:
    page = await page_for(request, session)
    words = translator(page.locale)
    entry = await _entry(session, path)
    context: dict[str, Any] = {
        "form": form,
        "entry": {"path": path, "label": policy_words.entry_name(path, words)},
        "rows": [_row(setting, path, words) for setting in settings.fields(entry)],
    }
    return answer("admin/policy_new.html", page, status=status, **context)


def _row(setting: Setting, entry: str, words: Translator) -> dict[str, Any]:
    text = policy_words.written(setting.value)
    return {
        "name": f"{PREFIX}{setting.path}",
        "label": policy_words.key_name(setting.path, entry, words),
        "value": text,
        "long": isinstance(setting.value, list | dict) or len(text) > 60,
    }
