"""Kinds of licence documents: their official names, and which of them license a business field."""

from typing import Final

from services.i18n import N_
from services.models import LicenceType, RiskLevel

LABELS: Final = {
    LicenceType.DEED_ESTABLISHMENT: N_("Akta Pendirian Perusahaan"),
    LicenceType.DEED_COMPANY: N_("Akta Perusahaan"),
    LicenceType.NIB: N_("Nomor Induk Berusaha (NIB)"),
    LicenceType.NPWP: N_("Nomor Pokok Wajib Pajak (NPWP)"),
    LicenceType.INDUSTRY_LICENCE: N_("Perizinan Berusaha Sektor Industri"),
    LicenceType.SUPPORTING_LICENCE: N_("Perizinan Berusaha untuk Menunjang Kegiatan Usaha"),
    LicenceType.LEGACY_INDUSTRY_LICENCE: N_("Izin Usaha Industri (IUI)"),
    LicenceType.LEGACY_EXPANSION_LICENCE: N_("Izin Perluasan Usaha Industri (IPUI)"),
    LicenceType.ESTATE_LICENCE: N_("Perizinan Berusaha Kawasan Industri"),
    LicenceType.LEGACY_ESTATE_LICENCE: N_("Izin Usaha Kawasan Industri (IUKI)"),
    LicenceType.LEGACY_ESTATE_EXPANSION_LICENCE: N_("Izin Perluasan Kawasan Industri (IPKI)"),
    LicenceType.IMPORTER_ID: N_("Angka Pengenal Importir"),
    LicenceType.PRODUCER_IMPORTER_ID: N_("Angka Pengenal Importir Produsen"),
    LicenceType.GENERAL_IMPORTER_ID: N_("Angka Pengenal Importir Umum"),
}

RISK_LABELS: Final = {
    RiskLevel.LOW: N_("Rendah (R)"),
    RiskLevel.MEDIUM_LOW: N_("Menengah Rendah (MR)"),
    RiskLevel.MEDIUM_HIGH: N_("Menengah Tinggi (MT)"),
    RiskLevel.HIGH: N_("Tinggi (T)"),
}

# Licences given per risk level by OSS RBA: these have one, and above MR they must be verified.
RISK_BASED: Final = frozenset({LicenceType.INDUSTRY_LICENCE, LicenceType.ESTATE_LICENCE})
NEEDS_VERIFICATION: Final = frozenset({RiskLevel.MEDIUM_HIGH, RiskLevel.HIGH})

# The older licences stay in force until they are replaced (PP 28/2021).
LEGACY: Final = frozenset(
    {
        LicenceType.LEGACY_INDUSTRY_LICENCE,
        LicenceType.LEGACY_EXPANSION_LICENCE,
        LicenceType.LEGACY_ESTATE_LICENCE,
        LicenceType.LEGACY_ESTATE_EXPANSION_LICENCE,
    }
)

SECTOR: Final = RISK_BASED | LEGACY
"""The business licences of the industry sector: only these license a business field."""
