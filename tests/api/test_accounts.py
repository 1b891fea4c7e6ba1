"""Companies over HTTP: their data, their licences, their proof, their end."""

from uuid import UUID

from services.models import Account, Role
from tests.api.conftest import Api, once
from tests.factories import make_account, make_report
from tests.services.documents.corpus import pdf


async def company_of(api: Api, **given: str) -> Account:
    async with api.transaction() as (session, _):
        return await make_account(session, **given)  # type: ignore[arg-type]  # names and regions only


async def test_a_company_sees_itself_and_an_officer_those_of_the_region(api: Api) -> None:
    here, there = await company_of(api, region="64.72"), await company_of(api, region="31.71")
    company, officer = await api.company(here.id), await api.as_(Role.REGIONAL_OFFICER, region="64")
    for client in (company, officer):
        listed = (await client.get("/api/v1/accounts")).json()["items"]
        assert [item["id"] for item in listed] == [str(here.id)]
        assert (await client.get(f"/api/v1/accounts/{here.id}")).status_code == 200
        assert (await client.get(f"/api/v1/accounts/{there.id}")).status_code == 404
        assert (await client.get(f"/api/v1/accounts/{UUID(int=1)}")).status_code == 404


async def test_accounts_come_in_pages(api: Api) -> None:
    wanted = {str((await company_of(api)).id) for _ in range(5)}
    officer = await api.as_(Role.UPP_OFFICER)
    seen: list[str] = []
    cursor: str | None = "0"
    while cursor is not None:
        page = (await officer.get("/api/v1/accounts", params={"limit": "2", "cursor": cursor})).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert set(seen) == wanted
    assert len(seen) == 5


async def test_a_page_of_company_data_is_saved_whole_or_not_at_all(api: Api) -> None:
    account = await company_of(api)
    company = await api.company(account.id)
    path = f"/api/v1/accounts/{account.id}/profile/contact_person"
    page = await company.get(path)
    values = page.json()["values"] | {"name": "Bagian Umum"}
    tag = {"If-Match": page.headers["etag"]}
    saved = await company.put(path, json={"values": values}, headers=tag)
    assert saved.status_code == 200, saved.text
    assert saved.json()["values"]["name"] == "Bagian Umum"
    assert (await company.put(path, json={"values": values}, headers=tag)).status_code == 409
    wrong = values | {"email": "bukan alamat"}
    refused = await company.put(path, json={"values": wrong, "version": saved.json()["version"]})
    assert [error["field"] for error in refused.json()["errors"]] == ["email"]
    officer = await api.as_(Role.COMPLIANCE_OFFICER)
    assert (await officer.put(path, json={"values": values, "version": 9})).status_code == 403


async def test_a_company_tells_of_its_operation_and_its_officer_reads_it(api: Api) -> None:
    account = await company_of(api)
    company, officer = await api.company(account.id), await api.as_(Role.REGIONAL_OFFICER, region="64")
    path = f"/api/v1/accounts/{account.id}/profile/operation"
    values = {"operating": False, "expanding": False}
    assert (await company.put(path, json={"values": values, "version": 0})).status_code == 200
    read = (await officer.get(f"/api/v1/accounts/{account.id}")).json()
    assert (read["operating_commercially"], read["expanding"]) == (False, False)
    ahead = {"operating": True, "operating_since": "2999-01-01", "expanding": False}
    for locale, words in {"id": "Tanggal ini belum terjadi.", "en": "This date has not come yet."}.items():
        refused = await company.put(
            path, json={"values": ahead, "version": 1}, headers={"Accept-Language": locale}
        )
        assert [(e["field"], e["message"]) for e in refused.json()["errors"]] == [("operating_since", words)]
    assert (await company.put(path, json={"values": values, "version": 0})).status_code == 409
    assert (await officer.put(path, json={"values": values, "version": 1})).status_code == 403


async def test_a_licence_is_uploaded_and_found_valid(api: Api) -> None:
    account = await company_of(api)
    company, officer = await api.company(account.id), await api.as_(Role.UPP_OFFICER)
    typed = {"type": "industry_licence", "number": "91200", "kbli": "31012", "risk_level": "low"}
    path, key = f"/api/v1/accounts/{account.id}/licences", once()
    answers = [
        await company.post(path, data=typed, files={"document": ("izin.pdf", pdf())}, headers=key)
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201], answers[0].text
    assert answers[0].json() == answers[1].json()
    licence = answers[0].json()
    case = (await officer.get(f"/api/v1/cases/{licence['case_id']}/timeline")).json()
    assert [line["type"] for line in case["past"]] == ["uploaded"]
    content = await officer.get(f"/api/v1/documents/{licence['document_id']}/content")
    assert content.content == pdf()
    decided = f"/api/v1/licences/{licence['id']}/decision"
    assert (await company.post(decided, json={"valid": True}, headers=once())).status_code == 403
    stale = await officer.post(decided, json={"valid": True, "version": 99}, headers=once())
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    seen = once() | {"If-Match": f'"{licence["version"]}"'}
    without_note = await officer.post(decided, json={"valid": False}, headers=seen)
    assert [error["field"] for error in without_note.json()["errors"]] == ["note"]
    answer = {"valid": True, "version": licence["version"]}
    found = await officer.post(decided, json=answer, headers=once())
    assert found.json()["status"] == "valid"
    assert len((await company.get(path)).json()) == 2


async def test_a_file_in_quarantine_cannot_be_opened(api: Api) -> None:
    from services.models import ScanState
    from tests.factories import make_scan

    account = await company_of(api)
    async with api.transaction() as (session, _):
        waiting = await make_scan(session, account.id, scan_state=ScanState.QUARANTINED)
    company, other = await api.company(account.id), await api.company((await company_of(api)).id)
    assert (await company.get(f"/api/v1/documents/{waiting.id}/content")).status_code == 409
    assert (await other.get(f"/api/v1/documents/{waiting.id}/content")).status_code == 404


async def test_an_account_found_contrary_to_law_ends(api: Api) -> None:
    account = await company_of(api)
    async with api.transaction() as (session, now):
        report = await make_report(session, account, now=now)
    company, officer = await api.company(account.id), await api.as_(Role.UPP_OFFICER)
    assert (await company.get(f"/api/v1/accounts/{account.id}/ownership-proof")).content.startswith(b"%PDF")
    void = f"/api/v1/accounts/{account.id}/void"
    empty = await officer.post(void, json={"reason": " "}, headers=once())
    assert [error["field"] for error in empty.json()["errors"]] == ["reason"]
    assert (await officer.post(void, json={"reason": "NIB palsu."}, headers=once())).status_code == 200
    assert (await company.get("/api/v1/me")).status_code == 401
    assert (await officer.get(f"/api/v1/accounts/{account.id}/ownership-proof")).status_code == 409
    case = (await officer.get(f"/api/v1/cases/{report.case_id}")).json()
    assert (case["status"], case["outcome"]) == ("closed", "void")
