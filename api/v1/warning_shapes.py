"""What warnings look like on the wire."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from services.models import (
    AuthorityLevel,
    CaseKind,
    EvidenceKind,
    LetterChannel,
    PrintBatch,
    Sanction,
    SanctionKind,
    WarningBatch,
)
from services.unissued import status_told
from services.warnings import desk
from services.warnings.approval import Approved
from services.warnings.desk import Filters, Line
from services.warnings.facts import LadderFacts, LetterFacts, imposed

Reason = Annotated[str, StringConstraints(max_length=4000)]
MAX_EXCLUSIONS = 5000


class FilterIn(BaseModel):
    """Which proposals. `authority` is "ministry", a region's code, or "undetermined"; `letter` is 1, 2 or 3."""

    model_config = ConfigDict(extra="forbid")

    period: str | None = Field(default=None, max_length=10)
    region: str | None = Field(default=None, max_length=20)
    authority: str | None = Field(default=None, max_length=20)
    letter: int | None = Field(default=None, ge=1, le=3)
    kind: CaseKind | None = None
    q: str | None = Field(default=None, max_length=100)


class SelectionIn(BaseModel):
    """Named one by one (`ids`), or by a filter; without both: everything on this official's desk."""

    model_config = ConfigDict(extra="forbid")

    ids: list[UUID] = Field(default_factory=list, max_length=desk.MOST)
    filter: FilterIn = Field(default_factory=FilterIn)

    def filters(self) -> Filters:
        return Filters(ids=tuple(self.ids), **self.filter.model_dump())


class PreviewIn(SelectionIn):
    """`channel` null: by e-mail, and by post where the address bounced."""

    channel: LetterChannel | None = None


class ExclusionIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: UUID
    reason: Reason


class ApprovalIn(PreviewIn):
    """`previewed_at` as the preview answered it: nothing proposed later is approved with it."""

    exclusions: list[ExclusionIn] = Field(default_factory=list, max_length=MAX_EXCLUSIONS)
    previewed_at: AwareDatetime | None = None


class ExclusionsIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    exclusions: list[ExclusionIn] = Field(min_length=1, max_length=MAX_EXCLUSIONS)


class AuthorityIn(BaseModel):
    """Whose office is competent, and the ground for saying so."""

    model_config = ConfigDict(extra="forbid")

    ids: list[UUID] = Field(min_length=1, max_length=desk.MOST)
    level: AuthorityLevel
    reason: Reason


class EvidenceIn(BaseModel):
    """`received_at` null: now. `letter` null: the newest. A receipt and minutes of a visit need their scan."""

    model_config = ConfigDict(extra="forbid")

    kind: EvidenceKind
    received_at: AwareDatetime | None = None
    note: Reason = ""
    document_id: UUID | None = None
    letter: int | None = Field(default=None, ge=1, le=3)


class ExcuseIn(BaseModel):
    """`document_id` is the company's signed letter, uploaded before."""

    model_config = ConfigDict(extra="forbid")

    document_id: UUID | None = None
    reason: Reason


class SanctionIn(BaseModel):
    """`amount` in whole rupiah belongs to a fine and is never computed. `number` is the decision's own."""

    model_config = ConfigDict(extra="forbid")

    kind: SanctionKind
    basis: Reason
    reason: Reason
    number: Reason
    document_id: UUID | None = None
    amount: int | None = Field(default=None, le=10**15)


class SanctionDecisionIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    approve: bool
    note: Reason = ""


class ClosingIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Reason


class AuthorityCode(BaseModel):
    """One office: "ministry", or the code of a province, kabupaten or kota."""

    model_config = ConfigDict(extra="forbid")

    authority: str = Field(max_length=20)


class ProposalOut(BaseModel):
    """One proposed letter. `issuer` is the office in whose name you may warn; null: you may not."""

    id: UUID
    obligation_id: UUID
    kind: str
    company: str
    account_id: UUID
    region_code: str
    period: str | None
    stage: str | None
    due_before: datetime
    letter: int
    authority: str | None
    authority_level: str | None
    issuer: str | None
    channel: str
    suspended: bool
    proposed_at: datetime


class ProposalPage(BaseModel):
    items: list[ProposalOut]
    next_cursor: str | None


class PreviewOut(BaseModel):
    """What would be sent, and what would not and why. Approve with the same `previewed_at`."""

    previewed_at: datetime
    letters: int
    by_letter: dict[int, int]
    by_channel: dict[str, int]
    by_authority: dict[str, int]
    undetermined: int
    not_competent: int
    suspended: int
    own: int
    sample: list[ProposalOut]


class BatchOut(BaseModel):
    id: UUID
    authority: str
    letters: int


class LeftOutOut(BaseModel):
    """`reason` is a code, or the words of the officer who left it out."""

    id: UUID
    reason: str


