"""Whom an extension or a decree about days concerns, as a file: for programs and for their pages."""

from collections.abc import AsyncIterator
from datetime import datetime

from fastapi.responses import Response

from api import csv_files
from api.parts import Parts
from services.deadlines import listing
from services.decrees import reading
from services.models import Extension, HolidayDecree


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


def csv_of_lines(parts: Parts, decree: HolidayDecree) -> Response:
    """All lines of a decree as a download, read on a connection of its own."""

    async def rows() -> AsyncIterator[list[object]]:
        async with parts.sessions() as reader:
            async for line in reading.all_lines(reader, decree.case_id):
                yield [
                    line.key, line.title, line.account_number, line.region_code, line.deadline_name,
                    line.old_before.isoformat(), line.new_before.isoformat(), line.state, int(line.told),
                ]  # fmt: skip

    header = ["case", "company", "account", "region", "deadline", "old", "new", "state", "told"]
    return csv_files.stream(f"keputusan-{decree.number}.csv", header, rows())
