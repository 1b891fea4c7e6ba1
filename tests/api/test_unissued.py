"""What a company sees of the cases about it, for every kind and status: nothing that its office has not issued."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

import pytest

from api import cookies
from services import cases
from services.identity import sessions
from services.models import CaseFile, CaseKind, LetterChannel, Role, Sanction, WarningLadder, new_id
from services.models.reprimands import ReprimandStatus
from services.models.warnings import WarningStatus
from services.transitions import STATUSES
from services.warnings import post
from tests.api.conftest import Api
from tests.factories import make_account
from tests.pages.visitor import Visitor
from tests.services.documents.corpus import pdf
from tests.services.identity import factories
from tests.services.warnings import ladders

HERE = "64.72"
# What the office prepares about a company. All else that is about one was begun by it, or told to it when it began.
PREPARED: dict[CaseKind, set[str]] = {
    CaseKind.WARNING: {*WarningStatus},
    CaseKind.REPRIMAND: {*ReprimandStatus} - {ReprimandStatus.ISSUED},
}
OWN = {
    CaseKind.REGISTRATION, CaseKind.LICENCE_REVIEW, CaseKind.REPORT, CaseKind.EXTENSION_REQUEST, CaseKind.ASSISTANCE,
    CaseKind.NON_PRODUCTION, CaseKind.DATA_REQUEST, CaseKind.ROLLBACK,
}  # fmt: skip
# About no single company: such a case has no account.
GENERAL = {
    CaseKind.PERIOD, CaseKind.CAMPAIGN, CaseKind.POLICY_CHANGE, CaseKind.DECREE, CaseKind.WARNING_BATCH
}  # fmt: skip
PARTS = ("", "/timeline", "/deadlines", "/messages", "/documents")


async def one_of_each(api: Api) -> tuple[UUID, dict[tuple[str, str], UUID]]:
    """A case of every kind in every status, all about one company where the kind is about one."""
    made: dict[tuple[str, str], UUID] = {}
    async with api.transaction() as (session, now):
        account = await make_account(session, region=HERE)
        for kind in CaseKind:
            for status in STATUSES[kind]:
                case = CaseFile(
                    id=new_id(), kind=kind, key=f"every/{kind}/{status}", title=account.name, region_code=HERE,
                    account_id=None if kind in GENERAL else account.id, zone=account.zone, status=status,
                    opened_at=now, kbli=[],
                )  # fmt: skip
                made[kind, status] = (await cases.open_case(session, case)).id
    return account.id, made


async def listed(api: Api, account: UUID, **given: str) -> set[UUID]:
    company = await api.company(account)
    answer = await company.get("/api/v1/cases", params={"limit": "200", **given})
    assert answer.json()["next_cursor"] is None
    return {UUID(line["id"]) for line in answer.json()["items"]}


def test_every_kind_of_case_is_decided_about() -> None:
    assert OWN | PREPARED.keys() | GENERAL == set(CaseKind)


@pytest.mark.timeout(120)
async def test_a_company_sees_its_cases_and_nothing_that_was_not_issued(api: Api) -> None:
    account, made = await one_of_each(api)
    seen = {
        (kind, status)
        for kind, status in made
        if CaseKind(kind) not in GENERAL and status not in PREPARED.get(CaseKind(kind), set())
    }
    assert await listed(api, account) == {made[one] for one in seen}
    for kind in PREPARED:
        assert await listed(api, account, kind=kind) == {made[one] for one in seen if one[0] == kind}
    company, officer = await api.company(account), await api.as_(Role.AUDITOR, region="64")
    for one, case in made.items():
        for part in PARTS if one[0] in PREPARED else PARTS[:1]:
            answer = await company.get(f"/api/v1/cases/{case}{part}")
            assert answer.status_code == (200 if one in seen else 404), (*one, part)
        assert (await officer.get(f"/api/v1/cases/{case}")).status_code == 200, "the office sees all"


async def test_a_ladder_is_known_from_its_first_letter_on_but_not_what_is_proposed_next(api: Api) -> None:
    account, made = await one_of_each(api)
    ladder = made[CaseKind.WARNING, WarningStatus.PROPOSED]
    async with api.transaction() as (session, now):
        case = await cases.lock(session, ladder)
        await cases.record(session, case, "warning_proposed", now=now, data={"letter": 1})
        await cases.record(session, case, "letter_approved", now=now, data={"letter": 1})
        await cases.record(session, case, "letter_sent", now=now, data={"letter": 1, "number": "1"})
        await cases.record(session, case, "warning_proposed", now=now, data={"letter": 2})
        cases.reach(case, "letter_1_sent", now)
    assert await listed(api, account, kind=CaseKind.WARNING) == {ladder}
    company = await api.company(account)
    told = (await company.get(f"/api/v1/cases/{ladder}/timeline")).json()["past"]
    assert [line["type"] for line in told] == ["letter_sent"]
    officer = await api.as_(Role.AUDITOR, region="64")
    assert len((await officer.get(f"/api/v1/cases/{ladder}/timeline")).json()["past"]) == 4


async def between_letters(api: Api, monkeypatch: pytest.MonkeyPatch) -> tuple[WarningLadder, dict[str, UUID]]:
    """A company that was sent its first letter; the second lies ready for the post, a sanction is proposed."""
    stored = await api.app.state.parts.store.put_bytes(pdf())
    monkeypatch.setattr(ladders, "Stored", lambda *_: stored)
    month_later = ladders.PROPOSED + 40 * ladders.DAY
    async with api.transaction() as (session, _):
        ladder = await ladders.proposed(session, region=HERE)
        first = await ladders.send(session, ladder.case_id, now=ladders.PROPOSED)
        await ladders.serve(session, ladder.case_id, now=ladders.PROPOSED + ladders.DAY)
        await ladders.next_letter(session, ladder.case_id, now=month_later)
        second = await ladders.send(session, ladder.case_id, now=month_later, channel=LetterChannel.POST)
        decision = await ladders.scanned(session, ladder.account_id, now=month_later)
        decision.case_id = ladder.case_id
        proposal = Sanction(
            case_id=ladder.case_id, kind="licence_suspension", basis="Permenperin 13/2025", number="1",
            reason="Contoh.", document_id=decision.id, proposed_by="test", proposed_at=month_later,
        )  # fmt: skip
        session.add(proposal)
        assert first.document_id
        assert second.document_id
    files = {"first": first.document_id, "second": second.document_id, "decision": decision.id}
    return ladder, files


@pytest.mark.starts("2027-02-23T09:00:00+07:00")
async def test_a_letter_that_waits_for_the_post_and_a_proposed_decision_are_no_files_of_the_company(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    ladder, files = await between_letters(api, monkeypatch)
    company, officer = (
        await api.company(ladder.account_id),
        await api.as_(Role.COMPLIANCE_OFFICER, region=HERE),
    )
    path = f"/api/v1/cases/{ladder.case_id}/documents"
    told = {UUID(one["id"]) for one in (await company.get(path)).json()}
    assert told & {*files.values()} == {files["first"]}
    assert {*files.values()} <= {UUID(one["id"]) for one in (await officer.get(path)).json()}
    for name, document in files.items():
        answer = await company.get(f"/api/v1/documents/{document}/content")
        assert answer.status_code == (200 if name == "first" else 404), name
    assert (await officer.get(f"/api/v1/documents/{files['second']}/content")).status_code == 200
    async with as_company(api, ladder.account_id) as visitor:
        for name, document in files.items():
            answer = await visitor.open(f"/dokumen/{document}")
            assert answer.status_code == (200 if name == "first" else 404), name


@pytest.mark.parametrize("door", ["/api/v1/documents/{}/content", "/dokumen/{}", "/dokumen/{}/tampilan"])
@pytest.mark.starts("2027-01-15T09:00:00+07:00")
async def test_a_letter_that_its_company_finds_among_the_files_is_served_by_opening_it(
    api: Api, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    stored = await api.app.state.parts.store.put_bytes(pdf())
    monkeypatch.setattr(ladders, "Stored", lambda *_: stored)
    async with api.transaction() as (session, _):
        ladder = await ladders.proposed(session, region=HERE)
        letter = await ladders.send(session, ladder.case_id, now=ladders.PROPOSED)
    path, file = f"/api/v1/warnings/{ladder.case_id}", door.format(letter.document_id)
    officer = await api.as_(Role.COMPLIANCE_OFFICER, region=HERE)
    assert (await officer.get(f"/api/v1/documents/{letter.document_id}/content")).status_code == 200
    assert (await officer.get(path)).json()["letters"][0]["served_at"] is None, (
        "an official's look is no receipt"
    )
    async with as_company(api, ladder.account_id) as visitor:
        assert (await visitor.open(file)).status_code == 200
    assert (await officer.get(path)).json()["letters"][0]["served_at"] is not None


@pytest.mark.parametrize(
    "door",
    ["/api/v1/documents/{1}/content", "/api/v1/warnings/{0}/letters/1", "/surat-peringatan/{0}/surat/1"],
)
@pytest.mark.starts("2027-01-15T09:00:00+07:00")
async def test_a_letter_that_left_by_mail_stays_its_company_s_while_it_waits_for_the_post(
    api: Api, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    stored = await api.app.state.parts.store.put_bytes(pdf())
    monkeypatch.setattr(ladders, "Stored", lambda *_: stored)
    async with api.transaction() as (session, now):
        ladder = await ladders.proposed(session, region=HERE)
        letter = await ladders.send(session, ladder.case_id, now=ladders.PROPOSED)
        await post.by_post_instead(session, ladder.case_id, actor="test", now=now)
    company, officer = (
        await api.company(ladder.account_id),
        await api.as_(Role.COMPLIANCE_OFFICER, region=HERE),
    )
    path = f"/api/v1/warnings/{ladder.case_id}"
    (listed_,) = (await company.get("/api/v1/warnings", params={"account_id": str(ladder.account_id)})).json()
    (shown,) = listed_["letters"]
    assert (shown["channel"], shown["sent_at"], shown["served_at"]) == ("post", None, None)
    assert datetime.fromisoformat(shown["mailed_at"]) == ladders.PROPOSED
    waiting = (await officer.get("/api/v1/print-batches")).json()["waiting"]
    async with as_company(api, ladder.account_id) as visitor:
        page = await visitor.open("/surat-peringatan")
        assert str(letter.number) in page.text
        await visitor.open(f"/surat-peringatan/{ladder.case_id}")
        assert "13 Jan 2027" in visitor.text, "the day it left"
        reader = visitor.client if door.startswith("/surat") else company
        assert (await reader.get(door.format(ladder.case_id, letter.document_id))).status_code == 200
    assert (await officer.get(path)).json()["letters"][0]["served_by"] == "portal_read"
    assert (waiting, (await officer.get("/api/v1/print-batches")).json()["waiting"]) == ({HERE: 1}, {})


@pytest.mark.starts("2027-02-23T09:00:00+07:00")
async def test_while_the_office_prepares_the_next_letter_the_company_knows_of_the_last_one_only(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    ladder, files = await between_letters(api, monkeypatch)
    async with api.transaction() as (session, _):
        case = await cases.lock(session, ladder.case_id)
        case.status = WarningStatus.PROPOSED
    company, officer = (
        await api.company(ladder.account_id),
        await api.as_(Role.COMPLIANCE_OFFICER, region=HERE),
    )
    here, waits = f"/api/v1/cases/{ladder.case_id}", "Menunggu keputusan pejabat yang berwenang"
    for reader, status, rung in ((company, "issued", 1), (officer, "proposed", 2)):
        assert (await reader.get(here)).json()["status"] == status
        (line,) = (await reader.get("/api/v1/cases", params={"kind": "warning"})).json()["items"]
        assert line["status"] == status
        found = await reader.get("/api/v1/cases", params={"kind": "warning", "status": "proposed"})
        assert len(found.json()["items"]) == (status == "proposed")
        shown = (await reader.get(f"/api/v1/warnings/{ladder.case_id}")).json()
        assert (shown["status"], shown["rung"]) == (status, rung)
        ahead = (await reader.get(f"{here}/timeline")).json()["future"]
        assert any(waits in one["text"] for one in ahead) is (status == "proposed")
    async with as_company(api, ladder.account_id) as visitor:
        for path in ("/surat-peringatan", f"/surat-peringatan/{ladder.case_id}", f"/kasus/{ladder.case_id}"):
            assert (await visitor.open(path)).status_code == 200, path
            assert waits not in visitor.text, path
            assert "Surat peringatan ke-2 diusulkan" not in visitor.text, path
            assert str(files["second"]) not in visitor.page.text, path
        assert (await visitor.open(f"/kasus/{ladder.case_id}/peringatan")).status_code == 404, (
            "the office's desk"
        )


@asynccontextmanager
async def as_company(api: Api, account: UUID) -> AsyncIterator[Visitor]:
    """Somebody of this company, signed in with a browser."""
    async with api.transaction() as (session, _):
        person = await factories.company_user(session, account)
        begun = await sessions.start(session, person.id, official=False)
    async with Visitor.of(api) as visitor:
        visitor.client.cookies.set(cookies.SESSION, begun.token)
        yield visitor


async def test_what_is_prepared_about_a_company_has_no_page_for_it(api: Api) -> None:
    account, made = await one_of_each(api)
    async with as_company(api, account) as visitor:
        assert (await visitor.open(f"/kasus/{made[CaseKind.REPORT, 'draft']}")).status_code == 200
        for kind in PREPARED:
            case = made[kind, "proposed"]
            for path in (f"/kasus/{case}", f"/teguran/{case}", f"/surat-peringatan/{case}"):
                assert (await visitor.open(path)).status_code == 404, (kind, path)
