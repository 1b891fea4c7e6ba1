"""Extensions: the list, and one of them from its dry run to its undoing."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api import routers
from api.concerned import csv_of_cases
from api.deps import Now, PartsDep, SessionDep, locale_of
from api.pages import flash, forms, shapes
from api.pages.admin import extension_view
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from services import cases
from services.deadlines import extensions, undoing
from services.errors import DomainError, NotFound
from services.i18n import N_, translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target, visible_filter
from services.identity.principal import Principal
from services.models import CaseFile, Document, Extension

router = routers.pages()
Reader = Annotated[Principal, require(Permission.READ_EXTENSION)]
Drafter = Annotated[Principal, require(Permission.DRAFT_EXTENSION)]
PAGE: Final = 50


@router.get(PATHS["extensions"])
async def index(request: Request, session: SessionDep, user: Reader, before: UUID | None = None) -> Response:
    """All extensions, the newest first."""
    page = await page_for(request, session)
    query = (
        select(Extension)
        .join(CaseFile, col(CaseFile.id) == col(Extension.case_id))
        .where(visible_filter(user, CaseFile))
        .order_by(col(Extension.id).desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        query = query.where(col(Extension.id) < before)
    found = list((await session.execute(query)).scalars())
    shown = found[:PAGE]
    more = url("extensions", query={"before": shown[-1].id}) if len(found) > PAGE else ""
    context: dict[str, Any] = {
        "extensions": await extension_view.rows(session, shown, translator(page.locale)),
        "may_create": bool(user.grants_with(Permission.DRAFT_EXTENSION)),
        "paging": shapes.Paging(len(shown), next=more),
    }
    return answer("admin/extensions.html", page, **context)


@router.get(PATHS["extension_file"])
async def file(parts: PartsDep, session: SessionDep, now: Now, extension: UUID, user: Reader) -> Response:
    """Every case in scope with its old and its new date, as a file."""
    return csv_of_cases(parts, await _readable(session, user, extension), now)


@router.get(PATHS["extension"])
async def show(
    request: Request,
    session: SessionDep,
    now: Now,
    extension: UUID,
    user: Reader,
    after: UUID | None = None,
) -> Response:
    """One extension as it stands now: what it would do, does, or did."""
    found = await _readable(session, user, extension)
    return await _render(request, session, user, found, Form(), now=now, after=after)


@router.post(PATHS["extension_dry_run"])
async def dry_run(
    request: Request, session: SessionDep, now: Now, extension: UUID, user: Drafter
) -> Response:
    """Try it out again."""
    return await _step(
        request, session, user, extension, Permission.DRAFT_EXTENSION, extensions.dry_run, now,
        N_("Uji coba dihitung ulang."),
    )  # fmt: skip


@router.post(PATHS["extension_approval"])
async def approve(
    request: Request,
    session: SessionDep,
    now: Now,
    extension: UUID,
    user: Annotated[Principal, require(Permission.APPROVE_EXTENSION, recent=True)],
) -> Response:
    """Approve what was tried out; it is applied in batches after this."""
    return await _step(
        request, session, user, extension, Permission.APPROVE_EXTENSION, extensions.approve, now,
        N_("Disetujui. Batas waktu sedang diubah."),
    )  # fmt: skip


@router.post(PATHS["extension_undo"])
async def undo(
    request: Request,
    session: SessionDep,
    now: Now,
    extension: UUID,
    user: Annotated[Principal, require(Permission.UNDO_EXTENSION, recent=True)],
) -> Response:
    """Take it back, as long as no old date has passed."""
    return await _step(
        request, session, user, extension, Permission.UNDO_EXTENSION, undoing.order_undo, now,
        N_("Perpanjangan sedang dibatalkan."),
    )  # fmt: skip


@router.post(PATHS["extension_cancel"])
async def cancel(request: Request, session: SessionDep, now: Now, extension: UUID, user: Drafter) -> Response:
    """Drop it before anything has moved."""
    return await _step(
        request, session, user, extension, Permission.DRAFT_EXTENSION, extensions.cancel, now,
        N_("Perpanjangan tidak dilanjutkan."),
    )  # fmt: skip


async def _step(
    request: Request,
    session: AsyncSession,
    user: Principal,
    extension_id: UUID,
    permission: Permission,
    work: Callable[..., Awaitable[object]],
    now: datetime,
    message: str,
) -> Response:
    await _readable(session, user, extension_id)

    async def command() -> Done:
        extension = await session.get_one(Extension, extension_id)
        policy.authorise(user, permission, Target.of_case(await cases.lock(session, extension.case_id)))
        await work(session, extension_id, actor=user.actor, now=now)
        return Done(to=url("extension", extension=extension_id), message=message)

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    flash.now(request, outcome.message, "negative", **outcome.params)
    found = await _readable(session, user, extension_id)
    return await _render(request, session, user, found, Form(), now=now, status=outcome.status)


async def _readable(session: AsyncSession, user: Principal, extension_id: UUID) -> Extension:
    extension = await session.get(Extension, extension_id, populate_existing=True)
    if extension is None:
        raise NotFound
    case = await session.get_one(CaseFile, extension.case_id, populate_existing=True)
    policy.authorise(user, Permission.READ_EXTENSION, Target.of_case(case))
    return extension


async def _render(
    request: Request,
    session: AsyncSession,
    user: Principal,
    extension: Extension,
    form: Form,
    *,
    now: datetime,
    after: UUID | None = None,
    status: int = 200,
) -> Response:
    page = await page_for(request, session)
    words = translator(locale_of(request))
    context = await extension_view.page(session, user, extension, words, now=now, after=after)
    document = await session.get(Document, extension.document_id) if extension.document_id else None
    context["document"] = (
        {"href": url("document", document=document.id), "name": document.filename} if document else None
    )
    return answer("admin/extension.html", page, status=status, form=form, **context)
