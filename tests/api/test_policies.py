"""Changing the rules over HTTP: places that are wrong are named, nobody approves alone, figures are real."""

from typing import Any

import httpx
import pytest

from services.models import Role
from tests.api.conftest import Api, once
from tests.api.test_cases import owing

DUE = "deadlines.deadlines.report_due@PM13_2025.add.days"


def wanted(**changes: Any) -> dict[str, Any]:
    return {
        "changes": {DUE: 15}, "valid_from": "2027-01-06", "instrument": "Permenperin contoh", "reason": "uji",
    } | changes  # fmt: skip


async def refused(client: httpx.AsyncClient, **changes: Any) -> tuple[int, list[tuple[str, str]]]:
    answer = await client.post("/api/v1/policy-changes", json=wanted(**changes), headers=once())
    return answer.status_code, [(e["field"], e["message"]) for e in answer.json().get("errors", [])]


async def test_a_change_is_proposed_simulated_and_approved_by_somebody_else(api: Api) -> None:
    for _ in range(3):
        await owing(api)
    asks, decides = await api.as_(Role.ADMINISTRATOR), await api.as_(Role.ADMINISTRATOR)
    change = (await asks.post("/api/v1/policy-changes", json=wanted(), headers=once())).json()
    assert change["changes"] == [{"path": DUE, "before": 10, "after": 15}]
    path = f"/api/v1/policy-changes/{change['case_id']}"
    early = await decides.post(f"{path}/approval", headers=once())
    assert (early.status_code, early.json()["code"]) == (409, "transition_refused")
    simulation = (await asks.post(f"{path}/simulation", headers=once())).json()
    assert {shift["deadline"]: shift for shift in simulation["shifts"]}["report_due"] == {
        "deadline": "report_due", "cases": 4, "earlier": 0, "later": 4, "kept": 0,
    }  # fmt: skip
    figures = {m["name"]: (m["before"], m["after"]) for m in simulation["measures"]}
    # From the 6th: −3 and −1 of the 10th against −7, −3 and −1 of the 15th, for three companies.
    assert figures["reminders"] == (6, 9)
    assert figures["letters"] == (3, 3)
    alone = await asks.post(f"{path}/approval", headers=once())
    assert alone.status_code == 403
    assert (await decides.post(f"{path}/approval", headers=once())).json()["status"] == "approved"
    withdrawn = await asks.post(f"{path}/withdrawal", headers=once())
    assert withdrawn.json()["status"] == "withdrawn"
    assert (await asks.post(f"{path}/withdrawal", headers=once())).status_code == 409


async def test_letters_of_the_month_follow_the_interval(api: Api) -> None:
    await owing(api)
    asks = await api.as_(Role.ADMINISTRATOR)
    shorter = {
        "deadlines.deadlines.warning_interval.add": {
            "days": 10,
            "months": None,
            "unit": "calendar",
            "calendar": None,
        }
    }
    change = (await asks.post("/api/v1/policy-changes", json=wanted(changes=shorter), headers=once())).json()
    path = f"/api/v1/policy-changes/{change['case_id']}/simulation"
    figures = {
        m["name"]: (m["before"], m["after"])
        for m in (await asks.post(path, headers=once())).json()["measures"]
    }
    assert figures["letters"] == (1, 3), "the 11th; every ten days: the 11th, the 22nd, the 2nd"


@pytest.mark.parametrize(
    ("changes", "place", "said"),
    [
        ({"regimes.regimes.PM13_2025.first": "2025-Q2"}, "changes.regimes", "celah"),
        ({"regimes.regimes.SE1_2025.last": "2025-Q1"}, "changes.regimes", "tumpang tindih"),
        ({"deadlines.deadlines.report_due@PM13_2025.regime": "SE1_2025"}, "changes", "diatur dua kali"),
        ({"targets.shares.registration_reminder.of": "nothing"}, "changes", "aturan nothing"),
        ({"deadlines.deadlines.report_due@PM13_2025.add.days": 0},
         f"changes.{DUE}", "Paling kecil 1"),
        ({"deadlines.deadlines.report_due@PM13_2025.add.days": "ten"},
         f"changes.{DUE}", "bilangan bulat"),
        ({"jurisdictions.jurisdictions.rules.industry_report.scales": ["small"]},
         "changes.jurisdictions.jurisdictions", "Celah"),
        ({"jurisdictions.jurisdictions.rules.industry_report.scales": ["small", "medium", "large"]},
         "changes.jurisdictions.jurisdictions", "Tumpang tindih"),
        ({"deadlines.nothing": 1}, "changes.deadlines.nothing", "tidak ada"),
        ({DUE: 10}, "changes", "Tidak ada pengaturan yang berubah"),
    ],
)  # fmt: skip
async def test_a_version_that_cannot_be_in_force_is_refused_with_its_place(
    api: Api, changes: dict[str, Any], place: str, said: str
) -> None:
    status, errors = await refused(await api.as_(Role.ADMINISTRATOR), changes=changes)
    assert status == 422
    assert any(field == place and said in message for field, message in errors), errors


async def test_nothing_applies_backwards_and_only_administrators_propose(api: Api) -> None:
    administrator, officer = await api.as_(Role.ADMINISTRATOR), await api.as_(Role.COMPLIANCE_OFFICER)
    assert (await refused(administrator, valid_from="2027-01-04"))[1][0][0] == "valid_from"
    assert (await refused(administrator, reason=" "))[1][0][0] == "reason"
    assert (await refused(officer))[0] == 403
    auditor = await api.as_(Role.AUDITOR)
    rules = (await auditor.get("/api/v1/policies/current")).json()
    assert {line["path"]: line["value"] for line in rules["settings"]}[DUE] == 10


async def test_two_changes_never_overtake_each_other(api: Api) -> None:
    asks, decides = await api.as_(Role.ADMINISTRATOR), await api.as_(Role.ADMINISTRATOR)
    paths = []
    for days in (15, 20):
        body = wanted(changes={DUE: days})
        made = (await asks.post("/api/v1/policy-changes", json=body, headers=once())).json()
        paths.append(f"/api/v1/policy-changes/{made['case_id']}")
        await asks.post(f"{paths[-1]}/simulation", headers=once())
    assert (await decides.post(f"{paths[0]}/approval", headers=once())).status_code == 200
    second = await decides.post(f"{paths[1]}/approval", headers=once())
    assert (second.status_code, second.json()["code"]) == (409, "conflict")
