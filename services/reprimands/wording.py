"""What a reprimand says of each disorder."""

from typing import Final

from services.i18n import N_
from services.models import Disorder

DISORDERS: Final = {
    Disorder.MISSING: N_("Tidak dikirim sampai sekarang"),
    Disorder.LATE: N_("Dikirim terlambat"),
    Disorder.UNCORRECTED: N_("Dikembalikan dan tidak diperbaiki pada waktunya"),
    Disorder.RETURNED: N_("Dikembalikan karena belum lengkap atau belum jelas"),
}
