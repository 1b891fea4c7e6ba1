"""Refusals that are part of the rules. Everything else is a bug and must not be caught."""

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar

from services.i18n import N_


@dataclass(frozen=True)
class FieldError:
    """One field that cannot be accepted: its path, and why, as an Indonesian message id."""

    field: str
    message: str
    params: dict[str, Any] = dataclasses.field(default_factory=dict)


class DomainError(Exception):
    """A refusal a person can understand. `message` is a gettext id; the edge translates it.

    `params` fill the placeholders of the message; `fields` point at what was typed.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409

    def __init__(
        self,
        message: str,
        *,
        field: str | None = None,
        fields: list[FieldError] | None = None,
        **params: Any,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.params = params
        self.fields = fields or ([FieldError(field, message, params)] if field else [])
        self.field = field or (self.fields[0].field if self.fields else None)

    def __str__(self) -> str:
        return self.message.format(**self.params)


class NotFound(DomainError):
    code = "not_found"
    status = 404

    def __init__(self, message: str = N_("Yang Anda cari tidak ditemukan."), **params: Any) -> None:
        super().__init__(message, **params)


class Unauthenticated(DomainError):
    code = "unauthenticated"
    status = 401

    def __init__(self, message: str = N_("Silakan masuk terlebih dahulu."), **params: Any) -> None:
        super().__init__(message, **params)


class Forbidden(DomainError):
    code = "forbidden"
    status = 403

    def __init__(self, message: str = N_("Anda tidak berwenang melakukan ini."), **params: Any) -> None:
        super().__init__(message, **params)


class Conflict(DomainError):
    code = "conflict"


class StaleVersion(Conflict):
    """The caller read an older version than the one stored."""

    code = "stale_version"

    def __init__(
        self,
        message: str = N_("Data ini telah berubah sejak Anda membukanya (sekarang versi {version})."),
        *,
        version: int,
    ) -> None:
        super().__init__(message, version=version)


class TransitionRefused(Conflict):
    """The case is not in a state from which this step is possible."""

    code = "transition_refused"


class InvalidInput(DomainError):
    code = "invalid_input"
    status = 422


class TooLarge(DomainError):
    code = "too_large"
    status = 413


class TooManyRequests(DomainError):
    """Try again in `retry_after` seconds."""

    code = "too_many_requests"
    status = 429

    def __init__(
        self, message: str = N_("Terlalu banyak percobaan. Coba lagi nanti."), *, retry_after: int = 60
    ) -> None:
        super().__init__(message, retry_after=retry_after)
        self.retry_after = retry_after
