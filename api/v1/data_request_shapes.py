"""What requests for Data Lain look like on the wire."""

from datetime import UTC, datetime
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from api.v1.correspondence import DocumentOut
from api.v1.shapes import FromRow
from services.data_requests import reading
from services.data_requests.orders import Order, Preview
from services.data_requests.reading import Line
from services.models import (
    AccountType,
    AttachmentSide,
    DataRequestOrder,
    DataRequestQuestion,
    EvidenceKind,
    RequestChannel,
    RequestKind,
)
from services.service_proof import evidence


class OrderIn(BaseModel):
    """Whom to ask what. `companies`: numbers, usernames, NIBs or ids. Kinds combine.

    `report_id` and `section` point a clarification at a report. `mandate` names the minister's instruction.
    """

    model_config = ConfigDict(extra="forbid")

    kinds: list[RequestKind] = Field(max_length=3)
    channel: RequestChannel
    question: str = Field(max_length=20_000)
    mandate: str = Field(max_length=2000)
    companies: list[str] = Field(default_factory=list, max_length=50_000)
    everyone: bool = False
    region: str | None = Field(default=None, max_length=20)
    kbli: str | None = Field(default=None, max_length=20)
    type: AccountType | None = None
    report_id: UUID | None = None
    section: str | None = Field(default=None, max_length=60)
    document_ids: list[UUID] = Field(default_factory=list, max_length=20)

    def order(self) -> Order:
        """As the service takes it."""
        given = {name: getattr(self, name) for name in type(self).model_fields if name != "document_ids"}
        kinds = tuple(dict.fromkeys(self.kinds))
        return Order(**{**given, "kinds": kinds, "companies": tuple(self.companies)})


class ReceiptIn(BaseModel):
    """Evidence that an officer records. `received_at` null: now. `document_id`: the scan."""

    model_config = ConfigDict(extra="forbid")

    kind: EvidenceKind
    received_at: AwareDatetime | None = None
    note: str = Field(default="", max_length=20_000)
    document_id: UUID | None = None

    def moment(self) -> datetime | None:
        """In UTC."""
        return self.received_at.astimezone(UTC) if self.received_at else None


class AnswerIn(BaseModel):
    """The words of the answer; files are put beside it before."""

    model_config = ConfigDict(extra="forbid")

    answer: str = Field(max_length=100_000)


class AcceptanceIn(BaseModel):
    """`question` is needed when not accepted. `note` is kept with an accepted answer."""

    model_config = ConfigDict(extra="forbid")

    accepted: bool
    note: str = Field(default="", max_length=20_000)
    question: str = Field(default="", max_length=20_000)


class WithdrawalIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: str = Field(max_length=20_000)


class RequestLineOut(BaseModel):
    """A request in a list. `due_before` (exclusive) is null until receipt is proven."""

    id: UUID
    number: int
    account_id: UUID
    title: str
    kinds: list[str]
    channel: str
    status: str
    sent_at: datetime
    received_at: datetime | None
    due_before: datetime | None
    lenient_before: datetime | None
    late: bool


class OrderOut(BaseModel):
    id: UUID
    number: int
    kinds: list[str]
    channel: str
    ordered_at: datetime
    requests: int
    by_post: int
    items: list[RequestLineOut]


class LeftOutOut(BaseModel):
    company: str
    reason: str


class PreviewOut(BaseModel):
    """Who would be asked. `by_post`: those whose address refuses our mail."""

    count: int
    by_post: int
    regions: dict[str, int]
    sample: list[UUID]
    left_out: list[LeftOutOut]


class QuestionOut(FromRow):
    number: int
    text: str
    sent_at: datetime
    received_at: datetime | None
    received_by: str | None
    answer: str | None
    answered_at: datetime | None
    due_before: datetime | None
    lenient_before: datetime | None
    decided_at: datetime | None
    note: str | None
    files: list[DocumentOut] = Field(default_factory=list)


class EvidenceOut(FromRow):
    id: UUID
    kind: str
    question: int | None
    received_at: datetime
    recorded_at: datetime
    document_id: UUID | None


class RequestOut(RequestLineOut):
    """One request: its questions with answers, the files of the order, the evidence of receipt (officials)."""

    order_id: UUID
    mandate: str
    report_id: UUID | None
    section: str | None
    questions: list[QuestionOut]
    files: list[DocumentOut]
    evidence: list[EvidenceOut]


def line_out(line: Line) -> RequestLineOut:
    """A request in a list."""
    return RequestLineOut(
        id=line.case.id,
        number=line.request.number or 0,
        account_id=line.request.account_id,
        title=line.case.title,
        kinds=line.request.kinds,
        channel=line.request.channel,
        status=line.case.status,
        sent_at=line.question.sent_at,
        received_at=line.question.received_at,
        due_before=line.deadline.due_before if line.deadline and line.question.received_at else None,
        lenient_before=line.deadline.lenient_before if line.deadline and line.question.received_at else None,
        late=line.late,
    )


def order_out(row: DataRequestOrder, lines: list[Line]) -> OrderOut:
    """An order with its first requests."""
    return OrderOut(
        id=row.id,
        number=row.number or 0,
        kinds=row.kinds,
        channel=row.channel,
        ordered_at=row.ordered_at,
        requests=row.counts.get("requests", 0),
        by_post=row.counts.get("by_post", 0),
        items=[line_out(line) for line in lines],
    )


def preview_out(preview: Preview) -> PreviewOut:
    """A trial of an order."""
    return PreviewOut(
        count=preview.count,
        by_post=preview.by_post,
        regions=dict(preview.regions),
        sample=[account.id for account in preview.sample],
        left_out=[LeftOutOut(company=name, reason=why) for name, why in preview.left_out],
    )


async def request_out(
    session: AsyncSession, case_id: UUID, *, for_company: bool, now: datetime
) -> RequestOut:
    """One request as its reader may see it."""
    line = await reading.one(session, case_id, now=now)
    shown = []
    for question in await reading.questions(session, case_id):
        seen = for_company or question.answered_at is not None
        files = (
            await reading.attachments(session, line.request, AttachmentSide.ANSWER, question.number)
            if seen
            else []
        )
        shown.append(_question(question, [DocumentOut.model_validate(file) for file in files]))
    attached = await reading.attachments(session, line.request, AttachmentSide.QUESTION)
    proofs = [] if for_company else await evidence.of_case(session, case_id)
    return RequestOut(
        **line_out(line).model_dump(),
        order_id=line.request.order_id,
        mandate=line.request.mandate,
        report_id=line.request.report_case_id,
        section=line.request.section,
        questions=shown,
        files=[DocumentOut.model_validate(file) for file in attached],
        evidence=[EvidenceOut.model_validate(proof) for proof in proofs],
    )


def _question(question: DataRequestQuestion, files: list[DocumentOut]) -> QuestionOut:
    out = QuestionOut.model_validate(question)
    out.files = files
    return out
