"""What the parts of a rule are called, and how their values are written and read back on a form."""

import json
from typing import Any, Final

from api.pages import labels
from services.i18n import N_, Translator

FILES: Final = {
    "regimes": N_("Peraturan dan periodenya"),
    "deadlines": N_("Batas waktu bagi perusahaan"),
    "targets": N_("Target dan jam kerja kantor"),
    "reminders": N_("Pengingat"),
    "notices": N_("Jam pemberitahuan"),
    "ladders": N_("Tangga peringatan"),
    "jurisdictions": N_("Kewenangan memperingatkan"),
    "data_requests": N_("Permintaan data"),
    "extensions": N_("Perpanjangan oleh kantor"),
    "extension_requests": N_("Permohonan perpanjangan oleh perusahaan"),
    "extensions_of_record": N_("Perpanjangan yang pernah diumumkan"),
    "assistance": N_("Meja bantuan"),
    "supervision": N_("Tertib pelaporan dan teguran"),
    "plausibility": N_("Pemeriksaan kewajaran laporan"),
}
KEYS: Final = {
    "name": N_("Nama"),
    "id": N_("Nama"),
    "regime": N_("Peraturan"),
    "anchor": N_("Dihitung sejak"),
    "add.days": N_("Ditambah hari"),
    "add.months": N_("Ditambah bulan"),
    "add.unit": N_("Jenis hari"),
    "add.calendar": N_("Kalender"),
    "lenient.days": N_("Bacaan longgar: hari"),
    "lenient.unit": N_("Bacaan longgar: jenis hari"),
    "lenient.calendar": N_("Bacaan longgar: kalender"),
    "at": N_("Jam"),
    "edge": N_("Akhir atau awal"),
    "zone": N_("Zona waktu"),
    "roll": N_("Bila jatuh pada hari libur"),
    "basis": N_("Dasar"),
    "percent": N_("Persen waktu kerja"),
    "of": N_("Menuju batas waktu"),
    "waves": N_("Gelombang (hari dan surat)"),
    "send_hour": N_("Jam kirim"),
    "opens": N_("Mulai jam"),
    "closes": N_("Sampai jam"),
    "calendar": N_("Kalender"),
    "deadline": N_("Batas waktu"),
    "scales": N_("Skala usaha"),
    "authority": N_("Pejabat berwenang"),
    "second_person_above": N_("Orang kedua di atas (kewajiban)"),
    "furthest_days": N_("Paling jauh (hari setelah batas waktu yang berlaku)"),
    "max_days": N_("Paling banyak hari"),
    "first": N_("Periode pertama"),
    "last": N_("Periode terakhir"),
}
MEASURES: Final = {
    "reminders": N_("Pengingat laporan"),
    "letters": N_("Surat peringatan"),
    "sanction_decisions": N_("Keputusan setelah peringatan terakhir"),
    "office_decisions": N_("Keputusan kantor yang jatuh tempo"),
}


def entry_name(path: str, words: Translator) -> str:
    """What an entry is called: the date it gives, or its own name."""
    name, _, regime = path.rpartition(".")[2].partition("@")
    known = words.gettext(labels.word("deadline", name))
    return f"{known} ({regime.replace('_', ' ')})" if regime else known


def key_name(path: str, entry: str, words: Translator) -> str:
    """What a value of an entry is called; its place in the rule when it has no word."""
    place = path.removeprefix(f"{entry}.")
    return words.gettext(KEYS[place]) if place in KEYS else place


def written(value: Any) -> str:
    """A value as it stands on a form: plain words as they are, everything else as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def read(text: str, current: Any) -> Any:
    """A value as it was typed. Words stay words where the rule has words now."""
    text = text.strip()
    if not text:
        return None
    if isinstance(current, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
