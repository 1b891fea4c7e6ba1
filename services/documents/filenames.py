"""Names of files: what people typed becomes something safe to store, show and offer for download."""

import re
import unicodedata
from typing import Final

from services.documents.inspection import MediaType

MAX_BYTES: Final = 150
_EXTENSIONS: Final = {
    MediaType.PDF: (".pdf",),
    MediaType.JPEG: (".jpg", ".jpeg"),
    MediaType.PNG: (".png",),
}
_FALLBACK: Final = "berkas"
_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_RESERVED: Final = re.compile(r'[<>:"|?*%]')


def sanitise(name: str, media_type: MediaType) -> str:
    """The last part of a path, without signs that mislead or break, ending as its content says.

    Letters of every script stay. "../../x.pdf.exe" that holds a PDF becomes "x.pdf.exe.pdf".
    """
    stem = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    # Cc breaks headers, Cf turns the reading direction ("gpj.exe"), Cs and Cn are no characters.
    stem = "".join(sign for sign in stem if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Cn", "Co"))
    stem = " ".join(_RESERVED.sub("_", stem).split())
    extension = _EXTENSIONS[media_type][0]
    for known in _EXTENSIONS[media_type]:
        if stem.lower().endswith(known):
            stem, extension = stem[: -len(known)], known
            break
    stem = _shorten(stem.strip(" .")) or _FALLBACK
    return f"{'_' if _DEVICES.match(stem) else ''}{stem}{extension}"


def _shorten(stem: str) -> str:
    return stem.encode()[:MAX_BYTES].decode(errors="ignore").strip(" .")
