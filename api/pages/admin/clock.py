"""The rehearsal clock: where it stands, what it will meet, and moving it on. 404 outside a rehearsal."""

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.advancing import AdvancesDep
from api.deps import PartsDep, SessionDep, locale_of
from api.pages import forms, labels
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from services import advances, agenda, rehearsal
from services.errors import DomainError, InvalidInput
from services.i18n import N_, Translator, translator
from services.identity.permissions import Permission
from services.identity.principal import Principal

router = routers.pages()
_FAILURES: Final = {
    "not_at_rest": N_("Ada kasus atau surat yang tidak kunjung selesai. Periksa apakah pekerja berjalan."),
    "broken": N_("Terjadi kesalahan pada sistem. Kami sudah mencatatnya."),
    "interrupted": N_("Prosesnya dihentikan di tengah jalan. Majukan lagi untuk meneruskan."),
}
Trainer = Annotated[Principal, require(Permission.ADVANCE_CLOCK)]


@router.get(PATHS["clock"])
async def show(request: Request, session: SessionDep, _: Trainer) -> Response:
    """Where the rehearsal stands, and what time is waiting for."""
    return await _render(request, session, Form())


@router.post(PATHS["clock"])
async def advance(
    request: Request, session: SessionDep, parts: PartsDep, own: AdvancesDep, _: Trainer
) -> Response:
    """Let time pass. Goes on after this answer; the page shows how far it has come."""
    typed = await forms.typed(request)
    clock = await rehearsal.read(session)

    async def command() -> Done:
        target = await _target(session, typed, clock.now)
        await own.begin(parts, target)
        return Done(to=url("clock"), message=N_("Jam latihan dimajukan."), tone="info")

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    form = Form.refused(typed, outcome, translator(locale_of(request)))
    return await _render(request, session, form, outcome.status)


async def _target(session: AsyncSession, typed: dict[str, Any], now: datetime) -> datetime:
    """The next moment, a span, or a moment that was typed."""
    if forms.text(typed, "choice") == "next":
        coming = await agenda.upcoming(session, now=now, most=1)
        if not coming:
            raise InvalidInput(
                N_("Tidak ada yang ditunggu: sebutkan sampai kapan jam dimajukan."), field="to"
            )
        return coming[0].at
    by, to = forms.text(typed, "by").strip(), forms.text(typed, "to").strip()
    return advances.target(now, by=by or None, to=to or None)


async def _render(request: Request, session: AsyncSession, form: Form, status: int = 200) -> Response:
    standing = await advances.standing(session)
    clock = standing.clock
    page = await page_for(request, session)
    words = translator(page.locale)
    context: dict[str, Any] = {
        "clock": {
            "now": clock.now,
            "target": clock.target if standing.advancing else None,
            "moments": clock.moments,
            "failure": words.gettext(_FAILURES[standing.failure]) if standing.failure else "",
        },
        "upcoming": [_awaited(line, words) for line in await agenda.upcoming(session, now=clock.now)],
        "form": form,
    }
    return answer("admin/clock.html", page, status=status, **context)


def _awaited(line: agenda.Awaited, words: Translator) -> dict[str, Any]:
    mail = line.kind == "mail"
    return {
        "at": line.at,
        "what": words.gettext(N_("Surat berangkat"))
        if mail
        else words.gettext(labels.word("kind", line.kind)),
        "count": line.count,
        "titles": "" if mail else ", ".join(title for title in line.titles if title),
    }
