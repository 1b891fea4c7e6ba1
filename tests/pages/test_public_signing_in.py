"""Activation, sign-in, second factor, reset and sign-out on their pages."""

from datetime import timedelta
from uuid import UUID

import pyotp
import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api.pages.public import human
from services.identity import passwords, people, tokens, totp
from services.identity.tokens import Purpose
from services.models import Message, Person, Role
from tests.api.conftest import Api
from tests.factories import make_account
from tests.pages.visitor import Visitor

PASSWORD = "Kelok9-hujan-Teduh!"
NIB = "9120000000017"


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(human, "SHORTEST_SECONDS", 0)


@pytest.fixture
async def company(api: Api) -> UUID:
    """An account whose person, `a1001`, has the password."""
    async with api.transaction() as (session, _):
        account = await make_account(session)
        account.nib = NIB
        person = await people.invite(
            session,
            username="a1001",
            name="Bagian Pelaporan",
            email="lapor@rotan.example",
            account_id=account.id,
        )
        await _password(session, person)
        return account.id


@pytest.fixture
async def officer(api: Api) -> tuple[Person, str]:
    """An official with an authenticator; their key."""
    key = api.app.state.settings.secret_key
    async with api.transaction() as (session, _):
        person = await people.create(session, username="upp.1", name="Petugas UPP", email="upp@dinas.example")
        await people.grant(session, person.id, Role.UPP_OFFICER, granted_by="test", region_prefix="64")
        await _password(session, person)
        person = await people.lock(session, person.id)
        secret = (await totp.begin(session, person, key)).secret
        assert await totp.confirm(session, person, pyotp.TOTP(secret).now(), key)
        await session.execute(text("UPDATE person SET totp_last_step = NULL"))
    return person, secret


async def _password(session: AsyncSession, person: Person) -> None:
    await people.set_password_hash(session, person.id, await passwords.hash_password(PASSWORD))


async def sign_in(visitor: Visitor, username: str = "a1001", password: str = PASSWORD, **more: str) -> None:
    await visitor.open("/masuk")
    await visitor.send("/masuk", {"username": username, "password": password, **more})


async def test_an_account_is_activated_and_its_home_opened(api: Api, visitor: Visitor) -> None:
    async with api.transaction() as (session, _):
        account = await make_account(session)
        person = await people.invite(
            session, username="a1002", name="Bagian Pelaporan", email="b@rotan.example", account_id=account.id
        )
        token = (await tokens.issue(session, Purpose.ACTIVATION, person_id=person.id)).secret
    here = f"/aktivasi/{token}"

    await visitor.open(here)
    assert 'value="a1002"' in visitor.page.text
    await visitor.send(here, {"password": PASSWORD, "password_again": "lain"})
    assert "Kedua kata sandi tidak sama." in visitor.errors
    await visitor.send(here, {"password": "rotanmahakam", "password_again": "rotanmahakam"})
    for broken in ("Memuat angka", "Memuat huruf besar", "Memuat simbol", "Tidak memuat nama Anda"):
        assert broken in visitor.errors
    await visitor.send(here, {"password": PASSWORD, "password_again": PASSWORD})
    assert visitor.path == "/masuk"
    assert "Masuk dengan nama pengguna a1002." in visitor.text

    await sign_in(visitor, "A1002 ")
    assert visitor.path == "/beranda"
    assert account.name in visitor.text
    assert (await visitor.open(here)).status_code == 410
    assert "Tautan ini tidak dapat dipakai lagi" in visitor.text


async def test_every_wrong_try_sounds_the_same(visitor: Visitor, company: UUID) -> None:
    said = set()
    for username, password in (("a1001", "salah"), ("tidak-ada", PASSWORD), ("", "")):
        await sign_in(visitor, username, password)
        assert visitor.page.status_code == 401
        said.add(visitor.errors)
    assert said == {"Belum dapat masuk Nama pengguna, kata sandi, atau kode salah."}
    assert 'value="salah"' not in visitor.page.text


async def test_people_come_back_to_the_page_they_wanted_and_to_no_other_site(
    visitor: Visitor, company: UUID
) -> None:
    await visitor.open("/pengumuman?dari=surat")
    assert visitor.path == "/masuk"
    await visitor.send("/masuk", {"username": "a1001", "password": PASSWORD})
    assert str(visitor.page.url).endswith("/pengumuman?dari=surat")
    await visitor.send("/keluar")
    await sign_in(visitor, next="//penipu.example/beranda")
    assert (visitor.page.url.host, visitor.path) == ("127.0.0.1", "/beranda")


async def test_signing_out_ends_the_session_on_the_server(visitor: Visitor, company: UUID) -> None:
    await sign_in(visitor)
    stolen = dict(visitor.client.cookies)
    await visitor.send("/keluar")
    assert visitor.path == "/"
    assert "Anda telah keluar." in visitor.text
    visitor.client.cookies.update(stolen)
    await visitor.open("/beranda")
    assert visitor.path == "/masuk"


