"""Entering a decree: typed line by line, or read from a CSV or calendar file. Its answer is the dry run."""

from typing import Annotated, Any, Final

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import UploadFile

from api import routers
from api.bodies import form_of
from api.deps import Arrival, SessionDep, locale_of
from api.pages import forms, keeping, labels, shapes, views
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from services.decrees import drafting, importing
from services.decrees.drafting import DecreeDraft
from services.decrees.importing import MAX_BYTES
from services.decrees.lines import RawLine
from services.documents import records
from services.errors import DomainError, FieldError, InvalidInput
from services.i18n import N_, translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.models import DecreeLayer

router = routers.pages()
Manager = Annotated[Principal, require(Permission.MANAGE_CALENDAR)]
CHECK: Final = N_("Periksa kembali isian yang ditandai.")
_DOCUMENT: Final = "document"


@router.get(PATHS["decree_new"])
async def show(request: Request, session: SessionDep, _: Manager) -> Response:
    """An empty form."""
    return await _render(request, session, Form({"layer": DecreeLayer.DECREE.value}))


@router.post(PATHS["decree_new"], max_body_size=keeping.MAX_FORM_BODY)
async def draft(request: Request, session: SessionDep, now: Arrival, user: Manager) -> Response:
    """Write it down and try it out at once; no calendar changes yet."""
    typed = await forms.typed(request)
    typed.setdefault("notify", "")  # an empty box is not sent, and must not come back ticked
    accepted, problems = await keeping.tried(request, typed, _DOCUMENT)
    raw = await _lines(request, typed, problems)

    async def command() -> Done:
        if problems:
            raise InvalidInput(CHECK, fields=problems)
        wanted = _wanted(typed, raw)
        region = wanted.scope if wanted.layer is DecreeLayer.REGION else None
        policy.authorise(user, Permission.MANAGE_CALENDAR, Target(region_code=region, individual=False))
        decree = await drafting.draft(session, wanted, actor=user.actor, now=now)
        if accepted is not None:
            row = await records.add(session, accepted, kind="instrument", uploaded_by=user.actor, now=now)
            await drafting.attach(session, decree.case_id, row, actor=user.actor, now=now)
        await drafting.dry_run(session, decree.case_id, actor=user.actor, now=now)
        return Done(
            to=url("decree", decree=decree.case_id),
            message=N_("Belum ada yang berubah. Periksa hasil uji coba ini; orang kedua menyetujuinya."),
            tone="info",
        )

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    refused = _named_as_typed(outcome, forms.text(typed, "layer"))
    form = forms.again(request, typed, refused, translator(locale_of(request)))
    return await _render(request, session, form, keeping.shown(accepted), outcome.status)


async def _lines(request: Request, typed: dict[str, Any], problems: list[FieldError]) -> tuple[RawLine, ...]:
    """What was typed, and what the file has; a file comes back as lines that can be corrected by hand."""
    form = await form_of(request)
    upload = form.get("file")
    if isinstance(upload, UploadFile) and upload.filename:
        try:
            read = importing.read(await upload.read(MAX_BYTES + 1), upload.filename)
        except InvalidInput as refused:
            problems += refused.fields
            return ()
        written = "\n".join(f"{r.day}, {r.kind}, {r.name.replace(',', ' ')}" for r in read)
        typed["days"] = "\n".join(part for part in (forms.text(typed, "days").strip(), written) if part)
    return importing.typed(forms.text(typed, "days"))


def _wanted(typed: dict[str, Any], raw: tuple[RawLine, ...]) -> DecreeDraft:
    chosen = forms.text(typed, "layer")
    if chosen not in list(DecreeLayer):
        raise InvalidInput(CHECK, fields=[FieldError("layer", N_("Pilih untuk siapa."))])
    layer = DecreeLayer(chosen)
    named = {DecreeLayer.REGION: "region", DecreeLayer.ORGANISATION: "nib"}
    return DecreeDraft(
        instrument=forms.text(typed, "instrument"),
        reason=forms.text(typed, "reason"),
        days=raw,
        layer=layer,
        scope=forms.text(typed, named[layer]).strip() if layer in named else "",
        complete=bool(forms.text(typed, "complete")),
        notify=bool(forms.text(typed, "notify")),
    )


def _named_as_typed(refused: DomainError, layer: str) -> DomainError:
    """What the service calls the scope, the form calls by its layer."""
    if not refused.fields:
        return refused
    name = {"region": "region", "organisation": "nib"}.get(layer, "layer")
    fields = [
        FieldError(name if error.field == "scope" else error.field, error.message, error.params)
        for error in refused.fields
    ]
    return InvalidInput(refused.message, fields=fields, **refused.params)


async def _render(
    request: Request,
    session: AsyncSession,
    form: Form,
    kept: shapes.StoredFile | None = None,
    status: int = 200,
) -> Response:
    page = await page_for(request, session)
    words = translator(page.locale)
    context = {
        "form": form,
        "layers": [shapes.Option(code, words.gettext(text)) for code, text in labels.LAYERS.items()],
        "regions": views.region_options(),
        "kept": kept,
        "document_token": forms.text(form.values, keeping.TOKEN),
    }
    return answer("admin/decree_new.html", page, status=status, **context)
