"""Acts about what holds for many: decrees about days, of the country and of a place, and other rules."""

from collections.abc import Callable, Sequence
from typing import Any

from tests.rehearsals.company import done, once
from tests.rehearsals.three_quarters.granting import WORDS
from tests.rehearsals.three_quarters.office import Firm, Office, patiently

# Rules with a gap, with an overlap, and a period that two instruments claim.
BROKEN = {
    "jurisdictions.jurisdictions.rules.industry_report.scales": ["small"],
    "regimes.regimes.PM13_2025.first": "2025-Q2",
    "regimes.regimes.SE1_2025.last": "2025-Q1",
}
FILES = {
    "csv": "date,kind,name,name_en\n{day},joint_leave,Cuti Bersama Contoh,\n",
    "ics": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:contoh\r\nBEGIN:VEVENT\r\nUID:1@contoh.example\r\n"
           "DTSTAMP:20270101T000000Z\r\nDTSTART;VALUE=DATE:{compact}\r\nSUMMARY:Cuti Bersama Contoh\r\n"
           "END:VEVENT\r\nEND:VCALENDAR\r\n",
}  # fmt: skip


def decree(office: Office, day: str, file: str) -> None:
    """For the whole country, taken from a file."""
    content = FILES[file].format(day=day, compact=day.replace("-", ""))
    entered = office.as_("administrator").post(
        "/api/v1/decrees/from-file",
        files={"file": (f"keputusan.{file}", content.encode())}, data=WORDS, headers=once(),
    )  # fmt: skip
    office.kept[day] = _approved(office, done(entered, 201))


def _decree(office: Office, day: str, moving: int, **where: str) -> str:
    """For a place: its one day is typed."""
    line = {"day": day, "kind": "joint_leave", "name": "Cuti Bersama Contoh"}
    entered = office.post(office.as_("administrator"), "/decrees", WORDS | {"days": [line]} | where)
    return _approved(office, entered, moving)


def _approved(office: Office, entered: dict[str, Any], moving: int | None = None) -> str:
    """Entered and tried out by one administrator, approved by another."""
    asks, decides = office.as_("administrator"), office.as_("administrator", other="second")
    path = f"/decrees/{entered['case_id']}"
    foreseen = office.post(asks, f"{path}/dry-run")
    assert moving is None or foreseen["moving"] == moving, foreseen
    office.post(asks, f"{path}/approval", status=403)
    office.post(decides, f"{path}/approval")
    patiently(lambda: office.read(path, "administrator")["status"] == "applied", f"{path} applied")
    return path


def decree_here(office: Office, firms: Sequence[Firm], layer: str, day: str, scope: str = "") -> None:
    """For the region of the story as a whole, or for each of its companies by its NIB."""
    if layer == "region":
        office.kept[f"{layer} {day}"] = _decree(office, day, len(firms), layer=layer, scope=scope)
        return
    for firm in firms:
        nib = office.read(f"/accounts/{firm.id}")["nib"]
        office.kept[f"{firm.id} {day}"] = _decree(office, day, 1, layer=layer, scope=nib)


def undo_decree_here(office: Office, firms: Sequence[Firm], layer: str, day: str, refused: str = "") -> None:
    for firm in firms:
        path = f"{office.kept[f'{firm.id} {day}']}/undo"
        said = office.post(office.as_("administrator"), path, status=409 if refused else None)
        assert not refused or refused in said["detail"], said


def decree_back(office: Office, firms: Sequence[Firm], day: str, refused: str) -> None:
    """That the day is worked after all: it would make late who relied on it."""
    for firm in firms:
        line = {"day": day, "kind": "working", "name": "Hari kerja"}
        where = {"layer": "organisation", "scope": office.read(f"/accounts/{firm.id}")["nib"]}
        administrator = office.as_("administrator")
        entered = office.post(administrator, "/decrees", WORDS | {"days": [line]} | where)
        path = f"/decrees/{entered['case_id']}"
        said = office.post(administrator, f"{path}/dry-run", status=422)
        assert refused in str(said), said
        office.post(administrator, f"{path}/cancellation")


def undo_decree(office: Office, day: str) -> None:
    office.post(office.as_("administrator"), f"{office.kept[day]}/undo")


def propose_rules(office: Office, rule: str, working_days: int, day: str) -> None:
    """Proposed, simulated, refused to its author, approved by a second person; in force from its day by itself."""
    asks, decides = office.as_("administrator"), office.as_("administrator", other="second")
    for setting, value in BROKEN.items():
        office.post(
            asks, "/policy-changes", WORDS | {"changes": {setting: value}, "valid_from": day}, status=422
        )
    path = _proposed(office, rule, working_days, day)
    office.post(asks, f"{path}/approval", status=403)
    office.post(decides, f"{path}/approval")


def _proposed(office: Office, rule: str, working_days: int, day: str) -> str:
    """Entered and simulated by one administrator."""
    asks = office.as_("administrator")
    change = WORDS | {"changes": {f"deadlines.deadlines.{rule}.add.days": working_days}, "valid_from": day}
    path = f"/policy-changes/{office.post(asks, '/policy-changes', change)['case_id']}"
    office.post(asks, f"{path}/simulation")
    return path


def drop_rules(office: Office, rule: str, working_days: int, day: str) -> None:
    """Given up before a second person approved them, who then cannot any more."""
    path = _proposed(office, rule, working_days, day)
    office.post(office.as_("administrator"), f"{path}/cancellation")
    office.post(office.as_("administrator", other="second"), f"{path}/approval", status=409)


def withdraw_rules(office: Office, rule: str, working_days: int, day: str) -> None:
    """Approved, and taken back before their day."""
    path = _proposed(office, rule, working_days, day)
    office.post(office.as_("administrator", other="second"), f"{path}/approval")
    office.post(office.as_("administrator"), f"{path}/withdrawal")


def rules_in_force(office: Office, rule: str, working_days: int) -> None:
    """Nobody does anything: the day has come."""
    settings = office.read("/policies/current", "administrator")["settings"]
    value = next(one["value"] for one in settings if one["path"] == f"deadlines.deadlines.{rule}.add.days")
    assert value == working_days


def rules_unchanged(office: Office, rule: str, working_days: int) -> None:
    """The day of the rules that were dropped and taken back has come, and nothing is different."""
    rules_in_force(office, rule, working_days)


DOING: dict[str, Callable[..., None]] = {
    "decree_here": decree_here, "undo_decree_here": undo_decree_here, "decree_back": decree_back,
}  # fmt: skip
NATIONAL: dict[str, Callable[..., None]] = {
    "decree": decree, "undo_decree": undo_decree, "propose_rules": propose_rules, "rules_in_force": rules_in_force,
    "drop_rules": drop_rules, "withdraw_rules": withdraw_rules, "rules_unchanged": rules_unchanged,
}  # fmt: skip
