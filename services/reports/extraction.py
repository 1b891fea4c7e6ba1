"""Lets Babel collect the texts of form files beside those of code and templates."""

from collections.abc import Iterator
from typing import IO, Any

import yaml

from services.reports import definition


def extract_form(
    source: IO[bytes], _keywords: object, _comment_tags: object, _options: Any
) -> Iterator[tuple[int, str, str, list[str]]]:
    """A Babel extraction method for `policies/forms/*.yaml`: (line, function, message, comments)."""
    document = source.read().decode("utf-8")
    form = definition.parse(yaml.safe_load(document))
    for message in dict.fromkeys(definition.texts(form)):
        yield _line(document, message), "gettext", message, []


def _line(document: str, message: str) -> int:
    """Where the message, or its first words when it is folded over lines, stands in the file."""
    start = document.find(message[:40])
    return document.count("\n", 0, max(start, 0)) + 1
