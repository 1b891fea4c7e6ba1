"""What came of it: read from the API and from the mail catcher, and laid beside what the rules ask for."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.rehearsals.three_quarters import reasons
from tests.rehearsals.three_quarters.course import Case, Course
from tests.rehearsals.three_quarters.days import WIB, day_of
from tests.rehearsals.three_quarters.ladders import Ladder
from tests.rehearsals.three_quarters.office import Firm, Office
from tests.rehearsals.three_quarters.reports import Report
from tests.rehearsals.three_quarters.story import Story

# How the subject of each mail to a company begins, or what it says.
SUBJECTS = {
    "hari lagi: Laporan": "report_reminder", "batas waktu: Laporan": "report_reminder_last",
    "telah kami terima": "report_received", "dikembalikan untuk diperbaiki": "report_returned",
    "sudah terverifikasi dan tervalidasi": "report_validated", "Waktu perbaikan laporan": "report_correction_lapsed",
    "dibuka untuk perbaikan data": "rollback_granted", "tidak dikabulkan": "rollback_refused",
    "Masa perbaikan laporan": "rollback_expired", "Perbaikan laporan": "rollback_resend_reminder",
    "Permohonan perbaikan data": "rollback_requested",
    "ditarik": "data_request_withdrawn", "Lewat batas waktu: permintaan": "data_request_late",
    "Segera jatuh tempo: permintaan": "data_request_reminder", "Pertanyaan lanjutan": "data_request_followup",
    "Permintaan data nomor": "data_request", "Jawaban permintaan data": "data_request_accepted",
    "Surat Peringatan": "warning_letter", "Peringatan berakhir": "warning_ended",
    "Keputusan nomor": "sanction_decided",
    "diperpanjang sampai": "extension_granted", "Perpanjangan dibatalkan": "extension_undone",
    "berubah menjadi": "deadline_moved",
    "Surat tidak berproduksi": "non_production", "Permohonan perpanjangan": "extension_request",
    "Perizinan Anda dinyatakan valid": "licence_valid", "Perizinan perlu diperbaiki": "licence_invalid",
    "Asistensi ": "assistance_closed", "asistensi dipesan": "session_booked",
    "asistensi dikonfirmasi": "session_confirmed", "Pengingat: sesi": "session_reminder",
    "Akun SIINas Anda dinyatakan": "account_voided", "Teguran tertulis": "reprimand_letter",
    "segera berakhir": "licence_expiring", "telah berakhir": "licence_expired",
}  # fmt: skip

ANSWERED = ("non_production", "extension_request")
ENDINGS = {"ditolak": "_refused", "diterima": "_accepted", "dikabulkan": "_granted"}


def template_of(subject: str) -> str:
    """Which mail it is, by what people read."""
    name = next((name for words, name in SUBJECTS.items() if words in subject), subject)
    return name + next(
        (ending for words, ending in ENDINGS.items() if words in subject and name in ANSWERED), ""
    )


def mails(office: Office) -> dict[str, Counter[tuple[str, str]]]:
    """Address → how often which mail came on which day (WIB)."""
    found: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for mail in office.tenggat("mail", "list"):
        day = day_of(datetime.fromisoformat(mail["accepted_at"])).isoformat()
        found[mail["to"]][day, template_of(mail["subject"])] += 1
    return found


@dataclass(frozen=True)
class Seen:
    """What came of the whole rehearsal that is not read company by company."""

    mails: Mapping[str, Counter[tuple[str, str]]]
    tasks: Mapping[str, Counter[str]]


def look(office: Office) -> Seen:
    """The mail that was caught, and what officers still have to do for each company."""
    tasks: dict[str, Counter[str]] = defaultdict(Counter)
    for task in office.read("/contact-tasks"):
        tasks[task["account_id"]][task["reason"]] += 1
    return Seen(mails(office), tasks)


def differences(office: Office, firm: Firm, course: Course, seen: Seen) -> Iterator[str]:
    """Every point in which a company's months were not what they should have been."""
    mail = seen.mails[firm.email]
    wanted = Counter((day.isoformat(), name) for day, name in course.mails)
    yield from (f"mail too much: {line}" for line in sorted((mail - wanted).elements()))
    yield from (f"mail missing: {line}" for line in sorted((wanted - mail).elements()))
    todo = Counter(reason for reason, _ in course.tasks)
    if seen.tasks[firm.id] != todo:
        yield f"officers' tasks {dict(seen.tasks[firm.id])}, not {dict(todo)}"
    found = labelled(office.read("/cases", account=firm.id, limit=200)["items"])
    yield from (f"case too much: {label}" for label in sorted(found.keys() - course.cases.keys()))
    yield from (f"case missing: {label}" for label in sorted(course.cases.keys() - found.keys()))
    for label in sorted(found.keys() & course.cases.keys()):
        for line in _of_case(office, found[label], course.cases[label]):
            yield f"{label}: {line}"


