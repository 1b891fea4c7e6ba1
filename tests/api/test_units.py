"""Units over HTTP: proposed by companies, decided once by an administrator, then good for every report."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from services.identity import api_keys, people
from services.models import Account, AddedUnit, Message, Report, Role, new_id
from services.reports import drafting, sending
from services.reports.context import rows_of
from services.reports.numbers import Notation
from services.unit_proposals.proposing import MOST_WAITING
from tests.api.conftest import Api, once
from tests.api.test_races import waiting
from tests.factories import ACTOR, fill_small_report, make_account, make_report, sign
from tests.services.forms.filled import typed

COMB = {"name": " Sisir  pisang ", "used_for": "Pisang kemasan", "reason": "Dijual per sisir, 1,8 kg."}
CODE = "tambahan:Sisir pisang"


async def accounts(api: Api, count: int) -> list[Account]:
    async with api.transaction() as (session, _):
        return [await make_account(session) for _ in range(count)]


async def propose(client: httpx.AsyncClient, account: Account, **given: str) -> httpx.Response:
    path = f"/api/v1/accounts/{account.id}/unit-proposals"
    return await client.post(path, json=COMB | given, headers=once())


async def decide(client: httpx.AsyncClient, proposal: object, **body: str) -> httpx.Response:
    path = f"/api/v1/unit-proposals/{proposal}/decision"
    return await client.post(path, json=body, headers=once())


def told(answer: httpx.Response) -> tuple[int, str, str]:
    (error,) = answer.json()["errors"]
    return answer.status_code, error["field"], error["message"]


async def test_an_accepted_unit_is_offered_to_every_company_and_its_company_is_told(api: Api) -> None:
    first, second = await accounts(api, 2)
    company, other = await api.company(first.id), await api.company(second.id)
    officer = await api.as_(Role.ADMINISTRATOR)
    made = await propose(company, first)
    assert (made.status_code, made.json()["name"], made.json()["status"]) == (
        201,
        "Sisir pisang",
        "submitted",
    )
    assert CODE not in {unit["code"] for unit in (await other.get("/api/v1/units")).json()}
    [waiting] = (await officer.get("/api/v1/unit-proposals")).json()
    decided = await decide(officer, waiting["id"], verdict="accept", reason="Sesuai kebiasaan dagang")
    assert (decided.json()["status"], decided.json()["unit_code"]) == ("accepted", CODE)
    offered = {unit["code"]: unit for unit in (await other.get("/api/v1/units")).json()}
    assert (offered[CODE]["name"], offered[CODE]["kilograms"], offered["kg"]["kilograms"]) == (
        "Sisir pisang", None, "1",
    )  # fmt: skip
    [mine] = (await company.get(f"/api/v1/accounts/{first.id}/unit-proposals")).json()
    assert mine["decision_reason"] == "Sesuai kebiasaan dagang"
    async with api.transaction() as (session, _):
        [mail] = await session.scalars(select(Message).where(col(Message.account_id) == first.id))
    assert (mail.template, mail.context["listed_as"]) == ("unit_proposal_accepted", "Sisir pisang")


async def test_a_refusal_needs_a_reason_which_the_company_reads(api: Api) -> None:
    (account,) = await accounts(api, 1)
    company, officer = await api.company(account.id), await api.as_(Role.ADMINISTRATOR)
    proposal = (await propose(company, account)).json()["id"]
    assert told(await decide(officer, proposal, verdict="refuse", reason=" "))[:2] == (422, "reason")
    refused = await decide(officer, proposal, verdict="refuse", reason="Besarnya tidak tetap")
    assert (refused.json()["status"], refused.json()["unit_code"]) == ("refused", None)
    async with api.transaction() as (session, _):
        [mail] = await session.scalars(select(Message).where(col(Message.account_id) == account.id))
        assert (await session.execute(select(func.count()).select_from(AddedUnit))).scalar_one() == 0
    assert (mail.template, mail.context["reason"]) == ("unit_proposal_refused", "Besarnya tidak tetap")
    assert (await propose(company, account)).status_code == 201, "what was refused may be proposed anew"


async def test_a_proposal_is_decided_once_and_never_rewritten(api: Api) -> None:
    (account,) = await accounts(api, 1)
    company, officer = await api.company(account.id), await api.as_(Role.ADMINISTRATOR)
    proposal = (await propose(company, account)).json()["id"]
    assert (await decide(officer, proposal, verdict="accept")).status_code == 200
    again = await decide(officer, proposal, verdict="refuse", reason="Berubah pikiran")
    assert (again.status_code, "sudah diputuskan" in again.json()["detail"]) == (409, True)
    for change in ("UPDATE unit_proposal SET status = 'refused'", "DELETE FROM added_unit"):
        with pytest.raises(DBAPIError, match=r"decided once|append-only"):
            async with api.transaction() as (session, _):
                await session.execute(text(change))


async def test_the_same_unit_is_not_proposed_twice_however_it_is_written(api: Api) -> None:
    first, second = await accounts(api, 2)
    company, other = await api.company(first.id), await api.company(second.id)
    assert (await propose(company, first)).status_code == 201
    status, field, message = told(await propose(other, second, name="SISIR PISANG"))
    assert (status, field) == (409, "name")
    assert message == "Satuan SISIR PISANG sudah diusulkan dan sedang menunggu keputusan."
    assert told(await propose(company, first, name="sisirpisang"))[0] == 409


@pytest.mark.parametrize(
    ("name", "existing"),
    [
        ("KG", "kilogram"),
        ("Lusin", "lusin (12 buah)"),
        ("m ²", "meter persegi"),
        ("dozen", "lusin (12 buah)"),
    ],
)
async def test_a_unit_that_exists_is_named(api: Api, name: str, existing: str) -> None:
    (account,) = await accounts(api, 1)
    refused = told(await propose(await api.company(account.id), account, name=name))
    assert refused == (422, "name", f"Satuan ini sudah ada dalam daftar: {existing}.")


async def test_an_accepted_unit_exists_for_later_proposals_and_decisions(api: Api) -> None:
    (account,) = await accounts(api, 1)
    company, officer = await api.company(account.id), await api.as_(Role.ADMINISTRATOR)
    early = (await propose(company, account, name="sisr")).json()["id"]
    proposal = (await propose(company, account)).json()["id"]
    await decide(officer, proposal, verdict="accept", name="sisir")
    assert told(await propose(company, account, name="Sisir"))[2].endswith("dalam daftar: sisir.")
    status, field, _ = told(await decide(officer, early, verdict="accept", name="SISIR"))
    assert (status, field) == (422, "name"), "the spelling an officer gives is checked as well"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 41}, "name"),
        ({"name": "1.000"}, "name"),
        ({"name": "sisir\u202e"}, "name"),
        ({"used_for": ""}, "used_for"),
        ({"used_for": "x" * 201}, "used_for"),
        ({"reason": "\n"}, "reason"),
        ({"reason": "x" * 2001}, "reason"),
    ],
)
async def test_what_is_wrong_is_told_at_its_field(api: Api, given: dict[str, str], field: str) -> None:
    (account,) = await accounts(api, 1)
    assert told(await propose(await api.company(account.id), account, **given))[:2] == (422, field)


async def test_who_may_not_decide_learns_nothing(api: Api) -> None:
    first, second = await accounts(api, 2)
    company, other = await api.company(first.id), await api.company(second.id)
    proposal = (await propose(company, first)).json()["id"]
    yes = {"verdict": "accept"}
    assert (await propose(other, first)).status_code == 404
    assert (await other.get(f"/api/v1/accounts/{first.id}/unit-proposals")).status_code == 404
    assert (await decide(company, proposal, **yes)).status_code == 403
    assert (await decide(await api.as_(Role.UPP_OFFICER), proposal, **yes)).status_code == 403
    regional = await api.as_(Role.ADMINISTRATOR, region="64")
    assert (await decide(regional, proposal, **yes)).status_code == 404, "the list is the whole country's"
    assert (await decide(regional, new_id(), **yes)).status_code == 404
    assert (await decide(await api.as_(Role.ADMINISTRATOR), new_id(), **yes)).status_code == 404


async def test_no_answer_tells_whether_a_proposal_is_there(api: Api) -> None:
    """Whoever may not decide is answered alike about a proposal that is there and one that never was."""
    first, second = await accounts(api, 2)
    company, other = await api.company(first.id), await api.company(second.id)
    proposal = (await propose(company, first)).json()["id"]
    officials = [(role, await api.as_(role, region="64")) for role in Role if role is not Role.COMPANY_USER]
    for who, client in [(Role.COMPANY_USER, company), (Role.COMPANY_USER, other), *officials]:
        answers = []
        for one in (proposal, new_id()):
            refused = await decide(client, one, verdict="refuse", reason="x")
            read = [await client.get(f"{door}/{one}") for door in ("/api/v1/unit-proposals", "/admin/satuan")]
            written = await client.post(f"/admin/satuan/{one}", data={"verdict": "refuse", "reason": "x"})
            answers.append([answer.status_code for answer in (refused, *read, written)])
        expected = 404 if who is Role.ADMINISTRATOR else 403
        assert answers == [[expected] * 4] * 2, who


async def test_whoever_proposed_does_not_decide_also_not_by_another_key(api: Api) -> None:
    (account,) = await accounts(api, 1)
    async with api.transaction() as (session, _):
        person = await people.create(
            session, username="dua-topi", name="Petugas Dua Topi", email="dua@dinas.example"
        )
        keys = [
            await api_keys.create(session, role, created_by="test", account_id=of, person_id=person.id)
            for role, of in ((Role.COMPANY_USER, account.id), (Role.ADMINISTRATOR, None))
        ]
        await people.grant(session, person.id, Role.ADMINISTRATOR, granted_by="test")
        await people.add_member(session, person.id, account.id, by="test")
    proposer, decider = [await api.anonymous(authorization=f"Bearer {key.token}") for key in keys]
    made = await propose(proposer, account)
    assert made.status_code == 201, made.text
    proposal = made.json()["id"]
    alone = await decide(decider, proposal, verdict="accept")
    assert (alone.status_code, "orang lain" in alone.json()["detail"]) == (403, True)
    second = await decide(await api.as_(Role.ADMINISTRATOR), proposal, verdict="accept")
    assert second.status_code == 200, "nothing of the refused decision stayed"


@asynccontextmanager
async def at_once(api: Api, table: str) -> AsyncIterator[None]:
    """Whatever writes to the table begins before anything can end."""
    async with api.transaction() as (session, _):
        await session.execute(text(f"LOCK TABLE {table} IN EXCLUSIVE MODE"))
        yield


async def test_of_two_decisions_at_the_same_instant_one_counts(api: Api) -> None:
    (account,) = await accounts(api, 1)
    proposal = (await propose(await api.company(account.id), account)).json()["id"]
    officers = [await api.as_(Role.ADMINISTRATOR) for _ in range(2)]
    async with at_once(api, "unit_proposal"):
        both = asyncio.gather(
            decide(officers[0], proposal, verdict="accept"),
            decide(officers[1], proposal, verdict="refuse", reason="Tidak tetap"),
        )
        await waiting(api, 2)
    first, second = sorted(await both, key=lambda answer: answer.status_code)
    assert [first.status_code, second.status_code] == [200, 409]
    assert second.json()["detail"] == "Usulan ini sudah diputuskan."
    accepted = first.json()["status"] == "accepted"
    async with api.transaction() as (session, _):
        in_the_list = (await session.execute(select(func.count()).select_from(AddedUnit))).scalar_one()
        mails = [mail.template for mail in await session.scalars(select(Message))]
    assert in_the_list == int(accepted)
    assert mails == [f"unit_proposal_{first.json()['status']}"], "the company hears of one outcome"


async def test_of_two_proposals_accepted_under_one_name_at_the_same_instant_one_is(api: Api) -> None:
    (account,) = await accounts(api, 1)
    company = await api.company(account.id)
    proposals = [(await propose(company, account, name=name)).json()["id"] for name in ("sisr", "siisir")]
    officer = await api.as_(Role.ADMINISTRATOR)
    async with at_once(api, "added_unit"):
        both = asyncio.gather(
            *(decide(officer, proposal, verdict="accept", name="sisir") for proposal in proposals)
        )
        await waiting(api, 2)
    first, second = sorted(await both, key=lambda answer: answer.status_code)
    assert first.status_code == 200
    assert told(second) == (422, "name", "Satuan ini sudah ada dalam daftar: sisir.")
    [left] = (await officer.get("/api/v1/unit-proposals")).json()
    assert left["id"] == second.request.url.path.split("/")[-2], "the other one still waits for a decision"


async def test_a_repeated_key_proposes_once(api: Api) -> None:
    (account,) = await accounts(api, 1)
    company, key = await api.company(account.id), once()
    path = f"/api/v1/accounts/{account.id}/unit-proposals"
    answers = [await company.post(path, json=COMB, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] == answers[1].json()["id"]


async def test_so_many_of_one_company_wait_at_once(api: Api) -> None:
    (account,) = await accounts(api, 1)
    company = await api.company(account.id)
    for letter in "abcdefghijklmnopqrst"[:MOST_WAITING]:
        assert (await propose(company, account, name=f"satuan {letter}")).status_code == 201
    assert (await propose(company, account)).status_code == 409


async def production(api: Api, report: Report, unit: str) -> drafting.Saved:
    """The production page saved with this unit in its second row."""
    row = typed()["production"]["rows"][0]
    raw: dict[str, Any] = {"rows": [row, {}, row | {"unit": unit}]}
    async with api.transaction() as (session, now):
        held = await session.get_one(Report, report.case_id)
        return await drafting.save_section(
            session, report.case_id, "production", raw, expected_version=held.content_version,
            actor=ACTOR, now=now, notation=Notation.INDONESIAN,
        )  # fmt: skip


async def test_a_report_uses_a_unit_once_it_is_accepted_and_not_before(api: Api) -> None:
    async with api.transaction() as (session, now):
        account = await make_account(session)
        report = await make_report(session, account, now=now)
        await fill_small_report(session, report, signed=False)
    before = await production(api, report, CODE)
    [error] = before.errors
    assert (error.field, "unit" in rows_of(before.values)[1]) == ("rows.1.unit", False)
    assert rows_of(before.typed)[1]["unit"] == CODE, "what was typed is kept"

    company, officer = await api.company(account.id), await api.as_(Role.ADMINISTRATOR)
    proposal = (await propose(company, account)).json()["id"]
    await decide(officer, proposal, verdict="accept")
    after = await production(api, report, CODE)
    assert (after.errors, rows_of(after.values)[1]["unit"]) == ([], CODE)
    async with api.transaction() as (session, now):
        held = await session.get_one(Report, report.case_id)
        await sign(session, held, now=now)
        sent = await sending.send(
            session, held.case_id, command_id="1", expected_version=held.content_version, actor=ACTOR, now=now
        )
    assert sent.submission == 1
