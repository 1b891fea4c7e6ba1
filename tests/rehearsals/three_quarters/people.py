"""Officials in person: invited with `tenggat people`, with a password of their own, signed in a moment ago."""

import re

import httpx

from tests.rehearsals.company import done
from tests.rehearsals.three_quarters.office import Office

PASSWORD = "Rotan-Mahakam-27"


def signed_in(office: Office, role: str) -> httpx.Client:
    """The office's own person of this role, who has just given the password: what bulk decisions ask for."""
    username, url = f"orang.{role.replace('_', '.')}", office.instance.url
    browser = httpx.Client(base_url=url, headers={"Origin": url, "X-Purpose": "gladi"}, timeout=120)
    if username not in office.kept:
        _invite(office, browser, username, role)
        office.kept[username] = role
    entered = done(browser.post("/api/v1/sessions", json={"username": username, "password": PASSWORD}), 201)
    browser.headers["X-CSRF-Token"] = entered["csrf_token"]
    done(browser.put("/api/v1/me/nda"))
    return browser


def _invite(office: Office, browser: httpx.Client, username: str, role: str) -> None:
    """The link of the invitation leads to the page on which people choose their password."""
    address = f"{username}@dinas.example"
    office.tenggat("people", "add", username, "--email", address, "--role", role)
    link = office.mail(address)
    page = browser.get(link)
    [token] = set(re.findall(r'name="csrf_token" value="([^"]+)"', page.text))
    form = {"csrf_token": token, "password": PASSWORD, "password_again": PASSWORD}
    answer = browser.post(link, data=form)
    assert answer.status_code == 303, answer.text
