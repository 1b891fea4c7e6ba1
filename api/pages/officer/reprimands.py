"""Tidak tertib: whose reporting is disorderly in a region, proposing a reprimand, deciding it as a second person."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Arrival, Now, PartsDep, SessionDep, locale_of
from api.pages import deadlines, forms, keeping, shapes, views, warnings
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.officer import papers, reading, receipts
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from services import rulebook
from services.deadlines.periods import Period
from services.errors import DomainError, InvalidInput, NotFound
from services.i18n import N_, Translator, format_due, translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.models import (
    Account,
    CaseFile,
    CaseKind,
    Disorder,
    Document,
    EvidenceKind,
    LetterChannel,
    Reprimand,
    ReprimandStatus,
)
from services.reprimands import deciding, disorder, issuing, post, proposing
from services.reprimands.deciding import Verdict
from services.reprimands.disorder import Disorderly, Found
from services.reprimands.wording import DISORDERS
from services.service_proof import evidence
from services.service_proof.evidence import Receipt
from services.timeline import actors
from services.warnings.competence import issues, office
from services.warnings.wording import office_name

router = routers.pages()
Proposer = Annotated[Principal, require(Permission.PROPOSE_REPRIMAND)]
Reader = Annotated[Principal, require(Permission.READ_CASE)]
_KIND: Final = "reprimand_evidence"


@router.get(PATHS["disorderly"])
async def listed(
    request: Request,
    session: SessionDep,
    now: Now,
    user: Proposer,
    region: str = "",
    sesudah: UUID | None = None,
) -> Response:
    """Companies whose reporting is disorderly by the rules in force."""
    page = await page_for(request, session)
    words = translator(page.locale)
    found = await disorder.listed(session, user, now=now, region=region or None, after=sesudah)
    if found:
        await log_read(session, user, what="list:disorderly_reporting", purpose="supervision")
    rules = (await rulebook.current(session, now=now)).policies.orderly
    last = found[-1].account.id if len(found) == disorder.MOST else None
    return answer(
        "officer/disorderly.html",
        page,
        rows=[_row(one, words) for one in found],
        periods=rules.periods,
        limits=[{"label": words.gettext(DISORDERS[one]), "n": rules.enough(one)} for one in Disorder],
        asked={"region": region},
        regions=views.region_options(),
        more=url("disorderly", query={"region": region, "sesudah": last}) if last else "",
    )


@router.get(PATHS["reprimand_propose"])
async def new(request: Request, session: SessionDep, now: Now, account: UUID, user: Proposer) -> Response:
    """What the rules find about one company, and the form for a proposal; the reading is logged."""
    return await _propose_form(request, session, user, account, Form(), now)


@router.post(PATHS["reprimand_propose"])
async def propose(request: Request, session: SessionDep, now: Now, account: UUID, user: Proposer) -> Response:
    """Lay a reprimand before a second person."""
    typed = await forms.typed(request)

    async def command() -> Done:
        await _authorised(session, user, account)
        made = await proposing.propose(session, account, forms.text(typed, "reason"), user, now=now)
        return Done(to=url("reprimand_case", case=made.case_id), message=N_("Teguran diusulkan."))

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    form = forms.again(request, typed, outcome, translator(locale_of(request)))
    return await _propose_form(request, session, user, account, form, now, outcome.status)


@router.get(PATHS["reprimand_case"])
async def show(request: Request, session: SessionDep, case: UUID, user: Reader) -> Response:
    """A reprimand, what it stands on, its letter; the reading is logged."""
    return await _render(request, session, user, case, Form())


@router.post(PATHS["reprimand_case"])
async def decide(
    request: Request,
    session: SessionDep,
    now: Now,
    case: UUID,
    user: Annotated[Principal, require(Permission.DECIDE_REPRIMAND)],
) -> Response:
    """Approve it, refuse it, or take one's own proposal back."""
    typed = await forms.typed(request)

    async def command() -> Done:
        seen = await session.get(CaseFile, case, populate_existing=True)
        if seen is None:
            raise NotFound
        policy.authorise(user, Permission.DECIDE_REPRIMAND, Target.of_case(seen))
        forms.expect_version(seen.version, typed)
        return Done(
            to=url("reprimand_case", case=case), message=await _decide(session, user, case, typed, now)
        )

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    form = forms.again(request, typed, outcome, translator(locale_of(request)))
    return await _render(request, session, user, case, form, outcome.status)


