"""Harmless files pass, each dangerous one is refused for its own reason, and nothing falls over."""

import asyncio
import tempfile
import time
from collections.abc import Callable

import psutil
import pytest
from pikepdf import Array, Dictionary, Name, String

from services.documents.inspection import Inspection, Inspector, MediaType
from services.documents.sandbox.verdict import Problem
from tests.services.documents import corpus

MiB = 1024 * 1024

HARMLESS: dict[str, tuple[Callable[[], bytes], MediaType, int]] = {
    "one page": (corpus.pdf, MediaType.PDF, 1),
    "500 pages": (lambda: corpus.pdf(500), MediaType.PDF, 500),
    "a link to click": (
        lambda: corpus.with_annotation(
            "Link", A=Dictionary(S=Name.URI, URI=String("https://contoh.example"))
        ),
        MediaType.PDF,
        1,
    ),
    "opens at a page": (
        lambda: corpus.pdf_with(
            lambda d: d.Root.__setattr__("OpenAction", Array([d.pages[0].obj, Name.XYZ, None, None, None]))
        ),
        MediaType.PDF,
        1,
    ),
    "a jump inside": (lambda: corpus.with_action("GoTo", D=String("bab-1")), MediaType.PDF, 1),
    "catalogue in an object stream": (lambda: corpus.object_stream_bomb(1 * MiB), MediaType.PDF, 1),
    "jpeg": (lambda: corpus.picture("JPEG"), MediaType.JPEG, 1),
    "png": (lambda: corpus.picture("PNG"), MediaType.PNG, 1),
    "a phone's jpeg with a tail": (lambda: corpus.picture("JPEG") + b"SEFH\0\0tail" * 20, MediaType.JPEG, 1),
}

DANGEROUS: dict[str, tuple[Callable[[], bytes], Problem]] = {
    "zip named pdf": (corpus.archive, Problem.WRONG_TYPE),
    "gif": (lambda: corpus.picture("GIF"), Problem.WRONG_TYPE),
    "html": (lambda: b"<html><script>alert(1)</script></html>", Problem.WRONG_TYPE),
    "empty": (lambda: b"", Problem.WRONG_TYPE),
    "password": (lambda: corpus.encrypted(user="rahasia"), Problem.ENCRYPTED),
    "locked against changes": (lambda: corpus.encrypted(user=""), Problem.ENCRYPTED),
    "script on opening": (
        lambda: corpus.with_action("JavaScript", JS=String("app.alert(1)")),
        Problem.SCRIPTED,
    ),
    "script in an object stream": (corpus.hidden_script, Problem.SCRIPTED),
    "script by name": (
        lambda: corpus.pdf_with(lambda d: d.Root.__setattr__("Names", Dictionary(JavaScript=Dictionary()))),
        Problem.SCRIPTED,
    ),
    "script on a page": (
        lambda: corpus.pdf_with(
            lambda d: d.pages[0].__setattr__(
                "AA", Dictionary(O=Dictionary(S=Name.JavaScript, JS=String("app.alert(1)")))
            )
        ),
        Problem.SCRIPTED,
    ),
    "launches a program": (lambda: corpus.with_action("Launch", F=String("cmd.exe")), Problem.SCRIPTED),
    "sends a form": (
        lambda: corpus.with_action("SubmitForm", F=String("https://x.example")),
        Problem.SCRIPTED,
    ),
    "imports data": (lambda: corpus.with_action("ImportData", F=String("x.fdf")), Problem.SCRIPTED),
    "opens a file elsewhere": (
        lambda: corpus.with_annotation(
            "Link", A=Dictionary(S=Name.GoToR, F=String(r"\\10.0.0.1\x"), D=Array([0]))
        ),
        Problem.SCRIPTED,
    ),
    "opens an address by itself": (
        lambda: corpus.with_action("URI", URI=String("https://x.example")),
        Problem.SCRIPTED,
    ),
    "opens an address after a jump": (
        lambda: corpus.with_action(
            "GoTo", D=String("x"), Next=Dictionary(S=Name.URI, URI=String("https://x.example"))
        ),
        Problem.SCRIPTED,
    ),
    "opens an address in a list": (
        lambda: corpus.with_action(
            "GoTo", D=String("x"), Next=Array([Dictionary(S=Name.URI, URI=String("https://x.example"))])
        ),
        Problem.SCRIPTED,
    ),
    "dynamic form": (
        lambda: corpus.pdf_with(lambda d: d.Root.__setattr__("AcroForm", Dictionary(XFA=Array([])))),
        Problem.SCRIPTED,
    ),
    "data in another file": (
        lambda: corpus.pdf_with(
            lambda d: d.pages[0].__setattr__("Contents", d.make_stream(b"", F=String("x.bin")))
        ),
        Problem.SCRIPTED,
    ),
    "attachment": (corpus.with_attachment, Problem.EMBEDDED),
    "attachment as a note": (lambda: corpus.with_annotation("FileAttachment"), Problem.EMBEDDED),
    "portfolio": (
        lambda: corpus.pdf_with(lambda d: d.Root.__setattr__("Collection", Dictionary())),
        Problem.EMBEDDED,
    ),
    "flash": (lambda: corpus.with_annotation("RichMedia"), Problem.RICH_MEDIA),
    "video": (lambda: corpus.with_action("Rendition"), Problem.RICH_MEDIA),
    "501 pages": (lambda: corpus.pdf(501), Problem.TOO_MANY_PAGES),
    # To the parser a catalogue that does not fit into memory is one that is not there.
    "object stream of a gigabyte": (lambda: corpus.object_stream_bomb(1024 * MiB), Problem.DAMAGED),
    "packed twice": (corpus.nested_bomb, Problem.TOO_COMPLEX),
    "page of 300 MB": (corpus.content_bomb, Problem.TOO_COMPLEX),
    "a thousand arrays deep": (corpus.deep, Problem.DAMAGED),
    "pages in a circle": (corpus.page_tree_loop, Problem.DAMAGED),
    "cut in half": (lambda: corpus.pdf(50)[:2000], Problem.DAMAGED),
    "only a header": (lambda: b"%PDF-1.7\n", Problem.DAMAGED),
    "script before the header": (lambda: b"<script>1</script>\n" + corpus.pdf(), Problem.MIXED),
    "pdf and zip": (lambda: corpus.pdf() + corpus.archive(), Problem.MIXED),
    "jpeg and zip": (lambda: corpus.picture("JPEG") + corpus.archive(), Problem.MIXED),
    "pdf in a jpeg's comment": (
        lambda: b"\xff\xd8\xff\xfe\x00\x0b%PDF-1.7\n" + corpus.picture("JPEG")[2:],
        Problem.MIXED,
    ),
    "png of gigabytes": (corpus.png_bomb, Problem.TOO_MANY_PIXELS),
    "half a jpeg": (lambda: corpus.picture("JPEG")[:9000], Problem.DAMAGED),
    "half a png": (lambda: corpus.picture("PNG")[:9000], Problem.DAMAGED),
    "a jpeg's first bytes": (lambda: b"\xff\xd8\xff\xe0", Problem.DAMAGED),
}


