"""What the UPP changes of a company's data over HTTP: on the company's letter, at the field, once, kept and told."""

from typing import Any
from uuid import UUID

import httpx

from services.models import Account, Role
from tests.api.conftest import Api, once
from tests.factories import make_account
from tests.services.documents.corpus import pdf
from tests.services.warnings import ladders
from tests.services.warnings.ladders import PROPOSED

HERE = "64.72"


async def company_of(api: Api) -> Account:
    async with api.transaction() as (session, _):
        return await make_account(session, region=HERE)


async def uploaded(officer: httpx.AsyncClient, account: UUID) -> str:
    file = {"document": ("surat.pdf", pdf(), "application/pdf")}
    answer = await officer.post(f"/api/v1/accounts/{account}/documents", files=file, headers=once())
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def asked(officer: httpx.AsyncClient, account: UUID, **changes: Any) -> dict[str, Any]:
    """The body that moves the head office to another street."""
    page = (await officer.get(f"/api/v1/accounts/{account}/profile/head_office")).json()
    return {
        "values": page["values"] | {"street": "Jl. Pindah No. 9"},
        "version": page["version"],
        "letter_number": "017/SP/I/2027",
        "letter_date": "2025-12-30",
        "document_id": await uploaded(officer, account),
    } | changes


async def test_the_head_office_is_changed_on_a_letter_once_and_its_company_reads_how(api: Api) -> None:
    account = (await company_of(api)).id
    officer, company = await api.as_(Role.UPP_OFFICER, region=HERE), await api.company(account)
    path = f"/api/v1/accounts/{account}/profile/head_office"
    door, body, key = f"{path}/change-by-letter", await asked(officer, account), once()
    answers = [await officer.post(door, json=body, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200], answers[0].text
    assert answers[0].json() == answers[1].json()
    assert (await company.get(path)).json()["values"]["street"] == "Jl. Pindah No. 9"

    for reader, who in ((company, "Petugas"), (officer, "Petugas (upp_officer)")):
        (kept,) = (await reader.get(f"/api/v1/accounts/{account}/changes")).json()
        assert (kept["before"]["street"], kept["after"]["street"]) == ("Jl. Contoh No. 1", "Jl. Pindah No. 9")
        assert (kept["letter_number"], kept["letter_date"]) == ("017/SP/I/2027", "2025-12-30")
        assert kept["made_by"] == who
        content = await reader.get(f"/api/v1/documents/{kept['document_id']}/content")
        assert content.content == pdf()
    stale = await officer.post(door, json=body, headers=once())
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")


async def test_everything_wrong_is_said_at_its_field(api: Api) -> None:
    account = (await company_of(api)).id
    officer = await api.as_(Role.UPP_OFFICER, region=HERE)
    door = f"/api/v1/accounts/{account}/profile/head_office/change-by-letter"
    body = await asked(officer, account, letter_number=" ", letter_date="2999-01-01", document_id=None)
    body["values"] |= {"street": "", "postcode": "1"}
    refused = await officer.post(door, json=body, headers=once())
    assert refused.status_code == 422
    assert {error["field"] for error in refused.json()["errors"]} == {
        "street", "postcode", "letter_number", "letter_date", "document",
    }  # fmt: skip
    unversioned = await officer.post(door, json=body | {"version": None}, headers=once())
    assert [error["field"] for error in unversioned.json()["errors"]] == ["version"]
    other = await officer.post(
        door.replace("head_office", "general"), json=await asked(officer, account), headers=once()
    )
    assert (other.status_code, "tanpa surat" in other.text) == (422, True)


async def test_only_the_upp_of_the_region_changes_and_only_with_that_companys_scan(api: Api) -> None:
    account, other = (await company_of(api)).id, (await company_of(api)).id
    officer = await api.as_(Role.UPP_OFFICER, region=HERE)
    door = f"/api/v1/accounts/{account}/profile/head_office/change-by-letter"
    body = await asked(officer, account)
    strange = body | {"document_id": await uploaded(officer, other)}
    assert (await officer.post(door, json=strange, headers=once())).status_code == 404
    for role, region, status in (
        (Role.UPP_OFFICER, "31", 404),
        (Role.ADMINISTRATOR, HERE, 403),
        (Role.COMPLIANCE_OFFICER, HERE, 403),
    ):
        reader = await api.as_(role, region=region)
        assert (await reader.post(door, json=body, headers=once())).status_code == status, role
    assert (await (await api.company(account)).post(door, json=body, headers=once())).status_code == 403


async def test_the_scale_is_corrected_with_a_reason_and_an_open_proposal_follows(api: Api) -> None:
    async with api.transaction() as (session, _):
        ladder = await ladders.proposed(session, now=PROPOSED, region=HERE)
    account = ladder.account_id
    officer, company = await api.as_(Role.UPP_OFFICER, region=HERE), await api.company(account)
    door = f"/api/v1/accounts/{account}/determination"
    body = {"scale": "large", "cross_region": False, "reason": "Investasi Rp 20 miliar menurut OSS."}
    empty = await officer.post(door, json=body | {"reason": " "}, headers=once())
    assert [error["field"] for error in empty.json()["errors"]] == ["reason"]
    key = once()
    answers = [await officer.post(door, json=body, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200], answers[0].text
    assert (await officer.post(door, json=body, headers=once())).status_code == 409, "it says so already"
    assert (await officer.get(f"/api/v1/accounts/{account}")).json()["licence_scale"] == "large"
    warning = (await officer.get(f"/api/v1/warnings/{ladder.case_id}")).json()
    assert (warning["authority_level"], warning["authority"]) == ("province", "64")
    for reader, reason in ((officer, body["reason"]), (company, None)):
        (kept,) = (await reader.get(f"/api/v1/accounts/{account}/changes")).json()
        assert (kept["part"], kept["reason"]) == ("supervision", reason)
        assert (kept["before"]["licence_scale"], kept["after"]["licence_scale"]) == ("small", "large")
    for role, status in ((Role.COMPLIANCE_OFFICER, 403), (Role.ADMINISTRATOR, 403)):
        other = await api.as_(role, region=HERE)
        assert (await other.post(door, json=body, headers=once())).status_code == status
    elsewhere = await api.as_(Role.UPP_OFFICER, region="31")
    assert (await elsewhere.post(door, json=body, headers=once())).status_code == 404
