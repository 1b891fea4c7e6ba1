"""`tenggat backup` and `restore`: the whole instance in one file."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlsplit

import typer

from commands import console
from settings import find_home
from stack import archive
from stack.databases import create_all
from stack.home import Home, Refused, StackError
from stack.postgres import running
from stack.progress import Progress

File = Annotated[Path, typer.Argument(help="The backup file.", dir_okay=False)]


def backup(file: File, home: console.HomeDirectory = None, as_json: console.Json = False) -> None:
    """Write database, documents and mail journal to FILE. The instance may be running."""
    place, progress = Home(find_home(home)), Progress()
    try:
        with _database(place) as url:
            manifest = archive.write(file, _parts(place, url), progress)
    except StackError as error:
        _fail(error)
    if as_json:
        console.print_json({"file": str(file.absolute()), **manifest})
    else:
        console.print_line(f"{file}: {file.stat().st_size / 1e6:.1f} MB, {manifest['documents']} documents")
        console.print_line(f"Keep {place.secrets / 'secret_key'} in another safe place: it is not in there.")


def restore(file: File, home: console.HomeDirectory = None, as_json: console.Json = False) -> None:
    """Fill a new home (or an empty database) from FILE. Legal mail stays held until released."""
    place, progress = Home(find_home(home)), Progress()
    if not file.exists():
        console.fail(f"{file} does not exist", 2)
    try:
        if place.owner():
            raise Refused(f"{place.path} is running; stop it first (`tenggat down`)")
        with _database(place) as url:
            manifest = archive.read(file, _parts(place, url), progress)
    except StackError as error:
        _fail(error)
    if as_json:
        console.print_json({"home": str(place.path), **manifest})
    else:
        console.print_line(f"Restored into {place.path}. Legal mail is held.")
        console.print_line("Now: `tenggat up --no-seed`, then `tenggat processes rebuild`.")


@contextmanager
def _database(place: Home) -> Iterator[str]:
    """The migrator's URL: the operator's, the running instance's, or of a server started just for this."""
    given = os.environ.get("MIGRATOR_DATABASE_URL")
    if given:
        yield given
    elif place.owner():
        yield place.read_runtime()["MIGRATOR_DATABASE_URL"]
    else:
        place.create()
        with place.lock(), running(place) as postgres:
            yield create_all(postgres, place).migrator


def _parts(place: Home, url: str) -> archive.Parts:
    values = place.read_runtime() | dict(os.environ)
    documents = values.get("DOCUMENTS_URL", f"file://{place.documents}")
    parts = urlsplit(documents)
    return archive.Parts(
        migrator_url=url,
        documents=Path(unquote(parts.path)) if parts.scheme == "file" else None,
        journal=Path(values.get("TENGGAT_MAIL_JOURNAL", place.mail_journal)),
    )


def _fail(error: StackError) -> None:
    console.fail(str(error), console.REFUSED if isinstance(error, Refused) else console.FAILED)
