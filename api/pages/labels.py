"""The official word, and the colour, for every status a page can show."""

from typing import NamedTuple

from services.data_requests.kinds import CHANNELS
from services.i18n import N_
from services.service_proof.evidence import LABELS as EVIDENCE


class Label(NamedTuple):
    """A message id and one of the tones of the style sheet: neutral, info, positive, warning, negative."""

    text: str
    tone: str = "neutral"


REGISTRATION = {
    "submitted": Label(N_("Menunggu pemeriksaan UPP"), "info"),
    "returned": Label(N_("Dikembalikan untuk diperbaiki"), "warning"),
    "accepted": Label(N_("Diterima"), "positive"),
    "rejected": Label(N_("Ditolak"), "negative"),
    "lapsed": Label(N_("Gugur karena tidak diperbaiki")),
}
REPORT = {  # the words in the SIINas guide, where it has them
    "upcoming": Label(N_("Akan datang")),
    "not_started": Label(N_("Belum dimulai")),
    "draft": Label(N_("Konsep (Belum Dikirim Ke Kemenperin)"), "warning"),
    "sent": Label(N_("Telah Terkirim"), "info"),
    "returned": Label(N_("Pengembalian Data"), "warning"),
    "verified": Label(N_("Telah Terkirim"), "info"),  # an internal step: companies see it as sent
    "validated": Label(N_("Sudah Terverifikasi dan Tervalidasi"), "positive"),
    "rollback_requested": Label(N_("Permohonan perbaikan data"), "warning"),
    "reopened": Label(N_("Dibuka untuk perbaikan"), "warning"),
    "excused": Label(N_("Dibebaskan (tidak berproduksi)")),
    "closed": Label(N_("Ditutup")),
}
LICENCE = {
    "pending": Label(N_("Menunggu validasi UPP"), "info"),
    "valid": Label(N_("Valid"), "positive"),
    "invalid": Label(N_("Tidak valid"), "negative"),
    "replaced": Label(N_("Diganti dokumen baru")),
    "expired": Label(N_("Kedaluwarsa"), "warning"),
}
STANDARD_CERTIFICATE = {
    "not_applicable": Label(N_("Tidak berlaku")),
    "unverified": Label(N_("Belum terverifikasi"), "warning"),
    "verified": Label(N_("Terverifikasi"), "positive"),
}
PERIOD = {
    "planned": Label(N_("Direncanakan")),
    "open": Label(N_("Dibuka"), "info"),
    "due": Label(N_("Lewat jatuh tempo"), "warning"),
    "closed": Label(N_("Ditutup")),
}
EXTENSION = {
    "draft": Label(N_("Konsep")),
    "previewed": Label(N_("Menunggu persetujuan"), "warning"),
    "approved": Label(N_("Sedang diterapkan"), "info"),
    "applied": Label(N_("Diterapkan"), "positive"),
    "undoing": Label(N_("Sedang dibatalkan"), "info"),
    "undone": Label(N_("Dibatalkan")),
    "cancelled": Label(N_("Tidak dilanjutkan")),
}
POLICY_CHANGE = {
    "draft": Label(N_("Konsep")),
    "simulated": Label(N_("Menunggu persetujuan"), "warning"),
    "approved": Label(N_("Disetujui, menunggu tanggal berlaku"), "info"),
    "in_force": Label(N_("Berlaku, perkara sedang dipindahkan"), "info"),
    "done": Label(N_("Berlaku"), "positive"),
    "withdrawn": Label(N_("Ditarik sebelum berlaku")),
    "cancelled": Label(N_("Tidak dilanjutkan")),
}
DATA_REQUEST = {
    "sent": Label(N_("Menunggu bukti penerimaan"), "info"),
    "received": Label(N_("Menunggu jawaban"), "warning"),
    "answered": Label(N_("Jawaban diperiksa"), "info"),
    "accepted": Label(N_("Selesai"), "positive"),
    "withdrawn": Label(N_("Ditarik")),
}
EXTENSION_REQUEST = {
    "submitted": Label(N_("Menunggu keputusan"), "info"),
    "granted": Label(N_("Dikabulkan"), "positive"),
    "refused": Label(N_("Ditolak"), "negative"),
    "withdrawn": Label(N_("Ditarik")),
    "moot": Label(N_("Gugur: kewajibannya selesai")),
}
NON_PRODUCTION = {
    "submitted": Label(N_("Menunggu keputusan"), "info"),
    "accepted": Label(N_("Diterima"), "positive"),
    "refused": Label(N_("Ditolak"), "negative"),
    "withdrawn": Label(N_("Ditarik")),
    "moot": Label(N_("Gugur: laporan dikirim")),
}
ASSISTANCE = {
    "asked": Label(N_("Menunggu jawaban"), "info"),
    "booked": Label(N_("Sesi dipesan"), "info"),
    "confirmed": Label(N_("Sesi dikonfirmasi"), "positive"),
    "answered": Label(N_("Sudah dijawab"), "positive"),
    "held": Label(N_("Sesi selesai"), "positive"),
    "no_show": Label(N_("Tidak hadir"), "warning"),
    "cancelled": Label(N_("Dibatalkan")),
}
REPRIMAND = {
    "proposed": Label(N_("Menunggu keputusan"), "info"),
    "approved": Label(N_("Disetujui, surat dibuat"), "info"),
    "issued": Label(N_("Surat dikirim"), "warning"),
    "refused": Label(N_("Ditolak")),
    "withdrawn": Label(N_("Ditarik")),
}
MESSAGE = {
    "queued": Label(N_("Menunggu dikirim"), "info"),
    "claimed": Label(N_("Sedang dikirim"), "info"),
    "done": Label(N_("Terkirim"), "positive"),
    "cancelled": Label(N_("Tidak jadi dikirim")),
    "held": Label(N_("Ditahan petugas"), "warning"),
    "sending": Label(N_("Sedang dikirim"), "info"),
    "sent": Label(N_("Terkirim"), "positive"),
    "unknown": Label(N_("Tidak pasti terkirim"), "warning"),
    "bounced": Label(N_("Ditolak server penerima"), "negative"),
    "failed": Label(N_("Gagal dikirim"), "negative"),
}
DOCUMENT = {
    "quarantined": Label(N_("Menunggu pemeriksaan berkas"), "info"),
    "clean": Label(N_("Berkas aman"), "positive"),
    "rejected": Label(N_("Berkas ditolak"), "negative"),
}
PERSON = {
    "invited": Label(N_("Diundang"), "info"),
    "active": Label(N_("Aktif"), "positive"),
    "disabled": Label(N_("Dinonaktifkan")),
}
PART = {  # a part of the system on the health pages
    "ok": Label(N_("Berjalan"), "positive"),
    "degraded": Label(N_("Terganggu"), "warning"),
    "down": Label(N_("Mati"), "negative"),
}
ROLLBACK = {
    "requested": Label(N_("Menunggu keputusan"), "info"),
    "granted": Label(N_("Dikabulkan"), "positive"),
    "reopened": Label(N_("Dibuka untuk perbaikan"), "warning"),
    "resent": Label(N_("Sudah dikirim kembali"), "positive"),
    "refused": Label(N_("Tidak dikabulkan"), "negative"),
    "expired": Label(N_("Berakhir; laporan semula berlaku")),
}
WARNING = {
    "proposed": Label(N_("Menunggu keputusan pejabat"), "info"),
    "approved": Label(N_("Disetujui, surat dibuat"), "info"),
    "issued": Label(N_("Surat dikirim"), "warning"),
    "deciding": Label(N_("Di meja keputusan"), "negative"),
    "complied": Label(N_("Kewajiban dipenuhi"), "positive"),
    "excused": Label(N_("Alasan diterima"), "positive"),
    "excluded": Label(N_("Tidak disetujui")),
    "withdrawn": Label(N_("Ditarik")),
    "decided": Label(N_("Diputuskan"), "negative"),
}
WARNING_BATCH = {
    "approved": Label(N_("Surat sedang dibuat"), "info"),
    "done": Label(N_("Semua surat dibuat"), "positive"),
}
UNIT_PROPOSAL = {
    "submitted": Label(N_("Menunggu keputusan"), "info"),
    "accepted": Label(N_("Diterima"), "positive"),
    "refused": Label(N_("Tidak diterima"), "negative"),
}
STATUSES: dict[str, dict[str, Label]] = {
    "registration": REGISTRATION,
    "report": REPORT,
    "licence-review": LICENCE,
    "standard-certificate": STANDARD_CERTIFICATE,
    "period": PERIOD,
    "campaign": EXTENSION,
    "decree": EXTENSION,
    "extension-request": EXTENSION_REQUEST,
    "non-production": NON_PRODUCTION,
    "assistance": ASSISTANCE,
    "reprimand": REPRIMAND,
    "data-request": DATA_REQUEST,
    "rollback": ROLLBACK,
    "policy-change": POLICY_CHANGE,
    "unit-proposal": UNIT_PROPOSAL,
    "warning": WARNING,
    "warning-batch": WARNING_BATCH,
    "message": MESSAGE,
    "document": DOCUMENT,
    "person": PERSON,
    "part": PART,
}

