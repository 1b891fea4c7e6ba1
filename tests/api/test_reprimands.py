"""Reprimands over HTTP and on the pages: listed within one's region, proposed by one official, decided by another."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from api import cookies
from services.documents import registry
from services.documents.letters import LetterKind
from services.identity import sessions
from services.models import Account, LicenceScale, Reprimand, Role
from services.reprimands import issuing
from tests.api.conftest import Api, once
from tests.pages.officials import official, owing
from tests.pages.visitor import Visitor
from tests.services.documents.corpus import pdf
from tests.services.identity import factories

DUE_OVER = "2027-01-20T09:00:00+07:00"


async def missing(api: Api, **facts: Any) -> tuple[Account, UUID]:
    """A small company whose report is not there when it is past due."""
    ((account, case),) = await owing(api, 1, **({"region": "64.72"} | facts))
    async with api.transaction() as (session, _):
        (await session.get_one(Account, account.id)).licence_scale = LicenceScale.SMALL
    await api.clock_at(DUE_OVER)
    return account, case.id


async def test_a_regional_officer_proposes_and_a_second_person_decides(api: Api) -> None:
    account, report = await missing(api)
    first, second = [await api.as_(Role.REGIONAL_OFFICER, region="64.72") for _ in range(2)]
    elsewhere = await api.as_(Role.REGIONAL_OFFICER, region="11")
    assert (await elsewhere.get("/api/v1/disorderly-reporting")).json() == []
    (listed,) = (await first.get("/api/v1/disorderly-reporting")).json()
    assert (listed["account_id"], listed["counts"]) == (str(account.id), {"missing": 1})
    path = f"/api/v1/accounts/{account.id}/reprimands"
    assert (await elsewhere.post(path, json={"reason": "x"}, headers=once())).status_code == 404
    empty = await first.post(path, json={"reason": " "}, headers=once())
    assert (empty.status_code, empty.json()["errors"][0]["field"]) == (422, "reason")
    made = (await first.post(path, json={"reason": "Sudah ditelepon."}, headers=once())).json()
    assert [one["report_id"] for one in made["findings"]] == [str(report)]
    again = await second.post(path, json={"reason": "Lagi."}, headers=once())
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    (listed,) = (await first.get("/api/v1/disorderly-reporting")).json() or [None]
    decision = f"/api/v1/reprimands/{made['case_id']}/decision"
    own = await first.post(decision, json={"verdict": "approve"}, headers=once())
    assert (own.status_code, own.json()["code"]) == (403, "forbidden")
    company = await api.company(account.id)
    assert (await company.post(decision, json={"verdict": "refuse"}, headers=once())).status_code == 403
    approved = await second.post(decision, json={"verdict": "approve"}, headers=once())
    assert approved.json()["status"] == "approved"
    late = await second.post(decision, json={"verdict": "refuse", "note": "Tidak."}, headers=once())
    assert (late.status_code, late.json()["code"]) == (409, "transition_refused")


async def test_the_pages_list_propose_and_decide(api: Api) -> None:
    account, _ = await missing(api)
    async with official(api, Role.REGIONAL_OFFICER, region="64.72") as officer:
        await officer.open("/tidak-tertib")
        here = f"/tidak-tertib/{account.id}"
        assert here in officer.page.text
        await officer.open(here)
        await officer.send(here, {"reason": ""})
        assert "Wajib diisi" in officer.errors
        await officer.send(here, {"reason": "Sudah ditelepon."})
        assert "Teguran diusulkan" in officer.text, officer.errors
        case = officer.path
        assert "orang kedua memutuskannya" in officer.text
    async with official(api, Role.REGIONAL_OFFICER, region="64.72") as second:
        await second.open(case)
        await second.send(case, {"verdict": "refuse", "note": ""})
        assert "Wajib diisi" in second.errors
        await second.send(case, {"verdict": "approve", "note": ""})
        assert "Teguran disetujui" in second.text, second.errors
        await second.open("/tidak-tertib")
        assert "Tidak ada yang perlu ditegur" in second.text


async def test_the_company_of_an_unsent_reprimand_does_not_see_it(api: Api) -> None:
    account, _ = await missing(api)
    officer = await api.as_(Role.REGIONAL_OFFICER, region="64.72")
    path = f"/api/v1/accounts/{account.id}/reprimands"
    made = (await officer.post(path, json={"reason": "Sudah ditelepon."}, headers=once())).json()
    withdrawal = f"/api/v1/reprimands/{made['case_id']}/withdrawal"
    company = await api.company(account.id)
    assert (await company.get(f"/api/v1/reprimands/{made['case_id']}")).status_code == 403
    assert (await officer.post(withdrawal, headers=once())).json()["status"] == "withdrawn"
    (listed,) = (await officer.get("/api/v1/disorderly-reporting")).json()
    assert listed["waiting"] is None, "what was withdrawn may be proposed again"
    async with api.transaction() as (session, _):
        held = await session.execute(text("SELECT count(*) FROM reprimand_finding WHERE released_at IS NULL"))
        assert held.scalar_one() == 0


async def test_an_issued_reprimand_is_listed_beside_the_warnings_under_its_own_name(api: Api) -> None:
    account, _ = await missing(api)
    first, second = [await api.as_(Role.REGIONAL_OFFICER, region="64.72") for _ in range(2)]
    path = f"/api/v1/accounts/{account.id}/reprimands"
    made = (await first.post(path, json={"reason": "Sudah ditelepon."}, headers=once())).json()
    async with api.transaction() as (session, _):
        person = await factories.company_user(session, account.id)
        begun = await sessions.start(session, person.id, official=False)
    async with Visitor.of(api) as company:
        company.client.cookies.set(cookies.SESSION, begun.token)
        await company.open("/surat-peringatan")
        assert made["case_id"] not in company.page.text
        body = {"verdict": "approve"}
        await second.post(f"/api/v1/reprimands/{made['case_id']}/decision", json=body, headers=once())
        async with api.transaction() as (session, now):
            number = f"ST-{made['number']}"
            issued = await registry.issue(
                session, LetterKind.REPRIMAND_LETTER, number, now=now, account_id=account.id,
                case_id=UUID(made["case_id"]),
            )  # fmt: skip
            (await session.get_one(Reprimand, UUID(made["case_id"]))).issued_id = issued.id
            stored = await api.app.state.parts.store.put_bytes(pdf())
            await issuing.send(session, UUID(made["case_id"]), stored, now=now)
        await company.open("/surat-peringatan")
        assert "Teguran bukan surat peringatan" in company.page.text
        assert number in company.page.text
        assert f"/teguran/{made['case_id']}" in company.page.text
