"""Fictitious companies are complete: they can report at once, and owe what is open."""

from datetime import UTC, datetime

from services import instance, seeding
from services.companies.completeness import completeness
from services.database import Sessions
from services.models import Account, AccountType
from tests.engine import Database

NOW = datetime(2026, 7, 6, 2, tzinfo=UTC)


async def test_a_seeded_company_lacks_nothing(sessions: Sessions, database: Database) -> None:
    instance.create(database.migrator_url)
    async with sessions.begin() as session:
        made = await seeding.companies(session, 3, region="64", now=NOW)
    async with sessions() as session:
        assert [await completeness(session, company.id) for company in made] == [[], [], []]
    assert {company.region_code[:2] for company in made} == {"64"}
    assert len({company.email for company in made}) == 3


async def test_estates_and_companies_of_unknown_scale_are_seeded_too(
    sessions: Sessions, database: Database
) -> None:
    instance.create(database.migrator_url)
    async with sessions.begin() as session:
        [estate] = await seeding.companies(session, 1, region="64", now=NOW, kind=AccountType.ESTATE)
        [unknown] = await seeding.companies(session, 1, region="64", now=NOW, scale=None)
    async with sessions() as session:
        assert await completeness(session, estate.id) == []
        assert (await session.get_one(Account, estate.id)).type == AccountType.ESTATE
        assert (await session.get_one(Account, unknown.id)).licence_scale is None
