"""Reading `policies/`: YAML and CSV into plain values, and complaints that name file and entry."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from services.i18n import N_
from services.policies.settings import name_of

SHIPPED: Final = Path(__file__).resolve().parent.parent.parent / "policies"

Model = TypeVar("Model", bound=BaseModel)


class Flaw(ValueError):
    """What makes a rule unfit, in English and as a message id for people."""

    def __init__(self, english: str, message: str, **params: Any) -> None:
        super().__init__(english)
        self.message, self.params = message, params


class Flaws(ValueError):
    """Several flaws found at once."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__("\n".join(map(str, flaws)))
        self.flaws = tuple(flaws)


@dataclass(frozen=True)
class Problem:
    """What is wrong, where (the dotted path of the entry, "" for the whole), for people in their language."""

    place: str
    message: str
    params: Mapping[str, Any]


class PolicyError(ValueError):
    """A policy that cannot be in force. Each problem names the file, the entry and what is wrong."""

    def __init__(self, *problems: str, found: Sequence[Problem] = ()) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
        self.found = tuple(found)


class _Loader(yaml.SafeLoader):
    """YAML whose mappings say everything once, and whose dates and times stay text."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[str] = set()
    for key, _ in node.value:
        if key.value in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"{key.value!r} is given twice", key.start_mark
            )
        seen.add(key.value)
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: node.value)


def read_yaml(path: Path) -> Any:
    """The plain value of a YAML file; PolicyError names the line when it cannot be read."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader
    except (OSError, yaml.YAMLError) as error:
        raise PolicyError(f"{path.name}: {error}") from error


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file with a heading line."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def parse(model: type[Model], value: Any, origin: str) -> Model:
    """The value as a policy, strictly typed; PolicyError lists every entry that is wrong."""
    try:
        return model.model_validate_json(json.dumps(value), strict=True)
    except ValidationError as error:
        wrong = [dict(found) for found in error.errors()]
        raise PolicyError(
            *(_problem(found, value, origin) for found in wrong),
            found=[problem for found in wrong for problem in _told(found, value)],
        ) from error


def _problem(found: Mapping[str, Any], value: Any, origin: str) -> str:
    where = ".".join(_entry(value, found["loc"]))
    message = str(found["msg"]).removeprefix("Value error, ")
    return f"{origin}: {where}: {message}" if where else f"{origin}: {message}"


# What pydantic finds, in the words of people; {…} are of its own context.
_TOLD: Final[Mapping[str, str]] = {
    "missing": N_("Wajib diisi."),
    "extra_forbidden": N_("Pengaturan ini tidak dikenal."),
    "int_type": N_("Harus bilangan bulat."),
    "bool_type": N_("Harus ya atau tidak (true atau false)."),
    "string_type": N_("Harus teks."),
    "greater_than_equal": N_("Paling kecil {ge}."),
    "less_than_equal": N_("Paling besar {le}."),
    "string_too_short": N_("Paling sedikit {min_length} karakter."),
    "string_pattern_mismatch": N_("Bentuknya tidak sesuai: {pattern}."),
    "too_short": N_("Paling sedikit {min_length} isian."),
    "enum": N_("Pilihan: {expected}."),
    "literal_error": N_("Pilihan: {expected}."),
    "time_parsing": N_("Bukan jam yang benar."),
    "date_from_datetime_parsing": N_("Bukan tanggal yang benar."),
}
_OTHERWISE: Final = N_("Tidak dapat dipakai: {problem}")


def _told(found: Mapping[str, Any], value: Any) -> Iterator[Problem]:
    place, context = ".".join(_entry(value, found["loc"])), dict(found.get("ctx") or {})
    cause = context.get("error")
    flaws = cause.flaws if isinstance(cause, Flaws) else [cause] if isinstance(cause, Flaw) else []
    if flaws:
        yield from (Problem(place, flaw.message, flaw.params) for flaw in flaws)
    elif found["type"] in _TOLD:
        yield Problem(place, _TOLD[found["type"]], {name: str(given) for name, given in context.items()})
    else:
        problem = str(found["msg"]).removeprefix("Value error, ")
        yield Problem(place, _OTHERWISE, {"problem": problem})


def _entry(value: Any, location: tuple[int | str, ...]) -> list[str]:
    """The path to an entry, list items by their own name or id where they have one."""
    path: list[str] = []
    for key in location:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            value = None
        path.append(name_of(value, key) if isinstance(key, int) else str(key))
    return path
