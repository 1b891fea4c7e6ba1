"""One report before its officers: every page with its findings, and the decision of the desk where it lies."""

from datetime import datetime
from itertools import pairwise
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Now, SessionDep, locale_of
from api.pages import forms, shapes, views
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.officer import reading
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from services import cases
from services.errors import DomainError, FieldError, InvalidInput, NotFound
from services.i18n import N_, Translator, translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.models import CaseFile, CaseKind, ReportStatus, ReportValidation, ReviewDesk
from services.reference import kbli
from services.reports import dossier
from services.reviews import decisions, desk
from services.reviews import reading as reviews
from services.reviews.corrections import WHOLE_REPORT, Note
from services.reviews.reading import ReviewView
from services.timeline import actors

router = routers.pages()
Officer = Annotated[Principal, require(Permission.READ_NOTES)]
_NOTE = "notes."


@router.get(PATHS["review"])
async def show(request: Request, session: SessionDep, now: Now, case: UUID, user: Officer) -> Response:
    """What was sent, page by page, beside what the report before said; the reading is logged."""
    opened = await _open(request, session, user, case)
    return await _render(request, session, user, opened, now, Form())


@router.post(PATHS["review"])
async def decide(request: Request, session: SessionDep, now: Now, case: UUID, user: Officer) -> Response:
    """Accept at this desk, or return the report with a note for each page that is wrong."""
    typed = await forms.typed(request)

    async def command() -> Done:
        opened = await cases.lock(session, case)
        policy.authorise(user, Permission.READ_NOTES, Target.of_case(opened))
        return await _decide(session, opened, user, typed, now)

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    found = await _open(request, session, user, case)
    form = forms.again(request, typed, _placed(outcome), translator(locale_of(request)))
    return await _render(request, session, user, found, now, form, status=outcome.status)


async def _decide(
    session: AsyncSession, case: CaseFile, user: Principal, typed: dict[str, Any], now: datetime
) -> Done:
    at = _desk(case)
    submission = forms.number(typed, "submission") or 0
    verdict, directorate = forms.text(typed, "verdict"), forms.text(typed, "directorate") or None
    if at is None or verdict not in ("accept", "return"):
        raise InvalidInput(N_("Pilih salah satu keputusan."))
    policy.authorise(user, _NEEDED[at], Target.of_case(case))
    if at is ReviewDesk.VALIDATION:
        directorate = await _own_directorate(session, case, user, submission, directorate)
    done = Done(to=_back(at, directorate), message=_SAID[verdict])
    if verdict == "return":
        await decisions.give_back(
            session, case.id, at, _notes(typed),
            submission=submission, actor=user.actor, now=now, directorate=directorate,
        )  # fmt: skip
    elif at is ReviewDesk.VERIFICATION:
        await decisions.verify(session, case.id, submission=submission, actor=user.actor, now=now)
    else:
        await decisions.approve(
            session, case.id, directorate or "", submission=submission, actor=user.actor, now=now
        )
    return done


_NEEDED = {
    ReviewDesk.VERIFICATION: Permission.VERIFY_REPORT,
    ReviewDesk.VALIDATION: Permission.VALIDATE_REPORT,
}
_SAID = {
    "accept": N_("Laporan disetujui."),
    "return": N_("Laporan dikembalikan kepada perusahaan."),
}


def _back(at: ReviewDesk, directorate: str | None) -> str:
    return url("reviews", desk=at.value, query={"direktorat": directorate, "tanda": "ada"})


def _notes(typed: dict[str, Any]) -> list[Note]:
    named = [name for name in typed if name.startswith(_NOTE) and forms.text(typed, name).strip()]
    return [Note(name.removeprefix(_NOTE), forms.text(typed, name)) for name in named]


def _placed(refused: DomainError) -> DomainError:
    """That no page has a note is said at the note about the whole report."""
    if not isinstance(refused, InvalidInput) or refused.field != "notes":
        return refused
    return InvalidInput(
        refused.message, fields=[FieldError(f"{_NOTE}{WHOLE_REPORT}", refused.message, refused.params)]
    )


