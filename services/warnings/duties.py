"""The duties that are warned about when their date passes unmet (Permenperin 13/2025), and the name of that date."""

from collections.abc import Mapping
from typing import Final

from services.models import CaseKind

DUTIES: Final[Mapping[str, str]] = {
    CaseKind.REPORT: "report_due",
    CaseKind.DATA_REQUEST: "data_request_due",
}
# The same over a duty `o`.
_NAMES: Final = " ".join(f"WHEN '{kind}' THEN '{name}'" for kind, name in DUTIES.items())
DATE_OF_DUTY: Final = f"CASE o.kind {_NAMES} END"
