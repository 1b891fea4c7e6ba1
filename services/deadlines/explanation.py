"""The reasons of a date in words. The only place that knows how a derivation step reads."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from services.deadlines.derivation import Step
from services.deadlines.zones import WIB, WIT, WITA
from services.i18n import N_, Translator, format_date, format_datetime, translator

TEXTS: Final[dict[str, str]] = {
    "anchor_day": N_("Dihitung sejak {anchor}: {date}."),
    "anchor_instant": N_("Dihitung sejak {anchor}: {at}. Hari itu sendiri tidak dihitung."),
    "calendar_days": N_("Ditambah hari kalender sebanyak {days}, dari {first} sampai dengan {last}."),
    "working_days": N_("Ditambah hari kerja sebanyak {days} menurut {calendar}."),
    "day_counted": N_("Hari kerja ke-{number}: {date}."),
    "day_worked": N_("Hari kerja ke-{number}: {date}, ditetapkan sebagai hari kerja ({name})."),
    "day_off": N_("Tidak dihitung: {date}, {name}."),
    "day_stood_still": N_("Tidak dihitung: {date}, waktu berhenti ({reason})."),
    "months": N_("Ditambah bulan kalender sebanyak {months}: {date}."),
    "month_end": N_("Bulan itu tidak memiliki tanggal {day}, maka dipakai hari terakhirnya: {date}."),
    "fixed": N_("Tanggal ini tetap: tidak bergeser bila jatuh pada akhir pekan atau hari libur."),
    "not_rolled": N_("{date} ditetapkan sebagai hari kerja ({name}), maka tidak bergeser."),
    "rolled": N_("{date} bukan hari kerja ({name}), maka bergeser ke {to}."),
    "until": N_("Batas waktu: {at}."),
    "from": N_("Mulai berlaku: {at}."),
    "lenient": N_(
        "Ketentuan dapat dibaca lebih longgar. Penolakan atau peringatan baru mengikuti bacaan yang longgar:"
    ),
    "lenient_until": N_("Bacaan longgar berakhir: {at}."),
    "extended": N_("Diperpanjang dari {old} menjadi {new}: {reason}."),
    "extension_without_effect": N_("Perpanjangan ke {new} tidak mengubah batas waktu {old}: {reason}."),
    "share": N_("Pengingat setelah {percent}% jam kerja menuju batas waktu itu: {at}."),
    "wave": N_("Pengingat {days} hari sebelum batas waktu {due}: {at}."),
    "last_look": N_("Sesudah {at} diperiksa sekali lagi bahwa tidak ada batas waktu yang tertinggal."),
    "undo_until": N_("Pembatalan tidak boleh membuat siapa pun terlambat: mungkin hanya sampai {at}."),
    "session_reminder": N_("Pengingat {hours} jam sebelum sesi asistensi dimulai: {at}."),
    "session_begins": N_("Sesi yang dipesan dimulai: {at}."),
    "wave_moved": N_("{date} bukan hari kerja ({name}), maka pengingat dikirim {to}."),
}

ANCHORS: Final[dict[str, str]] = {
    "period_end": N_("akhir periode pelaporan"),
    "report_due": N_("batas waktu penyampaian laporan"),
    "submitted_at": N_("pengajuan"),
    "sent_at": N_("pengiriman laporan"),
    "verified_at": N_("selesainya verifikasi"),
    "returned_at": N_("pengembalian untuk diperbaiki"),
    "granted_at": N_("pemberian izin perbaikan"),
    "requested_at": N_("pengiriman permintaan"),
    "received_at": N_("diterimanya permintaan"),
    "letter_date": N_("tanggal surat"),
    "letter_sent_at": N_("pengiriman surat"),
    "expires_on": N_("tanggal kedaluwarsa pada perizinan"),
    "session_ended_at": N_("berakhirnya sesi asistensi"),
}

CALENDARS: Final[dict[str, str]] = {
    "government": N_("kalender kerja pemerintah"),
    "public": N_("kalender libur nasional"),
}

BASES: Final = (N_("kebijakan layanan"), N_("standar layanan registrasi akun"))  # the rest are instruments

_DAYS = frozenset({"date", "first", "last", "old", "new", "to", "due"})
_CLOCKS = {timedelta(hours=7): WIB, timedelta(hours=8): WITA, timedelta(hours=9): WIT, None: WIB}


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of an explanation, and the regulation or decree it rests on."""

    code: str
    text: str
    basis: str | None


def explain(steps: Iterable[Step], locale: str = "id") -> list[Reason]:
    """The steps in words, in order, in the language of `locale`."""
    speak = translator(locale)
    return [Reason(step.code, _text(step, speak), _basis(step, speak)) for step in steps]


def _text(step: Step, speak: Translator) -> str:
    params = {name: _written(name, value, speak) for name, value in step.params.items()}
    if speak.locale != "id" and "name_en" in params:
        params["name"] = params["name_en"]
    params.pop("name_en", None)
    return speak.gettext(TEXTS[step.code], **params)


def _basis(step: Step, speak: Translator) -> str | None:
    return speak.gettext(step.basis) if step.basis in BASES else step.basis


def _written(name: str, value: str | int, speak: Translator) -> str | int:
    """A value as people read it: full dates, times with their zone, names in their language."""
    if isinstance(value, int):
        return value
    if name in _DAYS:
        return format_date(date.fromisoformat(value), speak.locale, style="full")
    if name == "at":
        return _instant(datetime.fromisoformat(value), speak)
    if name in ("anchor", "calendar"):
        return speak.gettext((ANCHORS if name == "anchor" else CALENDARS)[value])
    return speak.gettext(value) if name == "reason" else value


def _instant(at: datetime, speak: Translator) -> str:
    """An instant in WIB, with the clock it was decided on in brackets where that is another one."""
    return format_datetime(
        at, speak.locale, reader_zone=_CLOCKS[at.utcoffset()], seconds=at.second != 0, style="full"
    )
