"""Bidang Usaha: codes of KBLI 2020 and what the company may replace them by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue

from api.pages.urls import url
from services.i18n import N_, Translator
from services.reference import kbli
from services.reference.kbli import CURRENT, Kbli

SECTION: Final = "business_fields"
_SAME: Final = N_("Nomor dan judulnya tidak berubah.")
_COMPARE: Final = N_("Nomor atau judulnya berubah: bandingkan dengan NIB Anda.")
_NONE: Final = N_("Tidak ada padanan yang pasti dalam daftar kami: lihat NIB Anda.")


@dataclass(frozen=True)
class Proposed:
    """A row with an old code. `href` opens it with the new one typed in, "" where nothing can be proposed."""

    old: str
    new: str
    remark: str
    href: str


def proposed(rows: Sequence[Mapping[str, JsonValue]], words: Translator) -> list[Proposed]:
    """Every row whose code is of an older KBLI. Nothing is changed before the company saves the row."""
    return [
        _of(number, code, words)
        for number, row in enumerate(rows)
        if (code := Kbli.parse(str(row.get("kbli")))) is not None and code.version != CURRENT
    ]


def _of(number: int, old: Kbli, words: Translator) -> Proposed:
    found = kbli.successor(old)
    if found is None:
        return Proposed(_named(old), "", words.gettext(_NONE), "")
    remark = words.gettext(_COMPARE if found.review else _SAME)
    here = url("profile_section", section=SECTION)
    return Proposed(
        _named(old), _named(found.kbli), remark, f"{here}?row={number}&kbli={found.kbli.key}#isian"
    )


def _named(code: Kbli) -> str:
    return f"{code.code} – {kbli.title(code)}"
