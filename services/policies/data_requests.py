"""What the office says about requests for Data Lain: how many at once, and what proves that one was received."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from services.deadlines.rules import Rules
from services.models import EvidenceKind


class DataRequestPolicy(Rules):
    """`documented` names the evidence that needs a scan; `receipt` everything that starts the clock."""

    most_at_once: Annotated[int, Field(ge=1, le=50_000)]
    receipt: Annotated[tuple[EvidenceKind, ...], Field(min_length=1)]
    documented: tuple[EvidenceKind, ...]
    basis: Annotated[str, Field(min_length=3)]

    @model_validator(mode="after")
    def _known(self) -> Self:
        if set(self.documented) - set(self.receipt):
            raise ValueError("only evidence that counts as receipt can need a scan")
        return self


class DataRequestFile(Rules):
    """`data_requests.yaml`."""

    data_requests: DataRequestPolicy
