"""What a version of the rules would bring about in the cases that are open now, beside what the present one does.

Counted in groups that the database makes: 160,000 obligations of one quarter are a handful of rows.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.deadlines.derivation import derive
from services.deadlines.waves import wave_moments
from services.deadlines.zones import WIB
from services.models import CaseKind
from services.policies import portfolio
from services.policies.ladders import Ladder
from services.policies.portfolio import Group
from services.policies.rederiving import rederived
from services.rulebook import Rulebook
from services.warnings import overdue
from services.warnings.duties import DATE_OF_DUTY, DUTIES
from services.warnings.proposals import LADDER, UNWARNED, enforceable

MONTH: Final = timedelta(days=30)
DUE: Final = "report_due"
REMINDERS: Final = "report_reminders"


@dataclass(frozen=True)
class Measure:
    """One figure under the present rules and under the new ones, in the window."""

    name: str
    before: int
    after: int


@dataclass(frozen=True)
class Shift:
    """What becomes of the open dates of one name: how many come earlier, later, or stay (`kept`: would have passed)."""

    deadline: str
    cases: int
    earlier: int
    later: int
    kept: int


@dataclass(frozen=True)
class Simulation:
    """The month from the day on which the rules would come into force."""

    since: datetime
    until: datetime
    open_cases: int
    measures: tuple[Measure, ...]
    shifts: tuple[Shift, ...]

    def as_json(self) -> dict[str, Any]:
        """As it is stored with the change."""
        return {
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "open_cases": self.open_cases,
            "measures": [asdict(measure) for measure in self.measures],
            "shifts": [asdict(shift) for shift in self.shifts],
        }


@dataclass(frozen=True)
class _Window:
    since: datetime
    until: datetime

    def __contains__(self, at: object) -> bool:
        return isinstance(at, datetime) and self.since <= at < self.until


async def simulate(
    session: AsyncSession, before: Rulebook, after: Rulebook, *, at: datetime, moves_open: bool
) -> Simulation:
    """Both versions on the live portfolio, for the month from `at`. Writes nothing.

    Letters are counted as if each were approved and served on its day, and nobody complied.
    """
    window = _Window(at, at + MONTH)
    groups = await portfolio.groups(session, at=at)
    dues = {id(group): _due(group, after, at) if moves_open else group.due_before for group in groups}
    waiting = await _waiting(session)
    ladders = await _ladders(session)
    new = after if moves_open else before
    figures = {
        "reminders": (
            await _reminders(session, before, {}, window),
            await _reminders(session, new, _moved(groups, dues), window),
        ),
        "letters": (
            _letters(before, groups, {}, waiting, ladders, window)[0],
            _letters(after, groups, dues, waiting, ladders, window)[0],
        ),
        "sanction_decisions": (
            _letters(before, groups, {}, waiting, ladders, window)[1],
            _letters(after, groups, dues, waiting, ladders, window)[1],
        ),
        "office_decisions": (
            sum(g.cases for g in groups if _office(g) and g.due_before in window),
            sum(g.cases for g in groups if _office(g) and dues[id(g)] in window),
        ),
    }
    return Simulation(
        since=window.since,
        until=window.until,
        open_cases=await _open(session),
        measures=tuple(Measure(name, *both) for name, both in figures.items()),
        shifts=tuple(_shifts(groups, after, at)) if moves_open else (),
    )


def _office(group: Group) -> bool:
    return group.name.endswith("_target")


def _due(group: Group, rules: Rulebook, at: datetime) -> datetime:
    """The date in force under the rules; one that would have passed by `at` stays what it is."""
    derived = rederived(group.origin, rules)
    if derived is None:
        return group.due_before
    due = max(derived.base_before, group.due_before) if group.extended else derived.base_before
    return due if due > at else group.due_before


def _shifts(groups: Sequence[Group], rules: Rulebook, at: datetime) -> Iterator[Shift]:
    counts: dict[str, Counter[str]] = {}
    for group in groups:
        count = counts.setdefault(group.name, Counter())
        derived = rederived(group.origin, rules)
        due = _due(group, rules, at)
        passed = derived is not None and derived.base_before <= at and not group.extended
        count["cases"] += group.cases
        count["earlier"] += group.cases if due < group.due_before else 0
        count["later"] += group.cases if due > group.due_before else 0
        count["kept"] += group.cases if passed else 0
    for name, count in sorted(counts.items()):
        if count["earlier"] or count["later"] or count["kept"]:
            yield Shift(name, count["cases"], count["earlier"], count["later"], count["kept"])


def _moved(
    groups: Sequence[Group], dues: Mapping[int, datetime]
) -> dict[tuple[str | None, datetime], datetime]:
    """Which due date of reports becomes which, by period."""
    return {(group.period, group.due_before): dues[id(group)] for group in groups if group.name == DUE}


_UNSENT: Final = text(
    """
    SELECT c.period, c.zone, c.status, d.due_before, count(*) AS cases
    FROM case_file c JOIN deadline d ON d.case_id = c.id AND d.name = 'report_due'
    WHERE c.kind = 'report' AND c.closed_at IS NULL AND c.held_at IS NULL AND d.met_at IS NULL
      AND d.due_before > :since
    GROUP BY c.period, c.zone, c.status, d.due_before
    """
)


async def _reminders(
    session: AsyncSession,
    rules: Rulebook,
    moved: Mapping[tuple[str | None, datetime], datetime],
    window: _Window,
) -> int:
    """Reminders of reports whose moment falls into the window, if nobody sends anything."""
    policy = rules.policies.reminder(REMINDERS)
    calendar = rules.calendars()[policy.calendar]
    total = 0
    for row in await session.execute(_UNSENT, {"since": window.since}):
        if policy.applies_to(row.status):
            due = moved.get((row.period, row.due_before), row.due_before)
            waves = wave_moments(due, ZoneInfo(row.zone), policy, calendar)
            total += row.cases * sum(wave.at in window for wave in waves)
    return total


@dataclass(frozen=True)
class _Ladder:
    """Open ladders that stand alike: the last letter and its day (None: only proposed yet)."""

    rung: int
    letter_date: date | None
    cases: int


_WAITING: Final = text(
    f"""
    SELECT o.kind, o.period, o.status, d.due_before, coalesce(d.lenient_before, d.due_before) AS lenient_before,
           count(*) AS cases
    FROM case_file o
    JOIN deadline d ON d.case_id = o.id
         AND d.name = {DATE_OF_DUTY}
    JOIN account a ON a.id = o.account_id AND a.status = 'active'
    WHERE o.kind IN ('report', 'data-request') AND o.closed_at IS NULL AND o.held_at IS NULL AND d.met_at IS NULL
      AND {UNWARNED}
    GROUP BY o.kind, o.period, o.status, d.due_before, d.lenient_before
    """  # noqa: S608 -- our own constants
)
_LADDERS: Final = text(
    """
    SELECT w.rung, l.letter_date, count(*) AS cases
    FROM warning_ladder w LEFT JOIN warning_letter l ON l.case_id = w.case_id AND l.rung = w.rung
    WHERE w.ended_at IS NULL AND w.suspended_at IS NULL
    GROUP BY w.rung, l.letter_date
    """
)


@dataclass(frozen=True)
class _Waiting:
    """Unmet duties that are neither under warning nor left out, and that stand alike."""

    kind: str
    period: str | None
    status: str
    due_before: datetime
    lenient_before: datetime
    cases: int


async def _waiting(session: AsyncSession) -> list[_Waiting]:
    return [_Waiting(**row) for row in (await session.execute(_WAITING)).mappings()]


async def _ladders(session: AsyncSession) -> list[_Ladder]:
    return [_Ladder(row.rung, row.letter_date, row.cases) for row in await session.execute(_LADDERS)]


def _letters(
    rules: Rulebook,
    groups: Sequence[Group],
    dues: Mapping[int, datetime],
    waiting: Sequence[_Waiting],
    ladders: Sequence[_Ladder],
    window: _Window,
) -> tuple[int, int]:
    """How many warning letters, and how many decisions after the last, fall into the window."""
    policy = rules.policies.ladder(LADDER)
    moved = {g.due_before: dues[id(g)] for g in groups if g.name in DUTIES.values()} if dues else {}
    letters = decisions = 0
    for duty in waiting:
        first = _first(rules, duty, moved.get(duty.due_before, duty.due_before))
        if first is None:
            continue
        counted = _climb(rules, policy, 0, max(first, window.since), window)
        letters, decisions = letters + counted[0] * duty.cases, decisions + counted[1] * duty.cases
    for ladder in ladders:
        at = window.since if ladder.letter_date is None else _next(rules, policy, ladder.letter_date)
        counted = _climb(rules, policy, ladder.rung, max(at, window.since), window)
        letters, decisions = letters + counted[0] * ladder.cases, decisions + counted[1] * ladder.cases
    return letters, decisions


def _first(rules: Rulebook, duty: _Waiting, due: datetime) -> datetime | None:
    """From when a warning is proposed about a duty with this date; None: the rules do not have it warned about."""
    if duty.kind != CaseKind.REPORT:
        return max(due, duty.lenient_before)
    if duty.period is not None and not enforceable(rules, duty.period):
        return None
    if not overdue.warns_about(rules, duty.status):
        return None
    return max(overdue.proposed_from(rules, due), duty.lenient_before)


def _next(rules: Rulebook, policy: Ladder, letter_date: date) -> datetime:
    return derive(rules.policies.rule(policy.interval), letter_date, rules.calendars()).due_before


def _climb(rules: Rulebook, policy: Ladder, rung: int, at: datetime, window: _Window) -> tuple[int, int]:
    """Letters and decisions of one ladder in the window, from the moment its next rung may follow."""
    letters = 0
    while at in window:
        if rung >= policy.letters:
            return letters, 1
        rung, letters = rung + 1, letters + 1
        at = _next(rules, policy, at.astimezone(WIB).date())
    return letters, 0


async def _open(session: AsyncSession) -> int:
    query = text("SELECT count(*) FROM case_file WHERE closed_at IS NULL AND kind <> ALL(:alone)")
    count: int = (await session.execute(query, {"alone": list(portfolio.STAND_ALONE)})).scalar_one()
    return count
