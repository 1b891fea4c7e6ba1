"""Cases over HTTP: who sees what, lists page by page, timelines in words."""

from typing import Any
from uuid import UUID

import pytest

from services import rulebook
from services.deadlines.periods import Period
from services.models import Account, Role
from services.periods import obligations, planning
from tests.api.conftest import Api, once
from tests.factories import make_account


async def owing(api: Api, **given: Any) -> tuple[Account, UUID]:
    """An account and its report for 2026-Q4."""
    async with api.transaction() as (session, now):
        account = await make_account(session, **given)
        rules = await rulebook.current(session, now=now)
        await planning.plan(session, Period.parse("2026-Q4"), rules, now=now)
        duty = obligations.Duty(account.id, "production")
        [report] = await obligations.open_duties(session, Period.parse("2026-Q4"), [duty], rules, now=now)
    return account, report


async def test_a_company_sees_its_own_case_and_no_other_exists_for_it(api: Api) -> None:
    mine, my_report = await owing(api)
    _, their_report = await owing(api)
    company = await api.company(mine.id)

    assert (await company.get(f"/api/v1/cases/{my_report}")).status_code == 200
    for path in (
        "",
        "/timeline",
        "/deadlines",
        "/messages",
        "/documents",
        "/deadlines/report_due/explanation",
    ):
        hidden = await company.get(f"/api/v1/cases/{their_report}{path}")
        nowhere = await company.get(f"/api/v1/cases/{UUID(int=7)}{path}")
        assert (hidden.status_code, nowhere.status_code) == (404, 404)
        assert hidden.json()["detail"] == nowhere.json()["detail"]
    listed = await company.get("/api/v1/cases")
    assert [item["id"] for item in listed.json()["items"]] == [str(my_report)]


async def test_an_officer_of_another_region_gets_404_and_one_without_the_right_403(api: Api) -> None:
    _, report = await owing(api, region="64.72")
    elsewhere = await api.as_(Role.REGIONAL_OFFICER, region="31")
    here = await api.as_(Role.REGIONAL_OFFICER, region="64")
    hold = {"reason": "Menunggu keterangan."}
    assert (
        await elsewhere.post(f"/api/v1/cases/{report}/notes", json={"body": "x"}, headers=once())
    ).status_code == 404
    assert (await here.post(f"/api/v1/cases/{report}/hold", json=hold, headers=once())).status_code == 403
    assert (await here.get(f"/api/v1/cases/{report}")).status_code == 200
    anonymous = await api.anonymous()
    assert (await anonymous.get(f"/api/v1/cases/{report}")).status_code == 401


async def test_pages_are_stable_and_complete(api: Api) -> None:
    reports = {str((await owing(api))[1]) for _ in range(7)}
    officer = await api.as_(Role.COMPLIANCE_OFFICER)
    for sort in ("newest", "due"):
        seen: list[str] = []
        cursor = None
        while True:
            query = {"kind": "report", "limit": "3", "sort": sort} | ({"cursor": cursor} if cursor else {})
            page = (await officer.get("/api/v1/cases", params=query)).json()
            seen += [item["id"] for item in page["items"]]
            await owing(api)  # newcomers neither shift nor repeat what was there
            cursor = page["next_cursor"]
            if cursor is None or len(seen) > 30:
                break
        assert reports <= set(seen)
        assert len(seen) == len(set(seen))


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"kind": "nothing"}, "kind"),
        ({"kind": "report", "status": "accepted"}, "status"),
        ({"sort": "due"}, "sort"),
        ({"q": "ab"}, "q"),
        ({"cursor": "bm9uc2Vuc2U"}, "cursor"),
        ({"limit": "1000"}, "limit"),
    ],
)
async def test_a_filter_without_sense_is_named(api: Api, query: dict[str, str], field: str) -> None:
    officer = await api.as_(Role.COMPLIANCE_OFFICER)
    answer = await officer.get("/api/v1/cases", params=query)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_filters_keep_what_they_say(api: Api) -> None:
    account, report = await owing(api, name="PT Contoh Meubel Mahakam", region="64.72")
    await owing(api, region="31.71")
    officer = await api.as_(Role.COMPLIANCE_OFFICER)
    for query in (
        {"region": "64"},
        {"region": "64.72"},
        {"q": "meubel maha"},
        {"q": account.nib},
        {"account": str(account.id)},
        {"kind": "report", "region": "64", "due_before": "2027-01-12T00:00:00+07:00", "sort": "due"},
    ):
        items = (await officer.get("/api/v1/cases", params=query)).json()["items"]
        assert [item["id"] for item in items] == [str(report)], query
    late = {"kind": "report", "due_before": "2027-01-10T00:00:00+07:00"}
    assert (await officer.get("/api/v1/cases", params=late)).json()["items"] == []


