"""Reading `policies/`: YAML and CSV into plain values, and complaints that name file and entry."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

SHIPPED: Final = Path(__file__).resolve().parent.parent.parent / "policies"

Model = TypeVar("Model", bound=BaseModel)


class PolicyError(ValueError):
    """A policy that cannot be in force. Each problem names the file, the entry and what is wrong."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


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
        raise PolicyError(*(_problem(dict(found), value, origin) for found in error.errors())) from error


def _problem(found: Mapping[str, Any], value: Any, origin: str) -> str:
    where = ".".join(_entry(value, found["loc"]))
    message = str(found["msg"]).removeprefix("Value error, ")
    return f"{origin}: {where}: {message}" if where else f"{origin}: {message}"


def _entry(value: Any, location: tuple[int | str, ...]) -> list[str]:
    """The path to an entry, list items by their own name or id where they have one."""
    path: list[str] = []
    for key in location:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            value = None
        named = value.get("id") or value.get("name") if isinstance(value, dict) else None
        path.append(str(named) if isinstance(key, int) and named else str(key))
    return path
