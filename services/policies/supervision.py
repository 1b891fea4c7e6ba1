"""When the reporting of a company is disorderly: how many reports of each kind, in how many periods."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from services.deadlines.rules import Rules
from services.models.reprimands import Disorder

Enough = Annotated[int, Field(ge=1, le=24)]


class SupervisionPolicy(Rules):
    """Looked at are the last `periods` quarters; reaching any one of the other numbers is enough."""

    periods: Annotated[int, Field(ge=1, le=12)]
    missing: Enough
    late: Enough
    uncorrected: Enough
    returned: Enough
    basis: Annotated[str, Field(min_length=3)]

    def enough(self, disorder: Disorder) -> int:
        """From how many reports on this disorder is reprimanded."""
        numbers = {
            Disorder.MISSING: self.missing,
            Disorder.LATE: self.late,
            Disorder.UNCORRECTED: self.uncorrected,
            Disorder.RETURNED: self.returned,
        }
        return numbers[disorder]

    def disorderly(self, counts: Mapping[Disorder, int]) -> bool:
        """Whether so many reports of each kind make the reporting disorderly."""
        return any(counts.get(disorder, 0) >= self.enough(disorder) for disorder in Disorder)


class SupervisionFile(Rules):
    """`supervision.yaml`."""

    supervision: SupervisionPolicy