async def test_the_timeline_says_what_will_happen_and_why(api: Api) -> None:
    account, report = await owing(api)
    company = await api.company(account.id)
    body = (await company.get(f"/api/v1/cases/{report}/timeline")).json()
    assert [line["type"] for line in body["past"]] == ["opened"]
    ahead = [(line["name"], line["at"]) for line in body["future"]]
    assert ahead == [
        ("reminder", "2027-01-07T01:00:00Z"),
        ("reminder", "2027-01-08T01:00:00Z"),
        ("due", "2027-01-10T16:59:59Z"),
        ("overdue", "2027-01-10T17:00:00Z"),
        ("correction_window", "2027-01-12T16:59:59Z"),
        ("warning_1", "2027-01-12T17:00:00Z"),
        ("warning_2", "2027-02-13T17:00:00Z"),
        ("warning_3", "2027-03-14T17:00:00Z"),
        ("sanction", "2027-04-15T17:00:00Z"),
    ]
    last = body["future"][1]
    assert "bukan hari kerja" in last["why"][0], "the wave of Saturday the 9th moved to Friday"
    english = await api.company(account.id, accept_language="en")
    words = (await english.get(f"/api/v1/cases/{report}/timeline")).json()["past"][0]["text"]
    assert words == "The reporting obligation for Quarter 4 of 2026 was created."


async def test_a_held_case_waits_and_catches_up_when_released(api: Api) -> None:
    account, report = await owing(api)
    officer, company = await api.as_(Role.COMPLIANCE_OFFICER), await api.company(account.id)
    reason = {"reason": "Kebakaran."}
    stale = await officer.post(f"/api/v1/cases/{report}/hold", json=reason | {"version": 99}, headers=once())
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    held = await officer.post(f"/api/v1/cases/{report}/hold", json=reason | {"version": 1}, headers=once())
    assert held.json()["hold_reason"] == "Kebakaran."
    assert (await company.get(f"/api/v1/cases/{report}")).json()["hold_reason"] is None
    future = (await company.get(f"/api/v1/cases/{report}/timeline")).json()["future"]
    assert [(line["name"], line["at"]) for line in future] == [("held", None)]

    await api.clock_at("2027-01-11T09:00:00+07:00")
    released = await officer.post(f"/api/v1/cases/{report}/release", headers=once())
    assert released.status_code == 200
    past = (await officer.get(f"/api/v1/cases/{report}/timeline")).json()["past"]
    assert [line["type"] for line in past] == ["opened", "held", "released", "became_overdue"]
    assert past[-1]["at"] == "2027-01-10T17:00:00Z"
    assert past[-1]["recorded_at"] == "2027-01-11T02:00:00Z"


async def test_companies_do_not_learn_who_did_it(api: Api) -> None:
    account, report = await owing(api)
    officer, company = await api.as_(Role.COMPLIANCE_OFFICER), await api.company(account.id)
    await officer.post(
        f"/api/v1/cases/{report}/hold", json={"reason": "Banjir.", "version": 1}, headers=once()
    )
    await officer.post(f"/api/v1/cases/{report}/notes", json={"body": "Sudah ditelepon."}, headers=once())
    theirs = (await officer.get(f"/api/v1/cases/{report}/timeline")).json()["past"]
    mine = (await company.get(f"/api/v1/cases/{report}/timeline")).json()["past"]
    assert [line["actor"] for line in theirs] == [
        "Sistem",
        "Petugas (compliance_officer)",
        "Petugas (compliance_officer)",
    ]
    assert [(line["type"], line["actor"], line["data"]) for line in mine] == [
        ("opened", "Sistem", None),
        ("held", "Petugas", None),
    ]
    assert (await company.get(f"/api/v1/cases/{report}/notes")).status_code == 403


async def test_an_officials_reading_is_logged_with_its_purpose(api: Api) -> None:
    account, report = await owing(api)
    officer, company = await api.as_(Role.COMPLIANCE_OFFICER), await api.company(account.id)
    await company.get(f"/api/v1/cases/{report}")
    await officer.get(f"/api/v1/cases/{report}", headers={"X-Purpose": "Pemeriksaan aduan 12"})
    await officer.get(f"/api/v1/cases/{report}/timeline")
    async with api.transaction() as (session, _):
        from sqlalchemy import text

        rows = (await session.execute(text("SELECT what, purpose, case_id FROM read_log ORDER BY id"))).all()
    assert [tuple(row) for row in rows] == [
        ("report", "Pemeriksaan aduan 12", report),
        ("report", "case", report),
    ]
