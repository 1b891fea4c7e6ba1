"""Passwords set, changed, forgotten: only through the address on the NIB, and the same answer either way."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from argon2 import Parameters
from sqlalchemy import text

from services.database import Sessions
from services.errors import InvalidInput, TooManyRequests
from services.identity import credentials, people, recovery, sessions, tokens
from services.identity.credentials import Credentials
from services.identity.errors import LinkExpired, SignInRefused
from services.identity.gate import Caller, Entry, Gate, Outcome
from services.identity.principal import Principal
from services.models import Person, WebSession
from services.waking import Nudge
from tests.services.identity import factories
from tests.services.identity.factories import PASSWORD

HOME = Caller(address="192.0.2.1", user_agent="Peramban")
NIB = "2806220061682"
NEW = "Meranti-5-sungai-Kapuas"


@pytest.fixture
def desk(sessions: Sessions) -> Credentials:
    return Credentials(Gate(sessions, key="k" * 40, second_factor_required=False))


@pytest.fixture
async def company(sessions: Sessions) -> Person:
    async with sessions.begin() as session:
        account = await factories.account(session, nib=NIB, email="nib@rotan.example")
        return await factories.company_user(session, account.id)


async def mails(sessions: Sessions, template: str = "password_reset") -> list[dict[str, str]]:
    async with sessions() as session:
        rows = await session.execute(
            text("SELECT recipient, context FROM message WHERE template = :template ORDER BY id"),
            {"template": template},
        )
        return [{"to": row.recipient, **row.context} for row in rows]


async def principal_of(sessions_: Sessions, entry: Entry) -> Principal:
    async with sessions_.begin() as session:
        found = await sessions.authenticate(session, entry.session_token or "")
    assert found is not None
    return found.principal


async def test_a_forgotten_password_is_set_anew_through_the_address_on_the_nib(
    desk: Credentials, company: Person, sessions: Sessions
) -> None:
    entry = await desk.gate.sign_in("rotan", PASSWORD, HOME)
    await desk.request_reset("Rotan", "2806 2200 61682", HOME)
    [mail] = await mails(sessions)
    assert mail["to"] == "nib@rotan.example"  # not the person's own address
    assert await desk.set_password(mail["token"], NEW, HOME) == "rotan"
    with pytest.raises(AssertionError):
        await principal_of(sessions, entry)  # sessions begun with the old password are over
    with pytest.raises(SignInRefused):
        await desk.gate.sign_in("rotan", PASSWORD, HOME)
    assert (await desk.gate.sign_in("rotan", NEW, HOME)).outcome is Outcome.SIGNED_IN
    [told] = await mails(sessions, "password_changed")
    assert told["to"] == "nib@rotan.example"


class Waker:
    """Notes the lanes it was told of."""

    def __init__(self) -> None:
        self.lanes = list[str]()

    def nudge(self, cases: Iterable[Nudge], lanes: Iterable[str]) -> None:
        assert not list(cases)
        self.lanes += lanes


async def test_letters_about_passwords_leave_at_once(
    desk: Credentials, company: Person, sessions: Sessions
) -> None:
    waker = Waker()
    desk = Credentials(replace(desk.gate, waker=waker))
    await desk.request_reset("nobody", NIB, HOME)
    assert waker.lanes == []
    await desk.request_reset("rotan", NIB, HOME)
    assert waker.lanes == ["credentials"]
    [mail] = await mails(sessions)
    await desk.set_password(mail["token"], NEW, HOME)
    assert waker.lanes == ["credentials", "credentials"]  # and the notice that it was changed


@pytest.mark.parametrize(
    ("username", "nib"),
    [("rotan", "1111111111111"), ("nobody", NIB), ("", ""), ("rotan", ""), ("rotan", "' OR '1'='1")],
)
async def test_a_wrong_pair_gets_the_same_silence_and_no_mail(
    desk: Credentials, company: Person, sessions: Sessions, username: str, nib: str
) -> None:
    await desk.request_reset(username, nib, HOME)
    assert await mails(sessions) == []


@pytest.mark.parametrize(
    "change", ["UPDATE person SET status = 'disabled'", "UPDATE account SET status = 'void'"]
)
async def test_who_may_not_come_in_gets_no_link(
    desk: Credentials, company: Person, sessions: Sessions, change: str
) -> None:
    async with sessions.begin() as session:
        await session.execute(text(change))
    await desk.request_reset("rotan", NIB, HOME)
    assert await mails(sessions) == []


@pytest.fixture
def counted(statements: Counter[str], monkeypatch: pytest.MonkeyPatch) -> Callable[[], float]:
    """A clock that only the desk's own doing moves: ten milliseconds for each statement, and what it waits."""
    waited: list[float] = []

    def seconds() -> float:
        return statements.total() / 100 + sum(waited)

    async def wait(delay: float) -> None:
        waited.append(delay)

    monkeypatch.setattr(credentials, "time", SimpleNamespace(monotonic=seconds))
    monkeypatch.setattr(credentials, "asyncio", SimpleNamespace(sleep=wait))
    return seconds


