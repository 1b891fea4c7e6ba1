"""How a duty that stays unmet may climb the ladder of warnings: the earliest dates, none of them automatic."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from services.deadlines.derivation import Derived, derive
from services.deadlines.zones import WIB
from services.i18n import N_
from services.rulebook import Rulebook

LADDER: Final = "report_warnings"
WARNING: Final = N_(
    "Paling cepat saat ini peringatan tertulis ke-{n} dapat diusulkan; petugas yang memutuskan."
)
SANCTION: Final = N_(
    "Paling cepat saat ini sanksi setelah peringatan terakhir dapat diusulkan; petugas memutuskan, "
    "orang kedua menyetujui."
)


@dataclass(frozen=True)
class Rung:
    """One rung that may follow: the letter's number (None: what people decide after the last), and from when."""

    letter: int | None
    derived: Derived

    @property
    def text(self) -> str:
        """The message id of its sentence."""
        return WARNING if self.letter else SANCTION


def from_due(rules: Rulebook, due_before: datetime, lenient_before: datetime | None) -> list[Rung]:
    """The rungs after a date that passes unmet, each letter approved and served on its first day."""
    policy = rules.policies.ladder(LADDER)
    starts = rules.policies.rule(policy.starts)
    first = derive(starts, max(due_before, lenient_before or due_before), rules.calendars())
    return list(_climb(rules, 1, first))


def from_letter(rules: Rulebook, letter: int, interval: Derived) -> list[Rung]:
    """The rungs after the one that follows letter `letter`, whose month ends with `interval`."""
    return list(_climb(rules, letter + 1, interval))[1:]


def _climb(rules: Rulebook, number: int, at: Derived) -> Iterator[Rung]:
    policy = rules.policies.ladder(LADDER)
    interval = rules.policies.rule(policy.interval)
    for letter in range(number, policy.letters + 1):
        yield Rung(letter, at)
        at = derive(interval, _day(at.due_before), rules.calendars())
    yield Rung(None, at)


def _day(at: datetime) -> date:
    """The day a letter would carry."""
    return at.astimezone(WIB).date()
