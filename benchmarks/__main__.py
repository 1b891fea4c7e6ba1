"""All figures of this service in one table: `python -m benchmarks [--quick]`."""

import sys

import uvloop

from benchmarks import mail, registrations, waves
from benchmarks.machine import described
from benchmarks.table import Row, print_rows


async def main(*, quick: bool) -> list[Row]:
    """Measure everything; `quick` at a tenth of the size."""
    scale = 10 if quick else 1
    rows = await waves.measure(100_000 // scale)
    rows += await registrations.measure(2_000 // scale)
    rows += await mail.measure(20_000 // scale)
    return rows


if __name__ == "__main__":
    found = uvloop.run(main(quick="--quick" in sys.argv))
    print_rows(described(), found)
    sys.exit(0 if all(row.met for row in found) else 1)
