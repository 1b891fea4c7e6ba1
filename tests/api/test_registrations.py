"""Registrations over HTTP, with Temporal away: what companies send is taken in all the same."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.identity import ratelimit
from services.models import Role
from services.registrations import decisions
from services.registrations.decisions import CHECKLIST, GOVERNMENT_CHECKLIST, Decision, Verdict
from tests.api.conftest import Api, once
from tests.services.documents.corpus import pdf

TYPED = {
    "company_name": "PT Contoh Rotan Mahakam",
    "nib": "9123456789012",
    "npwp": "013456789012345",
    "email": "pemilik@contoh.example",
    "region_code": "64.72",
    "address": "Jalan Contoh No. 1",
}
OFFICE: dict[str, Any] = {
    "kind": "government",
    "company_name": "Dinas Perindustrian Contoh",
    "region_code": "64.72",
    "institution": "regency",
    "letter_basis": "letter",
    "letter_number": "005/17/DISPERIN",
    "letter_date": "2026-01-05",
}


async def register(
    api: Api, *, key: dict[str, str] | None = None, file: bytes | None = None, **typed: str
) -> Any:
    """Send a registration as anybody may."""
    client = await api.anonymous()
    files = {"document": ("nib.pdf", pdf() if file is None else file)}
    return await client.post("/api/v1/registrations", data=TYPED | typed, files=files, headers=key or once())


async def test_a_government_office_registers_by_letter_which_the_upp_enters_once(api: Api) -> None:
    for kind in ("government", "Company", "D"):
        refused = await register(api, **OFFICE | {"kind": kind})
        assert refused.status_code == 422
        assert [error["field"] for error in refused.json()["errors"]] == ["kind"]
    upp = await api.as_(Role.UPP_OFFICER)
    files = {"document": ("surat-dinas.pdf", pdf())}
    for number, name, address, status, field in (
        ("005/17", OFFICE["company_name"], TYPED["address"], 201, None),
        ("005/18", OFFICE["company_name"].upper(), TYPED["address"].upper(), 409, "address"),
        ("005 / 17", "Dinas Perindustrian Lain", TYPED["address"], 409, "letter_number"),
        ("005/19", "Dinas Perindustrian Lain", TYPED["address"], 201, None),
    ):
        data = TYPED | OFFICE | {"letter_number": number, "company_name": name, "address": address}
        answer = await upp.post("/api/v1/registrations", data=data, files=files, headers=once())
        assert answer.status_code == status, answer.text
        assert field is None or [error["field"] for error in answer.json()["errors"]] == [field]


async def test_what_an_institutions_letter_lacks_is_said_at_its_field(api: Api) -> None:
    upp = await api.as_(Role.UPP_OFFICER)
    for wrong, field in (
        ({"letter_number": " "}, "letter_number"),
        ({"letter_number": "--/--"}, "letter_number"),
        ({"letter_number": "9" * 101}, "letter_number"),
        ({"letter_date": "2999-01-01"}, "letter_date"),
        ({"letter_date": "kemarin"}, "letter_date"),
        ({"letter_date": ""}, "letter_date"),
        ({"letter_basis": "phone_call"}, "letter_basis"),
        ({"institution": "company"}, "institution"),
        ({"institution": "province"}, "region_code"),
        ({"region_code": "64"}, "region_code"),
        ({"region_code": "9999"}, "region_code"),
    ):
        answer = await upp.post(
            "/api/v1/registrations",
            data=TYPED | OFFICE | wrong,
            files={"document": ("surat-dinas.pdf", pdf())},
            headers=once(),
        )
        assert answer.status_code == 422, (wrong, answer.text)
        assert [error["field"] for error in answer.json()["errors"]] == [field], wrong
    unscanned = await upp.post("/api/v1/registrations", data=TYPED | OFFICE, headers=once())
    assert [error["field"] for error in unscanned.json()["errors"]] == ["document"]
    elsewhere = await api.as_(Role.UPP_OFFICER, region="31")
    files = {"document": ("surat-dinas.pdf", pdf())}
    answer = await elsewhere.post("/api/v1/registrations", data=TYPED | OFFICE, files=files, headers=once())
    assert [error["field"] for error in answer.json()["errors"]] == ["region_code"]


async def test_an_institution_is_told_by_its_letter_and_accepted_as_type_d(api: Api) -> None:
    upp = await api.as_(Role.UPP_OFFICER)
    files = {"document": ("surat-dinas.pdf", pdf())}
    made = await upp.post("/api/v1/registrations", data=TYPED | OFFICE, files=files, headers=once())
    path = f"/api/v1/registrations/{made.json()['id']}"
    seen = (await upp.get(path)).json()
    assert (seen["kind"], seen["institution"], seen["nib"]) == ("government", "regency", None)
    assert seen["letter"] == {"basis": "letter", "number": "005/17/DISPERIN", "date": "2026-01-05"}
    told = (await upp.get(f"/api/v1/cases/{seen['id']}/timeline")).json()["past"][0]
    assert told["text"] == (
        "Pendaftaran instansi dicatat petugas atas surat dinas nomor 005/17/DISPERIN tanggal 5 Januari 2026."
    )
    decision = {
        "verdict": "accept",
        "version": seen["version"],
        "checklist": dict.fromkeys(GOVERNMENT_CHECKLIST, True),
    }
    for letter, status in (("A", 422), ("D", 200)):
        answer = await upp.post(f"{path}/decision", json=decision | {"account_type": letter}, headers=once())
        assert answer.status_code == status, answer.text
    assert answer.json()["account_type"] == "D"


@pytest.mark.parametrize(
    ("institution", "region", "rights"), [("regency", "64.72", 1), ("ministry", "31.71", 0)]
)
async def test_only_regional_governments_read_by_themselves(
    api: Api, institution: str, region: str, rights: int
) -> None:
    upp = await api.as_(Role.UPP_OFFICER)
    data = TYPED | OFFICE | {"institution": institution, "region_code": region}
    files = {"document": ("surat-dinas.pdf", pdf())}
    made = await upp.post("/api/v1/registrations", data=data, files=files, headers=once())
    async with api.transaction() as (session, now):
        accept = Decision(Verdict.ACCEPT, "D", checklist=dict.fromkeys(GOVERNMENT_CHECKLIST, True))
        await decisions.decide(session, UUID(made.json()["id"]), accept, actor="person:upp", now=now)
        held = await session.scalar(
            text(
                "SELECT count(*) FROM role_grant WHERE role = 'regional_officer' AND region_prefix = :region"
            ),
            {"region": region},
        )
    assert held == rights


async def test_programs_without_a_key_register_few_and_those_of_the_upp_as_many_as_there_are(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ratelimit, "REGISTRATION_PROGRAM", replace(ratelimit.REGISTRATION_PROGRAM, hits=1))
    assert (await register(api, nib="9000000000001")).status_code == 201
    refused = await register(api, nib="9000000000002")
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    upp = await api.as_(Role.UPP_OFFICER)
    for number in range(3, 6):
        data = TYPED | {"nib": f"900000000000{number}"}
        files = {"document": ("nib.pdf", pdf())}
        answer = await upp.post("/api/v1/registrations", data=data, files=files, headers=once())
        assert answer.status_code == 201, answer.text


async def test_nobody_fills_the_store_with_registrations(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        ratelimit, "REGISTRATION_MEBIBYTES", replace(ratelimit.REGISTRATION_MEBIBYTES, hits=3)
    )
    big = pdf() + b"\n" * (2 * 1024 * 1024)
    assert (await register(api, file=big)).status_code in (201, 422)
    assert (await register(api, file=big)).status_code == 429


async def test_a_registration_is_received_decided_and_becomes_an_account(api: Api) -> None:
    health = (await (await api.anonymous()).get("/health/ready")).json()
    assert (health["status"], health["database"]) == ("degraded", "ok")
    received = await register(api)
    assert received.status_code == 201, received.text
    path = f"/api/v1/registrations/{received.json()['id']}"
    officer, elsewhere = await api.as_(Role.UPP_OFFICER), await api.as_(Role.REGIONAL_OFFICER, region="31")
    assert (await elsewhere.get(path)).status_code == 404
    seen = (await officer.get(path)).json()
    assert (seen["status"], seen["nib"]) == ("submitted", TYPED["nib"])
    document = await officer.get(f"/api/v1/documents/{seen['document_id']}/content")
    assert document.content == pdf()
    assert document.headers["content-security-policy"].startswith("default-src 'none'")

    future = (await officer.get(f"/api/v1/cases/{seen['id']}/timeline")).json()["future"]
    assert [line["name"] for line in future] == ["registration_reminder", "registration_target"]
    seen_as = {"version": seen["version"]}
    blind = await officer.post(f"{path}/decision", json={"verdict": "accept"}, headers=once())
    assert [error["field"] for error in blind.json()["errors"]] == ["version"]
    refused = {"verdict": "accept", **seen_as}
    incomplete = await officer.post(f"{path}/decision", json=refused, headers=once())
    fields = {error["field"] for error in incomplete.json()["errors"]}
    assert fields == {"account_type", *(f"checklist.{point}" for point in CHECKLIST)}
    decision = {"verdict": "accept", "account_type": "A", "checklist": dict.fromkeys(CHECKLIST, True)}
    for wrong in (once() | {"If-Match": '"99"'}, once() | {"If-Match": '"0"'}):
        stale = await officer.post(f"{path}/decision", json=decision, headers=wrong)
        assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    accepted = await officer.post(f"{path}/decision", json=decision | seen_as, headers=once())
    assert accepted.json()["status"] == "accepted"
    again = await officer.post(f"{path}/decision", json=decision | seen_as, headers=once())
    assert again.status_code == 409
    account = await officer.get(f"/api/v1/accounts/{accepted.json()['account_id']}")
    assert account.json()["name"] == TYPED["company_name"]


async def test_the_same_again_is_the_first_answer_and_another_body_is_refused(api: Api) -> None:
    key = once()
    first, again = await register(api, key=key), await register(api, key=key)
    assert first.content == again.content
    assert again.headers["idempotency-replayed"] == "true"
    other = await register(api, key=key, address="Jalan Lain No. 2")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    async with api.transaction() as (session, _):
        assert (await session.execute(text("SELECT count(*) FROM registration"))).scalar_one() == 1


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"nib": "123"}, "nib"),
        ({"npwp": "12"}, "npwp"),
        ({"email": "bukan alamat"}, "email"),
        ({"region_code": "99.99"}, "region_code"),
        ({"region_code": "64"}, "region_code"),
        ({"company_name": " "}, "company_name"),
        ({"company_name": "-"}, "company_name"),
        ({"company_name": "PT\u202eContoh"}, "company_name"),
        ({"address": "- ."}, "address"),
        ({"address": "工业园"}, "address"),
        ({"address": "x" * 501}, "address"),
    ],
)
async def test_what_cannot_be_accepted_is_said_at_its_field(
    api: Api, typed: dict[str, Any], field: str
) -> None:
    answer = await register(api, **typed)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    async with api.transaction() as (session, _):
        assert (await session.execute(text("SELECT count(*) FROM case_file"))).scalar_one() == 0


@pytest.mark.parametrize("file", [b"", b"PK\x03\x04 a zip by another name", b"%PDF-1.7\n"])
async def test_a_file_that_is_no_document_is_refused(api: Api, file: bytes) -> None:
    answer = await register(api, file=file)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["document"]


async def test_one_factory_registers_once(api: Api) -> None:
    assert (await register(api)).status_code == 201
    same = await register(api, address="JL. Contoh no 1")
    assert (same.status_code, [error["field"] for error in same.json()["errors"]]) == (409, ["address"])
