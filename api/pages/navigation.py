"""Which entries the menu offers to whom."""

from typing import NamedTuple

from services.i18n import N_


class Entry(NamedTuple):
    """A page by its name in `urls.PATHS`, and the message id of its label."""

    page: str
    label: str


_OFFICERS = frozenset(
    (
        "upp_officer",
        "verifier",
        "validator",
        "compliance_officer",
        "regional_officer",
        "administrator",
        "auditor",
    )
)
_DESK = frozenset(("upp_officer", "verifier", "validator", "compliance_officer", "administrator"))
_ADMINISTRATORS = frozenset(("administrator",))

# In the order of their weight: what no longer fits into one row stands under "Menu lainnya".
MENU: tuple[tuple[Entry, frozenset[str]], ...] = (
    (Entry("company_home", N_("Beranda")), frozenset(("company_user",))),
    (Entry("reports", N_("Laporan")), frozenset(("company_user",))),
    (Entry("data_requests", N_("Permintaan data")), frozenset(("company_user",))),
    (Entry("warning_letters", N_("Surat peringatan")), frozenset(("company_user",))),
    (Entry("announcements", N_("Pengumuman")), frozenset(("company_user",))),
    (Entry("profile", N_("Data perusahaan")), frozenset(("company_user",))),
    (Entry("licences", N_("Perizinan")), frozenset(("company_user",))),
    (Entry("assistance_list", N_("Asistensi")), frozenset(("company_user",))),
    (Entry("queue", N_("Antrean saya")), _DESK),
    (Entry("cases", N_("Semua kasus")), _OFFICERS),
    (Entry("data_request_orders", N_("Permintaan data")), frozenset(("compliance_officer",))),
    (Entry("warnings", N_("Peringatan")), frozenset(("compliance_officer",))),
    (Entry("missing_reports", N_("Belum melapor")), frozenset(("compliance_officer", "regional_officer"))),
    (Entry("disorderly", N_("Tidak tertib")), frozenset(("compliance_officer", "regional_officer"))),
    (Entry("assistance_agenda", N_("Agenda asistensi")), frozenset(("upp_officer", "regional_officer"))),
    (Entry("contacts", N_("Kontak perusahaan")), frozenset(("compliance_officer", "regional_officer"))),
    (Entry("periods", N_("Periode")), _ADMINISTRATORS | {"compliance_officer", "auditor"}),
    (Entry("extensions", N_("Perpanjangan")), _ADMINISTRATORS | {"compliance_officer", "auditor"}),
    (Entry("decrees", N_("Hari libur")), _ADMINISTRATORS | {"compliance_officer", "auditor"}),
    (Entry("policies", N_("Aturan")), _ADMINISTRATORS | {"auditor"}),
    (Entry("unit_desk", N_("Satuan")), _ADMINISTRATORS),
    (Entry("people", N_("Petugas")), _ADMINISTRATORS | {"auditor"}),
    (Entry("health", N_("Kesehatan sistem")), _ADMINISTRATORS | {"auditor"}),
    (Entry("reads", N_("Pembukaan data")), _ADMINISTRATORS | {"auditor"}),
    (Entry("acts", N_("Tindakan administrasi")), _ADMINISTRATORS | {"auditor"}),
)
PUBLIC_MENU = (
    Entry("register", N_("Daftar akun")),
    Entry("check_form", N_("Periksa dokumen")),
    Entry("status", N_("Status layanan")),
)


def menu(roles: frozenset[str] | None) -> list[Entry]:
    """The entries for someone with these roles, in order; the public ones without roles."""
    if not roles:
        return list(PUBLIC_MENU)
    return [entry for entry, allowed in MENU if allowed & roles]


def is_officer(roles: frozenset[str]) -> bool:
    """Whether these are an official's roles: officials get the denser layout."""
    return bool(_OFFICERS & roles)
