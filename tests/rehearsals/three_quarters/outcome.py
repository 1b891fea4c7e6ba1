"""What came of it: read from the API and from the mail catcher, and laid beside what the rules ask for."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from tests.rehearsals.three_quarters import reasons
from tests.rehearsals.three_quarters.cast import Story
from tests.rehearsals.three_quarters.course import Case, Course
from tests.rehearsals.three_quarters.days import WIB, day_of
from tests.rehearsals.three_quarters.office import Firm, Office

# How the subject of each mail to a company begins, or what it says.
SUBJECTS = {
    "hari lagi: Laporan": "report_reminder", "batas waktu: Laporan": "report_reminder_last",
    "telah kami terima": "report_received", "dikembalikan untuk diperbaiki": "report_returned",
    "sudah terverifikasi dan tervalidasi": "report_validated", "Waktu perbaikan laporan": "report_correction_lapsed",
    "dibuka untuk perbaikan data": "rollback_granted", "tidak dikabulkan": "rollback_refused",
    "Masa perbaikan laporan": "rollback_expired", "Perbaikan laporan": "rollback_resend_reminder",
    "Permohonan perbaikan data": "rollback_requested",
}  # fmt: skip


def template_of(subject: str) -> str:
    """Which mail it is, by what people read."""
    return next((name for words, name in SUBJECTS.items() if words in subject), subject)


def mails(office: Office) -> dict[str, Counter[tuple[str, str]]]:
    """Address → how often which mail came on which day (WIB)."""
    found: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for mail in office.tenggat("mail", "list"):
        day = day_of(datetime.fromisoformat(mail["accepted_at"])).isoformat()
        found[mail["to"]][day, template_of(mail["subject"])] += 1
    return found


def differences(office: Office, firm: Firm, course: Course, mail: Counter[tuple[str, str]]) -> Iterator[str]:
    """Every point in which a company's months were not what they should have been."""
    wanted = Counter((day.isoformat(), name) for day, name in course.mails)
    yield from (f"mail too much: {line}" for line in sorted((mail - wanted).elements()))
    yield from (f"mail missing: {line}" for line in sorted((wanted - mail).elements()))
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


def _told(events: list[tuple[str, datetime]]) -> str:
    return "; ".join(f"{name} {moment.astimezone(WIB):%d %b %H:%M}" for name, moment in events)


def table(cast: Mapping[Story, Sequence[Firm]], agreed: Counter[str]) -> str:
    """N of N for each story."""
    lines = [f"{agreed[story.name]:>4} of {len(firms):>3}  {story.name}" for story, firms in cast.items()]
    return "\n".join(
        [*lines, f"{agreed.total():>4} of {sum(map(len, cast.values())):>3}  agree in every point"]
    )
