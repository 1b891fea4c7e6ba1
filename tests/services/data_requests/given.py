"""Requests for Data Lain for tests: valid by default, the rest named by keyword."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.data_requests import creation
from services.data_requests.orders import Order
from services.models import (
    Account,
    DataRequest,
    DataRequestOrder,
    Document,
    RequestChannel,
    RequestKind,
)

OFFICER = "test:officer"
COMPANY = "test:company"
QUESTION = "Jelaskan penurunan produksi kursi rotan pada triwulan lalu."
MANDATE = "Instruksi Menteri Contoh 7/2026"


def order(accounts: Sequence[Account] = (), **given: Any) -> Order:
    """An order to these companies, by mail through the portal."""
    wanted: dict[str, Any] = {
        "kinds": (RequestKind.CLARIFICATION,),
        "channel": RequestChannel.EMAIL,
        "question": QUESTION,
        "mandate": MANDATE,
        "companies": tuple(str(account.id) for account in accounts),
    }
    return Order(**(wanted | given))


async def ask(
    session: AsyncSession, accounts: Sequence[Account], *, now: datetime, **given: Any
) -> tuple[DataRequestOrder, list[DataRequest]]:
    """The order given, and its requests in order of their numbers."""
    row = await creation.give(session, order(accounts, **given), true(), actor=OFFICER, now=now)
    query = select(DataRequest).where(col(DataRequest.order_id) == row.id).order_by(col(DataRequest.number))
    return row, list((await session.execute(query)).scalars())


def scan(account_id: UUID | None, *, now: datetime, by: str = OFFICER, kind: str = "evidence") -> Document:
    """A scanned paper that was taken in; its bytes are nowhere."""
    return Document(
        kind=kind, sha256="0" * 64, size=4, media_type="application/pdf", filename="bukti.pdf",
        storage_key=f"test/{now.isoformat()}", scan_state="clean", account_id=account_id, uploaded_by=by,
        created_at=now,
    )  # fmt: skip
