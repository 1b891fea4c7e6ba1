"""Invented content for the style guide: each shared part of a page in its typical states."""

from datetime import UTC, datetime, timedelta
from typing import Any

from api.pages import shapes
from api.pages.rendering import Flash, Form
from services.errors import FieldError
from services.i18n import N_

NOW = datetime(2027, 1, 6, 2, 30, tzinfo=UTC)
_DUE = datetime(2027, 1, 10, 17, tzinfo=UTC)
_REASONS = (
    "Dihitung sejak akhir periode pelaporan: Kamis, 31 Desember 2026.",
    "Ditambah hari kalender sebanyak 10, dari Jumat, 1 Januari 2027 sampai dengan Minggu, 10 Januari 2027.",
    "Tanggal ini tetap: tidak bergeser bila jatuh pada akhir pekan atau hari libur.",
    "Batas waktu: Minggu, 10 Januari 2027 pukul 23.59.59 WIB (Permenperin 13/2025).",
)


def deadline(days: float = 0, **changes: Any) -> shapes.DeadlineView:
    """A report's deadline, moved by some days."""
    shown: dict[str, Any] = {
        "label": "Batas waktu laporan",
        "due_before": _DUE + timedelta(days=days),
        "reasons": _REASONS,
    }
    return shapes.DeadlineView(**(shown | changes))


def duties() -> list[shapes.Duty]:
    """What is owed, in each of its states: soon, late, extended, paused, settled."""
    action = shapes.Action("Isi laporan", "/laporan/1")
    extension = shapes.ExtensionView("Pengumuman Pusdatin 4/2027", "gangguan jaringan")
    return [
        shapes.Duty(
            "Laporan Triwulan IV 2026",
            "report",
            "draft",
            "Tahap produksi",
            deadline(),
            "Setelah dikirim, laporan diperiksa verifikator dalam lima hari kerja.",
            [action],
        ),
        shapes.Duty(
            "Laporan Triwulan III 2026",
            "report",
            "not_started",
            "Tahap produksi",
            deadline(-92),
            "Laporan tetap dapat dikirim. Tanpa laporan, surat peringatan dapat diusulkan.",
            [action],
        ),
        shapes.Duty(
            "Laporan Triwulan IV 2026",
            "report",
            "upcoming",
            "Tahap pembangunan",
            deadline(5, base_before=_DUE, extension=extension),
            "Pengingat pada 8 Januari 2027.",
            [shapes.Action("Isi laporan", "/laporan/2", "secondary")],
        ),
        shapes.Duty(
            "Pendaftaran akun #100001",
            "registration",
            "returned",
            "PT Contoh Rotan Mahakam",
            deadline(paused_since=NOW - timedelta(days=1)),
            "Perusahaan memperbaiki pendaftaran.",
        ),
        shapes.Duty(
            "Laporan Triwulan II 2026",
            "report",
            "validated",
            "Tahap produksi",
            deadline(-184, met_at=NOW - timedelta(days=190)),
        ),
    ]


def timeline() -> dict[str, Any]:
    """A report's past and future."""
    day = timedelta(days=1)
    return {
        "past": [
            shapes.PastEvent(NOW - 17 * day, "Kewajiban dibuat", "proses periode"),
            shapes.PastEvent(
                NOW - 10 * day,
                "Pengingat pertama dikirim",
                "sistem",
                detail="ke narahubung perusahaan",
                facts=[("Templat", "report_reminder"), ("Jalur", "notices")],
            ),
            shapes.PastEvent(
                NOW - 3 * day,
                "Batas waktu diperpanjang",
                "administrator",
                tone="warning",
                recorded_at=NOW - 2 * day,
                detail="10 Januari menjadi 15 Januari 2027: gangguan jaringan",
            ),
            shapes.PastEvent(NOW - day, "Laporan dikirim", "pengguna perusahaan", tone="positive"),
        ],
        "future": [
            shapes.FutureStep("Verifikasi selesai", NOW + 6 * day, basis="sasaran layanan: lima hari kerja"),
            shapes.FutureStep("Pengembalian data", certain=False, detail="bila ada yang kurang jelas"),
            shapes.FutureStep("Validasi direktorat pembina", detail="setelah verifikasi"),
        ],
    }


def cases() -> list[shapes.CaseRow]:
    """Queue rows: on time, late, stuck, held."""
    row = shapes.CaseRow
    return [
        row(
            "/kasus/1",
            "PT Contoh Rotan Mahakam",
            "registration",
            "submitted",
            "#100001 · NIB 9120000000017",
            "Kota Samarinda",
            deadline=deadline(-3),
            waiting_since=NOW - timedelta(hours=5),
        ),
        row(
            "/kasus/2",
            "CV Contoh Kayu Lestari",
            "licence-review",
            "pending",
            "Sertifikat Standar · KBLI 16291",
            "Kab. Kutai Kartanegara",
            deadline=deadline(-6),
            waiting_since=NOW - timedelta(days=3),
            assignee="Petugas UPP 2",
        ),
        row(
            "/kasus/3",
            "PT Contoh Galangan Berau",
            "report",
            "sent",
            "Tahap produksi · #10023",
            "Kab. Berau",
            "Triwulan IV 2026",
            deadline=deadline(6),
            waiting_since=NOW - timedelta(minutes=40),
            stuck=True,
        ),
        row(
            "/kasus/4",
            "UD Contoh Amplang",
            "report",
            "returned",
            "Tahap produksi · #10024",
            "Kota Balikpapan",
            "Triwulan IV 2026",
            deadline=deadline(paused_since=NOW),
            held=True,
        ),
    ]


