"""2026-Q4 for up to 200 companies on a running instance, through `tenggat` and the API alone.

What each company should get is written down by hand: the days of its mails, the moment it became overdue.
"""

import json
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from services.registrations.decisions import CHECKLIST
from tests.instance import ONE_WEB, Instance, running
from tests.rehearsals.company import client, done, once, send_report
from tests.services.documents.corpus import pdf

pytestmark = pytest.mark.timeout(1200)

PERIOD = "2026-Q4"
WIB = ZoneInfo("Asia/Jakarta")

# Waves −14 −7 −3 −1 of Sunday 10 January 2027 and of Wednesday 20 January; one that falls on a day off goes out on
# the working day before (27 December is a Sunday, 3 January too), and of two on one day the later one stays.
WAVES = ["2026-12-23", "2026-12-31", "2027-01-07", "2027-01-08"]
WAVES_EXTENDED = ["2027-01-06", "2027-01-13", "2027-01-15", "2027-01-19"]
EXTENDED_ON, TOLD_ON = "2027-01-05", "2027-01-06"  # a holiday: the notice leaves the next morning
OVERDUE, OVERDUE_EXTENDED = "2027-01-10T17:00:00Z", "2027-01-20T17:00:00Z"
# Received, returned the same day, and lapsed after the policy's days without a correction.
RETURNED = ["2026-12-20", "2026-12-20", "2027-01-05"]

# With TENGGAT_REHEARSAL=full (`make rehearsal`) ten times as many.
TIMES = 10 if os.environ.get("TENGGAT_REHEARSAL") == "full" else 1
# (companies, region, extended, day of sending)
GROUPS = {
    "on time": (2 * TIMES, "64.71", False, "2027-01-02"),
    "late": (1 * TIMES, "64.74", False, "2027-01-15"),
    "silent": (14 * TIMES, "64.01", False, None),
    "extended, silent": (2 * TIMES, "64.72", True, None),
    "extended, sent": (1 * TIMES, "64.07", True, "2027-01-12"),
}


def expected_days(sent: str | None, *, extended: bool) -> list[str]:
    """Waves until the company sends, the notice of the extension, the receipt."""
    days = list(WAVES)
    if extended:
        days = [day for day in WAVES if day < EXTENDED_ON] + [TOLD_ON, *WAVES_EXTENDED]
    return [day for day in days if sent is None or day < sent] + ([sent] if sent else [])


def expected_overdue(sent: str | None, *, extended: bool) -> list[str]:
    """The moment a duty became overdue, if it did."""
    moment, last_day = (OVERDUE_EXTENDED, "2027-01-20") if extended else (OVERDUE, "2027-01-10")
    return [] if sent is not None and sent <= last_day else [moment]


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    with running(Path(tmp_path_factory.mktemp("rehearsal")), "2026-12-20", **ONE_WEB) as started:
        yield started


def advance(instance: Instance, to: str) -> None:
    instance.run("clock", "advance", "--to", to, timeout=400)


def return_a_registration(instance: Instance) -> str:
    """Somebody registers, the UPP returns it, nobody corrects it. The address it was sent from."""
    address = "perbaikan@contoh.example"
    form = {
        "company_name": "PT Contoh Dikembalikan", "nib": "9123456789012", "npwp": "013456789012345",
        "email": address, "region_code": "64.72", "address": "Jalan Contoh No. 1",
    }  # fmt: skip
    files = {"document": ("nib.pdf", pdf(), "application/pdf")}
    path = f"{instance.url}/api/v1/registrations"
    received = done(httpx.post(path, data=form, files=files, headers=once(), timeout=60), 201)
    mailed(instance, address)  # who decides at once is faster than the proof, which then is not sent any more
    with client(instance, "upp_officer") as upp:
        decision = {
            "verdict": "return",
            "reason": "Alamat e-mail berbeda dari NIB.",
            "checklist": dict.fromkeys(CHECKLIST, False),
            "version": done(upp.get(f"/api/v1/registrations/{received['id']}"))["version"],
        }
        done(upp.post(f"/api/v1/registrations/{received['id']}/decision", json=decision, headers=once()))
    return address


