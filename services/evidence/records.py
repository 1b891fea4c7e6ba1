"""What the rows say about one case, as plain values: whatever kind it is, every table that speaks of it."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Table, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from services.models import CaseFile, Delivery, Message

# Told apart, or no evidence of the matter: the office's notes may be erased, reads and sessions concern the readers.
_LEFT_OUT: Final = frozenset(
    {
        "case_event", "case_chain", "case_note", "case_step", "deadline", "message", "delivery", "document",
        "read_log", "security_event", "report_section", "wave_run",
    }
)  # fmt: skip
_SECRET: Final = frozenset({"token"})


def plain(value: Any) -> Any:
    """A value as JSON keeps it, the same on every machine: instants in UTC, bytes in hex."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(key): plain(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [plain(held) for held in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def tables() -> list[Table]:
    """The tables that speak of a case by its id, in order of their names."""
    return [
        table
        for table in sorted(SQLModel.metadata.tables.values(), key=lambda table: table.name)
        if table.name not in _LEFT_OUT and _naming(table)
    ]


async def of_case(session: AsyncSession, case_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Every row that names the case, by table; tables without one are left out."""
    found = {}
    for table in tables():
        named = or_(*(column == case_id for column in _naming(table)))
        query = select(table).where(named).order_by(*table.primary_key.columns)
        rows = [plain(dict(row)) for row in (await session.execute(query)).mappings()]
        if rows:
            found[table.name] = rows
    return found


async def messages(session: AsyncSession, case_id: UUID) -> list[dict[str, Any]]:
    """What was told to whom, and each try to deliver it with the server's answer. No links that open anything."""
    sent = (
        await session.execute(
            select(Message).where(col(Message.case_id) == case_id).order_by(col(Message.id))
        )
    ).scalars()
    tries = await session.execute(
        select(Delivery)
        .join(Message, col(Message.id) == col(Delivery.message_id))
        .where(col(Message.case_id) == case_id)
        .order_by(col(Delivery.message_id), col(Delivery.attempt))
    )
    delivered: dict[UUID, list[dict[str, Any]]] = {}
    for row in tries.scalars():
        delivered.setdefault(row.message_id, []).append(plain(row.model_dump()))
    return [_message(row) | {"deliveries": delivered.get(row.id, [])} for row in sent]


def case_facts(case: CaseFile) -> dict[str, Any]:
    """The case itself; how its process stands is no part of the matter."""
    left = {"wake_at", "nudged_at", "nudges", "stuck"}
    return {name: value for name, value in plain(case.model_dump()).items() if name not in left}


def _message(row: Message) -> dict[str, Any]:
    facts: dict[str, Any] = plain(row.model_dump())
    facts["context"] = {name: value for name, value in facts["context"].items() if name not in _SECRET}
    left = {"claimed_until", "attempts"}
    return {name: value for name, value in facts.items() if name not in left}


def _naming(table: Table) -> list[Column[Any]]:
    """Its columns that hold the id of a case."""
    return [column for column in table.columns if column.name == "case_id" or _points(column)]


def _points(column: Column[Any]) -> bool:
    targets: Iterable[str] = (key.target_fullname for key in column.foreign_keys)
    return any(target == "case_file.id" or target.endswith(".case_id") for target in targets)
