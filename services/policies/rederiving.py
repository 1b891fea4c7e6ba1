"""Dates derived again from what is stored of them, under other rules or calendars; each distinct case once.

What a derivation says of its anchor is enough to count from it again, so a million dates that share one derivation
cost one computation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from services.deadlines.derivation import Derived, Pause, derive
from services.deadlines.office_time import derive_share
from services.deadlines.periods import Period
from services.deadlines.recipes import first_wave
from services.rulebook import Rulebook

# Moments at which somebody is told of another date of the same case, and the reminders they are the first wave of.
NOTICES: Final[Mapping[str, tuple[str, str]]] = {
    "licence_expiring": ("licence_expiry", "licence_reminders"),
    "data_request_reminder": ("data_request_due", "data_request_reminders"),
}


@dataclass(frozen=True)
class Origin:
    """What a stored date was derived from. Equal origins give equal dates under the same rules.

    `steps` is the stored derivation, `recipe` the inputs kept with it; of a notice `parent` is the derivation of the
    date it speaks of.
    """

    rule: str
    steps: Sequence[Mapping[str, Any]]
    period: str | None = None
    pauses: Sequence[Mapping[str, str]] = ()
    zone: str = "Asia/Jakarta"
    parent: "Origin | None" = None
    recipe: Mapping[str, Any] | None = None

    @property
    def place(self) -> tuple[str | None, str | None]:
        """The region and the organisation whose calendars it was counted on."""
        return (self.recipe["region"], self.recipe["organisation"]) if self.recipe else (None, None)


def rederived(origin: Origin, rules: Rulebook) -> Derived | None:
    """The date under these rules; None for a date that no rule gives (the end of an undo), which stays as it is."""
    if origin.rule in NOTICES:
        return _notice(origin, rules)
    anchor = _kept(origin.recipe) or _anchor(origin.steps)
    if anchor is None:
        return None
    try:
        return _by_share(origin, anchor, rules) or _by_rule(origin.rule, origin, anchor, rules)
    except LookupError:
        return None


def _by_rule(name: str, origin: Origin, anchor: date | datetime, rules: Rulebook) -> Derived:
    period = Period.parse(origin.period) if origin.period else None
    rule = rules.policies.rule(name, period)
    if rule.anchor.is_deadline and not isinstance(anchor, datetime):
        anchor = datetime.combine(anchor + timedelta(days=1), time(0), rule.timezone).astimezone(UTC)
    return derive(rule, anchor, rules.calendars(*origin.place), pauses=_pauses(origin))


def _by_share(origin: Origin, anchor: date | datetime, rules: Rulebook) -> Derived | None:
    shares = [share for share in rules.policies.targets.shares if share.name == origin.rule]
    if not shares:
        return None
    whole = _by_rule(shares[0].of, origin, anchor, rules)
    hours = rules.policies.targets.office_hours
    return derive_share(shares[0], whole, hours, rules.calendars(*origin.place))


def _notice(origin: Origin, rules: Rulebook) -> Derived | None:
    """The first wave of the reminders of the case's other date."""
    _, name = NOTICES[origin.rule]
    of = rederived(origin.parent, rules) if origin.parent else None
    if of is None:
        return None
    policy = rules.policies.reminder(name)
    zone, calendars = ZoneInfo(origin.zone), rules.calendars(*origin.place)
    return first_wave(origin.rule, of.due_before, policy, zone, calendars)


def _kept(recipe: Mapping[str, Any] | None) -> date | datetime | None:
    """The anchor as it was kept with the derivation."""
    if recipe is None or "rule" not in recipe:
        return None
    return datetime.fromisoformat(recipe["at"]) if "at" in recipe else date.fromisoformat(recipe["day"])


def _anchor(steps: Sequence[Mapping[str, Any]]) -> date | datetime | None:
    """What the first line of a derivation says it was counted from."""
    if not steps:
        return None
    code, params = steps[0]["code"], steps[0]["params"]
    if code == "anchor_day":
        return date.fromisoformat(params["date"])
    if code == "anchor_instant":
        return datetime.fromisoformat(params["at"])
    return None


def _pauses(origin: Origin) -> tuple[Pause, ...]:
    return tuple(
        Pause(datetime.fromisoformat(p["since"]), datetime.fromisoformat(p["until"]), p["reason"])
        for p in origin.pauses
    )
