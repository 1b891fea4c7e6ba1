"""Accounts: one per factory. Made from an accepted registration, ended when found contrary to law."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases
from services.contacts import tasks
from services.deadlines import store
from services.errors import Conflict, InvalidInput, NotFound
from services.i18n import N_
from services.identity import people
from services.messages import dedupe, recipients
from services.messages.intents import intend
from services.models import (
    Account,
    AccountStatus,
    AccountType,
    CaseFile,
    CaseKind,
    ContactResult,
    Institution,
    Organisation,
    Outcome,
    Person,
    Registration,
    ReportStatus,
    Role,
)
from services.periods import obligations
from services.warnings import ending

_ONE_PER_FACTORY: Final = "uq_account_factory"
_OF_REGIONS: Final = frozenset({Institution.PROVINCE, Institution.REGENCY})
"""Institutions that read their region's data by themselves; to central ones an administrator gives the right."""


async def create_from_registration(
    session: AsyncSession, registration: Registration, kind: AccountType, *, zone: str, now: datetime
) -> tuple[Account, Person]:
    """The account of an accepted registration and the person who may activate it, with what is owed already."""
    organisation = await _organisation(session, registration.nib, registration.company_name)
    number = (
        await session.execute(text("SELECT nextval(pg_get_serial_sequence('account', 'number'))"))
    ).scalar_one()
    account = Account(
        number=number,
        organisation_id=organisation.id,
        registration_id=registration.case_id,
        type=kind,
        username=f"{kind.value.lower()}{number}",
        name=registration.company_name,
        nib=registration.nib,
        npwp=registration.npwp,
        email=registration.email,
        region_code=registration.region_code,
        zone=zone,
        address=registration.address,
        address_key=registration.address_key,
        created_at=now,
    )
    await _add(session, account)
    person = await people.invite(
        session, username=account.username, name=account.name, email=account.email, account_id=account.id
    )
    if registration.institution in _OF_REGIONS:
        await people.grant(
            session,
            person.id,
            Role.REGIONAL_OFFICER,
            region_prefix=account.region_code,
            granted_by=cases.SYSTEM,
        )
    await obligations.open_for_account(session, account, now=now)
    return account, person


async def _add(session: AsyncSession, account: Account) -> None:
    session.add(account)
    try:
        await session.flush()
    except IntegrityError as error:  # the same factory, accepted under another registration meanwhile
        if _ONE_PER_FACTORY not in str(error.orig):
            raise
        raise Conflict(N_("Pabrik dengan NIB dan alamat yang sama sudah mempunyai akun.")) from error


async def _organisation(session: AsyncSession, nib: str | None, name: str) -> Organisation:
    if nib is not None:
        query = select(Organisation).where(col(Organisation.nib) == nib)
        found = (await session.execute(query)).scalar_one_or_none()
        if found is not None:
            return found
    organisation = Organisation(nib=nib, name=name)
    session.add(organisation)
    await session.flush()
    return organisation


async def get(session: AsyncSession, account_id: UUID) -> Account:
    """The account, or NotFound."""
    account = await session.get(Account, account_id)
    if account is None:
        raise NotFound
    return account


async def void(session: AsyncSession, account_id: UUID, *, reason: str, actor: str, now: datetime) -> Account:
    """Declare an account void: sign-in ends, what it owes is closed, its proofs say so (Permenperin 38/2018)."""
    if not reason.strip():
        raise InvalidInput(N_("Tuliskan alasan pembatalan akun."), field="reason")
    query = select(Account).where(col(Account.id) == account_id).with_for_update()
    account = (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
    if account is None:
        raise NotFound
    if account.status == AccountStatus.VOID:
        raise Conflict(N_("Akun ini sudah dibatalkan."))
    account.status, account.voided_at, account.void_reason = AccountStatus.VOID, now, reason.strip()
    await people.end_access_to(session, account.id)
    await _close_cases(session, account, actor, now)
    await tasks.settle_for_account(session, account.id, ContactResult.CASE_OVER, now=now)
    await session.execute(
        text(
            "UPDATE issued_document SET voided_at = :now, void_reason = 'account_void'"
            " WHERE account_id = :id AND kind = 'account_ownership_proof' AND voided_at IS NULL"
        ),
        {"now": now, "id": account.id},
    )
    await intend(
        session,
        template="account_voided",
        dedupe_key=dedupe.once_key("account_voided", account.id),
        recipient=recipients.for_credentials(account),
        context={"company": account.name, "reason": account.void_reason, "voided_at": now},
        now=now,
        account_id=account.id,
    )
    return account


async def _close_cases(session: AsyncSession, account: Account, actor: str, now: datetime) -> None:
    query = (
        select(CaseFile)
        .where(col(CaseFile.account_id) == account.id, col(CaseFile.closed_at).is_(None))
        .order_by(col(CaseFile.id))
        .with_for_update()
    )
    for case in (await session.execute(query.execution_options(populate_existing=True))).scalars().all():
        if case.kind == CaseKind.REPORT and case.status not in (ReportStatus.VALIDATED, ReportStatus.EXCUSED):
            cases.move(case, ReportStatus.CLOSED)
        await store.meet(session, case.id, None, now=now)
        await cases.record(session, case, "account_voided", now=now, actor=actor)
        cases.close(case, Outcome.VOID, now)
        await ending.forget(session, case, now=now)
