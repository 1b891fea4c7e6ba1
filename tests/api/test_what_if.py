"""Both futures side by side: what would be different, and nothing of it happens."""

from typing import Any
from uuid import UUID

import httpx

from services.models import Role
from tests.api.conftest import Api, once
from tests.api.test_cases import owing

DAYS = "deadlines.deadlines.report_due@PM13_2025.add.days"


async def asked(client: httpx.AsyncClient, case: UUID, **query: Any) -> dict[str, Any]:
    answer = await client.get(f"/api/v1/cases/{case}/what-if", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def marks(found: dict[str, Any]) -> dict[str, set[str]]:
    """The marks of all lines, by name."""
    by: dict[str, set[str]] = {}
    for pair in found["pairs"]:
        by.setdefault((pair["after"] or pair["before"])["name"], set()).add(pair["mark"])
    return by


def when(lines: list[dict[str, Any]], name: str) -> list[str]:
    return [line["at"] for line in lines if line["name"] == name]


async def test_an_extension_moves_all_that_follows_from_the_date(api: Api) -> None:
    _, report = await owing(api)
    officer = await api.as_(Role.COMPLIANCE_OFFICER)
    found = await asked(officer, report, target_date="2027-01-20")
    assert when(found["before"], "due") == ["2027-01-10T16:59:59Z"]
    assert when(found["after"], "due") == ["2027-01-20T16:59:59Z"]
    assert marks(found)["due"] == marks(found)["warning_1"] == marks(found)["warning_2"] == {"moved"}
    assert len(when(found["after"], "reminder")) > len(when(found["before"], "reminder"))
    again = (await officer.get(f"/api/v1/cases/{report}/timeline")).json()
    assert again["future"] == found["before"], "nothing was saved"
    assert [line["type"] for line in again["past"]] == ["opened"]


async def test_a_hold_stops_everything(api: Api) -> None:
    _, report = await owing(api)
    found = await asked(await api.as_(Role.COMPLIANCE_OFFICER), report, hold="true")
    assert [line["name"] for line in found["after"]] == ["held"]
    assert {pair["mark"] for pair in found["pairs"]} == {"gone", "new"}
    case = (await (await api.as_(Role.COMPLIANCE_OFFICER)).get(f"/api/v1/cases/{report}")).json()
    assert case["held_at"] is None


async def test_other_rules_are_tried_on_one_case_by_setting_or_as_proposed(api: Api) -> None:
    _, report = await owing(api)
    administrator = await api.as_(Role.ADMINISTRATOR)
    by_setting = await asked(administrator, report, setting=f"{DAYS}=15")
    assert when(by_setting["after"], "due") == ["2027-01-15T16:59:59Z"]
    monthly = await asked(administrator, report, setting="deadlines.deadlines.warning_interval.add.months=2")
    assert when(monthly["after"], "warning_2") != when(monthly["before"], "warning_2")
    assert marks(monthly)["due"] == {"same"}

    body = {"changes": {DAYS: 15}, "valid_from": "2027-01-06", "instrument": "Contoh", "reason": "uji"}
    change = (await administrator.post("/api/v1/policy-changes", json=body, headers=once())).json()
    proposed = await asked(administrator, report, policy_change=change["case_id"])
    assert proposed["after"] == by_setting["after"]
    versions = (await administrator.get("/api/v1/policy-changes")).json()
    assert [line["status"] for line in versions] == ["draft"]


async def test_what_could_not_be_done_cannot_be_supposed(api: Api) -> None:
    account, report = await owing(api)
    officer = await api.as_(Role.COMPLIANCE_OFFICER)
    path = f"/api/v1/cases/{report}/what-if"
    for query, field in (
        ({"target_date": "2027-01-05"}, "target_date"),
        ({"target_date": "2027-02-01", "deadline": "nothing"}, "deadline"),
        ({"setting": f"{DAYS}=0"}, f"changes.{DAYS}"),
        ({"setting": "nothing"}, "setting"),
    ):
        refused = await officer.get(path, params=query)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert (await officer.get(path)).status_code == 422
    company = await api.company(account.id)
    assert (await company.get(path, params={"hold": "true"})).status_code == 403
