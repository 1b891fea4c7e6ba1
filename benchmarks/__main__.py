"""All figures of this service in its tables: `python -m benchmarks [--quick]`."""

import sys

import uvloop

from benchmarks import (
    data_requests,
    mail,
    portfolio,
    registrations,
    sign_ins,
    start,
    submissions,
    warnings,
    waves,
)
from benchmarks.machine import described
from benchmarks.table import Answers, Row, print_answers, print_rows


async def main(*, quick: bool) -> tuple[list[Answers], list[Row]]:
    """Measure everything; `quick` at a tenth of the size."""
    scale = 10 if quick else 1
    rows = await waves.measure(100_000 // scale)
    rows += await registrations.measure(2_000 // scale)
    rows += await mail.measure(20_000 // scale)
    rows += await data_requests.measure(5_000 // scale)
    rows += await warnings.measure(22_000 // scale, 5_000 // scale)
    rows += await portfolio.measure(200_000 // scale)
    rows += start.measure()
    signed_in = await sign_ins.measure(sign_ins.SECONDS // scale)
    answers, followed = await submissions.measure(submissions.SECONDS // scale)
    return signed_in + answers, rows + followed


if __name__ == "__main__":
    answers, rows = uvloop.run(main(quick="--quick" in sys.argv))
    print_rows(described(), rows)
    print_answers("Answers through HTTP", answers)
    sys.exit(0 if all(row.met for row in rows) and all(one.met for one in answers) else 1)
