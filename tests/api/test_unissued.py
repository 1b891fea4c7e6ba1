"""What a company sees of the cases about it, for every kind and status: nothing that its office has not issued."""

from uuid import UUID

import pytest

from api import cookies
from services import cases
from services.identity import sessions
from services.models import CaseFile, CaseKind, Role, new_id
from services.models.reprimands import ReprimandStatus
from services.models.warnings import WarningStatus
from services.transitions import STATUSES
from tests.api.conftest import Api
from tests.factories import make_account
from tests.pages.visitor import Visitor
from tests.services.identity import factories

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


async def test_what_is_prepared_about_a_company_has_no_page_for_it(api: Api) -> None:
    account, made = await one_of_each(api)
    async with api.transaction() as (session, _):
        person = await factories.company_user(session, account)
        begun = await sessions.start(session, person.id, official=False)
    async with Visitor.of(api) as visitor:
        visitor.client.cookies.set(cookies.SESSION, begun.token)
        assert (await visitor.open(f"/kasus/{made[CaseKind.REPORT, 'draft']}")).status_code == 200
        for kind in PREPARED:
            case = made[kind, "proposed"]
            for path in (f"/kasus/{case}", f"/teguran/{case}", f"/surat-peringatan/{case}"):
                assert (await visitor.open(path)).status_code == 404, (kind, path)
