"""What the registration of an institution stands on (type D): an official letter or an agreement, and whose it is."""

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.companies.formats import day
from services.errors import Conflict, InvalidInput
from services.i18n import N_
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.models import Institution, LetterBasis
from services.reference.regions import Level, Region

GOVERNMENT: Final = "government"
SCAN: Final = "official_letter"
"""The scan of the letter among the kinds of documents."""
MAX_NUMBER: Final = 100
INSTITUTIONS: Final = {
    Institution.MINISTRY: N_("Kementerian"),
    Institution.AGENCY: N_("Lembaga pemerintah"),
    Institution.MISSION: N_("Perwakilan RI di luar negeri"),
    Institution.PROVINCE: N_("Pemerintah provinsi"),
    Institution.REGENCY: N_("Pemerintah kabupaten atau kota"),
}
BASES: Final = {
    LetterBasis.LETTER: N_("Surat dinas"),
    LetterBasis.AGREEMENT: N_("Perjanjian kerja sama"),
}
_LEVELS: Final[dict[str, tuple[Level, ...]]] = {
    Institution.PROVINCE: (Level.PROVINCE,),
    Institution.REGENCY: (Level.REGENCY, Level.CITY),
}


def institution(typed: str) -> Institution:
    """Which sort of institution; InvalidInput for one that has no type D account."""
    if typed not in tuple(Institution):
        raise InvalidInput(N_("Pilih jenis instansi dari daftar."), field="institution")
    return Institution(typed)


def basis(typed: str) -> LetterBasis:
    """What the account is granted on (Permenperin 38/2018); InvalidInput otherwise."""
    if typed not in tuple(LetterBasis):
        raise InvalidInput(N_("Pilih surat dinas atau perjanjian kerja sama."), field="letter_basis")
    return LetterBasis(typed)


def dated(typed: str, *, on: date) -> date:
    """The day of the letter, which has come; InvalidInput otherwise."""
    if not typed.strip():
        raise InvalidInput(N_("Wajib diisi."), field="letter_date")
    written = day(typed, field="letter_date")
    if written > on:
        raise InvalidInput(N_("Tanggal surat belum terjadi."), field="letter_date")
    return written


def numbered(typed: str) -> str:
    """The number as written on the letter; InvalidInput where it has neither a letter nor a figure."""
    number = " ".join(typed.split())
    if not number:
        raise InvalidInput(N_("Wajib diisi."), field="letter_number")
    if len(number) > MAX_NUMBER:
        raise InvalidInput(N_("Paling banyak {longest} karakter."), field="letter_number", longest=MAX_NUMBER)
    if not number.isprintable() or not any(character.isalnum() for character in number):
        raise InvalidInput(N_("Tulis nomor seperti tercantum pada surat."), field="letter_number")
    return number


def placed(kind: str, region: Region) -> Region:
    """The government of a province is of a whole province, that of a kabupaten or kota of that place."""
    if region.level not in _LEVELS.get(kind, tuple(Level)):
        raise InvalidInput(N_("Wilayah ini tidak sesuai dengan jenis instansinya."), field="region_code")
    return region


def within(principal: Principal, region_code: str) -> None:
    """An officer enters letters of the regions they decide about; InvalidInput elsewhere."""
    if not policy.can(principal, Permission.DECIDE_REGISTRATION, Target(None, region_code)):
        raise InvalidInput(N_("Wilayah ini di luar kewenangan Anda."), field="region_code")


_SAME: Final = text(
    """
    SELECT r.number FROM registration r JOIN case_file c ON c.id = r.case_id
    WHERE r.kind = 'government' AND r.region_code = :region
      AND upper(replace(r.letter_number, ' ', '')) = :number
      AND extract(year FROM r.letter_date) = :year
      AND c.status IN ('submitted', 'returned', 'accepted') AND r.case_id IS DISTINCT FROM :own
    LIMIT 1
    """
)


async def unused(session: AsyncSession, number: str, dated_on: date, region: str, own: UUID | None) -> None:
    """One letter asks for one account: Conflict when another registration of its year and place stands on it.

    Numbers begin again each year, and two regions may use the same one. Whoever comes second waits for the first.
    """
    key = "".join(number.split()).upper()
    named = f"letter/{region}/{dated_on.year}/{key}"
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:named, 0))"), {"named": named})
    given = {"region": region, "number": key, "year": dated_on.year, "own": own}
    other = (await session.execute(_SAME, given)).scalar_one_or_none()
    if other is not None:
        refusal = N_("Surat dengan nomor ini sudah menjadi dasar pendaftaran #{other}.")
        raise Conflict(refusal, field="letter_number", other=str(other))
