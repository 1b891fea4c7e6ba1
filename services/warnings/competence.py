"""Whose office warns: the competent authority of a duty, and the offices an official belongs to."""

from dataclasses import dataclass
from itertools import product
from typing import Final

from services.i18n import N_
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.models import AccountType, AuthorityLevel, CaseKind, LicenceScale
from services.policies.jurisdictions import ACCOUNTS, OBLIGATIONS, Jurisdictions
from services.reference import regions

MINISTRY: Final = "ministry"
ON_LETTERS: Final = "KEMENPERIN"
_PROVINCE, _REGENCY = 2, 5  # lengths of "64" and "64.72"

NAMES: Final = {
    AuthorityLevel.MINISTRY: N_("Kementerian Perindustrian"),
    AuthorityLevel.PROVINCE: N_("Pemerintah Provinsi {name}"),
    AuthorityLevel.REGENCY: N_("Pemerintah {name}"),
}


NOT_ISSUER: Final = N_(
    "Surat ini dikeluarkan instansi lain; pengiriman dan bukti penerimaannya dicatat instansi itu "
    "(UU 23/2014; PP 28/2025)."
)


@dataclass(frozen=True, order=True)
class Office:
    """One authority: "ministry", or the code of its province, kabupaten or kota."""

    level: AuthorityLevel
    code: str

    @property
    def on_letters(self) -> str:
        """How it stands in the number of a letter."""
        return ON_LETTERS if self.level is AuthorityLevel.MINISTRY else self.code

    @property
    def region(self) -> str | None:
        """The name of its region; None for the ministry."""
        found = regions.find(self.code)
        return found.name if found else None


def office(code: str) -> Office:
    """The authority of a stored code."""
    if code in (MINISTRY, ""):
        return Office(AuthorityLevel.MINISTRY, MINISTRY)
    level = AuthorityLevel.PROVINCE if len(code) == _PROVINCE else AuthorityLevel.REGENCY
    return Office(level, code)


def office_at(level: AuthorityLevel, region_code: str) -> Office:
    """The office of a level for a company in this kabupaten or kota."""
    lengths = {AuthorityLevel.PROVINCE: _PROVINCE, AuthorityLevel.REGENCY: _REGENCY}
    return office(region_code[: lengths.get(level, 0)])


def offices_of(
    principal: Principal, permission: Permission = Permission.APPROVE_WARNING
) -> frozenset[Office]:
    """The offices in whose name this official may warn, or do what else is asked: that of each region of the role."""
    return frozenset(office(grant.region_prefix) for grant in principal.grants_with(permission))


def issues(principal: Principal, permission: Permission, authority: str) -> bool:
    """Whether this official does this in the name of the office that gave a letter."""
    return office(authority) in offices_of(principal, permission)


def issuer_for(offices: frozenset[Office], competent: Office, rules: Jurisdictions) -> Office | None:
    """In whose name an official of these offices may warn: the competent one's, else one that may act for it."""
    if competent in offices:
        return competent
    acting = [o for o in offices if rules.may_act(o.level, competent.level) and _covers(o, competent)]
    return min(acting, default=None)


def authorities_of(principal: Principal, rules: Jurisdictions) -> list[str]:
    """The codes of all authorities in whose matters this official may warn."""
    offices = offices_of(principal)
    codes = [MINISTRY]
    for province in regions.provinces():
        codes += [province.code, *(region.code for region in regions.within(province.code))]
    return [code for code in codes if issuer_for(offices, office(code), rules)]


def _covers(acting: Office, competent: Office) -> bool:
    return acting.level is AuthorityLevel.MINISTRY or regions.covers(acting.code, competent.code)


# The same for a statement over many companies: `cases_of` as a table, and which of its rows (`j`) decides about a duty
# (`o`) of an account (`a`); whose office that is. Nothing decides what is left to an officer.
COMPETENT_SQL: Final = """
    competent AS (
        SELECT * FROM unnest(CAST(:obligations AS text[]), CAST(:accounts AS text[]), CAST(:scales AS text[]),
            CAST(:crossings AS boolean[]), CAST(:levels AS text[])) AS j(obligation, account, scale, crossing, level)
    )"""
DECIDES_SQL: Final = """
    j.obligation = o.kind AND j.account = a.type AND j.crossing = a.cross_region
    AND j.scale IS NOT DISTINCT FROM a.licence_scale"""
OFFICE_SQL: Final = """
    CASE j.level WHEN 'ministry' THEN 'ministry' WHEN 'province' THEN left(o.region_code, 2)
                 WHEN 'regency' THEN left(o.region_code, 5) END"""


@dataclass(frozen=True)
class Cases:
    """Every case the rules tell apart, column by column, for a statement over many companies."""

    obligations: list[str]
    accounts: list[str]
    scales: list[str | None]
    crossings: list[bool]
    levels: list[str]


def cases_of(rules: Jurisdictions) -> Cases:
    """The rules written out. What they leave to an officer is not listed."""
    scales: tuple[LicenceScale | None, ...] = (*LicenceScale, None)
    found: list[tuple[CaseKind, AccountType, LicenceScale | None, bool, AuthorityLevel]] = []
    for obligation, account, scale, crossing in product(OBLIGATIONS, ACCOUNTS, scales, (False, True)):
        rule = rules.rule_for(obligation, account, scale, crossing)
        if rule is not None:
            found.append((obligation, account, scale, crossing, rule.authority))
    return Cases(
        [row[0].value for row in found],
        [row[1].value for row in found],
        [row[2].value if row[2] else None for row in found],
        [row[3] for row in found],
        [row[4].value for row in found],
    )
