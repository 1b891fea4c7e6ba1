"""The cast: which company does what, and when. Days and hours are those of Jakarta."""

from dataclasses import dataclass, field
from typing import Any

START, END = "2026-10-01T00:00", "2027-06-30T23:00"
Q3, Q4, Q1 = "2026-Q3", "2026-Q4", "2027-Q1"


@dataclass(frozen=True)
class Act:
    """Something that somebody does at a moment."""

    at: str
    do: str
    given: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Story:
    """Companies of one region that live through the same; `few` of them in the small cast, `many` in the whole."""

    name: str
    few: int
    many: int
    acts: tuple[Act, ...] = ()
    region: str = "33"


def act(at: str, do: str, **given: Any) -> Act:
    return Act(at, do, given)


def later(day: str, hour: str = "10:00") -> str:
    return f"{day}T{hour}"


JAN_4, JAN_6, JAN_8 = later("2027-01-04"), later("2027-01-06"), later("2027-01-08")
SENT = act(JAN_4, "send", period=Q4)
VERIFIED, VALIDATED = act(JAN_6, "verify", period=Q4), act(JAN_8, "validate", period=Q4)

REVIEWS = (
    Story("sent on time, and nobody looks at it", 1, 12, (SENT,)),
    Story("sent, verified and validated", 1, 20, (SENT, VERIFIED, VALIDATED), region="64"),
    Story("verified, and then the directorate lets it lie", 1, 10, (SENT, VERIFIED)),
    Story("sent late, before any letter", 1, 10, (act("2027-01-19T10:00", "send", period=Q4),)),
    Story("never heard of", 2, 120, region="91"),
    Story(
        "returned by the verifier and fixed in time", 1, 8,
        (SENT, act(JAN_6, "return", period=Q4, desk="verification"), act(JAN_8, "fix", period=Q4),
         act("2027-01-12T10:00", "verify", period=Q4), act("2027-01-13T10:00", "validate", period=Q4)),
    ),
    Story(
        "returned by the directorate, not fixed in time, sent late", 1, 8,
        (SENT, VERIFIED, act(JAN_8, "return", period=Q4, desk="validation"),
         act("2027-01-20T10:00", "fix", period=Q4)),
    ),
    Story(
        "returned and never heard of again", 1, 6,
        (SENT, act(JAN_8, "return", period=Q4, desk="verification")),
    ),
    Story(
        "a correction granted, sent again, approved", 1, 6,
        (SENT, act("2027-01-11T10:00", "ask_rollback", period=Q4),
         act("2027-01-12T10:00", "grant_rollback", period=Q4),
         act("2027-01-14T10:00", "resend", period=Q4),
         act("2027-01-15T10:00", "verify", period=Q4), act("2027-01-18T10:00", "validate", period=Q4)),
    ),
    Story(
        "a correction refused", 1, 6,
        (SENT, VERIFIED, act("2027-01-12T22:00", "ask_rollback", period=Q4),
         act("2027-01-13T10:00", "refuse_rollback", period=Q4)),
    ),
    Story(
        "a correction granted and never sent", 1, 6,
        (SENT, act("2027-01-11T10:00", "ask_rollback", period=Q4),
         act("2027-01-12T10:00", "grant_rollback", period=Q4),
         act("2027-01-25T10:00", "verify", period=Q4)),
    ),
    Story(
        "a correction asked for in the generous days of a Saturday, left undecided", 1, 5,
        (act("2026-10-05T10:00", "send", period=Q3), act("2026-10-13T23:00", "ask_rollback", period=Q3)),
    ),
    Story(
        "a correction asked for too late", 1, 5,
        (act("2026-10-05T10:00", "send", period=Q3),
         act("2026-10-14T00:30", "ask_rollback", period=Q3, refused="2 hari")),
    ),
)  # fmt: skip

STORIES = REVIEWS
