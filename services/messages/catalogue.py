"""Every mail there is: its lane, what it needs to know, where it leads, when it is still wanted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.messages.wanted import Rule
from services.models import Lane

RESERVED: Final = frozenset({"zone"})


@dataclass(frozen=True)
class Template:
    """One directory of `templates/emails`.

    `keys` must and `optional` may be in an intent's context. `path` is the page it leads to, filled from the
    context, `case_id` and `account_id`; a `token` it has no place for becomes its query. A `notice` also
    stands under Pengumuman in the portal. What goes `at_once` answers what its reader has just done, reminds
    of an hour they agreed on, or asks for something within days that only its receipt starts.
    """

    name: str
    keys: frozenset[str]
    path: str
    lane: Lane = Lane.NOTICES
    rule: Rule = Rule.ALWAYS
    optional: frozenset[str] = frozenset()
    notice: bool = True
    at_once: bool = False
    version: int = 1

    def waits(self, lane: Lane | None = None) -> bool:
        """Whether it waits for its reader's working hours."""
        return (lane or self.lane) is Lane.NOTICES and not self.at_once

    def check(self, context: Mapping[str, object]) -> None:
        """ValueError when the context lacks a key or has one that the texts do not know."""
        given = context.keys() - RESERVED
        missing, unknown = self.keys - given, given - self.keys - self.optional
        if missing or unknown:
            raise ValueError(f"{self.name}: missing {sorted(missing)}, unknown {sorted(unknown)}")


def _template(name: str, keys: str, path: str, **facts: object) -> Template:
    optional = frozenset(str(facts.pop("optional", "")).split())
    return Template(name, frozenset(keys.split()), path, optional=optional, **facts)  # type: ignore[arg-type]  # facts are this file's


# One person waits for these, at the address on the NIB: they never queue behind a wave.
_CREDENTIALS: Final = {"lane": Lane.CREDENTIALS}
_SECRET: Final = {"lane": Lane.CREDENTIALS, "rule": Rule.LINK_TO_OWNER, "notice": False}
_REPORT: Final = "company period stage due_before"
_REQUEST: Final = "company number"
_MATTER: Final = "matter matter_en"
_WHY: Final = "basis instrument reason sending_opens_at"

