"""What tests of licences do: upload one, let the UPP decide, look at it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.licences import dates, decisions, form, submission
from services.licences.decisions import Decision
from services.licences.form import LicenceForm
from services.models import Account, CaseEvent, CaseFile, Licence, Message, ScanState
from services.reference.kbli import Kbli
from tests.factories import ACTOR, OPEN, make_scan

UPP = "person:00000000-0000-7000-8000-00000000000f"
OWN = (Kbli("2025", "31012"), Kbli("2025", "16291"))
PBSI: dict[str, Any] = {
    "type": "industry_licence",
    "number": "91200000000170001",
    "document_date": "2026-01-05",
    "kbli": ("31012",),
    "risk_level": "low",
}


async def upload(
    session: AsyncSession,
    account: Account,
    *,
    now: datetime = OPEN,
    replaces: Licence | None = None,
    scan_state: ScanState = ScanState.CLEAN,
    **typed: Any,
) -> Licence:
    """A licence as a company uploads it: an industry licence of low risk, unless said otherwise."""
    checked = form.check(LicenceForm(**(PBSI | typed)), OWN, on=dates.today(now))
    scan = await make_scan(session, account.id, kind="licence", scan_state=scan_state, now=now)
    return await submission.upload(
        session,
        account.id,
        checked,
        scan,
        actor=ACTOR,
        now=now,
        replaces_id=replaces.id if replaces else None,
    )


async def find(
    session: AsyncSession, licence: Licence, *, valid: bool = True, now: datetime = OPEN, **given: Any
) -> Licence:
    """The UPP's finding."""
    given.setdefault("note", "" if valid else "Halaman kedua tidak terbaca.")
    return await decisions.decide(session, licence.id, Decision(valid, **given), actor=UPP, now=now)


async def case_of(session: AsyncSession, licence: Licence) -> CaseFile:
    query = select(CaseFile).where(col(CaseFile.id) == licence.case_id)
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one()


async def events(session: AsyncSession, case_id: UUID | None) -> list[str]:
    query = select(col(CaseEvent.type)).where(col(CaseEvent.case_id) == case_id).order_by(col(CaseEvent.seq))
    return list((await session.execute(query)).scalars())


async def told(session: AsyncSession, licence: Licence) -> list[Message]:
    """What was queued about a licence and still stands."""
    query = select(Message).where(col(Message.case_id) == licence.case_id, col(Message.state) == "queued")
    return list((await session.execute(query.order_by(col(Message.id)))).scalars())
