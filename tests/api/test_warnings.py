"""Warnings over HTTP on the real engine: proposed, previewed, approved, opened by the company; and what is refused."""

from pathlib import Path
from typing import Any

import pikepdf
import pytest

from services.models import Role
from tests.api.conftest import Api, once
from tests.services.documents.corpus import pdf
from tests.services.warnings import ladders
from tests.services.warnings.test_presumed_service import comes_back, disproved, second_letter
from tests.workflows.test_warning_letters import overdue
from tests.world import World

PATH = "/api/v1/warning-proposals"


@pytest.mark.starts("2026-12-20T08:00:00+07:00")
async def test_thousands_are_previewed_and_approved_and_a_letter_opened_is_served(
    served_world: tuple[World, Api], tmp_path: Path
) -> None:
    world, api = served_world
    companies = await overdue(world, 3)
    officer = await api.as_(Role.COMPLIANCE_OFFICER, region="64.72")
    stranger = await api.as_(Role.COMPLIANCE_OFFICER, region="64.71")
    company = await api.company(companies[0].id)

    listed = (await officer.get(PATH, params={"period": "2026-Q4", "limit": 2})).json()
    assert len(listed["items"]) == 2
    more = (await officer.get(PATH, params={"cursor": listed["next_cursor"]})).json()
    assert len(more["items"]) == 1
    assert listed["items"][0]["issuer"] == "64.72"
    assert (await stranger.get(PATH)).json()["items"] == []
    assert (await company.get(PATH)).json()["items"] == []

    preview = (await officer.post(f"{PATH}/preview", json={}, headers=once())).json()
    assert (preview["letters"], preview["by_authority"]) == (3, {"64.72": 3})
    out = more["items"][0]["id"]
    refused = await officer.post(
        f"{PATH}/approval", json={"exclusions": [{"id": out, "reason": " "}]}, headers=once()
    )
    assert refused.status_code == 422
    body: dict[str, Any] = {
        "previewed_at": preview["previewed_at"],
        "exclusions": [{"id": out, "reason": "Pabriknya terbakar."}],
    }
    approved = await officer.post(f"{PATH}/approval", json=body, headers=once())
    assert approved.status_code == 202, approved.text
    assert (approved.json()["letters"], approved.json()["left_out"]) == (
        2,
        [{"id": out, "reason": "Pabriknya terbakar."}],
    )
    await world.rest()

    own = (await company.get("/api/v1/warnings", params={"account_id": str(companies[0].id)})).json()
    excluded = {line["id"] for line in [*listed["items"], *more["items"]] if line["id"] == out}
    sent = (
        own
        or (
            await (await api.company(companies[1].id)).get(
                "/api/v1/warnings", params={"account_id": str(companies[1].id)}
            )
        ).json()
    )
    assert sent[0]["id"] not in excluded
    owner = await api.company(sent[0]["account_id"])
    letter = sent[0]["letters"][0]
    assert (letter["channel"], letter["served_at"]) == ("email", None)
    opened = await owner.get(f"/api/v1/warnings/{sent[0]['id']}/letters/1")
    assert opened.headers["content-type"] == "application/pdf"
    (tmp_path / "letter.pdf").write_bytes(opened.content)
    with pikepdf.open(tmp_path / "letter.pdf") as document:
        assert document.open_metadata().pdfa_status == "2A"
    served = (await officer.get(f"/api/v1/warnings/{sent[0]['id']}")).json()
    assert served["letters"][0]["served_by"] == "portal_read"
    told = await world.mail()
    assert all("Surat Peringatan" in mail.subject for mail in told if letter["number"] in mail.subject)


@pytest.mark.starts("2026-12-20T08:00:00+07:00")
async def test_what_may_not_be_is_refused_with_its_rule(served_world: tuple[World, Api]) -> None:
    world, api = served_world
    (company,) = await overdue(world)
    officer = await api.as_(Role.COMPLIANCE_OFFICER, region="64.72")
    province = await api.as_(Role.COMPLIANCE_OFFICER, region="64")
    (line,) = (await officer.get(PATH)).json()["items"]
    path = f"/api/v1/warnings/{line['id']}"
    owner = await api.company(company.id)
    assert (await owner.get(path)).status_code == 404, "a proposal is the office's affair"

    wrong = await province.post(f"{PATH}/approval", json={"ids": [line["id"]]}, headers=once())
    assert (wrong.status_code, "UU 23/2014" in wrong.json()["detail"]) == (403, True)
    early = await officer.post(
        f"{path}/service-evidence", json={"kind": "call_note", "note": "x"}, headers=once()
    )
    assert early.status_code == 404
    assert (
        await officer.post(f"{PATH}/approval", json={"ids": [line["id"]]}, headers=once())
    ).status_code == 202
    await world.rest()
    before = {"kind": "call_note", "note": "Dihubungi.", "received_at": "2027-01-02T09:00:00+07:00"}
    refused = await officer.post(f"{path}/service-evidence", json=before, headers=once())
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "received_at")
    no_letter = await officer.post(f"{path}/excuse", json={"reason": "Banjir."}, headers=once())
    assert (no_letter.status_code, no_letter.json()["errors"][0]["field"]) == (422, "document")
    fine = {"kind": "fine", "basis": "x", "reason": "x", "number": "1", "amount": 5}
    too_soon = await officer.post(f"{path}/sanctions", json=fine, headers=once())
    assert (too_soon.status_code, "tiga surat" in too_soon.json()["detail"]) == (409, True)

    file = {"document": ("surat.pdf", pdf(), "application/pdf")}
    document = (await officer.post(f"{path}/documents", files=file, headers=once())).json()
    excuse = {"reason": "Tidak berproduksi.", "document_id": document["id"]}
    accepted = await officer.post(f"{path}/excuse", json=excuse, headers=once())
    assert (accepted.status_code, accepted.json()["status"]) == (200, "excused")
    again = await officer.post(f"{PATH}/approval", json={"ids": [line["id"]]}, headers=once())
    assert again.status_code == 409


