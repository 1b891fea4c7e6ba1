"""The warnings that lie ahead of a duty that stays unmet: the earliest dates, none of them automatic."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services import rulebook
from services.deadlines.derivation import Pause, Step
from services.i18n import N_
from services.models import (
    CaseFile,
    Deadline,
    Derivation,
    Suspension,
    WarningLadder,
    WarningLetter,
    WarningStatus,
)
from services.processes import GRACE
from services.rulebook import Rulebook
from services.timeline.sentences import STANDSTILLS
from services.warnings import clocks, proposals
from services.warnings.duties import DATE_OF_DUTY
from services.warnings.issuing import sent

WARNING: Final = N_(
    "Paling cepat saat ini peringatan tertulis ke-{n} dapat diusulkan; petugas yang memutuskan."
)
SANCTION: Final = N_(
    "Paling cepat saat ini sanksi setelah peringatan terakhir dapat diusulkan; petugas memutuskan, "
    "orang kedua menyetujui."
)


@dataclass(frozen=True)
class Rung:
    """One rung that may follow: the letter's number (None: what people decide after the last), from when and why."""

    letter: int | None
    at: datetime
    steps: Sequence[Step]

    @property
    def text(self) -> str:
        """The message id of its sentence."""
        return WARNING if self.letter else SANCTION


@dataclass(frozen=True)
class Ahead:
    """What may follow. `stopped`: why the ladder stands still; `resumes`: when it goes on, if a date says so."""

    rungs: Sequence[Rung] = ()
    stopped: Suspension | None = None
    resumes: datetime | None = None


async def ahead(
    session: AsyncSession, duty: CaseFile, first: Rung, rules: Rulebook, *, now: datetime
) -> Ahead:
    """The rungs of an unmet duty, of which the first may be proposed from `first` on.

    An open ladder goes on from where it stands. Nothing of a duty that an officer left out or that was decided.
    """
    ladder = await proposals.open_ladder(session, duty.id)
    if ladder is not None:
        return await _of_ladder(session, ladder, first, now)
    unwarned = (await session.execute(_UNWARNED, {"id": duty.id})).scalar_one()
    return Ahead(tuple(climb(rules, first, now))) if unwarned else Ahead()


_UNWARNED: Final = text(
    f"""
    SELECT {proposals.UNWARNED} FROM case_file o
    JOIN deadline d ON d.case_id = o.id
         AND d.name = {DATE_OF_DUTY}
    WHERE o.id = :id
    """  # noqa: S608 -- our own constants
)


def climb(rules: Rulebook, first: Rung, now: datetime) -> Iterator[Rung]:
    """A rung and those after it, each letter approved and served on its first day, or today when that has passed."""
    last, rung = clocks.ladder_of(rules).letters, first
    while rung.letter is not None and rung.letter <= last:
        yield rung
        rung = _month_after(rules, clocks.today(max(rung.at, now)), rung.letter + 1)
    yield replace(rung, letter=None)


async def steps_of(session: AsyncSession, deadline: Deadline) -> list[Step]:
    """Why a date is what it is, as it was written down."""
    derivation = await session.get_one(Derivation, deadline.derivation_id)
    return [Step.from_json(step) for step in derivation.steps]


async def _of_ladder(session: AsyncSession, ladder: WarningLadder, first: Rung, now: datetime) -> Ahead:
    case = await session.get_one(CaseFile, ladder.case_id, populate_existing=True)
    rules = await rulebook.of_case(session, case, now=now)
    if case.status == WarningStatus.DECIDING:
        return Ahead()
    if ladder.suspension is None:
        return Ahead(tuple(climb(rules, await _next(session, case, ladder, rules, now), now)))
    if sent(1) not in case.milestones:  # a proposal of which nobody outside the office knows
        return Ahead()
    why = Suspension(ladder.suspension)
    if why is not Suspension.EXTENDED:
        return Ahead(stopped=why)
    resumed = await _resumed(session, case, ladder, rules, first.at)
    return Ahead(tuple(climb(rules, resumed, first.at)), why, first.at)


async def _next(
    session: AsyncSession, case: CaseFile, ladder: WarningLadder, rules: Rulebook, now: datetime
) -> Rung:
    """The rung after the last letter: proposed already, or when that letter's month is over."""
    if case.status == WarningStatus.PROPOSED:
        return Rung(ladder.rung + 1, now, ())
    month = await session.get(Deadline, (case.id, clocks.month_of(ladder.rung)), populate_existing=True)
    if month is not None:
        return Rung(ladder.rung + 1, month.due_before, await steps_of(session, month))
    letter = await session.get_one(WarningLetter, (case.id, ladder.rung), populate_existing=True)
    return _month_after(rules, letter.letter_date or clocks.today(now), ladder.rung + 1)


async def _resumed(
    session: AsyncSession, case: CaseFile, ladder: WarningLadder, rules: Rulebook, at: datetime
) -> Rung:
    """The same once the ladder goes on: the days of standing still do not count, and nothing happens in them.

    A month that was over before waits for proof of the letter's service alone, at the earliest when it goes on.
    """
    if case.status == WarningStatus.PROPOSED:
        return Rung(ladder.rung + 1, at, ())
    letter = await session.get_one(WarningLetter, (case.id, ladder.rung), populate_existing=True)
    month = await session.get_one(Deadline, (case.id, clocks.month_of(ladder.rung)), populate_existing=True)
    still = Pause(ladder.suspended_at or at, at + GRACE, STANDSTILLS[Suspension.EXTENDED])
    day = letter.letter_date or clocks.today(at)
    rung = _month_after(rules, day, ladder.rung + 1, [*clocks.pauses_of(month.pauses), still])
    return replace(rung, at=max(rung.at, at))


def _month_after(rules: Rulebook, day: date, letter: int, pauses: Sequence[Pause] = ()) -> Rung:
    derived = clocks.month_date(rules, day, pauses)
    return Rung(letter, derived.due_before, derived.derivation)
