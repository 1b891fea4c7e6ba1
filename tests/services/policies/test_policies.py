"""The shipped rules are complete and agree; a wrong one is refused by file and entry, never in force."""

import json
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from services import policies
from services.deadlines.calendars import build_calendars
from services.deadlines.derivation import derive
from services.deadlines.periods import Period
from services.deadlines.zones import WIB
from services.policies import Policies, PolicyError, decreed_days, load, load_shipped
from services.policies.bundle import FILES
from services.policies.regimes import _joined
from services.policies.source import SHIPPED, Flaw, read_yaml


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    copy = tmp_path / "policies"
    shutil.copytree(SHIPPED, copy, ignore=shutil.ignore_patterns("forms"))
    return copy


def change(directory: Path, name: str, edit: Callable[[Any], None]) -> None:
    path = directory / f"{name}.yaml"
    content = read_yaml(path)
    edit(content)
    path.write_text(yaml.safe_dump(content), encoding="utf-8")


def refusal(directory: Path) -> str:
    with pytest.raises(PolicyError) as refused:
        load(directory)
    return str(refused.value)


def test_the_shipped_regimes_say_what_the_instruments_say() -> None:
    told = [
        (
            r.id,
            r.instrument,
            str(r.first),
            r.last and str(r.last),
            r.enforceable,
            r.variables,
            r.working_capital,
        )
        for r in load_shipped().regimes.regimes
    ]
    assert told == [
        ("PM2_2019", "Permenperin 2/2019", "2019-S1", "2024-S1", True, "all", "turnover_cycle"),
        ("SE1_2025", "SE Menperin 1/2025", "2024-Q3", "2024-Q4", False, "by_odd_even_quarter", "quarter"),
        ("PM13_2025", "Permenperin 13/2025", "2025-Q1", None, True, "all", "quarter"),
    ]
    for regime in load_shipped().regimes.regimes:
        assert regime.stages.industry == ("construction", "production")
        assert regime.stages.estate == ("construction", "commercial")
    rollback = [regime.id for regime in load_shipped().regimes.regimes if regime.rollback]
    assert rollback == ["PM13_2025"]


def test_three_letters_may_be_proposed_and_nothing_beyond_them() -> None:
    ladder = load_shipped().ladder("report_warnings")
    assert ladder.letters == 3
    assert [rung.name for rung in ladder.rungs if not rung.proposed] == [
        "fine", "temporary_closure", "licence_suspension", "licence_revocation",
    ]  # fmt: skip


def test_extensions_of_record_start_from_the_statutory_date() -> None:
    shipped = load_shipped()
    for record in shipped.extensions_of_record.extensions:
        rule = shipped.rule(record.deadline, record.period)
        derived = derive(rule, record.period.end, build_calendars(decreed_days()))
        assert derived.shown.astimezone(WIB).date() == record.statutory_due
    assert [record.extended_due for record in shipped.extensions_of_record.extensions] == [date(2025, 4, 15)]


def test_a_stored_version_reads_back_the_same(directory: Path) -> None:
    shipped = load_shipped()
    stored = json.loads(json.dumps(shipped.document, sort_keys=True, indent=1))
    again = Policies.from_document(stored)
    assert again == shipped
    assert (again.version, again.canonical) == (shipped.version, shipped.canonical)
    assert load(directory).version == shipped.version
    assert load_shipped() is load_shipped()


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    )
    if items is None:
        return [path]
    return [leaf for key, child in items for leaf in _leaves(child, (*path, key))]


def test_every_value_of_every_file_is_part_of_the_version() -> None:
    document = load_shipped().document
    versions = {load_shipped().version}
    changed = 0
    for path in _leaves(document):
        copy = json.loads(json.dumps(document))
        parent = copy
        for key in path[:-1]:
            parent = parent[key]
        if isinstance(parent[path[-1]], str) and path[-1] in ("basis", "label", "reason", "instrument"):
            parent[path[-1]] += " (diubah)"
            versions.add(Policies.from_document(copy).version)
            changed += 1
    assert changed > 30
    assert len(versions) == changed + 1


