"""Help on the pages: asked by a company, a session booked and moved, confirmed and recorded by an officer."""

import re
from typing import Any
from urllib.parse import quote

import pytest

from api.pages.public import human
from services.models import Role
from tests.api.conftest import Api
from tests.pages.officials import official
from tests.pages.test_company_flow import company, sign_in
from tests.pages.visitor import Visitor

ASKED = {"topic": "hs_code", "question": "Kode HS mana untuk kursi rotan?"}


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(human, "SHORTEST_SECONDS", 0)


async def ask(visitor: Visitor) -> str:
    """A question sent on its page; returns the id of its case."""
    await visitor.open("/asistensi/baru")
    await visitor.send("/asistensi/baru", ASKED)
    assert "Permintaan terkirim" in visitor.text, visitor.errors
    return visitor.path.rsplit("/", 1)[1]


def slots(visitor: Visitor) -> list[Any]:
    """The sessions that the page offers."""
    return re.findall(r'value="(siinas\|[^"]+)"', visitor.page.text)


async def test_a_company_asks_books_moves_and_an_officer_confirms_and_records(
    api: Api, visitor: Visitor
) -> None:
    await company(api)
    await sign_in(visitor)
    await visitor.open("/asistensi/baru")
    await visitor.send("/asistensi/baru", {"question": " "})
    assert "Pilih salah satu" in visitor.errors
    ticket = await ask(visitor)
    here = f"/asistensi/{ticket}"
    await visitor.send(f"{here}/sesi", {"slot": "", "way": ""})
    assert "Pilih salah satu" in visitor.errors
    first, *_, last = slots(visitor)
    await visitor.send(f"{here}/sesi", {"slot": first, "way": "video"})
    assert "Sesi dipesan" in visitor.text, visitor.errors
    await visitor.send(f"{here}/sesi", {"slot": last, "way": "telephone"})
    assert "Telepon" in visitor.text

    async with official(api, Role.UPP_OFFICER) as officer:
        day = last.split("|")[1][:10]
        await officer.open(f"/agenda-asistensi?hari={day}")
        decision = f"/kasus/{ticket}/asistensi"
        assert decision in officer.page.text
        await officer.open(decision)
        await officer.send(decision, {"step": "confirm", "place": ""})
        assert "Wajib diisi" in officer.errors
        await officer.send(decision, {"step": "confirm", "place": "+62 800 0000 0000"})
        assert "Sesi dikonfirmasi" in officer.text
        await visitor.open(here)
        assert "+62 800 0000 0000" in visitor.text
        await api.clock_at(last.split("|")[1])
        await officer.open(decision)
        await officer.send(decision, {"step": "held", "note": "Kode 9401.53 dipilih."})
        assert "Hasil sesi dicatat" in officer.text, officer.errors

    await visitor.open(here)
    assert "Kode 9401.53 dipilih." in visitor.text
    await visitor.send(f"{here}/penilaian", {"satisfaction": "5"})
    assert "Terima kasih" in visitor.text


async def test_a_session_is_given_up_answered_in_writing_and_a_ticket_called_off(
    api: Api, visitor: Visitor
) -> None:
    await company(api)
    await sign_in(visitor)
    ticket = await ask(visitor)
    await visitor.send(f"/asistensi/{ticket}/sesi", {"slot": slots(visitor)[0], "way": "video"})
    await visitor.send(f"/asistensi/{ticket}/sesi/pelepasan")
    assert "Sesi dilepas" in visitor.text
    async with official(api, Role.UPP_OFFICER) as officer:
        await officer.open("/antrean?meja=assistance")
        decision = f"/kasus/{ticket}/asistensi"
        assert decision in officer.page.text
        await officer.open(decision)
        await officer.send(decision, {"step": "answer", "text": "Lihat Kode Referensi."})
        assert "Jawaban dikirim" in officer.text, officer.errors
    second = await ask(visitor)
    await visitor.send(f"/asistensi/{second}/pembatalan")
    assert "dibatalkan" in visitor.text
    await visitor.open("/asistensi")
    assert visitor.page.text.count("/asistensi/") >= 2


async def test_an_officer_writes_down_what_a_company_asked_by_telephone(api: Api, visitor: Visitor) -> None:
    account, _ = await company(api)
    async with official(api, Role.UPP_OFFICER) as officer:
        form = f"/akun/{account.id}/asistensi"
        await officer.open(form)
        await officer.send(
            f"/akun/{account.id}/keperluan?next={quote(form, safe='')}", {"purpose": "assistance"}
        )
        await officer.open(form)
        await officer.send(form, ASKED)
        assert "Pilih salah satu" in officer.errors
        await officer.send(form, ASKED | {"origin": "telephone"})
        assert "Permintaan dicatat" in officer.text, officer.errors
        chosen = slots(officer)[0]
        await officer.send(f"{officer.path}/sesi", {"slot": chosen, "way": "office"})
        assert "Sesi dipesan untuk perusahaan" in officer.text, officer.errors
