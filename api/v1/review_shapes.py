"""What reviews, corrections and differences look like on the wire."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.v1.shapes import FromRow
from services.i18n import Translator
from services.models import CorrectionAnswer, ReportCorrection, ReviewBatch
from services.reviews import reading
from services.reviews.corrections import Note
from services.reviews.differences import Changed
from services.reviews.reading import ReviewView, Waiting


class Verdict(StrEnum):
    """Accept the report at this desk, or return it to the company with notes."""

    ACCEPT = "accept"
    RETURN = "return"


class NoteIn(BaseModel):
    """What is wrong in one section of the form; `report` for the report as a whole."""

    model_config = ConfigDict(extra="forbid")

    section: str = Field(max_length=60)
    text: str = Field(max_length=4000)

    def note(self) -> Note:
        return Note(self.section, self.text)


class VerificationIn(BaseModel):
    """`submission` is the one that was looked at: 409 when the report has been sent again since."""

    model_config = ConfigDict(extra="forbid")

    submission: int = Field(ge=1)
    verdict: Verdict
    notes: list[NoteIn] = Field(default_factory=list, max_length=100)


class ValidationIn(VerificationIn):
    """As for the verification, for one supervising directorate."""

    directorate: str = Field(max_length=20)


class FlagOut(FromRow):
    """A finding of the plausibility checks, in the reader's language."""

    section: str
    title: str
    text: str


class ValidationOut(FromRow):
    directorate: str
    divisions: list[str]
    approved_at: datetime | None
    approved_by: str | None


class CorrectionOut(FromRow):
    """A note about one section and how the company answered it."""

    id: UUID
    submission: int
    section: str
    note: str
    raised_in: str
    directorate: str | None
    raised_at: datetime
    answer: str | None
    response: str | None
    answered_at: datetime | None


class ReviewOut(BaseModel):
    """The review of the last submission. `examined_at` null: the checks have not run yet."""

    id: UUID
    status: str
    submission: int
    examined_at: datetime | None
    flagged: bool
    flags: list[FlagOut]
    verified_at: datetime | None
    verified_by: str | None
    returned_at: datetime | None
    validations: list[ValidationOut]
    corrections: list[CorrectionOut]


class WaitingOut(BaseModel):
    """A report that waits at a desk."""

    id: UUID
    title: str
    account_id: UUID | None
    number: int | None
    period: str | None
    stage: str | None
    region_code: str | None
    submission: int
    flags: list[FlagOut]
    target_before: datetime | None


class WaitingPage(BaseModel):
    items: list[WaitingOut]
    next_cursor: str | None


class PreviewIn(BaseModel):
    """Which reports of the desk; empty fields narrow nothing. `directorate` only in validation."""

    model_config = ConfigDict(extra="forbid")

    directorate: str | None = Field(default=None, max_length=20)
    period: str | None = Field(default=None, max_length=10)
    region: str | None = Field(default=None, max_length=20)


class BatchOut(BaseModel):
    """A bulk approval. Before it is given, `chosen` is what it would approve."""

    id: UUID
    desk: str
    directorate: str | None
    chosen: list[UUID]
    counts: dict[str, int]
    approved_at: datetime | None
    approved: int
    left_out: dict[str, str]


class BulkApprovalIn(BaseModel):
    """`without`: cases of the preview that are not approved after all."""

    model_config = ConfigDict(extra="forbid")

    without: list[UUID] = Field(default_factory=list, max_length=5000)


class AnswerIn(BaseModel):
    """Perbaiki (`fixed`) or Tanggapi (`responded`, which needs a `response`)."""

    model_config = ConfigDict(extra="forbid")

    answer: CorrectionAnswer
    response: str = Field(default="", max_length=4000)


class LineOut(FromRow):
    label: str
    before: str
    after: str


class ChangedOut(FromRow):
    """One page of the form with the answers that differ."""

    section: str
    title: str
    lines: list[LineOut]


class DifferenceOut(BaseModel):
    """What differs between two submissions."""

    before: int
    after: int
    sections: list[ChangedOut]


def waiting_out(row: Waiting) -> WaitingOut:
    """A line of a desk."""
    case = row.case
    return WaitingOut(
        id=case.id,
        title=case.title,
        account_id=case.account_id,
        number=row.report.number,
        period=case.period,
        stage=case.stage,
        region_code=case.region_code,
        submission=row.submission,
        flags=[FlagOut.model_validate(flag) for flag in row.flags],
        target_before=row.target.due_before if row.target else None,
    )


def review_out(seen: ReviewView, words: Translator) -> ReviewOut:
    """The review of the last submission."""
    review = seen.review
    found = reading.flags(review, seen.form, words)
    return ReviewOut(
        id=seen.case.id,
        status=seen.case.status,
        submission=seen.version.submission,
        examined_at=review.examined_at if review else None,
        flagged=review.flagged if review else False,
        flags=[FlagOut.model_validate(flag) for flag in found],
        verified_at=review.verified_at if review else None,
        verified_by=review.verified_by if review else None,
        returned_at=review.returned_at if review else None,
        validations=[ValidationOut.model_validate(part) for part in seen.validations],
        corrections=corrections_out(seen.notes),
    )


def corrections_out(notes: Iterable[ReportCorrection]) -> list[CorrectionOut]:
    """Notes as companies and officers read them."""
    return [CorrectionOut.model_validate(note) for note in notes]


def batch_out(batch: ReviewBatch) -> BatchOut:
    """A bulk approval, before or after."""
    chosen: list[dict[str, Any]] = batch.chosen
    return BatchOut(
        id=batch.id,
        desk=batch.desk,
        directorate=batch.directorate,
        chosen=[UUID(line["case"]) for line in chosen],
        counts=batch.counts,
        approved_at=batch.approved_at,
        approved=len(chosen) - len(batch.left_out) if batch.approved_at else 0,
        left_out=batch.left_out,
    )


def difference_out(before: int, after: int, changed: Iterable[Changed]) -> DifferenceOut:
    """What differs, page by page."""
    sections = [ChangedOut.model_validate(page) for page in changed]
    return DifferenceOut(before=before, after=after, sections=sections)
