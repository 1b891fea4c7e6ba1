"""Files of every kind that people, and people with bad intent, hand in; made here, none from outside."""

import io
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import Image

MiB = 1024 * 1024


def blank(pages: int = 1) -> Pdf:
    document = Pdf.new()
    for _ in range(pages):
        document.add_blank_page()
    return document


def saved(document: Pdf, **options: Any) -> bytes:
    out = io.BytesIO()
    document.save(out, deterministic_id="encryption" not in options, **options)
    return out.getvalue()


def pdf(pages: int = 1, *, padding: int = 0) -> bytes:
    """A harmless PDF; `padding` bytes of incompressible picture data make it big."""
    document = blank(pages)
    if padding:
        noise = document.make_stream(_noise(padding), Type=Name.XObject, Subtype=Name.Image)
        noise.Width, noise.Height, noise.BitsPerComponent, noise.ColorSpace = 1, padding, 8, Name.DeviceGray
        document.pages[0].Resources = Dictionary(XObject=Dictionary(Im0=noise))
    return saved(document)


def pdf_with(change: Callable[[Pdf], object], **options: Any) -> bytes:
    document = blank()
    change(document)
    return saved(document, **options)


def with_action(action: str, **entries: Any) -> bytes:
    """A PDF that does something as soon as it is opened."""
    return pdf_with(lambda d: d.Root.__setattr__("OpenAction", Dictionary(S=Name(f"/{action}"), **entries)))


def with_annotation(subtype: str, **entries: Any) -> bytes:
    def change(document: Pdf) -> None:
        annotation = Dictionary(
            Type=Name.Annot, Subtype=Name(f"/{subtype}"), Rect=Array([0, 0, 9, 9]), **entries
        )
        document.pages[0].Annots = Array([document.make_indirect(annotation)])

    return pdf_with(change)


def encrypted(*, user: str) -> bytes:
    """Locked with a password, or with user="" only against changes, which opens without asking."""
    return saved(blank(), encryption=pikepdf.Encryption(owner="pemilik", user=user))


def with_attachment() -> bytes:
    return pdf_with(lambda d: d.attachments.__setitem__("lampiran.txt", b"isi"))


def hidden_script() -> bytes:
    """JavaScript inside a compressed object stream, where a search of the bytes finds nothing."""
    content = pdf_with(
        lambda d: d.Root.__setattr__("OpenAction", Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))),
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
    )
    assert b"JavaScript" not in content
    return content


def object_stream_bomb(inflated: int) -> bytes:
    """A small file that makes its reader unpack `inflated` bytes before it has seen a single object."""
    return _with_object_stream(deflated_spaces(inflated, b"4 0   <</Type/Catalog/Pages 2 0 R>>"))


def nested_bomb(inflated: int = 512 * MiB) -> bytes:
    """The same, packed twice."""
    return pdf_with(
        lambda d: d.pages[0].__setattr__(
            "Contents",
            d.make_stream(
                zlib.compress(deflated_spaces(inflated)), Filter=Array([Name.FlateDecode, Name.FlateDecode])
            ),
        ),
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        compress_streams=False,
    )


def content_bomb(inflated: int = 300 * MiB) -> bytes:
    """A page whose drawing commands unpack to more than any reader should hold."""
    return pdf_with(
        lambda d: d.pages[0].__setattr__(
            "Contents", d.make_stream(deflated_spaces(inflated), Filter=Name.FlateDecode)
        ),
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        compress_streams=False,
    )


def deep() -> bytes:
    """A thousand arrays, one inside the other."""
    return _plain([b"<</Type/Catalog/Pages 2 0 R/X" + b"[" * 1000 + b"]" * 1000 + b">>", *_PAGE])


def page_tree_loop() -> bytes:
    return _plain([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 1>>"])


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("word/document.xml", "<w/>")
    return out.getvalue()


def picture(kind: str, size: tuple[int, int] = (800, 600)) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, kind)
    return out.getvalue()


def png_bomb(side: int = 50_000) -> bytes:
    """A few bytes that announce gigabytes of pixels."""
    content = bytearray(picture("PNG", (1, 1)))
    content[16:24] = side.to_bytes(4) + side.to_bytes(4)
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4)
    return bytes(content)


def deflated_spaces(size: int, start: bytes = b"") -> bytes:
    """zlib data of `start` and then `size` spaces (a multiple of 1 MiB), without ever holding them."""
    squeeze = zlib.compressobj(9)
    header = squeeze.compress(start) + squeeze.flush(zlib.Z_FULL_FLUSH)
    block = squeeze.compress(b" " * MiB) + squeeze.flush(zlib.Z_FULL_FLUSH)
    checksum = zlib.adler32(start)
    for _ in range(size // MiB):
        checksum = zlib.adler32(b" " * MiB, checksum)
    final_block = squeeze.flush()[:-4]
    return header + block * (size // MiB) + final_block + checksum.to_bytes(4)


_PAGE = [
    b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>",
]


def _plain(objects: list[bytes]) -> bytes:
    """A PDF written by hand, with a table of its objects."""
    out, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    trailer = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (count, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % count + table + trailer


def _with_object_stream(packed: bytes) -> bytes:
    """A PDF whose catalogue stands in the object stream `packed`, as its object 4."""
    out, offsets = b"%PDF-1.7\n", {}
    header = b"<</Type/ObjStm/N 1/First 6/Filter/FlateDecode/Length %d>>stream\n" % len(packed)
    for number, body in ((1, header + packed + b"\nendstream"), (2, _PAGE[0]), (3, _PAGE[1])):
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    rows = [(0, 0, 255), *((1, offsets[number], 0) for number in (1, 2, 3)), (2, 1, 0), (1, len(out), 0)]
    table = b"".join(bytes([kind]) + place.to_bytes(4) + bytes([rest]) for kind, place, rest in rows)
    at_table = len(out)
    out += b"5 0 obj\n<</Type/XRef/Size 6/W[1 4 1]/Root 4 0 R/Length %d>>stream\n" % len(table)
    return out + table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % at_table


def _noise(size: int) -> bytes:
    # Counted, not random: the same file each time, and no compressor gets far with it.
    return b"".join(zlib.crc32(n.to_bytes(4)).to_bytes(4) for n in range(16 * 1024)) * (
        size // (64 * 1024) + 1
    )
