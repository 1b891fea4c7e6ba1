"""How far a role may reach: which region and which KBLI divisions a grant or a key may name."""

from collections.abc import Iterable

from services.errors import InvalidInput
from services.i18n import N_
from services.models import Role
from services.reference import regions


def check_scope(role: Role, region_prefix: str, kbli_divisions: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """The scope in canonical form ("64.72"; sorted divisions). InvalidInput when the role cannot have it."""
    divisions = tuple(sorted({division.strip() for division in kbli_divisions}))
    if any(not (len(division) == 2 and division.isascii() and division.isdigit()) for division in divisions):
        raise InvalidInput(N_("Golongan pokok KBLI terdiri atas dua angka."), field="kbli_divisions")
    region = _region(region_prefix)
    if role is Role.REGIONAL_OFFICER and not region:
        raise InvalidInput(N_("Petugas daerah harus memiliki wilayah."), field="region")
    if role is Role.COMPANY_USER and (region or divisions):
        raise InvalidInput(
            N_("Pengguna perusahaan dibatasi oleh akunnya, bukan oleh wilayah."), field="region"
        )
    return region, divisions


def _region(prefix: str) -> str:
    if not prefix.strip():
        return ""
    region = regions.find(prefix.strip())
    if region is None:
        raise InvalidInput(N_("Tidak ada wilayah dengan kode {code}."), field="region", code=prefix)
    return region.code
