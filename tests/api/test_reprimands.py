"""Reprimands over HTTP and on the pages: listed within one's region, proposed by one official, decided by another."""

import re
from typing import Any
from uuid import UUID

from sqlalchemy import event, text

from api import cookies
from services.documents import registry
from services.documents.letters import LetterKind
from services.identity import sessions
from services.models import Account, LicenceScale, Reprimand, Role
from services.reprimands import issuing
from services.warnings import post as printing
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


async def lying_ready(api: Api, account: Account) -> str:
    """A reprimand approved for the post by two officials, its letter made."""
    first, second = [await api.as_(Role.REGIONAL_OFFICER, region="64.72") for _ in range(2)]
    proposal = f"/api/v1/accounts/{account.id}/reprimands"
    made = (await first.post(proposal, json={"reason": "Sudah ditelepon."}, headers=once())).json()
    path = f"/api/v1/reprimands/{made['case_id']}"
    body = {"verdict": "approve", "channel": "post"}
    approved = await second.post(f"{path}/decision", json=body, headers=once())
    assert approved.json()["channel"] == "post"
    async with api.transaction() as (session, now):
        case = UUID(made["case_id"])
        issued = await registry.issue(
            session, LetterKind.REPRIMAND_LETTER, f"ST-{made['number']}", now=now, account_id=account.id,
            case_id=case,
        )  # fmt: skip
        (await session.get_one(Reprimand, case)).issued_id = issued.id
        await issuing.send(session, case, await api.app.state.parts.store.put_bytes(pdf()), now=now)
    return path


async def test_a_regional_officer_prints_posts_and_records_the_delivery_by_program(api: Api) -> None:
    account, _ = await missing(api)
    path = await lying_ready(api, account)
    officer = await api.as_(Role.REGIONAL_OFFICER, region="64.72")
    company = await api.company(account.id)
    stranger = await api.as_(Role.REGIONAL_OFFICER, region="64.71")
    own = {"authority": "64.72"}
    assert (await officer.get("/api/v1/print-batches")).json()["waiting"] == {"64.72": 1}
    assert (await stranger.post("/api/v1/print-batches", json=own, headers=once())).status_code == 403
    batch = (await officer.post("/api/v1/print-batches", json=own, headers=once())).json()
    assert (await officer.get(f"/api/v1/print-batches/{batch['id']}/file")).content.startswith(b"%PDF")
    seen = f"/api/v1/cases/{path.rpartition('/')[2]}"
    assert (await company.get(seen)).status_code == 404, "printed is not posted"
    posted = await officer.post(f"/api/v1/print-batches/{batch['id']}/posting", headers=once())
    assert posted.json() == {"count": 1}
    assert (await company.get(seen)).status_code == 200
    file = {"document": ("tanda-terima.pdf", pdf(), "application/pdf")}
    scan = (await officer.post(f"{path}/documents", files=file, headers=once())).json()
    receipt = {"kind": "letter_receipt"}
    bare = await officer.post(f"{path}/delivery", json=receipt, headers=once())
    assert (bare.status_code, bare.json()["errors"][0]["field"]) == (422, "document")
    shown = await officer.post(f"{path}/delivery", json=receipt | {"document_id": scan["id"]}, headers=once())
    assert [one["kind"] for one in shown.json()["receipts"]] == ["letter_receipt"]
    assert shown.json()["print_batch_id"] == batch["id"]
    again = await officer.post(f"{path}/posting", headers=once())
    assert (again.status_code, again.json()["code"]) == (409, "transition_refused")


async def test_the_pages_print_post_and_record_the_delivery(api: Api) -> None:
    account, _ = await missing(api)
    here = f"/kasus/{(await lying_ready(api, account)).rpartition('/')[2]}/teguran"
    async with official(api, Role.REGIONAL_OFFICER, region="64.72") as officer:
        await officer.open(here)
        assert "menunggu dicetak" in officer.text
        await officer.open("/peringatan/cetak")
        await officer.send("/peringatan/cetak")
        posting = re.findall(r"/peringatan/cetak/[0-9a-f-]+/pos", officer.page.text)[0]
        await officer.send(posting)
        assert "1 surat dicatat sebagai dikirim hari ini" in officer.text
        await officer.open(here)
        assert "Belum ada bukti penerimaan." in officer.text
        given = {"kind": "call_note", "received_at": "2027-01-20", "received_time": "09:00"}
        await officer.send(f"{here}/bukti", given)
        assert "Tuliskan siapa yang dihubungi" in officer.errors
        await officer.send(f"{here}/bukti", given | {"note": "Diterima petugas keamanan pabrik."})
        assert "Bukti penerimaan dicatat." in officer.text, officer.errors
        assert "Catatan telepon" in officer.text


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


