"""Which form a company fills, and for which stage: family, size and stage from a few facts."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from services.i18n import N_
from services.reference.kbli import BusinessKind
from services.reports.context import Values


class Family(StrEnum):
    MANUFACTURING = "manufacturing"
    SERVICE = "service"
    SHIPYARD = "shipyard"
    ESTATE = "estate"


class Size(StrEnum):
    SMALL = "small"
    MEDIUM_LARGE = "medium_large"


class Stage(StrEnum):
    CONSTRUCTION = "construction"
    PRODUCTION = "production"
    COMMERCIAL = "commercial"


class Risk(StrEnum):
    """Risk level of a KBLI under risk-based licensing (OSS RBA): R, MR, MT, T."""

    LOW = "low"
    MEDIUM_LOW = "medium_low"
    MEDIUM_HIGH = "medium_high"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class ClassificationInput:
    """Amounts in rupiah, without land and building; `business` from `kbli.business_kind`.

    A company of exactly `small_up_to` is small; the limit is that of the period's regime.
    """

    estate: bool
    business: BusinessKind
    stage: Stage
    machine_value: int
    other_fixed_value: int
    working_capital: int
    small_up_to: int
    is_shipyard: bool = False


@dataclass(frozen=True, slots=True)
class Classification:
    """`message` and `figures` are gettext ids, filled with `params`; an estate has no size and neither."""

    family: Family
    size: Size | None
    stage: Stage
    total: int
    message: str = ""
    figures: str = ""
    params: dict[str, Decimal] = field(default_factory=dict)


_MESSAGES = {
    Size.SMALL: N_(
        "Anda diklasifikasikan sebagai Industri Kecil dikarenakan total nilai investasi mesin, "
        "investasi lainnya dan modal kerja adalah Rp. {total}."
    ),
    Size.MEDIUM_LARGE: N_(
        "Anda diklasifikasikan sebagai Industri Menengah Besar dikarenakan total nilai investasi mesin, "
        "investasi lainnya dan modal kerja adalah Rp. {total}."
    ),
}
_FIGURES = N_(
    "Nilai Mesin Rp. {machine_value} + Nilai Lainnya Rp. {other_fixed_value} "
    "+ Modal Kerja Rp. {working_capital} = Rp. {total}. Batas Industri Kecil adalah Rp. {small_up_to}."
)


def amounts(general_data: Values) -> dict[str, int] | None:
    """The three amounts that decide the size, named as in ClassificationInput; None while one lacks."""
    found = {
        name: general_data.get(name) for name in ("machine_value", "other_fixed_value", "working_capital")
    }
    known = {name: amount for name, amount in found.items() if isinstance(amount, int)}
    return known if len(known) == len(found) else None


def classify(facts: ClassificationInput) -> Classification:
    """The form for a report. ValueError for a business that is neither industry, service nor estate."""
    total = facts.machine_value + facts.other_fixed_value + facts.working_capital
    family = _family(facts)
    if family is Family.ESTATE:
        return Classification(family, None, facts.stage, total)
    size = Size.SMALL if total <= facts.small_up_to else Size.MEDIUM_LARGE
    figures = {
        "machine_value": facts.machine_value,
        "other_fixed_value": facts.other_fixed_value,
        "working_capital": facts.working_capital,
        "total": total,
        "small_up_to": facts.small_up_to,
    }
    return Classification(
        family,
        # The regulation has one form for shipyards of every size; the figures are still worth saying.
        None if family is Family.SHIPYARD else size,
        facts.stage,
        total,
        _MESSAGES[size],
        _FIGURES,
        {name: Decimal(amount) for name, amount in figures.items()},
    )


def _family(facts: ClassificationInput) -> Family:
    if facts.estate:
        return Family.ESTATE
    if facts.business in {BusinessKind.MANUFACTURING, BusinessKind.MANUFACTURING_AND_SERVICE}:
        yard = facts.is_shipyard and facts.stage is Stage.PRODUCTION
        return Family.SHIPYARD if yard else Family.MANUFACTURING
    if facts.business is BusinessKind.SERVICE_ONLY:
        return Family.SERVICE
    raise ValueError(f"no report form for a business of kind {facts.business}")


@dataclass(frozen=True, slots=True)
class LicenceFact:
    """An industry licence: its risk level, whether it is verified, whether it is an IUI from before OSS."""

    risk: Risk | None
    verified: bool = False
    legacy: bool = False

    @property
    def allows_production(self) -> bool:
        """R and MR once issued, MT and T once verified, and the older industry licences (IUI)."""
        return self.legacy or self.verified or self.risk in {Risk.LOW, Risk.MEDIUM_LOW}


@dataclass(frozen=True, slots=True)
class StageFacts:
    """`licences` are those issued and in force."""

    estate: bool
    operating_commercially: bool
    expanding: bool = False
    licences: tuple[LicenceFact, ...] = ()


@dataclass(frozen=True, slots=True)
class StageDecision:
    """Reports due, and whether someone should ask why a factory operates on an unverified licence."""

    stages: tuple[Stage, ...]
    follow_up: bool = False


def decide_stages(facts: StageFacts) -> StageDecision:
    """The reports a company owes for a period (Permenperin 13/2025).

    Not operating commercially always means construction. Operating on a licence that does not yet allow
    production means construction too, with a follow-up. Expansion adds the construction report.
    """
    if not facts.operating_commercially:
        return StageDecision((Stage.CONSTRUCTION,))
    if facts.estate:
        return StageDecision(_with_expansion(Stage.COMMERCIAL, facts))
    unverified = any(not licence.allows_production for licence in facts.licences)
    if not any(licence.allows_production for licence in facts.licences):
        return StageDecision((Stage.CONSTRUCTION,), follow_up=True)
    return StageDecision(_with_expansion(Stage.PRODUCTION, facts), follow_up=unverified)


def stages_due(facts: StageFacts) -> list[Stage]:
    """Only the stages of `decide_stages`, operation first."""
    return list(decide_stages(facts).stages)


def _with_expansion(stage: Stage, facts: StageFacts) -> tuple[Stage, ...]:
    return (stage, Stage.CONSTRUCTION) if facts.expanding else (stage,)
