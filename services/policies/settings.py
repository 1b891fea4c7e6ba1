"""Every single setting of a version of the rules by its path, and a version with some of them changed. Pure.

A path names list entries by their own name: `deadlines.deadlines.report_due@PM13_2025.add.days`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Path = tuple[str, ...]


class UnknownSetting(LookupError):
    """No setting has this path."""


@dataclass(frozen=True)
class Setting:
    """One value that is no list of named entries and no mapping; `path` is dotted."""

    path: str
    value: Any


@dataclass(frozen=True)
class Difference:
    """A setting that two versions say differently; None where one of them does not know it."""

    path: str
    before: Any
    after: Any


def name_of(entry: Any, position: int) -> str:
    """What an entry of a list is called: its id or name, and its regime where names repeat; else its place."""
    if not isinstance(entry, dict):
        return str(position)
    name = entry.get("id") or entry.get("name")
    if name is None:
        return str(position)
    return f"{name}@{entry['regime']}" if entry.get("regime") else str(name)


def settings(document: Mapping[str, Any]) -> list[Setting]:
    """All settings of a version, in the order of the document."""
    return [Setting(".".join(path), value) for path, value in _leaves(document, ())]


def entries(document: Mapping[str, Any]) -> list[Setting]:
    """What is edited as a whole: each entry of the lists of named ones, and the mappings beside them."""
    return [
        Setting(".".join(path), value)
        for file, part in document.items()
        for path, value in _entries(part, (file,))
    ]


def fields(entry: Setting) -> list[Setting]:
    """The values of an entry as a person edits them: a list without names is one value."""
    return [
        Setting(".".join(path), value) for path, value in _fields(entry.value, tuple(entry.path.split(".")))
    ]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What the second version says otherwise than the first."""
    old = {setting.path: setting.value for setting in settings(before)}
    new = {setting.path: setting.value for setting in settings(after)}
    paths = [*old, *(path for path in new if path not in old)]
    return [
        Difference(path, old.get(path), new.get(path)) for path in paths if old.get(path) != new.get(path)
    ]


def changed(document: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with the values at some paths replaced; a whole entry or list may be. UnknownSetting names the path."""
    copy: dict[str, Any] = json.loads(json.dumps(document))
    for path, value in changes.items():
        *way, last = path.split(".")
        holder: Any = copy
        for step in way:
            holder = holder[_key(holder, step, path)]
        holder[_key(holder, last, path)] = value
    return copy


def at(document: Mapping[str, Any], path: str) -> Any:
    """The value at a path; UnknownSetting when there is none."""
    value: Any = document
    for step in path.split("."):
        value = value[_key(value, step, path)]
    return value


def _key(holder: Any, step: str, path: str) -> str | int:
    if isinstance(holder, dict) and step in holder:
        return step
    if isinstance(holder, list):
        for position, entry in enumerate(holder):
            if name_of(entry, position) == step:
                return position
    raise UnknownSetting(path)


def _entries(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, Mapping) and all(isinstance(child, Mapping | list) for child in value.values()):
        for key, child in value.items():
            yield from _entries(child, (*path, str(key)))
    elif _named(value):
        for position, entry in enumerate(value):
            yield (*path, name_of(entry, position)), entry
    else:
        yield path, value


def _fields(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, Mapping) and value:
        for key, child in value.items():
            yield from _fields(child, (*path, str(key)))
    elif _named(value):
        for position, entry in enumerate(value):
            yield from _fields(entry, (*path, name_of(entry, position)))
    else:
        yield path, value


def _named(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(entry, dict) and ("id" in entry or "name" in entry) for entry in value)
    )


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, Mapping) and value:
        for key, child in value.items():
            yield from _leaves(child, (*path, str(key)))
    elif isinstance(value, list) and any(isinstance(entry, dict) for entry in value):
        for position, entry in enumerate(value):
            yield from _leaves(entry, (*path, name_of(entry, position)))
    else:
        yield path, value
