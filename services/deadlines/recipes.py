"""Deriving a date again from what is stored of its inputs, on other calendars: each distinct recipe once."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from services.deadlines.calendars import CalendarKind
from services.deadlines.derivation import Calendars, Derived, Pause, derive
from services.deadlines.office_time import derive_share
from services.deadlines.rules import Edge, OfficeHours, Rule, ShareRule
from services.deadlines.waves import wave_moments
from services.policies.reminders import ReminderPolicy

CalendarsOf = Callable[[str | None, str | None], Calendars]
"""The calendars of a region and an organisation."""

Recipe = Mapping[str, Any]


def again(recipe: Recipe, calendars_of: CalendarsOf) -> Derived:
    """The date that this recipe gives on these calendars. The same recipe and calendars give the same date."""
    calendars = calendars_of(recipe["region"], recipe["organisation"])
    if "reminders" in recipe:
        due = datetime.fromisoformat(recipe["due_before"])
        policy = _reminders(json.dumps(recipe["reminders"], sort_keys=True))
        return first_wave(recipe["name"], due, policy, ZoneInfo(recipe["zone"]), calendars)
    pauses = tuple(
        Pause(datetime.fromisoformat(since), datetime.fromisoformat(until), reason)
        for since, until, reason in recipe["pauses"]
    )
    rule = _rule(json.dumps(recipe["rule"], sort_keys=True))
    derived = derive(rule, _anchor(rule, recipe), calendars, pauses=pauses)
    if "share" not in recipe:
        return derived
    share = ShareRule.model_validate(recipe["share"])
    return derive_share(share, derived, OfficeHours.model_validate(recipe["hours"]), calendars)


def first_wave(
    name: str, due_before: datetime, policy: ReminderPolicy, zone: ZoneInfo, calendars: Calendars
) -> Derived:
    """The moment at which somebody is first reminded of a due date, as a date of the case with its recipe."""
    calendar = calendars[CalendarKind(policy.calendar)]
    first = wave_moments(due_before, zone, policy, calendar)[0]
    return Derived(
        name=name,
        due_before=first.at,
        lenient_before=None,
        base_before=first.at,
        derivation=first.why,
        calendar_version=calendar.version,
        edge=Edge.START,
        recipe={
            "name": name,
            "due_before": due_before.isoformat(),
            "reminders": policy.model_dump(mode="json"),
            "zone": zone.key,
            "region": calendar.region,
            "organisation": calendar.organisation,
        },
    )


def digest(recipe: Recipe) -> str:
    """What equal recipes share. Where only the day of an instant counts, the instant is left out."""
    counted = {name: value for name, value in recipe.items() if name != "at" or "share" in recipe}
    return hashlib.sha256(json.dumps(counted, sort_keys=True).encode()).hexdigest()


def _anchor(rule: Rule, recipe: Recipe) -> date | datetime:
    if "at" in recipe:
        return datetime.fromisoformat(recipe["at"])
    day = date.fromisoformat(recipe["day"])
    if not rule.anchor.is_deadline:
        return day
    return datetime.combine(day + timedelta(days=1), time(0), rule.timezone).astimezone(UTC)


@lru_cache(maxsize=256)
def _rule(text: str) -> Rule:
    return Rule.model_validate_json(text)


@lru_cache(maxsize=64)
def _reminders(text: str) -> ReminderPolicy:
    return ReminderPolicy.model_validate_json(text)
