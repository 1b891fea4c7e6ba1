"""What a report is compared with, lowered over HTTP: by whom, with what reason, and that the report can be sent."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.models import Account, BaselineCorrection, Report, Role, new_id
from services.reports import forms, sending
from services.reports.definition import FieldsSection
from services.timeline.sentences import COMPARED
from tests.api.conftest import Api, once
from tests.factories import ACTOR, fill_small_report, make_account, make_report, sign
from tests.pages.officials import registration
from tests.services.forms.filled import typed

FIELD = "general_data.machine_value"
GIVEN = {"field": FIELD, "value": 900_000_000, "reason": "Mesin bubut dijual, faktur 17/2026."}


async def send_earlier(session: AsyncSession, account: Account, now: datetime) -> None:
    """The report of the third quarter, with machines for Rp1,500,000,000."""
    before = await make_report(session, account, period="2026-Q3", now=now)
    bought = {"rows": [row | {"purchase_year": "2019"} for row in typed()["machines"]["rows"]]}
    await fill_small_report(session, before, machines=bought, now=now)
    await sending.send(
        session, before.case_id, command_id="earlier", expected_version=before.content_version,
        actor=ACTOR, now=now,
    )  # fmt: skip


async def fallen(api: Api, **facts: Any) -> tuple[Account, Report]:
    """A company whose machines were worth more in the report before; all else is filled in."""
    async with api.transaction() as (session, now):
        account = await make_account(session, **facts)
        await send_earlier(session, account, now)
        report = await make_report(session, account, now=now)
        page = typed()["general_data"] | {"machine_value": "900.000.000"}
        await fill_small_report(session, report, general_data=page, signed=False, now=now)
    return account, report


async def signed(api: Api, report: Report) -> int:
    """The letter of a report that lacks nothing else, printed and signed; the version to be sent."""
    async with api.transaction() as (session, now):
        held = await session.get_one(Report, report.case_id)
        await sign(session, held, now=now)
        await session.refresh(held)
        return held.content_version


def door(report: Report) -> str:
    return f"/api/v1/reports/{report.case_id}/baseline-corrections"


async def test_a_company_can_send_after_a_verifier_accepted_that_its_investment_fell(api: Api) -> None:
    account, report = await fallen(api)
    company, verifier = await api.company(account.id), await api.as_(Role.VERIFIER)
    base = f"/api/v1/reports/{report.case_id}"
    gaps = (await company.get(f"{base}/completeness")).json()["gaps"]
    assert [gap["section"] for gap in gaps] == ["general_data", "statement_letter"]

    key = once()
    lowered = await verifier.post(door(report), json=GIVEN, headers=key)
    assert lowered.status_code == 201, lowered.text
    assert GIVEN.items() <= lowered.json().items()
    assert lowered.json()["before_period"] == "2026-Q4"
    again = await verifier.post(door(report), json=GIVEN, headers=key)
    assert again.json() == lowered.json(), "the same command, once"
    async with api.transaction() as (session, _):
        assert len((await session.execute(select(BaselineCorrection))).scalars().all()) == 1

    version = await signed(api, report)
    sent = await company.post(f"{base}/submission", json={"version": version}, headers=once())
    assert sent.status_code == 201, sent.text
    late = await verifier.post(door(report), json=GIVEN | {"value": 1}, headers=once())
    assert late.status_code == 409, "what is sent is compared no more"


async def test_the_story_says_to_officers_what_was_lowered_and_why(api: Api) -> None:
    account, report = await fallen(api)
    verifier, company = await api.as_(Role.VERIFIER), await api.company(account.id)
    await verifier.post(door(report), json=GIVEN, headers=once())
    story = f"/api/v1/cases/{report.case_id}/timeline"
    [line] = [one for one in (await verifier.get(story)).json()["past"] if one["type"] == "baseline_lowered"]
    assert line["text"] == "Nilai pembanding untuk Nilai Mesin diturunkan oleh petugas."
    assert line["reason"] == GIVEN["reason"]
    assert "baseline_lowered" not in (await company.get(story)).text


async def test_only_verifiers_of_the_region_lower_it(api: Api) -> None:
    account, report = await fallen(api, region="64.72")
    for role in sorted(set(Role) - {Role.VERIFIER, Role.COMPANY_USER}):
        client = await api.as_(role, region="64")
        assert (await client.post(door(report), json=GIVEN, headers=once())).status_code == 403, role
    company = await api.company(account.id)
    assert (await company.post(door(report), json=GIVEN, headers=once())).status_code == 403
    elsewhere = await api.as_(Role.VERIFIER, region="31")
    assert (await elsewhere.post(door(report), json=GIVEN, headers=once())).status_code == 404
    verifier = await api.as_(Role.VERIFIER)
    for nothing in (new_id(), await registration(api)):
        path = f"/api/v1/reports/{nothing}/baseline-corrections"
        assert (await verifier.post(path, json=GIVEN, headers=once())).status_code == 404


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"value": 1_500_000_000}, "value"),
        ({"value": -1}, "value"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 2001}, "reason"),
        ({"field": "general_data.working_capital"}, "field"),
    ],
)
async def test_what_is_wrong_is_said_by_its_field(api: Api, given: dict[str, Any], field: str) -> None:
    _, report = await fallen(api)
    verifier = await api.as_(Role.VERIFIER)
    refused = await verifier.post(door(report), json=GIVEN | given, headers=once())
    assert (refused.status_code, [error["field"] for error in refused.json()["errors"]]) == (422, [field])


def test_the_story_has_a_name_for_every_field_that_may_not_fall() -> None:
    compared = {
        f"{section.id}.{question.id}"
        for form in forms.shipped()
        for section in form.sections
        if isinstance(section, FieldsSection)
        for question in section.fields
        if getattr(question, "not_lower_than_previous", None)
    }
    assert compared == COMPARED.keys()
