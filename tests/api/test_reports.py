"""A report over HTTP, from the first page to the receipt."""

import asyncio
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from services.models import Account, Role
from tests.api.conftest import Api, once
from tests.factories import fill_small_report, make_account, make_report
from tests.services.documents.corpus import pdf
from tests.services.forms.filled import typed


async def ready(api: Api, *, signed: bool = True) -> tuple[Account, UUID, int]:
    """A company whose report is filled in: the account, the report, its version."""
    async with api.transaction() as (session, now):
        account = await make_account(session)
        report = await make_report(session, account, now=now)
        await fill_small_report(session, report, now=now, signed=signed)
    return account, report.case_id, report.content_version


async def test_a_company_fills_prints_signs_sends_and_gets_its_receipt(api: Api) -> None:
    async with api.transaction() as (session, _):
        account = await make_account(session)
    company = await api.company(account.id)
    begun = await company.post(
        "/api/v1/reports", json={"period": "2026-Q4", "stage": "production"}, headers=once()
    )
    assert begun.status_code == 201, begun.text
    report, version = begun.json(), begun.json()["content_version"]
    base = f"/api/v1/reports/{report['id']}"

    for section, values in typed().items():
        saved = await company.put(
            f"{base}/sections/{section}",
            json={"values": values, "notation": "indonesian"},
            headers={"If-Match": f'"{version}"'},
        )
        assert saved.status_code == 200, saved.text
        version = saved.json()["content_version"]
        assert saved.headers["etag"] == f'"{version}"'
    gaps = (await company.get(f"{base}/completeness")).json()["gaps"]
    assert [(gap["section"], gap["message"]) for gap in gaps] == [
        ("statement_letter", "Surat Pernyataan belum di upload")
    ]

    numbered = await company.put(
        f"{base}/statement-number", json={"number": "017/SP/I/2027", "version": version}
    )
    assert numbered.status_code == 200, numbered.text
    letter = await company.post(f"{base}/statement-letter", headers=once())
    assert letter.status_code == 200, letter.text
    printed = await company.get(f"{base}/statement-letter")
    assert printed.content.startswith(b"%PDF")
    version = (await company.get(base)).json()["content_version"]
    scan = await company.post(
        f"{base}/statement-scan",
        files={"scan": ("surat.pdf", pdf())},
        data={"version": version},
        headers=once(),
    )
    assert scan.status_code == 200, scan.text
    assert scan.json()["scan_holds"]
    assert (await company.get(f"{base}/completeness")).json()["complete"]

    sent = await company.post(
        f"{base}/submission", json={"version": scan.json()["content_version"]}, headers=once()
    )
    assert sent.status_code == 201, sent.text
    assert sent.json()["on_time"]
    first, second = [await company.get(f"{base}/receipt") for _ in range(2)]
    assert first.content.startswith(b"%PDF")
    assert first.content == second.content
    assert "attachment" in first.headers["content-disposition"]
    [line] = (await company.get("/api/v1/reports")).json()["items"]
    assert (line["label"], line["timeliness"]) == ("Telah Terkirim", "on_time")
    documents = (await company.get(f"/api/v1/cases/{report['id']}/documents")).json()
    assert sorted(row["kind"] for row in documents) == ["letter", "statement_letter"]
    past = (await company.get(f"/api/v1/cases/{report['id']}/timeline")).json()["past"]
    assert past[-1]["type"] == "sent"
    assert past[-1]["actor"] == "Perusahaan"


