"""The table: what was done, how fast, how near to the floor of the same run, at what cost."""

from dataclasses import dataclass

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


def print_rows(title: str, rows: list[Row]) -> None:
    """To the terminal, with CPU seconds and peak memory per part below each row."""
    table = Table(title=title, title_justify="left")
    for column in (
        "what",
        "count",
        "seconds",
        "per second",
        "target s",
        "floor s",
        "× floor",
        "met",
        "cpu s · peak MB",
    ):
        table.add_column(column, justify="left" if column in ("what", "cpu s · peak MB") else "right")
    for row in rows:
        cost = ", ".join(
            f"{role} {cpu:.1f} · {row.usage.peak.get(role, 0):.0f}" for role, cpu in row.usage.cpu.items()
        )
        table.add_row(
            row.what + (f" ({row.note})" if row.note else ""),
            f"{row.count:,}",
            f"{row.usage.seconds:.1f}",
            f"{row.count / row.usage.seconds:,.0f}",
            f"{row.limit:.0f}" if row.limit else "",
            f"{row.floor:.1f}" if row.floor else "",
            f"{row.ratio:.2f}" if row.ratio else "",
            "yes" if row.met else "NO",
            cost,
        )
    Console(width=180).print(table)
