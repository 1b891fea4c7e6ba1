"""A demonstration to look around in: fictitious companies of East Kalimantan, somebody for every role."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services import cases, rulebook, seeding
from services.deadlines.periods import Period, PeriodKind
from services.deadlines.zones import WIB
from services.identity import passwords, people
from services.models import Role
from services.periods import planning

COMPANIES = 24
REGION = "64"

# Username, name (what the office is called, for these are nobody), role, region.
OFFICIALS = (
    ("upp", "Petugas UPP", Role.UPP_OFFICER, ""),
    ("verifikator", "Verifikator Pusdatin", Role.VERIFIER, ""),
    ("validator", "Validator Direktorat", Role.VALIDATOR, ""),
    ("kepatuhan", "Petugas Kepatuhan", Role.COMPLIANCE_OFFICER, ""),
    ("dinas-kaltim", "Dinas Perindustrian", Role.REGIONAL_OFFICER, REGION),
    ("admin", "Administrator", Role.ADMINISTRATOR, ""),
    ("admin-kedua", "Administrator Kedua", Role.ADMINISTRATOR, ""),
    ("auditor", "Auditor", Role.AUDITOR, ""),
)


async def fill(session: AsyncSession, *, now: datetime) -> list[dict[str, Any]]:
    """Seed companies, officials, the quarter that is over, which the companies owe, and the running one, opened early.

    Returns the passwords made for them, which nobody keeps.
    """
    current = Period.containing(now.astimezone(WIB).date(), PeriodKind.QUARTER)
    over = current.previous()
    companies = await seeding.companies(session, COMPANIES, region=REGION, now=now, oldest=over)
    rules = await rulebook.current(session, now=now)
    await planning.plan(session, over, rules, now=now)
    await planning.open_now(session, str(current), actor=cases.SYSTEM, now=now)
    shown = [await _official(session, *official) for official in OFFICIALS]
    company = companies[0]
    person = await people.invite(
        session, username=company.username, name=company.name, email=company.email, account_id=company.id
    )
    password = await _password(session, person.id)
    return [*shown, _row(company.username, password, Role.COMPANY_USER, company.region_code)]


async def _official(
    session: AsyncSession, username: str, name: str, role: Role, region: str
) -> dict[str, Any]:
    person = await people.create(session, username=username, name=name, email=f"{username}@dinas.example")
    await people.grant(session, person.id, role, granted_by=cases.SYSTEM, region_prefix=region)
    return _row(username, await _password(session, person.id), role, region)


async def _password(session: AsyncSession, person_id: UUID) -> str:
    password = passwords.generate()
    await people.set_password_hash(session, person_id, await passwords.hash_password(password))
    return password


def _row(username: str, password: str, role: Role, region: str) -> dict[str, Any]:
    return {"username": username, "password": password, "role": role.value, "region": region}
