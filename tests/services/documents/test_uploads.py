"""From the browser's stream to an object in the store, or to a sentence beside the field."""

import asyncio
import dataclasses
import hashlib
import time
from itertools import chain
from pathlib import Path

import pytest
import uvloop

from services.documents.inspection import Inspector, MediaType
from services.documents.store import MAX_BYTES, DocumentStore
from services.documents.uploads import Accepted, Intake
from services.errors import InvalidInput, TooLarge
from services.models.documents import ScanState
from tests.services.documents import corpus
from tests.services.documents.clamd import EICAR, Clamd
from tests.services.documents.streams import Watch, files, stream, zeros

MiB = 1024 * 1024


def nothing_left(intake: Intake, store_directory: Path) -> bool:
    assert intake.spool is not None
    return files(store_directory) == [] and files(intake.spool) == []


async def test_an_accepted_file_is_in_the_store_with_its_facts(intake: Intake) -> None:
    content = corpus.pdf(3)
    accepted = await intake.accept(stream(content), filename="NIB PT Contoh Rotan Mahakam.pdf")
    assert accepted == Accepted(
        key=accepted.key,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        media_type=MediaType.PDF,
        pages=3,
        filename="NIB PT Contoh Rotan Mahakam.pdf",
        scan_state=ScanState.CLEAN,
    )
    assert await intake.store.read(accepted.key) == content


async def test_the_content_decides_not_the_name(intake: Intake) -> None:
    accepted = await intake.accept(stream(corpus.picture("PNG")), filename="../../etc/pindaian.pdf.exe")
    assert (accepted.media_type, accepted.filename) == (MediaType.PNG, "pindaian.pdf.exe.png")


async def test_a_file_over_the_limit_is_refused_at_its_field_and_leaves_nothing(
    intake: Intake, store_directory: Path
) -> None:
    watch = Watch()
    with pytest.raises(TooLarge) as refusal:
        await intake.accept(watch.over(zeros(65 * MiB)), filename="besar.pdf", field="nib_document")
    assert (str(refusal.value), refusal.value.field) == ("Ukuran berkas melebihi 64 MB.", "nib_document")
    assert watch.growth < 24 * MiB
    assert nothing_left(intake, store_directory)


async def test_a_refused_file_leaves_nothing(intake: Intake, store_directory: Path) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await intake.accept(stream(corpus.archive()), filename="nib.pdf", allowed=[MediaType.PDF])
    assert str(refusal.value) == "Isi berkas ini bukan PDF. Unggah berkas PDF."
    assert refusal.value.field == "file"
    assert nothing_left(intake, store_directory)


async def test_an_empty_file_is_named_so(intake: Intake) -> None:
    with pytest.raises(InvalidInput, match="Berkas kosong"):
        await intake.accept(stream(b""), filename="nib.pdf")


async def test_the_largest_honest_scan_is_taken_in_seconds_and_in_little_memory(intake: Intake) -> None:
    content = corpus.pdf(4, padding=MAX_BYTES - 2 * MiB)
    assert MAX_BYTES - 4 * MiB < len(content) <= MAX_BYTES
    await intake.accept(stream(corpus.pdf()), filename="kecil.pdf")
    watch, start = Watch(), time.perf_counter()
    accepted = await intake.accept(watch.over(stream(content)), filename="besar.pdf")
    assert accepted.size == len(content)
    assert time.perf_counter() - start < 10
    assert watch.growth < 24 * MiB


async def test_a_scanned_file_is_clean(intake: Intake, clamd: Clamd) -> None:
    accepted = await clamd.before(intake).accept(stream(corpus.pdf()), filename="nib.pdf")
    assert accepted.scan_state is ScanState.CLEAN
    assert clamd.received == [corpus.pdf()]


async def test_an_infected_file_is_refused(intake: Intake, clamd: Clamd, store_directory: Path) -> None:
    infected = corpus.pdf_with(
        lambda d: d.pages[0].__setattr__("Contents", d.make_stream(EICAR)), compress_streams=False
    )
    with pytest.raises(InvalidInput, match="virus"):
        await clamd.before(intake).accept(stream(infected), filename="nib.pdf")
    assert nothing_left(intake, store_directory)


async def test_what_the_scanner_found_too_large_waits_in_quarantine(intake: Intake, clamd: Clamd) -> None:
    clamd.limit = 1000
    accepted = await clamd.before(intake).accept(stream(corpus.pdf(padding=3 * MiB)), filename="nib.pdf")
    assert accepted.scan_state is ScanState.QUARANTINED


async def test_what_the_scanner_gave_up_on_waits_in_quarantine(intake: Intake, clamd: Clamd) -> None:
    clamd.reply = "stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND"
    accepted = await clamd.before(intake).accept(stream(corpus.pdf()), filename="nib.pdf")
    assert accepted.scan_state is ScanState.QUARANTINED


async def test_a_scanner_that_is_away_refuses_nobody(intake: Intake, clamd: Clamd) -> None:
    guarded = clamd.before(intake)
    await clamd.stop()
    accepted = await guarded.accept(stream(corpus.pdf()), filename="nib.pdf")
    assert accepted.scan_state is ScanState.QUARANTINED


async def test_other_limits_can_be_set(intake: Intake) -> None:
    small = dataclasses.replace(intake, max_bytes=MiB)
    with pytest.raises(TooLarge, match="melebihi 1 MB") as refusal:
        await small.accept(zeros(MiB + 1), filename="x.pdf")
    assert refusal.value.message == "Ukuran berkas melebihi {megabytes} MB."


def test_uploads_side_by_side_do_not_touch_each_others_files(tmp_path: Path) -> None:
    """On the event loop that serves the web: a descriptor closed twice would be another upload's by then."""

    async def upload_side_by_side() -> list[Accepted]:
        async with Inspector() as inspector:
            intake = Intake(DocumentStore.from_url(tmp_path.as_uri()), inspector)

            async def one_after_another() -> list[Accepted]:
                return [await intake.accept(stream(corpus.pdf()), filename="scan.pdf") for _ in range(60)]

            return [*chain.from_iterable(await asyncio.gather(*(one_after_another() for _ in range(3))))]

    assert len({accepted.key for accepted in uvloop.run(upload_side_by_side())}) == 180
