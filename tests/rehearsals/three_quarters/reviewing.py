"""Acts about reports: sent, reviewed, returned, corrected."""

from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

from tests.rehearsals.company import send_report, sign_report
from tests.rehearsals.three_quarters import people
from tests.rehearsals.three_quarters.office import Firm, Office

NOTES = [
    {"section": "production", "text": "Nilai produksi belum jelas."},
    {"section": "workforce", "text": "Jumlah tenaga kerja belum lengkap."},
]


def send(office: Office, firms: Sequence[Firm], period: str) -> None:
    for firm in firms:
        send_report(office.company(firm), period)


def _report(office: Office, firm: Firm, period: str) -> str:
    found: str = office.case(firm, "report", period=period)["id"]
    return found


def _decide(office: Office, firm: Firm, period: str, desk: str, verdict: str) -> None:
    report = _report(office, firm, period)
    review = office.read(f"/reports/{report}/review")
    body: dict[str, Any] = {"submission": review["submission"], "verdict": verdict}
    if verdict == "return":
        body["notes"] = NOTES
    role = "verifier"
    if desk == "validation":
        role, body["directorate"] = "validator", review["validations"][0]["directorate"]
    office.post(office.as_(role), f"/reports/{report}/{desk}", body)


def verify(office: Office, firms: Sequence[Firm], period: str) -> None:
    for firm in firms:
        _decide(office, firm, period, "verification", "accept")


def validate(office: Office, firms: Sequence[Firm], period: str) -> None:
    for firm in firms:
        _decide(office, firm, period, "validation", "accept")


def verify_together(office: Office, firms: Sequence[Firm], period: str, region: str) -> None:
    _together(office, firms, "verification", {"period": period, "region": region})


def validate_together(office: Office, firms: Sequence[Firm], period: str, region: str) -> None:
    wanted = {"period": period, "region": region, "directorate": "ikma"}
    _together(office, firms, "validation", wanted)


def _together(office: Office, firms: Sequence[Firm], desk: str, wanted: dict[str, str]) -> None:
    """Every report without a finding, after a preview, by a person; a program may only look."""
    role = "verifier" if desk == "verification" else "validator"
    path = f"/reviews/{desk}/previews"
    seen = office.post(office.as_(role), path, wanted)
    office.post(office.as_(role), f"/reviews/batches/{seen['id']}/approval", {}, status=403)
    with closing(people.signed_in(office, role)) as person:
        preview = office.post(person, path, wanted)
        assert set(preview["chosen"]) == {_report(office, firm, wanted["period"]) for firm in firms}
        done = office.post(person, f"/reviews/batches/{preview['id']}/approval", {"without": []})
        assert done["approved"] == len(firms)


def approve_one(
    office: Office, firms: Sequence[Firm], period: str, directorate: str, last: bool = False
) -> None:
    """One of the directorates of the report's business fields; the others are still to come."""
    for firm in firms:
        path = f"/reports/{_report(office, firm, period)}"
        review = office.read(f"{path}/review")
        assert {one["directorate"] for one in review["validations"]} == {"ikma", "kpaii"}
        body = {"submission": review["submission"], "verdict": "accept", "directorate": directorate}
        office.post(office.as_("validator"), f"{path}/validation", body)


def give_back(office: Office, firms: Sequence[Firm], period: str, desk: str) -> None:
    for firm in firms:
        _decide(office, firm, period, desk, "return")


def fix(office: Office, firms: Sequence[Firm], period: str) -> None:
    """Every note is answered, then on from the statement letter."""
    for firm in firms:
        report, company = _report(office, firm, period), office.company(firm)
        for note in office.read(f"/reports/{report}/corrections"):
            answer = {"answer": "responded", "response": "Sudah sesuai pembukuan."}
            office.post(company, f"/reports/{report}/corrections/{note['id']}/answer", answer)
        _send_again(office, firm, report)


def resend(office: Office, firms: Sequence[Firm], period: str) -> None:
    for firm in firms:
        _send_again(office, firm, _report(office, firm, period))


def _send_again(office: Office, firm: Firm, report: str) -> None:
    company = office.company(firm)
    path, version = sign_report(company, report)
    office.post(company, path.removeprefix("/api/v1"), {"version": version})


def ask_rollback(office: Office, firms: Sequence[Firm], period: str, refused: str = "") -> None:
    body = {"reason": "Satuan salah ketik.", "sections": ["production"]}
    for firm in firms:
        path = f"/reports/{_report(office, firm, period)}/rollback-requests"
        said = office.post(office.company(firm), path, body, status=409 if refused else None)
        assert not refused or refused in said["detail"], said


def _decide_rollback(office: Office, firms: Sequence[Firm], **decision: str) -> None:
    for firm in firms:
        asked = office.case(firm, "rollback")
        office.post(office.as_("verifier"), f"/rollback-requests/{asked['id']}/decision", decision)


def grant_rollback(office: Office, firms: Sequence[Firm], period: str) -> None:
    _decide_rollback(office, firms, verdict="grant")


def refuse_rollback(office: Office, firms: Sequence[Firm], period: str) -> None:
    _decide_rollback(office, firms, verdict="refuse", reason="Data sudah benar.")


DOING: dict[str, Callable[..., None]] = {
    "verify_together": verify_together, "validate_together": validate_together, "approve_one": approve_one,
    "send": send, "verify": verify, "validate": validate, "return": give_back, "fix": fix, "resend": resend,
    "ask_rollback": ask_rollback, "grant_rollback": grant_rollback, "refuse_rollback": refuse_rollback,
}  # fmt: skip