async def test_a_company_lists_its_reprimands_and_opens_the_letter_by_program(api: Api) -> None:
    account, report = await missing(api)
    path = await lying_ready(api, account)
    own, letter = f"/api/v1/accounts/{account.id}/reprimands", f"{path}/letter"
    company, other = await api.company(account.id), await api.company((await missing(api))[0].id)
    officer, stranger = [await api.as_(Role.REGIONAL_OFFICER, region=here) for here in ("64.72", "11")]
    assert (await company.get(own)).json() == [], "it has not left"
    assert (await company.get(letter)).status_code == 404
    batch = await officer.post("/api/v1/print-batches", json={"authority": "64.72"}, headers=once())
    await officer.post(f"/api/v1/print-batches/{batch.json()['id']}/posting", headers=once())
    (given,) = (await company.get(own)).json()
    assert re.fullmatch(r"ST-\d+", given["number"])
    assert (given["status"], given["received_at"]) == ("issued", None)
    assert given["findings"] == [{"report_id": str(report), "disorder": "missing"}]
    for who in (other, stranger):
        assert [(await who.get(door)).status_code for door in (own, letter)] == [404, 404]
    assert (await officer.get(letter)).content.startswith(b"%PDF")
    assert (await officer.get(own)).json() == [given], "an official's look is no receipt"
    for _ in range(2):
        opened = await company.get(letter)
        assert (opened.status_code, opened.headers["content-type"]) == (200, "application/pdf")
    assert (await company.get(own)).json()[0]["received_at"] is not None
    shown = (await officer.get(path)).json()["receipts"]
    assert [one["kind"] for one in shown] == ["portal_read"], "shown once"
    assert (await company.get(f"/api/v1/reprimands/{report}/letter")).status_code == 404, (
        "another kind of case"
    )


async def test_another_office_of_the_same_region_neither_posts_it_nor_records_its_receipt(api: Api) -> None:
    account, _ = await missing(api)
    path = await lying_ready(api, account)
    own, province = [await api.as_(Role.REGIONAL_OFFICER, region=region) for region in ("64.72", "64")]
    made = await own.post("/api/v1/print-batches", json={"authority": "64.72"}, headers=once())
    batch = f"/api/v1/print-batches/{made.json()['id']}"
    assert (await province.get(path)).status_code == 200, "the province sees it"
    for door in ("/file", "/addresses"):
        assert (await province.get(batch + door)).status_code == 403
    assert (await province.post(f"{batch}/posting", headers=once())).status_code == 403
    assert (await own.get(path)).json()["posted_at"] is None
    assert (await own.post(f"{batch}/posting", headers=once())).json() == {"count": 1}
    note = {"kind": "call_note", "note": "Diterima."}
    for door, body in (("delivery", note), ("posting", {})):
        refused = await province.post(f"{path}/{door}", json=body, headers=once())
        assert (refused.status_code, "instansi lain" in refused.json()["detail"]) == (403, True)
    assert (await own.post(f"{path}/delivery", json=note, headers=once())).status_code == 200
    here = f"/kasus/{path.rpartition('/')[2]}/teguran"
    for region, offered in (("64", False), ("64.72", True)):
        async with official(api, Role.REGIONAL_OFFICER, region=region) as officer:
            await officer.open(here)
            await officer.send(officer.page.url.raw_path.decode(), {"purpose": "supervision"})
            assert officer.path == here
            assert ("Catat bukti penerimaan" in officer.text) is offered


async def test_a_batch_is_locked_at_once_however_many_letters_are_in_it(api: Api) -> None:
    companies = [(await missing(api))[0] for _ in range(3)]
    for account in companies:
        await lying_ready(api, account)
    async with api.transaction() as (session, now):
        batch = await printing.take(session, "64.72", actor="test", now=now)
    said: list[str] = []
    async with api.transaction() as (session, now):
        engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", lambda *given: said.append(given[2]))
        assert await printing.posted(session, batch.id, actor="test", now=now) == 3
    locks = [one for one in said if "FROM case_file" in one and "FOR UPDATE" in one]
    assert locks, "the cases of the batch and of the reports"
    assert [one for one in locks if "ANY" not in one] == [], "no case is locked by itself"
