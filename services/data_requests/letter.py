"""Surat Permintaan Data: the open question on paper, entered in the registry once per question."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.data_requests import reading
from services.data_requests.kinds import KINDS
from services.documents import records, registry
from services.documents.letters import DataRequestLetter, LetterKind
from services.models import Account, DataRequestQuestion, Document, IssuedDocument, RequestKind


@dataclass(frozen=True)
class Entry:
    """A letter in the registry. `document` is the stored PDF; None: render `letter` and `records.keep_letter`."""

    issued: IssuedDocument
    letter: DataRequestLetter
    document: Document | None


async def enter(session: AsyncSession, case_id: UUID, *, public_url: str, specimen: bool) -> Entry:
    """The letter of the question now open, dated as the question was asked. NotFound for another kind of case."""
    _, request = await reading.load(session, case_id)
    account = await session.get_one(Account, request.account_id)
    question = await session.get_one(DataRequestQuestion, (case_id, request.question))
    issued = await registry.issue(
        session,
        LetterKind.DATA_REQUEST_LETTER,
        registry.number_of(LetterKind.DATA_REQUEST_LETTER, request.number or 0, question.number),
        now=question.sent_at,
        account_id=account.id,
        case_id=case_id,
    )
    letter = DataRequestLetter(
        number=issued.number,
        issued_at=issued.issued_at,
        check=registry.check_of(issued, public_url),
        specimen=specimen,
        letter_date=question.sent_at,
        company_name=account.name,
        nib=account.nib or "",
        address=account.address,
        request_number=request.number or 0,
        kinds=tuple(KINDS[RequestKind(kind)] for kind in request.kinds),
        mandate=request.mandate,
        question=tuple(line for line in question.text.splitlines() if line.strip()),
        portal_url=public_url,
    )
    return Entry(issued, letter, await records.letter_of(session, issued.id))
