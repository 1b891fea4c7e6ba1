"""What the processes refuse: by program and on the page, in both languages, with the rule and its source.

Not one row changes, and what was typed on a page is still there.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from api.pages.public import human
from services import cases
from services.identity import api_keys
from services.models import Report, Role
from services.policies.bundle import Policies
from services.rollbacks import decisions as rollback_decisions
from services.rollbacks import requesting
from services.rollbacks import steps as rollback_steps
from services.rollbacks.requesting import Asked
from tests.api.conftest import Api, once
from tests.api.test_reviews import sent
from tests.factories import ACTOR
from tests.pages.officials import official, owing, registration
from tests.pages.test_data_requests import asked, signed_in
from tests.pages.test_reviews import company_of
from tests.pages.visitor import Visitor
from tests.rows import untouched
from tests.services.warnings import ladders

LAW = "Permenperin 13/2025"
POLICY = {"id": "kebijakan layanan", "en": "service policy"}
OFFICER = "person:00000000-0000-7000-8000-00000000000a"


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(human, "SHORTEST_SECONDS", 0)


languages = pytest.mark.parametrize("lang", ["id", "en"])


async def by_program(
    client: httpx.AsyncClient, lang: str, path: str, body: Mapping[str, Any] | None = None
) -> tuple[int, str]:
    """The status, and all that the answer says."""
    headers = {**once(), "accept-language": lang}
    answer = await client.post(f"/api/v1/{path}", json=body, headers=headers)
    problem = answer.json()
    errors = [f"{error['field']}: {error['message']}" for error in problem.get("errors", [])]
    return answer.status_code, " ".join([problem["detail"], *errors])


def speaks(visitor: Visitor, lang: str) -> None:
    """From here on the pages are read in this language."""
    visitor.client.cookies.set("lang", lang)


async def by_another_door(visitor: Visitor, path: str) -> None:
    """Send what no button of the page sends."""
    visitor.page = await visitor.client.post(path, data=visitor.fields("/keluar"))


@asynccontextmanager
async def asking(api: Api, report: Report, lang: str) -> AsyncIterator[Visitor]:
    """A company that has the form of a correction before it, filled in."""
    async with company_of(api, report) as company:
        speaks(company, lang)
        await company.open(f"/laporan/{report.case_id}/perbaikan-data")
        yield company


CORRECTION: dict[str, Any] = {
    "reason": "Nilai produksi tertukar dengan triwulan lalu.",
    "sections": ["production"],
}


@languages
@pytest.mark.starts("2027-01-12T12:00:00+07:00")
async def test_a_correction_after_its_window(api: Api, lang: str) -> None:
    report = await sent(api)
    here = f"/laporan/{report.case_id}/perbaikan-data"
    program = await api.company(report.account_id)
    said = {"id": "12 Januari 2027 pukul 23.59.59 WIB", "en": "12 January 2027 at 23:59:59 WIB"}[lang]
    async with asking(api, report, lang) as company:
        await api.clock_at("2027-01-13T00:00:00+07:00")
        async with untouched(api.sessions):
            status, told = await by_program(
                program, lang, f"reports/{report.case_id}/rollback-requests", CORRECTION
            )
            assert status == 409
            assert LAW in told
            assert said in told
            await company.send(here, CORRECTION)
        assert company.page.status_code == 409
        assert said in company.text
        assert LAW in company.text
        assert CORRECTION["reason"] in company.page.text, "what was typed is still there"


@languages
async def test_a_second_correction(api: Api, lang: str) -> None:
    report = await sent(api)
    here = f"/laporan/{report.case_id}/perbaikan-data"
    program = await api.company(report.account_id)
    async with asking(api, report, lang) as company:
        async with api.transaction() as (session, now):
            first = await requesting.request(
                session, report.case_id, Asked("Salah.", ["production"]), actor=ACTOR, now=now
            )
            await rollback_decisions.grant(session, first.case_id, actor=OFFICER, now=now)
        async with api.transaction() as (session, now):
            case = await cases.lock(session, first.case_id)
            await rollback_steps.reopen(session, case, now)
        said = {"id": "paling banyak 1 kali untuk setiap periode", "en": "once"}[lang]
        async with untouched(api.sessions):
            status, told = await by_program(
                program, lang, f"reports/{report.case_id}/rollback-requests", CORRECTION
            )
            assert status == 409
            assert LAW in told
            assert said in told
            await company.send(here, CORRECTION)
        assert company.page.status_code == 409
        assert said in company.text
        assert CORRECTION["reason"] in company.page.text


@languages
async def test_an_answer_after_closing(api: Api, lang: str) -> None:
    account, case = await asked(api)
    program, officer = await api.company(account.id), await api.as_(Role.COMPLIANCE_OFFICER)
    here = f"/permintaan-data/{case}"
    typed = "Produksi turun karena tungku kedua diperbaiki sejak 3 Desember."
    async with signed_in(api, account) as company:
        speaks(company, lang)
        await company.open(here)
        withdrawn = await officer.post(
            f"/api/v1/data-requests/{case}/withdrawal", json={"reason": "Salah alamat."}, headers=once()
        )
        assert withdrawn.status_code == 200
        async with untouched(api.sessions):
            status, told = await by_program(program, lang, f"data-requests/{case}/answer", {"answer": typed})
            assert status == 409
            assert {"id": "sudah ditutup", "en": "is closed"}[lang] in told
            assert POLICY[lang] in told
            assert "withdrawn" not in told, "codes are for programs"
            await company.send(f"{here}/jawaban", {"answer": typed})
        assert company.page.status_code == 409
        assert POLICY[lang] in company.text
        assert typed in company.page.text, "what was typed is still there"


EXTENSION = {
    "scope": "period", "period": "2026-Q4", "target_date": "2027-01-17", "instrument": "Pengumuman 12/2027",
    "reason": "Banjir",
}  # fmt: skip
DECREE = {
    "instrument": "SKB Contoh 1/2027", "reason": "Cuti bersama ditambah",
    "days": [{"day": "2027-01-06", "kind": "joint_leave", "name": "Cuti Bersama Contoh"}],
}  # fmt: skip
RULE = {
    "changes": {"deadlines.deadlines.report_due@PM13_2025.add.days": 15}, "valid_from": "2027-01-06",
    "instrument": "Permenperin contoh", "reason": "uji",
}  # fmt: skip
ALONE = [
    ("extensions", "dry-run", EXTENSION, "/admin/perpanjangan/{}/persetujuan", "id"),
    ("decrees", "dry-run", DECREE, "/admin/hari-libur/{}/persetujuan", "case_id"),
    ("policy-changes", "simulation", RULE, "/admin/aturan/{}/persetujuan", "case_id"),
]


@languages
@pytest.mark.parametrize(("kind", "trial", "body", "page", "key"), ALONE, ids=[one[0] for one in ALONE])
async def test_approval_by_the_proposer(
    api: Api,
    monkeypatch: pytest.MonkeyPatch,
    lang: str,
    kind: str,
    trial: str,
    body: Any,
    page: str,
    key: str,
) -> None:
    """A program is no second person beside the one who answers for it."""
    monkeypatch.setattr(Policies, "second_person_above", property(lambda _: 0))
    await owing(api)
    async with official(api, Role.ADMINISTRATOR) as proposer:
        program = await program_of_the_latest(api)
        made = (await program.post(f"/api/v1/{kind}", json=body, headers=once())).json()
        assert (await program.post(f"/api/v1/{kind}/{made[key]}/{trial}", headers=once())).status_code < 300
        version = {"version": (await program.get(f"/api/v1/{kind}/{made[key]}")).json().get("version")}
        speaks(proposer, lang)
        approval = page.format(made[key])
        await proposer.open(approval.rpartition("/")[0])
        async with untouched(api.sessions):
            status, told = await by_program(program, lang, f"{kind}/{made[key]}/approval", version)
            assert status == 403
            assert POLICY[lang] in told
            await by_another_door(proposer, approval)
        assert proposer.page.status_code == 403
        assert POLICY[lang] in proposer.text


async def program_of_the_latest(api: Api) -> httpx.AsyncClient:
    """An administrator's program, for which whoever signed in last answers."""
    async with api.transaction() as (session, _):
        query = text("SELECT person_id FROM web_session ORDER BY created_at DESC LIMIT 1")
        person = (await session.execute(query)).scalar_one()
        key = await api_keys.create(
            session, Role.ADMINISTRATOR, created_by=f"person:{person}", person_id=person
        )
    return await api.anonymous(authorization=f"Bearer {key.token}")


