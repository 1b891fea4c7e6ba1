"""Acts about warnings: approved, printed, proven, held, excused, left out, and decided after the third."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import httpx

from tests.rehearsals.company import done, once
from tests.rehearsals.three_quarters.asking import SCAN
from tests.rehearsals.three_quarters.office import Firm, Office
from tests.services.service_proof.notifications import report

BOUNCES: Final = "kunci-pantulan-contoh"
"""What the mail system shows that reports to the webhook."""


def _ladder(office: Office, firm: Firm, about: str) -> str:
    """The newest ladder about a period's report, or about a request ("data")."""
    query = {} if about == "data" else {"period": about}
    found = office.read("/cases", kind="warning", account=firm.id, **query)["items"]
    ladder: str = next(one["id"] for one in found if about != "data" or one["period"] is None)
    return ladder


def _each(office: Office, firms: Sequence[Firm], about: str, step: str, **body: Any) -> None:
    for firm in firms:
        path = f"/warnings/{_ladder(office, firm, about)}/{step}"
        office.post(office.as_("compliance_officer"), path, body)


def approve(office: Office, firms: Sequence[Firm], about: str, channel: str, office_of: str = "") -> None:
    """All of these at once, after a preview."""
    officer = office.as_("compliance_officer", region=office_of)
    wanted = {"ids": [_ladder(office, firm, about) for firm in firms], "channel": channel}
    preview = office.post(officer, "/warning-proposals/preview", wanted)
    assert preview["letters"] == len(firms), preview
    wanted["previewed_at"] = preview["previewed_at"]
    assert office.post(officer, "/warning-proposals/approval", wanted)["letters"] == len(firms)


def determine(office: Office, firms: Sequence[Firm], about: str) -> None:
    """The rules leave it to an officer whose office is competent: before that, nothing can be approved."""
    officer = office.as_("compliance_officer")
    ids = [_ladder(office, firm, about) for firm in firms]
    preview = office.post(officer, "/warning-proposals/preview", {"ids": ids, "channel": "email"})
    assert (preview["letters"], preview["undetermined"]) == (0, len(firms)), preview
    wanted = {"ids": ids, "level": "regency", "reason": "Izinnya berskala kecil."}
    assert office.post(officer, "/warning-proposals/authority", wanted)["count"] == len(firms)
    office.post(officer, "/warning-proposals/authority", wanted, status=409)


def exclude(office: Office, firms: Sequence[Firm], about: str) -> None:
    left = [{"id": _ladder(office, firm, about), "reason": "Pabriknya terbakar."} for firm in firms]
    office.post(office.as_("compliance_officer"), "/warning-proposals/exclusion", {"exclusions": left})


def print_and_post(office: Office, firms: Sequence[Firm], about: str) -> None:
    """What waits is printed as one file with its list of addresses, and handed to the post."""
    officer = office.as_("compliance_officer")
    batch = office.post(officer, "/print-batches", {"authority": "ministry"})
    assert batch["letters"] == len(firms), batch
    assert officer.get(f"/api/v1/print-batches/{batch['id']}/file").content.startswith(b"%PDF")
    addresses = officer.get(f"/api/v1/print-batches/{batch['id']}/addresses").text.splitlines()
    assert len(addresses) == len(firms) + 1
    assert office.post(officer, f"/print-batches/{batch['id']}/posting")["count"] == len(firms)


def by_post(office: Office, firms: Sequence[Firm], about: str) -> None:
    _each(office, firms, about, "posting")


def _scan(office: Office, ladder: str) -> str:
    answer = office.as_("compliance_officer").post(
        f"/api/v1/warnings/{ladder}/documents", files=SCAN, headers=once()
    )
    document: str = done(answer, 201)["id"]
    return document


def _with_scan(office: Office, firms: Sequence[Firm], about: str, step: str, **body: Any) -> None:
    for firm in firms:
        ladder = _ladder(office, firm, about)
        given = body | {"document_id": _scan(office, ladder)}
        office.post(office.as_("compliance_officer"), f"/warnings/{ladder}/{step}", given)


def evidence(office: Office, firms: Sequence[Firm], about: str, kind: str) -> None:
    """Not dated before the sending, and not without its scan."""
    early = {"kind": kind, "note": "Diterima.", "received_at": "2026-10-13T09:00:00+07:00"}
    for firm in firms:
        path = f"/warnings/{_ladder(office, firm, about)}/service-evidence"
        office.post(office.as_("compliance_officer"), path, early, status=422)
    _with_scan(office, firms, about, "service-evidence", kind=kind, note="Diterima bagian umum.")


