"""Refusals as answers: RFC 9457 problem details for programs, pages for people, in the reader's language."""

import errno
import logging
import traceback
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from api.deps import locale_of
from api.pages.errors import error_page
from api.principals import note_refusal
from api.turns import Overtaken
from services.documents.store import StoreAway
from services.errors import DomainError, FieldError, Forbidden, InvalidInput, NotFound, TooManyRequests
from services.i18n import N_, translator

log = logging.getLogger("tenggat.web")

BUSY = N_("Layanan sedang sibuk. Coba lagi sebentar lagi; yang sudah dikirim tidak hilang.")
BROKEN = N_("Terjadi kesalahan pada sistem. Kami sudah mencatatnya.")
MALFORMED = N_("Permintaan tidak dapat dibaca. Periksa isian yang ditandai.")
TYPES = "https://tenggat.example/problems/"
RETRY_AFTER = "5"

# Pydantic's own words, for programs that send the wrong type; forms are checked by the services.
_SHAPES = {
    "missing": N_("Wajib diisi."),
    "extra_forbidden": N_("Isian ini tidak dikenal."),
    "uuid_parsing": N_("Bukan pengenal yang sah."),
    "json_invalid": N_("Bukan JSON yang sah."),
}
_DATES = {"date_parsing", "date_from_datetime_parsing", "date_type"}
_NOT_A_DATE = N_("“{typed}” bukan tanggal.")
_LONGEST_QUOTED = 20
# A number beyond its column: only programs send them.
_OUT_OF_RANGE = "22003"
_FULL = {errno.ENOSPC, errno.EDQUOT}
_ANY_SHAPE = N_("Bentuk isian tidak sesuai.")


def install(app: FastAPI) -> None:
    """Register a handler for everything that can go wrong; nothing leaves without one."""
    app.exception_handler(DomainError)(_refused)
    app.exception_handler(RequestValidationError)(_malformed)
    app.exception_handler(HTTPException)(_http)
    app.exception_handler(DBAPIError)(_busy)
    app.exception_handler(PoolTimeout)(_busy)
    app.exception_handler(Overtaken)(_busy)
    app.exception_handler(OSError)(_no_room)
    app.exception_handler(Exception)(_broken)


def problem(
    request: Request,
    status: int,
    code: str,
    message: str,
    *,
    params: dict[str, Any] | None = None,
    fields: Sequence[FieldError] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    """The refusal as problem details under /api, as a page elsewhere."""
    speak = translator(locale_of(request)).gettext
    detail = speak(message, **(params or {}))
    errors = [{"field": e.field, "message": speak(e.message, **e.params)} for e in fields]
    if not request.url.path.startswith(("/api/", "/health", "/metrics")):
        return error_page(request, status, detail, headers or {}, code=code)
    body: dict[str, Any] = {
        "type": f"{TYPES}{code}",
        "title": code.replace("_", " "),
        "status": status,
        "detail": detail,
        "code": code,
        "instance": request.url.path,
        "request_id": getattr(request.state, "request_id", None),
    }
    if errors:
        body["errors"] = errors
    return JSONResponse(body, status, headers, media_type="application/problem+json")


async def _refused(request: Request, error: DomainError) -> Response:
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooManyRequests) else {}
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, Forbidden) or (type(error) is not NotFound and isinstance(error, NotFound)):
        await note_refusal(request, error)
    return problem(
        request, error.status, error.code, error.message,
        params=error.params, fields=error.fields, headers=headers,
    )  # fmt: skip


async def _malformed(request: Request, error: RequestValidationError) -> Response:
    fields = [_misshapen(found) for found in error.errors()]
    return problem(request, InvalidInput.status, "malformed", MALFORMED, fields=fields)


def _misshapen(found: Any) -> FieldError:
    field = ".".join(str(part) for part in found["loc"][1:])
    if found["type"] in _DATES:
        return FieldError(field, _NOT_A_DATE, {"typed": str(found["input"])[:_LONGEST_QUOTED]})
    return FieldError(field, _SHAPES.get(found["type"], _ANY_SHAPE))


async def _http(request: Request, error: HTTPException) -> Response:
    if isinstance(error.__cause__, OSError) and _full(error.__cause__):
        # FastAPI takes every trouble with a body for the caller's.
        return await _no_room(request, error.__cause__)
    messages = {
        404: NotFound().message,
        405: N_("Cara akses ini tidak tersedia."),
        408: N_("Kiriman datang terlalu lambat dan diputus. Periksa sambungan Anda, lalu kirim sekali lagi."),
        413: N_("Berkas atau isian terlalu besar."),
    }
    message = messages.get(error.status_code, MALFORMED)
    code = {404: "not_found", 405: "method_not_allowed", 408: "too_slow", 413: "too_large"}.get(
        error.status_code, "malformed"
    )
    return problem(request, error.status_code, code, message, headers=dict(error.headers or {}))


async def _busy(request: Request, error: Exception) -> Response:
    """The database is away, or too many came at once: ask to come back. A bug in a statement is still a bug."""
    if isinstance(error, DataError) and _state(error) == _OUT_OF_RANGE:
        log.warning("request %s: a number that no column can hold", _id(request))
        return problem(request, InvalidInput.status, "malformed", MALFORMED)
    if isinstance(error, DBAPIError) and not _passing(error):
        log.error("request %s failed: %s", _id(request), _described(error))
        return problem(request, 500, "broken", BROKEN)
    log.warning("request %s is asked to come back: %s", _id(request), _named(error))
    return problem(request, 503, "busy", BUSY, headers={"Retry-After": RETRY_AFTER})


async def _no_room(request: Request, error: OSError) -> Response:
    """A disk is full or the store of documents is away: ask to come back. Anything else is a bug."""
    if not _full(error):
        raise error
    log.error("request %s is asked to come back: %s", _id(request), error)
    return problem(request, 503, "busy", BUSY, headers={"Retry-After": RETRY_AFTER})


def _full(error: OSError) -> bool:
    return isinstance(error, StoreAway) or error.errno in _FULL


def _passing(error: DBAPIError) -> bool:
    """Lost connections, shutdown, resources, lock and statement timeouts, deadlocks: a retry may well succeed.

    What the driver refuses before it asks the server has no state either, and no retry helps.
    """
    if isinstance(error, DataError | IntegrityError | ProgrammingError):
        return False
    state = _state(error)
    return error.connection_invalidated or state[:2] in {"", "08", "40", "53", "57"} or state == "55P03"


def _state(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""


def _named(error: Exception) -> str:
    """What went wrong by class and SQLSTATE. The server's own words may repeat what somebody typed."""
    if isinstance(error, DBAPIError):
        return f"{type(error.orig).__name__} {_state(error)}".rstrip()
    return type(error).__name__


def _described(error: DBAPIError) -> str:
    """The same, with the lines of our code that led there."""
    return f"{_named(error)}\n{''.join(traceback.format_tb(error.__traceback__))}"


def _id(request: Request) -> str:
    return getattr(request.state, "request_id", "?")


async def _broken(request: Request, error: Exception) -> Response:
    log.error("request %s failed", _id(request), exc_info=error)
    return problem(request, 500, "broken", BROKEN)