async def test_ten_at_once_under_one_key_are_one_submission(api: Api) -> None:
    account, report, version = await ready(api)
    company, key = await api.company(account.id), once()
    path = f"/api/v1/reports/{report}/submission"
    answers = await asyncio.gather(
        *(company.post(path, json={"version": version}, headers=key) for _ in range(10))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 9
    other = await company.post(path, json={"version": version + 1}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    async with api.transaction() as (session, _):
        count = await session.execute(text("SELECT count(*) FROM report_version"))
    assert count.scalar_one() == 1


async def test_one_key_for_two_reports_is_two_submissions(api: Api) -> None:
    key = once()
    for _ in range(2):
        account, report, version = await ready(api)
        company = await api.company(account.id)
        sent = await company.post(
            f"/api/v1/reports/{report}/submission", json={"version": version}, headers=key
        )
        assert sent.status_code == 201


async def test_whoever_saw_an_older_version_changes_nothing(api: Api) -> None:
    account, report, version = await ready(api)
    company = await api.company(account.id)
    page = {"values": typed()["general_data"]}
    old = {"If-Match": f'"{version - 1}"'}
    saved = await company.put(f"/api/v1/reports/{report}/sections/general_data", json=page, headers=old)
    sent = await company.post(f"/api/v1/reports/{report}/submission", json={}, headers=once() | old)
    for answer in (saved, sent):
        assert (answer.status_code, answer.json()["code"]) == (409, "stale_version")
    without = await company.put(f"/api/v1/reports/{report}/sections/general_data", json=page)
    assert without.status_code == 422
    assert (await company.get(f"/api/v1/reports/{report}")).json()["content_version"] == version


async def test_what_is_wrong_is_said_at_the_field_and_kept(api: Api) -> None:
    account, report, version = await ready(api, signed=False)
    company = await api.company(account.id, accept_language="en")
    page = typed()["general_data"] | {"machine_value": "sebelas juta"}
    path = f"/api/v1/reports/{report}/sections/general_data"
    saved = (
        await company.put(path, json={"values": page, "version": version, "notation": "indonesian"})
    ).json()
    assert [error["field"] for error in saved["errors"]] == ["machine_value"]
    assert saved["typed"]["machine_value"] == "sebelas juta"
    again = (await company.get(path)).json()
    assert again["typed"]["machine_value"] == "sebelas juta"
    assert again["errors"] == saved["errors"]
    refused = await company.post(
        f"/api/v1/reports/{report}/submission", json={"version": saved["content_version"]}, headers=once()
    )
    assert refused.status_code == 422
    assert "general_data" in [error["field"] for error in refused.json()["errors"]]


async def test_only_its_own_company_writes_a_report(api: Api) -> None:
    account, report, version = await ready(api)
    other, _, _ = await ready(api)
    stranger, officer = await api.company(other.id), await api.as_(Role.VERIFIER)
    body = {"version": version}
    path = f"/api/v1/reports/{report}"
    assert (await stranger.post(f"{path}/submission", json=body, headers=once())).status_code == 404
    assert (await stranger.get(f"{path}/completeness")).status_code == 404
    assert (await stranger.get(f"{path}/receipt")).status_code == 404
    assert (await officer.post(f"{path}/submission", json=body, headers=once())).status_code == 403
    assert (await officer.get(f"{path}/sections/general_data")).status_code == 200
    begun = {"period": "2026-Q4", "stage": "production", "account_id": str(account.id)}
    assert (await stranger.post("/api/v1/reports", json=begun, headers=once())).status_code == 404


async def test_a_draft_is_thrown_away_and_the_duty_remains(api: Api) -> None:
    account, report, version = await ready(api)
    company = await api.company(account.id)
    gone = await company.delete(f"/api/v1/reports/{report}", headers={"If-Match": f'"{version}"'})
    assert gone.status_code == 204, gone.text
    after = (await company.get(f"/api/v1/reports/{report}")).json()
    assert (after["status"], after["saved_sections"]) == ("not_started", [])


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [("surat.pdf", b"PK\x03\x04 not a pdf at all", 422), ("surat.pdf", b"", 422)],
)
async def test_a_scan_that_is_none_is_refused_at_the_field(
    api: Api, name: str, content: bytes, code: int
) -> None:
    account, report, version = await ready(api, signed=False)
    company = await api.company(account.id)
    answer: httpx.Response = await company.post(
        f"/api/v1/reports/{report}/statement-scan",
        files={"scan": (name, content)},
        data={"version": version},
        headers=once(),
    )
    assert answer.status_code == code
    assert [error["field"] for error in answer.json()["errors"]] == ["scan"]
