"""The standard certificate after the decision: recorded with its evidence, apart from the licence's validity."""

from uuid import UUID

import httpx
import pytest

from services.models import CaseFile, Role
from tests.api.conftest import Api, once
from tests.pages.officials import licence_in_review, official


async def valid(api: Api, officer: httpx.AsyncClient) -> tuple[UUID, UUID | None, str]:
    """A licence that the UPP has found valid: its id, its case, its address."""
    _, licence = await licence_in_review(api)
    path = f"/api/v1/licences/{licence.id}"
    async with api.transaction() as (session, _):
        version = (await session.get_one(CaseFile, licence.case_id)).version
    body = {"valid": True, "version": version}
    answer = await officer.post(f"{path}/decision", json=body, headers=once())
    assert answer.status_code == 200, answer.text
    return licence.id, licence.case_id, path


async def test_it_is_verified_later_and_may_be_taken_back(api: Api) -> None:
    officer = await api.as_(Role.UPP_OFFICER)
    _, case, path = await valid(api, officer)
    for status, evidence in (("verified", "OSS 812030"), ("unverified", "")):
        body = {"status": status, "evidence": evidence}
        answer = await officer.post(f"{path}/standard-certificate", json=body, headers=once())
        assert (answer.json()["ss_verification"], answer.json()["status"]) == (status, "valid")
    timeline = (await officer.get(f"/api/v1/cases/{case}/timeline")).json()["past"]
    assert [line["type"] for line in timeline].count("standard_certificate_recorded") == 2


@pytest.mark.parametrize("evidence", ["", "  "])
async def test_verified_needs_its_evidence(api: Api, evidence: str) -> None:
    officer = await api.as_(Role.UPP_OFFICER)
    _, _, path = await valid(api, officer)
    body = {"status": "verified", "evidence": evidence}
    answer = await officer.post(f"{path}/standard-certificate", json=body, headers=once())
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "evidence")


async def test_only_the_upp_records_it(api: Api) -> None:
    _, licence = await licence_in_review(api)
    path = f"/api/v1/licences/{licence.id}/standard-certificate"
    body = {"status": "unverified"}
    verifier = await api.as_(Role.VERIFIER)
    assert (await verifier.post(path, json=body, headers=once())).status_code == 403
    elsewhere = await api.as_(Role.UPP_OFFICER, region="11")
    assert (await elsewhere.post(path, json=body, headers=once())).status_code == 404


async def test_the_page_records_it_beside_the_decision(api: Api) -> None:
    _, case, _ = await valid(api, await api.as_(Role.UPP_OFFICER))
    here = f"/kasus/{case}/perizinan"
    async with official(api, Role.UPP_OFFICER) as upp:
        await upp.open(here)  # the review is over: why the data is opened has to be said
        await upp.send(str(upp.page.url.raw_path, "ascii"), {"purpose": "licence"})
        await upp.send(f"{here}/sertifikat-standar", {"certificate": "verified", "evidence": ""})
        assert "Sebutkan bukti verifikasi" in upp.errors
        await upp.send(f"{here}/sertifikat-standar", {"certificate": "verified", "evidence": "OSS 812030"})
        assert "Status Sertifikat Standar dicatat" in upp.text, upp.errors
