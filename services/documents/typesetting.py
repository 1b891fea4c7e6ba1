"""Turning letters into PDF/A-2a: one Typst compiler, one thread, nothing fetched, always the same bytes."""

import asyncio
import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import segno
import typst

from services.documents.letters import Letter

TEMPLATES: Final = Path(__file__).resolve().parents[2] / "templates" / "letters"
# Tagged and self-contained for the archive (ISO 19005-2, level A), and readable aloud (ISO 14289-1).
STANDARDS: Final = ("a-2a", "ua-1")
MISSING_GLYPH: Final = "□"
_PROBE: Final = b'#set document(title: "x")\n#set text(font: "Libertinus Serif")\n#sys.inputs.letter'


class Typesetter:
    """Renders letters off the event loop, in one thread, because threads may not share a compiler."""

    def __init__(self, templates: Path = TEMPLATES) -> None:
        self._templates = templates
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="letters")
        self._compiler: typst.Compiler | None = None
        self._drawable: dict[str, bool] = {}

    async def render(self, letter: Letter) -> bytes:
        """The PDF of a letter; the same letter gives the same bytes."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.render_now, letter)

    def close(self) -> None:
        self._thread.shutdown()

    def render_now(self, letter: Letter) -> bytes:
        """As `render`, in the calling thread; for scripts that have no event loop."""
        if self._compiler is None:
            fonts = typst.Fonts(include_system_fonts=False)  # the same letter on every machine
            self._compiler = typst.Compiler(root=self._templates, font_paths=fonts)
        # As bytes, so that an operator's corrected template counts at once; its imports start at the root.
        facts, source = _facts(letter), (self._templates / f"{letter.kind}.typ").read_bytes()
        at = int(letter.issued_at.timestamp())
        try:
            return self._compile(self._compiler, source, facts, at)
        except typst.TypstError:
            drawable = self._without_missing_glyphs(self._compiler, facts)
            if drawable == facts:
                raise
            return self._compile(self._compiler, source, drawable, at)

    def _without_missing_glyphs(self, compiler: typst.Compiler, facts: str) -> str:
        """An archive format allows no sign that no font can draw, so a box stands for it."""
        for sign in {sign for sign in facts if ord(sign) > 0xFF}:
            if sign not in self._drawable:
                self._drawable[sign] = self._can_draw(compiler, sign)
            if not self._drawable[sign]:
                facts = facts.replace(sign, MISSING_GLYPH)
        return facts

    def _can_draw(self, compiler: typst.Compiler, sign: str) -> bool:
        try:
            self._compile(compiler, _PROBE, sign, 0)
        except typst.TypstError:
            return False
        return True

    def _compile(self, compiler: typst.Compiler, source: bytes, facts: str, at: int) -> bytes:
        # The facts travel as one string: nothing a person typed is ever read as Typst.
        pdf = compiler.compile(
            source,
            format="pdf",
            sys_inputs={"letter": facts},
            pdf_standards=list(STANDARDS),
            timestamp=at,
        )
        if not isinstance(pdf, bytes):
            raise TypeError("Typst returned something other than one PDF")
        return pdf


def _facts(letter: Letter) -> str:
    return json.dumps({**letter.model_dump(mode="json"), "qr": qr_svg(letter.check.url)}, ensure_ascii=False)


def qr_svg(text: str) -> str:
    """A QR code as SVG without margin, with a quarter of it expendable (level Q) for stamps and folds."""
    out = io.BytesIO()
    segno.make(text, error="q", micro=False).save(out, kind="svg", xmldecl=False, border=0, scale=4)
    return out.getvalue().decode()