async def test_right_and_wrong_pairs_are_answered_after_equally_long(
    desk: Credentials, company: Person, work: list[Parameters], statements: Counter[str],
    counted: Callable[[], float],
) -> None:  # fmt: skip
    """Counted, not timed: what a clock shows depends on who else is busy."""

    async def spent(username: str, nib: str) -> tuple[float, int]:
        began, sent = counted(), statements.total()
        await desk.request_reset(username, nib, HOME)
        return counted() - began, statements.total() - sent

    await spent("warmed-up", NIB)  # a new connection asks questions of its own
    (known, mailing), (unknown, silent) = await spent("rotan", NIB), await spent("nobody", NIB)
    assert mailing > silent, "there is something to hide"
    assert known == unknown == pytest.approx(credentials.RESET_ANSWER_SECONDS)
    assert work == [], "no password is compared for either"


async def test_three_mails_an_hour_and_no_flood(
    desk: Credentials, company: Person, sessions: Sessions
) -> None:
    outcomes = await asyncio.gather(
        *(desk.request_reset("rotan", NIB, HOME) for _ in range(6)), return_exceptions=True
    )
    assert sum(isinstance(outcome, TooManyRequests) for outcome in outcomes) == 3
    assert len(await mails(sessions)) == 3


async def test_only_the_newest_link_works(desk: Credentials, company: Person, sessions: Sessions) -> None:
    for _ in range(2):
        await desk.request_reset("rotan", NIB, HOME)
    first, second = await mails(sessions)
    with pytest.raises(LinkExpired):
        await desk.set_password(first["token"], NEW, HOME)
    await desk.set_password(second["token"], NEW, HOME)
    with pytest.raises(LinkExpired):
        await desk.set_password(second["token"], "Ulin-3-rimba-Barito!", HOME)


async def test_a_refused_password_leaves_the_link_usable(
    desk: Credentials, company: Person, sessions: Sessions
) -> None:
    await desk.request_reset("rotan", NIB, HOME)
    [mail] = await mails(sessions)
    for bad, field in (("pendek", "password"), ("Rotan-Mahakam-77!", "password"), (PASSWORD, "password")):
        with pytest.raises(InvalidInput) as refused:
            await desk.set_password(mail["token"], bad, HOME)
        assert refused.value.field == field
    await desk.set_password(mail["token"], NEW, HOME)


