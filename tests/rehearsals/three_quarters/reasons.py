"""Is a date explained? From its anchor to its last second, each day on the way, in the words that people read."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from tests.rehearsals.three_quarters.course import Date
from tests.rehearsals.three_quarters.days import WIB

DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober",
    "November", "Desember",
)  # fmt: skip
# Dates that follow from another date of the case say so themselves; all others begin with what they are counted from.
ANCHORED = {"anchor_day", "anchor_instant"}
AGREED = {"session_begins", "session_reminder"}
SKIPPED = {"day_off", "day_stood_still"}


def in_words(day: date) -> str:
    """The day as Indonesians write it in full."""
    return f"{DAYS[day.weekday()]}, {day.day} {MONTHS[day.month - 1]} {day.year}"


def wrong(why: dict[str, Any], wanted: Date) -> Iterator[str]:
    """What an explanation lacks, or says otherwise than the rules."""
    steps = why["steps"]
    codes = [step["code"] for step in steps]
    if not steps or not why["digest"] or not all(step["text"].strip() for step in steps):
        yield "no reasons"
        return
    if datetime.fromisoformat(why["due_before"]) != wanted.due:
        yield f"another date, {why['due_before']}"
    if wanted.rule.startswith("wave"):
        yield from _says(steps, {"wave"}, [wanted.due.astimezone(WIB).date()], "its morning")
        return
    if wanted.rule == "agreed":
        yield from _says(steps, AGREED, [wanted.due.astimezone(WIB).date()], "what was agreed")
        return
    if codes[0] not in ANCHORED or not steps[0]["basis"]:
        yield "it does not say what it is counted from, and by which rule"
    if wanted.rule.startswith("share"):
        yield from () if codes[-1] == "share" else ("it does not say which part of the time it is",)
        return
    if wanted.why is None:
        return
    yield from _counting(steps, wanted)


def _counting(steps: list[dict[str, Any]], wanted: Date) -> Iterator[str]:
    strictly = list(_until(steps, "lenient"))
    assert wanted.why is not None
    if wanted.why.counted:
        yield from _says(strictly, {"day_counted", "day_worked"}, wanted.why.counted, "days that count")
    yield from _says(strictly, SKIPPED, wanted.why.skipped, "days that do not count")
    last = wanted.why.end
    if wanted.rule == "licence_expiry":
        yield from _says(strictly, {"from"}, [last], "its beginning")
    else:
        yield from _says(strictly, {"until"}, [last], "its last day")
    if wanted.targets:
        latest = (max(wanted.targets) - timedelta(seconds=1)).astimezone(WIB).date()
        told = [step for step in steps if step["code"] == "extended"]
        if wanted.due > datetime.combine(last, datetime.max.time(), WIB) and not told:
            yield "it does not name its extension"
        elif told and in_words(latest) not in " ".join(step["text"] for step in told):
            yield f"its extension is not until {in_words(latest)}"
    if wanted.lenient is not None:
        generous = [step for step in steps if step["code"] == "lenient_until"]
        day = (wanted.lenient - timedelta(seconds=1)).astimezone(WIB).date()
        if not wanted.targets:
            yield from _says(generous, {"lenient_until"}, [day], "its generous reading")


def _until(steps: list[dict[str, Any]], code: str) -> Iterator[dict[str, Any]]:
    for step in steps:
        if step["code"] == code:
            return
        yield step


def _says(steps: list[dict[str, Any]], codes: set[str], wanted: Any, what: str) -> Iterator[str]:
    """These lines, one for each day, in order, and no others."""
    told = [step["text"] for step in steps if step["code"] in codes]
    if len(told) != len(wanted) or not all(
        in_words(day) in text for day, text in zip(wanted, told, strict=True)
    ):
        yield f"{what}: {told}, not {[in_words(day) for day in wanted]}"
