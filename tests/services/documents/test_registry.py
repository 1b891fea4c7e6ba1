"""Issued documents: one entry per number, a code nobody guesses, a public check that says little."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from services.database import Sessions
from services.documents import registry
from services.documents.letters import LetterKind
from services.documents.registry import CompanyFacts
from services.errors import Conflict, NotFound
from services.models.accounts import Account, AccountStatus, AccountType, Organisation

NOW = datetime(2026, 12, 20, 3, 0, tzinfo=UTC)
PROOF = LetterKind.ACCOUNT_OWNERSHIP_PROOF
LETTER = LetterKind.STATEMENT_LETTER


async def an_account(session: AsyncSession, name: str = "PT Contoh Rotan Mahakam") -> Account:
    organisation = Organisation(name=name)
    session.add(organisation)
    await session.flush()
    account = Account(
        organisation_id=organisation.id,
        type=AccountType.INDUSTRY,
        username=name,
        name=name,
        nib="0233010001824",
        email="rotan@contoh-rotan.example",
        region_code="64.72",
        address="Jalan Contoh Sungai No. 12",
        address_key=name,
        created_at=NOW,
    )
    session.add(account)
    await session.flush()
    return account


async def a_proof(session: AsyncSession, account_id: UUID, n: int = 1) -> str:
    number = registry.number_of(PROOF, 1001, n)
    return (await registry.issue(session, PROOF, number, now=NOW, account_id=account_id)).code


async def test_asked_twice_it_is_the_same_document(session: AsyncSession) -> None:
    account = await an_account(session)
    first = await registry.issue(session, PROOF, "BKA-1001-1", now=NOW, account_id=account.id)
    again = await registry.issue(
        session, PROOF, "BKA-1001-1", now=NOW + timedelta(days=1), account_id=account.id
    )
    assert (again.id, again.code, again.issued_at) == (first.id, first.code, NOW)


async def test_two_requests_at_once_make_one_document(sessions: Sessions) -> None:
    async with sessions.begin() as one:
        account = await an_account(one)
    async with sessions() as one, sessions() as other:
        first = await registry.issue(one, PROOF, "BKA-1001-1", now=NOW, account_id=account.id)
        waiting = asyncio.ensure_future(
            registry.issue(other, PROOF, "BKA-1001-1", now=NOW, account_id=account.id)
        )
        await asyncio.sleep(0.2)
        assert not waiting.done()
        await one.commit()
        assert (await waiting).id == first.id


async def test_a_number_stands_for_one_thing(session: AsyncSession) -> None:
    account, other = await an_account(session), await an_account(session, "PT Contoh Kayu Berau")
    await registry.issue(session, PROOF, "BKA-1001-1", now=NOW, account_id=account.id)
    with pytest.raises(Conflict, match="BKA-1001-1"):
        await registry.issue(session, PROOF, "BKA-1001-1", now=NOW, account_id=other.id)


async def test_the_check_of_a_proof_says_whose_it_is(session: AsyncSession) -> None:
    account = await an_account(session)
    facts = await registry.check(session, await a_proof(session, account.id))
    assert facts == registry.PublicFacts(
        kind=PROOF,
        number="BKA-1001-1",
        issued_at=NOW,
        valid=True,
        voided_at=None,
        company=CompanyFacts("PT Contoh Rotan Mahakam", "0233010001824", "Jalan Contoh Sungai No. 12"),
    )


async def test_the_check_of_anything_else_names_nobody(session: AsyncSession) -> None:
    account = await an_account(session)
    for kind in set(LetterKind) - {PROOF}:
        number = registry.number_of(kind, 10001, 1)
        issued = await registry.issue(session, kind, number, now=NOW, account_id=account.id)
        facts = await registry.check(session, issued.code)
        assert (facts.kind, facts.valid, facts.company) == (kind, True, None)


async def test_an_unknown_code_is_not_found(session: AsyncSession) -> None:
    account = await an_account(session)
    await a_proof(session, account.id)
    for code in ("", registry.new_code(), "'; DROP TABLE account; --", "\0", "7" * 5000):
        with pytest.raises(NotFound):
            await registry.check(session, code)


async def test_a_code_may_be_typed_as_people_type(session: AsyncSession) -> None:
    account = await an_account(session)
    code = await a_proof(session, account.id)
    assert (await registry.check(session, f"  {code.lower().replace('-', ' ')} ")).number == "BKA-1001-1"


async def test_a_voided_document_says_so_and_not_why(session: AsyncSession) -> None:
    account = await an_account(session)
    code, later = await a_proof(session, account.id), NOW + timedelta(days=3)
    assert (
        await registry.void(session, kind=PROOF, account_id=account.id, now=later, reason="alamat salah") == 1
    )
    assert await registry.void(session, kind=PROOF, account_id=account.id, now=NOW, reason="lagi") == 0
    facts = await registry.check(session, code)
    assert (facts.valid, facts.voided_at) == (False, later)
    assert "alamat salah" not in repr(facts)


async def test_voiding_touches_one_kind_of_one_account(session: AsyncSession) -> None:
    account, other = await an_account(session), await an_account(session, "PT Contoh Kayu Berau")
    letters = [
        await registry.issue(session, LETTER, f"SP-10001-{n}", now=NOW, account_id=account.id) for n in (1, 2)
    ]
    proof = await a_proof(session, account.id)
    elsewhere = await registry.issue(session, LETTER, "SP-10002-1", now=NOW, account_id=other.id)
    await registry.void(
        session, kind=LETTER, account_id=account.id, now=NOW, reason="edited", except_number="SP-10001-2"
    )
    codes = [letters[0].code, letters[1].code, proof, elsewhere.code]
    assert [(await registry.check(session, code)).valid for code in codes] == [False, True, True, True]


async def test_everything_at_once_cannot_be_voided(session: AsyncSession) -> None:
    with pytest.raises(ValueError, match="not a command"):
        await registry.void(session, kind=PROOF, now=NOW, reason="x")


async def test_a_void_account_takes_its_proof_with_it(session: AsyncSession) -> None:
    account = await an_account(session)
    code = await a_proof(session, account.id)
    account.status, account.voided_at = AccountStatus.VOID, NOW + timedelta(days=1)
    await session.flush()
    facts = await registry.check(session, code)
    assert (facts.valid, facts.voided_at) == (False, NOW + timedelta(days=1))


async def test_the_letter_prints_where_to_check(session: AsyncSession) -> None:
    account = await an_account(session)
    issued = await registry.issue(session, PROOF, "BKA-1001-1", now=NOW, account_id=account.id)
    printed = registry.check_of(issued, "https://siinas.example/")
    assert (printed.url, printed.code) == (f"https://siinas.example/periksa/{issued.code}", issued.code)


def test_codes_hold_140_bits_and_read_well() -> None:
    codes = {registry.new_code() for _ in range(1000)}
    assert len(codes) == 1000
    assert {len(code) for code in codes} == {34}
    assert not set("".join(codes)) & set("ILOU")


@given(st.text(max_size=200))
def test_reading_a_code_twice_changes_nothing(typed: str) -> None:
    assert registry.normalise(registry.normalise(typed)) == registry.normalise(typed)


def test_zero_and_one_may_be_misread() -> None:
    assert registry.normalise("oIlO") == "0110"
