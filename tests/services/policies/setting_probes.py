"""For each setting of the rules: another value for it, and what can be seen to come out otherwise.

A setting without a probe fails `test_every_setting.py`: whoever adds one says here what it changes.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from inspect import iscoroutinefunction
from itertools import product
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from services.assistance.slots import offered
from services.deadlines import extensions, of_record
from services.deadlines.calendars import build_calendars
from services.deadlines.derivation import Derived, derive
from services.deadlines.explanation import explain
from services.deadlines.office_time import derive_share
from services.deadlines.periods import Period
from services.deadlines.rules import Rule
from services.deadlines.waves import due_waves, wave_moments
from services.deadlines.zones import WIB
from services.errors import InvalidInput
from services.messages.hours import within_working_hours
from services.models import Disorder, EvidenceKind, LetterChannel, LicenceScale, ReportStatus
from services.models.warnings import AuthorityLevel
from services.policies import changes, decreed_days, settings
from services.policies.bundle import Policies
from services.policies.jurisdictions import ACCOUNTS, OBLIGATIONS
from services.reprimands import disorder
from services.reviews.checks import Submission, examine
from services.rulebook import Rulebook
from services.service_proof import proof
from services.timeline import ladders
from services.warnings import clocks, overdue
from tests.services.forms.filled import typed
from tests.services.policies import setting_acts as acts
from tests.services.policies.setting_acts import Act
from tests.services.reviews import test_checks as reports

CALENDARS = build_calendars(decreed_days())
# Weekends, joint leave before Christmas, the long holidays of March, month ends.
DAYS = [date(2026, 3, 10) + timedelta(days=n) for n in range(24)]
DAYS += [date(2026, 12, 17) + timedelta(days=n) for n in range(20)] + [date(2027, 1, 31)]
NOON = [datetime(day.year, day.month, day.day, 12, tzinfo=WIB) for day in DAYS]
SENT = datetime(2026, 12, 21, 9, tzinfo=WIB)

Changes = dict[str, Any]
Mutate = Callable[[str, Any, Policies], Changes]
Observe = Callable[[Policies, str], Any]


@dataclass(frozen=True)
class Probe:
    """Which settings, another value for one, and what is looked at: what follows by itself, or what comes of acts."""

    pattern: str
    mutate: Mutate
    observe: Observe | Act

    @property
    def act(self) -> Act | None:
        """The acts on real rows in which it is seen; None where a pure function decides."""
        return cast(Act, self.observe) if iscoroutinefunction(self.observe) else None


def entry_of(path: str, depth: int) -> str:
    return path.split(".")[depth].partition("@")[0]


def rule_of(policies: Policies, path: str) -> Rule:
    file, _, name, *_ = path.split(".")
    name, _, regime = name.partition("@")
    rules = policies.deadlines.deadlines if file == "deadlines" else policies.targets.targets
    return next(rule for rule in rules if rule.name == name and (rule.regime or "") == regime)


def told(derived: Derived) -> tuple[Any, ...]:
    """A date as people meet it: until when by both readings, and why."""
    return (derived.due_before, derived.lenient_before, tuple(explain(derived.derivation)))


def of_rule(policies: Policies, path: str) -> Any:
    """The dates the rule gives over holidays and month ends, with their reasons."""
    rule = rule_of(policies, path)
    anchors: list[date] | list[datetime] = DAYS if rule.anchor.is_day else NOON
    return [told(derive(rule, anchor, CALENDARS)) for anchor in anchors]


def span(path: str, value: Any, policies: Policies) -> Changes:
    """Another length, unit or calendar; the parts of a span only make sense together."""
    whole, _, key = path.rpartition(".")
    now = settings.at(policies.document, whole) or {}
    days, months, unit = now.get("days"), now.get("months"), now.get("unit")
    if key == "days":
        new = {**now, "days": (days or 3) + 4, "months": None}
        return {whole: new if unit else LENIENT}
    if key == "months":
        return {whole: {"days": None, "months": (months or 0) + 2, "unit": "calendar", "calendar": None}}
    other = "working" if unit == "calendar" else "calendar"
    if key == "unit":
        calendar = "government" if other == "working" else None
        return {whole: {"days": days or 9, "months": None, "unit": other, "calendar": calendar}}
    if value is None:
        return {whole: {"days": (days or 3) + 5, "months": None, "unit": "working", "calendar": "public"}}
    return {path: "public" if value == "government" else "government"}


LENIENT = {"days": 30, "months": None, "unit": "working", "calendar": "government"}


def put(new: Callable[[Any], Any]) -> Mutate:
    return lambda path, value, policies: {path: new(value)}


def longer(path: str, value: Any, policies: Policies) -> Changes:
    return {path: f"{value} (diubah)" if value else "diubah"}


def toggled(path: str, value: Any, policies: Policies) -> Changes:
    return {path: not value}


def roll(path: str, value: Any, policies: Policies) -> Changes:
    rule, _, key = path.rpartition(".")
    if value in ("none", None):
        return {f"{rule}.roll": "preceding", f"{rule}.roll_calendar": "government"}
    return {path: "preceding" if key == "roll" else "public"}


def anchor(path: str, value: str, policies: Policies) -> Changes:
    others = {"period_end": "letter_date", "letter_date": "expires_on", "expires_on": "letter_date"}
    return {path: others.get(value, "sent_at" if value != "sent_at" else "verified_at")}


def elsewhere(path: str, value: Any, policies: Policies) -> Changes:
    """Another reach of a jurisdiction: a gap or an overlap follows."""
    if isinstance(value, bool):
        return {path: not value}
    return {path: ["A"] if value == ["B"] else ["B"]}


def refusal(policies: Policies, path: str) -> Any:
    """What may not be so: the place and the rule are named (see `version_of`)."""
    return None


def of_share(policies: Policies, path: str) -> Any:
    """The moments of a share, with their reasons."""
    share = policies.share(entry_of(path, 2))
    whole = [derive(policies.rule(share.of), at, CALENDARS) for at in NOON]
    return [told(derive_share(share, one, policies.targets.office_hours, CALENDARS)) for one in whole]


def of_office(policies: Policies, path: str) -> Any:
    return of_share(policies, "targets.shares.registration_reminder")


def of_reminder(policies: Policies, path: str) -> Any:
    """When each wave leaves and with which letter, who is still reminded, and what latecomers get."""
    policy = policies.reminder(entry_of(path, 2))
    dues = [datetime(2026, 12, 20, 17, tzinfo=UTC) + timedelta(days=n) for n in range(45)]
    waves = [wave_moments(due, ZoneInfo("Asia/Makassar"), policy, CALENDARS[policy.calendar]) for due in dues]
    opened = dues[20] - timedelta(days=2)
    late = [
        due_waves(found, (), opened, late_joiners=policy.late_joiners, opened_at=opened).send
        for found in waves
    ]
    statuses = ("upcoming", "not_started", "draft", "reopened", "sent", "received", "valid")
    names = ("report_due", "licence_expiry", "data_request_due", "rollback_window")
    reached = [
        policy.name in [one.name for one in policies.reminders_of(name, status)]
        for name, status in product(names, statuses)
    ]
    return [[(wave.at, wave.template) for wave in found] for found in waves], late, reached


def rulebook(policies: Policies) -> Rulebook:
    return Rulebook(UUID(int=1), policies, decreed_days())


def of_ladder(policies: Policies, path: str) -> Any:
    """The earliest dates of letters and decisions, and when each letter's service is looked at."""
    rules = rulebook(policies)
    due = datetime(2027, 1, 10, 17, tzinfo=UTC)
    rungs = ladders.climb(rules, ladders.Rung(1, overdue.proposed_from(rules, due), ()), due)
    service = policies.ladder("report_warnings").service
    looked = [clocks.service_date(rules, channel, SENT).due_before for channel in LetterChannel]
    ways = [proof._way(how, SENT, service) is not None for how in WAYS]
    return (
        [(rung.letter, rung.at) for rung in rungs],
        looked,
        ways,
        clocks.unproven_date(rules, SENT),
        [overdue.warns_about(rules, status) for status in ReportStatus],
    )