def extend(instance: Instance, region: str, target: str) -> None:
    """An administrator writes the extension down and tries it out; another one approves it."""
    wanted = {
        "scope": "region", "period": PERIOD, "region": region, "target_date": target,
        "instrument": "Pengumuman 12/2027", "reason": "Banjir",
    }  # fmt: skip
    asks, decides = administrator(instance), administrator(instance)
    extension = asks("POST", "/extensions", *(f"{name}={value}" for name, value in wanted.items()))
    seen = asks("POST", f"/extensions/{extension['id']}/dry-run")
    decides("POST", f"/extensions/{extension['id']}/approval", f"version:={seen['version']}")


def administrator(instance: Instance) -> Callable[..., Any]:
    """`tenggat api` with a key of an administrator's own."""
    token = instance.json("token", "create", "--role", "administrator")["token"]
    return lambda *words: json.loads(instance.run("api", *words, TENGGAT_TOKEN=token))


def send_all(instance: Instance, companies: list[dict[str, Any]]) -> None:
    for company in companies:
        with client(instance, "company_user", account=company["id"]) as program:
            send_report(program, PERIOD)


def mail_days(instance: Instance) -> dict[str, list[str]]:
    """Address → the days (WIB) on which it got mail, in order."""
    days = defaultdict(list)
    for mail in instance.json("mail", "list"):
        at = datetime.fromisoformat(mail["accepted_at"]).astimezone(WIB)
        days[mail["to"]].append(at.date().isoformat())
    return days


def mailed(instance: Instance, address: str) -> None:
    """Wait until this address has got its first mail."""
    deadline = time.monotonic() + 60
    while address not in mail_days(instance):
        assert time.monotonic() < deadline, f"no mail to {address}"
        time.sleep(0.2)


def overdue_events(officer: httpx.Client) -> dict[str, list[str]]:
    """Account → the moments at which its duty became overdue, as its timeline tells."""
    found, cursor = {}, None
    while True:
        query: dict[str, Any] = {"kind": "report", "period": PERIOD, "limit": 200} | (
            {"cursor": cursor} if cursor else {}
        )
        page = done(officer.get("/api/v1/cases", params=query))
        for case in page["items"]:
            past = done(officer.get(f"/api/v1/cases/{case['id']}/timeline"))["past"]
            found[case["account_id"]] = [line["at"] for line in past if line["type"] == "became_overdue"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def test_each_company_gets_exactly_the_mails_and_events_that_the_rules_ask_for(instance: Instance) -> None:
    companies = {
        name: instance.json("seed", "companies", str(count), "--region", region)
        for name, (count, region, _, _) in GROUPS.items()
    }
    assert sum(map(len, companies.values())) == 20 * TIMES
    returned = return_a_registration(instance)

    advance(instance, "2027-01-02T10:00:00+07:00")
    send_all(instance, companies["on time"])
    advance(instance, "2027-01-05T12:00:00+07:00")
    for region in ("64.72", "64.07"):
        extend(instance, region, "2027-01-20")
    advance(instance, "2027-01-12T10:00:00+07:00")
    send_all(instance, companies["extended, sent"])
    advance(instance, "2027-01-15T17:00:00+07:00")
    send_all(instance, companies["late"])
    advance(instance, "2027-01-31T12:00:00+07:00")

    days = mail_days(instance)
    with client(instance, "compliance_officer") as officer:
        overdue = overdue_events(officer)
    for name, (_, _, extended, sent) in GROUPS.items():
        for company in companies[name]:
            assert days[company["email"]] == expected_days(sent, extended=extended), name
            assert overdue[company["id"]] == expected_overdue(sent, extended=extended), name
    assert days[returned] == RETURNED
    instance.run("audit", "verify")
