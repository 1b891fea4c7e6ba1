"""The desk of proposed warnings: the list, the preview of what would be sent, the approval; letters on paper."""

import asyncio
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request
from fastapi.responses import PlainTextResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Now, PartsDep, SessionDep, locale_of
from api.letters import PDF
from api.pages import forms, shapes, warnings
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from services.errors import DomainError, Forbidden
from services.i18n import N_, translator
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.models import LetterChannel, PrintBatch
from services.warnings import approval, desk, post
from services.warnings.competence import offices_of
from services.warnings.desk import Filters

router = routers.pages()
Reader = Annotated[Principal, require(Permission.APPROVE_WARNING)]
Decider = Annotated[Principal, require(Permission.APPROVE_WARNING, recent=True)]
Printer = Annotated[Principal, require(Permission.PRINT_LETTERS)]
Chosen = Annotated[list[UUID] | None, Query(max_length=desk.PAGE)]
Short = Annotated[str, Query(max_length=100)]


def _filters(ids: list[UUID] | None, period: str, letter: str, authority: str, q: str) -> Filters:
    rung = int(letter) if letter in ("1", "2", "3") else None
    return Filters(tuple(ids or ()), period or None, None, authority or None, rung, None, q or None)


@router.get(PATHS["warnings"])
async def listed(
    request: Request,
    session: SessionDep,
    now: Now,
    user: Reader,
    period: Short = "",
    letter: Short = "",
    authority: Short = "",
    q: Short = "",
    after: UUID | None = None,
) -> Response:
    """What waits for an officer, with what narrows it down."""
    page = await page_for(request, session)
    words = translator(page.locale)
    filters = _filters(None, period, letter, authority, q)
    lines, following = await desk.page(session, user, filters, now=now, after=after)
    total = await desk.count(session, user, filters, now=now)
    await log_read(session, user, what="list:warning-proposals", purpose="case")
    given = {"period": period, "letter": letter, "authority": authority, "q": q}
    return answer(
        "officer/warnings.html",
        page,
        rows=[warnings.line_row(line, words) for line in lines],
        total=total,
        most=desk.MOST,
        filters=Form(given),
        all_query=url("warning_preview", query={**given}),
        paging=shapes.Paging(
            previous="",
            next=url("warnings", query={**given, "after": following}) if following else "",
            shown=len(lines),
            total=total,
        ),
        letters=[shapes.Option(code, words.gettext(N_("Surat ke-{letter}"), letter=code)) for code in "123"],
        authorities=[
            *(shapes.Option(o.code, warnings.authority(o.code, words)) for o in sorted(offices_of(user))),
            shapes.Option("undetermined", words.gettext(N_("Belum ditentukan"))),
        ],
    )


@router.get(PATHS["warning_preview"])
async def preview(
    request: Request,
    session: SessionDep,
    now: Now,
    user: Reader,
    ids: Chosen = None,
    period: Short = "",
    letter: Short = "",
    authority: Short = "",
    q: Short = "",
) -> Response:
    """What approving would send, and to whom; nothing is written."""
    filters = _filters(ids, period, letter, authority, q)
    return await _preview(request, session, user, filters, Form(), now)


@router.post(PATHS["warning_approval"])
async def approve(request: Request, session: SessionDep, now: Now, user: Decider) -> Response:
    """Approve what was previewed, except those a reason was written for."""
    typed = await forms.typed(request)
    ids = [UUID(text) for text in forms.texts(typed, "ids") if text]
    given = (forms.text(typed, name) for name in ("period", "letter", "authority", "q"))
    filters = _filters(ids, *given)
    channel = forms.text(typed, "channel")

    async def command() -> Done:
        approved = await approval.approve(
            session,
            user,
            filters,
            now=now,
            exclusions=_exclusions(typed),
            channel=LetterChannel(channel) if channel in tuple(LetterChannel) else None,
            previewed_at=datetime.fromisoformat(forms.text(typed, "previewed_at")),
        )
        params: dict[str, str | int] = {"letters": approved.letters, "left_out": len(approved.left_out)}
        said = N_("{letters} surat disetujui dan sedang dibuat; {left_out} usulan tidak diikutkan.")
        return Done(to=url("warnings"), message=said, params=params)

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    form = forms.again(request, typed, outcome, translator(locale_of(request)))
    return await _preview(request, session, user, filters, form, now, outcome.status)


def _exclusions(typed: dict[str, Any]) -> dict[UUID, str]:
    """A reason written beside a company leaves it out."""
    named = {name.removeprefix("exclude-"): name for name in typed if name.startswith("exclude-")}
    return {UUID(text): forms.text(typed, name) for text, name in named.items() if forms.text(typed, name)}


