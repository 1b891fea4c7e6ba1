"""Acts about requests for Data Lain: asked over every channel, proven, answered, accepted, asked again."""

from collections.abc import Callable, Sequence
from typing import Any

from tests.rehearsals.company import done, once
from tests.rehearsals.three_quarters.office import Firm, Office
from tests.services.documents.corpus import pdf

ORDER = {
    "kinds": ["additional", "clarification"],
    "question": "Jelaskan penurunan produksi.",
    "mandate": "Instruksi Menteri Contoh 7/2026",
}
SCAN = {"document": ("bukti.pdf", pdf(), "application/pdf")}


def ask_data(office: Office, firms: Sequence[Firm], channel: str) -> None:
    _order(office, firms, channel=channel, companies=[firm.id for firm in firms])


def ask_region(office: Office, firms: Sequence[Firm], channel: str) -> None:
    """Everybody in the province, whoever that is: exactly these."""
    _order(office, firms, channel=channel, kinds=["extraordinary"], region="91")


def _order(office: Office, firms: Sequence[Firm], **wanted: Any) -> None:
    officer = office.as_("compliance_officer")
    order = ORDER | wanted
    assert office.post(officer, "/data-requests/dry-run", order)["count"] == len(firms)
    assert office.post(officer, "/data-requests", order)["requests"] == len(firms)


def _request(office: Office, firm: Firm) -> str:
    found: str = office.case(firm, "data-request")["id"]
    return found


def read_data(office: Office, firms: Sequence[Firm]) -> None:
    for firm in firms:
        done(office.company(firm).get(f"/api/v1/data-requests/{_request(office, firm)}"))


def receipt(office: Office, firms: Sequence[Firm], kind: str, on: str = "") -> None:
    """An officer records evidence; minutes and receipts with their scan."""
    officer = office.as_("compliance_officer")
    for firm in firms:
        path = f"/data-requests/{_request(office, firm)}"
        given = {"kind": kind, "note": "Diterima bagian umum."}
        if kind != "call_note":
            scan = done(officer.post(f"/api/v1{path}/evidence", files=SCAN, headers=once()), 201)
            given["document_id"] = scan["id"]
        too_early = given | {"received_at": "2026-10-01T08:00:00+07:00"}
        office.post(officer, f"{path}/receipt", too_early, status=422)
        if on:
            given["received_at"] = f"{on}+07:00"
        office.post(officer, f"{path}/receipt", given)


def answer(office: Office, firms: Sequence[Firm], refused: str = "") -> None:
    for firm in firms:
        company, path = office.company(firm), f"/data-requests/{_request(office, firm)}"
        status = 409 if refused else 201
        done(company.post(f"/api/v1{path}/attachments", files=SCAN, headers=once()), status)
        said = office.post(
            company, f"{path}/answer", {"answer": "Mesin rusak."}, status=409 if refused else None
        )
        assert not refused or refused in said["detail"], said


def _decide(office: Office, firms: Sequence[Firm], step: str, **body: Any) -> None:
    for firm in firms:
        path = f"/data-requests/{_request(office, firm)}/{step}"
        office.post(office.as_("compliance_officer"), path, body)


def accept_answer(office: Office, firms: Sequence[Firm]) -> None:
    _decide(office, firms, "acceptance", accepted=True)


def ask_again(office: Office, firms: Sequence[Firm]) -> None:
    _decide(office, firms, "acceptance", accepted=False, question="Mesin yang mana?")


def withdraw_data(office: Office, firms: Sequence[Firm]) -> None:
    _decide(office, firms, "withdrawal", reason="Sudah ada di laporan.")


DOING: dict[str, Callable[..., None]] = {
    "ask_data": ask_data, "ask_region": ask_region, "read_data": read_data, "receipt": receipt,
    "answer": answer, "accept_answer": accept_answer, "ask_again": ask_again, "withdraw_data": withdraw_data,
}  # fmt: skip
