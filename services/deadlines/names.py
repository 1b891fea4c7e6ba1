"""What each date of a case is called where a sentence speaks of it."""

from typing import Final

from services.i18n import N_

OTHER: Final = N_("salah satu tanggal perkara ini")
NAMES: Final[dict[str, str]] = {
    "report_due": N_("batas waktu laporan"),
    "report_correction_due": N_("batas waktu perbaikan laporan"),
    "report_verification_target": N_("sasaran verifikasi"),
    "report_validation_target": N_("sasaran validasi"),
    "rollback_window": N_("batas waktu permohonan perbaikan data"),
    "rollback_resend_due": N_("batas waktu pengiriman ulang laporan"),
    "data_request_due": N_("batas waktu jawaban permintaan data"),
    "registration_target": N_("sasaran keputusan UPP"),
    "registration_correction_due": N_("batas waktu perbaikan pendaftaran"),
    "licence_review_target": N_("sasaran validasi perizinan"),
    "extension_request_target": N_("sasaran keputusan permohonan perpanjangan"),
    "assistance_target": N_("sasaran jawaban asistensi"),
    "assistance_record_target": N_("sasaran pencatatan hasil sesi asistensi"),
    "reprimand_target": N_("sasaran keputusan usulan teguran"),
    "non_production_target": N_("sasaran keputusan surat tidak berproduksi"),
}