WAYS = tuple(EvidenceKind)


def of_jurisdictions(policies: Policies, path: str) -> Any:
    """Who is competent for every kind of duty, account, scale and crossing; who may stand in; on which ground."""
    table = policies.competences
    scales: tuple[LicenceScale | None, ...] = (*LicenceScale, None)
    cases = product(OBLIGATIONS, ACCOUNTS, scales, (False, True))
    found = [table.rule_for(*case) for case in cases]
    acting = [table.may_act(*pair) for pair in product(AuthorityLevel, AuthorityLevel)]
    return [(rule.authority, rule.basis, rule.name) if rule else None for rule in found], acting


def of_regimes(policies: Policies, path: str) -> Any:
    """What is owed when, and what the regime of each period asks for."""
    owed = policies.regimes.periods_owed(date(2027, 2, 1))
    return owed, [policies.regime_for(period) for period in owed]


def of_second_person(policies: Policies, path: str) -> Any:
    limit = policies.second_person_above
    return [extensions.needs_second_person(n, limit) for n in range(0, 3000, 50)]


def of_desks(policies: Policies, path: str) -> Any:
    """Where companies of some regions are helped, and which sessions they are offered over the holidays."""
    policy = policies.helpdesk
    found = []
    for region in ("31.71", "64.72"):
        for desk in policy.desks_for(region):
            slots = [offered(desk, policy, CALENDARS[desk.calendar], now) for now in NOON[-6:]]
            found.append((desk.name, desk.label, desk.parallel, slots))
    return found


