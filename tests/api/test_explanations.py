"""Why this date, over HTTP: as JSON with both clocks and all versions, and as a document."""

import hashlib
import json

from services.models import Role
from tests.api.conftest import Api
from tests.api.test_cases import owing
from tests.services.documents.pdftext import flowing


async def test_an_explanation_names_rule_versions_and_both_clocks(api: Api) -> None:
    account, report = await owing(api)
    company = await api.company(account.id)
    why = (await company.get(f"/api/v1/cases/{report}/deadlines/report_due/explanation")).json()
    assert (why["shown"], why["due_before"]) == ("2027-01-10T16:59:59Z", "2027-01-10T17:00:00Z")
    assert [step["code"] for step in why["steps"]] == ["anchor_day", "calendar_days", "fixed", "until"]
    assert {step["basis"] for step in why["steps"]} == {"Permenperin 13/2025"}
    assert why["policy"]["digest"] == why["policy_version"]
    async with api.transaction() as (session, _):
        from services.models import PolicyVersion

        version = await session.get_one(PolicyVersion, why["policy"]["id"])
        spelled = json.dumps(version.content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert hashlib.sha256(spelled.encode()).hexdigest() == why["policy_version"]


async def test_the_printed_explanation_is_one_document_for_one_state_of_the_date(api: Api) -> None:
    account, report = await owing(api)
    company, officer = await api.company(account.id), await api.as_(Role.COMPLIANCE_OFFICER)
    path = f"/api/v1/cases/{report}/deadlines/report_due/explanation.pdf"
    first, second = await company.get(path), await officer.get(path)
    assert (first.status_code, first.headers["content-type"]) == (200, "application/pdf")
    assert first.content == second.content
    said = flowing(first.content)
    assert "Minggu, 10 Januari 2027" in said
    assert "Permenperin 13/2025" in said
    assert "Penjelasan Batas Waktu" in said
    nothing = await company.get(f"/api/v1/cases/{report}/deadlines/nothing/explanation.pdf")
    assert nothing.status_code == 404


async def test_no_company_prints_the_explanation_of_another(api: Api) -> None:
    mine, _ = await owing(api)
    _, theirs = await owing(api)
    company = await api.company(mine.id)
    hidden = await company.get(f"/api/v1/cases/{theirs}/deadlines/report_due/explanation.pdf")
    assert hidden.status_code == 404
