"""What a form needs to know about the company and its other answers in order to judge one section."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from services.deadlines.periods import Period
from services.reference.kbli import Kbli
from services.reports.numbers import Notation

Values = Mapping[str, JsonValue]
"""Clean answers of a section: by field id, or `{"rows": [{...}, ...]}` for a table."""


def rows_of(answers: Values) -> list[dict[str, JsonValue]]:
    """The rows of a table's clean answers; empty for a page of fields or one without rows."""
    rows = answers.get("rows")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


@dataclass(frozen=True, slots=True)
class CertificateRef:
    """A certificate in the company's data; `kind` as in the form, such as "halal"."""

    id: str
    kind: str
    number: str


@dataclass(frozen=True, slots=True)
class FormContext:
    """Facts given by the caller; nothing here is looked up.

    period              the period the report is about
    business_fields     the KBLI on the company's NIB, with their version
    certificates        those in the company's data
    account             facts of the account that conditions may ask about, as `account.<name>`
    sections            clean answers of this report's sections, for conditions across pages
    previous            clean answers of the nearest earlier period that was sent; empty when there is none.
                        An officer's lowered baseline is already in it
    notation            how numbers in text are written: INDONESIAN from pages, PLAIN from programs
    statement_uploaded  whether a signed statement of the present data is stored
    licence_valid_for   KBLI codes whose industry licence the public service unit (UPP) has found valid
    """

    period: Period
    business_fields: tuple[Kbli, ...] = ()
    certificates: tuple[CertificateRef, ...] = ()
    account: Values = field(default_factory=dict)
    sections: Mapping[str, Values] = field(default_factory=dict)
    previous: Mapping[str, Values] = field(default_factory=dict)
    notation: Notation = Notation.INDONESIAN
    statement_uploaded: bool = False
    licence_valid_for: frozenset[str] = frozenset()