def of_supervision(policies: Policies, path: str) -> Any:
    """Which quarters are looked at, and from how many reports of each kind reporting is disorderly."""
    policy = policies.orderly
    numbers = [{kind: n} for kind in Disorder for n in range(1, 25)]
    return disorder.looked_at(policy, NOON[0]), [policy.disorderly(counts) for counts in numbers]


def of_quarters(policies: Policies, path: str) -> Any:
    """Until when the reports of 2025's quarters are on time, with what was announced for everyone."""
    found = []
    for period in (Period.parse(f"2025-Q{number}") for number in range(1, 5)):
        derived = derive(policies.rule("report_due", period), period.end, CALENDARS)
        found.append(of_record.due_before(policies, period, derived.due_before))
    return found


def of_notices(policies: Policies, path: str) -> Any:
    """When notices of some hours and days arrive."""
    hours, works = policies.notice, CALENDARS[policies.notice.calendar].is_working_day
    asked = [day + timedelta(hours=hour) for day in NOON for hour in range(-6, 10)]
    return [within_working_hours(at, WIB, works, opens=hours.opens, closes=hours.closes) for at in asked]


def of_checks(policies: Policies, path: str) -> Any:
    """What officers are told to look at in some reports: one five times the report before, a copy, and so on."""
    found = [examine(one, policies.plausible.checks) for one in sent_reports()]
    return [[flag.as_json() for flag in flags] for flags in found]


@lru_cache(maxsize=1)
def sent_reports() -> list[Submission]:
    """One grown fivefold and sent again, with a remark of its form; copies; one of worthless, one of no products."""
    usual, (product,) = reports.sections(), typed()["production"]["rows"]
    told_weight, worthless, nothing = (
        reports.sections(production={"rows": [product | changed]})
        for changed in ({"unit": "kg"}, {"value": "1"}, {"value": "0"})
    )
    return [
        reports.submission(a_fifth_of(usual), sections=told_weight, number=2, previous_size="medium_large"),
        reports.submission(usual),
        reports.submission(usual, sections=worthless),
        reports.submission(sections=nothing),
    ]


