"""Where a case leads: the page on which its kind is decided, its company, and what is possible with any case."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from api.pages import shapes
from api.pages.urls import url
from services.i18n import N_, Translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.models import CaseFile, CaseKind
from services.supervision.contacts import ABOUT

# The company's own date of each kind of case, which an administrator may extend from its page.
EXTENDABLE: Final = {
    CaseKind.REPORT: "report_due",
    CaseKind.DATA_REQUEST: "data_request_due",
    CaseKind.REGISTRATION: "registration_correction_due",
}


class Own(NamedTuple):
    """The page of a kind's own. `anywhere`: the permission is asked for without the case's region and fields."""

    label: str
    page: str
    part: str
    needs: Permission
    style: str = "primary"
    anywhere: bool = False


_P: Final = Permission
_PAGES: Final[Mapping[str, Own]] = {
    CaseKind.REGISTRATION: Own(
        N_("Dokumen dan keputusan"), "registration_decision", "case", _P.DECIDE_REGISTRATION
    ),
    CaseKind.LICENCE_REVIEW: Own(N_("Dokumen dan keputusan"), "licence_decision", "case", _P.REVIEW_LICENCE),
    CaseKind.REPORT: Own(N_("Isi laporan dan pemeriksaan"), "review", "case", _P.READ_CASE),
    CaseKind.ROLLBACK: Own(N_("Permohonan dan perbedaannya"), "rollback_decision", "case", _P.READ_CASE),
    CaseKind.DATA_REQUEST: Own(N_("Pertanyaan dan jawaban"), "data_request_case", "case", _P.READ_CASE),
    CaseKind.WARNING: Own(N_("Surat dan keputusan"), "warning_case", "case", _P.READ_CASE),
    CaseKind.EXTENSION_REQUEST: Own(
        N_("Bukti dan keputusan"), "extension_request_decision", "case", _P.DECIDE_EXTENSION_REQUEST
    ),
    CaseKind.NON_PRODUCTION: Own(
        N_("Surat dan keputusan"), "non_production_decision", "case", _P.EXCUSE_OBLIGATION
    ),
    CaseKind.ASSISTANCE: Own(N_("Pertanyaan dan sesi"), "assistance_case", "case", _P.ASSIST_COMPANY),
    CaseKind.REPRIMAND: Own(N_("Temuan dan keputusan"), "reprimand_case", "case", _P.READ_CASE),
    CaseKind.DECREE: Own(
        N_("Rincian keputusan"), "decree", "decree", _P.READ_EXTENSION, "secondary", anywhere=True
    ),
    CaseKind.CAMPAIGN: Own(
        N_("Rincian perpanjangan"), "extension", "extension", _P.READ_EXTENSION, "secondary", anywhere=True
    ),
    CaseKind.POLICY_CHANGE: Own(
        N_("Rincian perubahan aturan"), "policy", "change", _P.READ_AUDIT, "secondary", anywhere=True
    ),
    CaseKind.PERIOD: Own(
        N_("Jadwal periode"), "period", "period", _P.READ_PERIOD, "secondary", anywhere=True
    ),
}


def links(user: Principal, case: CaseFile, words: Translator) -> list[shapes.Action]:
    """Where this case leads this official."""
    found = [*_own(user, case), *_around(user, case), *_tools(user, case)]
    return [shapes.Action(words.gettext(label), href, style) for label, href, style in found]


def _may(user: Principal, case: CaseFile, permission: Permission) -> bool:
    return policy.can(user, permission, Target.of_case(case))


def _own(user: Principal, case: CaseFile) -> Iterator[tuple[str, str, str]]:
    page = _PAGES.get(case.kind)
    if page is None or (case.kind == CaseKind.REPORT and not case.milestones.get("sent_at")):
        return
    if bool(user.grants_with(page.needs)) if page.anywhere else _may(user, case, page.needs):
        yield page.label, _to(page, case), page.style


def _named(case: CaseFile) -> object:
    """What the address of a kind's page names: the case, or what the case carries."""
    if case.kind == CaseKind.CAMPAIGN:
        return case.key.removeprefix("campaign/")
    return case.period if case.kind == CaseKind.PERIOD else case.id


def _to(page: Own, case: CaseFile) -> str:
    parts: dict[str, Any] = {page.part: _named(case)}
    return url(page.page, **parts)


def _around(user: Principal, case: CaseFile) -> Iterator[tuple[str, str, str]]:
    if case.account_id is not None and _may(user, case, Permission.READ_ACCOUNT):
        yield N_("Akun perusahaan"), url("account", account=case.account_id), "secondary"
    if case.kind in EXTENDABLE and case.closed_at is None and _may(user, case, Permission.DRAFT_EXTENSION):
        to = url("extension_new", query={"kasus": case.id, "batas": EXTENDABLE[CaseKind(case.kind)]})
        yield N_("Perpanjang batas waktu"), to, "secondary"


def _tools(user: Principal, case: CaseFile) -> Iterator[tuple[str, str, str]]:
    """Contacts, asking what if, and taking the evidence by who may pass individual data on."""
    if case.kind in ABOUT and _may(user, case, Permission.RECORD_SERVICE):
        yield N_("Kontak dengan perusahaan"), url("case_contacts", case=case.id), "secondary"
    if case.closed_at is None and _may(user, case, Permission.HOLD_CASE):
        yield N_("Apa yang terjadi bila …"), url("case_what_if", case=case.id), "secondary"
    if _may(user, case, Permission.EXPORT_INDIVIDUAL):
        yield N_("Bundel bukti (ZIP)"), url("case_evidence", case=case.id), "secondary"