WORKED = {
    "instrument": "SKB Contoh 2/2027", "reason": "Libur ditarik",
    "days": [{"day": "2027-01-05", "kind": "working", "name": "Hari kerja"}],
}  # fmt: skip


@languages
async def test_a_decree_that_moves_a_date_into_the_past(api: Api, lang: str) -> None:
    """Registered on Monday, to be decided by Wednesday; were Tuesday worked after all, Tuesday would be the day."""
    await registration(api)
    enters, approves = await api.as_(Role.ADMINISTRATOR), await api.as_(Role.ADMINISTRATOR)
    tried, late = [
        (await enters.post("/api/v1/decrees", json=WORKED, headers=once())).json()["case_id"] for _ in "12"
    ]
    assert (await enters.post(f"/api/v1/decrees/{tried}/dry-run", headers=once())).status_code == 200
    here, new = f"/admin/hari-libur/{tried}", "/admin/hari-libur/baru"
    typed = {
        "instrument": "SKB Contoh 3/2027", "reason": "Libur ditarik", "layer": "decree",
        "days": "2027-01-05, working, Hari kerja",
    }  # fmt: skip
    said = {"id": "5 Januari 2027, yang sudah lewat", "en": "5 January 2027, which has passed"}[lang]
    overtaken = {"id": "1 batas waktu baru sudah lewat", "en": "1 of the new deadlines have passed"}[lang]
    async with official(api, Role.ADMINISTRATOR) as one, official(api, Role.ADMINISTRATOR) as two:
        for visitor, path in ((one, new), (two, here)):
            speaks(visitor, lang)
            await visitor.open(path)
        await api.clock_at("2027-01-06T09:00:00+07:00")
        async with untouched(api.sessions):
            status, told = await by_program(enters, lang, f"decrees/{late}/dry-run")
            assert (status, said in told, POLICY[lang] in told) == (422, True, True)
            status, told = await by_program(approves, lang, f"decrees/{tried}/approval")
            assert (status, overtaken in told) == (409, True)
            await one.send(new, typed)
            await two.send(f"{here}/persetujuan")
        assert one.page.status_code == 422
        assert said in one.errors
        assert POLICY[lang] in one.errors
        assert two.page.status_code == 409
        assert overtaken in two.text
        kept = one.fields(new)
        assert {name: kept[name] for name in typed} == {name: [value] for name, value in typed.items()}


