"""Surat peringatan: the letters a company was given. Opening a letter is its receipt."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response, StreamingResponse

from api import routers
from api.deps import Now, PartsDep, SessionDep
from api.pages import warnings
from api.pages.acting import ActingAccount
from api.pages.frame import answer, page_for
from api.pages.urls import PATHS, url
from api.permissions import require
from api.uploads import attachment
from services import unissued
from services.documents import records
from services.errors import NotFound
from services.i18n import Translator, translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.models import CaseKind, Reprimand
from services.reprimands import issuing
from services.reprimands.proposing import number_of
from services.timeline.future import future
from services.warnings import facts, service
from services.warnings.competence import office
from services.warnings.facts import LadderFacts
from services.warnings.wording import office_name

router = routers.pages()
Reader = Annotated[Principal, require(Permission.READ_CASE)]


@router.get(PATHS["warning_letters"])
async def listed(request: Request, session: SessionDep, account_id: ActingAccount, user: Reader) -> Response:
    """Every duty the company was warned about, the newest first; and beside them the reprimands it was given."""
    policy.authorise(user, Permission.READ_CASE, await policy.account_target(session, account_id))
    page = await page_for(request, session)
    words = translator(page.locale)
    found = await facts.of_account(session, account_id)
    given = await issuing.of_account(session, account_id)
    return answer(
        "company/warnings.html",
        page,
        warnings=[_row(one, words) for one in found],
        reprimands=[_reprimand(one, words) for one in given],
    )


@router.get(PATHS["warning_letter"])
async def show(request: Request, session: SessionDep, now: Now, case: UUID, user: Reader) -> Response:
    """The letters about one duty, what was decided, and what happens next if nothing is done."""
    found = await _own(session, user, case)
    page = await page_for(request, session)
    words = translator(page.locale)
    duty = (
        url("report", report=found.duty.id)
        if found.duty.kind == CaseKind.REPORT
        else url("data_request", case=found.duty.id)
    )
    return answer(
        "company/warning.html",
        page,
        warning=_row(found, words),
        due_before=found.due.due_before,
        duty=duty,
        open=found.case.closed_at is None,
        letters=warnings.letters(found, words, for_company=True),
        sanctions=warnings.sanctions(found, words, for_company=True),
        future=[
            {"at": line.at, "text": line.text, "why": line.why}
            for line in await future(session, found.case, now=now, locale=page.locale, for_company=True)
        ],
    )


@router.get(PATHS["warning_letter_open"])
async def open_letter(
    session: SessionDep, parts: PartsDep, now: Now, case: UUID, letter: int, user: Reader
) -> StreamingResponse:
    """The letter itself. From its first opening by the company it counts as served."""
    await _own(session, user, case)
    await service.opened(session, case, letter, actor=user.actor, now=now)
    found = await facts.load(session, case)
    document = next((one.document for one in found.letters if one.letter.rung == letter), None)
    if document is None:
        raise NotFound
    return await attachment(parts.store, document)


@router.get(PATHS["sanction_document"])
async def decision(
    session: SessionDep, parts: PartsDep, case: UUID, sanction: UUID, user: Reader
) -> StreamingResponse:
    """The document of a decision that was imposed."""
    found = await _own(session, user, case)
    document_id = next((one.document_id for one in facts.imposed(found) if one.id == sanction), None)
    if document_id is None:
        raise NotFound
    return await attachment(parts.store, await records.readable(session, document_id))


async def _own(session: SessionDep, user: Principal, case_id: UUID) -> LadderFacts:
    """A ladder of the company's own, of which it has had a letter."""
    found = await facts.load(session, case_id)
    policy.authorise(user, Permission.READ_CASE, Target.of_case(found.case))
    if found.ladder.account_id not in user.accounts:
        raise NotFound
    if not any(one.letter.left_at for one in found.letters):
        raise NotFound
    return found


def _row(found: LadderFacts, words: Translator) -> dict[str, Any]:
    newest = next(one.letter for one in reversed(found.letters) if one.letter.left_at)
    return {
        "id": str(found.case.id),
        "status": unissued.status_told(found.case),
        "matter": found.matter(words.locale),
        "letter": newest.rung,
        "number": newest.number or "",
        "date": warnings.day(newest.letter_date, words),
        "read": newest.served_at is not None,
    }


def _reprimand(given: Reprimand, words: Translator) -> dict[str, Any]:
    return {
        "id": str(given.case_id),
        "number": number_of(given),
        "date": warnings.day(given.letter_date, words),
        "office": office_name(office(given.authority), words.locale),
    }
