"""The sanction ladder: which letters may be proposed, what proves their service, and what people decide."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from services.deadlines.rules import Name, Rules


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
    def _letters_first(self) -> Self:
        proposed = [rung.proposed for rung in self.rungs]
        if not proposed[0] or proposed != sorted(proposed, reverse=True):
            raise ValueError("the rungs that may be proposed come first, and there is at least one")
        return self

    @property
    def letters(self) -> int:
        """How many warning letters may be proposed before only people decide."""
        return sum(rung.proposed for rung in self.rungs)