DUE = "deadlines.deadlines.report_due@PM13_2025"
BROKEN = [
    (
        {"regimes.regimes.PM13_2025.first": "2025-Q2"},
        {"id": "celah", "en": "gap"},
    ),
    (
        {"regimes.regimes.SE1_2025.last": "2025-Q1"},
        {"id": "tumpang tindih", "en": "overlap"},
    ),
]


@languages
@pytest.mark.parametrize(("changes", "said"), BROKEN, ids=["gap", "overlap"])
async def test_rules_with_a_gap_or_an_overlap(
    api: Api, lang: str, changes: dict[str, str], said: dict[str, str]
) -> None:
    program = await api.as_(Role.ADMINISTRATOR)
    ((setting, value),) = changes.items()
    part = setting.rpartition(".")[0]
    new = f"/admin/aturan/baru?bagian={part}"
    typed = {
        f"changes.{setting}": value, "valid_from": "2027-01-06", "instrument": "Permenperin contoh", "reason": "uji",
        "moves_open": "yes",
    }  # fmt: skip
    async with official(api, Role.ADMINISTRATOR) as visitor:
        speaks(visitor, lang)
        await visitor.open(new)
        async with untouched(api.sessions):
            body = RULE | {"changes": changes}
            status, told = await by_program(program, lang, "policy-changes", body)
            assert status == 422
            assert said[lang] in told.lower()
            await visitor.send(new, typed)
        assert visitor.page.status_code == 422
        assert said[lang] in visitor.errors.lower()
        kept = visitor.fields(new)
        assert {name: kept[name] for name in typed} == {name: [written] for name, written in typed.items()}


