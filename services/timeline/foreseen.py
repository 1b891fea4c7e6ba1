"""What is said of what lies ahead: whom each status waits for, and what the passing of each date brings about."""

from typing import Final

from services.i18n import N_
from services.models import (
    AssistanceStatus,
    CaseKind,
    DataRequestStatus,
    DecreeStatus,
    ExtensionRequestStatus,
    ExtensionStatus,
    NonProductionStatus,
    PolicyChangeStatus,
    ReportStatus,
    ReprimandStatus,
    RollbackStatus,
    WarningBatchStatus,
    WarningStatus,
)
from services.periods.moments import Act

HELD: Final = N_("Perkara ditahan: tidak ada yang terjadi sampai petugas melanjutkannya.")
STUCK: Final = N_("Prosesnya menunggu operator: satu langkah tidak dapat dijalankan.")
DUE: Final = N_("Batas waktu penyampaian laporan.")
LENIENT: Final = N_("Batas bacaan longgar; sampai saat ini belum ada yang ditolak atau diperingatkan.")
OVERDUE: Final = N_("Bila belum dikirim, laporan tercatat lewat batas waktu.")
STILL_POSSIBLE: Final = N_("Laporan masih dapat dikirim dan akan tercatat terlambat.")
WINDOW: Final = N_("Kesempatan mengajukan permohonan perbaikan data berakhir.")
SENDING_OPENS: Final = N_("Periode berakhir dan laporan dapat dikirim.")
REMINDER: Final = N_("Bila belum dikirim, perusahaan diingatkan ({days} hari sebelum batas waktu).")
QUEUED: Final = N_("Pemberitahuan yang sudah disiapkan dikirim.")
WAITS: Final[dict[tuple[str, str], str]] = {
    (CaseKind.LICENCE_REVIEW, "invalid"): N_("Menunggu dokumen baru dari perusahaan."),
    (CaseKind.REPORT, ReportStatus.SENT): N_("Menunggu verifikasi oleh petugas."),
    (CaseKind.REPORT, ReportStatus.VERIFIED): N_("Menunggu validasi oleh pembina sektor."),
    (CaseKind.REPORT, ReportStatus.RETURNED): N_("Menunggu perbaikan dan pengiriman ulang oleh perusahaan."),
    (CaseKind.REPORT, ReportStatus.ROLLBACK_REQUESTED): N_(
        "Menunggu keputusan atas permohonan perbaikan data."
    ),
    (CaseKind.DATA_REQUEST, DataRequestStatus.SENT): N_(
        "Menunggu bukti penerimaan: dibaca di portal, dikonfirmasi lewat surel, atau dicatat petugas."
    ),
    (CaseKind.DATA_REQUEST, DataRequestStatus.RECEIVED): N_("Menunggu jawaban perusahaan lewat portal."),
    (CaseKind.DATA_REQUEST, DataRequestStatus.ANSWERED): N_("Menunggu petugas memeriksa jawaban."),
    (CaseKind.REPORT, ReportStatus.REOPENED): N_("Menunggu perusahaan mengirim laporan yang diperbaiki."),
    (CaseKind.ROLLBACK, RollbackStatus.REQUESTED): N_("Menunggu keputusan petugas."),
    (CaseKind.ROLLBACK, RollbackStatus.GRANTED): N_("Laporan segera dibuka kembali."),
    (CaseKind.ROLLBACK, RollbackStatus.REOPENED): N_("Menunggu perusahaan mengirim laporan yang diperbaiki."),
    (CaseKind.POLICY_CHANGE, PolicyChangeStatus.DRAFT): N_(
        "Menunggu simulasi: akibat perubahan aturan diperiksa sebelum disetujui."
    ),
    (CaseKind.POLICY_CHANGE, PolicyChangeStatus.SIMULATED): N_("Menunggu persetujuan orang kedua."),
    (CaseKind.POLICY_CHANGE, PolicyChangeStatus.IN_FORCE): N_("Perkara terbuka sedang dipindahkan."),
    (CaseKind.EXTENSION_REQUEST, ExtensionRequestStatus.SUBMITTED): N_(
        "Menunggu keputusan petugas. Permohonan tidak pernah dikabulkan karena waktu."
    ),
    (CaseKind.NON_PRODUCTION, NonProductionStatus.SUBMITTED): N_(
        "Menunggu keputusan petugas. Sampai diterima, laporan tetap wajib."
    ),
    (CaseKind.ASSISTANCE, AssistanceStatus.ASKED): N_(
        "Menunggu jawaban petugas, atau sesi yang dipesan perusahaan. Tidak ada yang berakhir karena waktu."
    ),
    (CaseKind.ASSISTANCE, AssistanceStatus.BOOKED): N_("Menunggu petugas mengonfirmasi sesi dan tempatnya."),
    (CaseKind.ASSISTANCE, AssistanceStatus.CONFIRMED): N_(
        "Menunggu sesi; sesudahnya petugas mencatat hasilnya."
    ),
    (CaseKind.REPRIMAND, ReprimandStatus.PROPOSED): N_(
        "Menunggu keputusan orang kedua; tidak ada surat yang dikirim karena waktu."
    ),
    (CaseKind.REPRIMAND, ReprimandStatus.APPROVED): N_("Surat teguran sedang dibuat dan segera dikirim."),
    (CaseKind.DECREE, DecreeStatus.DRAFT): N_("Menunggu uji coba: akibatnya diperiksa sebelum disetujui."),
    (CaseKind.DECREE, DecreeStatus.PREVIEWED): N_("Menunggu persetujuan orang kedua."),
    (CaseKind.DECREE, DecreeStatus.APPROVED): N_("Setiap batas waktu sedang dihitung ulang."),
    (CaseKind.DECREE, DecreeStatus.UNDOING): N_("Setiap batas waktu sedang dikembalikan."),
    (CaseKind.CAMPAIGN, ExtensionStatus.DRAFT): N_(
        "Menunggu uji coba: akibat perpanjangan diperiksa sebelum disetujui."
    ),
    (CaseKind.CAMPAIGN, ExtensionStatus.PREVIEWED): N_("Menunggu persetujuan."),
    (CaseKind.CAMPAIGN, ExtensionStatus.APPROVED): N_("Sedang diterapkan ke setiap kewajiban."),
    (CaseKind.CAMPAIGN, ExtensionStatus.UNDOING): N_("Sedang dibatalkan di setiap kewajiban."),
    (CaseKind.WARNING, WarningStatus.PROPOSED): N_(
        "Menunggu keputusan pejabat yang berwenang; tidak ada surat yang dikirim karena waktu."
    ),
    (CaseKind.WARNING, WarningStatus.APPROVED): N_("Surat sedang dibuat dan segera dikirim."),
    (CaseKind.WARNING, WarningStatus.DECIDING): N_(
        "Menunggu keputusan pejabat; sesudah surat ketiga tidak ada yang otomatis."
    ),
    (CaseKind.WARNING_BATCH, WarningBatchStatus.APPROVED): N_("Surat-surat sedang dibuat."),
}
# What passing each date brings about, where nothing special is said of its kind.
PASSING: Final[dict[str, str]] = {
    "registration_reminder": N_("Bila belum diputuskan, petugas UPP diingatkan."),
    "registration_target": N_(
        "Bila belum diputuskan, administrator diberi tahu. Pendaftaran tidak pernah diterima karena waktu."
    ),
    "registration_correction_due": N_("Bila belum diperbaiki, pendaftaran gugur."),
    "policy_valid_from": N_(
        "Aturan baru mulai berlaku dan perkara terbuka dipindahkan; sampai saat ini dapat ditarik."
    ),
    "undo_until": N_("Tidak dapat dibatalkan lagi dan menjadi tetap."),
    "last_look": N_("Diperiksa sekali lagi bahwa tidak ada batas waktu yang tertinggal."),
    "undo_look": N_("Diperiksa sekali lagi bahwa tidak ada batas waktu yang tertinggal."),
    "extension_request_reminder": N_("Bila belum diputuskan, petugas kepatuhan diingatkan."),
    "extension_request_target": N_("Bila belum diputuskan, administrator diberi tahu."),
    "non_production_reminder": N_("Bila belum diputuskan, petugas kepatuhan diingatkan."),
    "non_production_target": N_("Bila belum diputuskan, administrator diberi tahu."),
    "assistance_reminder": N_("Bila belum dijawab, petugas bantuan diingatkan."),
    "assistance_target": N_("Bila belum dijawab, administrator diberi tahu. Permintaan tetap terbuka."),
    "assistance_session_reminder": N_("Perusahaan dan petugas diingatkan akan sesi."),
    "assistance_session": N_("Sesi asistensi dimulai."),
    "assistance_record_target": N_(
        "Bila hasil sesi belum dicatat, petugas dan administrator diberi tahu. Tidak ada yang dianggap hadir atau "
        "tidak hadir karena waktu."
    ),
    "reprimand_reminder": N_("Bila belum diputuskan, petugas instansi yang berwenang diingatkan."),
    "reprimand_target": N_("Bila belum diputuskan, administrator diberi tahu."),
    "licence_review_target": N_("Bila belum divalidasi, petugas UPP diingatkan."),
    "licence_expiring": N_("Perusahaan diberi tahu bahwa masa berlaku perizinan segera berakhir."),
    "licence_expiry": N_("Masa berlaku perizinan berakhir."),
    "report_verification_reminder": N_("Bila belum diverifikasi, verifikator diingatkan."),
    "report_verification_target": N_(
        "Bila belum diverifikasi, verifikator dan administrator diberi tahu. Laporan tidak pernah disetujui "
        "karena waktu."
    ),
    "report_validation_reminder": N_("Bila belum divalidasi, direktorat yang belum menyetujui diingatkan."),
    "report_validation_target": N_(
        "Bila belum divalidasi, validator dan administrator diberi tahu. Laporan tidak pernah disetujui "
        "karena waktu."
    ),
    "report_correction_due": N_(
        "Bila belum dikirim kembali, tanggal pengiriman semula tidak dihitung lagi dan laporan kembali ditagih."
    ),
    "rollback_decision_target": N_(
        "Bila belum diputuskan, petugas diingatkan. Permohonan tidak pernah dikabulkan atau ditolak karena waktu."
    ),
    "rollback_resend_reminder": N_("Bila belum dikirim kembali, perusahaan diingatkan."),
    "rollback_resend_due": N_("Bila belum dikirim kembali, laporan yang semula dikirim tetap berlaku."),
    "data_request_unproven": N_(
        "Bila penerimaan belum terbukti, petugas diminta menelepon, menyurati, atau mengunjungi perusahaan."
    ),
    "data_request_reminder": N_("Bila belum dijawab, perusahaan diingatkan."),
    "data_request_due": N_("Batas waktu jawaban. Bila belum dijawab, permintaan tercatat lewat batas waktu."),
}
for _letter in (1, 2, 3):
    PASSING[f"warning_{_letter}_service"] = N_(
        "Bila surat terkirim tanpa penolakan, surat dianggap diterima; bila belum terbukti, petugas memastikannya."
    )
    PASSING[f"warning_{_letter}_interval"] = N_(
        "Bila kewajiban belum dipenuhi dan surat terbukti diterima, peringatan berikutnya diusulkan."
    )
