"""What only a browser can tell: the policy refuses nothing, nothing overflows a phone, the helps help."""

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from tests.pages.example_pages import EXAMPLES
from tests.pages.gallery import app

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The gallery of examples, served under the strict policy."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [free]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 20
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        assert server.started
        yield f"http://127.0.0.1:{free.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium of the system. On a machine without one these tests are skipped, but never in CI."""
    if _CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium on this machine")
        pytest.skip("no Chromium on this machine: pages were not looked at in a browser")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A page as wide as a small phone."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    yield context.new_page()
    context.close()


def _complaints(page: Page) -> list[str]:
    """What the browser complains about from now on, except for assets that set-up fetches."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.route("**/static/vendor/**", lambda route: route.fulfill(status=200, body=""))
    return heard


def test_no_page_breaks_the_policy_or_overflows_a_phone(site: str, phone: Page) -> None:
    complaints = _complaints(phone)
    wide = []
    for example in EXAMPLES:
        phone.goto(f"{site}/{example.replace('#', '?state=')}")
        if phone.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wide.append(example)
    assert not wide
    assert not complaints


@pytest.mark.parametrize("locale", ["id", "en"])
@pytest.mark.parametrize("example", ["company/home.html", "officer/queue.html", "admin/health.html"])
def test_the_menu_stands_in_one_row_and_the_rest_opens_without_script(
    site: str, browser: Browser, example: str, locale: str
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/{example}?locale={locale}")
    rows = {entry.bounding_box()["y"] for entry in page.locator(".site-nav > ul > li").all()}  # type: ignore[index]
    assert len(rows) == 1
    more = page.locator(".nav-more")
    if more.count():
        assert not more.locator("a").first.is_visible()
        more.locator("summary").click()
        assert all(entry.is_visible() for entry in more.locator("a").all())
    context.close()


def test_a_dialog_opens_asks_and_closes(site: str, phone: Page) -> None:
    phone.goto(f"{site}/company/reports.html")
    dialog = phone.locator("dialog").first
    assert not dialog.is_visible()
    phone.locator("[data-opens]").first.click()
    assert dialog.is_visible()
    dialog.get_by_role("link", name="Batal").click()
    assert not dialog.is_visible()


def test_without_javascript_the_dialog_still_opens(site: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/company/reports.html")
    page.locator("[data-opens]").first.click()
    assert page.get_by_role("button", name="Hapus semua isian").is_visible()
    context.close()


def test_password_rules_tick_while_typing(site: str, phone: Page) -> None:
    phone.goto(f"{site}/public/activate.html")
    phone.locator("#password").fill("tenggat2027")
    states = [rule.get_attribute("class") for rule in phone.locator("[data-pattern]").all()]
    assert states == ["unmet", "met", "unmet", "unmet"]
    phone.locator("#password").fill("Rotan-Mahakam-2027")
    assert phone.locator("[data-pattern].met").count() == 4


def test_a_conditional_field_follows_its_answer(site: str, phone: Page) -> None:
    phone.goto(f"{site}/dev/components.html")
    share = phone.locator("#share")
    assert share.is_visible()  # the example answers yes
    phone.locator("#exported").get_by_text("Tidak").click()
    assert not share.is_visible()


def test_without_javascript_every_conditional_field_is_asked(site: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/admin/extension_new.html")
    assert page.locator("#kbli").is_visible()
    context.close()


def test_the_error_summary_has_the_focus_and_leads_to_the_field(site: str, phone: Page) -> None:
    phone.goto(f"{site}/public/register.html?state=refused")
    assert phone.evaluate("document.activeElement.className") == "error-summary"
    phone.locator(".error-summary a").first.click()
    assert phone.evaluate("document.activeElement.id || location.hash.slice(1)") == "nib"


def test_the_first_tab_offers_to_skip_to_the_content(site: str, phone: Page) -> None:
    phone.goto(f"{site}/officer/queue.html")
    phone.keyboard.press("Tab")
    assert phone.evaluate("document.activeElement.textContent") == "Langsung ke isi halaman"
    phone.keyboard.press("Enter")
    assert phone.evaluate("document.activeElement.id") == "isi"
