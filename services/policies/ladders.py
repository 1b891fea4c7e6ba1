"""The sanction ladder: which letters may be proposed, what proves their service, and what people decide."""

from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from services.deadlines.rules import Name, Rules
from services.i18n import N_
from services.models.warnings import LAST_LETTER, SanctionKind
from services.policies.source import Flaw

LETTERS: Final = tuple(f"written_warning_{letter}" for letter in range(1, LAST_LETTER + 1))
SANCTIONS: Final = tuple(kind.value for kind in SanctionKind)


class Rung(Rules):
    """One step. `proposed` by the service or not, it is always a named officer's decision."""

    name: Name
    label: Annotated[str, Field(min_length=3)]
    proposed: bool
    basis: Annotated[str, Field(min_length=3)]


class ServiceProof(Rules):
    """What proves that a letter reached its addressee, and the rule that says when an officer is asked."""

    days_without_bounce: Annotated[int, Field(ge=1, le=90)] | None
    opened_in_portal: bool
    postal_receipt: bool
    officer_record: bool
    unproven_after: Name

    @model_validator(mode="after")
    def _provable(self) -> Self:
        ways = (self.opened_in_portal, self.postal_receipt, self.officer_record)
        if self.days_without_bounce is None and not any(ways):
            raise ValueError("nothing would prove service, so no ladder could ever go on")
        return self


class Ladder(Rules):
    """The rungs in order. Those proposed are letters, `interval` apart; the others are left to people."""

    name: Name
    starts: Name
    interval: Name
    rungs: Annotated[tuple[Rung, ...], Field(min_length=1)]
    service: ServiceProof
    # A report that was sent, returned and not corrected in time: warned about like one that was never sent?
    lapsed_corrections: bool = True

    @model_validator(mode="after")
    def _of_the_regulation(self) -> Self:
        """Three letters, then what only people decide, in this order: no version of the rules has other steps."""
        steps = [(name, True) for name in LETTERS] + [(name, False) for name in SANCTIONS]
        if [(rung.name, rung.proposed) for rung in self.rungs] != steps:
            letters, others = ", ".join(LETTERS), ", ".join(SANCTIONS)
            raise Flaw(
                f"the rungs are {letters}, which are proposed, then {others}, which are not",
                N_("Langkah tangga ini ialah {letters}, yang diusulkan, lalu {others}, yang tidak diusulkan "
                   "(Permenperin 13/2025)."),
                letters=letters, others=others,
            )  # fmt: skip
        return self

    @property
    def letters(self) -> int:
        """How many warning letters may be proposed before only people decide."""
        return sum(rung.proposed for rung in self.rungs)