async def _own_directorate(
    session: AsyncSession, case: CaseFile, user: Principal, submission: int, named: str | None
) -> str:
    own = [
        part.directorate
        for part in await desk.validations(session, case.id, submission)
        if part.approved_at is None and desk.validates_for(user, part, case.region_code)
    ]
    if named in own:
        return str(named)
    if len(own) == 1 and not named:
        return own[0]
    raise InvalidInput(N_("Pilih direktorat pembina."), field="directorate")


def _desk(case: CaseFile) -> ReviewDesk | None:
    """Where the report lies now; None with the company, with a request, or when it is final."""
    at = {ReportStatus.SENT: ReviewDesk.VERIFICATION, ReportStatus.VERIFIED: ReviewDesk.VALIDATION}
    return at.get(ReportStatus(case.status)) if case.closed_at is None else None


async def _open(request: Request, session: AsyncSession, user: Principal, case_id: UUID) -> CaseFile:
    case = await reading.open_case(request, session, user, case_id, what="review")
    if case.kind != CaseKind.REPORT:
        raise NotFound
    return case


async def _render(
    request: Request,
    session: AsyncSession,
    user: Principal,
    case: CaseFile,
    now: datetime,
    form: Form,
    status: int = 200,
) -> Response:
    page = await page_for(request, session)
    words = translator(page.locale)
    seen = await reviews.view(session, case.id)
    held = await dossier.load(session, case.id, now=now)
    at = _desk(case)
    own = [
        part
        for part in seen.validations
        if part.approved_at is None and desk.validates_for(user, part, case.region_code)
    ]
    may = at is not None and policy.can(user, _NEEDED[at], Target.of_case(case))
    context: dict[str, Any] = {
        "case": await views.case_head(session, case, words),
        "pages": reviews.pages(seen, held.previous.sections, words),
        "previous_period": views.period_name(held.previous.period, words),
        "submission": seen.version.submission,
        "sent_at": seen.version.sent_at,
        "examined": seen.review is not None,
        "flags": list(reviews.flags(seen.review, seen.form, words)),
        "validations": [await _validation(session, case, part, words) for part in seen.validations],
        "notes": await _past_notes(session, case, seen, words),
        "decidable": may and seen.review is not None and (at is ReviewDesk.VERIFICATION or bool(own)),
        "desk": at.value if at else "",
        "own": [shapes.Option(part.directorate, _directorate(part.directorate, words)) for part in own],
        "differences": _differences(case, seen),
        "story": url("case", case=case.id),
        "form": form,
        "whole": WHOLE_REPORT,
    }
    return answer("officer/review.html", page, status=status, **context)


def _directorate(code: str, words: Translator) -> str:
    found = kbli.directorates().get(code)
    if found is None:
        return code
    return found.name if words.locale == "id" else found.english


async def _validation(
    session: AsyncSession, case: CaseFile, part: ReportValidation, words: Translator
) -> dict[str, Any]:
    actor = part.approved_by or ""
    who = await actors.labels(session, [actor], account_id=case.account_id, for_company=False, speak=words)
    return {
        "name": _directorate(part.directorate, words),
        "at": part.approved_at,
        "by": who[actor] if actor else "",
    }


async def _past_notes(
    session: AsyncSession, case: CaseFile, seen: ReviewView, words: Translator
) -> list[dict[str, Any]]:
    people = [note.raised_by for note in seen.notes]
    who = await actors.labels(session, people, account_id=case.account_id, for_company=False, speak=words)
    titles = {section.id: words.gettext(section.title) for section in seen.form.sections}
    return [
        {
            "section": titles.get(note.section, words.gettext(N_("Seluruh laporan"))),
            "submission": note.submission,
            "text": note.note,
            "by": who[note.raised_by],
            "at": note.raised_at,
            "answer": note.answer or "",
            "response": note.response or "",
        }
        for note in seen.notes
    ]


def _differences(case: CaseFile, seen: ReviewView) -> list[dict[str, Any]]:
    """A link for each sending after the first: what it changed."""
    pairs = pairwise(seen.submissions)
    return [
        {
            "before": before.submission,
            "after": after.submission,
            "sent_at": after.sent_at,
            "href": url(
                "review_difference",
                case=case.id,
                query={"dari": before.submission, "ke": after.submission},
            ),
        }
        for before, after in pairs
    ]
