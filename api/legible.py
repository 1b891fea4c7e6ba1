"""Characters nobody types are refused once, at the edge: no service and no database meets them."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from fastapi import Request
from starlette.datastructures import UploadFile

from services.errors import FieldError, InvalidInput
from services.i18n import N_

# Control characters except tab and line ends, what changes the direction of reading and so can hide what is written,
# and halves of characters (from JSON), which no text can hold.
_UNREADABLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
# What a body must contain for one of its strings to be unreadable: most bodies are not looked at twice.
_SUSPICIOUS: Final = re.compile(
    rb"\\u|[\x00\x7f]|\xc2[\x80-\x9f]|\xed[\xa0-\xbf]|\xe2(\x80[\xaa-\xae]|\x81[\xa6-\xa9])"
)
_FORMS: Final = ("multipart/form-data", "application/x-www-form-urlencoded")

REFUSED: Final = N_(
    "Isian berisi karakter yang tidak dapat dibaca. Hapus karakter itu, lalu kirim sekali lagi."
)
AT_FIELD: Final = N_("Berisi karakter yang tidak dapat dibaca.")
Named = tuple[str, Any]


async def legible(request: Request) -> None:
    """InvalidInput at each part of the request that holds such a character. Pages check their forms on reading."""
    path = [(name, value) for name, value in request.path_params.items() if isinstance(value, str)]
    check([*path, *request.query_params.multi_items(), *request.headers.items()])
    kind = request.headers.get("content-type", "").lower()
    if kind.startswith(_FORMS):
        if request.url.path.startswith("/api/"):
            check((await request.form()).multi_items())
    elif "json" in kind and _SUSPICIOUS.search(await request.body()):
        check([("", await request.json())])


def check(named: Iterable[Named]) -> None:
    """InvalidInput that names every field whose name or value is unreadable. Values may be nested, as JSON is."""
    fields = dict.fromkeys(name for name, text in _texts(named) if _UNREADABLE.search(text))
    if fields:
        raise InvalidInput(REFUSED, fields=[FieldError(_shown(name), AT_FIELD) for name in fields])


def _texts(named: Iterable[Named]) -> Iterator[tuple[str, str]]:
    waiting = list(named)
    while waiting:
        name, value = waiting.pop()
        yield name, name.rpartition(".")[2]
        if isinstance(value, dict):
            waiting += [(f"{name}.{key}" if name else key, below) for key, below in value.items()]
        elif isinstance(value, list):
            waiting += [(f"{name}.{index}" if name else str(index), each) for index, each in enumerate(value)]
        elif isinstance(value, UploadFile):
            yield name, value.filename or ""
        elif isinstance(value, str):
            yield name, value


def _shown(name: str) -> str:
    return _UNREADABLE.sub("�", name)
