"""Which regulation governs which reporting period, and what it asks for."""

from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, PlainSerializer, PlainValidator, model_validator

from services.deadlines.periods import Period, PeriodKind
from services.deadlines.rules import RegimeId, Rules
from services.i18n import N_
from services.policies.source import Flaw

Text = Annotated[str, Field(min_length=3)]


def _period(value: object) -> Period:
    if isinstance(value, Period):
        return value
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a period code")
    return Period.parse(value)


PeriodCode = Annotated[Period, PlainValidator(_period), PlainSerializer(str, return_type=str)]


class Variables(StrEnum):
    """Which variables a report of the regime holds."""

    ALL = "all"
    BY_ODD_EVEN_QUARTER = "by_odd_even_quarter"


class WorkingCapital(StrEnum):
    """Over what stretch working capital is computed."""

    TURNOVER_CYCLE = "turnover_cycle"
    QUARTER = "quarter"


class Standing(StrEnum):
    """How the instrument stands in law today."""

    IN_FORCE = "in_force"
    TRANSITION = "transition"
    REVOKED = "revoked"


class Stages(Rules):
    """The development stages that report, by kind of company."""

    industry: Annotated[tuple[str, ...], Field(min_length=1)]
    estate: Annotated[tuple[str, ...], Field(min_length=1)]


class Regime(Rules):
    """One instrument and the periods it governs. `last` is None while it is open."""

    id: RegimeId
    instrument: Text
    citation: Text
    standing: Standing
    revoked_by: Text | None
    period_kind: PeriodKind
    first: PeriodCode
    last: PeriodCode | None
    enforceable: bool
    variables: Variables
    working_capital: WorkingCapital
    working_capital_text: Text
    stages: Stages
    small_up_to: Annotated[int, Field(gt=0)]
    """Rupiah of investment up to which a company is small, without land and building."""
    form_families: Annotated[tuple[str, ...], Field(min_length=1)]
    rollback: bool
    sanctions: Text | None

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        ends = [period for period in (self.first, self.last) if period]
        if any(period.kind is not self.period_kind for period in ends):
            raise ValueError(f"{self.id} has periods of kind {self.period_kind}, unlike its first or last")
        if self.last and self.last < self.first:
            raise ValueError(f"{self.id} ends with {self.last}, before it begins with {self.first}")
        if (self.standing is Standing.REVOKED) != (self.revoked_by is not None):
            raise ValueError(f"{self.id} names what revoked it exactly when it is revoked")
        return self

    def governs(self, period: Period) -> bool:
        """Whether the period exists in this regime."""
        within = self.first <= period and (self.last is None or period <= self.last)
        return period.kind is self.period_kind and within

    def periods(self, until: date) -> list[Period]:
        """Its periods that have begun by `until`, oldest first."""
        last = Period.containing(until, self.period_kind)
        return list(self.first.through(min(last, self.last) if self.last else last))


class Regimes(Rules):
    """All regimes, oldest first, without gap or overlap; only the last is open."""

    regimes: Annotated[tuple[Regime, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _seamless(self) -> Self:
        names = [regime.id for regime in self.regimes]
        if len(set(names)) != len(names):
            raise ValueError(f"two regimes have the same id among {', '.join(names)}")
        for earlier, later in pairwise(self.regimes):
            _joined(earlier, later)
        if self.regimes[-1].last is not None:
            raise ValueError(f"{self.regimes[-1].id} is the latest regime and must be open: last: null")
        return self

    def regime_for(self, period: Period) -> Regime:
        """The regime in which the period exists; LookupError when there is none."""
        for regime in self.regimes:
            if regime.governs(period):
                return regime
        raise LookupError(f"no regime has a period {period}")

    def at(self, day: date) -> Regime:
        """The regime whose period runs on a day; LookupError before the first regime."""
        for regime in reversed(self.regimes):
            if regime.governs(Period.containing(day, regime.period_kind)):
                return regime
        raise LookupError(f"no regime governs {day}")

    def periods_owed(self, on: date, since: date | None = None) -> list[Period]:
        """The periods that have ended before `on`, oldest first: each is owed a report, sent late or not yet.

        With `since`, only those that ended on that day or later: nobody owes what ended before they began.
        """
        ended = (p for regime in self.regimes for p in regime.periods(on) if p.end < on)
        return [period for period in ended if since is None or period.end >= since]


def _joined(earlier: Regime, later: Regime) -> None:
    if earlier.last is None:
        raise ValueError(f"{earlier.id} is open, yet {later.id} follows it")
    expected = earlier.last.next().start
    if later.first.start > expected:
        raise Flaw(
            f"gap between {earlier.id} (ends {earlier.last}) and {later.id} (from {later.first})",
            N_("Ada celah antara {earlier} (sampai {end}) dan {later} (mulai {start}): periode di antaranya "
               "tidak diatur. Setiap periode diatur oleh tepat satu peraturan ({basis})."),
            earlier=earlier.id, end=str(earlier.last), later=later.id, start=str(later.first),
            basis=f"{earlier.instrument}; {later.instrument}",
        )  # fmt: skip
    if later.first.start < expected:
        raise Flaw(
            f"{earlier.id} (ends {earlier.last}) and {later.id} (from {later.first}) overlap",
            N_("{earlier} (sampai {end}) dan {later} (mulai {start}) tumpang tindih. "
               "Setiap periode diatur oleh tepat satu peraturan ({basis})."),
            earlier=earlier.id, end=str(earlier.last), later=later.id, start=str(later.first),
            basis=f"{earlier.instrument}; {later.instrument}",
        )  # fmt: skip
