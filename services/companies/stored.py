"""Company data as rows: each page reads from one place and is written to the same."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.models import BusinessField, Certificate, ProductCapacity, ProfileSection
from services.reference.kbli import Kbli
from services.reports.context import Values

Row = dict[str, JsonValue]


@dataclass(frozen=True)
class Kept:
    """A page as it is stored: clean answers in plain notation. Version 0 was never saved by the company itself."""

    values: Values = field(default_factory=dict)
    version: int = 0


async def read_all(session: AsyncSession, account_id: UUID) -> dict[str, Kept]:
    """Every page with something in it, by id."""
    query = select(ProfileSection).where(col(ProfileSection.account_id) == account_id)
    found = await session.execute(query.execution_options(populate_existing=True))
    pages = {row.section: Kept(row.data, row.version) for row in found.scalars()}
    for section, (read, _) in _TABLES.items():
        rows: list[JsonValue] = list(await read(session, account_id))
        values: Values = {"rows": rows} if rows else {}
        pages[section] = Kept(values, pages.get(section, Kept()).version)
    return pages


async def write(
    session: AsyncSession, account_id: UUID, section: str, values: Values, *, actor: str, now: datetime
) -> None:
    """Put clean answers in the place of those stored; the version counts on. The account is locked."""
    row = await session.get(ProfileSection, (account_id, section), populate_existing=True)
    if row is None:
        row = ProfileSection(
            account_id=account_id, section=section, version=0, updated_at=now, updated_by=actor
        )
        session.add(row)
    row.version, row.updated_at, row.updated_by = row.version + 1, now, actor
    if section in _TABLES:
        await _TABLES[section][1](session, account_id, rows_of(values), now)
    else:
        row.data = dict(values)
    await session.flush()


def rows_of(values: Values) -> list[Row]:
    """The rows of a table's clean answers."""
    rows = values.get("rows")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


async def _read_fields(session: AsyncSession, account_id: UUID) -> list[Row]:
    query = select(BusinessField).where(col(BusinessField.account_id) == account_id)
    ordered = query.order_by(col(BusinessField.is_primary).desc(), col(BusinessField.kbli))
    found = await session.execute(ordered.execution_options(populate_existing=True))
    return [
        _filled(
            kbli=Kbli(row.kbli_version, row.kbli).key, is_primary=row.is_primary, risk_level=row.risk_level
        )
        for row in found.scalars()
    ]


async def _write_fields(session: AsyncSession, account_id: UUID, rows: list[Row], _now: datetime) -> None:
    await session.execute(delete(BusinessField).where(col(BusinessField.account_id) == account_id))
    for row in rows:
        version, _, code = str(row["kbli"]).partition(":")
        field_ = BusinessField(
            account_id=account_id, kbli=code, kbli_version=version, is_primary=row["is_primary"] is True
        )
        field_.risk_level = _text(row, "risk_level")
        session.add(field_)


async def _read_capacities(session: AsyncSession, account_id: UUID) -> list[Row]:
    query = select(ProductCapacity).where(col(ProductCapacity.account_id) == account_id)
    found = await session.execute(query.order_by(col(ProductCapacity.id)))
    return [
        _filled(
            kbli={"version": row.kbli_version, "code": row.kbli},
            product=row.product,
            hs_code=row.hs_code,
            unit=row.unit,
            capacity=row.capacity,
        )
        for row in found.scalars()
    ]


async def _write_capacities(session: AsyncSession, account_id: UUID, rows: list[Row], _now: datetime) -> None:
    await session.execute(delete(ProductCapacity).where(col(ProductCapacity.account_id) == account_id))
    for row in rows:
        kbli = row["kbli"]
        named = kbli if isinstance(kbli, dict) else {}
        capacity = ProductCapacity(
            account_id=account_id,
            kbli=str(named["code"]),
            kbli_version=str(named["version"]),
            product=str(row["product"]),
            unit=str(row["unit"]),
            capacity=str(row["capacity"]),
        )
        capacity.hs_code = _text(row, "hs_code")
        session.add(capacity)


async def _read_certificates(session: AsyncSession, account_id: UUID) -> list[Row]:
    query = select(Certificate).where(col(Certificate.account_id) == account_id)
    found = await session.execute(query.order_by(col(Certificate.added_at), col(Certificate.id)))
    return [
        _filled(
            id=str(row.id),
            type=row.type,
            number=row.number,
            product=row.product,
            expires_on=row.expires_on.isoformat() if row.expires_on else None,
            document=str(row.document_id) if row.document_id else None,
        )
        for row in found.scalars()
    ]


async def _write_certificates(
    session: AsyncSession, account_id: UUID, rows: list[Row], now: datetime
) -> None:
    """Certificates keep their id: reports refer to it."""
    query = select(Certificate).where(col(Certificate.account_id) == account_id)
    standing = {str(row.id): row for row in (await session.execute(query)).scalars()}
    for row in rows:
        kept = standing.pop(str(row.get("id")), None)
        certificate = kept or Certificate(
            account_id=account_id, type=str(row["type"]), number=str(row["number"]), added_at=now
        )
        certificate.type, certificate.number = str(row["type"]), str(row["number"])
        certificate.product = _text(row, "product")
        expires, document = _text(row, "expires_on"), _text(row, "document")
        certificate.expires_on = date.fromisoformat(expires) if expires else None
        certificate.document_id = UUID(document) if document else None
        session.add(certificate)
    for certificate in standing.values():
        await session.delete(certificate)


def _text(row: Row, name: str) -> str | None:
    value = row.get(name)
    return str(value) if value is not None else None


def _filled(**row: Any) -> Row:
    return {name: value for name, value in row.items() if value is not None}


_Read = Callable[[AsyncSession, UUID], Awaitable[list[Row]]]
_Write = Callable[[AsyncSession, UUID, list[Row], datetime], Awaitable[None]]
# Pages whose rows other parts of the service query: one table each, and nothing in profile_section.
_TABLES: Mapping[str, tuple[_Read, _Write]] = {
    "business_fields": (_read_fields, _write_fields),
    "capacities": (_read_capacities, _write_capacities),
    "certificates": (_read_certificates, _write_certificates),
}