class ApprovalOut(BaseModel):
    """The letters are made and sent after this, batch by batch."""

    batches: list[BatchOut]
    letters: int
    left_out: list[LeftOutOut]


class CountOut(BaseModel):
    count: int


class LetterOut(BaseModel):
    """One letter. `sent_at` is when it left, `served_at` since when it is proven served, `served_by` by what.

    `mailed_at` is when it left by mail, where it goes by post instead; `sent_at` is then the day of posting.
    """

    letter: int
    number: str | None
    letter_date: date | None
    authority: str
    channel: str
    approved_at: datetime
    document_id: UUID | None
    sha256: str | None
    message_id: UUID | None
    sent_at: datetime | None
    mailed_at: datetime | None
    served_at: datetime | None
    served_by: str | None
    unproven_since: datetime | None
    voided_at: datetime | None


class SanctionOut(BaseModel):
    id: UUID
    kind: str
    amount: int | None
    basis: str
    reason: str
    number: str
    document_id: UUID
    state: str
    proposed_at: datetime
    decided_at: datetime | None
    decision_note: str | None


class WarningOut(BaseModel):
    """The warnings about one duty. `rung` is the last letter approved."""

    id: UUID
    key: str
    status: str
    obligation_id: UUID
    account_id: UUID
    matter: str
    period: str | None
    stage: str | None
    due_before: datetime
    authority: str | None
    authority_level: str | None
    rung: int
    suspension: str | None
    suspended_at: datetime | None
    ended_at: datetime | None
    exclusion_reason: str | None
    letters: list[LetterOut]
    sanctions: list[SanctionOut]


class PrintBatchOut(BaseModel):
    id: UUID
    authority: str
    letters: int
    made_at: datetime
    posted_at: datetime | None


class PrintQueueOut(BaseModel):
    """What waits to be printed in your offices, and the batches made."""

    waiting: dict[str, int]
    batches: list[PrintBatchOut]


def proposal_out(line: Line) -> ProposalOut:
    level = desk.level_of(line.authority)
    return ProposalOut(
        **{name: getattr(line, name) for name in ProposalOut.model_fields if name not in _COMPUTED},
        authority_level=level.value if level else None,
        issuer=line.issuer.code if line.issuer else None,
    )


_COMPUTED = {"authority_level", "issuer"}


def preview_out(found: desk.Preview) -> PreviewOut:
    given = {name: getattr(found, name) for name in PreviewOut.model_fields if name != "sample"}
    return PreviewOut(**given, sample=[proposal_out(line) for line in found.lines])


def approval_out(approved: Approved) -> ApprovalOut:
    return ApprovalOut(
        batches=[batch_out(batch) for batch in approved.batches],
        letters=approved.letters,
        left_out=[LeftOutOut(id=one.id, reason=one.reason) for one in approved.left_out],
    )


def batch_out(batch: WarningBatch) -> BatchOut:
    return BatchOut(id=batch.case_id, authority=batch.authority, letters=batch.letters)


def warning_out(found: LadderFacts, locale: str, *, for_company: bool) -> WarningOut:
    """A ladder as its reader may see it: a company sees what left and what was imposed, nothing in preparation."""
    ladder = found.ladder
    letters: Sequence[LetterFacts] = [
        one for one in found.letters if not for_company or one.letter.left_at is not None
    ]
    sanctions = imposed(found) if for_company else found.sanctions
    return WarningOut(
        id=ladder.case_id,
        key=found.case.key,
        status=status_told(found.case) if for_company else found.case.status,
        obligation_id=ladder.obligation_id,
        account_id=ladder.account_id,
        matter=found.matter(locale),
        period=found.duty.period,
        stage=found.duty.stage,
        due_before=found.due.due_before,
        authority=ladder.authority,
        authority_level=ladder.authority_level,
        rung=max((one.letter.rung for one in letters), default=0) if for_company else ladder.rung,
        suspension=ladder.suspension,
        suspended_at=ladder.suspended_at,
        ended_at=ladder.ended_at,
        exclusion_reason=None if for_company else ladder.exclusion_reason,
        letters=[letter_out(one) for one in letters],
        sanctions=[sanction_out(one) for one in sanctions],
    )


def letter_out(found: LetterFacts) -> LetterOut:
    letter = found.letter
    names = LetterOut.model_fields.keys() - {"letter", "sha256"}
    given = {name: getattr(letter, name) for name in names}
    return LetterOut(letter=letter.rung, sha256=found.document.sha256 if found.document else None, **given)


def sanction_out(sanction: Sanction) -> SanctionOut:
    return SanctionOut(**{name: getattr(sanction, name) for name in SanctionOut.model_fields})


def print_batch_out(batch: PrintBatch) -> PrintBatchOut:
    return PrintBatchOut(**{name: getattr(batch, name) for name in PrintBatchOut.model_fields})
