"""Refusals about who someone is or what they may see."""

from services.errors import DomainError, Forbidden, NotFound, Unauthenticated
from services.i18n import N_


class Hidden(NotFound):
    """It exists, but this principal may not know: looks like NotFound outside, is recorded as a refusal."""


class NdaRequired(Forbidden):
    """An official has to accept the non-disclosure agreement first."""

    code = "nda_required"

    def __init__(
        self,
        message: str = N_("Setujui dahulu perjanjian kerahasiaan sebelum membuka data perusahaan."),
    ) -> None:
        super().__init__(message)


class ReauthenticationRequired(Forbidden):
    """The step needs a password given a short while ago."""

    code = "reauthentication_required"

    def __init__(self, message: str = N_("Masukkan kembali kata sandi Anda untuk melanjutkan.")) -> None:
        super().__init__(message)


class SignInRefused(Unauthenticated):
    """One answer for every wrong username, password, code or closed access."""

    code = "sign_in_refused"

    def __init__(self, message: str = N_("Nama pengguna, kata sandi, atau kode salah.")) -> None:
        super().__init__(message)


class LinkExpired(DomainError):
    """A one-time link was used before, replaced by a newer one, or is too old."""

    code = "link_expired"
    status = 410

    def __init__(
        self, message: str = N_("Tautan ini sudah dipakai atau tidak berlaku lagi. Minta tautan baru.")
    ) -> None:
        super().__init__(message)
