"""Help over HTTP: asked, booked within a desk's hours, never more than its seats; decided by those concerned alone."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.assistance import booking
from services.models import Account, Role
from tests.api.conftest import Api, once
from tests.factories import make_account

ASKED = {"topic": "hs_code", "question": "Kode HS kursi rotan?"}
SESSION = {"desk": "siinas", "starts_at": "2027-01-06T10:00:00+07:00", "way": "video"}


async def accounts(api: Api, count: int, **facts: Any) -> list[Account]:
    async with api.transaction() as (session, _):
        return [await make_account(session, **facts) for _ in range(count)]


async def ask(client: httpx.AsyncClient, account: Account, **given: str) -> dict[str, Any]:
    path = f"/api/v1/accounts/{account.id}/assistance"
    answer = await client.post(path, json=ASKED | given, headers=once())
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def act(client: httpx.AsyncClient, ticket: dict[str, Any], what: str, **body: Any) -> httpx.Response:
    return await client.post(f"/api/v1/assistance/{ticket['case_id']}/{what}", json=body, headers=once())


async def test_a_company_books_an_officer_confirms_and_records_and_the_company_rates(api: Api) -> None:
    (account,) = await accounts(api, 1)
    company, officer = await api.company(account.id), await api.as_(Role.UPP_OFFICER)
    ticket = await ask(company, account)
    free = (await company.get(f"/api/v1/accounts/{account.id}/assistance-sessions")).json()
    assert free[0]["starts_at"] == "2027-01-04T04:00:00Z", "Monday 11.00, two hours from now"
    assert {one["left"] for one in free} == {3}
    booked = (await act(company, ticket, "session", **SESSION)).json()
    assert (booked["status"], booked["session"]["ends_at"]) == ("booked", "2027-01-06T03:30:00Z")
    full = await act(company, ticket, "session", **SESSION)
    assert (full.status_code, full.json()["code"]) == (409, "conflict")
    assert (await act(officer, ticket, "confirmation", place="https://rapat.example/3")).json()[
        "status"
    ] == "confirmed"
    query = {"desk": "siinas", "day": "2027-01-06"}
    (line,) = (await officer.get("/api/v1/assistance-agenda", params=query)).json()
    assert (line["ticket"]["number"], line["closed_then"]) == (ticket["number"], False)
    early = await act(officer, ticket, "outcome", outcome="held", note="Belum.")
    assert (early.status_code, early.json()["code"]) == (409, "transition_refused")
    await api.clock_at("2027-01-06T10:30:00+07:00")
    held = await act(officer, ticket, "outcome", outcome="held", note="Kode 9401.53.")
    assert held.json()["note"] == "Kode 9401.53."
    assert (await act(company, ticket, "satisfaction", satisfaction=5)).json()["satisfaction"] == 5
    (listed,) = (await company.get(f"/api/v1/accounts/{account.id}/assistance")).json()
    assert listed["status"] == "held"


async def test_help_is_seen_and_given_by_those_concerned_alone(api: Api) -> None:
    (account, other) = await accounts(api, 2, region="64.72")
    company, stranger = await api.company(account.id), await api.company(other.id)
    ticket = await ask(company, account)
    path = f"/api/v1/assistance/{ticket['case_id']}"
    assert (await stranger.get(path)).status_code == 404
    assert (await act(stranger, ticket, "session", **SESSION)).status_code == 404
    assert (await act(company, ticket, "answer", text="Sendiri.")).status_code == 403
    elsewhere, here = [await api.as_(Role.REGIONAL_OFFICER, region=code) for code in ("11", "64")]
    assert (await act(elsewhere, ticket, "answer", text="Jawaban.")).status_code == 404
    verifier = await api.as_(Role.VERIFIER)
    assert (await act(verifier, ticket, "answer", text="Jawaban.")).status_code == 403
    assert (await act(here, ticket, "answer", text="Lihat Kode Referensi.")).json()["status"] == "answered"
    assert (await act(here, ticket, "satisfaction", satisfaction=5)).status_code == 404


async def test_an_officer_asks_books_and_calls_off_for_a_company_without_notice(api: Api) -> None:
    (account,) = await accounts(api, 1)
    officer, company = await api.as_(Role.UPP_OFFICER), await api.company(account.id)
    ticket = await ask(officer, account, origin="telephone")
    assert ticket["origin"] == "telephone"
    assert (await ask(company, account, origin="telephone"))["origin"] == "portal"
    await act(officer, ticket, "session", **SESSION)
    await api.clock_at("2027-01-06T09:30:00+07:00")
    late = await act(company, ticket, "cancellation")
    assert (late.status_code, late.json()["code"]) == (409, "transition_refused")
    refused = await act(officer, ticket, "cancellation", reason=" ")
    assert refused.json()["errors"][0]["field"] == "reason"
    assert (await act(officer, ticket, "session-release")).json()["status"] == "asked"
    assert (await act(officer, ticket, "cancellation", reason="Sudah terjawab.")).json()[
        "status"
    ] == "cancelled"


async def test_bookings_that_race_for_one_session_never_take_more_than_its_seats(api: Api) -> None:
    companies = await accounts(api, 8)
    clients = [await api.company(account.id) for account in companies]
    tickets = [await ask(client, account) for client, account in zip(clients, companies, strict=True)]
    answers = await asyncio.gather(
        *(act(client, ticket, "session", **SESSION) for client, ticket in zip(clients, tickets, strict=True))
    )
    assert sorted(answer.status_code for answer in answers) == [200] * 3 + [409] * 5
    async with api.transaction() as (session, now):
        seats = await session.execute(text("SELECT seat FROM assistance_session WHERE released_at IS NULL"))
        assert sorted(seats.scalars()) == [1, 2, 3]
        free = await booking.free(session, "64.72", now=now)
    assert all(one.slot.starts_at.isoformat() != "2027-01-06T03:00:00+00:00" for one in free)


async def test_the_database_itself_refuses_a_seat_that_is_taken_however_long_sessions_are(api: Api) -> None:
    first, second = await accounts(api, 2)
    ticket, other = (
        await ask(await api.company(first.id), first),
        await ask(await api.company(second.id), second),
    )
    await act(await api.company(first.id), ticket, "session", **SESSION)
    crossing = text(
        "INSERT INTO assistance_session (id, case_id, desk, starts_at, ends_at, seat, parallel, booked_at, booked_by)"
        " VALUES (uuidv7(), :case, 'siinas', '2027-01-06T10:15+07', '2027-01-06T11:00+07', 1, 3, now(), 'test')"
    )
    with pytest.raises(DBAPIError, match="no_seat_twice"):
        async with api.transaction() as (session, _):
            await session.execute(crossing, {"case": other["case_id"]})


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"desk": "lain"}, "desk"),
        ({"starts_at": "2027-01-05T10:00:00+07:00"}, "starts_at"),
        ({"starts_at": "2027-01-06T10:10:00+07:00"}, "starts_at"),
    ],
)
async def test_what_the_desk_does_not_offer_is_refused_by_field(
    api: Api, wrong: dict[str, str], field: str
) -> None:
    (account,) = await accounts(api, 1)
    company = await api.company(account.id)
    ticket = await ask(company, account)
    answer = await act(company, ticket, "session", **(SESSION | wrong))
    assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (422, [field])
