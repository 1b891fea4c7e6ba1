"""Files over HTTP: too large, infected, waiting for their scan; what letters say of themselves, how they are sent."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services import instance
from services.models import Account, Document, Role
from tests.api.conftest import NOWHERE, Api, once, serving
from tests.api.test_registrations import TYPED, register
from tests.engine import Database
from tests.factories import make_account
from tests.services.documents.clamd import EICAR, Clamd
from tests.services.documents.corpus import pdf, pdf_with
from tests.services.documents.pdftext import flowing
from tests.world import settings_for

MiB = 1024 * 1024
SPECIMEN = "bukan dokumen resmi"


async def streamed(size: int) -> AsyncIterator[bytes]:
    """A registration whose file has `size` bytes, as a browser would send it, never whole in memory."""
    boundary = b"--XX\r\n"
    for name, value in TYPED.items():
        yield boundary + f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    yield boundary + b'Content-Disposition: form-data; name="document"; filename="nib.pdf"\r\n\r\n%PDF-1.7\n'
    for _ in range(size // MiB):
        yield bytes(MiB)
    yield b"\r\n--XX--\r\n"


@pytest.mark.parametrize("megabytes", [64, 65, 80])
async def test_a_file_that_is_a_little_too_large_is_refused_at_its_field(api: Api, megabytes: int) -> None:
    client = await api.anonymous(content_type="multipart/form-data; boundary=XX")
    refused = await client.post(
        "/api/v1/registrations", content=streamed(megabytes * MiB), headers=once(), timeout=60
    )
    assert refused.status_code == 413
    assert refused.json()["errors"] == [{"field": "document", "message": "Ukuran berkas melebihi 64 MB."}]
    async with api.sessions() as session:
        assert (await session.execute(select(Document))).first() is None


async def account_of(api: Api) -> Account:
    async with api.transaction() as (session, _):
        return await make_account(session)


@pytest.mark.parametrize("mode", ["development", "production"])
async def test_only_productions_letters_are_no_specimens(
    database: Database, tmp_path: Path, mode: str
) -> None:
    instance.create(database.migrator_url)
    given = replace(settings_for(database, tmp_path, 25, NOWHERE), environment=mode)  # type: ignore[arg-type]  # parametrised
    async with serving(given) as served:
        account = await account_of(served)
        company = await served.company(account.id)
        letter = await company.get(f"/api/v1/accounts/{account.id}/ownership-proof")
    assert (SPECIMEN in flowing(letter.content)) == (mode == "development")


async def test_a_rehearsals_letters_are_specimens_whatever_it_calls_itself(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = api.app.state.parts
    api.app.state.parts = replace(parts, settings=replace(parts.settings, environment="production"))
    account = await account_of(api)
    company = await api.company(account.id)
    letter = await company.get(f"/api/v1/accounts/{account.id}/ownership-proof")
    assert SPECIMEN in flowing(letter.content)


async def test_a_letter_may_load_and_run_nothing(api: Api) -> None:
    account = await account_of(api)
    company = await api.company(account.id)
    for _ in range(2):  # made, then kept
        letter = await company.get(f"/api/v1/accounts/{account.id}/ownership-proof")
        assert letter.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert letter.headers["content-disposition"].startswith("attachment;")


@pytest.fixture
async def scanned(database: Database, tmp_path: Path) -> AsyncIterator[tuple[Api, Clamd]]:
    """The application with a virus scanner in its settings."""
    scanner = Clamd()
    await scanner.start()
    instance.create(database.migrator_url)
    given = replace(settings_for(database, tmp_path, 25, NOWHERE), clamd_address=scanner.address)
    async with serving(given) as served:
        yield served, scanner
    await scanner.stop()


async def test_the_scanner_of_the_settings_looks_at_every_upload(scanned: tuple[Api, Clamd]) -> None:
    api, scanner = scanned
    infected = pdf_with(
        lambda d: d.pages[0].__setattr__("Contents", d.make_stream(EICAR)), compress_streams=False
    )
    refused = await register(api, file=infected)
    assert refused.status_code == 422
    [error] = refused.json()["errors"]
    assert (error["field"], "virus" in error["message"]) == ("document", True)
    assert (await register(api)).status_code == 201
    assert scanner.received == [infected, pdf()]


async def test_what_waits_for_its_scan_is_not_handed_out(scanned: tuple[Api, Clamd]) -> None:
    api, scanner = scanned
    await scanner.stop()
    received = await register(api)
    async with api.sessions() as session:
        document = await only_document(session)
    officer = await api.as_(Role.UPP_OFFICER)
    waiting = await officer.get(f"/api/v1/documents/{document.id}/content")
    assert (received.status_code, waiting.status_code) == (201, 409)
    async with api.transaction() as (session, _):
        await session.execute(text("UPDATE document SET scan_state = 'clean'"))
    assert (await officer.get(f"/api/v1/documents/{document.id}/content")).content == pdf()


async def only_document(session: AsyncSession) -> Document:
    """The one file that was taken in."""
    return (await session.execute(select(Document))).scalar_one()
