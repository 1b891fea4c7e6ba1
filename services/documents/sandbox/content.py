"""Which of our types a file really is, and whether it is anything else besides."""

import traceback
import zipfile
from pathlib import PurePath
from typing import BinaryIO, Final

from services.documents.sandbox.image import inspect_image
from services.documents.sandbox.pdf import inspect_pdf
from services.documents.sandbox.verdict import Problem, RefusedError, Verdict

PDF: Final = "application/pdf"
JPEG: Final = "image/jpeg"
PNG: Final = "image/png"

_PDF_MARK: Final = b"%PDF-"
_SIGNATURES: Final = ((_PDF_MARK, PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG))
_HEAD_BYTES: Final = 1024  # readers look for the PDF mark this far into a file


def inspect(file: BinaryIO) -> Verdict:
    """What the file is; bad content is a verdict too, never an exception."""
    media_type = None
    file.seek(0)  # the position is shared with the process that wrote the file
    try:
        media_type = _media_type(file.read(_HEAD_BYTES))
        _refuse_archives(file)
        file.seek(0)
        return Verdict(media_type, _pages(file, media_type))
    except RefusedError as refused:
        return Verdict(media_type, problem=refused.problem, figures=refused.figures)
    except Exception as error:  # noqa: BLE001 - parsers fail on hostile files in ways that nobody lists
        return Verdict(media_type, problem=Problem.TOO_COMPLEX, fault=_place(error))


def _place(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {PurePath(frame.filename).name}:{frame.lineno}"


def _pages(file: BinaryIO, media_type: str) -> int:
    if media_type == PDF:
        return inspect_pdf(file)
    return inspect_image(file, "JPEG" if media_type == JPEG else "PNG")


def _media_type(head: bytes) -> str:
    found = next((media_type for mark, media_type in _SIGNATURES if head.startswith(mark)), None)
    if _PDF_MARK in head and found != PDF:
        raise RefusedError(Problem.MIXED)
    if found is None:
        raise RefusedError(Problem.WRONG_TYPE)
    return found


def _refuse_archives(file: BinaryIO) -> None:
    """An archive is read from its end, so it can hide behind any other file."""
    try:
        with zipfile.ZipFile(file):
            raise RefusedError(Problem.MIXED)
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError):
        return
