"""Files that survive a refused form: what was taken in stays in the store, and the form carries a token of it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import Request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.datastructures import UploadFile

from api.bodies import form_of
from api.cookies import settings_of
from api.deps import parts_of
from api.pages.forms import texts
from api.pages.shapes import StoredFile
from api.security import MAX_UPLOAD_BODY
from api.uploads import chunks, uploaded_name
from services.documents.inspection import MediaType
from services.documents.uploads import Accepted
from services.errors import DomainError, FieldError, InvalidInput, TooLarge
from services.i18n import N_
from services.models.documents import ScanState

TOKEN: Final = "document_token"  # noqa: S105  (the name of a field)
DROP: Final = "document_drop"
"""Names, by its token, a kept file that a form with several shall forget."""
LIFE_SECONDS: Final = 4 * 3600
"""Files that no row knows are swept out of the store after a day."""
MAX_FORM_BODY: Final = MAX_UPLOAD_BODY


async def taken_in(request: Request, typed: dict[str, Any], field: str) -> Accepted | None:
    """The file of this form, or the one it kept; None when there is none. InvalidInput or TooLarge at the field.

    To be called before the first statement of the request: no transaction stands open while a file is looked at.
    """
    form = await form_of(request)
    upload = form.get(field)
    if not isinstance(upload, UploadFile) or not upload.filename:
        return _kept(request, typed)
    accepted = await parts_of(request).intake.accept(
        chunks(upload), filename=uploaded_name(upload), field=field
    )
    typed[TOKEN] = _serializer(request).dumps(vars(accepted))
    return accepted


async def tried(
    request: Request, typed: dict[str, Any], field: str
) -> tuple[Accepted | None, list[FieldError]]:
    """As `taken_in`, with a refusal as errors at the field, to be shown with those of the other fields."""
    try:
        return await taken_in(request, typed, field), []
    except (InvalidInput, TooLarge) as refused:
        return None, refused.fields or [FieldError(field, refused.message, refused.params)]


async def several(
    request: Request, typed: dict[str, Any], field: str, *, most: int
) -> tuple[list[Accepted], list[FieldError]]:
    """All files of a field that takes several: those the form kept and were not left out, and those chosen now.

    Each is refused by its name; what passed stays with the form. At most `most` together.
    """
    dropped = set(texts(typed, DROP))
    files = [
        kept for token in texts(typed, TOKEN) if token not in dropped and (kept := _read(request, token))
    ]
    form = await form_of(request)
    uploads = [one for one in form.getlist(field) if isinstance(one, UploadFile) and one.filename]
    problems: list[FieldError] = []
    if len(files) + len(uploads) > most:
        uploads = []
        problems.append(FieldError(field, N_("Paling banyak {most} berkas."), {"most": most}))
    for upload in uploads:
        name = uploaded_name(upload)
        try:
            files.append(await parts_of(request).intake.accept(chunks(upload), filename=name, field=field))
        except (InvalidInput, TooLarge) as refused:
            problems += refused.fields or [FieldError(field, refused.message, refused.params)]
    typed[TOKEN] = [_serializer(request).dumps(vars(file)) for file in files]
    typed.pop(DROP, None)
    return files, problems


def listed(files: Sequence[Accepted], typed: Mapping[str, Any]) -> list[StoredFile]:
    """The kept files as a form names them, each with the token that it carries on."""
    tokens = texts(typed, TOKEN)
    return [
        StoredFile(file.filename, file.size, token=token) for file, token in zip(files, tokens, strict=True)
    ]


def shown(accepted: Accepted | None) -> StoredFile | None:
    """The kept file as the form names it."""
    return StoredFile(accepted.filename, accepted.size) if accepted else None


def together(problems: list[FieldError], refused: DomainError | None, otherwise: str) -> InvalidInput | None:
    """One refusal out of several; None when nothing was refused."""
    fields = [*problems, *(refused.fields if refused else ())]
    if refused is not None and not refused.fields:
        return InvalidInput(refused.message, fields=fields, **refused.params)
    return InvalidInput(otherwise, fields=fields) if fields else None


def _kept(request: Request, typed: dict[str, Any]) -> Accepted | None:
    return _read(request, str(typed.get(TOKEN, "")))


def _read(request: Request, token: str) -> Accepted | None:
    try:
        facts = _serializer(request).loads(token, max_age=LIFE_SECONDS)
    except BadSignature:
        return None
    facts["media_type"] = MediaType(facts["media_type"])
    facts["scan_state"] = ScanState(facts["scan_state"])
    return Accepted(**facts)


def _serializer(request: Request) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings_of(request).secret_key, salt="kept-file")
