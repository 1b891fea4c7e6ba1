"""What an officer says to an answer: accepted, or asked again; and a request taken back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services import cases, rulebook
from services.contacts import health, tasks
from services.contacts.tasks import Wanted
from services.data_requests import answers, dates, milestones, reading
from services.data_requests.creation import BY_HAND
from services.data_requests.kinds import MAILED
from services.data_requests.orders import MAX_QUESTION
from services.data_requests.reading import Opened
from services.deadlines import store
from services.errors import InvalidInput, TransitionRefused
from services.extension_requests import ending as more_time
from services.i18n import N_
from services.identity.secret import digest, new_secret
from services.messages import bulk
from services.messages.bulk import Told
from services.messages.intents import cancel_for_case
from services.models import (
    ContactResult,
    DataRequestQuestion,
    DataRequestStatus,
    Outcome,
    RequestChannel,
)
from services.warnings import standing

UNANSWERED = N_("Belum ada jawaban yang dapat diputuskan.")
MAX_NOTE = 4000


async def accept(
    session: AsyncSession, case_id: UUID, *, note: str = "", actor: str, now: datetime
) -> Opened:
    """The answer is what was asked for: the request is over. TransitionRefused without an open answer."""
    opened = await _answered(session, case_id)
    _decided(opened.question, _bounded(note, MAX_NOTE, "note"), actor, now)
    cases.move(opened.case, DataRequestStatus.ACCEPTED)
    data = {"question": opened.question.number}
    await cases.record(session, opened.case, "answer_accepted", now=now, actor=actor, data=data)
    told = Told(case_id, str(opened.question.number), {"number": opened.request.number})
    await bulk.intend_each(session, "data_request_accepted", [told], now=now)
    cases.close(opened.case, Outcome.DONE, now)
    await session.flush()
    return opened


async def ask_again(
    session: AsyncSession, case_id: UUID, question: str, *, actor: str, now: datetime
) -> Opened:
    """The answer leaves something open: a further question, with a receipt and three days of its own."""
    opened = await _answered(session, case_id)
    words = _bounded(question, MAX_QUESTION, "question")
    if not words:
        raise InvalidInput(N_("Tuliskan pertanyaan lanjutannya."), field="question")
    _decided(opened.question, None, actor, now)
    cases.move(opened.case, DataRequestStatus.SENT)
    number = opened.question.number + 1
    following = DataRequestQuestion(case_id=case_id, number=number, text=words, asked_by=actor, sent_at=now)
    session.add(following)
    opened.request.question = number
    cases.reach(opened.case, milestones.asked_again(number - 1), now)
    await cases.record(session, opened.case, "asked_again", now=now, actor=actor, data={"question": number})
    await _deliver(session, opened, number, now)
    cases.wake(opened.case, now)
    await session.flush()
    return Opened(opened.case, opened.request, following)


async def withdraw(session: AsyncSession, case_id: UUID, *, reason: str, actor: str, now: datetime) -> Opened:
    """The request is taken back, with a reason that the company reads. Nothing follows from it any more."""
    opened = await reading.lock(session, case_id)
    words = _bounded(reason, MAX_NOTE, "reason")
    if not words:
        raise InvalidInput(N_("Tuliskan alasan penarikan; perusahaan membacanya."), field="reason")
    cases.move(opened.case, DataRequestStatus.WITHDRAWN)
    _decided(opened.question, words, actor, now)
    await store.meet(session, case_id, None, now=now)
    await cancel_for_case(session, case_id, answers.REMINDING, reason="case_closed", now=now)
    await tasks.settle_for_case(session, case_id, ContactResult.CASE_OVER, now=now)
    await cases.record(session, opened.case, "withdrawn", now=now, actor=actor)
    await more_time.duty_over(session, opened.case, actor=actor, now=now)
    told = Told(case_id, "withdrawn", {"number": opened.request.number, "reason": words})
    await bulk.intend_each(session, "data_request_withdrawn", [told], now=now)
    cases.close(opened.case, Outcome.VOID, now)
    await standing.duties_changed(session, [case_id], now=now, actor=actor)
    return opened


async def _answered(session: AsyncSession, case_id: UUID) -> Opened:
    opened = await reading.lock(session, case_id)
    if opened.case.status != DataRequestStatus.ANSWERED:
        raise TransitionRefused(UNANSWERED)
    return opened


async def _deliver(session: AsyncSession, opened: Opened, number: int, now: datetime) -> None:
    """As the first question was sent; by letter where mail to the company has come back since."""
    request, case = opened.request, opened.case
    channel = RequestChannel(request.channel)
    if channel in MAILED and await health.unreachable(session, [request.account_id]):
        channel = RequestChannel.LETTER
        request.channel = channel
    rules = await rulebook.of_case(session, case, now=now)
    await store.set_deadline(session, case.id, dates.UNPROVEN, dates.unproven(rules, channel, now), now=now)
    if channel in MAILED:
        token = new_secret()
        request.token_hash = digest(token)
        told = Told(case.id, str(number), {"number": request.number, "token": token})
        await bulk.intend_each(session, "data_request_followup", [told], now=now)
    else:
        task = Wanted(f"request/{case.id}/{number}", request.account_id, BY_HAND[channel], case.id)
        await tasks.raise_many(session, [task], now=now)


def _decided(question: DataRequestQuestion, note: str | None, actor: str, now: datetime) -> None:
    question.decided_at, question.decided_by, question.note = now, actor, note or None


def _bounded(words: str, longest: int, field: str) -> str:
    if len(words) > longest:
        raise InvalidInput(N_("Paling banyak {longest} karakter."), field=field, longest=longest)
    return words.strip()
