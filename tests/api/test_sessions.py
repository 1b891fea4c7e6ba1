"""Signing in over HTTP: a cookie for browsers' programs, a key for others."""

from uuid import UUID

from services.identity import passwords, people
from services.models import Role
from tests.api.conftest import Api, once
from tests.factories import make_account

PASSWORD = "kursi-Rotan-1984-biru"


async def person(api: Api, role: Role | None = None, account: UUID | None = None) -> str:
    """Somebody who has set a password."""
    hashed = await passwords.hash_password(PASSWORD)
    async with api.transaction() as (session, _):
        made = await people.invite(
            session, username=f"orang{len(PASSWORD)}", name="Petugas Contoh", email="orang@contoh.example",
            account_id=account,
        )  # fmt: skip
        if role is not None:
            await people.grant(session, made.id, role, granted_by="test")
        await people.set_password_hash(session, made.id, hashed)
    return made.username


async def test_somebody_signs_in_works_and_signs_out(api: Api) -> None:
    async with api.transaction() as (session, _):
        account = await make_account(session)
    username = await person(api, account=account.id)
    browser = await api.anonymous(origin="http://127.0.0.1:8000", sec_fetch_site="same-origin")
    entered = await browser.post("/api/v1/sessions", json={"username": username, "password": PASSWORD})
    assert entered.status_code == 201, entered.text
    assert entered.json()["outcome"] == "signed_in"
    assert "httponly" in entered.headers["set-cookie"].lower()

    me = (await browser.get("/api/v1/me")).json()
    assert [account["name"] for account in me["accounts"]] == ["PT Contoh Rotan Mahakam"]
    assert "send_report" in me["permissions"]
    begun = {"period": "2026-Q4", "stage": "production"}
    without = await browser.post("/api/v1/reports", json=begun, headers=once())
    assert (without.status_code, without.json()["code"]) == (403, "csrf_refused")
    token = {"X-CSRF-Token": entered.json()["csrf_token"]}
    assert (await browser.post("/api/v1/reports", json=begun, headers=once() | token)).status_code == 201

    assert (await browser.delete("/api/v1/sessions/current", headers=token)).status_code == 204
    assert (await browser.get("/api/v1/me")).status_code == 401


async def test_every_wrong_entry_gets_one_answer(api: Api) -> None:
    username = await person(api, Role.UPP_OFFICER)
    client = await api.anonymous()
    answers = [
        await client.post("/api/v1/sessions", json={"username": name, "password": "salah-sekali-1"})
        for name in (username, "tidak.ada")
    ]
    assert {answer.status_code for answer in answers} == {401}
    bodies = [{k: v for k, v in answer.json().items() if k != "request_id"} for answer in answers]
    assert bodies[0] == bodies[1]


async def test_an_official_reads_nobodys_data_before_the_agreement(api: Api) -> None:
    username = await person(api, Role.UPP_OFFICER)
    browser = await api.anonymous(origin="http://127.0.0.1:8000", sec_fetch_site="same-origin")
    entered = await browser.post("/api/v1/sessions", json={"username": username, "password": PASSWORD})
    refused = await browser.get("/api/v1/cases")
    assert (refused.status_code, refused.json()["code"]) == (403, "nda_required")
    token = {"X-CSRF-Token": entered.json()["csrf_token"]}
    assert (await browser.put("/api/v1/me/nda", headers=token)).json()["accepted"]
    assert (await browser.get("/api/v1/cases")).status_code == 200
