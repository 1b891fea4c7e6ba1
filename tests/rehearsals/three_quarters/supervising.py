"""Acts of offices about how a company reports, and of those who help it: reprimands, sessions at a desk."""

from collections.abc import Callable, Sequence
from datetime import datetime

from tests.rehearsals.company import done, once
from tests.rehearsals.three_quarters.asking import SCAN
from tests.rehearsals.three_quarters.office import Firm, Office

KOTA = "64.71"  # whose own office reprimands
DESK = "siinas"


def _reprimand(office: Office, firm: Firm) -> str:
    found: str = office.case(firm, "reprimand")["id"]
    return f"/reprimands/{found}"


def reprimand(office: Office, firms: Sequence[Firm], refused: str = "") -> None:
    """The regency finds them in its list, and one official proposes."""
    officer = office.as_("regional_officer", region=KOTA)
    listed = {line["account_id"] for line in done(officer.get("/api/v1/disorderly-reporting"))}
    assert refused or {firm.id for firm in firms} <= listed
    for firm in firms:
        body, path = {"reason": "Berulang kali terlambat."}, f"/accounts/{firm.id}/reprimands"
        said = office.post(officer, path, body, status=409 if refused else None)
        assert not refused or refused in said["detail"], said


def decide_reprimand(office: Office, firms: Sequence[Firm], verdict: str, channel: str | None = None) -> None:
    """Another official decides; whoever proposed it may not."""
    decision = {"verdict": verdict, "note": "Sudah ditegur lisan.", "channel": channel}
    for firm in firms:
        path = f"{_reprimand(office, firm)}/decision"
        office.post(office.as_("regional_officer", region=KOTA), path, decision, status=403)
        office.post(office.as_("regional_officer", region=KOTA, other="second"), path, decision)


def withdraw_reprimand(office: Office, firms: Sequence[Firm]) -> None:
    for firm in firms:
        officer = office.as_("regional_officer", region=KOTA)
        office.post(officer, f"{_reprimand(office, firm)}/withdrawal")


def print_reprimands(office: Office, firms: Sequence[Firm]) -> None:
    officer = office.as_("regional_officer", region=KOTA)
    batch = office.post(officer, "/print-batches", {"authority": KOTA})
    assert batch["letters"] == len(firms), batch
    assert officer.get(f"/api/v1/print-batches/{batch['id']}/file").content.startswith(b"%PDF")
    assert office.post(officer, f"/print-batches/{batch['id']}/posting")["count"] == len(firms)


def reprimand_by_post(office: Office, firms: Sequence[Firm]) -> None:
    """Its mail shows no receipt: the same letter goes by post."""
    for firm in firms:
        officer = office.as_("regional_officer", region=KOTA)
        office.post(officer, f"{_reprimand(office, firm)}/posting")


def reprimand_delivered(office: Office, firms: Sequence[Firm], kind: str, on: str) -> None:
    """The receipt with its scan; one that is older than the letter is refused."""
    officer = office.as_("regional_officer", region=KOTA)
    for firm in firms:
        path = _reprimand(office, firm)
        scan = done(officer.post(f"/api/v1{path}/documents", files=SCAN, headers=once()), 201)
        given = {"kind": kind, "note": "Diterima bagian umum.", "document_id": scan["id"]}
        too_early = given | {"received_at": "2026-10-12T09:00:00+07:00"}
        office.post(officer, f"{path}/delivery", too_early, status=422)
        office.post(officer, f"{path}/delivery", given | {"received_at": f"{on}+07:00"})


def _ticket(office: Office, firm: Firm) -> str:
    found: str = office.case(firm, "assistance")["id"]
    return f"/assistance/{found}"


def book(office: Office, firms: Sequence[Firm], starts: str, refused: int | None = None) -> None:
    """One of the sessions that are offered, or another in its place."""
    wanted = {"desk": DESK, "starts_at": f"{starts}:00+07:00", "way": "video"}
    for firm in firms:
        company = office.company(firm)
        free = done(company.get(f"/api/v1/accounts/{firm.id}/assistance-sessions"))
        offered = {datetime.fromisoformat(one["starts_at"]) for one in free}
        assert (datetime.fromisoformat(wanted["starts_at"]) in offered) is (refused != 422)
        office.post(company, f"{_ticket(office, firm)}/session", wanted, status=refused)


def give_up(office: Office, firms: Sequence[Firm], refused: int | None = None) -> None:
    for firm in firms:
        path = f"{_ticket(office, firm)}/session-release"
        office.post(office.company(firm), path, status=refused)


def confirm(office: Office, firms: Sequence[Firm]) -> None:
    for firm in firms:
        path = f"{_ticket(office, firm)}/confirmation"
        office.post(office.as_("upp_officer"), path, {"place": "https://rapat.example/siinas"})


def call_off(office: Office, firms: Sequence[Firm]) -> None:
    for firm in firms:
        path = f"{_ticket(office, firm)}/cancellation"
        office.post(office.as_("upp_officer"), path, {"reason": "Petugas berhalangan."})


def record_session(office: Office, firms: Sequence[Firm], outcome: str) -> None:
    for firm in firms:
        given = {"outcome": outcome, "note": "Nilai investasi dijelaskan."}
        office.post(office.as_("upp_officer"), f"{_ticket(office, firm)}/outcome", given)


def rate(office: Office, firms: Sequence[Firm]) -> None:
    for firm in firms:
        path = f"{_ticket(office, firm)}/satisfaction"
        office.post(office.company(firm), path, {"satisfaction": 5})
        office.post(office.company(firm), path, {"satisfaction": 1}, status=409)


DOING: dict[str, Callable[..., None]] = {
    "reprimand": reprimand, "decide_reprimand": decide_reprimand, "withdraw_reprimand": withdraw_reprimand,
    "print_reprimands": print_reprimands, "reprimand_by_post": reprimand_by_post,
    "reprimand_delivered": reprimand_delivered,
    "book": book, "give_up": give_up, "confirm": confirm, "call_off": call_off,
    "record_session": record_session, "rate": rate,
}  # fmt: skip