async def _decide(
    session: AsyncSession, user: Principal, case: UUID, typed: dict[str, Any], now: datetime
) -> str:
    verdict = forms.text(typed, "verdict")
    if verdict == "withdraw":
        await proposing.withdraw(session, case, user, now=now)
        return N_("Usulan ditarik.")
    if verdict not in list(Verdict):
        raise InvalidInput(N_("Pilih salah satu keputusan."))
    note, channel = forms.text(typed, "note"), forms.text(typed, "channel")
    chosen = LetterChannel(channel) if channel in tuple(LetterChannel) else None
    decided = await deciding.decide(session, case, Verdict(verdict), note, user, now=now, channel=chosen)
    if decided.status != ReprimandStatus.APPROVED:
        return N_("Usulan teguran ditolak.")
    if decided.channel == LetterChannel.POST:
        return N_("Teguran disetujui; suratnya dibuat dan menunggu dicetak.")
    return N_("Teguran disetujui; suratnya dibuat dan dikirim.")


async def _authorised(session: AsyncSession, user: Principal, account_id: UUID) -> None:
    target = await policy.account_target(session, account_id)
    policy.authorise(user, Permission.PROPOSE_REPRIMAND, target)


async def _propose_form(
    request: Request,
    session: AsyncSession,
    user: Principal,
    account_id: UUID,
    form: Form,
    now: datetime,
    status: int = 200,
) -> Response:
    await _authorised(session, user, account_id)
    await log_read(session, user, what="disorderly_reporting", purpose="supervision", account_id=account_id)
    page = await page_for(request, session)
    words = translator(page.locale)
    account = await session.get_one(Account, account_id)
    found = await disorder.of_account(session, account_id, now=now)
    rules = (await rulebook.current(session, now=now)).policies.orderly
    context: dict[str, Any] = {
        "company": account.name,
        "account": str(account_id),
        "findings": [_finding(one, words) for one in found],
        "enough": rules.disorderly(disorder.counted(found)),
        "form": form,
    }
    return answer("officer/reprimand_propose.html", page, status=status, **context)


async def _render(
    request: Request,
    session: AsyncSession,
    user: Principal,
    case_id: UUID,
    form: Form,
    status: int = 200,
    *,
    service_form: Form | None = None,
    kept: shapes.StoredFile | None = None,
) -> Response:
    case = await reading.open_case(request, session, user, case_id, what="reprimand")
    if case.kind != CaseKind.REPRIMAND:
        raise NotFound
    page = await page_for(request, session)
    words = translator(page.locale)
    delivery = await _delivery(session, user, case, words)
    reprimand = await session.get_one(Reprimand, case_id, populate_existing=True)
    people = [one for one in (reprimand.proposed_by, reprimand.decided_by) if one]
    who = await actors.labels(
        session, people, account_id=reprimand.account_id, for_company=False, speak=words
    )
    operator = policy.can(user, Permission.OPERATE_PROCESSES, Target.of_case(case))
    decider = policy.can(user, Permission.DECIDE_REPRIMAND, Target.of_case(case))
    letter = await session.get(Document, reprimand.document_id) if reprimand.document_id else None
    proposed = reprimand.status == ReprimandStatus.PROPOSED
    own = reprimand.proposed_by == user.actor
    context: dict[str, Any] = {
        "case": await views.case_head(session, case, words, operator=operator),
        "office": office_name(office(reprimand.authority), words.locale),
        "reason": reprimand.reason,
        "proposed": {"by": who[reprimand.proposed_by], "at": reprimand.proposed_at},
        "decided": {
            "by": who[reprimand.decided_by],
            "at": reprimand.decided_at,
            "note": reprimand.decision_note or "",
        }
        if reprimand.decided_by
        else None,
        "findings": [_line(one, words) for one in await issuing.lines(session, case_id)],
        "deadline": await deadlines.view(session, case, proposing.TARGET, words),
        "letter": papers.beside(letter) if letter else None,
        "decidable": proposed and decider and not own,
        "own": proposed and own,
        "channels": warnings.channels(words),
        **delivery,
        **receipts.shown(words, service_form, kept),
        "story": url("case", case=case_id),
        "form": form,
    }
    return answer("officer/reprimand.html", page, status=status, **context)


