"""What may make a sent report worth a person's look: the checks and their thresholds, as data."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from services.deadlines.rules import Name, Rules

ValuePath = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
"""A field or total of a form: "production.production_total". A form that has none is not judged by it."""


class Change(Rules):
    """A value that rose or fell by more than so many percent since the report before."""

    name: Name
    kind: Literal["change"]
    value: ValuePath
    more_than_percent: Annotated[int, Field(ge=1, le=10_000)]


class Identical(Rules):
    """All of these pages say exactly what they said in the report before."""

    name: Name
    kind: Literal["identical"]
    sections: Annotated[tuple[Name, ...], Field(min_length=1)]


class Exceeds(Rules):
    """A value above another one of the same report."""

    name: Name
    kind: Literal["exceeds"]
    value: ValuePath
    other: ValuePath


class Zero(Rules):
    """A value that is nothing."""

    name: Name
    kind: Literal["zero"]
    value: ValuePath


class Plain(Rules):
    """What needs no threshold: remarks of the form itself, another class, a report that came back."""

    name: Name
    kind: Literal["warnings", "class_changed", "sent_again"]


Check = Annotated[Change | Identical | Exceeds | Zero | Plain, Field(discriminator="kind")]


class Plausibility(Rules):
    """The checks, in the order in which officers read their findings."""

    basis: Annotated[str, Field(min_length=3)]
    checks: tuple[Check, ...]

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        names = [check.name for check in self.checks]
        if doubled := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"checks given twice: {sorted(doubled)}")
        return self


class PlausibilityFile(Rules):
    """`plausibility.yaml`."""

    plausibility: Plausibility
