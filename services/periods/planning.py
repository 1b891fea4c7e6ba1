"""Which periods there are and when each opens. A period is a case without an account."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases, rulebook
from services.deadlines import store
from services.deadlines.derivation import Derived, derive
from services.deadlines.periods import Period, PeriodKind
from services.deadlines.waves import wave_moments
from services.deadlines.zones import WIB, WIT
from services.errors import InvalidInput, NotFound
from services.i18n import N_
from services.models import CaseFile, CaseKind, PeriodStatus, ReportingPeriod, new_id
from services.rulebook import Rulebook

DUE, REMINDERS = "report_due", "report_reminders"

# Obligations are there before the first mail of the day leaves, in the easternmost zone too.
OPENING_HOUR = time(5, 0)
OPENS, SENDING_OPENS = "opening", "sending_opens"


def due_of(period: Period, rules: Rulebook) -> Derived:
    """The due date of a period with its reasons, before any extension."""
    return derive(rules.policies.rule(DUE, period), period.end, rules.calendars())


def opens_at(period: Period, rules: Rulebook) -> datetime:
    """Early on the day of the first reminder wave, in whichever zone it comes first."""
    due = due_of(period, rules)
    policy = rules.policies.reminder(REMINDERS)
    calendar = rules.calendars()[policy.calendar]
    first = min(moment.at for moment in wave_moments(due.due_before, WIT, policy, calendar))
    return datetime.combine(first.astimezone(WIB).date(), OPENING_HOUR, WIB).astimezone(UTC)


def sending_opens_at(period: Period) -> datetime:
    """A period can be reported once it has ended: midnight WIB after its last day."""
    return datetime.combine(period.end + timedelta(days=1), time(0), WIB).astimezone(UTC)


def parse(code: str) -> Period:
    """The period of a code, or InvalidInput in the reader's language."""
    try:
        return Period.parse(code)
    except ValueError:
        raise InvalidInput(
            N_("“{code}” bukan kode periode, contoh: 2026-Q4."), field="period", code=code
        ) from None


async def ensure_planned(session: AsyncSession, *, now: datetime) -> None:
    """Have a case for each period that is owed or will be next, so that something waits for their moments."""
    rules = await rulebook.current(session, now=now)
    for period in _near(rules, now):
        await plan(session, period, rules, now=now)


def _near(rules: Rulebook, now: datetime) -> list[Period]:
    """The running period and the next; before them the one that has ended, until its reports are due."""
    running = Period.containing(now.astimezone(WIB).date(), PeriodKind.QUARTER)
    ended = running.previous()
    governed = any(regime.governs(ended) for regime in rules.policies.regimes.regimes)
    owed = [ended] if governed and now < due_of(ended, rules).due_before else []
    return [*owed, running, running.next()]


async def plan(session: AsyncSession, period: Period, rules: Rulebook, *, now: datetime) -> CaseFile:
    """The case of a period, made when it does not stand yet."""
    found = await _case_of(session, period)
    if found is not None:
        return found
    regime = rules.policies.regime_for(period)
    case = CaseFile(
        id=new_id(),
        kind=CaseKind.PERIOD,
        key=f"period/{period}",
        title=str(period),
        period=str(period),
        status=PeriodStatus.PLANNED,
        policy_version_id=rules.version_id,
        opened_at=now,
    )
    await cases.open_case(session, case)
    due = due_of(period, rules)
    session.add(
        ReportingPeriod(
            case_id=case.id,
            code=str(period),
            regime=regime.id,
            opens_at=opens_at(period, rules),
            sending_opens_at=sending_opens_at(period),
            due_before=due.due_before,
        )
    )
    await store.set_deadline(session, case.id, DUE, due, now=now)
    await cases.record(session, case, "planned", now=now)
    cases.wake(case, now)
    return case


async def open_now(session: AsyncSession, code: str, *, actor: str, now: datetime) -> ReportingPeriod:
    """An administrator opens the running period or the next before its day. Repeating it changes nothing.

    InvalidInput for a period whose due date has passed, and for one further ahead: nobody could keep it.
    """
    rules = await rulebook.current(session, now=now)
    period = parse(code)
    case = await _case_of(session, period)
    if case is None or case.status == PeriodStatus.PLANNED:
        _require_near(period, rules, now)
        case = await plan(session, period, rules, now=now)
    case = await cases.lock(session, case.id)
    detail = await load(session, case.id)
    if case.status == PeriodStatus.PLANNED and detail.opens_at > now:
        detail.opens_at = now
        await cases.record(session, case, "opening_ordered", now=now, actor=actor)
        cases.wake(case, now)
    return detail


def _require_near(period: Period, rules: Rulebook, now: datetime) -> None:
    try:
        rules.policies.regime_for(period)
    except LookupError:
        unknown = N_("Tidak ada kewajiban pelaporan untuk periode {code}.")
        raise InvalidInput(unknown, field="period", code=str(period)) from None
    if period.start > Period.containing(now.astimezone(WIB).date(), period.kind).next().start:
        far = N_(
            "Periode {code} masih jauh. Hanya periode berjalan dan periode berikutnya yang dapat dibuka."
        )
        raise InvalidInput(far, field="period", code=str(period))
    if due_of(period, rules).due_before <= now:
        over = N_(
            "Batas waktu periode {code} sudah lewat. Hanya periode berjalan dan periode berikutnya yang dapat dibuka."
        )
        raise InvalidInput(over, field="period", code=str(period))


async def load(session: AsyncSession, case_id: UUID) -> ReportingPeriod:
    """The detail row of a period."""
    detail = await session.get(ReportingPeriod, case_id, populate_existing=True)
    if detail is None:
        raise NotFound
    return detail


async def by_code(session: AsyncSession, code: str) -> tuple[CaseFile, ReportingPeriod]:
    """A period's case and detail, or NotFound."""
    case = await _case_of(session, parse(code))
    if case is None:
        raise NotFound
    return case, await load(session, case.id)


async def _case_of(session: AsyncSession, period: Period) -> CaseFile | None:
    query = select(CaseFile).where(col(CaseFile.key) == f"period/{period}")
    return (await session.execute(query)).scalar_one_or_none()
