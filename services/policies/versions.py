"""What a version of the rules needs beside itself: what a later release asks for and it does not speak of. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from services.policies.bundle import load_shipped
from services.policies.settings import name_of

# The lists whose entries the code asks for by name. The entries of others (rungs, jurisdictions, checks) may go.
ASKED_FOR: Final = (
    ("deadlines", "deadlines"),
    ("targets", "targets"),
    ("targets", "shares"),
    ("reminders", "reminders"),
    ("ladders", "ladders"),
)


def completed(document: Mapping[str, Any]) -> dict[str, Any]:
    """The version with the shipped rules where it has none of that name: an older one knows no younger rule."""
    whole = {**load_shipped().document, **document}
    for file, name in ASKED_FOR:
        lacking = [entry for _, entry in _lacking(whole, file, name)]
        whole[file] = {**whole[file], name: [*whole[file][name], *lacking]}
    return whole


def removed(document: Mapping[str, Any]) -> list[str]:
    """The paths of rules that the release asks for by name and the version lacks."""
    return [path for file, name in ASKED_FOR for path, _ in _lacking(document, file, name)]


def _lacking(document: Mapping[str, Any], file: str, name: str) -> Iterator[tuple[str, Any]]:
    own = document[file][name]
    known = {name_of(entry, place) for place, entry in enumerate(own)}
    for place, entry in enumerate(load_shipped().document[file][name]):
        called = name_of(entry, place)
        if called not in known:
            yield f"{file}.{name}.{called}", entry
