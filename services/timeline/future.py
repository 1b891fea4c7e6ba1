"""What will happen in a case if nobody does anything: dates, what follows from them, and why they are so."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import rulebook, unissued
from services.deadlines import store
from services.deadlines.derivation import Step
from services.deadlines.explanation import explain
from services.deadlines.periods import Period
from services.deadlines.waves import wave_moments
from services.i18n import Translator, format_due, translator
from services.models import (
    CaseFile,
    CaseKind,
    Deadline,
    Derivation,
    Message,
    MessageState,
    ReportStatus,
    Suspension,
    WarningLadder,
)
from services.periods import moments, planning
from services.periods.moments import Moment
from services.rollbacks import dates as rollback_dates
from services.timeline import ladders
from services.timeline.foreseen import (
    ACTS,
    DUE,
    HELD,
    LENIENT,
    LENIENTLY,
    MOMENTS,
    OVERDUE,
    PASSING,
    QUEUED,
    REMINDER,
    RESUMES,
    SENDING_OPENS,
    STANDS_STILL,
    STILL_POSSIBLE,
    STOPPED,
    STUCK,
    WAITS,
    WINDOW,
)
from services.timeline.sentences import STANDSTILLS, last_second
from services.warnings import clocks, overdue, proposals

MAX_MOMENTS = 40


@dataclass(frozen=True)
class FutureLine:
    """One thing to come. Without `at` it waits for somebody. `certain`: nothing but a change of rules prevents it.

    `at` is the moment people are told: the last second of a deadline.
    """

    name: str
    at: datetime | None
    text: str
    why: tuple[str, ...] = ()
    certain: bool = False


async def future(
    session: AsyncSession, case: CaseFile, *, now: datetime, locale: str, for_company: bool = False
) -> list[FutureLine]:
    """What lies ahead of an open case, in order; nothing of a closed one. Companies do not read what their office
    prepares about them, nor what its operators see to."""
    if case.closed_at is not None:
        return []
    speak = translator(locale)
    if case.held_at is not None:
        return [FutureLine("held", None, speak.gettext(HELD))]
    lines = [FutureLine("stuck", None, speak.gettext(STUCK))] if case.stuck and not for_company else []
    stage = (CaseKind(case.kind), case.status)
    told = not for_company or case.status == unissued.status_told(case)
    if told and (waiting := WAITS.get(stage)):
        lines.append(FutureLine("waits", None, speak.gettext(waiting)))
    lines += await _of_kind(session, case, now, speak)
    lines += await _queued(session, case, now, speak)
    return sorted(lines, key=lambda line: (line.at is not None, line.at or now))


async def _of_kind(
    session: AsyncSession, case: CaseFile, now: datetime, speak: Translator
) -> list[FutureLine]:
    return await OF_KIND.get(CaseKind(case.kind), _deadlines)(session, case, now, speak)


async def _report(
    session: AsyncSession, case: CaseFile, now: datetime, speak: Translator
) -> list[FutureLine]:
    found = await store.of_case(session, case.id)
    lines = [line for pair in found if pair[0].name != planning.DUE for line in _passing(*pair, now, speak)]
    due = next((pair for pair in found if pair[0].name == planning.DUE), None)
    if due is None:
        return lines
    rules = await rulebook.of_case(session, case, now=now)
    policy = rules.policies.reminder(planning.REMINDERS)
    if due[0].met_at is None and policy.applies_to(case.status):
        lines += _unsent(case, *due, rules, now, speak)
    if due[0].met_at is None and _warnable(case, rules):
        start = overdue.proposable(rules, due[0].due_before)
        first = ladders.Rung(1, start.due_before, start.derivation)
        lines += await _warned(session, case, first, rules, now, speak)
    calendars = await rulebook.of_company(session, case, rules)
    window = rollback_dates.window(due[0].due_before, rules, calendars)
    if window.due_before > now:
        why = _why(window.derivation, speak)
        lines.append(FutureLine("correction_window", window.shown, speak.gettext(WINDOW), why, certain=True))
    return lines


def _warnable(case: CaseFile, rules: rulebook.Rulebook) -> bool:
    """Whether the regulation can be enforced, and the policy warns about a report that stands so."""
    enforceable = case.period is None or proposals.enforceable(rules, case.period)
    return enforceable and overdue.warns_about(rules, case.status)


def _unsent(
    case: CaseFile,
    deadline: Deadline,
    derivation: Derivation,
    rules: rulebook.Rulebook,
    now: datetime,
    speak: Translator,
) -> list[FutureLine]:
    """The sending opens, the waves, the due date and lateness: each only as long as nothing was sent."""
    due = deadline.due_before
    if due <= now:
        return [FutureLine("late", None, speak.gettext(STILL_POSSIBLE))]
    lines = []
    if case.status == ReportStatus.UPCOMING and case.period:
        opens = planning.sending_opens_at(Period.parse(case.period))
        lines.append(FutureLine("sending_opens", opens, speak.gettext(SENDING_OPENS), certain=True))
    policy = rules.policies.reminder(planning.REMINDERS)
    waves = wave_moments(due, ZoneInfo(case.zone), policy, rules.calendars()[policy.calendar])
    for wave in waves:
        if wave.at > now:
            text = speak.gettext(REMINDER, days=-wave.offset_days)
            lines.append(FutureLine("reminder", wave.at, text, _why(wave.why, speak)))
    why = _why([Step.from_json(step) for step in derivation.steps], speak)
    lines.append(FutureLine("due", last_second(due), speak.gettext(DUE), why, certain=True))
    lines.append(FutureLine("overdue", due, speak.gettext(OVERDUE)))
    if deadline.lenient_before and deadline.lenient_before > due:
        lines.append(FutureLine("lenient", last_second(deadline.lenient_before), speak.gettext(LENIENT)))
    return lines


async def _warned(
    session: AsyncSession,
    duty: CaseFile,
    first: ladders.Rung,
    rules: rulebook.Rulebook,
    now: datetime,
    speak: Translator,
) -> list[FutureLine]:
    """The ladder that a duty climbs while nobody meets it, or that it stands still and when it goes on."""
    ahead = await ladders.ahead(session, duty, first, rules, now=now)
    lines = [
        FutureLine(
            f"warning_{rung.letter}" if rung.letter else "sanction",
            rung.at,
            speak.gettext(rung.text, n=rung.letter),
            _why(rung.steps, speak),
        )
        for rung in ahead.rungs
        if rung.at > now
    ]
    if ahead.stopped is not None:
        why = speak.gettext(STANDSTILLS[ahead.stopped])
        lines.append(FutureLine("stopped", None, speak.gettext(STANDS_STILL, why=why)))
    if ahead.resumes is not None and ahead.resumes > now:
        lines.append(FutureLine("resumes", ahead.resumes, speak.gettext(RESUMES)))
    return lines


async def _data_request(
    session: AsyncSession, case: CaseFile, now: datetime, speak: Translator
) -> list[FutureLine]:
    """Its dates, and the ladder once the receipt has started the clock."""
    lines = await _deadlines(session, case, now, speak)
    due = await session.get(Deadline, (case.id, "data_request_due"), populate_existing=True)
    if due is None or due.met_at is not None:
        return lines
    rules = await rulebook.of_case(session, case, now=now)
    steps = await ladders.steps_of(session, due)
    first = ladders.Rung(1, due.lenient_before or due.due_before, steps)
    return lines + await _warned(session, case, first, rules, now, speak)


async def _deadlines(
    session: AsyncSession, case: CaseFile, now: datetime, speak: Translator
) -> list[FutureLine]:
    """Registrations, licences, campaigns: each open date and what its passing brings about."""
    return [
        line
        for deadline, derivation in await store.of_case(session, case.id)
        for line in (*_passing(deadline, derivation, now, speak), *_leniently(deadline, now, speak))
    ]


def _leniently(deadline: Deadline, now: datetime, speak: Translator) -> list[FutureLine]:
    text, at = LENIENTLY.get(deadline.name), deadline.lenient_before or deadline.due_before
    if text is None or deadline.met_at is not None or at <= now:
        return []
    return [FutureLine("lenient", at, speak.gettext(text))]


async def _warning(
    session: AsyncSession, case: CaseFile, now: datetime, speak: Translator
) -> list[FutureLine]:
    """A ladder's dates; one that stands still says why, and only what may prove its letter's service is looked at."""
    ladder, lines = await session.get(WarningLadder, case.id), await _deadlines(session, case, now, speak)
    if ladder is None or ladder.suspension is None:
        return lines
    why = speak.gettext(STANDSTILLS[Suspension(ladder.suspension)])
    stopped = FutureLine("stopped", None, speak.gettext(STANDS_STILL, why=why))
    return [stopped, *(line for line in lines if line.name in clocks.SERVICES)]


def _passing(
    deadline: Deadline, derivation: Derivation, now: datetime, speak: Translator
) -> list[FutureLine]:
    text = PASSING.get(deadline.name)
    if text is None or deadline.met_at is not None:
        return []
    if deadline.paused_since is not None:
        stopped = deadline.name.endswith("_target")
        return [FutureLine("stopped", None, speak.gettext(STOPPED))] if stopped else []
    if deadline.due_before <= now:
        return []
    why = _why([Step.from_json(step) for step in derivation.steps], speak)
    at = deadline.due_before if deadline.name in MOMENTS else last_second(deadline.due_before)
    return [FutureLine(deadline.name, at, speak.gettext(text), why)]


async def _period(
    session: AsyncSession, case: CaseFile, now: datetime, speak: Translator
) -> list[FutureLine]:
    detail = await planning.load(session, case.id)
    pending = await moments.pending(session, case, detail, now)
    return [_act(moment, speak) for moment in pending[:MAX_MOMENTS]]


def _act(moment: Moment, speak: Translator) -> FutureLine:
    given: dict[str, object] = {}
    if moment.due_before is not None:
        given["due"] = format_due(moment.due_before, speak.locale)
    if moment.wave is not None:
        given |= {"days": -moment.wave.offset_days, "zone": moment.zone}
    text = speak.gettext(ACTS[moment.act], **given)
    why = _why(moment.wave.why, speak) if moment.wave else ()
    return FutureLine(moment.act.value.split("-", 1)[1], moment.at, text, why, certain=True)


async def _queued(
    session: AsyncSession, case: CaseFile, now: datetime, speak: Translator
) -> list[FutureLine]:
    """Mail that is ready and waits for its hour."""
    query = (
        select(col(Message.not_before))
        .where(col(Message.case_id) == case.id, col(Message.state) == MessageState.QUEUED)
        .where(col(Message.not_before) > now)
        .order_by(col(Message.not_before))
        .limit(MAX_MOMENTS)
    )
    moments_of_mail = (await session.execute(query)).scalars()
    return [FutureLine("message", at, speak.gettext(QUEUED)) for at in moments_of_mail]


# Each kind says what lies ahead of its cases; a kind without an entry is told by its dates (PASSING) alone.
Contributor = Callable[[AsyncSession, CaseFile, datetime, Translator], Awaitable[list[FutureLine]]]
OF_KIND: Final[dict[CaseKind, Contributor]] = {
    CaseKind.REPORT: _report,
    CaseKind.PERIOD: _period,
    CaseKind.DATA_REQUEST: _data_request,
    CaseKind.WARNING: _warning,
}


def _why(steps: Sequence[Step], speak: Translator) -> tuple[str, ...]:
    return tuple(reason.text for reason in explain(steps, speak.locale))
