"""Review and correction of reports over the API: whole, refused with the rule and its source, and in bulk."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import col

from services.models import CaseEvent, CaseFile, Report, ReportReview, Role
from services.reviews import steps
from services.rollbacks import steps as rollback_steps
from tests.api.conftest import Api, once
from tests.factories import fill_small_report, make_account, make_report
from tests.workflows.test_report_review import send


async def sent(api: Api, *, examined: bool = True, **facts: Any) -> Report:
    """A report that was sent, and (as its process would) examined."""
    async with api.transaction() as (session, now):
        account = await make_account(session, **facts)
        report = await make_report(session, account, now=now)
        await fill_small_report(session, report, now=now)
        await send(session, report, now)
        if examined:
            case = await session.get_one(CaseFile, report.case_id, populate_existing=True)
            await steps.examine(session, case, now)
    return report


async def status(api: Api, case_id: UUID) -> str:
    async with api.transaction() as (session, _):
        return (await session.get_one(CaseFile, case_id)).status


async def test_verified_then_validated_by_the_directorate(api: Api) -> None:
    report = await sent(api)
    verifier, validator = await api.as_(Role.VERIFIER), await api.as_(Role.VALIDATOR)
    waiting = (await verifier.get("/api/v1/reviews/verification")).json()["items"]
    assert [(line["id"], line["flags"]) for line in waiting] == [(str(report.case_id), [])]

    accept = {"submission": 1, "verdict": "accept"}
    url = f"/api/v1/reports/{report.case_id}"
    verified = await verifier.post(f"{url}/verification", json=accept, headers=once())
    assert verified.status_code == 200, verified.text
    assert [part["directorate"] for part in verified.json()["validations"]] == ["ikma"]
    again = await verifier.post(f"{url}/verification", json=accept, headers=once())
    assert (again.status_code, again.json()["code"]) == (409, "transition_refused")

    wrong = {**accept, "directorate": "agro"}
    assert (await validator.post(f"{url}/validation", json=wrong, headers=once())).status_code == 404
    done = await validator.post(f"{url}/validation", json={**accept, "directorate": "ikma"}, headers=once())
    assert (done.status_code, done.json()["status"]) == (200, "validated")


async def test_a_report_is_not_decided_before_it_was_examined_nor_in_an_older_submission(api: Api) -> None:
    report = await sent(api, examined=False)
    verifier = await api.as_(Role.VERIFIER)
    url = f"/api/v1/reports/{report.case_id}/verification"
    early = await verifier.post(url, json={"submission": 1, "verdict": "accept"}, headers=once())
    assert early.status_code == 409
    assert "Pemeriksaan otomatis" in early.json()["detail"]
    other = await verifier.post(url, json={"submission": 2, "verdict": "accept"}, headers=once())
    assert other.status_code == 409


async def test_a_return_needs_notes_on_pages_of_the_form(api: Api) -> None:
    report = await sent(api)
    verifier = await api.as_(Role.VERIFIER)
    url = f"/api/v1/reports/{report.case_id}/verification"
    bare = {"submission": 1, "verdict": "return"}
    for notes, field in (
        ([], "notes"),
        ([{"section": "nowhere", "text": "x"}], "notes.nowhere"),
        ([{"section": "production", "text": "  "}], "notes.production"),
    ):
        refused = await verifier.post(url, json={**bare, "notes": notes}, headers=once())
        assert (refused.status_code, [e["field"] for e in refused.json()["errors"]]) == (422, [field])
    assert await status(api, report.case_id) == "sent"


async def test_the_company_answers_every_note_before_it_sends_again(api: Api) -> None:
    report = await sent(api)
    verifier, company = await api.as_(Role.VERIFIER), await api.company(report.account_id)
    url = f"/api/v1/reports/{report.case_id}"
    note = {"section": "production", "text": "Satuan kursi dalam kilogram."}
    body = {"submission": 1, "verdict": "return", "notes": [note]}
    returned = await verifier.post(f"{url}/verification", json=body, headers=once())
    assert (returned.status_code, returned.json()["status"]) == (200, "returned")
    [line] = (await company.get(f"{url}/corrections")).json()
    assert (line["section"], line["note"], line["answer"]) == ("production", note["text"], None)
    assert (await company.get(f"{url}/review")).status_code == 403, "findings are the office's own affair"

    answer = f"{url}/corrections/{line['id']}/answer"
    empty = await company.post(answer, json={"answer": "responded", "response": " "}, headers=once())
    assert (empty.status_code, empty.json()["errors"][0]["field"]) == (422, "response")
    told = await company.post(
        answer, json={"answer": "responded", "response": "Memang per unit."}, headers=once()
    )
    assert told.json()["answer"] == "responded"


async def test_only_validators_of_the_division_approve(api: Api) -> None:
    report = await sent(api)
    verifier = await api.as_(Role.VERIFIER)
    url = f"/api/v1/reports/{report.case_id}"
    accept = {"submission": 1, "verdict": "accept"}
    await verifier.post(f"{url}/verification", json=accept, headers=once())
    elsewhere = await api.as_(Role.VALIDATOR, region="31")
    body = {**accept, "directorate": "ikma"}
    assert (await elsewhere.post(f"{url}/validation", json=body, headers=once())).status_code == 404
    assert (await verifier.post(f"{url}/validation", json=body, headers=once())).status_code == 403


async def test_a_program_previews_but_never_approves_in_bulk(api: Api) -> None:
    report = await sent(api)
    verifier = await api.as_(Role.VERIFIER)
    preview = await verifier.post("/api/v1/reviews/verification/previews", json={}, headers=once())
    assert (preview.status_code, preview.json()["chosen"]) == (201, [str(report.case_id)])
    url = f"/api/v1/reviews/batches/{preview.json()['id']}/approval"
    assert (await verifier.post(url, json={}, headers=once())).status_code == 403
    assert await status(api, report.case_id) == "sent"


async def ask(api: Api, report: Report, **changes: Any) -> Any:
    company = await api.company(report.account_id)
    body = {"reason": "Nilai produksi tertukar.", "sections": ["production"]} | changes
    return await company.post(
        f"/api/v1/reports/{report.case_id}/rollback-requests", json=body, headers=once()
    )


async def test_reason_and_sections_are_compulsory(api: Api) -> None:
    report = await sent(api)
    for change, field in (
        ({"reason": " "}, "reason"),
        ({"sections": []}, "sections"),
        ({"sections": ["x"]}, "sections"),
    ):
        refused = await ask(api, report, **change)
        assert (refused.status_code, [e["field"] for e in refused.json()["errors"]]) == (422, [field])
    assert await status(api, report.case_id) == "sent"


async def test_granted_by_an_officer_and_not_asked_for_twice(api: Api) -> None:
    report = await sent(api)
    asked = await ask(api, report)
    assert (asked.status_code, asked.json()["status"]) == (201, "requested")
    twice = await ask(api, report)
    assert (twice.status_code, "sedang menunggu" in twice.json()["detail"]) == (409, True)
    verifier = await api.as_(Role.VERIFIER)
    url = f"/api/v1/rollback-requests/{asked.json()['id']}/decision"
    bare = await verifier.post(url, json={"verdict": "refuse"}, headers=once())
    assert (bare.status_code, bare.json()["errors"][0]["field"]) == (422, "reason")
    granted = await verifier.post(url, json={"verdict": "grant"}, headers=once())
    assert (granted.status_code, granted.json()["status"]) == (200, "granted")
    again = await verifier.post(url, json={"verdict": "grant"}, headers=once())
    assert again.status_code == 409

    async with api.transaction() as (session, now):
        case = await session.get_one(CaseFile, UUID(asked.json()["id"]), populate_existing=True)
        await rollback_steps.reopen(session, case, now)
    listed = await (await api.company(report.account_id)).get(
        f"/api/v1/reports/{report.case_id}/rollback-requests"
    )
    assert (listed.json()["possible"], listed.json()["items"][0]["status"]) == (False, "reopened")
    assert "1 kali" in listed.json()["refusal"]
    assert "Permenperin 13/2025" in listed.json()["refusal"]
    codes = [(step["code"], step["basis"]) for step in listed.json()["why"]]
    assert codes[0] == ("anchor_day", "Permenperin 13/2025")
    assert [code for code, _ in codes].count("day_counted") == 2, "the second reading, day by day"


@pytest.mark.starts("2027-01-09T12:00:00+07:00")
async def test_after_the_window_the_refusal_names_the_rule_and_the_last_moment(api: Api) -> None:
    report = await sent(api)
    await api.clock_at("2027-01-13T00:00:00+07:00")
    refused = await ask(api, report)
    assert refused.status_code == 409
    assert "2 hari dari batas waktu penyampaian (Permenperin 13/2025)" in refused.json()["detail"]
    assert "12 Januari 2027 pukul 23.59.59 WIB" in refused.json()["detail"]
    async with api.transaction() as (session, _):
        types = await session.scalars(
            select(col(CaseEvent.type)).where(col(CaseEvent.case_id) == report.case_id)
        )
        assert "rollback_requested" not in types.all()
        assert (await session.get_one(ReportReview, (report.case_id, 1))).verified_at is None
