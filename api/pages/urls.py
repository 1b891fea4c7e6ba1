"""Where every page lives: one spelling of each path, for routes and for links."""

import hashlib
import re
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, urlencode

STATIC = Path(__file__).resolve().parent.parent / "static"

PATHS: dict[str, str] = {
    # public
    "landing": "/",
    "status": "/status",
    "language": "/bahasa",
    "register": "/pendaftaran",
    "register_done": "/pendaftaran/{registration}/bukti",
    "register_receipt": "/pendaftaran/{registration}/bukti/cetak",
    "registration_status": "/pendaftaran/{registration}",
    "registration_correction": "/pendaftaran/{registration}/perbaikan",
    "sign_in": "/masuk",
    "second_factor": "/masuk/kode",
    "sign_out": "/keluar",
    "reauthenticate": "/masuk-ulang",
    "activate": "/aktivasi/{token}",
    "reset_request": "/lupa-kata-sandi",
    "reset": "/atur-ulang/{token}",
    "check": "/periksa/{code}",
    "check_form": "/periksa",
    # company
    "company_home": "/beranda",
    "choose_account": "/pilih-akun",
    "own_person": "/pengguna",
    "ownership_proof": "/perusahaan/bukti-kepemilikan",
    "profile": "/perusahaan",
    "profile_section": "/perusahaan/{section}",
    "licences": "/perizinan",
    "reports": "/laporan",
    "report": "/laporan/{report}",
    "report_delete": "/laporan/{report}/hapus",
    "report_receipt": "/laporan/{report}/bukti",
    "report_section": "/laporan/{report}/bagian/{section}",
    "report_statement": "/laporan/{report}/surat-pernyataan",
    "report_statement_letter": "/laporan/{report}/surat-pernyataan/cetak",
    "report_send": "/laporan/{report}/kirim",
    "report_tracking": "/laporan/{report}/tracking",
    "report_correction": "/laporan/{report}/tracking/{correction}",
    "rollback_request": "/laporan/{report}/perbaikan-data",
    "data_requests": "/permintaan-data",
    "data_request": "/permintaan-data/{case}",
    "data_request_answer": "/permintaan-data/{case}/jawaban",
    "data_request_attach": "/permintaan-data/{case}/lampiran",
    "data_request_detach": "/permintaan-data/{case}/lampiran/{document}/hapus",
    "data_request_file": "/permintaan-data/{case}/berkas/{document}",
    "data_request_confirm": "/permintaan-data/{case}/terima",
    "announcements": "/pengumuman",
    "announcement": "/pengumuman/{message}",
    # officers
    "queue": "/antrean",
    "cases": "/kasus",
    "case": "/kasus/{case}",
    "case_hold": "/kasus/{case}/tahan",
    "case_release": "/kasus/{case}/lanjutkan",
    "case_assignment": "/kasus/{case}/petugas",
    "case_note": "/kasus/{case}/catatan",
    "case_step": "/kasus/{case}/langkah",
    "case_evidence": "/kasus/{case}/bukti",
    "deadline_letter": "/kasus/{case}/batas-waktu/{deadline}/cetak",
    "case_purpose": "/kasus/{case}/keperluan",
    "registration_decision": "/kasus/{case}/pendaftaran",
    "licence_decision": "/kasus/{case}/perizinan",
    "review": "/kasus/{case}/pemeriksaan",
    "review_difference": "/kasus/{case}/perbedaan",
    "rollback_decision": "/kasus/{case}/perbaikan-data",
    "reviews": "/pemeriksaan/{desk}",
    "review_bulk": "/pemeriksaan/{desk}/bersama",
    "review_batch": "/pemeriksaan/bersama/{batch}",
    "data_request_case": "/kasus/{case}/permintaan-data",
    "data_request_receipt": "/kasus/{case}/permintaan-data/bukti",
    "data_request_decision": "/kasus/{case}/permintaan-data/keputusan",
    "data_request_withdrawal": "/kasus/{case}/permintaan-data/penarikan",
    "data_request_letter": "/kasus/{case}/permintaan-data/surat",
    "data_request_orders": "/permintaan",
    "data_request_new": "/permintaan/baru",
    "data_request_order": "/permintaan/{order}",
    "contacts": "/kontak",
    "contact": "/kontak/{task}",
    "document": "/dokumen/{document}",
    "document_view": "/dokumen/{document}/tampilan",
    "account": "/akun/{account}",
    "account_void": "/akun/{account}/pembatalan",
    "account_purpose": "/akun/{account}/keperluan",
    "nda": "/kerahasiaan",
    # administrators
    "extensions": "/admin/perpanjangan",
    "extension_new": "/admin/perpanjangan/baru",
    "extension": "/admin/perpanjangan/{extension}",
    "extension_approval": "/admin/perpanjangan/{extension}/persetujuan",
    "extension_undo": "/admin/perpanjangan/{extension}/pembatalan",
    "extension_dry_run": "/admin/perpanjangan/{extension}/uji-coba",
    "extension_cancel": "/admin/perpanjangan/{extension}/penghentian",
    "periods": "/admin/periode",
    "period": "/admin/periode/{period}",
    "period_opening": "/admin/periode/{period}/pembukaan",
    "health": "/admin/kesehatan",
    "lane": "/admin/kesehatan/jalur/{lane}",
    "held_message": "/admin/kesehatan/surat/{message}",
    "people": "/admin/pengguna",
    "person_new": "/admin/pengguna/baru",
    "person": "/admin/pengguna/{person}",
    "person_role": "/admin/pengguna/{person}/peran",
    "person_role_end": "/admin/pengguna/{person}/peran/{grant}/cabut",
    "person_access": "/admin/pengguna/{person}/akses",
    "reads": "/admin/pembacaan",
    "clock": "/admin/jam",
    # development
    "dev_mail": "/dev/mail",
    "dev_mail_message": "/dev/mail/{message}",
    "dev_mail_html": "/dev/mail/{message}/html",
    "dev_components": "/dev/components",
}


def url(name: str, /, *, query: dict[str, object] | None = None, **parts: object) -> str:
    """The path of a page by its name in `PATHS`; KeyError for an unknown name or a missing part.

    Empty and None values of `query` are left out.
    """
    path = re.sub(r"{(\w+)}", lambda part: quote(str(parts[part[1]]), safe=""), PATHS[name])
    kept = {key: value for key, value in (query or {}).items() if value not in (None, "")}
    return f"{path}?{urlencode(kept)}" if kept else path


@lru_cache(maxsize=64)
def static(path: str) -> str:
    """The address of one of our files, with its content's hash so that browsers may keep it for good."""
    digest = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]
    return f"/static/{path}?v={digest}"