PASSING["warning_3_interval"] = N_(
    "Bila kewajiban belum dipenuhi dan surat terbukti diterima, perkara diserahkan ke meja keputusan."
)
PASSING["warning_decision_target"] = N_(
    "Target keputusan pejabat; tidak ada yang terjadi karena lewatnya tanggal ini."
)
# Moments at which somebody is told, not deadlines: people know them by their first instant.
MOMENTS: Final = frozenset(
    {
        "policy_valid_from",
        "registration_reminder",
        "licence_expiring",
        "data_request_reminder",
        "report_verification_reminder",
        "report_validation_reminder",
        "rollback_resend_reminder",
        "assistance_reminder",
        "assistance_session_reminder",
        "assistance_session",
        "reprimand_reminder",
    }
)
# What follows only once the lenient reading of a date has passed too.
LENIENTLY: Final[dict[str, str]] = {
    "data_request_due": N_("Bila belum juga dijawab, surat peringatan diusulkan kepada petugas."),
}
STANDS_STILL: Final = N_("Peringatan berhenti sementara ({why}); tanggalnya tidak berjalan.")
RESUMES: Final = N_("Bila kewajiban belum dipenuhi, peringatan berjalan lagi.")
STOPPED: Final = N_("Waktu pemeriksaan berhenti selama menunggu perusahaan.")
ACTS: Final[dict[Act, str]] = {
    Act.OPEN: N_("Kewajiban dibuat untuk setiap akun yang wajib lapor."),
    Act.SENDING_OPENS: N_("Periode berakhir dan laporan dapat dikirim."),
    Act.REMIND: N_("Pengingat {days} hari sebelum {due} dikirim kepada yang belum melapor (zona {zone})."),
    Act.OVERDUE: N_("Yang belum melapor sampai {due} masuk daftar lewat batas waktu."),
    Act.WINDOW_CLOSES: N_("Kesempatan perbaikan data untuk batas waktu {due} berakhir."),
    Act.PROPOSE_WARNINGS: N_(
        "Peringatan diusulkan kepada pejabat bagi yang belum melapor (batas waktu {due})."
    ),
    Act.SUMMARY: N_("Rekap periode disusun dan dikirim kepada petugas kepatuhan."),
}
