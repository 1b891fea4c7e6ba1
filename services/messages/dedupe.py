"""Keys that make telling somebody twice impossible, and the Message-IDs that follow. Built only here."""

import hashlib
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

# The same key in SQL, for waves: `c` is the case, `d` its deadline. A test holds the two together.
WAVE_KEY_SQL: Final = (
    "CAST(:template AS text) || ':' || c.id || ':' || instant_text(d.due_before)"
    " || ':' || CAST(:occurrence AS text)"
)


def case_key(template: str, case_id: UUID, occurrence: str) -> str:
    """Once per case and occurrence (a submission's number, a step, a command's id)."""
    return f"{template}:{case_id}:{occurrence}"


def dated_key(template: str, case_id: UUID, due_before: datetime, occurrence: str) -> str:
    """Once per case, date in force and occurrence: when the date moves, the next one is another message."""
    return f"{template}:{case_id}:{_instant(due_before)}:{occurrence}"


def daily_key(template: str, person_id: UUID, day: date, about: str) -> str:
    """Once a day per person and matter: what waits on a desk is one mail, however many cases it is."""
    return f"{template}:{person_id}:{day.isoformat()}:{about}"


def once_key(template: str, about: UUID) -> str:
    """Once per thing that happens once: a one-time link (a second request makes a second one), a decided proposal,
    a change of a company's data."""
    return f"{template}:{about}"


def message_id(dedupe_key: str, domain: str) -> str:
    """The Message-ID of every mail under this key: the same on each attempt, and after a restore from backup.

    Unkeyed on purpose: a secret that was changed between backup and restore would give a letter a new id.
    """
    return f"<{hashlib.sha256(dedupe_key.encode()).hexdigest()[:40]}@{domain}>"


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
