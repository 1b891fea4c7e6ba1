"""Field errors as JSON and back, for drafts that keep what could not be understood."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from pydantic import JsonValue

from services.errors import FieldError

_DECIMAL = "decimal"


def dump_errors(errors: Iterable[FieldError]) -> list[dict[str, JsonValue]]:
    """JSON-able; numbers to be written in the reader's language keep their kind."""
    return [
        {
            "field": error.field,
            "message": error.message,
            "params": {k: _dump(v) for k, v in error.params.items()},
        }
        for error in errors
    ]


def load_errors(stored: Iterable[Mapping[str, JsonValue]]) -> list[FieldError]:
    """What `dump_errors` wrote."""
    errors = []
    for entry in stored:
        params = entry.get("params")
        loaded = {name: _load(value) for name, value in params.items()} if isinstance(params, dict) else {}
        errors.append(FieldError(str(entry["field"]), str(entry["message"]), loaded))
    return errors


def _dump(value: object) -> JsonValue:
    if isinstance(value, Decimal):
        return {_DECIMAL: str(value)}
    return value if isinstance(value, int | str) else str(value)


def _load(value: JsonValue) -> object:
    return Decimal(str(value[_DECIMAL])) if isinstance(value, dict) else value
