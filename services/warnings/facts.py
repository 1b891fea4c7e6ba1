"""Reading ladders: one with all that belongs to it, those of a company, and small facts others ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.errors import NotFound
from services.models import (
    Account,
    CaseFile,
    Deadline,
    Document,
    Message,
    Sanction,
    SanctionState,
    WarningLadder,
    WarningLetter,
)
from services.warnings import wording
from services.warnings.competence import MINISTRY, Office, office
from services.warnings.duties import DUTIES


@dataclass(frozen=True)
class LetterFacts:
    """One letter with its file and its mail."""

    letter: WarningLetter
    document: Document | None
    message: Message | None


@dataclass(frozen=True)
class LadderFacts:
    """One ladder with its duty, letters and decisions."""

    case: CaseFile
    ladder: WarningLadder
    account: Account
    duty: CaseFile
    due: Deadline
    letters: Sequence[LetterFacts]
    sanctions: Sequence[Sanction]

    @property
    def newest(self) -> WarningLetter | None:
        """The letter on which the ladder stands; not one whose approval was taken back."""
        return next((one.letter for one in self.letters if one.letter.rung == self.ladder.rung), None)

    @property
    def unproven(self) -> WarningLetter | None:
        """The first letter that left and whose service is not proven."""
        return next(
            (one.letter for one in self.letters if one.letter.left_at and not one.letter.served_at), None
        )

    def matter(self, locale: str) -> str:
        """What is owed, in words."""
        return wording.duty(self.duty.kind, self.duty.key, self.duty.period, self.duty.stage, locale)


def office_of(code: str | None) -> Office:
    """The office of a stored authority; the ministry where none is stored."""
    return office(code or MINISTRY)


async def company(session: AsyncSession, account_id: UUID) -> str:
    """The company's name."""
    query = select(col(Account.name)).where(col(Account.id) == account_id)
    return (await session.execute(query)).scalar_one()


async def load(session: AsyncSession, case_id: UUID) -> LadderFacts:
    """A ladder and everything of it. NotFound for a case of another kind."""
    ladder = await session.get(WarningLadder, case_id)
    if ladder is None:
        raise NotFound
    duty = await session.get_one(CaseFile, ladder.obligation_id)
    return LadderFacts(
        case=await session.get_one(CaseFile, case_id),
        ladder=ladder,
        account=await session.get_one(Account, ladder.account_id),
        duty=duty,
        due=await session.get_one(Deadline, (duty.id, DUTIES[duty.kind])),
        letters=await _letters(session, case_id),
        sanctions=list(
            (
                await session.execute(
                    select(Sanction).where(col(Sanction.case_id) == case_id).order_by(col(Sanction.id))
                )
            ).scalars()
        ),
    )


async def about(session: AsyncSession, obligation_id: UUID) -> Sequence[WarningLadder]:
    """The ladders about one duty, the newest first."""
    query = select(WarningLadder).where(col(WarningLadder.obligation_id) == obligation_id)
    return (await session.execute(query.order_by(col(WarningLadder.n).desc()))).scalars().all()


async def of_account(session: AsyncSession, account_id: UUID) -> list[LadderFacts]:
    """The ladders of which a company has had a letter, the newest first. Proposals are the office's affair."""
    query = (
        select(col(WarningLadder.case_id))
        .where(
            col(WarningLadder.account_id) == account_id,
            select(WarningLetter)
            .where(
                col(WarningLetter.case_id) == col(WarningLadder.case_id),
                func.coalesce(col(WarningLetter.mailed_at), col(WarningLetter.sent_at)).is_not(None),
            )
            .exists(),
        )
        .order_by(col(WarningLadder.case_id).desc())
    )
    return [await load(session, case_id) for case_id in (await session.execute(query)).scalars()]


def imposed(found: LadderFacts) -> list[Sanction]:
    """What was decided, as the company sees it: no proposals, no refusals."""
    return [one for one in found.sanctions if one.state == SanctionState.APPROVED]


async def _letters(session: AsyncSession, case_id: UUID) -> list[LetterFacts]:
    query = (
        select(WarningLetter, Document, Message)
        .outerjoin(Document, col(Document.id) == col(WarningLetter.document_id))
        .outerjoin(Message, col(Message.id) == col(WarningLetter.message_id))
        .where(col(WarningLetter.case_id) == case_id)
        .order_by(col(WarningLetter.rung))
    )
    return [LetterFacts(*row) for row in (await session.execute(query)).all()]
