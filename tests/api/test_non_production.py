"""Letters of non-production over HTTP: by whom they may be handed in and decided, and what they answer."""

from uuid import UUID

import httpx

from services.models import Role
from tests.api.conftest import Api, once
from tests.pages.officials import owing
from tests.services.documents.corpus import pdf

DECLARED = {"letter_date": "2027-01-02", "signed_by": "director", "reason": "Pabrik berhenti."}


async def declare(client: httpx.AsyncClient, case: UUID, **given: str) -> httpx.Response:
    files = {"letter": ("surat.pdf", pdf(), "application/pdf")}
    return await client.post(
        f"/api/v1/cases/{case}/non-production", data=DECLARED | given, files=files, headers=once()
    )


async def test_a_company_declares_and_an_officer_accepts(api: Api) -> None:
    ((account, case),) = await owing(api)
    company, officer = await api.company(account.id), await api.as_(Role.COMPLIANCE_OFFICER)
    answer = await declare(company, case.id)
    assert answer.status_code == 201, answer.text
    path = f"/api/v1/non-production/{answer.json()['case_id']}"
    assert (await officer.get(path)).json()["signed_by"] == "director"
    refused = await officer.post(f"{path}/decision", json={"verdict": "refuse"}, headers=once())
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "reason")
    accepted = await officer.post(f"{path}/decision", json={"verdict": "accept"}, headers=once())
    assert accepted.json()["status"] == "accepted"
    assert (await company.get(f"/api/v1/cases/{case.id}")).json()["status"] == "excused"
    again = await officer.post(f"{path}/decision", json={"verdict": "accept"}, headers=once())
    assert (again.status_code, again.json()["code"]) == (409, "transition_refused")
    timeline = (await company.get(f"/api/v1/cases/{case.id}/timeline")).json()["past"]
    assert {"non_production_declared", "excused"} <= {line["type"] for line in timeline}


async def test_a_letter_is_seen_and_decided_by_those_concerned_alone(api: Api) -> None:
    (first, case), (second, _) = await owing(api, 2)
    company, other = await api.company(first.id), await api.company(second.id)
    assert (await declare(other, case.id)).status_code == 404
    path = f"/api/v1/non-production/{(await declare(company, case.id)).json()['case_id']}"
    assert (await other.get(path)).status_code == 404
    decision = {"verdict": "accept"}
    assert (await company.post(f"{path}/decision", json=decision, headers=once())).status_code == 403
    verifier = await api.as_(Role.VERIFIER)
    assert (await verifier.post(f"{path}/decision", json=decision, headers=once())).status_code == 403
    elsewhere = await api.as_(Role.COMPLIANCE_OFFICER, region="11")
    assert (await elsewhere.post(f"{path}/decision", json=decision, headers=once())).status_code == 404
    assert (await company.post(f"{path}/withdrawal", headers=once())).json()["status"] == "withdrawn"


async def test_without_a_letter_nothing_is_excused(api: Api) -> None:
    ((account, case),) = await owing(api)
    company = await api.company(account.id)
    answer = await company.post(f"/api/v1/cases/{case.id}/non-production", data=DECLARED, headers=once())
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (422, "letter")
