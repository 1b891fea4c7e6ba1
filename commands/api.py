"""tenggat api: one request to the API of a running instance, so that every process can be worked from a terminal.

Who asks is said by a key (`tenggat token create`) in TENGGAT_TOKEN: a key on the command line could be read by all.
"""

import json
import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import uuid4

import typer

from commands.console import NOT_RUNNING, HomeDirectory, fail, print_json, settings

if TYPE_CHECKING:
    import httpx

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
ASKING: Final = ("GET", "DELETE")
TIMEOUT: Final = 120.0

Field = Annotated[
    list[str] | None,
    typer.Argument(
        help="name=text, name:=JSON or name@file. Of GET they are the query; files make the body a form.",
        show_default=False,
    ),
]


@dataclass
class Fields:
    """What was said after the path: values by name, and files."""

    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)

    @classmethod
    def read(cls, given: Iterable[str]) -> "Fields":
        """ValueError for what is neither of the three."""
        found = cls()
        for part in given:
            name, sign, text = _split(part)
            if sign == "@":
                found.files[name] = Path(text)
            else:
                found.values[name] = json.loads(text) if sign == ":=" else text
        return found


def api(
    method: Annotated[str, typer.Argument(help=", ".join(METHODS))],
    path: Annotated[str, typer.Argument(help="As in /api/v1/openapi.json: /cases, /extensions/{id}/dry-run")],
    fields: Field = None,
    body: Annotated[
        Path | None, typer.Option("--input", help="A file with the JSON body.", exists=True, dir_okay=False)
    ] = None,
    purpose: Annotated[
        str, typer.Option(help="Why individual data is read; it stands in the log of readings.")
    ] = "",
    key: Annotated[
        str, typer.Option(help="Idempotency-Key of an earlier request, to ask again what came of it.")
    ] = "",
    url: Annotated[
        str, typer.Option(envvar="TENGGAT_URL", help="Of another instance than that in TENGGAT_HOME.")
    ] = "",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Where a file goes.")] = None,
    home: HomeDirectory = None,
) -> None:
    """Ask the API, print what it answers; 1 when it refuses, with its reason on stderr."""
    if method.upper() not in METHODS:
        fail(f"{method!r} is none of {', '.join(METHODS)}", 2)
    said = _said(method.upper(), fields or (), body)
    headers = {"Idempotency-Key": key or str(uuid4()), "Accept-Language": "id"}
    token = os.environ.get("TENGGAT_TOKEN")
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    headers |= {"X-Purpose": purpose} if purpose else {}
    base = url or settings(home).public_url
    answer = _ask(base, method.upper(), path, said, headers)
    if answer.is_error:
        _refused(answer)
    _print(answer, output)


def _said(method: str, given: Iterable[str], body: Path | None) -> Fields:
    """Everything that is to be asked; leaves where a part of it would be left out."""
    try:
        said = Fields.read(given)
    except ValueError as error:
        fail(f"a field is name=text, name:=JSON or name@file ({error})", 2)
    if method in ASKING and (said.files or body):
        fail(f"{method} takes no file and no body", 2)
    if said.files and body:
        fail("a form with files has no JSON body: give its fields one by one", 2)
    if body is not None:
        said.values = _object_in(body) | said.values
    return said


def _object_in(body: Path) -> dict[str, Any]:
    try:
        found = json.loads(body.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        fail(f"{body} cannot be read as JSON: {error}", 2)
    if not isinstance(found, dict):
        fail(f"{body} holds no JSON object", 2)
    return found


def _ask(base: str, method: str, path: str, said: Fields, headers: Mapping[str, str]) -> "httpx.Response":
    import httpx

    address = f"{base.rstrip('/')}/api/v1/{path.removeprefix('/api/v1').lstrip('/')}"
    try:
        with ExitStack() as opened, httpx.Client(timeout=TIMEOUT) as client:
            return client.request(method, address, headers=dict(headers), **_content(method, said, opened))
    except httpx.ConnectError:
        fail(f"nobody answers at {base}: `tenggat up`, or another --home or --url", NOT_RUNNING)
    except (httpx.HTTPError, OSError) as error:
        fail(str(error) or type(error).__name__)


def _content(method: str, said: Fields, opened: ExitStack) -> dict[str, Any]:
    """How the fields travel: as query, as a form with files, or as JSON."""
    if method in ASKING:
        return {"params": said.values}
    if said.files:
        files = {
            name: (path.name, opened.enter_context(path.open("rb"))) for name, path in said.files.items()
        }
        return {"files": files, "data": {name: _form(value) for name, value in said.values.items()}}
    return {"json": said.values} if said.values else {}


def _form(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _print(answer: "httpx.Response", output: Path | None) -> None:
    if output is not None:
        output.write_bytes(answer.content)
    elif "json" in answer.headers.get("content-type", ""):
        print_json(answer.json())
    elif answer.content:
        sys.stdout.buffer.write(answer.content)


def _refused(answer: "httpx.Response") -> None:
    """The problem in words on stderr, and whole on stdout for programs."""
    try:
        problem = answer.json()
    except ValueError:
        fail(f"{answer.status_code} {answer.reason_phrase}")
    print_json(problem)
    lines = [f"{problem.get('status', answer.status_code)} {problem.get('title', answer.reason_phrase)}"]
    lines += [problem["detail"]] if problem.get("detail") else []
    lines += [f"{error.get('field', '')}: {error.get('message', '')}" for error in problem.get("errors", [])]
    fail("\n  ".join(lines))


def _split(part: str) -> tuple[str, str, str]:
    """Name, sign and the rest; the first sign in the text counts."""
    places = [(part.index(sign), -len(sign), sign) for sign in (":=", "=", "@") if sign in part]
    if not places or not min(places)[0]:
        raise ValueError(part)
    place, _, sign = min(places)
    return part[:place], sign, part[place + len(sign) :]
