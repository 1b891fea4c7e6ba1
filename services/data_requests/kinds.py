"""The official words for kinds and channels of requests."""

from typing import Final

from services.i18n import N_
from services.models import RequestChannel, RequestKind

KINDS: Final = {
    RequestKind.ADDITIONAL: N_("Data tambahan"),
    RequestKind.CLARIFICATION: N_("Klarifikasi data"),
    RequestKind.EXTRAORDINARY: N_("Kejadian luar biasa"),
}
CHANNELS: Final = {
    RequestChannel.PORTAL: N_("SIINas"),
    RequestChannel.LETTER: N_("Surat"),
    RequestChannel.EMAIL: N_("Surat elektronik"),
    RequestChannel.TELEPHONE: N_("Telepon"),
    RequestChannel.VISIT: N_("Kunjungan"),
}
MAILED: Final = frozenset({RequestChannel.PORTAL, RequestChannel.EMAIL})
"""Channels that tell the company by mail; both also stand in the portal."""
