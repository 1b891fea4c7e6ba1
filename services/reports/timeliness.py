"""On time or late: computed from the sending that counts and the date in force, never stored."""

from datetime import datetime
from enum import StrEnum

from services.models import Deadline, ReportStatus


class Timeliness(StrEnum):
    OPEN = "open"
    OVERDUE = "overdue"
    ON_TIME = "on_time"
    LATE = "late"


def timeliness(sent_at: datetime | None, due_before: datetime, now: datetime) -> Timeliness:
    """How a report stands at `now`. `due_before` is exclusive: at that instant it has passed."""
    if sent_at is None:
        return Timeliness.OPEN if now < due_before else Timeliness.OVERDUE
    return Timeliness.ON_TIME if sent_at < due_before else Timeliness.LATE


def counted_from(first: datetime | None, status: str, correction: Deadline | None, now: datetime) -> datetime:
    """The sending that counts: the first, unless a returned report came back after its correction date."""
    if first is None:
        return now
    returned_late = (
        status == ReportStatus.RETURNED and correction is not None and now >= correction.due_before
    )
    return now if returned_late else first
