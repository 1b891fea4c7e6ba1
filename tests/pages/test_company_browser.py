"""The real application in a real browser: from the sign-in page to a saved page of a report."""

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import create_engine, text

from api.app import create_app
from services import instance
from services.database import make_engine, make_sessions
from services.identity import passwords, people
from tests.api.conftest import NOWHERE, START
from tests.engine import Database
from tests.factories import OPEN, make_account, make_report
from tests.services.forms.filled import typed
from tests.world import settings_for

pytestmark = pytest.mark.browser
PASSWORD = "Kelok9-hujan-Teduh!"
_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


async def _company(url: str) -> str:
    """A company that owes a report, and somebody who may sign in for it; where the report is."""
    engine = make_engine(url)
    try:
        async with make_sessions(engine).begin() as session:
            account = await make_account(session)
            person = await people.invite(
                session, username="a1001", name="Pelaporan", email="l@rotan.example", account_id=account.id
            )
            await people.set_password_hash(session, person.id, await passwords.hash_password(PASSWORD))
            report = await make_report(session, account, now=OPEN)
            return f"/laporan/{report.case_id}"
    finally:
        await engine.dispose()


@pytest.fixture
async def prepared(database: Database) -> str:
    instance.create(database.migrator_url, rehearsal=True, start=datetime.fromisoformat(START))
    return await _company(database.app_url)


@pytest.fixture
def site(prepared: str, database: Database, tmp_path: Path) -> Iterator[str]:
    """The application on a port of its own, Temporal away."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
        given = replace(settings_for(database, tmp_path, 25, NOWHERE), public_url=address)
        server = uvicorn.Server(uvicorn.Config(create_app(given), log_level="warning", proxy_headers=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [free]}, daemon=True)
        thread.start()
        patience = time.monotonic() + 30
        while not server.started and time.monotonic() < patience:
            time.sleep(0.05)
        assert server.started
        yield address
        server.should_exit = True
        thread.join(timeout=15)


@pytest.fixture
def phone() -> Iterator[Page]:
    """A small phone. On a machine without Chromium this is skipped, but never in CI."""
    if _CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium on this machine")
        pytest.skip("no Chromium on this machine: pages were not looked at in a browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser.new_page(viewport={"width": 390, "height": 800}, locale="id-ID")
        browser.close()


def test_somebody_signs_in_on_a_phone_and_saves_a_page_of_the_report(
    site: str, phone: Page, prepared: str, database: Database
) -> None:
    refused: list[str] = []
    phone.on("console", lambda said: refused.append(said.text) if "Content Security" in said.text else None)
    phone.on("pageerror", lambda error: refused.append(str(error)))

    phone.goto(f"{site}{prepared}/bagian/general_data")  # the link of a mail, before signing in
    phone.fill("#username", "a1001")
    phone.fill("#password", PASSWORD)
    phone.locator("main").get_by_role("button", name="Masuk").click()
    phone.wait_for_selector("#machine_value")
    phone.fill("#machine_value", "lima ratus")
    phone.get_by_role("button", name="Simpan dan lanjutkan").dblclick()
    phone.wait_for_selector(".error-summary")

    assert phone.input_value("#machine_value") == "lima ratus"
    assert phone.evaluate("document.activeElement.className") == "error-summary"
    assert not phone.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    phone.fill("#machine_value", "2.000.000.000")
    phone.get_by_role("button", name="Simpan dan lanjutkan").click()
    phone.wait_for_url("**/bagian/signatory_data")
    assert not refused
    engine = create_engine(database.app_url)
    with engine.connect() as connection:
        saved = connection.execute(
            text("SELECT data ->> 'machine_value' FROM report_section WHERE section = 'general_data'")
        ).scalar_one()
        started = connection.execute(text("SELECT count(*) FROM case_event WHERE type = 'draft_started'"))
        assert (saved, started.scalar_one()) == ("2000000000", 1)
    engine.dispose()


def test_a_row_that_was_added_says_so_where_the_next_one_is_typed(
    site: str, phone: Page, prepared: str
) -> None:
    phone.goto(f"{site}{prepared}/bagian/machines")
    phone.fill("#username", "a1001")
    phone.fill("#password", PASSWORD)
    phone.locator("main").get_by_role("button", name="Masuk").click()
    phone.wait_for_selector("#isian")
    for name, value in typed()["machines"]["rows"][0].items():
        field = phone.locator(f"#isian [name={name}]")
        if field.count() > 1:  # radios
            phone.locator(f"#isian [name={name}][value='{value}']").check()
        elif field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(str(value))
        else:
            field.fill(str(value))
    phone.get_by_role("button", name="Simpan baris").click()
    said = phone.get_by_role("status").filter(has_text="Baris ditambahkan.")
    said.wait_for()
    assert said.evaluate("notice => notice === document.activeElement")
    box = said.bounding_box()
    assert box is not None
    assert 0 <= box["y"] <= 800 - box["height"], "the notice is on the screen"
