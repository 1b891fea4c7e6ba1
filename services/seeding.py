"""Fictitious companies in any number: for demonstrations, rehearsals, tests and benchmarks."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services import rulebook
from services.deadlines.periods import Period
from services.deadlines.zones import zone_of
from services.errors import InvalidInput
from services.i18n import N_
from services.models import AccountType, LicenceScale, LicenceType, new_id
from services.periods import obligations, planning
from services.reference import regions

BATCH = 2000

# Goods of a small factory, each with the KBLI (2025) that names it. Companies are "PT Contoh …" and nothing else.
TRADES = (
    ("Rotan", "31012"), ("Kayu", "16101"), ("Roti", "10710"), ("Sabun", "20231"), ("Kerupuk", "10794"),
    ("Logam", "25920"), ("Percetakan", "18111"),
)  # fmt: skip

ESTATE = ("Kawasan", "68122")

_PLACE = {"village": "Contoh", "district": "Contoh Hulu", "postcode": "75100"}

# Data Perusahaan, complete, so that a fictitious company can report at once.
PAGES = {
    "general": {
        "legal_form": "legal_entity",
        "business_form": "limited_company",
        "person_in_charge": "Penanggung Jawab Pabrik",
        "position": "Kepala Pabrik",
        "phone": "0541000000",
        "machine_value": 1_500_000_000,
        "other_fixed_value": 500_000_000,
        "working_capital": 1_000_000_000,
    },
    "head_office": _PLACE,
    "factory": _PLACE,
    "contact_person": {"name": "Bagian Pelaporan", "position": "Staf", "phone": "0541000000"},
}


@dataclass(frozen=True)
class Seeded:
    """One fictitious account, as a caller may want to use it."""

    id: UUID
    number: int
    username: str
    name: str
    email: str
    region_code: str


async def companies(
    session: AsyncSession,
    count: int,
    *,
    region: str,
    now: datetime,
    kind: str = "A",
    scale: LicenceScale | None = LicenceScale.SMALL,
    oldest: Period | None = None,
) -> list[Seeded]:
    """`count` active accounts with valid licences, spread over the regencies of a province, owing what is open.

    `kind`: A industry, B estates; `scale` None: not known, so that an officer says whose office is competent.
    They are as old as the periods that are open, and as `oldest`: nobody younger than a period owes it.
    """
    places = _places(region)
    owed = [Period.parse(detail.code) for _, detail in await obligations.open_periods(session, now)]
    since = min([now, *(_eve_of_end(period) for period in (*owed, *filter(None, [oldest])))])
    start = (await session.execute(text("SELECT count(*) FROM account"))).scalar_one()
    made: list[Seeded] = []
    rows = (_company(start + index, places[index % len(places)], kind, scale) for index in range(count))
    while batch := list(islice(rows, BATCH)):
        made += await _insert(session, batch, since, now)
    await session.execute(text("ANALYZE account, case_file, deadline, report, case_chain"))
    await open_what_is_owed(session, now=now)
    return made


def _places(region: str) -> list[str]:
    found = regions.find(region)
    if found is None:
        raise InvalidInput(N_("Kode wilayah {code} tidak dikenal."), field="region", code=region[:20])
    return [place.code for place in regions.within(found.code)] or [found.code]


def _company(index: int, region: str, kind: str, scale: LicenceScale | None) -> dict[str, Any]:
    estate = kind == AccountType.ESTATE
    trade, kbli = ESTATE if estate else TRADES[index % len(TRADES)]
    return {
        "organisation": new_id(),
        "account": new_id(),
        "licence": new_id(),
        "name": f"PT Contoh {trade} {index + 1}",
        "nib": f"99{index + 1:011d}",
        "email": f"pelaporan-{index + 1}@contoh.example",
        "region": region,
        "zone": str(zone_of(region)),
        "address": f"Jalan Contoh No. {index + 1}",
        "kbli": kbli,
        "kind": kind,
        "scale": scale,
        "licence_type": LicenceType.ESTATE_LICENCE if estate else LicenceType.INDUSTRY_LICENCE,
        "number": f"PBSI-CONTOH-{index + 1}",
    }


_ACCOUNTS = text(
    """
    WITH given AS (
        SELECT g.*, nextval(pg_get_serial_sequence('account', 'number')) AS n
        FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS g(
            organisation uuid, account uuid, licence uuid, name text, nib text, email text, region text,
            zone text, address text, kbli text, kind text, scale text, licence_type text, number text)
    ), organisations AS (
        INSERT INTO organisation (id, nib, name) SELECT organisation, nib, name FROM given
    ), accounts AS (
        INSERT INTO account (id, number, organisation_id, type, status, username, name, nib, email, region_code,
                             zone, address, address_key, operating_commercially, expanding, cross_region,
                             licence_scale, created_at)
        SELECT account, n, organisation, kind, 'active', lower(kind) || n, name, nib, email, region, zone, address,
               lower(address), true, false, false, scale, :since
        FROM given RETURNING id, number, username, name, email, region_code
    ), fields AS (
        INSERT INTO business_field (account_id, kbli, kbli_version, is_primary, risk_level)
        SELECT account, kbli, '2025', true, 'low' FROM given
    ), capacities AS (
        INSERT INTO product_capacity (id, account_id, kbli, kbli_version, product, unit, capacity)
        SELECT uuidv7(), account, kbli, '2025', 'Produk contoh', 'unit', '3600' FROM given
    ), pages AS (
        INSERT INTO profile_section (account_id, section, data, version, updated_at, updated_by)
        SELECT account, p.section, p.data || jsonb_strip_nulls(jsonb_build_object(
                   'region_code', CASE WHEN p.section = 'head_office' THEN region END,
                   'street', CASE WHEN p.section = 'head_office' THEN address END,
                   'email', CASE WHEN p.section = 'contact_person' THEN email END)), 1, :now, 'system'
        FROM given CROSS JOIN jsonb_each(CAST(:pages AS jsonb)) AS p(section, data)
    ), licences AS (
        INSERT INTO licence (id, account_id, type, number, kbli, risk_level, upp_validation, ss_verification,
                             uploaded_at, verified_at, verified_by)
        SELECT licence, account, licence_type, number, ARRAY[kbli], 'low', 'valid', 'not_applicable',
               :now, :now, 'system' FROM given
    )
    SELECT * FROM accounts ORDER BY number
    """
)


def _eve_of_end(period: Period) -> datetime:
    return planning.sending_opens_at(period) - timedelta(days=1)


async def _insert(
    session: AsyncSession, batch: list[dict[str, Any]], since: datetime, now: datetime
) -> list[Seeded]:
    given = {"rows": json.dumps(batch, default=str), "pages": json.dumps(PAGES), "since": since, "now": now}
    rows = (await session.execute(_ACCOUNTS, given)).all()
    return [Seeded(*row) for row in rows]


async def open_what_is_owed(session: AsyncSession, *, now: datetime) -> None:
    """Open, for accounts that have none yet, what is owed for the periods that are open and not yet due."""
    rules = await rulebook.current(session, now=now)
    for case, detail in await obligations.open_periods(session, now):
        after: UUID | None = obligations.FIRST
        while after is not None:
            period = Period.parse(detail.code)
            after, _ = await obligations.open_batch(session, period, rules, after, now=now)
        await obligations.wake_period(session, case.id, now)
