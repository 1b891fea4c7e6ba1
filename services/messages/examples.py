"""One example context per template: what the snapshot tests render and what an administrator previews."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from services.messages.rendering import Subject

AT: Final = datetime(2027, 1, 4, 2, 0, tzinfo=UTC)  # Monday 09.00 WIB, six days before the due date
ABOUT: Final = Subject(
    case_id=UUID("01940000-0000-7000-8000-000000000001"),
    account_id=UUID("01940000-0000-7000-8000-000000000002"),
)

_REPORT: Final = {
    "zone": "Asia/Makassar",
    "company": "PT Contoh Rotan Mahakam",
    "period": "2026-Q4",
    "stage": "production",
    "due_before": "2027-01-10T17:00:00+00:00",
}
_REGISTRATION: Final = {"zone": "Asia/Makassar", "company": "PT Contoh Rotan Mahakam", "number": 100001}
_REQUEST: Final = {"zone": "Asia/Makassar", "company": "PT Contoh Rotan Mahakam", "number": 1207}
_LINK: Final = {"token": "contoh-tautan-sekali-pakai", "expires_at": "2027-01-07T02:00:00+00:00"}
_EXTENSION: Final = {
    "old_before": "2027-01-10T17:00:00+00:00",
    "due_before": "2027-01-17T17:00:00+00:00",
    "instrument": "Pengumuman Contoh 1/2027",
    "reason": "banjir di Kota Samarinda",
}

_ASKED: Final = {
    "zone": "Asia/Makassar",
    "company": "PT Contoh Rotan Mahakam",
    "number": 1001,
    "matter": "report_due",
}
_ASKED_OF_OFFICE: Final = {
    "zone": "Asia/Jakarta",
    "company": "PT Contoh Rotan Mahakam",
    "number": 1001,
    "submitted_at": "2027-01-04T01:45:00+00:00",
    "due_before": "2027-01-06T17:00:00+00:00",
}

_SESSION: Final = {
    "zone": "Asia/Makassar",
    "company": "PT Contoh Rotan Mahakam",
    "number": 1001,
    "topic": "hs_code",
    "starts_at": "2027-01-05T02:00:00+00:00",
    "ends_at": "2027-01-05T02:30:00+00:00",
    "way": "video",
    "desk": "Helpdesk SIINas",
}
_REPRIMAND: Final = {
    "zone": "Asia/Makassar",
    "company": "PT Contoh Rotan Mahakam",
    "number": "ST-1001",
    "office": "Pemerintah Kota Samarinda",
    "findings": 3,
}
_WARNING: Final = {
    "zone": "Asia/Makassar",
    "company": "PT Contoh Rotan Mahakam",
    "office": "Pemerintah Kota Samarinda",
    "matter": "Laporan periode Triwulan IV 2026, Tahap Produksi",
    "matter_en": "Report of the 4th quarter of 2026, production stage",
}
EXAMPLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "registration_received": {
        **_REGISTRATION,
        "token": "contoh-tautan",
        "submitted_at": "2027-01-04T01:45:00+00:00",
        "due_before": "2027-01-05T17:00:00+00:00",
    },
    "registration_returned": {
        **_REGISTRATION,
        "token": "contoh-tautan",
        "reason": "Alamat e-mail tidak sama dengan alamat pada NIB.\nDokumen NIB tidak terbaca.",
        "due_before": "2027-01-18T17:00:00+00:00",
    },
    "registration_rejected": {**_REGISTRATION, "reason": "NIB ini bukan milik perusahaan yang mendaftar"},
    "registration_lapsed": {**_REGISTRATION, "due_before": "2027-01-03T17:00:00+00:00"},
    "upp_reminder": {
        **_REGISTRATION,
        "zone": "Asia/Jakarta",
        "submitted_at": "2027-01-04T01:45:00+00:00",
        "due_before": "2027-01-05T17:00:00+00:00",
    },
    "upp_escalation": {
        **_REGISTRATION,
        "zone": "Asia/Jakarta",
        "submitted_at": "2026-12-29T01:45:00+00:00",
        "due_before": "2026-12-30T17:00:00+00:00",
    },
    "account_activated": {
        **_LINK,
        "zone": "Asia/Makassar",
        "company": "PT Contoh Rotan Mahakam",
        "username": "contohrotan1001",
    },
    "person_invited": {**_LINK, "username": "verifikator.contoh"},
    "password_reset": {**_LINK, "zone": "Asia/Jayapura", "username": "contohrotan1001"},
    "password_changed": {"username": "contohrotan1001", "changed_at": "2027-01-04T01:30:00+00:00"},
    "account_voided": {
        "zone": "Asia/Makassar",
        "company": "PT Contoh Rotan Mahakam",
        "reason": "Data pendaftaran tidak sesuai dengan keadaan sebenarnya",
        "voided_at": "2027-01-04T01:30:00+00:00",
    },
    "company_data_changed": {
        "zone": "Asia/Makassar",
        "company": "PT Contoh Rotan Mahakam",
        "section": "head_office",
        "part": "Alamat Kantor Pusat",
        "part_en": "Head office address",
        "letter_number": "017/SP/I/2027",
        "changed_at": "2027-01-04T01:30:00+00:00",
    },
    "licence_valid": {
        "company": "PT Contoh Rotan Mahakam",
        "licence": "Sertifikat Standar",
        "licence_number": "CONTOH-0001/2026",
    },
    "licence_invalid": {
        "company": "PT Contoh Rotan Mahakam",
        "licence": "Sertifikat Standar",
        "note": "Halaman kedua tidak terbaca; mohon diunggah kembali.",
    },
    "licence_review_waiting": {
        "company": "PT Contoh Rotan Mahakam",
        "licence": "Perizinan Berusaha Sektor Industri",
        "submitted_at": "2026-12-28T01:45:00+00:00",
        "due_before": "2026-12-31T17:00:00+00:00",
    },
    "licence_expiring": {
        "zone": "Asia/Makassar",
        "company": "PT Contoh Rotan Mahakam",
        "licence": "Perizinan Berusaha Sektor Industri",
        "licence_number": "CONTOH-0001/2026",
        "due_before": "2027-02-03T17:00:00+00:00",
    },
    "licence_expired": {
        "zone": "Asia/Makassar",
        "company": "PT Contoh Rotan Mahakam",
        "licence": "Perizinan Berusaha Sektor Industri",
        "due_before": "2027-01-03T17:00:00+00:00",
    },
    "period_opened": {**_REPORT, "sending_opens_at": "2027-01-05T17:00:00+00:00"},
    "report_reminder": {**_REPORT, "basis": "Permenperin 13/2025"},
    "report_reminder_last": {
        **_REPORT,
        "due_before": "2027-01-05T17:00:00+00:00",
        "instrument": "Pengumuman Contoh 1/2027",
        "reason": "gangguan layanan pada 2 Januari 2027",
    },
    "report_overdue": {**_REPORT, "due_before": "2027-01-03T17:00:00+00:00"},
    "report_received": {
        **_REPORT,
        "number": 10001,
        "sent_at": "2027-01-04T01:59:12+00:00",
        "content_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    },
    "report_returned": {
        **_REPORT,
        "due_before": "2027-01-18T17:00:00+00:00",
        "note": "Produksi: satuan kursi rotan tertulis dalam kilogram.\nTenaga Kerja: pekerja tidak tetap kosong.",
    },
    "report_validated": {key: _REPORT[key] for key in ("zone", "company", "period", "stage")},
    "report_correction_lapsed": {**_REPORT, "due_before": "2027-01-03T17:00:00+00:00"},
    "review_reminder": {"desk": "verification"},
    "review_escalation": {"desk": "validation", "status": "verified"},
    "rollback_requested": {**_REPORT, "due_before": "2027-01-06T17:00:00+00:00"},
    "rollback_granted": {**_REPORT, "due_before": "2027-01-11T17:00:00+00:00"},
    "rollback_refused": {
        **{key: _REPORT[key] for key in ("zone", "company", "period", "stage")},
        "reason": "Nilai yang disebut sudah benar menurut lampiran laporan.",
    },
    "rollback_resend_reminder": {**_REPORT, "due_before": "2027-01-06T17:00:00+00:00"},
    "rollback_expired": {**_REPORT, "due_before": "2027-01-03T17:00:00+00:00"},
    "extension_granted": {**_REPORT, **_EXTENSION},
    "extension_undone": {
        **_REPORT,
        **_EXTENSION,
        "old_before": "2027-01-17T17:00:00+00:00",
        "due_before": "2027-01-10T17:00:00+00:00",
    },
    "extension_request_granted": {
        **_ASKED,
        "days": 7,
        "old_before": "2027-01-10T17:00:00+00:00",
        "due_before": "2027-01-17T17:00:00+00:00",
        "note": "Sesuai surat keterangan BPBD yang dilampirkan.",
    },
    "extension_request_refused": {
        **_ASKED,
        "due_before": "2027-01-10T17:00:00+00:00",
        "reason": "Bukti yang dilampirkan tidak menyebut lokasi pabrik.",
    },
    "extension_request_waiting": {**_ASKED_OF_OFFICE},
    "extension_request_escalation": {**_ASKED_OF_OFFICE},
    "unit_proposal_accepted": {
        "zone": "Asia/Makassar",
        "company": "PT Contoh Rotan Mahakam",
        "number": 1001,
        "unit": "Sisir",
        "listed_as": "sisir",
    },
    "unit_proposal_refused": {
        "zone": "Asia/Makassar",
        "company": "PT Contoh Rotan Mahakam",
        "number": 1002,
        "unit": "tumpuk",
        "reason": "Besarnya berbeda di setiap tempat. Laporkan dalam batang.",
    },
    "non_production_accepted": {
        **{key: _REPORT[key] for key in ("zone", "company", "period", "stage")},
        "number": 1001,
        "note": "Sesuai surat direktur tanggal 4 Januari 2027.",
    },
    "non_production_refused": {
        **{key: _REPORT[key] for key in ("zone", "company", "period", "stage")},
        "number": 1001,
        "reason": "Surat belum ditandatangani oleh direktur.",
    },
    "non_production_waiting": {**_ASKED_OF_OFFICE, "period": "2026-Q4"},
    "assistance_booked": {**_SESSION, "place": "https://rapat.example/meja-bantuan-3"},
    "assistance_reminder": {**_SESSION, "place": "https://rapat.example/meja-bantuan-3"},
    "assistance_closed": {
        **{key: _SESSION[key] for key in ("zone", "company", "number", "topic")},
        "outcome": "held",
        "note": "Kode HS 9401.53 dipilih bersama dari daftar acuan.\nLaporan dapat dikirim.",
    },
    "assistance_waiting": {**_ASKED_OF_OFFICE, "topic": "hs_code"},
    "assistance_session_ahead": {
        **{key: value for key, value in _SESSION.items() if key != "desk"},
        "zone": "Asia/Jakarta",
    },
    "assistance_session_changed": {
        **{key: value for key, value in _SESSION.items() if key != "desk"},
        "zone": "Asia/Jakarta",
        "change": "moved",
        "now_starts_at": "2027-01-08T06:30:00+00:00",
    },
    "assistance_unrecorded": {
        "zone": "Asia/Jakarta",
        "company": "PT Contoh Rotan Mahakam",
        "number": 1001,
        "starts_at": "2027-01-05T02:00:00+00:00",
        "due_before": "2027-01-06T17:00:00+00:00",
    },
    "reprimand_letter": {**_REPRIMAND, "issued_at": "2027-05-04T02:00:00+00:00"},
    "reprimand_waiting": {
        **_REPRIMAND,
        "zone": "Asia/Jakarta",
        "submitted_at": "2027-05-03T02:00:00+00:00",
        "due_before": "2027-05-10T17:00:00+00:00",
    },
    "deadline_moved": {
        "zone": "Asia/Makassar",
        "company": "PT Contoh Rotan Mahakam",
        "matter": "report_correction_due",
        "old_before": "2027-03-17T17:00:00+00:00",
        "due_before": "2027-03-18T17:00:00+00:00",
        "instrument": "SKB Contoh 1/2027",
        "reason": "cuti bersama ditambah satu hari",
    },
    "data_request": {**_REQUEST, "token": "contoh-tautan-sekali-pakai"},
    "data_request_followup": {**_REQUEST, "token": "contoh-tautan-sekali-pakai"},
    "data_request_reminder": {**_REQUEST, "due_before": "2027-01-05T17:00:00+00:00"},
    "data_request_late": {**_REQUEST, "due_before": "2027-01-03T17:00:00+00:00"},
    "data_request_accepted": _REQUEST,
    "data_request_withdrawn": {**_REQUEST, "reason": "Data yang sama sudah ada di laporan triwulan Anda."},
    "warning_letter": {
        **_WARNING,
        "number": "00012/SP-2/64.72/2027",
        "rung": 2,
        "issued_at": "2027-02-17T02:00:00+00:00",
        "due_before": "2027-01-10T17:00:00+00:00",
        "basis": "Permenperin 13/2025",
    },
    "warning_ended": {key: _WARNING[key] for key in ("zone", "company", "matter", "matter_en")},
    "sanction_decided": {
        **_WARNING,
        "number": "500/017/2027",
        "sanction": "fine",
        "amount": 25000000,
        "decided_at": "2027-05-03T02:00:00+00:00",
        "basis": "Permenperin 13/2025",
    },
    "period_summary": {
        "period": "2026-Q4",
        "due_before": "2027-01-10T17:00:00+00:00",
        "expected": 159812,
        "on_time": 22415,
        "late": 1208,
        "missing": 136189,
    },
}
