"""More time asked for over HTTP, and days that are decreed: by whom they may be, and what they answer."""

import csv
import io
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.models import Role
from tests.api.conftest import Api, once
from tests.pages.officials import owing
from tests.services.documents.corpus import pdf

ASKED = {"days": "5", "reason": "Banjir di Samarinda"}
DECREE: dict[str, Any] = {
    "instrument": "SKB Contoh 1/2027",
    "reason": "Cuti bersama ditambah",
    "days": [{"day": "2027-01-05", "kind": "joint_leave", "name": "Cuti Bersama Contoh"}],
}


async def ask(client: httpx.AsyncClient, case: UUID, **given: str) -> httpx.Response:
    files = {"evidence": ("bukti.pdf", pdf(), "application/pdf")}
    return await client.post(
        f"/api/v1/cases/{case}/extension-requests", data={**ASKED, **given}, files=files, headers=once()
    )


async def test_a_company_asks_and_an_officer_grants(api: Api) -> None:
    ((account, case),) = await owing(api)
    company, officer = await api.company(account.id), await api.as_(Role.COMPLIANCE_OFFICER)
    asked = await ask(company, case.id)
    assert asked.status_code == 201, asked.text
    request = asked.json()
    path = f"/api/v1/extension-requests/{request['case_id']}"
    assert (request["status"], request["deadline_name"]) == ("submitted", "report_due")
    assert (await officer.get(path)).json()["reason"] == ASKED["reason"]
    refused = await officer.post(f"{path}/decision", json={"verdict": "refuse"}, headers=once())
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "reason")
    granted = await officer.post(f"{path}/decision", json={"verdict": "grant", "days": 3}, headers=once())
    assert (granted.json()["status"], granted.json()["granted_days"]) == ("granted", 3)
    [mine] = (await company.get("/api/v1/cases", params={"kind": "report"})).json()["items"]
    assert mine["due_before"] == "2027-01-13T17:00:00Z"
    timeline = (await company.get(f"/api/v1/cases/{case.id}/timeline")).json()["past"]
    told = next(line for line in timeline if line["type"] == "extension_requested")
    assert "5 hari" in told["text"]


async def test_a_request_is_seen_and_decided_by_those_concerned_alone(api: Api) -> None:
    (first, case), (second, _) = await owing(api, 2)
    company, other = await api.company(first.id), await api.company(second.id)
    assert (await ask(other, case.id)).status_code == 404
    request = (await ask(company, case.id)).json()
    path = f"/api/v1/extension-requests/{request['case_id']}"
    assert (await other.get(path)).status_code == 404
    decision = {"verdict": "grant"}
    assert (await company.post(f"{path}/decision", json=decision, headers=once())).status_code == 403
    verifier = await api.as_(Role.VERIFIER)
    assert (await verifier.post(f"{path}/decision", json=decision, headers=once())).status_code == 403
    elsewhere = await api.as_(Role.COMPLIANCE_OFFICER, region="11")
    assert (await elsewhere.post(f"{path}/decision", json=decision, headers=once())).status_code == 404
    assert (await company.post(f"{path}/withdrawal", headers=once())).json()["status"] == "withdrawn"


async def test_a_request_without_evidence_names_the_field_and_the_source(api: Api) -> None:
    ((account, case),) = await owing(api)
    company = await api.company(account.id)
    answer = await company.post(f"/api/v1/cases/{case.id}/extension-requests", data=ASKED, headers=once())
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (422, "evidence")
    assert "kebijakan layanan" in error["message"]


async def test_a_decree_is_entered_tried_out_and_approved_by_another(api: Api) -> None:
    enters, approves = await api.as_(Role.ADMINISTRATOR), await api.as_(Role.ADMINISTRATOR)
    decree = (await enters.post("/api/v1/decrees", json=DECREE, headers=once())).json()
    path = f"/api/v1/decrees/{decree['case_id']}"
    too_soon = await approves.post(f"{path}/approval", headers=once())
    assert (too_soon.status_code, too_soon.json()["code"]) == (409, "transition_refused")
    foreseen = await enters.post(f"{path}/dry-run", headers=once())
    assert (foreseen.status_code, foreseen.json()["moving"]) == (200, 0)
    assert (await enters.post(f"{path}/approval", headers=once())).status_code == 403
    assert (await approves.post(f"{path}/approval", headers=once())).json()["status"] == "approved"
    assert [day["day"] for day in (await enters.get(path)).json()["days"]] == ["2027-01-05"]
    officer = await api.as_(Role.COMPLIANCE_OFFICER)
    assert (await officer.post("/api/v1/decrees", json=DECREE, headers=once())).status_code == 403
    assert (await officer.get("/api/v1/decrees")).json()[0]["instrument"] == DECREE["instrument"]