EXCUSE = {"reason": "Pabrik tidak berproduksi sepanjang triwulan."}
AFTER = "2027-01-13T09:00:00+07:00"


@languages
@pytest.mark.starts(AFTER)
async def test_an_excuse_without_a_letter(api: Api, lang: str) -> None:
    async with api.transaction() as (session, _):
        ladder = await ladders.proposed(session)
    program = await api.as_(Role.COMPLIANCE_OFFICER, region="64.72")
    here = f"/kasus/{ladder.case_id}/peringatan/alasan"
    async with official(api, Role.COMPLIANCE_OFFICER, region="64.72") as officer:
        speaks(officer, lang)
        await officer.open(here)
        async with untouched(api.sessions):
            status, told = await by_program(program, lang, f"warnings/{ladder.case_id}/excuse", EXCUSE)
            assert (status, "document: " in told) == (422, True)
            assert POLICY[lang] in told
            await officer.send(here, EXCUSE)
        assert officer.page.status_code == 422
        assert POLICY[lang] in officer.errors
        assert officer.fields(here)["reason"] == [EXCUSE["reason"]]


@languages
async def test_a_receipt_of_a_request_dated_before_its_sending(api: Api, lang: str) -> None:
    _, case = await asked(api)
    program = await api.as_(Role.COMPLIANCE_OFFICER)
    typed = {"kind": "call_note", "received_at": "2027-01-03", "note": "Bagian umum mengangkat telepon."}
    form = f"/kasus/{case}/permintaan-data/bukti"
    async with official(api, Role.COMPLIANCE_OFFICER) as officer:
        speaks(officer, lang)
        await officer.open(f"/kasus/{case}/permintaan-data")
        async with untouched(api.sessions):
            body = typed | {"received_at": "2027-01-03T10:00:00+07:00"}
            status, told = await by_program(program, lang, f"data-requests/{case}/receipt", body)
            assert (status, "received_at: " in told) == (422, True)
            assert LAW in told
            await officer.send(form, typed)
        assert officer.page.status_code == 422
        assert LAW in officer.errors
        kept = officer.fields(form)
        assert {name: kept[name] for name in typed} == {name: [value] for name, value in typed.items()}


@languages
@pytest.mark.starts(AFTER)
async def test_a_receipt_of_a_warning_dated_before_its_sending(api: Api, lang: str) -> None:
    async with api.transaction() as (session, now):
        ladder = await ladders.proposed(session)
        await ladders.send(session, ladder.case_id, now=now)
    program = await api.as_(Role.COMPLIANCE_OFFICER, region="64.72")
    typed = {"kind": "call_note", "received_at": "2027-01-12", "note": "Bagian umum mengangkat telepon."}
    form = f"/kasus/{ladder.case_id}/peringatan/bukti"
    async with official(api, Role.COMPLIANCE_OFFICER, region="64.72") as officer:
        speaks(officer, lang)
        await officer.open(form.removesuffix("/bukti"))
        async with untouched(api.sessions):
            body = typed | {"received_at": "2027-01-12T10:00:00+07:00"}
            status, told = await by_program(
                program, lang, f"warnings/{ladder.case_id}/service-evidence", body
            )
            assert (status, "received_at: " in told) == (422, True)
            assert POLICY[lang] in told
            await officer.send(form, typed)
        assert officer.page.status_code == 422
        assert POLICY[lang] in officer.errors
        kept = officer.fields(form)
        assert {name: kept[name] for name in typed} == {name: [value] for name, value in typed.items()}
