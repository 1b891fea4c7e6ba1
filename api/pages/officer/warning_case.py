"""One ladder before an official: its letters, the decision on the next one, proof of service, an excuse, sanctions."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response, StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Arrival, Now, PartsDep, SessionDep, locale_of
from api.pages import forms, keeping, shapes, views, warnings
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.officer import reading as opening
from api.pages.officer import receipts
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from api.uploads import attachment
from services.clock import app_now
from services.errors import DomainError, FieldError, InvalidInput, NotFound
from services.i18n import N_, translator
from services.identity import actors, policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.models import (
    AuthorityLevel,
    CaseFile,
    CaseKind,
    Document,
    LetterChannel,
    SanctionKind,
    WarningStatus,
)
from services.service_proof import evidence
from services.service_proof.evidence import Receipt
from services.warnings import approval, excuses, facts, post, sanctions, service
from services.warnings.competence import issues
from services.warnings.desk import Filters

router = routers.pages()
Reader = Annotated[Principal, require(Permission.READ_CASE)]
Recorder = Annotated[Principal, require(Permission.RECORD_SERVICE)]
Excuser = Annotated[Principal, require(Permission.EXCUSE_OBLIGATION)]
Approver = Annotated[Principal, require(Permission.APPROVE_WARNING)]
Decider = Annotated[Principal, require(Permission.APPROVE_WARNING, recent=True)]
_KIND: Final = "warning_evidence"


@router.get(PATHS["warning_case"])
async def show(request: Request, session: SessionDep, case: UUID, user: Reader) -> Response:
    """The letters of one duty and what may be done now."""
    await _open(request, session, user, case)
    return await _render(request, session, user, case)


@router.get(PATHS["warning_letter_file"])
async def letter_file(
    request: Request, session: SessionDep, parts: PartsDep, case: UUID, letter: int, user: Reader
) -> StreamingResponse:
    """A letter as it was made. An official's opening proves nothing."""
    await _open(request, session, user, case)
    found = await facts.load(session, case)
    document = next((one.document for one in found.letters if one.letter.rung == letter), None)
    if document is None:
        raise NotFound
    return await attachment(parts.store, document)


@router.post(PATHS["warning_decision"])
async def decide(request: Request, session: SessionDep, now: Now, case: UUID, user: Decider) -> Response:
    """Approve the next letter, leave it out with a reason, or say whose office is competent."""
    typed = await forms.typed(request)

    async def command() -> Done:
        await _authorised(session, user, case, Permission.APPROVE_WARNING)
        choice, here = forms.text(typed, "choice"), url("warning_case", case=case)
        if choice == "exclude":
            await approval.exclude(session, user, {case: forms.text(typed, "reason")}, now=now)
            return Done(to=url("warnings"), message=N_("Usulan tidak disetujui; alasannya dicatat."))
        if choice == "authority":
            level = forms.text(typed, "level")
            if level not in tuple(AuthorityLevel):
                raise InvalidInput(N_("Pilih instansinya."), field="level")
            ground = forms.text(typed, "ground")
            await approval.determine(session, user, [case], AuthorityLevel(level), reason=ground, now=now)
            return Done(to=here, message=N_("Instansi yang berwenang ditetapkan."))
        channel = forms.text(typed, "channel")
        chosen = LetterChannel(channel) if channel in tuple(LetterChannel) else None
        await approval.approve(session, user, Filters(ids=(case,)), now=now, channel=chosen)
        return Done(to=here, message=N_("Surat disetujui dan sedang dibuat."))

    return await _carried_out(request, session, user, case, typed, command, "decision_form")


@router.post(PATHS["warning_service"], max_body_size=keeping.MAX_FORM_BODY)
async def record(
    request: Request, session: SessionDep, parts: PartsDep, now: Arrival, case: UUID, user: Recorder
) -> Response:
    """Record that a letter was received: the first whose service is not proven, else the newest."""
    typed = await forms.typed(request)
    async with parts.sessions() as early:  # no transaction stands open while the file is looked at
        await _authorised(early, user, case, Permission.RECORD_SERVICE)
    accepted, problems = await keeping.tried(request, typed, receipts.DOCUMENT)

    async def command() -> Done:
        found = await _authorised(session, user, case, Permission.RECORD_SERVICE)
        rung = _awaited(await facts.load(session, case))
        await service.require_issuer(session, case, user, Permission.RECORD_SERVICE, rung)
        kind, moment = receipts.typed(typed, problems)
        scan = await receipts.kept(session, accepted, found, user, now, kind=_KIND)
        receipt = Receipt(kind, moment, forms.text(typed, "note"), scan)
        await service.record(
            session, case, receipt, actor=user.actor, now=now, rung=rung, author_id=user.person_id
        )
        return Done(to=url("warning_case", case=case), message=N_("Bukti penerimaan dicatat."))

    shown = keeping.shown(accepted)
    return await _carried_out(request, session, user, case, typed, command, "service_form", shown)


