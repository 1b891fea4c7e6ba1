"""How pages show help: a ticket, the sessions that can be booked, the hours of the desks."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from api.pages import forms, labels
from api.pages.shapes import Option
from services.assistance.asking import OPEN
from services.assistance.booking import FreeSlot, Wanted
from services.errors import FieldError, InvalidInput
from services.i18n import N_, Translator, format_date, format_time
from services.models import AssistanceSession, AssistanceStatus, AssistanceTicket, AssistanceTopic, SessionWay
from services.policies.assistance import AssistancePolicy, Desk, Weekday

CHECK: Final = N_("Periksa kembali isian yang ditandai.")
CHOOSE: Final = N_("Pilih salah satu.")
WEEKDAYS: Final = {
    Weekday.MONDAY: N_("Senin"),
    Weekday.TUESDAY: N_("Selasa"),
    Weekday.WEDNESDAY: N_("Rabu"),
    Weekday.THURSDAY: N_("Kamis"),
    Weekday.FRIDAY: N_("Jumat"),
    Weekday.SATURDAY: N_("Sabtu"),
    Weekday.SUNDAY: N_("Minggu"),
}
_ENDED: Final = (AssistanceStatus.ANSWERED, AssistanceStatus.HELD)


def shown(ticket: AssistanceTicket, held: AssistanceSession | None, words: Translator) -> dict[str, Any]:
    """A ticket as pages show it."""
    return {
        "number": ticket.number,
        "status": ticket.status,
        "topic": words.gettext(labels.word("topic", ticket.topic)),
        "question": ticket.question,
        "origin": words.gettext(labels.word("origin", ticket.origin)),
        "asked_at": ticket.asked_at,
        "starts_at": held.starts_at if held else None,
        "ends_at": held.ends_at if held else None,
        "way": words.gettext(labels.word("way", ticket.way)) if ticket.way else "",
        "place": ticket.place or "",
        "note": ticket.note or "",
        "closed_at": ticket.closed_at,
        "satisfaction": ticket.satisfaction,
        "open": ticket.status in OPEN,
        "helped": ticket.status in _ENDED,
    }


def topics(words: Translator) -> list[Option]:
    """What can be asked about."""
    return [Option(one, words.gettext(labels.word("topic", one))) for one in AssistanceTopic]


def ways(words: Translator) -> list[Option]:
    """How a session can be held."""
    return [Option(one, words.gettext(labels.word("way", one))) for one in SessionWay]


def sessions(
    found: Sequence[FreeSlot], policy: AssistancePolicy, zone: ZoneInfo, words: Translator
) -> list[Option]:
    """The free sessions, grouped by desk and day on the desk's clock; the reader's own time beside it."""
    groups = []
    by_desk = sorted(found, key=lambda one: (one.desk, one.slot))
    for (name, day), some in groupby(by_desk, key=lambda one: (one.desk, _day(one, policy))):
        desk = policy.desk(name)
        if desk is None:
            continue
        options = [_option(one, desk, zone, words) for one in some]
        label = format_date(day, words.locale, style="full")
        alone = len({one.desk for one in found}) == 1
        groups.append(Option("", label if alone else f"{desk.label} · {label}", options=options))
    return groups


def hours(policy: AssistancePolicy, region: str, words: Translator) -> list[dict[str, Any]]:
    """The desks that serve a region, each with the hours of its week, days of equal hours together."""
    return [
        {"label": desk.label, "lines": list(_week(desk, words)), "minutes": desk.slot_minutes}
        for desk in policy.desks_for(region)
    ]


def wanted(typed: dict[str, Any]) -> Wanted:
    """The session that was chosen and how it is to be held. InvalidInput names what is missing."""
    desk, _, at = forms.text(typed, "slot").partition("|")
    way, wrong, starts_at = forms.text(typed, "way"), [], None
    try:
        starts_at = datetime.fromisoformat(at)
    except ValueError:
        wrong.append(FieldError("slot", CHOOSE))
    if way not in list(SessionWay):
        wrong.append(FieldError("way", CHOOSE))
    if wrong or starts_at is None or starts_at.tzinfo is None:
        raise InvalidInput(CHECK, fields=wrong or [FieldError("slot", CHOOSE)])
    return Wanted(desk, starts_at, SessionWay(way))


def _day(one: FreeSlot, policy: AssistancePolicy) -> Any:
    desk = policy.desk(one.desk)
    return one.slot.starts_at.astimezone(desk.timezone if desk else None).date()


def _option(one: FreeSlot, desk: Desk, zone: ZoneInfo, words: Translator) -> Option:
    label = format_time(one.slot.starts_at, desk.timezone, words.locale, seconds=False)
    own = format_time(one.slot.starts_at, zone, words.locale, seconds=False)
    return Option(
        f"{one.desk}|{one.slot.starts_at.isoformat()}", label if own == label else f"{label} ({own})"
    )


def _week(desk: Desk, words: Translator) -> Any:
    ordered = sorted(desk.hours, key=lambda one: list(Weekday).index(one.name))
    for (opens, closes), days in groupby(ordered, key=lambda one: (one.opens, one.closes)):
        names = [words.gettext(WEEKDAYS[one.name]) for one in days]
        span = names[0] if len(names) == 1 else f"{names[0]} – {names[-1]}"
        zone = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}[desk.zone]
        yield f"{span}: {opens:%H.%M}–{closes:%H.%M} {zone}"
