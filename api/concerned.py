"""Whom an extension concerns, as a file: for programs and for the page of the extension."""

from collections.abc import AsyncIterator
from datetime import datetime

from fastapi.responses import Response

from api import csv_files
from api.parts import Parts
from services.deadlines import listing
from services.models import Extension


def csv_of_cases(parts: Parts, extension: Extension, now: datetime) -> Response:
    """The cases in scope as a download, read on a connection of its own."""

    async def rows() -> AsyncIterator[list[object]]:
        async with parts.sessions() as reader:
            async for row in listing.concerned(reader, extension, now=now):
                told = extension.notify and row.told and row.new > row.old
                yield [
                    row.key, row.title, row.account_number, row.region_code, row.stage, row.status,
                    row.old.isoformat(), row.new.isoformat(), int(told), row.clash,
                ]  # fmt: skip

    header = ["case", "company", "account", "region", "stage", "status", "old", "new", "told", "clash"]
    return csv_files.stream(f"perpanjangan-{extension.id}.csv", header, rows())