def test_policies_cannot_be_changed_in_place() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_shipped().regimes.regimes[0].id = "OTHER"


def test_a_gap_between_regimes_is_refused(directory: Path) -> None:
    change(directory, "regimes", lambda c: c["regimes"][1].update(first="2024-Q4"))
    assert (
        refusal(directory) == "regimes.yaml: gap between PM2_2019 (ends 2024-S1) and SE1_2025 (from 2024-Q4)"
    )


def test_overlapping_regimes_are_refused(directory: Path) -> None:
    change(directory, "regimes", lambda c: c["regimes"][2].update(first="2024-Q4"))
    assert refusal(directory) == "regimes.yaml: SE1_2025 (ends 2024-Q4) and PM13_2025 (from 2024-Q4) overlap"


def test_a_gap_or_an_overlap_of_offices_or_regimes_names_the_regulations() -> None:
    shipped = load_shipped()
    before, after = shipped.regimes.regimes[:2]
    late = after.model_copy(update={"first": after.first.next()})
    early = after.model_copy(update={"first": before.last})
    for changed in (late, early):
        with pytest.raises(Flaw) as unjoined:
            _joined(before, changed)
        assert unjoined.value.params["basis"] == f"{before.instrument}; {after.instrument}"
    rules = shipped.competences.rules
    for changed_rules in (rules[1:], (*rules, rules[0])):
        flaws = list(shipped.competences.model_copy(update={"rules": changed_rules})._problems())
        assert flaws
        assert all("{basis}" in flaw.message and flaw.params["basis"] for flaw in flaws)


def test_a_rule_lacking_or_doubled_in_a_regime_names_the_regulations() -> None:
    shipped = load_shipped()
    first, second, *others = [rule for rule in shipped.deadlines.deadlines if rule.name == "report_due"]
    general = second.model_copy(update={"regime": None, "basis": "SE Contoh 7/2027"})
    unregulated = next(one.instrument for one in shipped.regimes.regimes if one.id == second.regime)
    for rules, named in (([first, *others], unregulated), ([first, second, *others, general], general.basis)):
        deadlines = shipped.deadlines.model_copy(update={"deadlines": tuple(rules)})
        flaws = shipped.model_copy(update={"deadlines": deadlines})._unregulated()
        (flaw,) = [one for one in flaws if one.params["rule"] == "report_due"]
        assert "{basis}" in flaw.message
        assert named in flaw.params["basis"]
        assert first.basis in flaw.params["basis"], "the one that gives the rule"


REMOVED = object()


