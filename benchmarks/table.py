"""The tables: what was done, how fast, how near to the floor of the same run, at what cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from rich.console import Console
from rich.table import Table

from benchmarks.machine import Usage


@dataclass
class Row:
    """One measured thing. `floor` in seconds for the same count; `limit` and `times_floor` are the targets."""

    what: str
    count: int
    usage: Usage
    floor: float | None = None
    limit: float | None = None
    times_floor: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.usage.seconds / self.floor if self.floor else None

    @property
    def met(self) -> bool:
        within = self.limit is None or self.usage.seconds <= self.limit
        near = self.ratio is None or self.times_floor is None or self.ratio <= self.times_floor
        return within and near


@dataclass
class Answers:
    """How long answers took: `times` in seconds, sorted, each counted from the instant it was asked for. So many
    `percent` of them are to come within `limit` seconds."""

    what: str
    usage: Usage
    times: Sequence[float]
    limit: float
    percent: int = 99

    def within(self, percent: float) -> float:
        """The time within which so many of the answers came."""
        return self.times[ceil(len(self.times) * percent / 100) - 1]

    @property
    def met(self) -> bool:
        return self.within(self.percent) <= self.limit


def print_rows(title: str, rows: list[Row]) -> None:
    """To the terminal, with CPU seconds and peak memory per part below each row."""
    table = _table(title, "what", "count", "seconds", "per second", "target s", "floor s", "× floor", "met")
    for row in rows:
        table.add_row(
            row.what + (f" ({row.note})" if row.note else ""),
            f"{row.count:,}",
            f"{row.usage.seconds:.1f}",
            f"{row.count / row.usage.seconds:,.0f}",
            f"{row.limit:.0f}" if row.limit else "",
            f"{row.floor:.1f}" if row.floor else "",
            f"{row.ratio:.2f}" if row.ratio else "",
            "yes" if row.met else "NO",
            _cost(row.usage),
        )
    Console(width=180).print(table)


def print_answers(title: str, rows: list[Answers]) -> None:
    """To the terminal, in milliseconds."""
    table = _table(
        title, "what", "count", "per second", "p50 ms", "p95 ms", "p99 ms", "max ms", "target", "met"
    )
    for row in rows:
        table.add_row(
            row.what,
            f"{len(row.times):,}",
            f"{len(row.times) / row.usage.seconds:.1f}",
            *(f"{row.within(percent) * 1000:.0f}" for percent in (50, 95, 99, 100)),
            f"p{row.percent} {row.limit * 1000:.0f}",
            "yes" if row.met else "NO",
            _cost(row.usage),
        )
    Console(width=180).print(table)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for column in (*columns, "cpu s · peak MB"):
        table.add_column(column, justify="left" if column in ("what", "cpu s · peak MB") else "right")
    return table


def _cost(usage: Usage) -> str:
    return ", ".join(f"{role} {cpu:.1f} · {usage.peak.get(role, 0):.0f}" for role, cpu in usage.cpu.items())
