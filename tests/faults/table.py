"""One line for each fault that was brought about, and the table that all of them make at the end of a run."""

import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

FULL = os.environ.get("TENGGAT_FAULTS") == "full"
PROPERTY = "fault"
HEADINGS = ("fault", "cases", "right", "lost", "legal doubled", "in flight", "remarks")


@dataclass(frozen=True)
class Line:
    """What became of so many cases. `doubled`: legal letters that went out twice; `in_flight`: mails whose answer
    the fault cut off (copies of notices bear the first one's Message-ID, legal letters are held for an officer)."""

    fault: str
    cases: int
    right: int
    lost: int = 0
    doubled: int = 0
    in_flight: int = 0
    remarks: str = ""

    def cells(self) -> tuple[str, ...]:
        """As the table shows them."""
        counts = (self.cases, self.right, self.lost, self.doubled, self.in_flight)
        return (self.fault, *(f"{count:,}" for count in counts), self.remarks)


Enter = Callable[[Line], None]


def enter(item: pytest.Item, line: Line) -> None:
    """Put a line on the table, and hold it to what is promised: N of N, 0 lost, 0 legal letters doubled."""
    item.user_properties.append((PROPERTY, asdict(line)))
    assert (line.right, line.lost, line.doubled) == (line.cases, 0, 0), line


def total(lines: Sequence[Line]) -> str:
    """All of it in one sentence."""
    cases, right, lost, doubled = (
        sum(getattr(line, name) for line in lines) for name in ("cases", "right", "lost", "doubled")
    )
    return f"{right:,} of {cases:,}, {lost:,} lost, {doubled:,} legal letters doubled"


def markdown(lines: Sequence[Line]) -> str:
    """The table as documents show it."""
    rows = [HEADINGS, ("---", *("---:",) * 5, "---"), *(line.cells() for line in lines)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows) + f"\n{total(lines)}.\n"


def show(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table of all faults of this run; write it to TENGGAT_FAULTS_TABLE where that is given."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    lines = [
        Line(**line)
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, line in report.user_properties
        if name == PROPERTY and isinstance(line, dict)
    ]
    if not lines:
        return
    lines.sort(key=lambda line: line.fault.lower())
    terminalreporter.section("faults")
    rows = [HEADINGS, *(line.cells() for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    for row in rows:
        cells = [
            cell.rjust(width) if 0 < column < len(row) - 1 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        terminalreporter.write_line("  ".join(cells).rstrip())
    terminalreporter.write_line(total(lines))
    if given := os.environ.get("TENGGAT_FAULTS_TABLE"):
        path = Path(given)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(markdown(lines), encoding="utf-8")