@pytest.mark.parametrize(
    ("name", "entry", "value", "complaint"),
    [
        ("regimes", "regimes.2.last", "2026-Q4", "PM13_2025 is the latest regime and must be open"),
        ("regimes", "regimes.1.last", None, "SE1_2025 is open, yet PM13_2025 follows it"),
        ("regimes", "regimes.1.id", "PM2_2019", "two regimes have the same id"),
        ("regimes", "regimes.1.last", "2024-Q2", "regimes.SE1_2025: SE1_2025 ends with 2024-Q2, before"),
        ("regimes", "regimes.0.period_kind", "quarter", "regimes.PM2_2019: PM2_2019 has periods of kind"),
        ("regimes", "regimes.0.revoked_by", None, "PM2_2019 names what revoked it exactly when"),
        ("regimes", "regimes.0.first", "2019-S3", "regimes.PM2_2019.first: there is no semester 3 of 2019"),
        ("regimes", "regimes.0.first", "2019-H1", "regimes.PM2_2019.first: '2019-H1' is not a period code"),
        ("regimes", "regimes.0.first", 2019, "regimes.PM2_2019.first: 2019 is not a period code"),
        ("regimes", "regimes.0.enforceable", "yes", "regimes.PM2_2019.enforceable"),
        ("regimes", "regimes.0.variables", REMOVED, "regimes.PM2_2019.variables: Field required"),
        ("regimes", "regimes.0.colour", "red", "regimes.PM2_2019.colour: Extra inputs are not permitted"),
        ("deadlines", "deadlines.1", REMOVED, "report_due: given for other regimes than exist: SE1_2025"),
        ("deadlines", "deadlines.1.regime", None, "report_due is given both for all regimes and for one"),
        ("deadlines", "deadlines.1.regime", "PM13_2025", "report_due (PM13_2025) is given twice"),
        ("deadlines", "deadlines.0.add.days", "10", "deadlines.report_due@PM13_2025.add.days"),
        ("deadlines", "deadlines.0.add.days", 0, "deadlines.report_due@PM13_2025.add.days"),
        (
            "deadlines",
            "deadlines.0.add.months",
            1,
            "deadlines.report_due@PM13_2025.add: a span has either days or months",
        ),
        ("deadlines", "deadlines.0.add.unit", "working", "working days, and only they, need a calendar"),
        ("deadlines", "deadlines.0.at", 600, "deadlines.report_due@PM13_2025.at"),
        ("deadlines", "deadlines.0.at", "23:59:59+07:00", "`at` is a local time of day in whole seconds"),
        ("deadlines", "deadlines.0.zone", "Europe/Paris", "deadlines.report_due@PM13_2025.zone"),
        ("deadlines", "deadlines.0.roll", "following", "needs a roll_calendar"),
        ("deadlines", "deadlines.0.anchor", "birthday", "deadlines.report_due@PM13_2025.anchor"),
        ("targets", "office_hours.closes", "07:00", "office_hours: an office closes after it opens"),
        ("targets", "shares.0.of", "nothing", "registration_reminder: there is no rule nothing"),
        ("targets", "shares.0.percent", 100, "shares.registration_reminder.percent"),
        ("targets", "targets.0.name", "rollback_window", "rollback_window is given twice"),
        ("reminders", "reminders.0.waves.0.days", -2, "waves are listed once each, the earliest first"),
        ("reminders", "reminders.0.waves.0.days", 3, "reminders.report_reminders.waves.0.days"),
        ("reminders", "reminders.0.deadline", "never", "report_reminders: there is no rule never"),
        ("reminders", "reminders.0.send_hour", "9 am", "reminders.report_reminders.send_hour"),
        ("ladders", "ladders.0.interval", "never", "report_warnings: there is no rule never"),
        ("ladders", "ladders.0.rungs.2.proposed", False, "written_warning_3, which are proposed, then fine"),
        ("ladders", "ladders.0.rungs.3.proposed", True, "licence_revocation, which are not"),
        ("ladders", "ladders.0.rungs.4.name", "open_ended_closure", "ladders.report_warnings: the rungs are"),
        ("ladders", "ladders.0.rungs", [], "ladders.report_warnings.rungs"),
        (
            "extensions_of_record",
            "extensions.0.extended_due",
            "2025-04-10",
            "extends nothing beyond 2025-04-10",
        ),
        ("extensions_of_record", "extensions.0.regime", "PM2_2019", "PM2_2019 has no period 2025-Q1"),
        ("extensions_of_record", "extensions.0.deadline", "never", "there is no rule never"),
    ],
)
def test_a_wrong_entry_is_refused_and_named(
    directory: Path, *, name: str, entry: str, value: object, complaint: str
) -> None:
    def edit(content: Any) -> None:
        *path, last = (int(key) if key.isdigit() else key for key in entry.split("."))
        for key in path:
            content = content[key]
        if value is REMOVED:
            del content[last]
        else:
            content[last] = value

    change(directory, name, edit)
    message = refusal(directory)
    assert f"{name}.yaml" in message
    assert complaint in message


