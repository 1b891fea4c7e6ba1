"""The small language in which a form says when a field is shown or compulsory."""

from collections.abc import Callable, Iterator
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StrictBool, StrictStr

Lookup = Callable[[str], JsonValue]
"""Answers a reference: "exported" in the same section or row, "general_data.uses_toll" in another."""


class Frozen(BaseModel):
    """Base of everything read from a form file: immutable, and a misspelt key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class FieldIs(Frozen):
    """`{field: exported, is: true}`"""

    field: str
    value: StrictBool | StrictStr = Field(alias="is")


class FieldIn(Frozen):
    """`{field: ownership, in: [own, rented]}`"""

    field: str
    values: tuple[StrictStr, ...] = Field(alias="in", min_length=1)


class FieldContains(Frozen):
    """`{field: lpg_sizes, contains: kg_3}`, for fields with several answers."""

    field: str
    value: StrictStr = Field(alias="contains")


class AllOf(Frozen):
    """`{all: [...]}`"""

    conditions: tuple["Condition", ...] = Field(alias="all", min_length=1)


class AnyOf(Frozen):
    """`{any: [...]}`"""

    conditions: tuple["Condition", ...] = Field(alias="any", min_length=1)


class Not(Frozen):
    """`{not: {...}}`"""

    condition: "Condition" = Field(alias="not")


Condition = Annotated[
    FieldIs | FieldIn | FieldContains | AllOf | AnyOf | Not, Field(union_mode="left_to_right")
]

AllOf.model_rebuild()
AnyOf.model_rebuild()
Not.model_rebuild()


def holds(condition: Condition, lookup: Lookup) -> bool:
    """Whether the condition is met. An unanswered question meets no `is`, `in` or `contains`."""
    match condition:
        case FieldIs():
            return lookup(condition.field) == condition.value
        case FieldIn():
            return lookup(condition.field) in condition.values
        case FieldContains():
            answers = lookup(condition.field)
            return isinstance(answers, list) and condition.value in answers
        case AllOf():
            return all(holds(part, lookup) for part in condition.conditions)
        case AnyOf():
            return any(holds(part, lookup) for part in condition.conditions)
        case Not():
            return not holds(condition.condition, lookup)


def references(condition: Condition) -> Iterator[str]:
    """Every field the condition asks about."""
    match condition:
        case AllOf() | AnyOf():
            for part in condition.conditions:
                yield from references(part)
        case Not():
            yield from references(condition.condition)
        case _:
            yield condition.field


def as_data(condition: Condition) -> dict[str, JsonValue]:
    """The condition as in the form file, for a page's script."""
    return condition.model_dump(mode="json", by_alias=True)