async def test_a_form_of_another_site_does_nothing(visitor: Visitor, company: UUID) -> None:
    await sign_in(visitor)
    answer = await visitor.client.post(
        "/keluar", data={"csrf_token": "guessed"}, headers={"sec-fetch-site": "cross-site"}
    )
    assert answer.status_code == 403
    await visitor.open("/beranda")
    assert visitor.path == "/beranda"


async def test_officials_give_a_code_after_the_password(
    visitor: Visitor, officer: tuple[Person, str]
) -> None:
    _, secret = officer
    await sign_in(visitor, "upp.1")
    assert "Kata sandi Anda benar." in visitor.text
    await visitor.send("/masuk/kode", {"code": "000000"})
    assert visitor.page.status_code == 401
    await visitor.send("/masuk/kode", {"code": pyotp.TOTP(secret).now()})
    assert visitor.path in ("/antrean", "/kerahasiaan")


async def test_a_password_of_six_months_is_replaced_at_the_door(
    api: Api, visitor: Visitor, company: UUID
) -> None:
    async with api.transaction() as (session, _):
        await session.execute(
            text("UPDATE person SET password_set_at = now() - :age"), {"age": timedelta(days=185)}
        )
    await sign_in(visitor)
    assert "Kata sandi Anda perlu diperbarui" in visitor.text
    new = "Senja-7-di-Balikpapan"
    await visitor.send(visitor.path, {"password": new, "password_again": new})
    await sign_in(visitor, password=new)
    assert visitor.path == "/beranda"


async def test_a_reset_answers_the_same_and_mails_only_the_owner_at_once(
    api: Api, visitor: Visitor, company: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, told = [], list[str]()
    gateway = api.app.state.parts.gateway
    monkeypatch.setattr(gateway, "nudge", lambda _, lanes: told.extend(lanes))
    for username, nib in (("a1001", NIB), ("a1001", "9120000000025"), ("tidak-ada", NIB)):
        await visitor.open("/lupa-kata-sandi")
        typed = {"username": username, "nib": nib, human.ANSWER: visitor.human_answer()}
        await visitor.send("/lupa-kata-sandi", typed)
        answers.append((visitor.page.status_code, visitor.text))
    assert len(set(answers)) == 1
    assert answers[0][0] == 200
    assert told == ["credentials"]
    async with api.sessions() as session:
        mails = (
            await session.execute(select(Message).where(col(Message.template) == "password_reset"))
        ).scalars()
        (mail,) = mails
    await visitor.open(f"/atur-ulang/{mail.context['token']}")
    assert "Kata sandi baru" in visitor.text


async def test_the_language_is_kept_and_leads_nowhere_else(visitor: Visitor) -> None:
    await visitor.open("/masuk?sebagai=government")
    await visitor.send("/bahasa", {"locale": "en"})
    assert str(visitor.page.url).endswith("/masuk?sebagai=government")
    assert '<html lang="en">' in visitor.page.text
    await visitor.send("/bahasa", {"locale": "id", "next": "https://penipu.example/"})
    assert visitor.path == "/"
    assert '<html lang="id">' in visitor.page.text


async def test_somebody_with_two_factories_acts_for_one_at_a_time(
    api: Api, visitor: Visitor, company: UUID
) -> None:
    async with api.transaction() as (session, _):
        other = await make_account(session, name="PT Contoh Rotan Dua")
        foreign = await make_account(session, name="PT Contoh Asing")
        person = await people.by_username(session, "a1001")
        assert person
        await people.add_member(session, person.id, other.id, by="test")
    await sign_in(visitor)
    assert "<h1>PT Contoh Rotan Mahakam</h1>" in visitor.page.text
    await visitor.send("/pilih-akun", {"account": str(other.id)})
    assert "<h1>PT Contoh Rotan Dua</h1>" in visitor.page.text
    await visitor.send("/pilih-akun", {"account": str(foreign.id)})
    assert visitor.page.status_code == 404
    await visitor.open("/beranda")
    assert "<h1>PT Contoh Rotan Dua</h1>" in visitor.page.text


async def test_the_front_door_and_the_state_of_the_service(api: Api, visitor: Visitor) -> None:
    await visitor.open("/")
    assert "Daftar akun baru" in visitor.text
    await visitor.open("/status")
    assert "Semua layanan berjalan." in visitor.text
    async with api.transaction() as (session, now):
        await session.execute(
            text(
                "INSERT INTO message (id, template, template_version, locale, lane, recipient, context, dedupe_key,"
                " planned_for, not_before, state, attempts, created_at) VALUES (gen_random_uuid(), 'account_voided',"
                " 1, 'id', 'credentials', 'x@y.example', '{}', 'k', :then, :then, 'queued', 0, :then)"
            ),
            {"then": now - timedelta(hours=1)},
        )
    await visitor.open("/status")
    assert "Sebagian layanan terganggu" in visitor.text