def labelled(cases: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The cases of a company by kind and number, in the order in which they were opened."""
    numbers: Counter[str] = Counter()
    found = {}
    for case in sorted(cases, key=lambda case: (case["opened_at"], case["id"])):
        numbers[case["kind"]] += 1
        found[f"{case['kind']}/{numbers[case['kind']]}"] = case
    return found


def _of_case(office: Office, case: dict[str, Any], wanted: Case) -> Iterator[str]:
    if case["status"] != wanted.status:
        yield f"{case['status']}, not {wanted.status}"
    if isinstance(wanted, Report) and case["stage"] != wanted.stage:
        yield f"of the stage {case['stage']}, not {wanted.stage}"
    if isinstance(wanted, Ladder):
        yield from letters(office, case, wanted)
    past = office.read(f"/cases/{case['id']}/timeline")["past"]
    events = [(line["type"], datetime.fromisoformat(line["at"])) for line in past]
    if events != wanted.events:
        yield f"events\n   found  {_told(events)}\n   wanted {_told(wanted.events)}"
    dates = {line["name"]: line for line in office.read(f"/cases/{case['id']}/deadlines")}
    if dates.keys() != wanted.dates.keys():
        yield f"dates {sorted(dates)}, not {sorted(wanted.dates)}"
    for name in dates.keys() & wanted.dates.keys():
        date = wanted.dates[name]
        for which, value in (("due_before", date.due), ("lenient_before", date.lenient)):
            told = dates[name][which]
            if (datetime.fromisoformat(told) if told else None) != value:
                yield f"{name}.{which} {told}, not {value}"
        why = office.read(f"/cases/{case['id']}/deadlines/{name}/explanation")
        yield from (f"{name}, explained: {line}" for line in reasons.wrong(why, date))


def letters(office: Office, case: dict[str, Any], wanted: Ladder) -> Iterator[str]:
    """The letters of a ladder: which, of what day, how they left and since when they are proven received."""
    names = ("letter", "letter_date", "channel", "sent_at", "served_at", "served_by")
    found = [tuple(one[name] for name in names) for one in office.read(f"/warnings/{case['id']}")["letters"]]
    asked = [
        (
            one.number,
            one.day.isoformat(),
            one.channel,
            _wire(one.sent_at),
            _wire(one.served_at),
            one.served_by,
        )
        for one in wanted.letters
    ]
    if found != asked:
        yield f"letters {found}, not {asked}"


def unexplained(office: Office) -> Iterator[str]:
    """Dates of what concerns no single company (periods, campaigns, decrees, rules) that say not why they are."""
    for kind in ("period", "campaign", "decree", "policy-change"):
        found = office.read("/cases", "administrator", kind=kind, limit=200)["items"]
        if not found:
            yield f"no {kind}"
        for case in found:
            for date in office.read(f"/cases/{case['id']}/deadlines", "administrator"):
                path = f"/cases/{case['id']}/deadlines/{date['name']}/explanation"
                why = office.read(path, "administrator")
                said = why["steps"] and all(step["text"].strip() for step in why["steps"])
                if not said or why["due_before"] != date["due_before"]:
                    yield f"{case['key']} {date['name']}: {why}"


def _wire(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None


def _told(events: list[tuple[str, datetime]]) -> str:
    return "; ".join(f"{name} {moment.astimezone(WIB):%d %b %H:%M}" for name, moment in events)


def table(cast: Mapping[Story, Sequence[Firm]], agreed: Counter[str]) -> str:
    """N of N for each story."""
    lines = [f"{agreed[story.name]:>4} of {len(firms):>3}  {story.name}" for story, firms in cast.items()]
    return "\n".join(
        [*lines, f"{agreed.total():>4} of {sum(map(len, cast.values())):>3}  agree in every point"]
    )