async def _preview(
    request: Request,
    session: AsyncSession,
    user: Principal,
    filters: Filters,
    form: Form,
    now: datetime,
    status: int = 200,
) -> Response:
    page = await page_for(request, session)
    words = translator(page.locale)
    found = await desk.preview(session, user, filters, now=now)
    await log_read(session, user, what="list:warning-proposals", purpose="case")
    given = {
        "period": filters.period or "",
        "letter": str(filters.letter or ""),
        "authority": filters.authority or "",
        "q": filters.q or "",
    }
    return answer(
        "officer/warning_preview.html",
        page,
        status=status,
        preview=found,
        offices=[(warnings.authority(code, words), count) for code, count in found.by_authority.items()],
        by_post=found.by_channel.get(LetterChannel.POST, 0),
        rows=[warnings.line_row(line, words) for line in found.lines],
        hidden={**given, "previewed_at": found.previewed_at.isoformat()},
        ids=[str(case_id) for case_id in filters.ids],
        channels=warnings.channels(words),
        form=form,
    )


@router.get(PATHS["print_batches"])
async def papers(request: Request, session: SessionDep, user: Printer) -> Response:
    """What waits to be printed, and the batches that were."""
    page = await page_for(request, session)
    words = translator(page.locale)
    codes = [office.code for office in offices_of(user, Permission.PRINT_LETTERS)]
    return answer(
        "officer/print_batches.html",
        page,
        desk=url("warnings") if user.grants_with(Permission.APPROVE_WARNING) else url("disorderly"),
        warnings_desk=bool(user.grants_with(Permission.APPROVE_WARNING)),
        waiting=[
            {"code": w.authority, "office": warnings.authority(w.authority, words), "letters": w.letters}
            for w in await post.queue(session, codes)
        ],
        batches=[
            {
                "id": str(batch.id),
                "office": warnings.authority(batch.authority, words),
                "letters": batch.letters,
                "made_at": batch.made_at,
                "posted_at": batch.posted_at,
            }
            for batch in await post.batches(session, codes)
        ],
    )


@router.post(PATHS["print_batches"])
async def take(request: Request, session: SessionDep, now: Now, user: Printer) -> Response:
    """Put what waits in one office into a batch."""
    typed = await forms.typed(request)

    async def command() -> Done:
        code = forms.text(typed, "authority")
        _require_office(user, code)
        await post.take(session, code, actor=user.actor, now=now)
        return Done(to=url("print_batches"), message=N_("Kiriman siap dicetak."))

    return await _or_back(request, session, command)


@router.get(PATHS["print_batch_file"])
async def file(parts: PartsDep, batch: UUID, user: Printer) -> Response:
    """All letters of a batch as one PDF."""
    async with parts.sessions.begin() as session:
        await _of_office(session, user, batch)
        found = await post.envelopes(session, batch)
        await log_read(session, user, what="print:warning-letters", purpose="case")
    letters = [await parts.store.read(one.document.storage_key) for one in found]
    headers = {"Content-Disposition": f'attachment; filename="surat-peringatan-{batch}.pdf"'}
    return Response(await asyncio.to_thread(post.merged, letters), media_type=PDF, headers=headers)


@router.get(PATHS["print_batch_addresses"])
async def addresses(session: SessionDep, batch: UUID, user: Printer) -> Response:
    """The addresses of a batch as CSV."""
    await _of_office(session, user, batch)
    found = await post.envelopes(session, batch)
    await log_read(session, user, what="print:warning-addresses", purpose="case")
    headers = {"Content-Disposition": f'attachment; filename="alamat-{batch}.csv"'}
    return PlainTextResponse(post.address_list(found), media_type="text/csv", headers=headers)


@router.post(PATHS["print_batch_posting"])
async def posted(request: Request, session: SessionDep, now: Now, batch: UUID, user: Printer) -> Response:
    """The batch was handed to the post today."""

    async def command() -> Done:
        await _of_office(session, user, batch)
        count = await post.posted(session, batch, actor=user.actor, now=now)
        said = N_("{count} surat dicatat sebagai dikirim hari ini.")
        return Done(to=url("print_batches"), message=said, params={"count": count})

    return await _or_back(request, session, command)


async def _or_back(request: Request, session: AsyncSession, command: forms.Command) -> Response:
    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    refused = Done(to=url("print_batches"), message=outcome.message, tone="negative", params=outcome.params)
    return forms.see_other(request, refused)


async def _of_office(session: AsyncSession, user: Principal, batch_id: UUID) -> PrintBatch:
    batch = await post.load(session, batch_id)
    _require_office(user, batch.authority)
    return batch


def _require_office(user: Principal, authority: str) -> None:
    if authority not in {office.code for office in offices_of(user, Permission.PRINT_LETTERS)}:
        raise Forbidden