@pytest.mark.starts("2027-01-14T08:00:00+07:00")
@pytest.mark.parametrize("named", [True, False])
async def test_another_offices_proposal_is_not_left_out_either(api: Api, named: bool) -> None:
    async with api.transaction() as (session, now):
        own = (await ladders.proposed(session, now=now, licence_scale="large")).case_id
        other = (await ladders.proposed(session, now=now)).case_id
    province = await api.as_(Role.COMPLIANCE_OFFICER, region="64")
    exclusions = [{"id": str(other), "reason": "Bukan urusan kami."}]
    body = {"ids": [str(own), str(other)] if named else [], "exclusions": exclusions}
    alone = {"exclusions": exclusions}
    for path, given in (("approval", body), ("exclusion", alone)):
        refused = await province.post(f"{PATH}/{path}", json=given, headers=once())
        assert (refused.status_code, "UU 23/2014" in refused.text) == (403, True)
    async with api.transaction() as (session, _):
        assert [await ladders.status(session, one) for one in (own, other)] == ["proposed", "proposed"]


@pytest.mark.starts("2027-01-14T08:00:00+07:00")
async def test_only_the_office_that_gave_a_letter_posts_it_and_records_its_receipt(api: Api) -> None:
    async with api.transaction() as (session, now):
        ladder = (await ladders.proposed(session, now=now)).case_id
        await ladders.send(session, ladder, now=now)
    path = f"/api/v1/warnings/{ladder}"
    receipt = {"kind": "call_note", "note": "Diterima bagian umum.", "letter": 1}
    for region, status in (("64", 403), ("", 403), ("64.71", 404), ("64.72", 200)):
        other = await api.as_(Role.COMPLIANCE_OFFICER, region=region)
        posting = await other.post(f"{path}/posting", headers=once())
        assert posting.status_code == status, region
        if status == 403:
            assert "UU 23/2014" in posting.json()["detail"]
    await _posted(api)
    for role, region, status in (
        (Role.COMPLIANCE_OFFICER, "64", 403),
        (Role.REGIONAL_OFFICER, "64", 403),
        (Role.REGIONAL_OFFICER, "64.71", 404),
        (Role.REGIONAL_OFFICER, "64.72", 200),
    ):
        other = await api.as_(role, region=region)
        for body in (receipt, {name: receipt[name] for name in ("kind", "note")}):
            recorded = await other.post(f"{path}/service-evidence", json=body, headers=once())
            assert recorded.status_code == status, (role, region, recorded.text)
            if status == 200:
                assert recorded.json()["letters"][0]["served_at"] is not None
                break


async def _posted(api: Api) -> None:
    """What waits to be printed in the regency has been posted."""
    regency = await api.as_(Role.COMPLIANCE_OFFICER, region="64.72")
    batch = (await regency.post("/api/v1/print-batches", json={"authority": "64.72"}, headers=once())).json()
    assert (
        await regency.post(f"/api/v1/print-batches/{batch['id']}/posting", headers=once())
    ).status_code == 200


async def test_only_its_own_office_says_that_a_letter_stands_on_one_that_did_not_arrive(api: Api) -> None:
    await api.clock_at("2027-03-01T09:00:00+07:00")
    async with api.transaction() as (session, now):
        ladder, first = await second_letter(session)
        await comes_back(session, first, now=now)
        task = (await disproved(session)).id
    own, other = [await api.as_(Role.COMPLIANCE_OFFICER, region=region) for region in ("64.72", "64")]
    path, body = f"/api/v1/contact-tasks/{task}/settlement", {"result": "letter_stands", "note": "Diterima."}
    assert (await other.post(path, json=body, headers=once())).status_code == 403
    called = await own.post(path, json=body | {"result": "called"}, headers=once())
    assert (called.status_code, called.json()["errors"][0]["field"]) == (422, "result")
    done = await own.post(path, json=body, headers=once())
    assert (done.status_code, done.json()["result"]) == (200, "letter_stands"), done.text
    story = (await own.get(f"/api/v1/cases/{ladder}/timeline")).json()["past"]
    assert {"service_disproven", "contact_settled"} <= {line["type"] for line in story}