def test_a_ladder_whose_letters_nothing_can_prove_is_refused(directory: Path) -> None:
    nothing = {"days_without_bounce": None} | dict.fromkeys(
        ("opened_in_portal", "postal_receipt", "officer_record"), False
    )
    change(directory, "ladders", lambda c: c["ladders"][0]["service"].update(nothing))
    assert "ladders.report_warnings.service: nothing would prove service" in refusal(directory)


def test_every_problem_is_told_at_once(directory: Path) -> None:
    change(directory, "reminders", lambda c: c["reminders"][0].update(send_hour="9 am", calendar="lunar"))
    with pytest.raises(PolicyError) as refused:
        load(directory)
    assert len(refused.value.problems) == 2


def test_the_same_key_twice_is_refused_with_its_line(directory: Path) -> None:
    path = directory / "reminders.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "reminders: []\n", encoding="utf-8")
    message = refusal(directory)
    assert "reminders.yaml" in message
    assert "'reminders' is given twice" in message


def test_a_missing_or_broken_file_is_named(directory: Path) -> None:
    (directory / "ladders.yaml").write_text("ladders: [", encoding="utf-8")
    assert "ladders.yaml" in refusal(directory)
    (directory / "ladders.yaml").unlink()
    assert "ladders.yaml" in refusal(directory)


def test_a_time_without_quotes_is_read_as_a_time_or_refused_never_as_a_number(directory: Path) -> None:
    path = directory / "targets.yaml"
    text = path.read_text(encoding="utf-8").replace('"16:00"', "16:00")  # YAML 1.1 reads sixty-ths: 960
    path.write_text(text, encoding="utf-8")
    assert "office_hours.closes" in refusal(directory)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("2025-01-01,holiday,Tahun Baru,New Year,SKB 1/2024", "2025-01-01 is decreed twice"),
        ("2027-13-01,holiday,Tahun Baru,New Year,SKB 1/2024", "line 55: date"),
        ("2027-01-01,feast,Tahun Baru,New Year,SKB 1/2024", "line 55: kind"),
        ("2027-01-01,holiday,Tahun Baru,New Year,", "line 55: decree"),
    ],
)
def test_a_wrong_decreed_day_is_refused_and_named(directory: Path, line: str, complaint: str) -> None:
    path = directory / "reference" / "holidays_decreed.csv"
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(PolicyError, match=f"holidays_decreed.csv.*{complaint}"):
        decreed_days(directory)


def test_every_file_of_the_bundle_is_shipped_and_every_shipped_file_is_read() -> None:
    shipped = {path.stem for path in SHIPPED.glob("*.yaml")}
    assert set(FILES) <= shipped
    assert set(FILES) == set(Policies.model_fields)


def test_names_that_do_not_exist_are_lookup_errors() -> None:
    shipped = policies.load_shipped()
    for ask in (
        lambda: shipped.rule("nothing"),
        lambda: shipped.rule("report_due"),  # differs by regime: a period is needed
        lambda: shipped.rule("report_due", Period.parse("2018-S1")),
        lambda: shipped.share("nothing"),
        lambda: shipped.reminder("nothing"),
        lambda: shipped.ladder("nothing"),
    ):
        with pytest.raises(LookupError):
            ask()


def test_reminders_are_found_by_deadline_and_status() -> None:
    shipped = load_shipped()
    assert [p.name for p in shipped.reminders_of("report_due", "draft")] == ["report_reminders"]
    assert shipped.reminders_of("report_due", "sent") == []
    assert shipped.reminders_of("rollback_window", "draft") == []


def test_periods_owed_reach_from_the_first_regime_to_the_last_quarter() -> None:
    regimes = load_shipped().regimes
    owed = regimes.periods_owed(date(2026, 11, 20))
    assert (str(owed[0]), str(owed[-1]), len(owed)) == ("2019-S1", "2026-Q3", 20)
    for earlier, later in pairwise(owed):
        assert later.start == earlier.end + timedelta(days=1)