async def test_an_invited_person_chooses_a_password_and_comes_in(
    desk: Credentials, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        account = await factories.account(session)
        person = await people.invite(
            session, username="baru", name="Petugas", email="baru@rotan.example", account_id=account.id
        )
        link = await tokens.issue(session, "activation", person_id=person.id)
    with pytest.raises(SignInRefused):
        await desk.gate.sign_in("baru", "", HOME)
    context = await desk.password_context(link.secret)
    assert {"baru", "petugas", "rotan", "mahakam"} <= context.words()
    await desk.set_password(link.secret, NEW, HOME)
    assert (await desk.gate.sign_in("baru", NEW, HOME)).outcome is Outcome.SIGNED_IN
    assert await mails(sessions, "password_changed") == []  # nothing was changed: it was set


async def test_a_lost_activation_mail_is_made_up_for_by_a_reset(
    desk: Credentials, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        account = await factories.account(session, nib=NIB)
        await people.invite(
            session, username="baru", name="Petugas", email="baru@rotan.example", account_id=account.id
        )
    await desk.request_reset("baru", NIB, HOME)
    [mail] = await mails(sessions)
    await desk.set_password(mail["token"], NEW, HOME)
    assert (await desk.gate.sign_in("baru", NEW, HOME)).outcome is Outcome.SIGNED_IN


async def test_an_expired_password_is_replaced_through_the_ticket(
    desk: Credentials, company: Person, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        await factories.age(session, Person, timedelta(days=190))
    entry = await desk.gate.sign_in("rotan", PASSWORD, HOME)
    assert entry.outcome is Outcome.PASSWORD_EXPIRED
    with pytest.raises(InvalidInput):
        await desk.set_password(entry.ticket or "", PASSWORD, HOME)  # the same again is no new password
    await desk.set_password(entry.ticket or "", NEW, HOME)
    assert (await desk.gate.sign_in("rotan", NEW, HOME)).outcome is Outcome.SIGNED_IN


async def test_changing_ones_password_ends_all_sessions_and_begins_one(
    desk: Credentials, company: Person, sessions: Sessions
) -> None:
    here = await desk.gate.sign_in("rotan", PASSWORD, HOME)
    elsewhere = await desk.gate.sign_in("rotan", PASSWORD, replace(HOME, address="198.51.100.7"))
    principal = await principal_of(sessions, here)
    with pytest.raises(SignInRefused):
        await desk.change_password(principal, "salah", NEW, HOME)
    with pytest.raises(InvalidInput) as same:
        await desk.change_password(principal, PASSWORD, PASSWORD, HOME)
    assert same.value.field == "new_password"
    changed = await desk.change_password(principal, PASSWORD, NEW, HOME)
    for old in (here, elsewhere):
        with pytest.raises(AssertionError):
            await principal_of(sessions, old)
    assert (await principal_of(sessions, changed)).person_id == company.id


async def test_asking_for_the_password_again_makes_the_session_fresh(
    desk: Credentials, company: Person, sessions: Sessions
) -> None:
    entry = await desk.gate.sign_in("rotan", PASSWORD, HOME)
    async with sessions.begin() as session:
        await factories.age(session, WebSession, timedelta(minutes=20))
    principal = await principal_of(sessions, entry)
    assert not principal.recent
    with pytest.raises(SignInRefused):
        await desk.reauthenticate(principal, "salah", HOME)
    token = await desk.reauthenticate(principal, PASSWORD, HOME)
    assert (await principal_of(sessions, replace(entry, session_token=token))).recent
    with pytest.raises(AssertionError):
        await principal_of(sessions, entry)


async def test_a_stolen_session_may_not_guess_the_password_for_ever(
    desk: Credentials, company: Person, sessions: Sessions
) -> None:
    principal = await principal_of(sessions, await desk.gate.sign_in("rotan", PASSWORD, HOME))
    answers = []
    for _ in range(12):
        try:
            await desk.reauthenticate(principal, "salah", HOME)
        except SignInRefused:
            answers.append(True)
        except TooManyRequests:
            answers.append(False)
    assert answers.count(True) == 10


async def test_a_key_has_no_password(desk: Credentials) -> None:
    with pytest.raises(SignInRefused):
        await desk.reauthenticate(Principal("key:x"), "apa pun", HOME)


async def test_an_administrator_sends_a_link_and_learns_no_password(
    sessions: Sessions, desk: Credentials
) -> None:
    async with sessions.begin() as session:
        person = await factories.official(session)
        await recovery.mail_link_to_person(session, person.id, now=person.created_at)
    [mail] = await mails(sessions)
    assert mail["to"] == person.email
    await desk.set_password(mail["token"], NEW, HOME)
    async with sessions.begin() as session:
        new = await people.create(session, username="baru", name="", email="baru@dinas.example")
        await recovery.mail_link_to_person(session, new.id, now=person.created_at)
    assert [mail["username"] for mail in await mails(sessions, "person_invited")] == ["baru"]


async def test_a_password_changed_while_somebody_signs_in_with_the_old_one(
    desk: Credentials, company: Person, sessions: Sessions
) -> None:
    """Whichever comes first, no session begun with the old password is alive afterwards."""

    async def change() -> None:
        async with sessions.begin() as session:
            await factories.with_password(session, company, NEW)

    for _ in range(5):
        outcomes = await asyncio.gather(
            *(desk.gate.sign_in("rotan", PASSWORD, HOME) for _ in range(3)), change(), return_exceptions=True
        )
        for entry in outcomes:
            if isinstance(entry, Entry):
                with pytest.raises(AssertionError):
                    await principal_of(sessions, entry)
        async with sessions.begin() as session:
            await factories.with_password(session, company, PASSWORD)
            await session.execute(text("DELETE FROM rate_limit"))
