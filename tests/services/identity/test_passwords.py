"""The ministry's rules, the security standard's, and both at once."""

import asyncio
from datetime import UTC, datetime

import pytest
from argon2 import Parameters, extract_parameters
from hypothesis import given
from hypothesis import strategies as st

from services.errors import InvalidInput
from services.identity import passwords
from services.identity.passwords import Context, check, expired, generate, hash_password, rules, verify


def broken(password: str, context: Context | None = None) -> set[str]:
    return {rule.id for rule in rules(password, context) if not rule.ok}


def test_a_good_password_keeps_every_rule() -> None:
    assert broken("Kunyit-7-perahu-Layar") == set()


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("Kunyit-7-per", None),
        ("Kunyit-7-pe", "length"),
        ("Kunyit-perahu-Layar", "digit"),
        ("kunyit-7-perahu-layar", "capital"),
        ("Kunyit7perahuLayar", "symbol"),
    ],
)
def test_twelve_characters_a_digit_a_capital_and_a_symbol_are_asked_for(
    password: str, rule: str | None
) -> None:
    assert broken(password) == ({rule} if rule else set())


@pytest.mark.parametrize(
    "password",
    [
        "Password123!",
        "Qwerty12345!",
        "Bismillah123!",
        "Indonesia#2026",
        "P@ssw0rd2026!",
        "Aaaaaaaaaa1!",
        "Abcd1234!!!!",
    ],
)
def test_what_everybody_tries_first_is_refused_although_it_has_every_kind_of_character(password: str) -> None:
    assert broken(password) == {"guess"}


@pytest.mark.parametrize(
    "password", ["Rotan-Mahakam-77x", "xx-Tenggat-2026-yy", "kemenperin-A1-bukit", "9-Petugas.laut-X"]
)
def test_names_of_the_person_the_company_and_the_service_are_refused(password: str) -> None:
    context = Context("petugas", "petugas@rotan.example", ("PT Contoh Rotan Mahakam",))
    assert "context" in broken(password, context)


def test_short_words_of_a_company_name_do_not_count() -> None:
    assert "context" not in broken("Kunyit-7-CV-dan-Layar", Context(names=("CV Dan Api",)))


def test_the_rules_are_listed_in_the_same_order_whatever_is_typed() -> None:
    orders = {tuple(rule.id for rule in rules(typed)) for typed in ("", "a", "Kunyit-7-perahu-Layar")}
    assert orders == {("length", "digit", "capital", "symbol", "context", "guess")}


def test_the_final_check_names_every_broken_rule_at_the_field() -> None:
    with pytest.raises(InvalidInput) as refused:
        check("kunyit", field_name="new_password")
    assert {error.field for error in refused.value.fields} == {"new_password"}
    assert len(refused.value.fields) == len(broken("kunyit"))


async def test_a_password_of_a_thousand_characters_is_taken_to_the_last_one() -> None:
    long = "Kunyit-7-" + "perahu layar " * 70
    assert broken(long) == set()
    hashed = await hash_password(long)
    assert await verify(hashed, long)
    assert not await verify(hashed, long[:-1])


@pytest.mark.parametrize(
    "near", [" Kunyit-7-perahu-Layar", "Kunyit-7-perahu-Layar ", "kunyit-7-perahu-layar"]
)
async def test_the_exact_bytes_count(near: str) -> None:
    assert not await verify(await hash_password("Kunyit-7-perahu-Layar"), near)


async def test_two_spellings_of_one_letter_are_two_passwords() -> None:
    composed, decomposed = "Caf\u00e9-7-perahu-Layar", "Cafe\u0301-7-perahu-Layar"
    assert not await verify(await hash_password(composed), decomposed)


async def test_hashes_are_argon2id_with_at_least_the_memory_of_the_standard() -> None:
    hashed = await hash_password("Kunyit-7-perahu-Layar")
    assert hashed.startswith("$argon2id$v=19$m=47104,t=1,p=1$")


async def test_nobody_has_the_password_of_an_unknown_person_and_finding_out_takes_as_long(
    work: list[Parameters],
) -> None:
    hashed = await hash_password("Kunyit-7-perahu-Layar")
    assert not await verify(hashed, "Bukan-9-sandi-Benar")
    known = work.copy()
    work.clear()
    assert not await verify(None, "Bukan-9-sandi-Benar")
    assert work == known == [extract_parameters(hashed)], "one comparison each, at the same cost"


async def test_the_event_loop_goes_on_while_hashing() -> None:
    hashing = asyncio.create_task(hash_password("Kunyit-7-perahu-Layar"))
    turns = 0
    while not hashing.done():
        turns += 1
        await asyncio.sleep(0.001)
    assert turns > 3


def test_a_password_is_good_for_six_calendar_months() -> None:
    set_at = datetime(2026, 8, 31, 10, tzinfo=UTC)
    assert not expired(set_at, datetime(2027, 2, 28, 9, 59, 59, tzinfo=UTC))
    assert expired(set_at, datetime(2027, 2, 28, 10, tzinfo=UTC))
    assert expired(None, set_at)


def test_generated_passwords_keep_the_rules_and_differ() -> None:
    made = {generate() for _ in range(20)}
    assert len(made) == 20
    assert all(broken(password) == set() for password in made)


@given(st.text(max_size=80))
def test_any_text_can_be_judged(typed: str) -> None:
    assert len(rules(typed, Context("petugas", "petugas@rotan.example", ("PT Contoh",)))) == 6


@given(st.text(min_size=1, max_size=30))
def test_what_one_person_may_not_use_does_not_stay_for_the_next(name: str) -> None:
    before = broken("Kunyit-7-perahu-Layar")
    rules("Kunyit-7-perahu-Layar", Context(names=(name, "kunyit perahu layar")))
    assert broken("Kunyit-7-perahu-Layar") == before


def test_lone_surrogates_are_bytes_like_any_other() -> None:
    assert asyncio.run(hash_password("Kunyit-7-\udce9-Layar")).startswith("$argon2id$")


def test_the_floor_of_guesses_is_that_of_score_three() -> None:
    assert passwords.MIN_GUESSES == 10**8
