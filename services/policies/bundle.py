"""All policies of one version together: what they say, and that they agree with each other."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from pydantic import Field, ValidationError, model_validator

from services.deadlines.periods import Period
from services.deadlines.rules import OfficeHours, Rule, Rules, ShareRule
from services.i18n import N_
from services.policies.assistance import AssistanceFile, AssistancePolicy
from services.policies.data_requests import DataRequestFile, DataRequestPolicy
from services.policies.extension_requests import ExtensionRequestFile, ExtensionRequestPolicy
from services.policies.jurisdictions import JurisdictionFile, Jurisdictions
from services.policies.ladders import Ladder
from services.policies.notices import NoticeFile, NoticePolicy
from services.policies.plausibility import Plausibility, PlausibilityFile
from services.policies.records import ExtensionOfRecord
from services.policies.regimes import Regime, Regimes
from services.policies.reminders import ReminderPolicy
from services.policies.source import SHIPPED, Flaw, Flaws, PolicyError, parse, read_yaml
from services.policies.supervision import SupervisionFile, SupervisionPolicy

Entry = TypeVar("Entry", ShareRule, ReminderPolicy, Ladder)


class DeadlineFile(Rules):
    """`deadlines.yaml`: what the regulations ask of companies."""

    deadlines: tuple[Rule, ...]


class TargetFile(Rules):
    """`targets.yaml`: what the office asks of itself."""

    office_hours: OfficeHours
    targets: tuple[Rule, ...]
    shares: tuple[ShareRule, ...]


class ReminderFile(Rules):
    """`reminders.yaml`."""

    reminders: tuple[ReminderPolicy, ...]


class LadderFile(Rules):
    """`ladders.yaml`."""

    ladders: tuple[Ladder, ...]


class ExtensionPolicy(Rules):
    """Who may give how much more time: above this many obligations a second person approves.

    `furthest_days`: at most so many days after the date in force.
    """

    second_person_above: Annotated[int, Field(ge=0)]
    furthest_days: Annotated[int, Field(ge=1, le=3660)]
    basis: Annotated[str, Field(min_length=3)]


class ExtensionPolicyFile(Rules):
    """`extensions.yaml`."""

    extensions: ExtensionPolicy


class ExtensionFile(Rules):
    """`extensions_of_record.yaml`."""

    extensions: tuple[ExtensionOfRecord, ...]


FILES: Mapping[str, type[Rules]] = {
    "regimes": Regimes,
    "deadlines": DeadlineFile,
    "targets": TargetFile,
    "reminders": ReminderFile,
    "notices": NoticeFile,
    "ladders": LadderFile,
    "jurisdictions": JurisdictionFile,
    "data_requests": DataRequestFile,
    "extensions": ExtensionPolicyFile,
    "extension_requests": ExtensionRequestFile,
    "extensions_of_record": ExtensionFile,
    "plausibility": PlausibilityFile,
    "assistance": AssistanceFile,
    "supervision": SupervisionFile,
}


class Policies(Rules):
    """One version of every policy. Cases remember its `version` and go on under it."""

    regimes: Regimes
    deadlines: DeadlineFile
    targets: TargetFile
    reminders: ReminderFile
    notices: NoticeFile
    ladders: LadderFile
    jurisdictions: JurisdictionFile
    data_requests: DataRequestFile
    extensions: ExtensionPolicyFile
    extension_requests: ExtensionRequestFile
    extensions_of_record: ExtensionFile
    plausibility: PlausibilityFile
    assistance: AssistanceFile
    supervision: SupervisionFile

    @model_validator(mode="after")
    def _agreeing(self) -> Self:
        problems = [*self._doubled(), *self._dangling(), *self._unregulated()]
        if problems:
            raise Flaws(problems)
        return self

    @cached_property
    def document(self) -> dict[str, Any]:
        """Everything as plain JSON values, as it is stored."""
        return self.model_dump(mode="json")

    @cached_property
    def canonical(self) -> str:
        """The one spelling of the document: sorted keys, no spaces."""
        return json.dumps(self.document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    @cached_property
    def version(self) -> str:
        """SHA-256 of the canonical text, in hex."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()

    @classmethod
    def from_document(cls, document: Mapping[str, Any], origin: str = "policy version") -> Self:
        """The policies stored as `document`; PolicyError when they are not a valid version."""
        return parse(cls, document, origin)

    def regime_for(self, period: Period) -> Regime:
        """The regime in which the period exists; LookupError when there is none."""
        return self.regimes.regime_for(period)

    def rule(self, name: str, period: Period | None = None) -> Rule:
        """The rule of this name, in the period's regime where regimes differ; LookupError otherwise."""
        named = [rule for rule in self._rules if rule.name == name]
        regime = self.regime_for(period).id if period else None
        for rule in named:
            if rule.regime in (None, regime):
                return rule
        raise LookupError(f"no rule {name}" + (f" for {period}" if period else ""))

    def share(self, name: str) -> ShareRule:
        """The share rule of this name; LookupError when there is none."""
        return _named(self.targets.shares, name)

    def reminder(self, name: str) -> ReminderPolicy:
        """The reminder policy of this name; LookupError when there is none."""
        return _named(self.reminders.reminders, name)

    def reminders_of(self, deadline: str, status: str) -> list[ReminderPolicy]:
        """The reminder policies that apply to this deadline of a case in this status."""
        return [
            policy
            for policy in self.reminders.reminders
            if policy.deadline == deadline and policy.applies_to(status)
        ]

    def ladder(self, name: str) -> Ladder:
        """The ladder of this name; LookupError when there is none."""
        return _named(self.ladders.ladders, name)

    @property
    def notice(self) -> NoticePolicy:
        """When notices may arrive."""
        return self.notices.notices

    @property
    def competences(self) -> Jurisdictions:
        """Whose office warns whom."""
        return self.jurisdictions.jurisdictions

    @property
    def data_request(self) -> DataRequestPolicy:
        """What is said about requests for Data Lain."""
        return self.data_requests.data_requests

    @property
    def plausible(self) -> Plausibility:
        """What makes a sent report worth a person's look."""
        return self.plausibility.plausibility

    @property
    def helpdesk(self) -> AssistancePolicy:
        """Where and when companies are helped."""
        return self.assistance.assistance

    @property
    def orderly(self) -> SupervisionPolicy:
        """When reporting is disorderly enough for a reprimand."""
        return self.supervision.supervision

    def extension_request(self, deadline: str) -> ExtensionRequestPolicy | None:
        """How much more time may be asked for online for this deadline; None when it may not."""
        for policy in self.extension_requests.requests:
            if policy.deadline == deadline:
                return policy
        return None

    @property
    def second_person_above(self) -> int:
        """How many obligations one person may extend alone."""
        return self.extensions.extensions.second_person_above

    @property
    def _rules(self) -> tuple[Rule, ...]:
        return self.deadlines.deadlines + self.targets.targets

    def _doubled(self) -> Iterable[Flaw]:
        groups = {
            "deadlines.yaml, targets.yaml": [
                f"{rule.name} ({rule.regime})" if rule.regime else rule.name for rule in self._rules
            ],
            "targets.yaml": [share.name for share in self.targets.shares],
            "reminders.yaml": [policy.name for policy in self.reminders.reminders],
            "ladders.yaml": [ladder.name for ladder in self.ladders.ladders],
            "extension_requests.yaml": [line.deadline for line in self.extension_requests.requests],
            "extensions_of_record.yaml": [line.id for line in self.extensions_of_record.extensions],
        }
        for origin, names in groups.items():
            for name in {name for name in names if names.count(name) > 1}:
                english = f"{origin}: {name} is given twice"
                yield Flaw(english, N_("{entry} ({origin}) diatur dua kali."), entry=name, origin=origin)

    def _dangling(self) -> Iterable[Flaw]:
        """Names that point at no rule or regime."""
        known = {rule.name for rule in self._rules}
        named = [("targets.yaml", share.name, share.of) for share in self.targets.shares]
        named += [("reminders.yaml", policy.name, policy.deadline) for policy in self.reminders.reminders]
        for ladder in self.ladders.ladders:
            wanted = (ladder.starts, ladder.interval, ladder.service.unproven_after)
            named += [("ladders.yaml", ladder.name, rule) for rule in wanted]
        for request in self.extension_requests.requests:
            named.append(("extension_requests.yaml", request.deadline, request.deadline))
        for line in self.extensions_of_record.extensions:
            named.append(("extensions_of_record.yaml", line.id, line.deadline))
            if not any(r.id == line.regime and r.governs(line.period) for r in self.regimes.regimes):
                yield Flaw(
                    f"extensions_of_record.yaml: {line.id}: {line.regime} has no period {line.period}",
                    N_("{entry}: {regime} tidak memiliki periode {period}."),
                    entry=line.id, regime=line.regime, period=str(line.period),
                )  # fmt: skip
        for origin, entry, rule in named:
            if rule not in known:
                english = f"{origin}: {entry}: there is no rule {rule}"
                told = N_("{entry} ({origin}) menunjuk aturan {rule} yang tidak ada.")
                yield Flaw(english, told, entry=entry, origin=origin, rule=rule)

    def _unregulated(self) -> Iterable[Flaw]:
        """A rule given for some regimes must be given for all, and for no unknown one."""
        regimes = {regime.id: regime.instrument for regime in self.regimes.regimes}
        for name in sorted({rule.name for rule in self._rules}):
            named = [rule for rule in self._rules if rule.name == name]
            given = {rule.regime for rule in named}
            bases = {rule.basis for rule in named}
            if None in given and len(given) > 1:
                yield Flaw(
                    f"deadlines.yaml: {name} is given both for all regimes and for one",
                    N_("Aturan {rule} tumpang tindih: diberikan untuk semua peraturan dan untuk satu peraturan. "
                       "Tepat satu aturan berlaku ({basis})."),
                    rule=name, basis="; ".join(sorted(bases)),
                )  # fmt: skip
            elif None not in given and given != regimes.keys():
                differ = ", ".join(sorted(map(str, given ^ regimes.keys())))
                bases |= {regimes[one] for one in regimes.keys() - given}
                yield Flaw(
                    f"deadlines.yaml: {name}: given for other regimes than exist: {differ}",
                    N_("Aturan {rule} bercelah: tidak diberikan tepat untuk setiap peraturan ({regimes}). "
                       "Tepat satu aturan berlaku ({basis})."),
                    rule=name, regimes=differ, basis="; ".join(sorted(bases)),
                )  # fmt: skip


def load(directory: Path) -> Policies:
    """The policies of a directory; PolicyError lists what is wrong in a file or between files."""
    parts = {
        name: parse(model, read_yaml(path := directory / f"{name}.yaml"), path.name)
        for name, model in FILES.items()
    }
    try:
        return Policies(**parts)  # type: ignore[arg-type]  # each part is of the type FILES names
    except ValidationError as error:
        raise PolicyError(*(str(found["ctx"]["error"]) for found in error.errors())) from error


@cache
def load_shipped() -> Policies:
    """The policies this release ships."""
    return load(SHIPPED)


def _named(entries: Iterable[Entry], name: str) -> Entry:
    for entry in entries:
        if entry.name == name:
            return entry
    raise LookupError(f"no policy {name}")
