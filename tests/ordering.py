"""In which order the files of tests begin: those that start whole instances early, and not all at once."""

from collections.abc import Sequence
from itertools import groupby

import pytest

WHOLE_INSTANCES = (
    "tests/rehearsals/test_three_quarters",
    "tests/faults/test_kills",
    "tests/faults/test_lost_and_restored",
    "tests/rehearsals/test_quarter",
    "tests/faults/test_rough_day",
    "tests/stack/test_lifecycle",
    "tests/faults/test_campaigns_killed",
    "tests/stack/test_canaries",
    "tests/pages/test_browser",
    "tests/faults/",
)
"""Slowest first. Left to the end, one of them alone would keep everybody waiting."""
BETWEEN = 12
"""Files without an instance between two with one: two processors bear a few at a time."""


def spread(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """The same tests, file by file, with the slow files among the first."""
    files = [list(tests) for _, tests in groupby(items, lambda item: item.nodeid.partition("::")[0])]
    slow = sorted(
        (file for file in files if _rank(file[0]) is not None), key=lambda file: _rank(file[0]) or 0
    )
    quick = iter([file for file in files if _rank(file[0]) is None])
    ordered: list[pytest.Item] = []
    for file in slow:
        ordered += file
        ordered += [item for _, quick_file in zip(range(BETWEEN), quick, strict=False) for item in quick_file]
    return ordered + [item for file in quick for item in file]


def _rank(item: pytest.Item) -> int | None:
    return next((rank for rank, start in enumerate(WHOLE_INSTANCES) if item.nodeid.startswith(start)), None)
