"""What each event of a case says. The only place that knows how an event reads."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from services.deadlines import names
from services.deadlines.periods import Period
from services.i18n import N_, Translator, format_date, format_datetime, format_due, format_number
from services.models import EvidenceKind, LetterBasis, SanctionKind, Suspension

# By kind of case where kinds use one word for different things; else by the event alone.
TEXTS: Final[Mapping[str, str]] = {
    # registration
    "registration.submitted": N_("Pendaftaran dikirim."),
    "entered_by_letter": N_(
        "Pendaftaran instansi dicatat petugas atas {letter_basis} nomor {letter_number} tanggal {letter_date}."
    ),
    "resubmitted": N_("Pendaftaran yang sudah diperbaiki diterima (kiriman ke-{submission})."),
    "acknowledged": N_("Bukti pendaftaran dikirim ke alamat e-mail yang didaftarkan."),
    "registration.upp_reminded": N_("Separuh waktu pemeriksaan berlalu; petugas UPP diingatkan."),
    "upp_reminded": N_("Target waktu validasi terlewati; petugas UPP diingatkan."),
    "upp_escalated": N_("Target satu hari kerja terlewati tanpa keputusan; administrator diberi tahu."),
    "registration.accepted": N_("Pendaftaran diterima sebagai akun tipe {type}."),
    "registration.returned": N_("Pendaftaran dikembalikan untuk diperbaiki; waktu pemeriksaan berhenti."),
    "registration.rejected": N_("Pendaftaran ditolak."),
    "lapsed": N_("Pendaftaran gugur karena tidak diperbaiki pada waktunya."),
    "account_voided": N_("Akun dibatalkan; perkara ini ditutup."),
    # licences
    "uploaded": N_("Dokumen perizinan diunggah."),
    "licence_valid": N_("Perizinan dinyatakan valid."),
    "licence_invalid": N_("Perizinan dinyatakan tidak valid."),
    "licence_replaced": N_("Perizinan diganti dengan dokumen baru."),
    "licence_expired": N_("Masa berlaku perizinan berakhir."),
    "expiry_announced": N_("Perusahaan diberi tahu bahwa masa berlaku perizinan segera berakhir."),
    "standard_certificate_recorded": N_("Status Sertifikat Standar dicatat."),
    # the period of everyone
    "planned": N_("Periode direncanakan."),
    "opening_ordered": N_("Administrator membuka periode sebelum harinya."),
    "period_open": N_("Periode dibuka: {count} kewajiban dibuat."),
    "period_sending_opens": N_("Masa pengiriman dibuka untuk {count} kewajiban."),
    "period_remind": N_("Pengingat {days} hari sebelum {due_before} disiapkan untuk {count} kewajiban."),
    "period_overdue": N_("Batas waktu {due_before} lewat; {count} kewajiban belum dipenuhi."),
    "period_correction_window_closes": N_(
        "Masa permohonan perbaikan untuk batas waktu {due_before} berakhir."
    ),
    "period_propose_warnings": N_("Peringatan diusulkan atas {count} kewajiban (batas waktu {due_before})."),
    "period_summary": N_(
        "Rekap periode: {expected} kewajiban, {on_time} tepat waktu, {late} terlambat, {missing} belum dikirim."
    ),
    # reports
    "opened": N_("Kewajiban laporan {period} dibuat."),
    "sending_opened": N_("Periode telah berakhir; laporan dapat dikirim."),
    "reminder_queued": N_("Pengingat {days} hari sebelum batas waktu {due} disiapkan."),
    "became_overdue": N_("Batas waktu lewat dan laporan belum dikirim."),
    "deadline_extended": N_("Batas waktu diperpanjang dari {from} menjadi {to}."),
    "extension_undone": N_("Perpanjangan batas waktu dibatalkan."),
    "draft_started": N_("Pengisian laporan dimulai."),
    "draft_discarded": N_("Konsep laporan dihapus."),
    "classified": N_("Formulir laporan ditetapkan menurut skala usaha."),
    "statement_printed": N_("Surat Pernyataan dicetak."),
    "statement_attached": N_("Pindaian Surat Pernyataan diunggah."),
    "report.sent": N_("Laporan dikirim (kiriman ke-{submission})."),
    "baseline_lowered": N_("Nilai pembanding untuk {field} diturunkan oleh petugas."),
    # the review of reports
    "report_examined": N_("Kiriman ke-{submission} diperiksa otomatis: {flags} hal perlu dilihat petugas."),
    "reviewers_reminded": N_("Separuh waktu pemeriksaan berlalu; petugas yang memeriksanya diingatkan."),
    "review_escalated": N_("Sasaran waktu pemeriksaan terlewati; petugas dan administrator diberi tahu."),
    "report_verified": N_("Laporan diverifikasi; direktorat pembina diminta memvalidasi."),
    "report_approved": N_("Satu direktorat pembina menyetujui laporan."),
    "report_validated": N_("Laporan sudah terverifikasi dan tervalidasi."),
    "report_returned": N_("Laporan dikembalikan untuk diperbaiki dengan {notes} catatan."),
    "correction_answered": N_("Perusahaan menjawab satu catatan petugas."),
    "correction_lapsed": N_("Waktu perbaikan lewat; tanggal pengiriman semula tidak dihitung lagi."),
    "rollback_requested": N_("Perusahaan memohon perbaikan data; pemeriksaan berhenti sementara."),
    "rollback_refused": N_("Permohonan perbaikan data tidak dikabulkan; pemeriksaan dilanjutkan."),
    "rollback_reopened": N_("Permohonan perbaikan data dikabulkan; laporan dibuka kembali."),
    "rollback_expired": N_(
        "Perbaikan data tidak dikirim kembali; laporan yang semula dikirim tetap berlaku."
    ),
    # corrections of what was sent
    "rollback.requested": N_("Permohonan perbaikan data diajukan atas kiriman ke-{submission}."),
    "rollback_waiting": N_("Sasaran waktu keputusan terlewati; petugas diingatkan."),
    "rollback.granted": N_("Permohonan dikabulkan."),
    "rollback.refused": N_("Permohonan tidak dikabulkan."),
    "rollback.reopened": N_("Laporan dibuka kembali untuk diperbaiki."),
    "resend_reminded": N_("Perusahaan diingatkan bahwa perbaikannya belum dikirim."),
    "rollback.resent": N_("Laporan yang diperbaiki dikirim (kiriman ke-{submission})."),
    "rollback.expired": N_("Masa perbaikan berakhir tanpa kiriman; laporan semula tetap berlaku."),
    # extensions
    "drafted": N_("Perpanjangan disusun."),
    "previewed": N_("Akibatnya diperiksa: {moving} batas waktu akan bergeser, {messages} pemberitahuan."),
    "campaign.approved": N_("Perpanjangan disetujui untuk {moving} kewajiban."),
    "applied": N_("Perpanjangan diterapkan pada {count} kewajiban."),
    "undo_ordered": N_("Pembatalan perpanjangan diperintahkan."),
    "undone": N_("Perpanjangan dibatalkan di semua kewajiban."),
    "cancelled": N_("Perpanjangan tidak dilanjutkan."),
    "instrument_attached": N_("Dokumen dasarnya dilampirkan."),
    "settled": N_("Masa pembatalan berakhir; perpanjangan tetap berlaku."),
    # more time, asked for by a company
    "extension-request.submitted": N_("Perpanjangan {days} hari dimohonkan (nomor {number})."),
    "extension-request.office_reminded": N_("Separuh waktu keputusan berlalu; petugas kepatuhan diingatkan."),
    "extension-request.office_escalated": N_("Waktu keputusan habis; administrator diberi tahu."),
    "extension-request.granted": N_("Permohonan dikabulkan: {days} hari."),
    "extension-request.refused": N_("Permohonan ditolak."),
    "extension-request.withdrawn": N_("Permohonan ditarik oleh perusahaan."),
    "extension_requested": N_("Perusahaan memohon perpanjangan {days} hari (permohonan {number})."),
    "extension_request_refused": N_("Permohonan perpanjangan {number} ditolak."),
    "extension_request_withdrawn": N_("Permohonan perpanjangan {number} ditarik."),
    "extension-request.moot": N_("Permohonan gugur: kewajibannya sudah dipenuhi atau berakhir."),
    "extension_request_moot": N_("Permohonan perpanjangan {number} gugur karena kewajibannya selesai."),
    # a whole period without production
    "non-production.submitted": N_("Surat tidak berproduksi disampaikan (nomor {number})."),
    "non-production.office_reminded": N_("Separuh waktu keputusan berlalu; petugas kepatuhan diingatkan."),
    "non-production.office_escalated": N_("Waktu keputusan habis; administrator diberi tahu."),
    "non-production.accepted": N_("Surat diterima; laporan periode ini tidak wajib."),
    "non-production.refused": N_("Surat ditolak; laporan tetap wajib."),
    "non-production.withdrawn": N_("Surat ditarik oleh perusahaan."),
    "non_production_declared": N_(
        "Perusahaan menyatakan tidak berproduksi selama periode ini (surat {number})."
    ),
    "non_production_refused": N_("Surat tidak berproduksi {number} ditolak; laporan tetap wajib."),
    "non-production.moot": N_("Surat gugur: laporan periode ini telah dikirim."),
    "non_production_moot": N_("Surat tidak berproduksi {number} gugur karena laporan dikirim."),
    "non_production_withdrawn": N_("Surat tidak berproduksi {number} ditarik."),
    # help
    "assistance.asked": N_("Asistensi diminta (nomor {number})."),
    "session_booked": N_("Sesi dipesan di {desk}: {session_at}."),
    "session_moved": N_("Sesi dipindahkan di {desk}: {session_at}."),
    "session_given_up": N_("Sesi dilepas; jawaban tertulis ditunggu."),
    "session_confirmed": N_("Petugas mengonfirmasi sesi dan tempatnya."),
    "session_reminded": N_("Perusahaan dan petugas diingatkan akan sesi."),
    "helpers_reminded": N_("Separuh waktu jawaban berlalu; petugas bantuan diingatkan."),
    "assistance.office_escalated": N_("Waktu jawaban habis; administrator diberi tahu."),
    "outcome_missing": N_("Hasil sesi belum dicatat; petugas dan administrator diberi tahu."),
    "assistance.answered": N_("Pertanyaan dijawab tertulis."),
    "assistance.held": N_("Sesi asistensi berlangsung; hasilnya dicatat."),
    "assistance.no_show": N_("Perusahaan tidak hadir pada sesi yang dipesan."),
    "assistance.cancelled": N_("Permintaan asistensi dibatalkan."),
    "rated": N_("Perusahaan menilai asistensi: {satisfaction} dari 5."),
    # reprimands
    "reprimand.proposed": N_("Teguran tertulis diusulkan atas {findings} temuan (nomor {number})."),
    "reprimand.office_reminded": N_(
        "Separuh waktu keputusan berlalu; petugas instansi yang berwenang diingatkan."
    ),
    "reprimand.office_escalated": N_("Waktu keputusan habis; administrator diberi tahu."),
    "reprimand.approved": N_("Orang kedua menyetujui teguran atas {findings} temuan."),
    "reprimand.refused": N_("Usulan teguran ditolak."),
    "reprimand.withdrawn": N_("Usulan teguran ditarik."),
    "reprimand.issued": N_("Surat teguran nomor {number} dikirim lewat surel dan portal."),
    "reprimand.to_print": N_("Surat teguran nomor {number} menunggu dicetak dan dikirim lewat pos."),
    "reprimand.by_post": N_(
        "Surat teguran nomor {number} dikirim juga lewat pos; suratnya menunggu dicetak."
    ),
    "reprimand.posted": N_("Surat teguran nomor {number} diserahkan kepada pos."),
    "reprimand.delivered": N_("Surat teguran nomor {number} diterima ({evidence_kind})."),
    "reprimanded": N_("Perusahaan ditegur tertulis karena pelaporan yang tidak tertib (surat {number})."),
    "company_contacted": N_("Petugas menghubungi perusahaan; isinya ada di catatan kontak."),
    "excused": N_("Alasan dengan surat perusahaan diterima; kewajiban ini tidak lagi ditagih."),
    # Data Lain
    "data-request.requested": N_("Permintaan data dikirim."),
    "receipt_unproven": N_("Penerimaan belum terbukti; petugas diminta menghubungi perusahaan."),
    "receipt_proven": N_(
        "Permintaan terbukti diterima ({evidence_kind}); tiga hari dihitung sejak hari itu."
    ),
    "evidence_recorded": N_("Bukti penerimaan lain dicatat ({evidence_kind}); batas waktu tidak berubah."),
    "company_reminded": N_("Perusahaan diingatkan akan batas waktu."),
    "answer_overdue": N_("Batas waktu lewat dan permintaan belum dijawab."),
    "warning_due": N_("Batas waktu lewat juga menurut bacaan longgar; surat peringatan dapat diusulkan."),
    "data-request.answered": N_("Jawaban perusahaan diterima lewat portal."),
    "asked_again": N_("Jawaban diperiksa; pertanyaan lanjutan ke-{question} dikirim."),
    "answer_accepted": N_("Jawaban diterima; permintaan selesai."),
    "data-request.withdrawn": N_("Permintaan ditarik oleh petugas."),
    "contact_settled": N_("Petugas menghubungi perusahaan dan mencatat hasilnya."),
    # rules
    "policy_proposed": N_("Perubahan aturan diusulkan: {settings} pengaturan (versi {version})."),
    "policy_simulated": N_(
        "Akibatnya disimulasikan pada {open} perkara terbuka: {dates} batas waktu bergeser."
    ),
    "policy_approved": N_("Perubahan aturan disetujui."),
    "policy_withdrawn": N_("Perubahan aturan ditarik sebelum berlaku."),
    "policy_in_force": N_("Aturan baru mulai berlaku."),
    "policy_applied": N_(
        "{count} perkara terbuka dipindahkan ke aturan baru; {dates} batas waktu bergeser, {kept} tetap."
    ),
    "rules_changed": N_("Perkara ini selanjutnya mengikuti aturan versi {version}."),
    "deadline_rederived": N_("Aturan berubah: {deadline} bergeser dari {from} ke {to}."),
    # days that are decreed
    "decree.drafted": N_("Keputusan tentang {days} hari dicatat."),
    "decree.previewed": N_(
        "Akibatnya diperiksa: {moving} batas waktu akan berubah, {messages} pemberitahuan."
    ),
    "decree.approved": N_("Keputusan disetujui; {moving} batas waktu berubah."),
    "decree.applied": N_("Kalender berlaku; {count} batas waktu berubah."),
    "decree.undo_ordered": N_("Pembatalan keputusan diperintahkan."),
    "decree.undone": N_("Kalender dan semua batas waktu kembali seperti tanpa keputusan ini."),
    "decree.cancelled": N_("Keputusan tidak dilanjutkan."),
    "decree.settled": N_("Masa pembatalan berakhir; keputusan tetap berlaku."),
    "deadline_recalculated": N_("Kalender berubah: {deadline} bergeser dari {from} ke {to}."),
    "decree_undone": N_("Perubahan kalender dibatalkan: {deadline} kembali dari {from} ke {to}."),
    # warnings
    "warning_proposed": N_("Surat peringatan ke-{letter} diusulkan; pejabat yang berwenang memutuskannya."),
    "authority_determined": N_("Petugas menetapkan instansi yang berwenang memberi peringatan."),
    "authority_derived": N_(
        "Instansi yang berwenang memberi peringatan ditentukan lagi: skala izin atau wilayah usaha ditetapkan kemudian."
    ),
    "letter_approved": N_("Pejabat yang berwenang menyetujui surat peringatan ke-{letter}."),
    "letter_to_print": N_("Surat peringatan ke-{letter} nomor {number} dibuat untuk dikirim lewat pos."),
    "letter_sent": N_("Surat peringatan ke-{letter} nomor {number} dikirim lewat surel dan portal."),
    "letter_posted": N_("Surat peringatan ke-{letter} nomor {number} diserahkan kepada pos."),
    "letter_by_post": N_("Surat peringatan ke-{letter} nomor {number} akan dikirim lewat pos."),
    "letter_not_posted": N_(
        "Surat peringatan ke-{letter} nomor {number} tidak dikirim lewat pos: sudah diterima lewat surel atau portal."
    ),
    "service_recorded": N_("Petugas mencatat bukti penerimaan surat peringatan ke-{letter}."),
    "service_disproven": N_(
        "Surat peringatan ke-{letter} nomor {number} ternyata tidak sampai: surelnya kembali. Petugas memastikannya."
    ),
    "letter_served": N_("Surat peringatan ke-{letter} nomor {number} terbukti diterima."),
    "letter_unproven": N_(
        "Penerimaan surat peringatan ke-{letter} nomor {number} belum terbukti; petugas diminta memastikannya."
    ),
    "ladder_suspended": N_("Peringatan berhenti sementara: {why}."),
    "ladder_resumed": N_("Peringatan dilanjutkan; hari-hari selama berhenti tidak dihitung."),
    "ladder_complied": N_("Kewajiban dipenuhi; peringatan berakhir."),
    "ladder_excused": N_("Alasan perusahaan diterima; peringatan berakhir."),
    "ladder_excluded": N_("Usulan surat peringatan ke-{letter} tidak disetujui, dengan alasan."),
    "ladder_withdrawn": N_("Peringatan ditarik karena tanggalnya bergeser atau kewajibannya ditutup."),
    "ladder_decided": N_("Meja keputusan menutup perkara peringatan ini."),
    "desk_opened": N_(
        "Tiga surat peringatan sudah diterima dan kewajiban belum dipenuhi; pejabat memutuskan langkah lanjut."
    ),
    "sanction_proposed": N_("Sanksi diusulkan: {sanction}. Orang kedua memutuskannya."),
    "sanction_approved": N_("Sanksi ditetapkan: {sanction}."),
    "sanction_refused": N_("Usulan sanksi ditolak: {sanction}."),
    "letters_approved": N_("{count} surat peringatan disetujui; {left_out} usulan tidak diikutkan."),
    "letters_made": N_("{count} surat peringatan dibuat dan dikirim."),
    # any case
    "held": N_("Perkara ditahan."),
    "released": N_("Perkara dilanjutkan."),
    "assigned": N_("Perkara diserahkan kepada petugas."),
    "unassigned": N_("Perkara dikembalikan ke meja bersama."),
    "noted": N_("Catatan petugas ditambahkan."),
    "mail_bounced": N_("Surel pemberitahuan ditolak oleh server penerima."),
    "step_stuck": N_("Langkah “{step}” tertahan dan menunggu operator."),
    "step_retried": N_("Langkah “{step}” dijalankan ulang oleh operator."),
    "step_skipped": N_("Langkah “{step}” dilewati oleh operator."),
}

# The office's own affairs: no company reads them.
INTERNAL: Final = frozenset(
    {
        "upp_reminded", "upp_escalated", "assigned", "noted", "step_stuck", "step_retried", "step_skipped",
        "baseline_lowered", "mail_bounced", "office_reminded", "office_escalated", "receipt_unproven",
        "contact_settled", "letter_unproven", "service_disproven", "authority_determined", "authority_derived",
        "sanction_proposed", "sanction_refused", "warning_proposed", "letter_approved", "letter_to_print",
        "to_print", "by_post", "report_examined", "reviewers_reminded", "review_escalated", "rollback_waiting",
        "helpers_reminded", "outcome_missing",
    }
)  # fmt: skip

EVIDENCE: Final = {
    EvidenceKind.PORTAL_READ: N_("dibuka di portal"),
    EvidenceKind.EMAIL_CONFIRMED: N_("dikonfirmasi lewat tautan surel"),
    EvidenceKind.CALL_NOTE: N_("catatan telepon"),
    EvidenceKind.VISIT_MINUTES: N_("berita acara kunjungan"),
    EvidenceKind.LETTER_RECEIPT: N_("tanda terima surat"),
    EvidenceKind.OFFICER_RECORD: N_("keterangan petugas"),
}
STANDSTILLS: Final = {
    Suspension.HELD: N_("perkara peringatan ditahan"),
    Suspension.DUTY_HELD: N_("perkara kewajiban ditahan"),
    Suspension.EXTENDED: N_("batas waktu diperpanjang"),
    Suspension.UNSERVED: N_("surat terakhir ternyata tidak sampai"),
    Suspension.DISPROVED: N_("surat terdahulu ternyata tidak sampai"),
}
BASES: Final = {
    LetterBasis.LETTER: N_("surat dinas"),
    LetterBasis.AGREEMENT: N_("perjanjian kerja sama"),
}
SANCTIONS: Final = {
    SanctionKind.FINE: N_("denda administratif"),
    SanctionKind.TEMPORARY_CLOSURE: N_("penutupan sementara"),
    SanctionKind.LICENCE_SUSPENSION: N_("pembekuan izin"),
    SanctionKind.LICENCE_REVOCATION: N_("pencabutan izin"),
}
COMPARED: Final = {
    "general_data.machine_value": N_("Nilai Mesin"),
    "general_data.other_fixed_value": N_("Nilai Lainnya"),
}
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "deadline": names.NAMES,
    "field": COMPARED,
    "evidence_kind": {str(code): text for code, text in EVIDENCE.items()},
    "why": {str(code): text for code, text in STANDSTILLS.items()},
    "sanction": {str(code): text for code, text in SANCTIONS.items()},
    "letter_basis": {str(code): text for code, text in BASES.items()},
}
_DUES: Final = frozenset({"from", "to", "due_before"})
_DAYS: Final = frozenset({"due", "letter_date"})
_BEGINNINGS: Final = frozenset({"session_at"})


def sentence(kind: str, event: str, data: Mapping[str, Any], speak: Translator, zone: ZoneInfo) -> str:
    """What happened, in the reader's language. An event without a text of its own shows its name."""
    if event == "assigned" and not data.get("assignee"):
        event = "unassigned"
    text = TEXTS.get(f"{kind}.{event}") or TEXTS.get(event)
    if text is None:
        return event.replace("_", " ")
    return speak.gettext(text, **{name: _written(name, value, speak, zone) for name, value in data.items()})


def _written(name: str, value: Any, speak: Translator, zone: ZoneInfo) -> object:
    if name in _DUES | _BEGINNINGS:
        return _moment(name, datetime.fromisoformat(value), speak, zone)
    if name in _DAYS:
        return format_date(date.fromisoformat(value), speak.locale)
    if name in _WORDS:
        return speak.gettext(_WORDS[name].get(value, names.OTHER))
    if name == "period":
        return Period.parse(value).label(speak.locale)
    if isinstance(value, int) and not isinstance(value, bool):
        return format_number(value, speak.locale)
    return value


def _moment(name: str, at: datetime, speak: Translator, zone: ZoneInfo) -> str:
    if name in _DUES:
        return format_due(at, speak.locale, reader_zone=zone)
    return format_datetime(at, speak.locale, reader_zone=zone, seconds=False)


def last_second(due_before: datetime) -> datetime:
    """The moment people know an exclusive deadline by."""
    return due_before - timedelta(seconds=1)
