"""Names people typed, made safe to store, show and download."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.documents.filenames import MAX_BYTES, sanitise
from services.documents.inspection import MediaType


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("NIB.pdf", "NIB.pdf"),
        ("Laporan TW IV 2026.PDF", "Laporan TW IV 2026.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        (r"C:\Users\x\Desktop\nib.pdf", "nib.pdf"),
        ("nib.pdf.exe", "nib.pdf.exe.pdf"),
        ("..", "berkas.pdf"),
        ("", "berkas.pdf"),
        (".pdf", "berkas.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ("faktur\u202egpj.pdf", "fakturgpj.pdf"),
        ("a\0b.pdf", "ab.pdf"),
        ("con.pdf", "_con.pdf"),
        ("COM1", "_COM1.pdf"),
        ("kontrak.pdf", "kontrak.pdf"),
        ("報告書.pdf", "報告書.pdf"),
        ("cafe\u0301.pdf", "caf\u00e9.pdf"),
        ('a"b<c>.pdf', "a_b_c_.pdf"),
        ("=HYPERLINK(1).pdf", "=HYPERLINK(1).pdf"),
    ],
)
def test_names(typed: str, kept: str) -> None:
    assert sanitise(typed, MediaType.PDF) == kept


def test_a_jpeg_may_call_itself_jpeg() -> None:
    assert sanitise("pindai.JPEG", MediaType.JPEG) == "pindai.jpeg"
    assert sanitise("pindai", MediaType.JPEG) == "pindai.jpg"


@given(st.text(max_size=400), st.sampled_from(MediaType))
def test_any_name_becomes_one_short_safe_part(typed: str, media_type: MediaType) -> None:
    name = sanitise(typed, media_type)
    assert name not in (".", "..")
    assert not set(name) & set('/\\<>:"|?*%\0\r\n\t')
    assert not name.startswith(".")
    assert name.isprintable()
    assert len(name.encode()) <= MAX_BYTES + 10
    assert sanitise(name, media_type) == name
