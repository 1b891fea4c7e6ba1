"""Coming in: what opens the gate, what it says when it stays shut, and how often one may try."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from argon2 import Parameters, extract_parameters
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.database import Sessions
from services.errors import TooManyRequests
from services.identity import people, sessions, totp
from services.identity.errors import LinkExpired, SignInRefused
from services.identity.gate import Caller, Entry, Gate, Outcome
from services.identity.sessions import SignedIn
from services.models import Person, Role
from tests.services.identity import factories
from tests.services.identity.factories import PASSWORD

KEY = "an-instance-key-of-forty-characters-or-so"
HOME = Caller(address="192.0.2.1", user_agent="Peramban")
WRONG = "Bukan-9-sandi-Benar"
CONNECTIONS = 10  # of the engine behind `sessions`


@pytest.fixture
def gate(sessions: Sessions) -> Gate:
    return Gate(sessions, key=KEY, second_factor_required=False)


@pytest.fixture
def strict(gate: Gate) -> Gate:
    return replace(gate, second_factor_required=True)


@pytest.fixture
async def company(sessions: Sessions) -> Person:
    async with sessions.begin() as session:
        account = await factories.account(session)
        return await factories.company_user(session, account.id)


@pytest.fixture
async def officer(sessions: Sessions) -> Person:
    async with sessions.begin() as session:
        return await factories.official(session)


async def happenings(sessions: Sessions) -> list[str]:
    matter = "SELECT type FROM security_event WHERE type ~ 'sign|factor|recovery|expired' ORDER BY id"
    async with sessions() as session:
        return list((await session.execute(text(matter))).scalars())


async def refused(gate: Gate, username: str, password: str, caller: Caller = HOME) -> bool:
    """Whether the try was answered at all: False means that a limit was full."""
    try:
        await gate.sign_in(username, password, caller)
    except SignInRefused:
        return True
    except TooManyRequests:
        return False
    raise AssertionError("the gate opened")


async def test_username_and_password_open_the_gate(gate: Gate, company: Person, sessions: Sessions) -> None:
    entry = await gate.sign_in(" Rotan ", PASSWORD, HOME)
    assert entry.outcome is Outcome.SIGNED_IN
    async with sessions.begin() as session:
        found = await sessions_of(session, entry)
    assert found is not None
    assert found.principal.person_id == company.id
    assert await happenings(sessions) == ["signed_in"]


async def sessions_of(session: AsyncSession, entry: Entry) -> SignedIn | None:
    return await sessions.authenticate(session, entry.session_token or "")


async def test_signing_in_again_ends_what_the_browser_held_before(
    gate: Gate, company: Person, sessions: Sessions
) -> None:
    first = await gate.sign_in("rotan", PASSWORD, HOME)
    second = await gate.sign_in("rotan", PASSWORD, replace(HOME, session_token=first.session_token))
    assert first.session_token != second.session_token
    async with sessions.begin() as session:
        assert await sessions_of(session, first) is None
        assert await sessions_of(session, second) is not None


async def test_signing_out_ends_the_session_and_twice_is_once(
    gate: Gate, company: Person, sessions: Sessions
) -> None:
    entry = await gate.sign_in("rotan", PASSWORD, HOME)
    for _ in range(2):
        await gate.sign_out(entry.session_token or "", HOME)
    async with sessions.begin() as session:
        assert await sessions_of(session, entry) is None
    assert await happenings(sessions) == ["signed_in", "signed_out"]


@pytest.mark.parametrize("username", ["rotan", "nobody", "", "rotan\x01", "é" * 300])
async def test_every_wrong_try_gets_the_same_answer(gate: Gate, company: Person, username: str) -> None:
    with pytest.raises(SignInRefused) as answer:
        await gate.sign_in(username, WRONG, HOME)
    assert (answer.value.status, answer.value.code, answer.value.params) == (401, "sign_in_refused", {})


@pytest.mark.parametrize("change", ["disabled", "invited"])
async def test_the_right_password_of_somebody_without_access_is_as_wrong_as_any(
    gate: Gate, company: Person, sessions: Sessions, change: str
) -> None:
    async with sessions.begin() as session:
        await session.execute(text("UPDATE person SET status = :status"), {"status": change})
    with pytest.raises(SignInRefused):
        await gate.sign_in("rotan", PASSWORD, HOME)


async def test_nobody_signs_in_for_a_void_account(gate: Gate, company: Person, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await session.execute(text("UPDATE account SET status = 'void'"))
    with pytest.raises(SignInRefused):
        await gate.sign_in("rotan", PASSWORD, HOME)


async def test_an_official_without_a_role_has_nothing_to_come_in_for(
    gate: Gate, officer: Person, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        for grant in await people.grants(session, officer.id):
            await people.revoke_grant(session, grant.id, by="system")
    with pytest.raises(SignInRefused):
        await gate.sign_in("upp", PASSWORD, HOME)


async def test_a_refusal_is_recorded_without_what_was_typed(
    gate: Gate, company: Person, sessions: Sessions
) -> None:
    await refused(gate, "a-password-typed-as-username", WRONG)
    async with sessions() as session:
        rows = (
            (await session.execute(text("SELECT row_to_json(e)::text FROM security_event e"))).scalars().all()
        )
        buckets = (await session.execute(text("SELECT bucket FROM rate_limit"))).scalars().all()
    assert any("sign_in_refused" in row and "192.0.2.1" in row for row in rows)
    assert not any("typed-as-username" in row or WRONG in row for row in [*rows, *buckets])


async def test_ten_wrong_passwords_from_one_address_and_no_more(
    gate: Gate, company: Person, sessions: Sessions
) -> None:
    answers = [await refused(gate, "rotan", WRONG) for _ in range(13)]
    assert answers.count(True) == 10
    with pytest.raises(TooManyRequests) as shut:
        await gate.sign_in("rotan", PASSWORD, HOME)  # even the right one
    assert shut.value.retry_after > 0
    assert (await happenings(sessions))[-1] == "sign_in_limited"


async def test_twenty_wrong_passwords_from_many_addresses(gate: Gate, company: Person) -> None:
    answers = [await refused(gate, "rotan", WRONG, Caller(address=f"198.51.100.{n}")) for n in range(24)]
    assert answers.count(True) == 20


async def crowd(gate: Gate, usernames: Sequence[str]) -> list[bool]:
    """All of them at once, as many at a time as there are connections: whoever waits longer is told to come again."""
    turn = asyncio.Semaphore(CONNECTIONS)

    async def one(username: str) -> bool:
        async with turn:
            return await refused(gate, username, WRONG)

    return await asyncio.gather(*map(one, usernames))


async def test_fifty_wrong_usernames_from_one_address(gate: Gate, company: Person) -> None:
    answers = await crowd(gate, [f"user{n}" for n in range(60)])
    assert answers.count(True) == 50


async def test_a_hundred_at_once_get_no_more_than_ten(gate: Gate, company: Person) -> None:
    answers = await crowd(gate, ["rotan"] * 100)
    assert answers.count(True) == 10


async def test_an_unknown_username_is_blocked_exactly_like_a_known_one(gate: Gate, company: Person) -> None:
    known = [await refused(gate, "rotan", WRONG, Caller(address="198.51.100.1")) for _ in range(12)]
    unknown = [await refused(gate, "nobody", WRONG, Caller(address="198.51.100.2")) for _ in range(12)]
    assert known == unknown


async def test_the_owner_still_comes_in_from_a_known_browser_while_strangers_guess(
    gate: Gate, company: Person
) -> None:
    entry = await gate.sign_in("rotan", PASSWORD, HOME)
    for n in range(25):
        await refused(gate, "rotan", WRONG, Caller(address=f"198.51.100.{n}"))
    with pytest.raises(TooManyRequests):
        await gate.sign_in("rotan", PASSWORD, HOME)
    again = await gate.sign_in("rotan", PASSWORD, replace(HOME, device=entry.device))
    assert again.outcome is Outcome.SIGNED_IN


async def test_a_known_browser_may_not_guess_for_ever_either(gate: Gate, company: Person) -> None:
    entry = await gate.sign_in("rotan", PASSWORD, HOME)
    known = replace(HOME, device=entry.device)
    answers = [await refused(gate, "rotan", WRONG, known) for _ in range(12)]
    assert answers.count(True) == 10


async def test_a_known_browser_is_known_for_one_username(
    gate: Gate, company: Person, officer: Person
) -> None:
    entry = await gate.sign_in("rotan", PASSWORD, HOME)
    for n in range(20):
        await refused(gate, "upp", WRONG, Caller(address=f"198.51.100.{n}"))
    for device in (entry.device, "forged", f"{entry.device}x"):
        with pytest.raises(TooManyRequests):
            await gate.sign_in("upp", PASSWORD, replace(HOME, device=device))


async def test_an_office_of_sixty_signs_in_through_one_address(gate: Gate, company: Person) -> None:
    for _ in range(60):
        assert (await gate.sign_in("rotan", PASSWORD, HOME)).outcome is Outcome.SIGNED_IN


async def test_known_and_unknown_usernames_cost_the_same_work(
    gate: Gate, company: Person, work: list[Parameters], statements: Counter[str]
) -> None:
    """Counted, not timed: what a clock shows depends on who else is busy."""

    async def spent(username: str) -> tuple[list[Parameters], Counter[str]]:
        work.clear()
        statements.clear()
        assert await refused(gate, username, WRONG)
        return work.copy(), statements.copy()

    await spent("warmed-up")  # a new connection asks questions of its own
    known, unknown = await spent("rotan"), await spent("nobody")
    assert known == unknown
    assert known[0] == [extract_parameters(company.password_hash or "")]


async def test_after_six_months_the_password_is_only_good_for_setting_a_new_one(
    gate: Gate, company: Person, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        await factories.age(session, Person, timedelta(days=190))
    entry = await gate.sign_in("rotan", PASSWORD, HOME)
    assert entry.outcome is Outcome.PASSWORD_EXPIRED
    assert entry.session_token is None
    assert entry.ticket
    assert "signed_in" not in await happenings(sessions)


# The second factor


def code_of(entry: Entry, *, at: float | None = None) -> str:
    assert entry.enrolment is not None
    return pyotp.TOTP(entry.enrolment.secret).at(at or time.time())


async def enrolled(gate: Gate, caller: Caller = HOME) -> tuple[Entry, Entry]:
    first = await gate.sign_in("upp", PASSWORD, caller)
    assert first.outcome is Outcome.ENROL
    assert first.session_token is None
    assert first.ticket
    return first, await gate.second_factor(first.ticket, code_of(first), caller)


async def test_where_required_an_official_enrols_before_coming_in(strict: Gate, officer: Person) -> None:
    first, second = await enrolled(strict)
    assert first.enrolment is not None
    assert first.enrolment.uri.startswith("otpauth://totp/Tenggat:upp?")
    assert await enrolment_again(strict, first) is None
    assert second.outcome is Outcome.SIGNED_IN
    assert second.session_token
    assert len(set(second.recovery_codes)) == 10


async def enrolment_again(gate: Gate, entry: Entry) -> totp.Enrolment | None:
    try:
        return await gate.enrolment(entry.ticket or "")
    except LinkExpired:
        return None


async def test_a_reloaded_enrolment_page_shows_the_same_secret(strict: Gate, officer: Person) -> None:
    first = await strict.sign_in("upp", PASSWORD, HOME)
    assert await enrolment_again(strict, first) == first.enrolment


async def test_a_company_is_not_asked_for_a_second_factor(strict: Gate, company: Person) -> None:
    assert (await strict.sign_in("rotan", PASSWORD, HOME)).outcome is Outcome.SIGNED_IN


async def test_a_code_is_good_once(strict: Gate, officer: Person) -> None:
    first, _ = await enrolled(strict)
    second = await strict.sign_in("upp", PASSWORD, HOME)
    assert second.outcome is Outcome.SECOND_FACTOR
    assert second.enrolment is None
    with pytest.raises(SignInRefused):
        await strict.second_factor(second.ticket or "", code_of(first), HOME)
    later = code_of(first, at=time.time() + 30)
    assert (await strict.second_factor(second.ticket or "", later, HOME)).session_token


async def test_of_two_that_use_a_code_at_once_one_comes_in(strict: Gate, officer: Person) -> None:
    first, _ = await enrolled(strict)
    ticket = (await strict.sign_in("upp", PASSWORD, HOME)).ticket or ""
    later = code_of(first, at=time.time() + 30)
    outcomes = await asyncio.gather(
        *(strict.second_factor(ticket, later, HOME) for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(outcome, Entry) for outcome in outcomes) == 1


async def test_five_wrong_codes_and_no_more_even_with_new_tickets(strict: Gate, officer: Person) -> None:
    await enrolled(strict)
    answers = []
    for n in range(8):
        ticket = (await strict.sign_in("upp", PASSWORD, HOME)).ticket or ""
        try:
            await strict.second_factor(ticket, f"{n:06}", HOME)
        except SignInRefused:
            answers.append(True)
        except TooManyRequests:
            answers.append(False)
    assert answers == [True] * 5 + [False] * 3


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "000000 OR 1=1"])
async def test_what_is_no_code_is_refused(strict: Gate, officer: Person, code: str) -> None:
    await enrolled(strict)
    ticket = (await strict.sign_in("upp", PASSWORD, HOME)).ticket or ""
    with pytest.raises(SignInRefused):
        await strict.second_factor(ticket, code, HOME)


async def test_a_recovery_code_stands_in_once(strict: Gate, officer: Person, sessions: Sessions) -> None:
    _, entry = await enrolled(strict)
    code = entry.recovery_codes[3]
    ticket = (await strict.sign_in("upp", PASSWORD, HOME)).ticket or ""
    assert (await strict.second_factor(ticket, f" {code.upper()} ", HOME)).session_token
    ticket = (await strict.sign_in("upp", PASSWORD, HOME)).ticket or ""
    with pytest.raises(SignInRefused):
        await strict.second_factor(ticket, code, HOME)
    assert (await happenings(sessions)).count("recovery_code_used") == 1
    async with sessions() as session:
        stored = (
            (await session.execute(text("SELECT row_to_json(r)::text FROM recovery_code r"))).scalars().all()
        )
    assert len(stored) == 10
    assert not any(code in row for row in stored)


async def test_somebody_elses_recovery_code_opens_nothing(
    strict: Gate, officer: Person, sessions: Sessions
) -> None:
    _, entry = await enrolled(strict)
    async with sessions.begin() as session:
        other = await factories.official(session, Role.AUDITOR, username="audit")
        await totp.new_recovery_codes(session, other.id)
        assert not await totp.use_recovery_code(session, other.id, entry.recovery_codes[0])


async def test_the_ticket_is_not_a_session(strict: Gate, officer: Person, sessions: Sessions) -> None:
    entry = await strict.sign_in("upp", PASSWORD, HOME)
    async with sessions.begin() as session:
        assert await sessions_of(session, replace(entry, session_token=entry.ticket)) is None


async def test_a_copy_of_the_database_alone_makes_no_codes(
    strict: Gate, officer: Person, sessions: Sessions
) -> None:
    first, _ = await enrolled(strict)
    assert first.enrolment is not None
    async with sessions() as session:
        dump = (await session.execute(text("SELECT row_to_json(p)::text FROM person p"))).scalars().all()
    assert not any(first.enrolment.secret in row for row in dump)
    stolen = replace(strict, key="another-instance-key-of-forty-characters-")
    ticket = (await stolen.sign_in("upp", PASSWORD, HOME)).ticket or ""
    with pytest.raises(SignInRefused):
        await stolen.second_factor(ticket, code_of(first, at=time.time() + 30), HOME)


async def test_after_an_administrators_removal_the_official_enrols_anew(
    strict: Gate, officer: Person, sessions: Sessions
) -> None:
    first, entry = await enrolled(strict)
    async with sessions.begin() as session:
        await people.remove_second_factor(session, officer.id, by="system")
        assert await sessions_of(session, entry) is None
    second = await strict.sign_in("upp", PASSWORD, HOME)
    assert second.outcome is Outcome.ENROL
    assert second.enrolment != first.enrolment


async def test_somebody_disabled_between_password_and_code_stays_out(
    strict: Gate, officer: Person, sessions: Sessions
) -> None:
    first = await strict.sign_in("upp", PASSWORD, HOME)
    async with sessions.begin() as session:
        await people.disable(session, officer.id, by="system")
    with pytest.raises(LinkExpired):
        await strict.second_factor(first.ticket or "", code_of(first), HOME)
