"""Companies that mail does not reach: what waits, and how each was reached."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Now, SessionDep, locale_of
from api.pages import forms, shapes, views
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from services.companies import stored
from services.contacts import desk, settling, tasks
from services.contacts.desk import Line
from services.errors import DomainError, InvalidInput
from services.i18n import N_, Translator, translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.models import CaseFile, CaseKind, ContactReason, ContactResult

router = routers.pages()
Recorder = Annotated[Principal, require(Permission.RECORD_SERVICE)]

REASONS: Final = {
    ContactReason.ADDRESS_BOUNCED: N_("Surel ke alamat ini kembali"),
    ContactReason.RECEIPT_UNPROVEN: N_("Penerimaan belum terbukti"),
    ContactReason.POST_LETTER: N_("Kirim surat lewat pos"),
    ContactReason.CALL: N_("Sampaikan lewat telepon"),
    ContactReason.VISIT: N_("Sampaikan lewat kunjungan"),
    ContactReason.SERVICE_DISPROVED: N_("Surat terdahulu tidak sampai, padahal sudah disusul"),
}
RESULTS: Final = {
    ContactResult.CALLED: N_("Sudah ditelepon"),
    ContactResult.WROTE: N_("Surat sudah dikirim"),
    ContactResult.VISITED: N_("Sudah dikunjungi"),
    ContactResult.NOT_NEEDED: N_("Tidak diperlukan lagi (alamat terbukti berfungsi)"),
    ContactResult.LETTER_STANDS: N_("Surat berikutnya tetap berlaku; peringatan dilanjutkan"),
}


@router.get(PATHS["contacts"])
async def listed(
    request: Request, session: SessionDep, now: Now, user: Recorder, alasan: str = "", region: str = ""
) -> Response:
    """What waits, the companies with the next date first."""
    reason = ContactReason(alasan) if alasan in list(ContactReason) else None
    page = await page_for(request, session)
    words = translator(page.locale)
    found = await desk.waiting(session, user, now=now, reason=reason, region=region or None)
    if found:
        await log_read(session, user, what="list:contacts", purpose="supervision")
    return answer(
        "officer/contacts.html",
        page,
        tasks=[_row(line, words) for line in found],
        reasons=[shapes.Option(code, words.gettext(text)) for code, text in REASONS.items()],
        regions=views.region_options(),
        asked={"alasan": alasan, "region": region},
    )


@router.get(PATHS["contact"])
async def show(request: Request, session: SessionDep, now: Now, task: UUID, user: Recorder) -> Response:
    """One task with what is known of how to reach the company."""
    await _authorised(session, user, task)
    return await _render(request, session, user, task, Form(), now=now)


@router.post(PATHS["contact"])
async def settle(request: Request, session: SessionDep, now: Now, task: UUID, user: Recorder) -> Response:
    """Say how the company was reached."""
    typed = await forms.typed(request)

    async def command() -> Done:
        await _authorised(session, user, task)
        await settling.require_issuer(session, task, user)
        chosen = forms.text(typed, "result")
        if chosen not in list(ContactResult):
            raise InvalidInput(N_("Pilih hasil tugas ini."), field="result")
        note = forms.text(typed, "note")
        await settling.settle(session, task, ContactResult(chosen), note=note, actor=user.actor, now=now)
        return Done(to=url("contacts"), message=N_("Tugas selesai."))

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    form = forms.again(request, typed, outcome, translator(locale_of(request)))
    return await _render(request, session, user, task, form, now=now, status=outcome.status)


async def _authorised(session: AsyncSession, user: Principal, task_id: UUID) -> None:
    task = await tasks.load(session, task_id)
    policy.authorise(user, Permission.RECORD_SERVICE, await policy.account_target(session, task.account_id))


async def _render(
    request: Request,
    session: AsyncSession,
    user: Principal,
    task_id: UUID,
    form: Form,
    *,
    now: Any,
    status: int = 200,
) -> Response:
    line = await desk.one(session, task_id, now=now)
    await log_read(session, user, what="contact", purpose="supervision", account_id=line.account.id)
    page = await page_for(request, session)
    words = translator(page.locale)
    case = await session.get(CaseFile, line.task.case_id) if line.task.case_id else None
    return answer(
        "officer/contact.html",
        page,
        status=status,
        task=_row(line, words),
        contact=await _contact(session, line),
        case=_case(case),
        results=[
            shapes.Option(code, words.gettext(RESULTS[code])) for code in settling.offered(line.task.reason)
        ],
        form=form,
    )


def _row(line: Line, words: Translator) -> dict[str, Any]:
    task = line.task
    due = line.due_before
    return {
        "id": task.id,
        "company": line.account.name,
        "number": line.account.number,
        "region": views.region_name(line.account.region_code),
        "reason": words.gettext(REASONS[ContactReason(task.reason)]),
        "address": task.address or "",
        "raised_at": task.raised_at,
        "deadline": shapes.DeadlineView(views.deadline_name(line.due_name or "", words), due)
        if due
        else None,
        "settled_at": task.settled_at,
    }


async def _contact(session: AsyncSession, line: Line) -> dict[str, Any]:
    """What the company itself says of how to reach it."""
    kept = await stored.read_all(session, line.account.id)
    person, general = kept["contact_person"].values, kept["general"].values
    return {
        "name": person.get("name", ""),
        "phone": person.get("phone") or general.get("phone") or "",
        "email": person.get("email") or line.account.email,
        "address": line.account.address,
        "account": url("account", account=line.account.id),
    }


def _case(case: CaseFile | None) -> dict[str, Any] | None:
    if case is None:
        return None
    of_request = case.kind == CaseKind.DATA_REQUEST
    href = url("data_request_case" if of_request else "case", case=case.id)
    return {
        "href": href,
        "key": case.key,
        "letter": url("data_request_letter", case=case.id) if of_request and case.closed_at is None else "",
    }
