"""How pages speak about time that is left, file sizes and ages."""

from datetime import datetime, timedelta
from typing import NamedTuple

from services.i18n import WIB, Translator, due_day, format_number


class Remaining(NamedTuple):
    """How long until a deadline: words, and the tone they are shown in."""

    text: str
    tone: str


SECOND = timedelta(seconds=1)
_SOON = 3  # days; the last two reminders have gone out by then


def remaining(due_before: datetime, now: datetime, words: Translator) -> Remaining:
    """Days left until an exclusive deadline, counted in days of WIB as the law counts them."""
    days = (due_day(due_before) - now.astimezone(WIB).date()).days
    if now >= due_before:
        late = max(-days, 0)
        text = (
            words.ngettext("terlambat {n} hari", "terlambat {n} hari", late)
            if late
            else words.gettext("terlambat")
        )
        return Remaining(text, "negative")
    if days == 0:
        return Remaining(words.gettext("hari ini"), "warning")
    if days == 1:
        return Remaining(words.gettext("besok"), "warning")
    return Remaining(
        words.ngettext("{n} hari lagi", "{n} hari lagi", days), "warning" if days <= _SOON else "info"
    )


def age(since: datetime, now: datetime, words: Translator) -> str:
    """How long something has been waiting, in its largest whole unit."""
    minutes = max(int((now - since).total_seconds() // 60), 0)
    if minutes < 60:
        return words.ngettext("{n} menit", "{n} menit", minutes)
    if minutes < 48 * 60:
        return words.ngettext("{n} jam", "{n} jam", minutes // 60)
    return words.ngettext("{n} hari", "{n} hari", minutes // (24 * 60))


def file_size(size: int, locale: str) -> str:
    """A size in bytes as people read it: "1,4 MB"."""
    for unit, factor in (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)):
        if size >= factor:
            return f"{format_number(round(size / factor, 1), locale)} {unit}"
    return f"{size} B"
