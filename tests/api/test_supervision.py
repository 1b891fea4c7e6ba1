"""Who has not reported, and the contacts with those companies: within one's region, written down once."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.models import Role
from tests.api.conftest import Api, once
from tests.factories import PERIOD
from tests.pages.officials import owing

CALLED: dict[str, Any] = {
    "channel": "whatsapp",
    "at": "2027-01-04T09:00:00+07:00",
    "reached": True,
    "summary": "Laporan dikirim minggu ini.",
}


async def test_a_regional_officer_sees_who_is_missing_and_writes_contacts_down(api: Api) -> None:
    (here, case), (_, _) = await owing(api, 2, region="64.72")
    await owing(api, 1, region="31.71")
    officer = await api.as_(Role.REGIONAL_OFFICER, region="64")
    listed = await officer.get("/api/v1/missing-reports", params={"period": PERIOD})
    assert [line["region_code"] for line in listed.json()] == ["64.72", "64.72"]
    path = f"/api/v1/cases/{case.id}/contacts"
    made = await officer.post(path, json=CALLED | {"at": await moment(api)}, headers=once())
    assert made.status_code == 201, made.text
    assert [line["summary"] for line in (await officer.get(path)).json()] == [CALLED["summary"]]
    lines = (await officer.get("/api/v1/missing-reports", params={"period": PERIOD})).json()
    assert {line["account_id"]: line["contacts"] for line in lines}[str(here.id)] == 1
    timeline = (await officer.get(f"/api/v1/cases/{case.id}/timeline")).json()["past"]
    assert "company_contacted" in {line["type"] for line in timeline}
    next_page = {"period": PERIOD, "after": lines[-1]["case_id"]}
    assert (await officer.get("/api/v1/missing-reports", params=next_page)).json() == []


async def moment(api: Api) -> str:
    """The legal moment."""
    async with api.transaction() as (_, now):
        return now.isoformat()


async def test_a_report_that_is_sent_or_excused_is_not_missing(api: Api) -> None:
    ((_, case),) = await owing(api)
    async with api.transaction() as (session, _):
        await session.execute(text("UPDATE case_file SET status = 'sent' WHERE id = :id"), {"id": case.id})
    officer = await api.as_(Role.COMPLIANCE_OFFICER)
    assert (await officer.get("/api/v1/missing-reports", params={"period": PERIOD})).json() == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"at": "2999-01-01T00:00:00+07:00"}, "at"),
        ({"at": "2001-01-01T00:00:00+07:00"}, "at"),
        ({"summary": " "}, "summary"),
    ],
)
async def test_a_contact_that_cannot_be_is_refused_by_field(
    api: Api, wrong: dict[str, str], field: str
) -> None:
    ((_, case),) = await owing(api)
    officer = await api.as_(Role.COMPLIANCE_OFFICER)
    path = f"/api/v1/cases/{case.id}/contacts"
    answer = await officer.post(path, json=CALLED | {"at": await moment(api)} | wrong, headers=once())
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, [field])
    assert (await officer.get(path)).json() == []


async def test_contacts_are_for_officers_of_the_region_alone(api: Api) -> None:
    ((account, case),) = await owing(api)
    path = f"/api/v1/cases/{case.id}/contacts"
    elsewhere = await api.as_(Role.REGIONAL_OFFICER, region="11")
    assert (await elsewhere.post(path, json=CALLED, headers=once())).status_code == 404
    assert (await elsewhere.get("/api/v1/missing-reports", params={"period": PERIOD})).json() == []
    company = await api.company(account.id)
    assert (await company.get(path)).status_code == 403
    verifier = await api.as_(Role.VERIFIER)
    assert (await verifier.get("/api/v1/missing-reports", params={"period": PERIOD})).status_code == 403


@pytest.mark.parametrize(
    "change", ["UPDATE company_contact SET summary = 'lain'", "DELETE FROM company_contact"]
)
async def test_what_was_written_down_is_never_changed(api: Api, change: str) -> None:
    ((_, case),) = await owing(api)
    officer = await api.as_(Role.COMPLIANCE_OFFICER)
    path = f"/api/v1/cases/{case.id}/contacts"
    await officer.post(path, json=CALLED | {"at": await moment(api)}, headers=once())
    with pytest.raises(DBAPIError):
        async with api.transaction() as (session, _):
            await session.execute(text(change))
    assert [line["summary"] for line in (await officer.get(path)).json()] == [CALLED["summary"]]
