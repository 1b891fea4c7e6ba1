"""JPEG and PNG: the header is believed only after the picture has really been decoded."""

from typing import BinaryIO, Final

from PIL import Image, JpegImagePlugin, PngImagePlugin, UnidentifiedImageError

from services.documents.sandbox.verdict import Problem, RefusedError

MAX_PIXELS: Final = 80_000_000  # A3 at 600 dpi has 70 million

_PLUGINS: Final = {"JPEG": JpegImagePlugin.JpegImageFile, "PNG": PngImagePlugin.PngImageFile}

# The size is checked below, with a sentence for the reader; Pillow's own limit only warns.
Image.MAX_IMAGE_PIXELS = None


def inspect_image(file: BinaryIO, kind: str) -> int:
    """1, the page a scan stands for, when a picture of this kind decodes whole; else RefusedError."""
    try:
        with Image.open(file, formats=(kind,)) as image:
            if not isinstance(image, _PLUGINS[kind]):
                raise RefusedError(Problem.WRONG_TYPE)
            if image.width * image.height > MAX_PIXELS:
                raise RefusedError(Problem.TOO_MANY_PIXELS, width=image.width, height=image.height)
            # JPEG decodes at an eighth of its size, which reads every block and needs 1/64 of the memory.
            image.draft("L", (max(image.width // 8, 1), max(image.height // 8, 1)))
            image.load()
            return 1
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise RefusedError(Problem.DAMAGED) from None
    except MemoryError:
        raise RefusedError(Problem.TOO_COMPLEX) from None