_ALL: Final = (
    # registration
    _template(
        "registration_received", "company number submitted_at", "/pendaftaran/{case_id}",
        optional="token due_before", **_CREDENTIALS,
    ),
    _template(
        "registration_returned", "company number reason due_before token",
        "/pendaftaran/{case_id}/perbaikan", rule=Rule.REGISTRATION_RETURNED, **_CREDENTIALS,
    ),
    _template("registration_rejected", "company number reason", "/pendaftaran", **_CREDENTIALS),
    _template("registration_lapsed", "company number due_before", "/pendaftaran", **_CREDENTIALS),
    _template("upp_reminder", "company number submitted_at due_before", "/kasus/{case_id}",
              rule=Rule.REGISTRATION_WAITS, notice=False),
    _template("upp_escalation", "company number submitted_at due_before", "/kasus/{case_id}",
              rule=Rule.REGISTRATION_WAITS, notice=False),
    # access
    _template("account_activated", "company username token expires_at", "/aktivasi/{token}", **_SECRET),
    _template("person_invited", "username token expires_at", "/aktivasi/{token}", **_SECRET),
    _template("password_reset", "username token expires_at", "/atur-ulang/{token}", **_SECRET),
    _template("password_changed", "username changed_at", "/lupa-kata-sandi", notice=False, **_CREDENTIALS),
    _template("account_voided", "company reason voided_at", "/", **_CREDENTIALS),
    # company data that an official changed
    _template("company_data_changed", "company section part part_en letter_number changed_at", "/perusahaan/{section}"),
    # licences
    _template("licence_valid", "company licence", "/perizinan", optional="licence_number"),
    _template("licence_invalid", "company licence note", "/perizinan", optional="licence_number"),
    _template("licence_review_waiting", "company licence submitted_at due_before", "/kasus/{case_id}",
              rule=Rule.LICENCE_WAITS, notice=False),
    _template("licence_expiring", "company licence due_before", "/perizinan", rule=Rule.LICENCE_VALID,
              optional="licence_number"),
    _template("licence_expired", "company licence due_before", "/perizinan", optional="licence_number"),
    # the quarterly cycle
    _template("period_opened", _REPORT, "/laporan/{case_id}", rule=Rule.REPORT_UNSENT, optional=_WHY),
    _template("report_reminder", _REPORT, "/laporan/{case_id}", rule=Rule.REPORT_UNSENT, optional=_WHY),
    _template("report_reminder_last", _REPORT, "/laporan/{case_id}", rule=Rule.REPORT_UNSENT, optional=_WHY),
    _template("report_overdue", _REPORT, "/laporan/{case_id}", rule=Rule.REPORT_OVERDUE,
              optional="basis instrument reason"),
    _template("report_received", f"{_REPORT} sent_at number", "/laporan/{case_id}/bukti",
              optional="content_hash", at_once=True),
    # the review of reports, and their correction
    _template("report_returned", f"{_REPORT} note", "/laporan/{case_id}/tracking", rule=Rule.REPORT_RETURNED),
    _template("report_validated", "company period stage", "/laporan/{case_id}/bukti"),
    _template("report_correction_lapsed", _REPORT, "/laporan/{case_id}/tracking", rule=Rule.REPORT_RETURNED),
    _template("review_reminder", "desk", "/antrean?meja={desk}", rule=Rule.DESK_WAITS, notice=False),
    _template("review_escalation", "desk status", "/kasus?status={status}", rule=Rule.DESK_WAITS, notice=False),
    _template("rollback_requested", _REPORT, "/laporan/{case_id}/tracking", at_once=True),
    _template("rollback_granted", _REPORT, "/laporan/{case_id}",
              rule=Rule.REPORT_REOPENED),
    _template("rollback_refused", "company period stage reason", "/laporan/{case_id}/tracking"),
    _template("rollback_resend_reminder", _REPORT, "/laporan/{case_id}",
              rule=Rule.REPORT_REOPENED),
    _template("rollback_expired", _REPORT, "/laporan/{case_id}/tracking"),
    _template("extension_granted", f"{_REPORT} old_before instrument reason", "/laporan/{case_id}",
              rule=Rule.DATE_IN_FORCE, optional="sending_opens_at"),
    _template("extension_undone", f"{_REPORT} old_before instrument reason", "/laporan/{case_id}",
              rule=Rule.DATE_IN_FORCE, optional="sending_opens_at"),
    # more time, and days that were decreed
    _template("extension_request_granted", "company number matter days old_before due_before",
              "/permohonan-perpanjangan/{case_id}", optional="note"),
    _template("extension_request_refused", "company number matter due_before reason",
              "/permohonan-perpanjangan/{case_id}"),
    _template("extension_request_waiting", "company number submitted_at due_before",
              "/kasus/{case_id}/permohonan-perpanjangan", rule=Rule.EXTENSION_REQUEST_WAITS, notice=False),
    _template("extension_request_escalation", "company number submitted_at due_before",
              "/kasus/{case_id}/permohonan-perpanjangan", rule=Rule.EXTENSION_REQUEST_WAITS, notice=False),
    # a unit that the list lacked
    _template("unit_proposal_accepted", "company number unit listed_as", "/usulan-satuan", optional="reason"),
    _template("unit_proposal_refused", "company number unit reason", "/usulan-satuan"),
    _template("non_production_accepted", "company number period stage", "/tidak-berproduksi/{case_id}",
              optional="note"),
    _template("non_production_refused", "company number period stage reason", "/tidak-berproduksi/{case_id}"),
    _template("non_production_waiting", "company number period submitted_at due_before",
              "/kasus/{case_id}/tidak-berproduksi", rule=Rule.NON_PRODUCTION_WAITS, notice=False),
    # help
    _template("assistance_booked", "company number topic starts_at ends_at way desk", "/asistensi/{case_id}",
              rule=Rule.SESSION_STANDS, optional="place", at_once=True),
    _template("assistance_reminder", "company number topic starts_at ends_at way desk", "/asistensi/{case_id}",
              rule=Rule.SESSION_STANDS, optional="place", at_once=True),
    _template("assistance_closed", "company number topic outcome", "/asistensi/{case_id}", optional="note"),
    _template("assistance_waiting", "company number topic submitted_at due_before", "/kasus/{case_id}/asistensi",
              rule=Rule.ASSISTANCE_WAITS, notice=False),
    _template("assistance_session_ahead", "company number topic starts_at ends_at way", "/kasus/{case_id}/asistensi",
              rule=Rule.SESSION_STANDS, notice=False, at_once=True),
    _template("assistance_session_changed", "company number topic starts_at ends_at way change",
              "/kasus/{case_id}/asistensi", optional="now_starts_at", notice=False),
    _template("assistance_unrecorded", "company number starts_at due_before", "/kasus/{case_id}/asistensi",
              rule=Rule.SESSION_UNRECORDED, notice=False),
    # reprimands: legal mail, of an office about several reports at once
    _template("reprimand_letter", "company number issued_at office findings", "/teguran/{case_id}",
              rule=Rule.REPRIMAND_STANDS, lane=Lane.LEGAL),
    _template("reprimand_waiting", "company number office findings submitted_at due_before",
              "/kasus/{case_id}/teguran", rule=Rule.REPRIMAND_WAITS, notice=False),
    _template("deadline_moved", "company matter due_before old_before instrument reason", "/pengumuman",
              rule=Rule.MATTER_IN_FORCE),
    # Data Lain
    _template("data_request", _REQUEST + " token", "/permintaan-data/{case_id}/terima",
              rule=Rule.DATA_REQUEST_UNANSWERED, at_once=True),
    _template("data_request_followup", _REQUEST + " token", "/permintaan-data/{case_id}/terima",
              rule=Rule.DATA_REQUEST_UNANSWERED, at_once=True),
    _template("data_request_reminder", _REQUEST + " due_before", "/permintaan-data/{case_id}",
              rule=Rule.DATA_REQUEST_RUNNING),
    _template("data_request_late", _REQUEST + " due_before", "/permintaan-data/{case_id}",
              rule=Rule.DATA_REQUEST_RUNNING),
    _template("data_request_accepted", _REQUEST, "/permintaan-data/{case_id}"),
    _template("data_request_withdrawn", _REQUEST + " reason", "/permintaan-data/{case_id}"),
    # warnings; a letter is legal mail: never sent twice by itself, and never about what has been met
    _template("warning_letter", "company number rung issued_at office due_before basis " + _MATTER,
              "/surat-peringatan/{case_id}", rule=Rule.WARNING_STANDS, lane=Lane.LEGAL),
    _template("warning_ended", "company " + _MATTER, "/surat-peringatan/{case_id}"),
    _template("sanction_decided", "company number sanction decided_at office basis " + _MATTER,
              "/surat-peringatan/{case_id}", optional="amount", lane=Lane.LEGAL),
    _template("period_summary", "period due_before expected on_time late missing", "/kasus?period={period}",
              notice=False),
)  # fmt: skip

TEMPLATES: Final[Mapping[str, Template]] = {template.name: template for template in _ALL}
NOTICES: Final = tuple(template.name for template in _ALL if template.notice)