CSV = b"date,kind,name,name_en\n2027-01-05,joint_leave,Cuti Bersama Contoh,\n"
ICS = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//contoh//ID\r
BEGIN:VEVENT\r
UID:1@contoh.example\r
DTSTART;VALUE=DATE:20270105\r
SUMMARY:Cuti Bersama Contoh\r
END:VEVENT\r
END:VCALENDAR\r
"""
HEADING = {"instrument": "SKB Contoh 1/2027", "reason": "Cuti bersama ditambah"}


@pytest.mark.parametrize(("name", "content"), [("libur.csv", CSV), ("libur.ics", ICS)])
async def test_a_decree_is_entered_from_a_file(api: Api, name: str, content: bytes) -> None:
    enters = await api.as_(Role.ADMINISTRATOR)
    key, file = once(), {"file": (name, content, "application/octet-stream")}
    first = await enters.post("/api/v1/decrees/from-file", data=HEADING, files=file, headers=key)
    assert first.status_code == 201, first.text
    again = await enters.post("/api/v1/decrees/from-file", data=HEADING, files=file, headers=key)
    assert again.json()["case_id"] == first.json()["case_id"], "the same command, once"
    [day] = (await enters.get(f"/api/v1/decrees/{first.json()['case_id']}")).json()["days"]
    assert (day["day"], day["kind"], day["name"]) == ("2027-01-05", "joint_leave", "Cuti Bersama Contoh")


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (b"hari\n2027-01-05\n", "file"),
        (CSV.replace(b"Contoh", b"\0"), "file"),
        (CSV.replace(b"Contoh", b"x" * 140_000), "file"),
        (ICS.replace(b"20270105", b"kemarin"), "file"),
        (ICS.replace(b"SUMMARY", b"DTSTART;VALUE=DATE:20270106\r\nSUMMARY"), "file"),
        (CSV.replace(b"2027-01", b"2027-13"), "days"),
    ],
)
async def test_a_file_that_is_no_decree_is_refused_by_its_place(api: Api, content: bytes, field: str) -> None:
    enters, officer = await api.as_(Role.ADMINISTRATOR), await api.as_(Role.UPP_OFFICER)
    file = {"file": ("libur.csv", content, "text/csv")}
    refused = await enters.post("/api/v1/decrees/from-file", data=HEADING, files=file, headers=once())
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    other = await officer.post("/api/v1/decrees/from-file", data=HEADING, files=file, headers=once())
    assert other.status_code == 403
    assert (await enters.get("/api/v1/decrees")).json() == []


async def test_the_calendar_of_a_year_stands_beside_the_library(api: Api) -> None:
    client = await api.as_(Role.AUDITOR)
    days = (await client.get("/api/v1/calendar/2027")).json()
    assert {day["finding"] for day in days} == {"only_library"}
    assert next(day for day in days if day["day"] == "2027-01-01")["library"] == "holiday"
    assert (await client.get("/api/v1/calendar/1066")).status_code == 404


@pytest.mark.parametrize("scope", [{"scope": "period", "period": "2026-Q4"}])
async def test_a_dry_run_is_a_file_of_every_company(api: Api, scope: dict[str, str]) -> None:
    await owing(api, 3)
    client = await api.as_(Role.ADMINISTRATOR)
    wanted = scope | {"target_date": "2027-01-17", "instrument": "=SUM(1)", "reason": "Banjir"}
    extension = (await client.post("/api/v1/extensions", json=wanted, headers=once())).json()
    path = f"/api/v1/extensions/{extension['id']}"
    attached = await client.post(
        f"{path}/document", files={"document": ("se.pdf", pdf(), "application/pdf")}, headers=once()
    )
    assert attached.json()["document_id"]
    answer = await client.get(f"{path}/cases.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 3
    assert {(row["old"][:10], row["new"][:10], row["told"]) for row in rows} == {
        ("2027-01-10", "2027-01-17", "1")
    }