@router.post(PATHS["warning_by_post"])
async def by_post(request: Request, session: SessionDep, now: Now, case: UUID, user: Approver) -> Response:
    """The mail did not arrive: the same letter goes by post."""

    async def command() -> Done:
        await _authorised(session, user, case, Permission.APPROVE_WARNING)
        await service.require_issuer(session, case, user, Permission.APPROVE_WARNING)
        await post.by_post_instead(session, case, actor=user.actor, now=now)
        return Done(to=url("warning_case", case=case), message=N_("Surat ini menunggu dicetak."))

    return await _carried_out(request, session, user, case, {}, command, "decision_form")


@router.post(PATHS["warning_closing"])
async def close(request: Request, session: SessionDep, now: Now, case: UUID, user: Decider) -> Response:
    """The desk decides nothing more."""
    typed = await forms.typed(request)

    async def command() -> Done:
        await _authorised(session, user, case, Permission.APPROVE_WARNING)
        await sanctions.close(session, case, user, reason=forms.text(typed, "closing_reason"), now=now)
        return Done(to=url("warning_case", case=case), message=N_("Perkara peringatan ditutup."))

    return await _carried_out(request, session, user, case, typed, command, "closing_form")


@router.post(PATHS["warning_sanction_decision"])
async def decide_sanction(
    request: Request, session: SessionDep, now: Now, case: UUID, sanction: UUID, user: Decider
) -> Response:
    """The second person imposes it, or refuses it with a reason."""
    typed = await forms.typed(request)

    async def command() -> Done:
        await _authorised(session, user, case, Permission.APPROVE_WARNING)
        approve = forms.text(typed, "choice") == "approve"
        note = forms.text(typed, f"note-{sanction}")
        await sanctions.decide(session, sanction, user, approve=approve, note=note, now=now)
        said = N_("Sanksi ditetapkan; perusahaan diberi tahu.") if approve else N_("Usulan sanksi ditolak.")
        return Done(to=url("warning_case", case=case), message=said)

    return await _carried_out(request, session, user, case, typed, command, "closing_form")


@router.get(PATHS["warning_excuse"])
async def excuse_form(request: Request, session: SessionDep, case: UUID, user: Excuser) -> Response:
    """The form for an excuse: the company's letter, and why it is accepted."""
    await _open(request, session, user, case)
    return await _excuse(request, session, case, Form())


@router.post(PATHS["warning_excuse"], max_body_size=keeping.MAX_FORM_BODY)
async def excuse(
    request: Request, session: SessionDep, parts: PartsDep, now: Arrival, case: UUID, user: Excuser
) -> Response:
    """Accept the company's excuse. Without its letter that is refused."""
    typed = await forms.typed(request)
    async with parts.sessions() as early:
        await _authorised(early, user, case, Permission.EXCUSE_OBLIGATION)
    accepted, problems = await keeping.tried(request, typed, receipts.DOCUMENT)

    async def command() -> Done:
        found = await _authorised(session, user, case, Permission.EXCUSE_OBLIGATION)
        if problems:
            raise InvalidInput(evidence.CHECK_FIELDS, fields=problems)
        letter = await receipts.kept(session, accepted, found, user, now, kind=_KIND)
        reason = forms.text(typed, "reason")
        await excuses.accept(session, case, document=letter, reason=reason, actor=user.actor, now=now)
        return Done(to=url("warning_case", case=case), message=N_("Alasan diterima; peringatan berakhir."))

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    form = forms.again(request, typed, outcome, translator(locale_of(request)))
    return await _excuse(request, session, case, form, keeping.shown(accepted), outcome.status)


@router.get(PATHS["warning_sanction"])
async def sanction_form(request: Request, session: SessionDep, case: UUID, user: Approver) -> Response:
    """The form for a decision after the last letter."""
    await _open(request, session, user, case)
    return await _sanction(request, session, case, Form())


@router.post(PATHS["warning_sanction"], max_body_size=keeping.MAX_FORM_BODY)
async def propose_sanction(
    request: Request, session: SessionDep, parts: PartsDep, now: Arrival, case: UUID, user: Approver
) -> Response:
    """Lay a decision before a second person."""
    typed = await forms.typed(request)
    async with parts.sessions() as early:
        await _authorised(early, user, case, Permission.APPROVE_WARNING)
    accepted, problems = await keeping.tried(request, typed, receipts.DOCUMENT)

    async def command() -> Done:
        found = await _authorised(session, user, case, Permission.APPROVE_WARNING)
        document = await receipts.kept(session, accepted, found, user, now, kind=_KIND)
        await sanctions.propose(session, case, _draft(typed, document, problems), user, now=now)
        return Done(to=url("warning_case", case=case), message=N_("Usulan menunggu keputusan orang kedua."))

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    form = forms.again(request, typed, outcome, translator(locale_of(request)))
    return await _sanction(request, session, case, form, keeping.shown(accepted), outcome.status)


