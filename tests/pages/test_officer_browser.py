"""Officials in a real browser: the document shows beside the checklist, the search swaps, a dialog asks again."""

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import uvicorn
from playwright.async_api import Browser, Page, async_playwright, expect

from api import cookies
from services.models import Role
from tests.api.conftest import Api
from tests.pages.officials import official, owing, registration

pytestmark = pytest.mark.browser

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@dataclass
class Desk:
    """The served application and a browser in front of it; `heard` is what the browser complained about."""

    api: Api
    address: str
    browser: Browser
    heard: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def as_(self, role: Role, *, javascript: bool = True, width: int = 1280) -> AsyncIterator[Page]:
        """A page before which somebody with this role sits."""
        async with official(self.api, role) as visitor:
            token = visitor.client.cookies[cookies.SESSION]
            context = await self.browser.new_context(
                java_script_enabled=javascript, viewport={"width": width, "height": 800}, locale="id-ID"
            )
            await context.add_cookies([{"name": cookies.SESSION, "value": token, "url": self.address}])
            page = await context.new_page()
            page.on("console", lambda said: self.heard.append(said.text) if said.type == "error" else None)
            page.on("pageerror", lambda error: self.heard.append(str(error)))
            yield page
            await context.close()


async def _started(server: uvicorn.Server) -> None:
    while not server.started:  # noqa: ASYNC110 -- uvicorn says so by a flag only
        await asyncio.sleep(0.02)


@pytest.fixture
async def desk(api: Api) -> AsyncIterator[Desk]:
    if _CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium on this machine")
        pytest.skip("no Chromium on this machine: pages were not looked at in a browser")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(api.app, log_level="warning", lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[free]))
        await _started(server)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=_CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
            )
            yield Desk(api, f"http://127.0.0.1:{free.getsockname()[1]}", browser)
            await browser.close()
        server.should_exit = True
        await serving


async def test_a_registration_is_decided_beside_its_document(desk: Desk) -> None:
    case_id = await registration(desk.api)
    async with desk.as_(Role.UPP_OFFICER) as page:
        await page.goto(f"{desk.address}/antrean")
        async with page.expect_response(lambda answer: "/tampilan" in answer.url) as shown:
            await page.get_by_role("link", name="PT Contoh Rotan Mahakam").click()
        assert (await shown.value).ok
        await page.get_by_role("button", name="Terima").click()
        await expect(page.locator(".error-summary")).to_be_in_viewport()
        for point in ("E-mail sama", "NIB berbasis risiko", "Jenis akun sesuai", "Tipe A"):
            await page.get_by_text(point).click()
        await page.get_by_role("button", name="Terima").click()
        await page.get_by_text("diterima. Akun dibuat").wait_for()
        assert str(case_id) not in page.url
    assert [said for said in desk.heard if "422" not in said] == [], "the policy refused nothing"


async def test_the_results_are_swapped_while_typing_and_without_scripts_by_the_button(desk: Desk) -> None:
    await owing(desk.api, 1, name="PT Contoh Sabun")
    await owing(desk.api, 1, name="PT Contoh Kayu")
    async with desk.as_(Role.COMPLIANCE_OFFICER) as page:
        await page.goto(f"{desk.address}/kasus")
        await page.locator("#q").press_sequentially("sabun")
        await expect(page.locator("#hasil a.row-title")).to_have_text(["PT Contoh Sabun"])
        assert await page.evaluate("document.activeElement.id") == "q", "typing goes on where it was"
        assert "q=sabun" in page.url
    async with desk.as_(Role.COMPLIANCE_OFFICER, javascript=False) as page:
        await page.goto(f"{desk.address}/kasus")
        await page.locator("#q").fill("kayu")
        await page.get_by_role("button", name="Cari").click()
        assert await page.locator("#hasil a.row-title").all_inner_texts() == ["PT Contoh Kayu"]
    assert desk.heard == []


async def test_a_refused_dialog_is_open_again_and_nothing_overflows_a_phone(desk: Desk) -> None:
    ((_, case),) = await owing(desk.api)
    async with desk.as_(Role.VERIFIER, width=390) as page:
        await page.goto(f"{desk.address}/kasus/{case.id}")
        assert not await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        await page.get_by_role("link", name="Tahan kasus").click()
        await page.get_by_role("button", name="Tahan kasus").click()
        dialog = page.locator("dialog:modal")
        await dialog.get_by_text("Wajib diisi.").wait_for()
        await dialog.locator("textarea").fill("Menunggu klarifikasi.")
        await dialog.get_by_role("button", name="Tahan kasus").click()
        await page.get_by_text("Kasus ini ditahan").wait_for()
    assert [said for said in desk.heard if "422" not in said] == []