def a_fifth_of(usual: dict[str, Any]) -> dict[str, Any]:
    """The report before, in which every amount was a fifth."""
    before = reports.scaled(20)
    for row in before["raw_materials"]["rows"]:
        row["domestic_value"] = row["domestic_value"] // 5
    for page in ("general_data", "workforce"):
        amounts = {name: value for name, value in usual[page].items() if not isinstance(value, bool)}
        before[page] |= {name: value // 5 for name, value in amounts.items()}
    return before


def said(policies: Policies, path: str) -> Any:
    """What the page of the rules, an approver's list of differences and the version show."""
    named = {setting.path: setting.value for setting in settings.settings(policies.document)}
    return named.get(path), policies.version


def later_period(path: str, value: str | None, policies: Policies) -> Changes:
    return {path: str(Period.parse(value).next()) if value else "2030-Q4"}


RULE = r"(deadlines\.deadlines|targets\.targets)\.[^.]+\."
OTHER_ZONE = put(lambda value: "Asia/Jayapura")
OTHER_CALENDAR = put(lambda value: "public" if value == "government" else "government")

PROBES: tuple[Probe, ...] = (
    Probe(RULE + "name", put(lambda value: f"{value}_renamed"), refusal),
    Probe(RULE + "regime", put(lambda value: "PM13_2025" if value is None else None), refusal),
    Probe(RULE + "anchor", anchor, of_rule),
    Probe(RULE + r"(add|lenient)(\.(days|months|unit|calendar))", span, of_rule),
    Probe(RULE + "lenient", put(lambda value: LENIENT), of_rule),
    Probe(RULE + "at", put(lambda value: "12:00:00"), of_rule),
    Probe(RULE + "edge", put(lambda value: "start" if value == "end" else "end"), of_rule),
    Probe(RULE + "zone", OTHER_ZONE, of_rule),
    Probe(RULE + r"roll(_calendar)?", roll, of_rule),
    Probe(RULE + "basis", longer, of_rule),
    Probe(r"targets\.shares\.[^.]+\.name", put(lambda value: f"{value}_renamed"), refusal),
    Probe(r"targets\.shares\.[^.]+\.of", put(lambda value: "data_request_unproven"), of_share),
    Probe(r"targets\.shares\.[^.]+\.percent", put(lambda value: value + 7), of_share),
    Probe(r"targets\.shares\.[^.]+\.basis", longer, of_share),
    Probe(r"targets\.office_hours\.opens", put(lambda value: "09:00:00"), of_office),
    Probe(r"targets\.office_hours\.closes", put(lambda value: "12:00:00"), of_office),
    Probe(r"targets\.office_hours\.zone", OTHER_ZONE, of_office),
    Probe(r"targets\.office_hours\.calendar", OTHER_CALENDAR, of_office),
    # No sentence names the ground of the office's hours: it stands beside them where the rules are read.
    Probe(r"targets\.office_hours\.basis", longer, said),
    Probe(r"reminders\.reminders\.[^.]+\.name", put(lambda value: f"{value}_renamed"), refusal),
    Probe(r"reminders\.reminders\.[^.]+\.deadline", put(lambda value: "rollback_window"), of_reminder),
    Probe(r"reminders\.reminders\.[^.]+\.while_status", put(lambda value: ["sent"]), of_reminder),
    Probe(r"reminders\.reminders\.[^.]+\.send_hour", put(lambda value: "10:30:00"), of_reminder),
    Probe(r"reminders\.reminders\.[^.]+\.calendar", OTHER_CALENDAR, of_reminder),
    Probe(r"reminders\.reminders\.[^.]+\.waves\.\d+\.days", put(lambda value: value - 1), of_reminder),
    Probe(r"reminders\.reminders\.[^.]+\.waves\.\d+\.template", put(lambda value: "report_overdue"), of_reminder),
    Probe(r"reminders\.reminders\.[^.]+\.late_joiners",
          put(lambda value: "none" if value == "latest_only" else "latest_only"), of_reminder),
    Probe(r"notices\.notices\.opens", put(lambda value: "10:30:00"), of_notices),
    Probe(r"notices\.notices\.closes", put(lambda value: "12:00:00"), of_notices),
    Probe(r"notices\.notices\.calendar", OTHER_CALENDAR, of_notices),
    # Why notices wait is read in the rules; the notices themselves do not say it.
    Probe(r"notices\.notices\.basis", longer, said),
    Probe(r"ladders\.ladders\.[^.]+\.name", put(lambda value: f"{value}_renamed"), refusal),
    Probe(r"ladders\.ladders\.[^.]+\.starts", put(lambda value: "rollback_resend_due"), of_ladder),
    Probe(r"ladders\.ladders\.[^.]+\.interval", put(lambda value: "licence_expiry"), of_ladder),
    Probe(r"ladders\.ladders\.[^.]+\.rungs\.[^.]+\.proposed", toggled, refusal),
    Probe(r"ladders\.ladders\.[^.]+\.rungs\.[^.]+\.name", put(lambda value: f"{value}_x"), refusal),
    Probe(r"ladders\.ladders\.[^.]+\.lapsed_corrections", toggled, of_ladder),
    Probe(r"ladders\.ladders\.[^.]+\.rungs\.written_warning_\d\.basis", longer, acts.of_letters),
    # What readers of the rules call the rungs; the law of a sanction is written by the official who proposes it.
    Probe(r"ladders\.ladders\.[^.]+\.rungs\.[^.]+\.(label|basis)",
          put(lambda value: f"{value}_x"), said),
    Probe(r"ladders\.ladders\.[^.]+\.service\.days_without_bounce", put(lambda value: value + 4), of_ladder),
    Probe(r"ladders\.ladders\.[^.]+\.service\.(opened_in_portal|postal_receipt|officer_record)", toggled, of_ladder),
    Probe(r"ladders\.ladders\.[^.]+\.service\.unproven_after",
          put(lambda value: "data_request_unproven"), of_ladder),
    Probe(r"jurisdictions\.jurisdictions\.rules\.[^.]+\.(obligations|accounts|scales|cross_region)",
          elsewhere, refusal),
    Probe(r"jurisdictions\.jurisdictions\.rules\.[^.]+\.name", put(lambda value: f"{value}_x"), of_jurisdictions),
    Probe(r"jurisdictions\.jurisdictions\.rules\.[^.]+\.authority",
          put(lambda value: "regency" if value != "regency" else "ministry"), of_jurisdictions),
    Probe(r"jurisdictions\.jurisdictions\.rules\.[^.]+\.basis", longer, of_jurisdictions),
    Probe(r"jurisdictions\.jurisdictions\.acting_for\.\d+\.office", put(lambda value: "regency"), of_jurisdictions),
    Probe(r"jurisdictions\.jurisdictions\.acting_for\.\d+\.instead_of", put(lambda value: ["province"]),
          of_jurisdictions),
    # Why an office may stand in is read in the rules; its letter names the law of the warning.
    Probe(r"jurisdictions\.jurisdictions\.acting_for\.\d+\.basis", longer, said),
    Probe(r"regimes\.regimes\.[^.]+\.(id|period_kind|standing|revoked_by)",
          put(lambda value: {"quarter": "semester", "semester": "quarter", "in_force": "revoked",
                             "transition": "revoked", "revoked": "in_force", None: "SE lain"}.get(value, "X_1")
              if value != "Permenperin 13/2025" else None), refusal),
    Probe(r"regimes\.regimes\.[^.]+\.(first|last)", later_period, of_regimes),
    Probe(r"regimes\.regimes\.[^.]+\.(enforceable|rollback)", toggled, of_regimes),
    Probe(r"regimes\.regimes\.[^.]+\.stages\.(industry|estate)", put(lambda value: value[:1]), of_regimes),
    Probe(r"regimes\.regimes\.[^.]+\.small_up_to", put(lambda value: value + 1), of_regimes),
    Probe(r"regimes\.regimes\.[^.]+\.form_families", put(lambda value: value[:1]), of_regimes),
    Probe(r"regimes\.regimes\.[^.]+\.variables",
          put(lambda value: "all" if value != "all" else "by_odd_even_quarter"), of_regimes),
    Probe(r"regimes\.regimes\.[^.]+\.working_capital",
          put(lambda value: "quarter" if value != "quarter" else "turnover_cycle"), of_regimes),
    Probe(r"regimes\.regimes\.[^.]+\.(instrument|citation|working_capital_text|sanctions)", longer, of_regimes),
    Probe(r"extensions\.extensions\.second_person_above", put(lambda value: value + 500), of_second_person),
    Probe(r"extensions\.extensions\.furthest_days", put(lambda value: value + 1), acts.of_extension),
    Probe(r"extensions\.extensions\.basis", longer, acts.of_extension),
    Probe(r"extension_requests\.requests\.\d+\.(max_days|grants)", put(lambda value: value + 1), acts.of_more_time),
    Probe(r"extension_requests\.requests\.\d+\.(evidence|after_due)", toggled, acts.of_more_time),
    Probe(r"extension_requests\.requests\.\d+\.deadline", put(lambda value: "rollback_resend_due"),
          acts.of_more_time),
    Probe(r"extension_requests\.requests\.\d+\.basis", longer, acts.of_more_time),
    Probe(r"extensions_of_record\.extensions\.[^.]+\.(id|instrument|reason)", put(lambda value: f"{value}_x"),
          acts.of_announced),
    Probe(r"extensions_of_record\.extensions\.[^.]+\.deadline", put(lambda value: "rollback_window"), of_quarters),
    Probe(r"extensions_of_record\.extensions\.[^.]+\.scope", put(lambda value: "region"), refusal),
    Probe(r"extensions_of_record\.extensions\.[^.]+\.(regime|statutory_due)",
          put(lambda value: "2025-05-10" if value != "PM13_2025" else "SE1_2025"), refusal),
    Probe(r"extensions_of_record\.extensions\.[^.]+\.period", put(lambda value: "2025-Q2"), of_quarters),
    Probe(r"extensions_of_record\.extensions\.[^.]+\.extended_due", put(lambda value: "2025-04-20"), of_quarters),
    Probe(r"data_requests\.data_requests\.most_at_once", put(lambda value: 2), acts.of_data_requests),
    Probe(r"data_requests\.data_requests\.(receipt|documented)", put(lambda value: value[:-1]), acts.of_data_requests),
    Probe(r"data_requests\.data_requests\.basis", longer, acts.of_data_requests),
    Probe(r"assistance\.assistance\.desks\.[^.]+\.(name|label)", put(lambda value: f"{value}_x"), of_desks),
    Probe(r"assistance\.assistance\.desks\.[^.]+\.region", put(lambda value: "64"), of_desks),
    Probe(r"assistance\.assistance\.desks\.[^.]+\.zone", OTHER_ZONE, of_desks),
    Probe(r"assistance\.assistance\.desks\.[^.]+\.calendar", OTHER_CALENDAR, of_desks),
    Probe(r"assistance\.assistance\.desks\.[^.]+\.hours\.[^.]+\.name", put(lambda value: "saturday"), of_desks),
    Probe(r"assistance\.assistance\.desks\.[^.]+\.hours\.[^.]+\.opens", put(lambda value: "10:00:00"), of_desks),
    Probe(r"assistance\.assistance\.desks\.[^.]+\.hours\.[^.]+\.closes", put(lambda value: "12:00:00"), of_desks),
    Probe(r"assistance\.assistance\.desks\.[^.]+\.(slot_minutes|parallel)", put(lambda value: value + 15), of_desks),
    Probe(r"assistance\.assistance\.(notice_minutes|furthest_days)", put(lambda value: value + 31), of_desks),
    Probe(r"assistance\.assistance\.(change_until_minutes|remind_hours|open_sessions)",
          put(lambda value: value + 1), acts.of_sessions),
    Probe(r"assistance\.assistance\.basis", longer, acts.of_sessions),
    # Nothing is refused by a desk's hours but what they do not offer: their source is read in the rules.
    Probe(r"assistance\.assistance\.desks\.[^.]+\.basis", longer, said),
    Probe(r"supervision\.supervision\.(periods|missing|late|uncorrected|returned)",
          put(lambda value: value + 1), of_supervision),
    Probe(r"supervision\.supervision\.basis", longer, acts.of_reprimand),
    # A flag decides nothing and refuses nothing: why there are flags is read in the rules.
    Probe(r"plausibility\.plausibility\.basis", longer, said),
    Probe(r"plausibility\.plausibility\.checks\.[^.]+\.name", put(lambda value: f"{value}_x"), of_checks),
    Probe(r"plausibility\.plausibility\.checks\.[^.]+\.kind", put(lambda value: "nothing"), refusal),
    Probe(r"plausibility\.plausibility\.checks\.[^.]+\.(value|other)", put(lambda value: "workforce.none"), of_checks),
    Probe(r"plausibility\.plausibility\.checks\.[^.]+\.more_than_percent", put(lambda value: value + 1000), of_checks),
    Probe(r"plausibility\.plausibility\.checks\.[^.]+\.sections", put(lambda value: value[:1]), of_checks),
)  # fmt: skip


def probe_of(path: str) -> Probe:
    """The probe of a setting; LookupError when nobody has said what it changes."""
    for probe in PROBES:
        if re.fullmatch(probe.pattern, path):
            return probe
    raise LookupError(f"{path}: say in setting_probes.py what changes with it")


def version_of(path: str, value: Any, policies: Policies) -> Policies | None:
    """The rules with another value there; None where they may not be so, which is said of a place.

    The rules as they are, so that nothing changes, when a refusal names no place or one that should be there is not.
    """
    probe = probe_of(path)
    changed = probe.mutate(path, value, policies)
    assert settings.changed(policies.document, changed) != policies.document
    try:
        version = changes.checked(policies.document, changed)
    except InvalidInput as refused:
        return None if refused.fields else policies
    return policies if probe.observe is refusal else version


def outcome(policies: Policies, path: str) -> Any:
    """What is to be seen of a setting by itself."""
    return cast(Observe, probe_of(path).observe)(policies, path)
