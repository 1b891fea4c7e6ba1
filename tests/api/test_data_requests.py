"""Data Lain over HTTP: asked, received, answered through the portal, accepted or asked again, refused with reasons."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from services.models import Account, AccountType, Role
from tests.api.conftest import Api, once
from tests.factories import make_account
from tests.services.documents.corpus import pdf

ORDER = {
    "kinds": ["additional", "clarification"],
    "channel": "email",
    "question": "Jelaskan penurunan produksi.",
    "mandate": "Instruksi Menteri Contoh 7/2026",
}


async def company(api: Api, **facts: Any) -> Account:
    async with api.transaction() as (session, _):
        return await make_account(session, **facts)


async def asked(api: Api, officer: httpx.AsyncClient, account: Account, **changes: Any) -> str:
    body = ORDER | {"companies": [str(account.id)]} | changes
    answer = await officer.post("/api/v1/data-requests", json=body, headers=once())
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["items"][0]["id"]
    return found


async def post(client: httpx.AsyncClient, path: str, **body: Any) -> httpx.Response:
    return await client.post(f"/api/v1/data-requests/{path}", json=body, headers=once())


async def test_a_request_from_the_order_to_acceptance(api: Api) -> None:
    account = await company(api)
    officer, firm = await api.as_(Role.COMPLIANCE_OFFICER), await api.company(account.id)
    tried = await post(officer, "dry-run", **ORDER, companies=[str(account.id), "987654"])
    assert (tried.json()["count"], len(tried.json()["left_out"])) == (1, 1)
    case = await asked(api, officer, account)

    [line] = (await firm.get("/api/v1/data-requests")).json()
    assert (line["status"], line["due_before"]) == ("sent", None)
    assert "question" not in line, "what is asked is read one by one"
    seen = (await officer.get(f"/api/v1/data-requests/{case}")).json()
    assert seen["status"] == "sent", "an officer's reading is no receipt"
    read = (await firm.get(f"/api/v1/data-requests/{case}")).json()
    assert (read["status"], read["due_before"]) == ("received", "2027-01-07T17:00:00Z")
    assert read["evidence"] == []

    files = {"document": ("data.pdf", pdf(), "application/pdf")}
    attached = await firm.post(f"/api/v1/data-requests/{case}/attachments", files=files, headers=once())
    assert attached.status_code == 201, attached.text
    assert (await officer.get(f"/api/v1/data-requests/{case}")).json()["questions"][0]["files"] == []
    answered = await post(firm, f"{case}/answer", answer="Mesin rusak.")
    assert (answered.status_code, answered.json()["status"]) == (200, "answered")
    shown = (await officer.get(f"/api/v1/data-requests/{case}")).json()
    assert [file["filename"] for file in shown["questions"][0]["files"]] == ["data.pdf"]
    assert [proof["kind"] for proof in shown["evidence"]] == ["portal_read"]

    again = await post(officer, f"{case}/acceptance", accepted=False, question="Mesin yang mana?")
    assert (again.json()["status"], len(again.json()["questions"])) == ("sent", 2)
    assert (await post(firm, f"{case}/answer", answer="Mesin bubut.")).json()["status"] == "answered"
    done = await post(officer, f"{case}/acceptance", accepted=True, note="Cukup.")
    assert (done.json()["status"], done.json()["questions"][1]["note"]) == ("accepted", "Cukup.")

    late = await post(firm, f"{case}/answer", answer="Satu lagi.")
    assert (late.status_code, late.json()["code"]) == (409, "transition_refused")
    closed = await post(officer, f"{case}/receipt", kind="call_note", note="Dijawab.")
    assert closed.status_code == 409


async def test_evidence_before_the_sending_or_without_its_paper_is_refused_at_its_field(api: Api) -> None:
    account = await company(api)
    officer = await api.as_(Role.COMPLIANCE_OFFICER)
    case = await asked(api, officer, account, channel="letter")
    early = await post(
        officer, f"{case}/receipt", kind="letter_receipt", received_at="2027-01-03T10:00:00+07:00"
    )
    problem = early.json()
    assert early.status_code == 422
    assert [error["field"] for error in problem["errors"]] == ["received_at", "document"]
    assert "03-01-2027" in problem["errors"][0]["message"]
    assert "Permenperin 13/2025" in problem["errors"][0]["message"]
    ahead = await post(
        officer, f"{case}/receipt", kind="call_note", note="x", received_at="2027-02-01T10:00:00+07:00"
    )
    assert [error["field"] for error in ahead.json()["errors"]] == ["received_at"]
    own = await post(officer, f"{case}/receipt", kind="portal_read")
    assert [error["field"] for error in own.json()["errors"]] == ["kind"]
    assert (await officer.get(f"/api/v1/data-requests/{case}")).json()["status"] == "sent"

    files = {"document": ("tanda-terima.pdf", pdf(), "application/pdf")}
    scan = await officer.post(f"/api/v1/data-requests/{case}/evidence", files=files, headers=once())
    proven = await post(officer, f"{case}/receipt", kind="letter_receipt", document_id=scan.json()["id"])
    assert (proven.json()["status"], proven.json()["due_before"]) == ("received", "2027-01-07T17:00:00Z")
    later = await post(officer, f"{case}/receipt", kind="call_note", note="Sudah tahu.")
    assert later.json()["due_before"] == proven.json()["due_before"], "later evidence moves no date"
    assert len(later.json()["evidence"]) == 2


async def test_who_is_asked_is_within_the_officers_reach_and_owes_data(api: Api) -> None:
    here = await company(api)
    elsewhere = await company(api, region="31.71")
    other = await company(api, account_type=AccountType.OTHER)
    officer = await api.as_(Role.COMPLIANCE_OFFICER, region="64")
    tried = await post(
        officer, "dry-run", **ORDER, companies=[str(here.id), str(elsewhere.id), str(other.id)]
    )
    assert tried.json()["sample"] == [str(here.id)]
    assert {line["company"] for line in tried.json()["left_out"]} == {str(elsewhere.id), str(other.id)}
    nobody = await officer.post(
        "/api/v1/data-requests", json=ORDER | {"companies": [str(elsewhere.id)]}, headers=once()
    )
    assert [error["field"] for error in nobody.json()["errors"]] == ["companies"]
    empty = await officer.post(
        "/api/v1/data-requests", json=ORDER | {"kinds": [], "question": " ", "mandate": ""}, headers=once()
    )
    fields = {error["field"] for error in empty.json()["errors"]}
    assert fields == {"kinds", "question", "mandate", "companies"}
    verifier = await api.as_(Role.VERIFIER)
    assert (await post(verifier, "dry-run", **ORDER, everyone=True)).status_code == 403


async def test_another_company_learns_nothing_of_a_request(api: Api) -> None:
    account, stranger = await company(api), await company(api)
    officer, spy = await api.as_(Role.COMPLIANCE_OFFICER), await api.company(stranger.id)
    case = await asked(api, officer, account)
    assert (await spy.get(f"/api/v1/data-requests/{case}")).status_code == 404
    assert (await post(spy, f"{case}/answer", answer="x")).status_code == 404
    assert (await spy.get("/api/v1/data-requests")).json() == []
    assert (await spy.get(f"/api/v1/data-requests/{UUID(int=5)}")).status_code == 404


async def test_the_letter_is_printed_once_under_its_number(api: Api) -> None:
    account = await company(api)
    officer = await api.as_(Role.COMPLIANCE_OFFICER)
    case = await asked(api, officer, account, channel="letter")
    first = await officer.get(f"/api/v1/data-requests/{case}/letter")
    again = await officer.get(f"/api/v1/data-requests/{case}/letter")
    assert first.content.startswith(b"%PDF")
    assert first.content == again.content
    assert "PD-" in first.headers["content-disposition"]


@pytest.mark.starts("2027-01-04T09:00:00+07:00")
async def test_a_late_answer_is_taken_and_is_late(api: Api) -> None:
    account = await company(api)
    officer, firm = await api.as_(Role.COMPLIANCE_OFFICER), await api.company(account.id)
    case = await asked(api, officer, account)
    await firm.get(f"/api/v1/data-requests/{case}")
    await api.clock_at("2027-01-08T00:00:00+07:00")
    answered = (await post(firm, f"{case}/answer", answer="Maaf.")).json()
    assert (answered["status"], answered["late"]) == ("answered", True)
    twice = await post(firm, f"{case}/answer", answer="Sekali lagi.")
    assert twice.status_code == 409
    why = (await firm.get(f"/api/v1/cases/{case}/deadlines/data_request_due/explanation")).json()
    assert why["steps"][0]["code"] == "anchor_instant"
    assert {"calendar_days", "lenient", "working_days"} <= {step["code"] for step in why["steps"]}
    assert why["steps"][0]["basis"] == "Permenperin 13/2025"


async def test_a_withdrawn_request_cannot_be_answered(api: Api) -> None:
    account = await company(api)
    officer, firm = await api.as_(Role.COMPLIANCE_OFFICER), await api.company(account.id)
    case = await asked(api, officer, account)
    unsaid = await post(officer, f"{case}/withdrawal", reason=" ")
    assert [error["field"] for error in unsaid.json()["errors"]] == ["reason"]
    assert (await post(officer, f"{case}/withdrawal", reason="Salah alamat.")).json()["status"] == "withdrawn"
    assert (await post(firm, f"{case}/answer", answer="x")).status_code == 409
    assert (await post(officer, f"{case}/acceptance", accepted=True)).status_code == 409
