"""Pendaftaran on its pages: refused forms lose nothing, a receipt, a returned registration corrected by its link."""

import base64
import io
import json
import re
from typing import Any
from uuid import UUID

import pikepdf
import pytest
from sqlalchemy import func, select

from api.pages.public import human
from services.identity import tokens
from services.identity.tokens import Purpose
from services.models import CaseFile, Document, IssuedDocument, Registration
from services.registrations import decisions
from services.registrations.decisions import Decision, Verdict
from tests.api.conftest import Api
from tests.pages.visitor import Visitor

HERE = "/pendaftaran"
COMPANY = {
    "company_name": "PT Contoh Rotan Mahakam",
    "nib": "9120000000017",
    "npwp": "01.234.567.8-722.000",
    "email": "kantor@rotan-mahakam.example",
    "region_code": "64.72",
    "address": "Jl. Contoh Raya No. 17",
}


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests type faster than people."""
    monkeypatch.setattr(human, "SHORTEST_SECONDS", 0)


def scan(name: str = "nib.pdf", content: bytes | None = None) -> dict[str, Any]:
    """The NIB document as a browser sends it."""
    if content is None:
        out = io.BytesIO()
        pdf = pikepdf.new()
        pdf.add_blank_page()
        pdf.save(out)
        content = out.getvalue()
    return {"nib_document": (name, content, "application/pdf")}


async def registered(visitor: Visitor, **changes: str) -> UUID:
    """Register and stand on the receipt."""
    await visitor.open(HERE)
    await visitor.send(HERE, {**COMPANY, **changes, human.ANSWER: visitor.human_answer()}, scan())
    assert visitor.page.status_code == 200, visitor.errors
    return UUID(visitor.path.split("/")[2])


async def count(api: Api, table: type[Any]) -> int:
    async with api.sessions() as session:
        return int((await session.execute(select(func.count()).select_from(table))).scalar_one())


async def returned(api: Api, case_id: UUID, reason: str = "Salinan NIB tidak terbaca.") -> str:
    """The UPP returns it; the token of the correction link."""
    async with api.transaction() as (session, now):
        await decisions.decide(
            session, case_id, Decision(Verdict.RETURN, reason=reason), actor="person:upp", now=now
        )
        return (await tokens.issue(session, Purpose.CORRECTION, case_id=case_id)).secret


async def test_everything_wrong_is_said_at_once_and_nothing_typed_is_lost(api: Api, visitor: Visitor) -> None:
    await visitor.open(HERE)
    wrong = {**COMPANY, "nib": "123", "address": "", human.ANSWER: "99"}
    await visitor.send(HERE, wrong, scan())

    assert visitor.page.status_code == 422
    for said in ("NIB terdiri atas 13 angka.", "Wajib diisi.", "Jawaban hitungan ini belum tepat."):
        assert said in visitor.errors
    kept = visitor.fields(HERE)
    assert kept["company_name"] == [COMPANY["company_name"]]
    assert kept["region_code"] == ["64.72"]
    assert "nib.pdf" in visitor.text

    answer = visitor.human_answer()  # the file is not chosen again: the first one was kept
    await visitor.send(HERE, {"nib": COMPANY["nib"], "address": COMPANY["address"], human.ANSWER: answer}, {})
    assert visitor.path.endswith("/bukti")
    async with api.sessions() as session:
        registration = (await session.execute(select(Registration))).scalar_one()
        document = await session.get_one(Document, registration.document_id)
    assert (registration.nib, document.filename) == (COMPANY["nib"], "nib.pdf")


async def test_the_receipt_shows_number_and_time_and_hides_the_address(visitor: Visitor) -> None:
    await registered(visitor)
    assert "#100001" in visitor.text
    assert "4 Januari 2027 pukul 09.00.00 WIB" in visitor.text
    assert "k•••@rotan-mahakam.example" in visitor.text
    assert COMPANY["email"] not in visitor.page.text


async def test_the_printed_receipt_can_be_checked_by_anyone(api: Api, visitor: Visitor) -> None:
    case_id = await registered(visitor)
    pdf = await visitor.open(f"{HERE}/{case_id}/bukti/cetak")
    assert pdf.content.startswith(b"%PDF-")
    async with api.sessions() as session:
        issued = (await session.execute(select(IssuedDocument))).scalar_one()
    await visitor.open(f"/periksa/{issued.code.lower().replace('-', ' ')}")
    assert "Dokumen ini asli dan berlaku" in visitor.text
    assert "Bukti Pendaftaran Akun" in visitor.text
    assert COMPANY["company_name"] not in visitor.page.text  # authenticity, not content
    await visitor.open("/periksa/AAAA-BBBB")
    assert visitor.page.status_code == 404
    assert "Kode tidak dikenal" in visitor.text


async def test_a_double_click_registers_once(api: Api, visitor: Visitor) -> None:
    await visitor.open(HERE)
    typed = {**visitor.fields(HERE), **COMPANY, human.ANSWER: visitor.human_answer()}
    first = await visitor.client.post(HERE, data=typed, files=scan())
    second = await visitor.client.post(HERE, data=typed, files=scan())
    assert first.url == second.url
    assert await count(api, Registration) == 1


async def test_the_same_factory_is_refused_at_the_address(visitor: Visitor) -> None:
    await registered(visitor)
    await visitor.open(HERE)
    again = {**COMPANY, "address": "jalan contoh raya nomor 17", human.ANSWER: visitor.human_answer()}
    await visitor.send(HERE, again, scan())
    assert visitor.page.status_code == 409
    assert "Alamat pabrik: Pabrik dengan NIB dan alamat yang sama" in visitor.errors


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("nib.pdf", b"PK\x03\x04" + b"\0" * 200, "PDF"),
        ("nib.pdf", b"", "Berkas kosong"),
        ("nib.pdf", b"%PDF-1.7\n" + b"\0" * (65 * 1024 * 1024), "64 MB"),
    ],
    ids=["a zip", "empty", "65 MB"],
)
async def test_an_unfit_file_is_refused_at_its_field(
    api: Api, visitor: Visitor, name: str, content: bytes, said: str
) -> None:
    await visitor.open(HERE)
    await visitor.send(HERE, {**COMPANY, human.ANSWER: visitor.human_answer()}, scan(name, content))
    assert visitor.page.status_code == 422
    assert "Salinan NIB OSS RBA: " in visitor.errors
    assert said in visitor.errors
    assert visitor.fields(HERE)["nib"] == [COMPANY["nib"]]
    assert await count(api, Registration) == 0


async def test_programs_are_told_apart(api: Api, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    await visitor.open(HERE)
    good = {**COMPANY, human.ANSWER: visitor.human_answer()}
    await visitor.send(HERE, {**good, human.TRAP: "https://spam.example"}, scan())
    assert visitor.page.status_code == 422  # the field that no person sees
    await visitor.send(HERE, {**good, human.TRAP: "", human.TOKEN: "made up"}, scan())
    assert visitor.page.status_code == 422
    monkeypatch.setattr(human, "SHORTEST_SECONDS", 3600)
    await visitor.send(HERE, {**COMPANY, human.TRAP: "", human.ANSWER: visitor.human_answer()}, scan())
    assert "terlalu cepat" in visitor.errors
    assert await count(api, Registration) == 0


async def test_the_token_does_not_say_what_is_asked(visitor: Visitor) -> None:
    await visitor.open(HERE)
    first = await _payload(visitor)
    await visitor.open(HERE)
    assert len({first, await _payload(visitor)}) == 2


async def _payload(visitor: Visitor) -> str:
    """What the token holds: sixteen hexadecimal digits at random, and nothing of the sum."""
    payload = visitor.fields(HERE)[human.TOKEN][0].split(".")[0]
    name = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert re.fullmatch("[0-9a-f]{16}", name)
    return str(name)


async def test_one_answer_does_not_serve_for_ever(visitor: Visitor) -> None:
    await visitor.open(HERE)
    right, token = visitor.human_answer(), visitor.fields(HERE)[human.TOKEN]
    for _ in range(human.TRIES.hits):
        await visitor.send(HERE, {**COMPANY, "nib": "1", human.ANSWER: right, human.TOKEN: token})
        assert "Jawab" not in visitor.errors
    await visitor.send(HERE, {**COMPANY, human.ANSWER: right, human.TOKEN: token})
    assert "Jawab pertanyaan yang baru." in visitor.errors
    assert visitor.fields(HERE)[human.TOKEN] != token
    assert visitor.fields(HERE)[human.ANSWER] == [""]


async def test_a_returned_registration_is_corrected_once_by_its_link(api: Api, visitor: Visitor) -> None:
    case_id = await registered(visitor)
    token = await returned(api, case_id)
    correction = f"{HERE}/{case_id}/perbaikan"

    await visitor.open(f"{HERE}/{case_id}")
    assert "Salinan NIB tidak terbaca." in visitor.text
    assert "Waktu berhenti sejak" in visitor.text
    assert (await visitor.open(f"{correction}?token=guessed")).status_code == 410
    await visitor.open(f"{correction}?token={token}")
    assert visitor.fields(correction)["company_name"] == [COMPANY["company_name"]]
    await visitor.send(correction, {"npwp": "1"}, {})
    assert visitor.page.status_code == 422
    await visitor.send(correction, {"npwp": COMPANY["npwp"]}, scan("nib-baru.pdf"))

    assert visitor.path == f"{HERE}/{case_id}"
    assert "Perbaikan diterima. UPP melanjutkan pemeriksaan." in visitor.text
    async with api.sessions() as session:
        registration = await session.get_one(Registration, case_id)
        document = await session.get_one(Document, registration.document_id)
        case = await session.get_one(CaseFile, case_id)
    assert (case.status, registration.submission, document.filename) == ("submitted", 2, "nib-baru.pdf")
    assert (await visitor.open(f"{correction}?token={token}")).status_code == 410


async def test_the_link_of_one_registration_does_not_open_another(api: Api, visitor: Visitor) -> None:
    one = await registered(visitor)
    other = await registered(visitor, nib="9120000000025", address="Jl. Lain No. 2")
    token = await returned(api, one)
    await returned(api, other)
    assert (await visitor.open(f"{HERE}/{other}/perbaikan?token={token}")).status_code == 410


async def test_what_is_no_registration_is_not_found(visitor: Visitor) -> None:
    for path in ("", "/bukti", "/bukti/cetak", "/perbaikan"):
        answer = await visitor.open(f"{HERE}/00000000-0000-7000-8000-000000000001{path}")
        assert answer.status_code == 404