async def looked_at(inspector: Inspector, content: bytes, *allowed: MediaType) -> Inspection:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        return await inspector.inspect(file.fileno(), *([allowed] if allowed else []))


@pytest.mark.parametrize("name", HARMLESS)
async def test_harmless_files_pass(inspector: Inspector, name: str) -> None:
    make, media_type, pages = HARMLESS[name]
    assert await looked_at(inspector, make()) == Inspection(ok=True, media_type=media_type, pages=pages)


@pytest.mark.parametrize("name", DANGEROUS)
async def test_dangerous_files_are_refused_for_their_own_reason(
    inspector: Inspector, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    make, problem = DANGEROUS[name]
    inspection = await looked_at(inspector, make())
    assert not inspection.ok
    assert inspection.problem is problem
    assert inspection.reason is not None
    assert "{" not in inspection.reason.format(**inspection.params)
    assert caplog.text == ""  # refused by a rule, not because a parser fell over


async def test_a_type_that_is_not_asked_for_is_refused_by_name(inspector: Inspector) -> None:
    inspection = await looked_at(inspector, corpus.picture("PNG"), MediaType.PDF)
    assert not inspection.ok
    assert inspection.reason is not None
    assert inspection.reason.format(**inspection.params) == "Isi berkas ini bukan PDF. Unggah berkas PDF."


async def test_the_figures_are_in_the_sentence(inspector: Inspector) -> None:
    inspection = await looked_at(inspector, corpus.pdf(501))
    assert inspection.reason is not None
    assert (
        inspection.reason.format(**inspection.params)
        == "Berkas PDF berisi 501 halaman. Batasnya 500 halaman."
    )


async def test_the_limits_hold_in_the_process_that_parses(inspector: Inspector) -> None:
    """The worst file costs its own child, not us and not the sandbox."""
    ours, sandbox = psutil.Process(), psutil.Process(inspector.pid)
    before = ours.memory_info().rss
    bomb = corpus.object_stream_bomb(1024 * MiB)
    assert not (await looked_at(inspector, bomb)).ok
    assert ours.memory_info().rss - before < 30 * MiB
    assert sandbox.is_running()
    assert sandbox.memory_info().rss < 100 * MiB
    assert (await looked_at(inspector, corpus.pdf())).ok


async def test_a_killed_sandbox_is_replaced_and_the_file_judged(inspector: Inspector) -> None:
    assert (await looked_at(inspector, corpus.pdf())).ok
    psutil.Process(inspector.pid).kill()
    assert (await looked_at(inspector, corpus.pdf())).ok


async def test_the_sandbox_knows_none_of_our_secrets(
    inspector: Inspector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://rahasia")
    async with Inspector() as fresh:
        assert (await looked_at(fresh, corpus.pdf())).ok
        process = psutil.Process(fresh.pid)
        assert "DATABASE_URL" not in process.environ()
        assert process.net_connections(kind="inet") == []


async def test_the_sandbox_ends_with_its_inspector() -> None:
    async with Inspector() as inspector:
        process = psutil.Process(inspector.pid)
    assert not process.is_running()


async def test_many_files_at_once_each_get_their_own_verdict(inspector: Inspector) -> None:
    contents = [corpus.pdf(pages) for pages in range(1, 31)]
    inspections = await asyncio.gather(*(looked_at(inspector, content) for content in contents))
    assert [inspection.pages for inspection in inspections] == list(range(1, 31))


async def test_an_ordinary_scan_is_judged_at_once(inspector: Inspector) -> None:
    scan = corpus.pdf(4, padding=3 * MiB)
    assert (await looked_at(inspector, scan)).ok
    taken = []
    for _ in range(5):
        start = time.perf_counter()
        assert (await looked_at(inspector, scan)).ok
        taken.append(time.perf_counter() - start)
    assert min(taken) < 0.3


async def test_no_descriptor_stays_open(inspector: Inspector) -> None:
    await looked_at(inspector, corpus.pdf())
    before = psutil.Process().num_fds()
    for _ in range(10):
        await looked_at(inspector, corpus.pdf())
    assert psutil.Process().num_fds() <= before
