"""The text of a PDF that Typst made, with the place of every piece, so that tests need no outside program."""

import io
import re
from dataclasses import dataclass

import pikepdf


@dataclass(frozen=True)
class Piece:
    """Some text in one style; `top` is its baseline's distance from the top of the page, in points."""

    page: int
    top: float
    text: str


def pieces(content: bytes) -> list[Piece]:
    found = []
    with pikepdf.open(io.BytesIO(content)) as document:
        for number, page in enumerate(document.pages, 1):
            fonts = {name: _characters(font) for name, font in page.Resources.Font.items()}
            found += _of_page(number, page, fonts)
    return found


def text(content: bytes) -> str:
    """All of it in reading order; a new line where the baseline changes."""
    out, last = "", None
    for piece in pieces(content):
        if last and (piece.page, round(piece.top)) != last:
            out = out.rstrip(" ") + "\n"
        out += piece.text
        last = (piece.page, round(piece.top))
    return out.replace("\u200b", "")


def flowing(content: bytes) -> str:
    """The text without its lines, to look for sentences in."""
    return " ".join(text(content).split())


def _of_page(number: int, page: pikepdf.Page, fonts: dict[str, dict[int, str]]) -> list[Piece]:
    height = float(page.mediabox[3])
    found, baseline, characters = [], 0.0, {}
    for instruction in pikepdf.parse_content_stream(page):
        operator, operands = str(instruction.operator), list(instruction.operands)
        if operator == "cm":
            baseline = float(operands[5])
        elif operator == "Tf":
            characters = fonts[str(operands[0])]
        elif operator in ("TJ", "Tj"):
            parts = operands[0] if operator == "TJ" else operands
            codes = b"".join(bytes(part) for part in parts if isinstance(part, pikepdf.String))
            signs = (characters[int.from_bytes(codes[at : at + 2])] for at in range(0, len(codes), 2))
            found.append(Piece(number, height - baseline, "".join(signs)))
    return found


def _characters(font: pikepdf.Object) -> dict[int, str]:
    pairs = re.findall(r"<([0-9A-F]+)> <([0-9A-F]+)>\n", font.ToUnicode.read_bytes().decode())
    return {int(code, 16): bytes.fromhex(sign).decode("utf-16-be") for code, sign in pairs if len(code) == 4}
