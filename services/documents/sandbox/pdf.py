"""PDF: opened strictly by qpdf, every object looked at, nothing repaired and nothing run."""

import zlib
from typing import BinaryIO, Final

import pikepdf

from services.documents.sandbox.verdict import Problem, RefusedError

MAX_PAGES: Final = 500
MAX_OBJECTS: Final = 100_000
MAX_INFLATED: Final = 256 * 1024 * 1024
MAX_FILTERS: Final = 3
MAX_IMAGE_PIXELS: Final = 400_000_000  # A2 at 1,200 dpi, as one-bit scanners make it
MAX_DEPTH: Final = 64

# ISO 32000-2, 12.6.4: actions that run something, send something or open another file. GoTo, Named, Hide,
# ResetForm, optional content and a link that a person must click stay allowed.
_FORBIDDEN_ACTIONS: Final = frozenset(
    {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR", "/GoToDp"}
)
_MEDIA_ACTIONS: Final = frozenset({"/Rendition", "/Sound", "/Movie", "/RichMediaExecute", "/GoTo3DView"})
_MEDIA_ANNOTATIONS: Final = frozenset({"/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"})
_AUTOMATIC: Final = ("/OpenAction", "/AA")
_INFLATE_STEP: Final = 1024 * 1024


def inspect_pdf(file: BinaryIO) -> int:
    """The number of pages of a harmless PDF; RefusedError for any other."""
    try:
        # No recovery: every reader repairs a broken file in its own way, so two people could see two texts.
        with pikepdf.open(
            file, attempt_recovery=False, suppress_warnings=True, access_mode=pikepdf.AccessMode.mmap
        ) as document:
            if document.is_encrypted:
                raise RefusedError(Problem.ENCRYPTED)
            _check_objects(document)
            return _count_pages(document)
    except pikepdf.PasswordError:
        raise RefusedError(Problem.ENCRYPTED) from None
    except (pikepdf.PdfError, pikepdf.ForeignObjectError, ValueError):
        raise RefusedError(Problem.DAMAGED) from None
    except (MemoryError, RecursionError):
        raise RefusedError(Problem.TOO_COMPLEX) from None


def _count_pages(document: pikepdf.Pdf) -> int:
    pages = len(document.pages)
    if pages > MAX_PAGES:
        raise RefusedError(Problem.TOO_MANY_PAGES, pages=pages, limit=MAX_PAGES)
    if pages == 0:
        raise RefusedError(Problem.DAMAGED)
    return pages


def _check_objects(document: pikepdf.Pdf) -> None:
    if len(document.objects) > MAX_OBJECTS:
        raise RefusedError(Problem.TOO_COMPLEX)
    budget = _Budget(MAX_INFLATED)
    _check(document.trailer, 0)
    for item in document.objects:
        _check(item, 0)
        if isinstance(item, pikepdf.Stream):
            _check_stream(item, budget)


def _check(item: pikepdf.Object, depth: int) -> None:
    """Looks at one object and what is written inside it; what it only refers to has its own turn."""
    if depth > MAX_DEPTH:
        raise RefusedError(Problem.TOO_COMPLEX)
    children: list[pikepdf.Object] = []
    if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        entries = dict(item.items())
        _check_dictionary(entries)
        children.extend(entries.values())
    elif isinstance(item, pikepdf.Array):
        children.extend(item)
    for child in children:
        if isinstance(child, pikepdf.Dictionary | pikepdf.Array) and not child.is_indirect:
            _check(child, depth + 1)


def _check_dictionary(entries: dict[str, pikepdf.Object]) -> None:
    action, subtype = _name(entries.get("/S")), _name(entries.get("/Subtype"))
    if action in _FORBIDDEN_ACTIONS or "/JS" in entries or "/JavaScript" in entries or "/XFA" in entries:
        raise RefusedError(Problem.SCRIPTED)
    if action in _MEDIA_ACTIONS or subtype in _MEDIA_ANNOTATIONS:
        raise RefusedError(Problem.RICH_MEDIA)
    if "/EF" in entries or "/Collection" in entries or subtype == "/FileAttachment":
        raise RefusedError(Problem.EMBEDDED)
    if _name(entries.get("/Type")) == "/EmbeddedFile":
        raise RefusedError(Problem.EMBEDDED)
    for key in _AUTOMATIC:
        _check_automatic(entries.get(key), 0)


def _check_automatic(action: pikepdf.Object | None, depth: int) -> None:
    """What happens by itself may move to a page of this document, never call a web address."""
    if not isinstance(action, pikepdf.Dictionary):
        return
    if depth > MAX_DEPTH or _name(action.get("/S")) == "/URI":
        raise RefusedError(Problem.SCRIPTED)
    for child in dict(action.items()).values():
        for step in child if isinstance(child, pikepdf.Array) else (child,):
            if isinstance(step, pikepdf.Dictionary) and "/S" in step:
                _check_automatic(step, depth + 1)


def _name(value: pikepdf.Object | None) -> str | None:
    return str(value) if isinstance(value, pikepdf.Name) else None


class _Budget:
    """How many bytes all text, fonts and drawings of one file may unpack to."""

    def __init__(self, limit: int) -> None:
        self._left = limit

    def spend(self, amount: int) -> None:
        self._left -= amount
        if self._left < 0:
            raise RefusedError(Problem.TOO_COMPLEX)


def _check_stream(stream: pikepdf.Stream, budget: _Budget) -> None:
    if "/F" in stream:  # its data would come from another file
        raise RefusedError(Problem.SCRIPTED)
    filters = _filters(stream)
    if len(filters) > MAX_FILTERS or filters.count("/FlateDecode") > 1:
        raise RefusedError(Problem.TOO_COMPLEX)
    if _name(stream.get("/Subtype")) == "/Image":
        if _number(stream.get("/Width")) * _number(stream.get("/Height")) > MAX_IMAGE_PIXELS:
            raise RefusedError(Problem.TOO_COMPLEX)
    elif filters[:1] == ["/FlateDecode"]:
        _inflate(stream.read_raw_bytes(), budget)


def _filters(stream: pikepdf.Stream) -> list[str]:
    entry = stream.get("/Filter")
    if entry is None:
        return []
    return [str(entry)] if isinstance(entry, pikepdf.Name) else [str(name) for name in entry]


def _number(value: object) -> int:
    return int(str(value)) if value is not None else 0


def _inflate(packed: bytes, budget: _Budget) -> None:
    inflater = zlib.decompressobj()
    while packed and not inflater.eof:
        try:
            budget.spend(len(inflater.decompress(packed, _INFLATE_STEP)))
        except zlib.error:  # a reader shows what comes before the fault; so far it was small enough
            return
        packed = inflater.unconsumed_tail