def fields() -> list[shapes.Field]:
    """One of every kind of field, the last asked only while another says yes."""
    field, option = shapes.Field, shapes.Option
    return [
        field("product", "text", "Produk", "Per jenis produk."),
        field(
            "machine_value",
            "money",
            "Nilai mesin",
            "Total nilai pembelian sampai akhir periode.",
            previous=2_750_000_000,
            elsewhere=shapes.Action("Minta asistensi", "#"),
            aside="Bila nilai investasi memang turun, verifikator dapat menurunkan nilai pembandingnya.",
        ),
        field("quantity", "number", "Jumlah dalam satuan asli", unit="ton"),
        field("ordered_on", "date", "Tanggal dokumen", required=False),
        field(
            "unit",
            "select",
            "Satuan",
            options=[option("ton", "ton"), option("kg", "kilogram")],
            elsewhere=shapes.Action("Satuan tidak ada? Ajukan", "#"),
        ),
        field("description", "textarea", "Spesifikasi", "Ukuran, komposisi, atau mutu."),
        field("sizes", "checkboxes", "Ukuran elpiji", options=[option("3", "3 kg"), option("12", "12 kg")]),
        field("exported", "yes_no", "Apakah produk ini diekspor?"),
        field(
            "share", "number", "Persentase ekspor", unit="%", visible_when={"field": "exported", "is": True}
        ),
        field(
            "scan",
            "file",
            "Salinan dokumen",
            stored=shapes.StoredFile("nib-contoh.pdf", 1_482_113, "/dokumen/1"),
        ),
    ]


def password_rules() -> list[shapes.PasswordRule]:
    """Rules as the sign-up page shows them."""
    return [
        shapes.PasswordRule("Sedikitnya 12 karakter", "^.{12,}$"),
        shapes.PasswordRule("Sedikitnya satu angka", "[0-9]"),
        shapes.PasswordRule("Sedikitnya satu huruf besar", "[A-Z]"),
        shapes.PasswordRule("Sedikitnya satu simbol", "[^A-Za-z0-9]"),
    ]


def components() -> dict[str, Any]:
    """The context of dev/components.html."""
    refused = Form(
        {"product": "Keranjang rotan", "machine_value": "2.500.000.000", "exported": "true", "sizes": ["3"]},
        [
            FieldError(
                "machine_value",
                N_("Nilai investasi yang diisi tidak boleh lebih kecil dibandingkan periode sebelumnya"),
            ),
            FieldError("quantity", N_("Wajib diisi.")),
        ],
    )
    rows = [
        shapes.TableRow("a", ["Keranjang rotan", "31002", "1.250", "Rp875.000.000"]),
        shapes.TableRow("b", ["Kursi rotan", "31002", "340", "Rp1.190.000.000"]),
    ]
    tile = shapes.Tile
    return {
        "form": refused,
        "fields_shown": fields(),
        "rules": password_rules(),
        "duties": duties(),
        "cases": cases(),
        "deadline": deadline(),
        "rows": rows,
        "columns": [
            shapes.Column("Produk", sort="?urut=produk", sorted="asc"),
            shapes.Column("KBLI"),
            shapes.Column("Jumlah (ton)", numeric=True),
            shapes.Column("Nilai", numeric=True, sort="?urut=nilai"),
        ],
        "paging": shapes.Paging(25, 1204, previous="?sebelum=a", next="?sesudah=b"),
        "tiles": [
            tile("Menunggu keputusan", "14", "3 lewat batas", "warning"),
            tile("Jatuh tempo hari ini", "5", tone="info"),
            tile("Terlambat", "3", tone="negative"),
            tile("Selesai bulan ini", "212", tone="positive"),
        ],
        "tabs": [
            shapes.Tab("Semua", "#", True, 14),
            shapes.Tab("Pendaftaran", "#", count=9),
            shapes.Tab("Perizinan", "#", count=5),
        ],
        "steps": [
            shapes.Step("Pendaftaran dikirim", "done", "4 Januari 2027 pukul 09.12 WIB"),
            shapes.Step("Pemeriksaan UPP", "current", "paling lama satu hari kerja"),
            shapes.Step("Akun dibuat", "todo"),
        ],
        "documents": [
            shapes.DocumentRow(
                "nib-contoh.pdf", "/dokumen/1", 1_482_113, "PDF", NOW - timedelta(days=2), "clean"
            ),
            shapes.DocumentRow("surat-pernyataan.jpg", "/dokumen/2", 482_113, "JPG", NOW, "quarantined"),
        ],
        "flashes": [Flash("Data telah tersimpan."), Flash("Tautan baru dikirim ke e-mail NIB.", "info")],
        "checks": [
            shapes.Check("Data Khusus belum diisi secara lengkap", False, "#"),
            shapes.Check("Data produksi sudah diisi", True),
            shapes.Check("Surat Pernyataan belum di upload", False, "#"),
        ],
        **timeline(),
    }
