"""A report with everything that judging it needs: read once, and what follows from it computed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Final
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases, rulebook
from services.deadlines.periods import Period
from services.deadlines.zones import WIB
from services.errors import Conflict, FieldError, NotFound
from services.i18n import N_
from services.models import AccountType, CaseFile, Document, Report, ReportSection, ReportStatus, ScanState
from services.reference import kbli
from services.reference.kbli import BusinessKind
from services.reports import baseline, company, completeness, forms, stored, validation
from services.reports.baseline import Previous
from services.reports.canonical import data_hash, report_content
from services.reports.classification import (
    Classification,
    ClassificationInput,
    Family,
    Size,
    Stage,
    amounts,
    classify,
)
from services.reports.company import CompanyFacts
from services.reports.completeness import STATEMENT_SECTION, Gap
from services.reports.context import FormContext, Values
from services.reports.definition import Form
from services.reports.numbers import Notation
from services.reports.validation import SectionResult

GENERAL: Final = "general_data"
BUSINESS_FIELDS: Final = "business_fields"
EDITABLE: Final = frozenset({ReportStatus.DRAFT, ReportStatus.RETURNED, ReportStatus.REOPENED})
UNSTARTED: Final = frozenset({ReportStatus.UPCOMING, ReportStatus.NOT_STARTED})

NO_BUSINESS: Final = N_(
    "Bidang Usaha di Data Perusahaan belum memuat KBLI industri atau jasa industri, sehingga formulir laporan "
    "belum dapat ditentukan."
)
NO_FORM: Final = N_("Formulir untuk laporan ini belum tersedia di layanan ini.")
NO_FORM_FOR_SIZE: Final = N_(
    "Nilai Mesin Rp. {machine_value} + Nilai Lainnya Rp. {other_fixed_value} + Modal Kerja Rp. {working_capital} "
    "= Rp. {total}, di atas batas Industri Kecil Rp. {small_up_to}. Formulir Industri Menengah Besar belum "
    "tersedia di layanan ini; isian Anda tetap tersimpan."
)
LETTER_OUTDATED: Final = N_(
    "Isi laporan berubah setelah Surat Pernyataan dicetak. Cetak, tanda tangani, dan unggah surat yang baru."
)
_SCAN_TEXTS: Final = {
    ScanState.QUARANTINED: N_("Pindaian Surat Pernyataan masih menunggu pemeriksaan virus."),
    ScanState.REJECTED: N_("Pindaian Surat Pernyataan mengandung virus. Unggah pindaian yang bersih."),
    ScanState.CLEAN: LETTER_OUTDATED,
}

# Built once: sending is timed by the hundreds a minute.
_REPORT: Final = (
    select(Report, Document)
    .outerjoin(Document, col(Document.id) == col(Report.statement_document_id))
    .where(col(Report.case_id) == bindparam("case_id"))
    .execution_options(populate_existing=True)
)
_PAGES: Final = (
    select(ReportSection)
    .where(col(ReportSection.case_id) == bindparam("case_id"))
    .execution_options(populate_existing=True)
)


@dataclass(frozen=True)
class Dossier:
    """One report at one moment. `stored` are its saved pages, `scan` the signed letter last uploaded, `small_up_to`
    what a small company has invested at most, in rupiah."""

    case: CaseFile
    report: Report
    stored: Mapping[str, ReportSection]
    company: CompanyFacts
    previous: Previous
    scan: Document | None
    small_up_to: int

    @cached_property
    def period(self) -> Period:
        return Period.parse(self.report.period)

    @cached_property
    def sections(self) -> dict[str, Values]:
        """Clean answers of every saved page."""
        return {name: page.data for name, page in self.stored.items()}

    @cached_property
    def classification(self) -> Classification | None:
        """What the three amounts of Data Umum make of the company; None while one of them lacks."""
        given = amounts(self.sections.get(GENERAL, {}))
        return self._classified(given) if given else None

    @cached_property
    def own_form(self) -> Form | None:
        """The form this company must send; None where there is none. Before it is classified, the small one."""
        kind = self._kind
        if kind is None:
            return None
        found = self._find(kind, kind.size)
        begun = (self.report.form_id, self.report.form_version)
        if found and begun[1] is not None and begun[0] == found.form:
            return forms.shipped().get(found.form, begun[1])
        return found

    @cached_property
    def form(self) -> Form | None:
        """The form its pages are shown on: without one of its own, the one begun on, so that nothing is lost."""
        if self.own_form or self._kind is None:
            return self.own_form
        if self.report.form_id and self.report.form_version:
            return forms.shipped().get(self.report.form_id, self.report.form_version)
        return self._find(self._kind, Size.SMALL)

    def context(self, notation: Notation = Notation.PLAIN) -> FormContext:
        """The facts its pages are judged by."""
        return FormContext(
            period=self.period,
            business_fields=self.company.business_fields,
            certificates=self.company.certificates,
            account=self.company.asked,
            sections=self.sections,
            previous=self.previous.sections,
            notation=notation,
            licence_valid_for=self.company.licensed,
        )

    @cached_property
    def judged(self) -> dict[str, SectionResult]:
        """Every page under the present facts, as `content` and `gaps` need it. Conflict without a form."""
        return validation.judge(self.require_form(), self.sections, self.context())

    @cached_property
    def content(self) -> dict[str, JsonValue]:
        """What is signed and sent: the answers that apply now. Conflict without a form."""
        form = self.require_form()
        return report_content(
            account=str(self.report.account_id),
            form_id=form.form,
            form_version=form.version,
            period=self.report.period,
            sections={name: result.values for name, result in self.judged.items()},
        )

    @cached_property
    def content_hash(self) -> str:
        """The fingerprint of `content`, 64 hexadecimal digits."""
        return data_hash(self.content)

    @cached_property
    def bound_hash(self) -> str:
        """What a statement letter is bound to: the data, and the number the company gave the letter."""
        return data_hash({"data": self.content_hash, "number": self.report.statement_number})

    @property
    def letter_holds(self) -> bool:
        """Whether the letter last printed speaks of the present data."""
        return self.report.statement_letter_hash == self.bound_hash

    @property
    def scan_holds(self) -> bool:
        """Whether a signed letter of the present data is stored and has passed the virus scan."""
        clean = self.scan is not None and self.scan.scan_state == ScanState.CLEAN
        return clean and self.report.statement_hash == self.bound_hash

    def gaps(self) -> list[Gap]:
        """Everything that stands between this draft and sending, in page order."""
        missing = self._missing_form()
        if missing is not None:
            return [missing]
        context = replace(self.context(), statement_uploaded=self.scan_holds)
        found = completeness.of(self.require_form(), self.sections, context, self.judged, self.rejected)
        return [self._explained(gap) for gap in found]

    @cached_property
    def rejected(self) -> dict[str, list[FieldError]]:
        """Errors stored with the pages: answers that were typed and not understood."""
        return {name: stored.load_errors(page.errors) for name, page in self.stored.items() if page.errors}

    def require_form(self) -> Form:
        """The form its pages are shown on, or a Conflict that says why there is none."""
        if self.form is None:
            raise Conflict(NO_BUSINESS if self._kind is None else NO_FORM)
        return self.form

    def with_page(self, page: ReportSection) -> "Dossier":
        """The same after a page was saved; what followed from the old one is computed anew."""
        return replace(self, stored={**self.stored, page.section: page})

    def _missing_form(self) -> Gap | None:
        if self.own_form is not None:
            return None
        if self._kind is None:
            return Gap(BUSINESS_FIELDS, NO_BUSINESS)
        if self._kind.size is Size.MEDIUM_LARGE:
            return Gap(GENERAL, NO_FORM_FOR_SIZE, dict(self._kind.params))
        return Gap(GENERAL, NO_FORM)

    def _explained(self, gap: Gap) -> Gap:
        """The official sentence about the letter says that it lacks; the reason, where there is one, stands below."""
        if gap.section != STATEMENT_SECTION or self.scan is None:
            return gap
        current = self.report.statement_hash == self.bound_hash
        why = _SCAN_TEXTS[ScanState(self.scan.scan_state)] if current else LETTER_OUTDATED
        return replace(gap, fields=(FieldError("scan", why),))

    @cached_property
    def _kind(self) -> Classification | None:
        """As `classification`; before the amounts are known, a small company of this business."""
        nothing = {"machine_value": 0, "other_fixed_value": 0, "working_capital": 0}
        return self.classification or self._classified(nothing)

    def _classified(self, given: Mapping[str, int]) -> Classification | None:
        business = kbli.business_kind(self.company.business_fields)
        estate = self.company.account.type == AccountType.ESTATE
        if business is BusinessKind.OTHER and not estate:
            return None
        return classify(
            ClassificationInput(
                estate=estate,
                business=business,
                stage=Stage(self.report.stage),
                is_shipyard=any(map(kbli.is_shipyard, self.company.business_fields)),
                small_up_to=self.small_up_to,
                **given,
            )
        )

    def _find(self, kind: Classification, size: Size | None) -> Form | None:
        sized = size if kind.family in {Family.MANUFACTURING, Family.SERVICE} else None
        return forms.shipped().find(
            family=kind.family, size=sized, stage=self.report.stage, period=self.period
        )


async def load(session: AsyncSession, report_id: UUID, *, now: datetime) -> Dossier:
    """A report to look at, without locking it. NotFound."""
    case = await session.get(CaseFile, report_id, populate_existing=True)
    if case is None:
        raise NotFound
    return await of_case(session, case, now=now)


async def lock(session: AsyncSession, report_id: UUID, *, now: datetime) -> Dossier:
    """A report to change: its case is locked until the transaction ends. NotFound."""
    return await of_case(session, await cases.lock(session, report_id), now=now)


async def of_case(session: AsyncSession, case: CaseFile, *, now: datetime) -> Dossier:
    """The rest of a report whose case is at hand, in five statements."""
    this = {"case_id": case.id}
    row = (await session.execute(_REPORT, this)).one_or_none()
    if row is None:
        raise NotFound
    report: Report = row[0]
    found = (await session.execute(_PAGES, this)).scalars()
    rules = await rulebook.of_case(session, case, now=now)
    return Dossier(
        case=case,
        report=report,
        stored={page.section: page for page in found},
        company=await company.facts(session, report.account_id, on=now.astimezone(WIB).date()),
        previous=await baseline.previous(session, report),
        scan=row[1],
        small_up_to=rules.policies.regime_for(Period.parse(report.period)).small_up_to,
    )
