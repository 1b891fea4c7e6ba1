"""The duties that are warned about when their date passes unmet (Permenperin 13/2025), and the name of that date."""

from collections.abc import Mapping
from typing import Final

from services.models import CaseKind

DUTIES: Final[Mapping[str, str]] = {
    CaseKind.REPORT: "report_due",
    CaseKind.DATA_REQUEST: "data_request_due",
}
_NAMES: Final = " ".join(f"WHEN '{kind}' THEN '{name}'" for kind, name in DUTIES.items())


def date_of(duty: str) -> str:
    """SQL for the name of that date, of the duty that a statement calls `duty`."""
    return f"CASE {duty}.kind {_NAMES} END"


DATE_OF_DUTY: Final = date_of("o")
