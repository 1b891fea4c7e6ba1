"""Whether a letter arrived: looked at when its date comes, shown by somebody, or else an officer's task."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases, rulebook
from services.contacts import tasks
from services.contacts.tasks import Wanted
from services.deadlines import store
from services.deadlines.derivation import Derived, derive
from services.errors import Forbidden, InvalidInput, NotFound, TransitionRefused
from services.i18n import N_
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.models import (
    CaseFile,
    ContactReason,
    EvidenceKind,
    LetterChannel,
    Message,
    ServiceEvidence,
    Suspension,
    WarningLadder,
    WarningLetter,
    WarningStatus,
)
from services.rulebook import Rulebook
from services.service_proof import evidence, proof
from services.service_proof.evidence import About, Receipt
from services.service_proof.proof import Proven
from services.warnings import clocks, competence, issuing, standing

AWAITS_PROOF = (Suspension.UNSERVED, Suspension.DISPROVED)
DOCUMENTED = (EvidenceKind.LETTER_RECEIPT, EvidenceKind.VISIT_MINUTES)


@dataclass(frozen=True)
class Current:
    """A locked ladder with its newest letter."""

    case: CaseFile
    ladder: WarningLadder
    letter: WarningLetter


async def current(session: AsyncSession, case: CaseFile, rung: int | None = None) -> Current:
    """The newest letter of a locked ladder, or the one asked for. NotFound while there is none."""
    ladder = await session.get(WarningLadder, case.id, populate_existing=True)
    if ladder is None:
        raise NotFound
    letter = await session.get(WarningLetter, (case.id, rung or ladder.rung), populate_existing=True)
    if letter is None:
        raise NotFound
    return Current(case, ladder, letter)


async def require_issuer(
    session: AsyncSession,
    case_id: UUID,
    principal: Principal,
    permission: Permission,
    rung: int | None = None,
) -> None:
    """Forbidden for officials of another office than the one that gave the newest letter, or the one asked for."""
    ladder = await session.get(WarningLadder, case_id, populate_existing=True)
    letter = await session.get(WarningLetter, (case_id, rung or (ladder.rung if ladder else 0)))
    if letter is not None and not competence.issues(principal, permission, letter.authority):
        raise Forbidden(competence.NOT_ISSUER)


async def check(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """The date has come by which the newest letter's service should be known: it is, or it is looked at again later,
    or an officer is asked to see to it."""
    at = await current(session, case)
    if at.letter.served_at is not None or at.letter.sent_at is None:
        return
    rules = await rulebook.of_case(session, case, now=now)
    found = await _proof(session, rules, at.letter, now)
    if found is not None:
        await prove(session, at, found, now=now)
        return
    later = await _later(session, rules, at.letter, now)
    if later is not None:
        await store.set_deadline(session, case.id, clocks.service_of(at.letter.rung), later, now=now)
        return
    await _ask(session, at, now)


async def _proof(
    session: AsyncSession, rules: Rulebook, letter: WarningLetter, now: datetime
) -> Proven | None:
    policy = clocks.ladder_of(rules).service
    message_id = letter.message_id if letter.channel == LetterChannel.EMAIL else None
    return await proof.proof(session, policy, now=now, message_id=message_id, issued_id=letter.issued_id)


async def _later(
    session: AsyncSession, rules: Rulebook, letter: WarningLetter, now: datetime
) -> Derived | None:
    """A mail that was accepted late has its days yet to run; any other waits until it is unproven for good."""
    policy = clocks.ladder_of(rules).service
    message = await session.get(Message, letter.message_id) if letter.message_id else None
    accepted = message is not None and message.state == "done" and message.state_reason != "bounced"
    if letter.channel == LetterChannel.EMAIL and accepted and message is not None and message.done_at:
        provable = proof.provable_at(message.done_at, policy)
        if provable is not None and provable > now:
            return clocks.service_date(rules, LetterChannel.EMAIL, message.done_at)
    if letter.sent_at is None:
        return None
    unproven = derive(rules.policies.rule(policy.unproven_after), letter.sent_at, rules.calendars())
    return unproven if unproven.due_before > now else None


async def _ask(session: AsyncSession, at: Current, now: datetime) -> None:
    """Nothing proves it: somebody calls, writes or visits. The ladder waits, and says so."""
    at.letter.unproven_since = now
    task = Wanted(
        f"unproven/{at.case.id}/{at.letter.rung}",
        at.ladder.account_id,
        ContactReason.RECEIPT_UNPROVEN,
        at.case.id,
        at.letter.message_id,
    )
    await tasks.raise_many(session, [task], now=now)
    data = {"letter": at.letter.rung, "number": at.letter.number}
    await cases.record(session, at.case, "letter_unproven", now=now, data=data)


async def look_again(session: AsyncSession, case: CaseFile, now: datetime) -> None:
    """An officer's task ended without proof: a locked ladder's newest letter is looked at once more, later."""
    at = await current(session, case)
    unserved = at.ladder.suspension == Suspension.UNSERVED
    if case.status != WarningStatus.ISSUED and not unserved:
        return
    if at.letter.sent_at is None or at.letter.served_at is not None:
        return
    if (
        at.ladder.suspended_at is not None and not unserved
    ):  # its date stands still with it, and is set when it goes on
        return
    again = clocks.unproven_date(await rulebook.of_case(session, case, now=now), now)
    await store.set_deadline(session, case.id, clocks.service_of(at.letter.rung), again, now=now)
    cases.wake(case, now)


async def prove(
    session: AsyncSession, at: Current, found: Proven, *, now: datetime, actor: str = cases.SYSTEM
) -> None:
    """The letter counts as served since then; the month to the next one may end the wait."""
    rung = at.letter.rung
    at.letter.served_at, at.letter.served_by, at.letter.unproven_since = found.at, found.how, None
    cases.reach(at.case, issuing.served(rung), now)
    await session.flush()
    await store.meet(session, at.case.id, [clocks.service_of(rung)], now=now)
    await tasks.settle_for_letter(session, at.case.id, at.letter.message_id, earlier=_followed(at), now=now)
    data = {"letter": rung, "number": at.letter.number, "how": str(found.how)}
    await cases.record(session, at.case, "letter_served", now=now, actor=actor, data=data, at=found.at)
    if at.ladder.suspension in AWAITS_PROOF:
        await standing.ladders_changed(session, [at.case.id], now=now)
    cases.wake(at.case, now)


async def record(
    session: AsyncSession,
    case_id: UUID,
    receipt: Receipt,
    *,
    actor: str,
    now: datetime,
    rung: int | None = None,
    author_id: UUID | None = None,
) -> ServiceEvidence:
    """An officer shows that a letter was received. InvalidInput for a receipt before the sending or without its scan.

    TransitionRefused for a letter that has not left. One that left by mail may have been received since.
    """
    case = await cases.lock(session, case_id)
    at = await current(session, case, rung)
    if at.letter.left_at is None:
        raise TransitionRefused(N_("Surat ini belum dikirim, sehingga belum dapat diterima."))
    if receipt.kind not in evidence.BY_OFFICERS:
        raise InvalidInput(N_("Pilih jenis bukti penerimaan."), field="kind")
    about = About(message_id=at.letter.message_id, issued_id=at.letter.issued_id)
    kept = await evidence.record(
        session,
        case,
        about,
        receipt,
        sent_at=at.letter.left_at,
        actor=actor,
        now=now,
        author_id=author_id,
        documented=DOCUMENTED,
    )
    data = {"letter": at.letter.rung, "evidence": str(kept.id), "kind": kept.kind}
    await cases.record(session, case, "service_recorded", now=now, actor=actor, data=data)
    await _settle(session, at, now, actor)
    return kept


async def came_back(session: AsyncSession, message_id: UUID, *, now: datetime) -> None:
    """The mail of a letter was reported undeliverable after its service had been presumed from its sending.

    What rested on the presumption alone rests on nothing: the letter is unproven again, an officer sees to it, and
    whatever was proposed on the strength of it stands still until service is proven. Where the next letter was made
    already, an officer of the office shows that this one was received or, once the next has left, that it stands.
    The caller has locked the case.
    """
    query = select(WarningLetter).where(col(WarningLetter.message_id) == message_id)
    letter = (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
    if letter is None or letter.served_by != proof.ACCEPTED_BY_SERVER:
        return
    case = await cases.lock(session, letter.case_id)
    if case.closed_at is not None:
        return
    ladder = await session.get_one(WarningLadder, case.id, populate_existing=True)
    at = Current(case, ladder, letter)
    found = await _proof(session, await rulebook.of_case(session, case, now=now), letter, now)
    if found is not None:
        await prove(session, at, found, now=now)
        return
    letter.served_at, letter.served_by, letter.unproven_since = None, None, now
    await session.flush()
    data = {"letter": letter.rung, "number": letter.number}
    await cases.record(session, case, "service_disproven", now=now, data=data)
    if _followed(at):
        key = f"disproved/{case.id}/{letter.rung}"
        task = Wanted(key, ladder.account_id, ContactReason.SERVICE_DISPROVED, case.id, message_id)
        await tasks.raise_many(session, [task], now=now)
    await standing.ladders_changed(session, [case.id], now=now)


async def stands(session: AsyncSession, case: CaseFile, *, actor: str, now: datetime) -> None:
    """An officer found that a letter stands though the one before it did not arrive: its locked ladder goes on.

    TransitionRefused while that letter has not left: none leaves before the one before it is proven served.
    """
    at = await current(session, case)
    if at.letter.sent_at is None:
        raise TransitionRefused(
            N_("Surat berikutnya belum dikirim: catat lebih dahulu bukti penerimaan surat ini.")
        )
    await standing.ladders_changed(session, [case.id], now=now, actor=actor)


def _followed(at: Current) -> bool:
    """Whether the next letter was made already; an approval alone is taken back."""
    return at.letter.rung < at.ladder.rung and at.case.status != WarningStatus.APPROVED


async def opened(
    session: AsyncSession, case_id: UUID, rung: int, *, actor: str, now: datetime
) -> WarningLetter:
    """The company opened a letter in the portal: from then on it is served. Later openings change nothing."""
    case = await cases.lock(session, case_id)
    at = await current(session, case, rung)
    if at.letter.left_at is None:
        raise NotFound
    if at.letter.served_at is None and case.closed_at is None:
        about = About(message_id=at.letter.message_id, issued_id=at.letter.issued_id)
        receipt = Receipt(EvidenceKind.PORTAL_READ)
        await evidence.record(session, case, about, receipt, sent_at=at.letter.left_at, actor=actor, now=now)
        await _settle(session, at, now, actor)
    return at.letter


async def _settle(session: AsyncSession, at: Current, now: datetime, actor: str) -> None:
    if at.letter.served_at is not None or at.case.closed_at is not None:
        return
    rules = await rulebook.of_case(session, at.case, now=now)
    found = await _proof(session, rules, at.letter, now)
    if found is None:
        return
    if at.letter.sent_at is None:
        await _received_by_mail(session, at, now, actor)
    if at.case.status == WarningStatus.ISSUED or at.ladder.suspension in AWAITS_PROOF:
        await prove(session, at, found, now=now, actor=actor)


async def _received_by_mail(session: AsyncSession, at: Current, now: datetime, actor: str) -> None:
    """It was to go by post instead, and arrived as it left before: the paper is not wanted any more."""
    at.letter.channel, at.letter.sent_at = LetterChannel.EMAIL, at.letter.mailed_at
    at.letter.print_batch_id = None
    await session.flush()
    data = {"letter": at.letter.rung, "number": at.letter.number}
    await cases.record(session, at.case, "letter_not_posted", now=now, actor=actor, data=data)