async def _delivery(
    session: AsyncSession, user: Principal, case: CaseFile, words: Translator
) -> dict[str, Any]:
    """How the letter goes, where it is, and what shows that it was received."""
    reprimand = await session.get_one(Reprimand, case.id)
    by_mail, target = reprimand.channel == LetterChannel.EMAIL, Target.of_case(case)
    shown = await evidence.of_case(session, case.id)
    poster, recorder = (
        policy.can(user, what, target) and issues(user, what, reprimand.authority)
        for what in (Permission.DECIDE_REPRIMAND, Permission.RECORD_SERVICE)
    )
    return {
        "sending": {
            "channel": words.gettext(warnings.CHANNELS[LetterChannel(reprimand.channel)]),
            "sent_at": reprimand.sent_at,
            "posted_at": reprimand.posted_at,
            "to_print": not by_mail and reprimand.document_id is not None and reprimand.posted_at is None,
        }
        if reprimand.decided_at and reprimand.status != ReprimandStatus.REFUSED
        else None,
        "receipts": [
            {"kind": words.gettext(evidence.LABELS[EvidenceKind(one.kind)]), "at": one.received_at}
            for one in shown
        ],
        "recordable": reprimand.sent_at is not None and recorder,
        "postable": reprimand.sent_at is not None and by_mail and not shown and poster,
    }


@router.post(PATHS["reprimand_delivery"], max_body_size=keeping.MAX_FORM_BODY)
async def delivered(
    request: Request,
    session: SessionDep,
    parts: PartsDep,
    now: Arrival,
    case: UUID,
    user: Annotated[Principal, require(Permission.RECORD_SERVICE)],
) -> Response:
    """Record that the letter was received."""
    typed = await forms.typed(request)
    async with parts.sessions() as early:  # no transaction stands open while the file is looked at
        await _allowed(early, user, case, Permission.RECORD_SERVICE)
    accepted, problems = await keeping.tried(request, typed, receipts.DOCUMENT)

    async def command() -> Done:
        found = await _allowed(session, user, case, Permission.RECORD_SERVICE)
        await post.require_issuer(session, case, user, Permission.RECORD_SERVICE)
        kind, moment = receipts.typed(typed, problems)
        scan = await receipts.kept(session, accepted, found, user, now, kind=_KIND)
        receipt = Receipt(kind, moment, forms.text(typed, "note"), scan)
        await post.delivered(session, case, receipt, actor=user.actor, now=now, author_id=user.person_id)
        return Done(to=url("reprimand_case", case=case), message=N_("Bukti penerimaan dicatat."))

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    again = forms.again(request, typed, outcome, translator(locale_of(request)))
    scan = keeping.shown(accepted)
    return await _render(request, session, user, case, Form(), outcome.status, service_form=again, kept=scan)


@router.post(PATHS["reprimand_by_post"])
async def by_post(
    request: Request,
    session: SessionDep,
    now: Now,
    case: UUID,
    user: Annotated[Principal, require(Permission.DECIDE_REPRIMAND)],
) -> Response:
    """The mail did not arrive: the same letter goes by post."""

    async def command() -> Done:
        await _allowed(session, user, case, Permission.DECIDE_REPRIMAND)
        await post.require_issuer(session, case, user, Permission.DECIDE_REPRIMAND)
        await post.by_post_instead(session, case, actor=user.actor, now=now)
        return Done(to=url("reprimand_case", case=case), message=N_("Surat ini menunggu dicetak."))

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    again = forms.again(request, {}, outcome, translator(locale_of(request)))
    return await _render(request, session, user, case, again, outcome.status)


async def _allowed(session: AsyncSession, user: Principal, case_id: UUID, permission: Permission) -> CaseFile:
    found = await session.get(CaseFile, case_id)
    if found is None or found.kind != CaseKind.REPRIMAND:
        raise NotFound
    policy.authorise(user, permission, Target.of_case(found))
    return found


def _row(one: Disorderly, words: Translator) -> dict[str, Any]:
    to = (
        url("reprimand_case", case=one.waiting)
        if one.waiting
        else url("reprimand_propose", account=one.account.id)
    )
    counts = [f"{words.gettext(DISORDERS[kind])}: {number}" for kind, number in one.counts.items()]
    return {
        "company": one.account.name,
        "number": one.account.number,
        "region": views.region_name(one.account.region_code),
        "counts": counts,
        "waiting": one.waiting is not None,
        "href": to,
    }


def _finding(one: Found, words: Translator) -> dict[str, Any]:
    return {
        "period": Period.parse(one.period).label(words.locale),
        "disorder": words.gettext(DISORDERS[one.disorder]),
        "due": format_due(one.due_before, words.locale),
        "sent_at": one.sent_at,
        "href": url("case", case=one.report_id),
    }


def _line(one: Any, words: Translator) -> dict[str, Any]:
    english = words.locale == "en"
    return {
        "period": one.period_en if english else one.period,
        "disorder": one.disorder_en if english else one.disorder,
        "due": one.due,
        "sent_at": None,
        "href": "",
    }
