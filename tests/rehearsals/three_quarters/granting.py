"""Acts about dates, excuses and licences."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from tests.rehearsals.company import done, once
from tests.rehearsals.three_quarters import days
from tests.rehearsals.three_quarters.asking import SCAN
from tests.rehearsals.three_quarters.office import Firm, Office
from tests.services.documents.corpus import pdf

PAPER = ("surat.pdf", pdf(), "application/pdf")
ESTATES = "2025:68122"  # running an industrial estate, which the directorate for estates supervises
WORDS = {"instrument": "Surat Contoh 9/2027", "reason": "Banjir"}


def _report(office: Office, firm: Firm, period: str) -> str:
    found: str = office.case(firm, "report", period=period)["id"]
    return found


def _extend(office: Office, wanted: dict[str, Any], moving: int) -> str:
    """Written down with its instrument, tried out, approved by a second administrator."""
    asks, decides = office.as_("administrator"), office.as_("administrator", other="second")
    extension: str = office.post(asks, "/extensions", WORDS | wanted)["id"]
    path = f"/extensions/{extension}"
    done(asks.post(f"/api/v1{path}/document", files=SCAN, headers=once()))
    seen = office.post(asks, f"{path}/dry-run")
    assert seen["moving"] == moving, seen
    office.post(decides, f"{path}/approval", {"version": seen["version"]})
    return extension


def extend_region(office: Office, firms: Sequence[Firm], period: str, target: str, region: str) -> None:
    wanted = {"scope": "region", "period": period, "region": region, "target_date": target}
    office.kept[region] = _extend(office, wanted, len(firms))


def undo_region(office: Office, firms: Sequence[Firm], period: str, target: str, region: str) -> None:
    office.post(office.as_("administrator"), f"/extensions/{office.kept[region]}/undo")


def extend_case(office: Office, firms: Sequence[Firm], period: str, target: str) -> None:
    for firm in firms:
        wanted = {"scope": "case", "case_id": _report(office, firm, period), "target_date": target}
        _extend(office, wanted, 1)


def drop_extension(office: Office, firms: Sequence[Firm], period: str, target: str) -> None:
    """Tried out, and given up before a second person approved it, who then cannot any more."""
    asks, decides = office.as_("administrator"), office.as_("administrator", other="second")
    for firm in firms:
        wanted = {"scope": "case", "case_id": _report(office, firm, period), "target_date": target}
        path = f"/extensions/{office.post(asks, '/extensions', WORDS | wanted)['id']}"
        seen = office.post(asks, f"{path}/dry-run")
        assert seen["moving"] == 1, seen
        office.post(asks, f"{path}/cancellation")
        office.post(decides, f"{path}/approval", {"version": seen["version"]}, status=409)


def ask_time(office: Office, firms: Sequence[Firm], period: str, days: int) -> None:
    for firm in firms:
        path = f"/api/v1/cases/{_report(office, firm, period)}/extension-requests"
        given = {"days": str(days), "reason": "Banjir"}
        company = office.company(firm)
        done(company.post(path, data=given, files={"evidence": PAPER}, headers=once()), 201)


def _answer(office: Office, firms: Sequence[Firm], kind: str, path: str, **decision: Any) -> None:
    for firm in firms:
        asked = office.case(firm, kind)["id"]
        office.post(office.as_("compliance_officer"), f"/{path}/{asked}/decision", decision)


def grant_time(office: Office, firms: Sequence[Firm], days: int) -> None:
    _answer(office, firms, "extension-request", "extension-requests", verdict="grant", days=days)


def refuse_time(office: Office, firms: Sequence[Firm]) -> None:
    refusal = {"verdict": "refuse", "reason": "Buktinya tidak cukup."}
    _answer(office, firms, "extension-request", "extension-requests", **refusal)


def withdraw_time(office: Office, firms: Sequence[Firm]) -> None:
    for firm in firms:
        asked = office.case(firm, "extension-request")["id"]
        office.post(office.company(firm), f"/extension-requests/{asked}/withdrawal")


def declare(office: Office, firms: Sequence[Firm], period: str) -> None:
    for firm in firms:
        path = f"/api/v1/cases/{_report(office, firm, period)}/non-production"
        given = {"letter_date": "2027-01-04", "signed_by": "director", "reason": "Tidak berproduksi."}
        done(office.company(firm).post(path, data=given, files={"letter": PAPER}, headers=once()), 201)


def accept_declared(office: Office, firms: Sequence[Firm]) -> None:
    _answer(office, firms, "non-production", "non-production", verdict="accept")


def refuse_declared(office: Office, firms: Sequence[Firm]) -> None:
    _answer(office, firms, "non-production", "non-production", verdict="refuse", reason="Ada penjualan.")


def withdraw_declared(office: Office, firms: Sequence[Firm]) -> None:
    for firm in firms:
        declared = office.case(firm, "non-production")["id"]
        office.post(office.company(firm), f"/non-production/{declared}/withdrawal")


def void(office: Office, firms: Sequence[Firm]) -> None:
    for firm in firms:
        reason = {"reason": "Dokumen pendaftarannya palsu."}
        office.post(office.as_("upp_officer"), f"/accounts/{firm.id}/void", reason)
        assert office.company(firm).get("/api/v1/accounts").status_code == 401


def upload(
    office: Office, firms: Sequence[Firm], expires_on: str = "", replaces: str = "", risk: str = "low"
) -> None:
    for firm in firms:
        company, path = office.company(firm), f"/api/v1/accounts/{firm.id}"
        [field] = done(company.get(f"{path}/profile/business_fields"))["values"]["rows"]
        given = {
            "type": "industry_licence", "number": "PBSI-CONTOH", "expires_on": expires_on,
            "kbli": field["kbli"], "risk_level": risk,
        }  # fmt: skip
        if replaces:
            given["replaces_id"] = _licence(office, firm)["id"]
        done(company.post(f"{path}/licences", data=given, files=SCAN, headers=once()), 201)


def manage_estate(office: Office, firms: Sequence[Firm]) -> None:
    """Another business field, under another directorate; with its licence, without which nothing is sent."""
    for firm in firms:
        company, path = office.company(firm), f"/api/v1/accounts/{firm.id}"
        page = done(company.get(f"{path}/profile/business_fields"))
        rows = [*page["values"]["rows"], {"kbli": ESTATES, "is_primary": "false", "risk_level": "low"}]
        changed = {"values": {"rows": rows}, "version": page["version"]}
        done(company.put(f"{path}/profile/business_fields", json=changed))
        given = {"type": "estate_licence", "number": "PBKI-CONTOH", "kbli": ESTATES, "risk_level": "low"}
        done(company.post(f"{path}/licences", data=given, files=SCAN, headers=once()), 201)


def _licence(office: Office, firm: Firm) -> dict[str, Any]:
    newest: dict[str, Any] = office.read(f"/accounts/{firm.id}/licences")[0]
    return newest


def _find(office: Office, firms: Sequence[Firm], **decision: Any) -> None:
    for firm in firms:
        licence = _licence(office, firm)
        body = decision | {"version": licence["version"]}
        office.post(office.as_("upp_officer"), f"/licences/{licence['id']}/decision", body)


def find_valid(office: Office, firms: Sequence[Firm], replaces: bool = False) -> None:
    _find(office, firms, valid=True)


def find_invalid(office: Office, firms: Sequence[Firm]) -> None:
    _find(office, firms, valid=False, note="Nomornya tidak terbaca.")


def certificate(office: Office, firms: Sequence[Firm]) -> None:
    for firm in firms:
        body = {"status": "verified", "evidence": "Nomor contoh di OSS"}
        path = f"/licences/{_licence(office, firm)['id']}/standard-certificate"
        office.post(office.as_("upp_officer"), path, body)


def contact(office: Office, firms: Sequence[Firm], period: str) -> None:
    """The regional office finds it among those that did not report, and writes down its call."""
    officer = office.as_("regional_officer", region="64.71")
    missing = done(officer.get("/api/v1/missing-reports", params={"period": period}))
    assert {firm.id for firm in firms} <= {line["account_id"] for line in missing}
    now = office.read("/clock", "administrator")["now"]
    for firm in firms:
        body = {"channel": "whatsapp", "at": now, "reached": True, "summary": "Akan melapor."}
        office.post(officer, f"/cases/{_report(office, firm, period)}/contacts", body)


def foresee(
    office: Office,
    firms: Sequence[Firm],
    period: str,
    ahead: dict[str, str],
    target: str,
    then: dict[str, str],
) -> None:
    """What happens if nobody does anything; and what would, supposing another date or a hold. Nothing is saved."""
    for firm in firms:
        case = f"/cases/{_report(office, firm, period)}"
        _at(office.read(f"{case}/timeline")["future"], ahead)
        supposed = office.read(f"{case}/what-if", target_date=target)
        _at(supposed["before"], ahead)
        _at(supposed["after"], then)
        held = office.read(f"{case}/what-if", hold=True)["after"]
        assert not {line["name"] for line in held} & {"reminder", "warning_1"}, held


def _at(lines: list[dict[str, Any]], wanted: dict[str, str]) -> None:
    found = {line["name"]: line["at"] for line in lines}
    told = {name: days.at(moment) for name, moment in wanted.items()}
    assert {name: datetime.fromisoformat(found.get(name) or "9999-12-31T00:00Z") for name in told} == told, (
        found
    )


def ask_help(office: Office, firms: Sequence[Firm]) -> None:
    for firm in firms:
        asked = {"topic": "hs_code", "question": "Kode HS kursi rotan?"}
        office.post(office.company(firm), f"/accounts/{firm.id}/assistance", asked)


def answer_help(office: Office, firms: Sequence[Firm]) -> None:
    for firm in firms:
        asked = office.case(firm, "assistance")["id"]
        office.post(
            office.as_("upp_officer"), f"/assistance/{asked}/answer", {"text": "Lihat Kode Referensi."}
        )


def hold_report(office: Office, firms: Sequence[Firm], period: str) -> None:
    for firm in firms:
        office.hold(_report(office, firm, period))


def release_report(office: Office, firms: Sequence[Firm], period: str) -> None:
    for firm in firms:
        office.post(office.as_("compliance_officer"), f"/cases/{_report(office, firm, period)}/release")


DOING: dict[str, Callable[..., None]] = {
    "extend_region": extend_region, "undo_region": undo_region, "extend_case": extend_case,
    "drop_extension": drop_extension,
    "ask_time": ask_time, "grant_time": grant_time, "refuse_time": refuse_time, "withdraw_time": withdraw_time,
    "declare": declare, "accept_declared": accept_declared, "refuse_declared": refuse_declared,
    "withdraw_declared": withdraw_declared, "void": void,
    "manage_estate": manage_estate, "upload": upload,
    "find_valid": find_valid, "find_invalid": find_invalid, "certificate": certificate,
    "contact": contact, "foresee": foresee, "ask_help": ask_help, "answer_help": answer_help,
    "hold_report": hold_report, "release_report": release_report,
}  # fmt: skip