KINDS = {
    "registration": N_("Pendaftaran akun"),
    "licence-review": N_("Validasi perizinan"),
    "period": N_("Periode pelaporan"),
    "report": N_("Laporan berkala"),
    "campaign": N_("Perpanjangan batas waktu"),
    "extension-request": N_("Permohonan perpanjangan"),
    "non-production": N_("Surat tidak berproduksi"),
    "assistance": N_("Asistensi"),
    "reprimand": N_("Teguran tertulis"),
    "decree": N_("Keputusan hari libur"),
    "data-request": N_("Permintaan data"),
    "rollback": N_("Perbaikan data"),
    "policy-change": N_("Perubahan aturan"),
    "warning": N_("Peringatan tertulis"),
    "warning-batch": N_("Surat peringatan yang disetujui bersama"),
}
STAGES = {
    "construction": N_("Tahap pembangunan"),
    "production": N_("Tahap produksi"),
    "commercial": N_("Tahap komersial"),
}
ROLES = {
    "company_user": N_("Pengguna perusahaan"),
    "upp_officer": N_("Petugas UPP"),
    "verifier": N_("Verifikator"),
    "validator": N_("Validator"),
    "compliance_officer": N_("Petugas kepatuhan"),
    "regional_officer": N_("Petugas daerah"),
    "administrator": N_("Administrator"),
    "auditor": N_("Auditor"),
}
ACCOUNT_TYPES = {
    "A": N_("Tipe A: perusahaan industri"),
    "B": N_("Tipe B: perusahaan kawasan industri"),
    "C": N_("Tipe C: usaha lain"),
    "D": N_("Tipe D: instansi pemerintah"),
}
SCOPES = {
    "everyone": N_("Semua perusahaan"),
    "period": N_("Satu periode"),
    "region": N_("Satu wilayah"),
    "kbli": N_("Satu kelompok KBLI"),
    "accounts": N_("Daftar perusahaan"),
    "case": N_("Satu kasus"),
}
DEADLINES = {
    "registration_target": N_("Keputusan UPP"),
    "registration_reminder": N_("Separuh waktu pemeriksaan"),
    "registration_correction_due": N_("Perbaikan oleh perusahaan"),
    "licence_review_target": N_("Validasi UPP"),
    "warning_decision_target": N_("Keputusan atas usulan peringatan"),
    "warning_1_service": N_("Bukti penerimaan surat pertama"),
    "warning_1_interval": N_("Satu bulan sejak surat pertama"),
    "warning_2_service": N_("Bukti penerimaan surat kedua"),
    "warning_2_interval": N_("Satu bulan sejak surat kedua"),
    "warning_3_service": N_("Bukti penerimaan surat ketiga"),
    "warning_3_interval": N_("Satu bulan sejak surat ketiga"),
    "licence_expiring": N_("Pemberitahuan sebelum kedaluwarsa"),
    "licence_expiry": N_("Akhir masa berlaku"),
    "report_due": N_("Batas waktu laporan"),
    "report_verification_target": N_("Sasaran verifikasi"),
    "report_validation_target": N_("Sasaran validasi"),
    "report_correction_due": N_("Perbaikan laporan"),
    "rollback_decision_target": N_("Keputusan atas permohonan"),
    "rollback_resend_due": N_("Pengiriman kembali"),
    "rollback_window": N_("Permohonan perbaikan data"),
    "policy_valid_from": N_("Aturan baru mulai berlaku"),
    "data_request_due": N_("Batas waktu jawaban"),
    "data_request_unproven": N_("Bukti penerimaan diharapkan"),
    "data_request_reminder": N_("Pengingat"),
    "undo_until": N_("Dapat dibatalkan sampai"),
    "extension_request_target": N_("Keputusan permohonan"),
    "extension_request_reminder": N_("Separuh waktu keputusan"),
    "non_production_target": N_("Keputusan atas surat"),
    "non_production_reminder": N_("Separuh waktu keputusan"),
    "assistance_target": N_("Jawaban atas permintaan"),
    "assistance_reminder": N_("Separuh waktu jawaban"),
    "assistance_session": N_("Sesi asistensi"),
    "assistance_session_reminder": N_("Pengingat"),
    "assistance_record_target": N_("Pencatatan hasil sesi"),
    "reprimand_target": N_("Keputusan atas usulan teguran"),
    "reprimand_reminder": N_("Separuh waktu keputusan"),
    "last_look": N_("Pemeriksaan terakhir"),
    "undo_look": N_("Pemeriksaan terakhir"),
}
LAYERS = {
    "decree": N_("Seluruh Indonesia"),
    "region": N_("Satu wilayah"),
    "organisation": N_("Satu badan usaha"),
}
DAYS = {
    "holiday": N_("Hari libur"),
    "joint_leave": N_("Cuti bersama"),
    "working": N_("Hari kerja"),
}
FINDINGS = {
    "same": N_("sama"),
    "other_kind": N_("jenisnya lain"),
    "only_decreed": N_("hanya dalam keputusan"),
    "only_library": N_("hanya dalam kalender bawaan"),
    "taken_back": N_("menjadi hari kerja"),
}
SIGNERS = {
    "director": N_("Direktur"),
    "owner": N_("Pemilik (industri kecil)"),
}
CONTACTS = {
    "telephone": N_("Telepon"),
    "whatsapp": N_("WhatsApp"),
    "email": N_("Surel"),
    "visit": N_("Kunjungan"),
}
TOPICS = {
    "investment_values": N_("Nilai investasi keliru"),
    "hs_code": N_("Kode HS tidak diketahui"),
    "cannot_send": N_("Laporan tidak dapat dikirim"),
    "company_data": N_("Data perusahaan"),
    "licences": N_("Perizinan"),
    "access": N_("Masuk ke akun"),
    "deadlines": N_("Batas waktu dan perpanjangan"),
    "other": N_("Lainnya"),
}
ORIGINS = {
    "portal": N_("Portal"),
    "telephone": N_("Telepon"),
    "whatsapp": N_("WhatsApp"),
    "email": N_("Surel"),
    "visit": N_("Datang ke kantor"),
}
WAYS = {
    "video": N_("Pertemuan video"),
    "telephone": N_("Telepon"),
    "office": N_("Tatap muka di kantor"),
}
DISORDERS = {
    "missing": N_("Tidak dikirim sampai sekarang"),
    "late": N_("Dikirim terlambat"),
    "uncorrected": N_("Dikembalikan dan tidak diperbaiki pada waktunya"),
    "returned": N_("Dikembalikan karena belum lengkap atau belum jelas"),
}
LANES = {
    "credentials": N_("Akses akun"),
    "legal": N_("Surat resmi"),
    "notices": N_("Pemberitahuan"),
}
WORDS: dict[str, dict[str, str]] = {
    "lane": LANES,
    "layer": LAYERS,
    "day": DAYS,
    "finding": FINDINGS,
    "deadline": DEADLINES,
    "evidence": {kind.value: text for kind, text in EVIDENCE.items()},
    "channel": {channel.value: text for channel, text in CHANNELS.items()},
    "kind": KINDS,
    "stage": STAGES,
    "role": ROLES,
    "account_type": ACCOUNT_TYPES,
    "scope": SCOPES,
    "signer": SIGNERS,
    "topic": TOPICS,
    "origin": ORIGINS,
    "way": WAYS,
    "disorder": DISORDERS,
    "contact": CONTACTS,
}


def status_label(kind: str, status: str) -> Label:
    """The label of a status; an unknown one shows itself in neutral rather than break the page."""
    return STATUSES.get(kind, {}).get(status) or Label(status)


def word(group: str, code: str | None) -> str:
    """The message id for a code of one of `WORDS`; the code itself when it has no word, "" for None."""
    return WORDS[group].get(code, code) if code else ""
