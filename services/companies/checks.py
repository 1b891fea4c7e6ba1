"""Judging a page of company data: by the form engine, then what must hold between its rows and with other rows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.companies import formats
from services.companies.definition import ProfilePage, shipped
from services.companies.stored import Row, rows_of
from services.deadlines.periods import Period
from services.errors import FieldError
from services.i18n import N_
from services.models import Certificate, Document, ScanState
from services.reference.kbli import Kbli
from services.reports import values
from services.reports.context import FormContext, Values
from services.reports.numbers import Notation
from services.reports.validation import SectionResult, validate_section

_ANY_PERIOD = Period.parse("2025-Q1")  # no page of company data asks about a period


def judge(
    page: ProfilePage, raw: Mapping[str, object], business_fields: Sequence[Kbli], notation: Notation
) -> SectionResult:
    """The clean answers of a whole page, and everything that is wrong with it. Nothing may be missing."""
    written, problems = formats.spelt(page, raw)
    context = FormContext(_ANY_PERIOD, business_fields=tuple(business_fields), notation=notation)
    result = validate_section(shipped(), page.id, written, context, "complete")
    known = {error.field for error in result.errors}
    known |= {remark.field for remark in result.warnings}  # not asked, as the answers are: it blocks nothing
    result.errors.extend(problem for problem in problems if problem.field not in known)
    if not result.errors and page.id == "business_fields":
        result.errors.extend(_one_primary(rows_of(result.values), _positions(raw)))
    return result


def _positions(raw: Mapping[str, object]) -> list[int]:
    """Where the rows with something in them stand on the page."""
    rows = raw.get("rows")
    listed = rows if isinstance(rows, list | tuple) else []
    return [
        number
        for number, row in enumerate(listed)
        if not all(values.is_blank(part) for part in (row.values() if isinstance(row, Mapping) else [row]))
    ]


def _one_primary(rows: list[Row], positions: list[int]) -> list[FieldError]:
    codes = [str(row["kbli"]).partition(":")[2] for row in rows]
    often = {code for code, count in Counter(codes).items() if count > 1}
    problems = [
        FieldError(f"rows.{number}.kbli", N_("KBLI {code} ditulis lebih dari sekali."), {"code": code})
        for number, code in zip(positions, codes, strict=True)
        if code in often
    ]
    if sum(row["is_primary"] is True for row in rows) != 1:
        problems.append(FieldError("rows", N_("Pilih tepat satu KBLI utama.")))
    return problems


async def certificates_known(
    session: AsyncSession, account_id: UUID, clean: Values, raw: Mapping[str, object]
) -> list[FieldError]:
    """Certificates and files that are named must be this company's own."""
    owned = select(col(Certificate.id)).where(col(Certificate.account_id) == account_id)
    files = select(col(Document.id)).where(
        col(Document.account_id) == account_id, col(Document.scan_state) != ScanState.REJECTED
    )
    known = {
        "id": {str(id_) for id_ in (await session.execute(owned)).scalars()},
        "document": {str(id_) for id_ in (await session.execute(files)).scalars()},
    }
    problems: list[FieldError] = []
    for number, row in zip(_positions(raw), rows_of(clean), strict=True):
        for name, message in _UNKNOWN.items():
            if name in row and row[name] not in known[name]:
                problems.append(FieldError(f"rows.{number}.{name}", message))
            elif name == "id" and name in row:
                known[name].discard(str(row[name]))  # and each only once
    return problems


_UNKNOWN = {
    "id": N_("Sertifikat ini tidak ada dalam Data Perusahaan."),
    "document": N_("Berkas ini tidak ditemukan. Unggah kembali."),
}