def excuse(office: Office, firms: Sequence[Firm], about: str) -> None:
    """Not without its letter."""
    for firm in firms:
        path, words = f"/warnings/{_ladder(office, firm, about)}/excuse", {"reason": "Banjir."}
        office.post(office.as_("compliance_officer"), path, words, status=422)
    _with_scan(office, firms, about, "excuse", reason="Tidak berproduksi sejak banjir.")


def settle(office: Office, firms: Sequence[Firm], about: str, result: str) -> None:
    """The officer whose task it is says how the company was reached."""
    tasks = {(task["account_id"], task["reason"]): task["id"] for task in office.read("/contact-tasks")}
    for firm in firms:
        done = {"result": result, "note": "Akan membukanya."}
        task = tasks[firm.id, "receipt_unproven"]
        office.post(office.as_("compliance_officer"), f"/contact-tasks/{task}/settlement", done)


def open_letter(office: Office, firms: Sequence[Firm], about: str) -> None:
    for firm in firms:
        opened = office.company(firm).get(f"/api/v1/warnings/{_ladder(office, firm, about)}/letters/1")
        assert opened.content.startswith(b"%PDF"), opened.text


def bounce(office: Office, firms: Sequence[Firm], about: str, to: str = "mailbox") -> None:
    """A mail system reports that it could not deliver the letter, to the mailbox or to the webhook."""
    for firm in firms:
        letter = office.tenggat("mail", "list", "--to", firm.email)[-1]
        taken_in = {"mailbox": _from_mailbox, "webhook": _by_webhook}[to]
        assert taken_in(office, report(firm.email, letter["message_id"]))["bounced"] == 1


def _from_mailbox(office: Office, mail: bytes) -> Any:
    file = office.instance.home / "bounced.eml"
    file.write_bytes(mail)
    return office.tenggat("mail", "bounces", str(file))


def _by_webhook(office: Office, mail: bytes) -> Any:
    """Not without the token that the mail system was given."""
    with httpx.Client(base_url=office.instance.url) as system:
        assert system.post("/api/v1/bounces", content=mail).status_code == 401
        return done(system.post("/api/v1/bounces", content=mail, headers={"X-Bounce-Token": BOUNCES}))


def hold_ladder(office: Office, firms: Sequence[Firm], about: str) -> None:
    for firm in firms:
        office.hold(_ladder(office, firm, about))


def release_ladder(office: Office, firms: Sequence[Firm], about: str) -> None:
    for firm in firms:
        office.post(office.as_("compliance_officer"), f"/cases/{_ladder(office, firm, about)}/release")


def propose_sanction(office: Office, firms: Sequence[Firm], about: str, kind: str) -> None:
    words = {"basis": "Permenperin 13/2025", "reason": "Tetap tidak melapor.", "number": "KEP-1/2027"}
    fine = {"amount": 5_000_000} if kind == "fine" else {}
    _with_scan(office, firms, about, "sanctions", kind=kind, **words, **fine)


def impose(office: Office, firms: Sequence[Firm], about: str, kind: str) -> None:
    """A second person imposes it; whoever proposed it may not."""
    for firm in firms:
        path = f"/warnings/{_ladder(office, firm, about)}"
        [sanction] = [one for one in office.read(path)["sanctions"] if one["state"] == "proposed"]
        decision = f"{path}/sanctions/{sanction['id']}/decision"
        office.post(office.as_("compliance_officer"), decision, {"approve": True}, status=403)
        office.post(office.as_("compliance_officer", other="second"), decision, {"approve": True})


def turn_down(office: Office, firms: Sequence[Firm], about: str) -> None:
    """A second person does not impose what was proposed, and says why."""
    for firm in firms:
        path = f"/warnings/{_ladder(office, firm, about)}"
        [sanction] = [one for one in office.read(path)["sanctions"] if one["state"] == "proposed"]
        refusal = {"approve": False, "note": "Belum setimpal."}
        office.post(
            office.as_("compliance_officer", other="second"),
            f"{path}/sanctions/{sanction['id']}/decision", refusal,
        )  # fmt: skip


def close_desk(office: Office, firms: Sequence[Firm], about: str) -> None:
    _each(office, firms, about, "closing", reason="Perusahaan tutup.")


DOING: dict[str, Callable[..., None]] = {
    "settle": settle, "determine": determine, "exclude": exclude, "print_and_post": print_and_post, "by_post": by_post,
    "evidence": evidence,
    "excuse": excuse, "open_letter": open_letter, "bounce": bounce, "hold_ladder": hold_ladder,
    "release_ladder": release_ladder, "propose_sanction": propose_sanction, "impose": impose,
    "turn_down": turn_down, "close_desk": close_desk,
    "approve": lambda staff, firms, about, channel, office="": approve(staff, firms, about, channel, office),
}  # fmt: skip
