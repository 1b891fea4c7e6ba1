"""No open case is silent about what comes: each status of each kind has dates, or says whom it waits for."""

import pytest

from services.models import CaseKind
from services.timeline import foreseen
from services.transitions import TRANSITIONS

# Statuses whose next steps are dates of the case: told by PASSING, or by the kind's own contributor.
DATED = {
    (CaseKind.REGISTRATION, "submitted"), (CaseKind.REGISTRATION, "returned"),
    (CaseKind.LICENCE_REVIEW, "pending"), (CaseKind.LICENCE_REVIEW, "valid"),
    (CaseKind.PERIOD, "planned"), (CaseKind.PERIOD, "open"), (CaseKind.PERIOD, "due"), (CaseKind.PERIOD, "closed"),
    (CaseKind.REPORT, "upcoming"), (CaseKind.REPORT, "not_started"), (CaseKind.REPORT, "draft"),
    (CaseKind.POLICY_CHANGE, "approved"), (CaseKind.CAMPAIGN, "applied"), (CaseKind.DECREE, "applied"),
    (CaseKind.WARNING, "issued"),
}  # fmt: skip
OPEN = [
    (kind, status) for kind, table in TRANSITIONS.items() for status, following in table.items() if following
]


@pytest.mark.parametrize(("kind", "status"), OPEN)
def test_an_open_status_says_what_comes(kind: str, status: str) -> None:
    assert ((kind, status) in foreseen.WAITS) != ((kind, status) in DATED), "either dates, or a sentence"


def test_only_statuses_that_exist_are_spoken_of() -> None:
    known = {(kind, status) for kind, table in TRANSITIONS.items() for status in table}
    assert (foreseen.WAITS.keys() | DATED) - known == set()