def _draft(typed: dict[str, Any], document: Document | None, problems: list[FieldError]) -> sanctions.Draft:
    wrong = list(problems)
    kind, written = forms.text(typed, "kind"), forms.text(typed, "amount").replace(".", "").strip()
    if kind not in tuple(SanctionKind):
        wrong.append(FieldError("kind", N_("Pilih sanksinya.")))
    if written and not (written.isascii() and written.isdigit() and len(written) < 16):
        wrong.append(FieldError("amount", N_("Tuliskan jumlah dalam rupiah, hanya angka.")))
    if wrong:
        raise InvalidInput(evidence.CHECK_FIELDS, fields=wrong)
    texts = {name: forms.text(typed, name) for name in ("basis", "reason", "number")}
    amount = int(written) if written else None
    return sanctions.Draft(SanctionKind(kind), document=document, amount=amount, **texts)


async def _open(request: Request, session: AsyncSession, user: Principal, case_id: UUID) -> CaseFile:
    found = await opening.open_case(request, session, user, case_id, what="warning")
    if found.kind != CaseKind.WARNING or not user.is_official:
        raise NotFound
    return found


async def _authorised(
    session: AsyncSession, user: Principal, case_id: UUID, permission: Permission
) -> CaseFile:
    found = await session.get(CaseFile, case_id)
    if found is None or found.kind != CaseKind.WARNING:
        raise NotFound
    policy.authorise(user, permission, Target.of_case(found))
    return found


async def _carried_out(
    request: Request,
    session: AsyncSession,
    user: Principal,
    case_id: UUID,
    typed: dict[str, Any],
    command: Callable[[], Awaitable[Done]],
    form_name: str,
    kept: shapes.StoredFile | None = None,
) -> Response:
    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    form = forms.again(request, typed, outcome, translator(locale_of(request)))
    shown: dict[str, Any] = {form_name: form, "kept": kept, "status": outcome.status}
    return await _render(request, session, user, case_id, **shown)


async def _render(
    request: Request,
    session: AsyncSession,
    user: Principal,
    case_id: UUID,
    *,
    decision_form: Form | None = None,
    service_form: Form | None = None,
    closing_form: Form | None = None,
    kept: shapes.StoredFile | None = None,
    status: int = 200,
) -> Response:
    page = await page_for(request, session)
    words = translator(page.locale)
    found = await facts.load(session, case_id)
    newest = found.newest
    target, case = Target.of_case(found.case), found.case
    approver = policy.can(user, Permission.APPROVE_WARNING, target)
    is_open = case.closed_at is None
    waits = case.status == WarningStatus.ISSUED or found.ladder.suspension in service.AWAITS_PROOF
    awaited = waits and found.unproven is not None
    poster, recorder = (
        policy.can(user, what, target) and newest is not None and issues(user, what, newest.authority)
        for what in (Permission.APPROVE_WARNING, Permission.RECORD_SERVICE)
    )
    by_post = await post.may_go_by_post(session, case_id, now=await app_now(session))
    context: dict[str, Any] = {
        "case": await views.case_head(session, case, words),
        "matter": found.matter(page.locale),
        "duty": url("case", case=found.duty.id),
        "due_before": found.due.due_before,
        "authority": warnings.authority(found.ladder.authority, words),
        "suspended": found.ladder.suspended_at is not None,
        "next_letter": found.ladder.rung + 1,
        "letters": warnings.letters(found, words, for_company=False),
        "sanctions": warnings.sanctions(found, words, for_company=False),
        "end_reason": found.ladder.exclusion_reason or found.ladder.end_note or "",
        "decidable": approver and case.status == WarningStatus.PROPOSED,
        "undetermined": found.ladder.authority is None,
        "recordable": awaited and recorder,
        "postable": by_post and poster,
        "excusable": is_open and policy.can(user, Permission.EXCUSE_OBLIGATION, target),
        "on_desk": approver and case.status == WarningStatus.DECIDING,
        "mine": await actors.selves(session, user.actor),
        "channels": warnings.channels(words),
        "levels": warnings.levels(words),
        "decision_form": decision_form or Form(),
        "closing_form": closing_form or Form(),
    } | receipts.shown(words, service_form, kept)
    return answer("officer/warning.html", page, status=status, **context)


def _awaited(found: facts.LadderFacts) -> int | None:
    return found.unproven.rung if found.unproven else None


async def _excuse(
    request: Request,
    session: AsyncSession,
    case_id: UUID,
    form: Form,
    kept: shapes.StoredFile | None = None,
    status: int = 200,
) -> Response:
    page = await page_for(request, session)
    found = await facts.load(session, case_id)
    return answer(
        "officer/warning_excuse.html",
        page,
        status=status,
        case=await views.case_head(session, found.case, translator(page.locale)),
        matter=found.matter(page.locale),
        form=form,
        kept=kept,
        document_token=forms.text(form.values, keeping.TOKEN),
    )


async def _sanction(
    request: Request,
    session: AsyncSession,
    case_id: UUID,
    form: Form,
    kept: shapes.StoredFile | None = None,
    status: int = 200,
) -> Response:
    page = await page_for(request, session)
    words = translator(page.locale)
    found = await facts.load(session, case_id)
    return answer(
        "officer/warning_sanction.html",
        page,
        status=status,
        case=await views.case_head(session, found.case, words),
        matter=found.matter(page.locale),
        kinds=warnings.kinds(words),
        form=form,
        kept=kept,
        document_token=forms.text(form.values, keeping.TOKEN),
    )
