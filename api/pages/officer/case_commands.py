"""What officials do on the page of a case: hold, release, hand over, note down, resolve a stuck step, say why."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Now, SessionDep, locale_of
from api.pages import flash, forms
from api.pages.forms import Done, Onward
from api.pages.officer import case as case_page
from api.pages.officer.purpose import asked
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from services import cases, casework, processes
from services.errors import DomainError, InvalidInput, NotFound
from services.i18n import N_, translator
from services.identity import policy, purposes
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.models import CaseFile

router = routers.pages()
Work = Callable[[CaseFile, dict[str, Any]], Awaitable[str]]


@router.post(PATHS["case_hold"])
async def hold(
    request: Request,
    session: SessionDep,
    now: Now,
    case: UUID,
    user: Annotated[Principal, require(Permission.HOLD_CASE)],
) -> Response:
    """Nothing more happens to the case by itself."""

    async def work(_: CaseFile, typed: dict[str, Any]) -> str:
        reason = forms.text(typed, "reason")
        await casework.hold(session, case, reason=reason, actor=user.actor, now=now)
        return N_("Kasus ditahan.")

    return await _carry_out(request, session, user, case, Permission.HOLD_CASE, work, now, "hold_form")


@router.post(PATHS["case_release"])
async def release(
    request: Request,
    session: SessionDep,
    now: Now,
    case: UUID,
    user: Annotated[Principal, require(Permission.HOLD_CASE)],
) -> Response:
    """The case goes on."""

    async def work(*_: object) -> str:
        await casework.release(session, case, actor=user.actor, now=now)
        return N_("Kasus dilanjutkan.")

    return await _carry_out(request, session, user, case, Permission.HOLD_CASE, work, now)


@router.post(PATHS["case_assignment"])
async def assign(
    request: Request,
    session: SessionDep,
    now: Now,
    case: UUID,
    user: Annotated[Principal, require(Permission.ASSIGN_CASE)],
) -> Response:
    """Hand the case to a colleague, or back to the desk."""

    async def work(_: CaseFile, typed: dict[str, Any]) -> str:
        chosen = forms.text(typed, "assignee")
        await casework.assign(session, case, _person(chosen), actor=user.actor, now=now)
        return N_("Petugas kasus ini sudah ditetapkan.") if chosen else N_("Kasus kembali ke meja bersama.")

    return await _carry_out(request, session, user, case, Permission.ASSIGN_CASE, work, now)


@router.post(PATHS["case_note"])
async def note(
    request: Request,
    session: SessionDep,
    now: Now,
    case: UUID,
    user: Annotated[Principal, require(Permission.WRITE_NOTES)],
) -> Response:
    """Write something down for colleagues."""

    async def work(_: CaseFile, typed: dict[str, Any]) -> str:
        body = forms.text(typed, "body")
        await casework.add_note(session, case, body, author_id=user.person_id, actor=user.actor, now=now)
        return N_("Catatan tersimpan.")

    return await _carry_out(request, session, user, case, Permission.WRITE_NOTES, work, now, "note_form")


@router.post(PATHS["case_step"])
async def resolve(
    request: Request,
    session: SessionDep,
    now: Now,
    case: UUID,
    user: Annotated[Principal, require(Permission.OPERATE_PROCESSES)],
) -> Response:
    """Let a stuck step run again, or go on without it this time."""

    async def work(_: CaseFile, typed: dict[str, Any]) -> str:
        skip = forms.text(typed, "choice") == "skip"
        await processes.resolve_stuck(session, case, skip=skip, by=user.person_id, actor=user.actor, now=now)
        return N_("Langkah dilewati; proses berjalan lagi.") if skip else N_("Langkah dijalankan lagi.")

    return await _carry_out(request, session, user, case, Permission.OPERATE_PROCESSES, work, now)


@router.get(PATHS["case_purpose"])
async def ask(
    request: Request,
    session: SessionDep,
    case: UUID,
    user: Annotated[Principal, require(Permission.READ_CASE)],
    next_page: Onward = "",
) -> Response:
    """Why does this official want to open the case? Asked before anything of it is shown."""
    opened = await _visible(session, user, case)
    return await _ask(request, session, opened, forms.local(next_page, url("case", case=case)), Form())


@router.post(PATHS["case_purpose"])
async def state(
    request: Request,
    session: SessionDep,
    case: UUID,
    user: Annotated[Principal, require(Permission.READ_CASE)],
    next_page: Onward = "",
) -> Response:
    """Log the purpose and go on to the case."""
    opened = await _visible(session, user, case)
    typed = await forms.typed(request)
    onward = forms.local(next_page, url("case", case=case))
    try:
        purpose = purposes.check(forms.text(typed, "purpose"), forms.text(typed, "purpose_text"))
    except InvalidInput as refused:
        words = translator(locale_of(request))
        return await _ask(request, session, opened, onward, Form.refused(typed, refused, words), 422)
    await log_read(
        session, user, what="purpose", purpose=purpose, account_id=opened.account_id, case_id=opened.id
    )
    return forms.see_other(request, Done(to=onward))


async def _ask(
    request: Request, session: AsyncSession, case: CaseFile, onward: str, form: Form, status: int = 200
) -> Response:
    action = url("case_purpose", case=case.id, query={"next": onward})
    return await asked(request, session, case.title, action, form, status)


async def _visible(session: AsyncSession, user: Principal, case_id: UUID) -> CaseFile:
    case = await session.get(CaseFile, case_id)
    if case is None:
        raise NotFound
    policy.authorise(user, Permission.READ_CASE, Target.of_case(case))
    return case


async def _carry_out(
    request: Request,
    session: AsyncSession,
    user: Principal,
    case_id: UUID,
    permission: Permission,
    work: Work,
    now: datetime,
    form_name: str | None = None,
) -> Response:
    """Lock, check, do, and come back to the case; a refusal shows what was typed again."""
    typed = await forms.typed(request)

    async def command() -> Done:
        case = await cases.lock(session, case_id)
        policy.authorise(user, permission, Target.of_case(case))
        forms.expect_version(case.version, typed)
        back = forms.local(forms.text(typed, "next"), url("case", case=case_id))
        return Done(to=back, message=await work(case, typed))

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    case = await _visible(session, user, case_id)
    words = translator(locale_of(request))
    if form_name is None or not outcome.fields:
        flash.now(request, outcome.message, "negative", **outcome.params)
    forms_again = {form_name: Form.refused(typed, outcome, words)} if form_name and outcome.fields else {}
    return await case_page.render(request, session, user, case, now=now, status=outcome.status, **forms_again)


def _person(chosen: str) -> UUID | None:
    if not chosen:
        return None
    try:
        return UUID(chosen)
    except ValueError:
        raise InvalidInput(N_("Pilih petugas dari daftar."), field="assignee") from None
