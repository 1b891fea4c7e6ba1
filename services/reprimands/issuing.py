"""The letter of an approved reprimand: entered in the register, set as PDF, kept, mailed with it; once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases, rulebook
from services.clock import app_now
from services.database import Sessions
from services.deadlines.periods import Period
from services.documents import records, registry
from services.documents.letters import LetterKind, ReprimandLetter, ReprimandLine
from services.documents.store import Stored
from services.i18n import format_date, format_due, translator
from services.messages.bulk import Told, intend_each
from services.models import (
    Account,
    AuthorityLevel,
    CaseFile,
    Deadline,
    Disorder,
    IssuedDocument,
    LetterChannel,
    Outcome,
    Reprimand,
    ReprimandStatus,
)
from services.reprimands.disorder import DUE
from services.reprimands.proposing import findings, load, number_of
from services.reprimands.wording import DISORDERS
from services.waking import Waker, hand_over
from services.warnings.clocks import today
from services.warnings.competence import office
from services.warnings.issuing import Press
from services.warnings.wording import CAPITAL, office_name


@dataclass(frozen=True)
class Issue:
    """Makes and sends one letter; a run that was killed begins anew and finds what was done."""

    sessions: Sessions
    waker: Waker
    press: Press

    async def run(self, case_id: UUID) -> bool:
        """One transaction before the press, one after it. False while the case is held: nothing was done."""
        async with self.sessions() as session, session.begin():
            if (await cases.lock(session, case_id)).held_at is not None:
                return False
            letter = await self._enter(session, case_id)
        if letter is None:
            return True
        stored = await self.press.store.put_bytes(await self.press.typesetter.render(letter))
        async with self.sessions() as session, session.begin():
            await send(session, case_id, stored, now=await app_now(session))
        hand_over(session, self.waker)
        return True

    async def _enter(self, session: AsyncSession, case_id: UUID) -> ReprimandLetter | None:
        """The letter, under its number and day; None when the case is not waiting for one."""
        case, reprimand = await load(session, case_id)
        if reprimand.status != ReprimandStatus.APPROVED or reprimand.document_id is not None:
            return None
        now = await app_now(session)
        number = number_of(reprimand)
        issued = await registry.issue(
            session, LetterKind.REPRIMAND_LETTER, number, now=now,
            account_id=reprimand.account_id, case_id=case_id,
        )  # fmt: skip
        reprimand.issued_id, reprimand.letter_date = issued.id, today(issued.issued_at)
        return await self._letter(session, case, reprimand, issued)

    async def _letter(
        self, session: AsyncSession, case: CaseFile, reprimand: Reprimand, issued: IssuedDocument
    ) -> ReprimandLetter:
        account = await session.get_one(Account, reprimand.account_id)
        issuer = office(reprimand.authority)
        rules = await rulebook.of_case(session, case, now=issued.issued_at)
        url = self.press.public_url.rstrip("/")
        return ReprimandLetter(
            number=issued.number,
            issued_at=issued.issued_at,
            check=registry.check_of(issued, url),
            specimen=self.press.specimen,
            letter_date=format_date(today(issued.issued_at)),
            office=office_name(issuer),
            place=CAPITAL if issuer.level is AuthorityLevel.MINISTRY else issuer.region or "",
            company_name=account.name,
            nib=account.nib or "",
            address=account.address,
            findings=tuple(await lines(session, case.id)),
            basis=rules.policies.orderly.basis,
            portal_url=f"{url}/teguran/{case.id}",
            approver=reprimand.approver,
        )


async def of_account(session: AsyncSession, account_id: UUID) -> list[Reprimand]:
    """The reprimands a company was given, the newest first. Proposals are the office's affair."""
    query = select(Reprimand).where(
        col(Reprimand.account_id) == account_id, col(Reprimand.status) == ReprimandStatus.ISSUED
    )
    return list((await session.execute(query.order_by(col(Reprimand.case_id).desc()))).scalars())


async def lines(session: AsyncSession, case_id: UUID) -> list[ReprimandLine]:
    """What a letter holds against a company, report by report, the oldest first."""
    kept = {(one.report_id, one.disorder) for one in await findings(session, case_id)}
    query = (
        select(CaseFile, col(Deadline.due_before))
        .join(Deadline, (col(Deadline.case_id) == col(CaseFile.id)) & (col(Deadline.name) == DUE))
        .where(col(CaseFile.id).in_([report for report, _ in kept]))
        .order_by(col(Deadline.due_before), col(CaseFile.id))
    )
    return [
        _line(report, due, disorder)
        for report, due in await session.execute(query)
        for disorder in Disorder
        if (report.id, disorder.value) in kept
    ]


def _line(report: CaseFile, due: datetime, disorder: Disorder) -> ReprimandLine:
    period, english = Period.parse(report.period or ""), translator("en")
    return ReprimandLine(
        period=period.label("id"),
        period_en=period.label("en"),
        disorder=DISORDERS[disorder],
        disorder_en=english.gettext(DISORDERS[disorder]),
        due=format_due(due),
    )


async def send(session: AsyncSession, case_id: UUID, stored: Stored, *, now: datetime) -> None:
    """Keep what was set; queue the legal mail with it, or leave it to whoever prints for the post; once."""
    case, reprimand = await load(session, case_id)
    if reprimand.status != ReprimandStatus.APPROVED or reprimand.issued_id is None or reprimand.document_id:
        return
    document = await records.keep_letter(session, reprimand.issued_id, stored, actor=cases.SYSTEM, now=now)
    reprimand.document_id = document.id
    await session.flush()
    number = number_of(reprimand)
    if reprimand.channel == LetterChannel.POST:
        await cases.record(session, case, "to_print", now=now, data={"number": number})
        return
    context = {
        "number": number,
        "issued_at": now.isoformat(),
        "office": office_name(office(reprimand.authority)),
        "findings": len(await findings(session, case_id)),
    }
    await given(session, case, reprimand, "issued", actor=cases.SYSTEM, now=now)
    await intend_each(
        session, "reprimand_letter", [Told(case_id, "issued", context, attachment=document.id)], now=now
    )


async def given(
    session: AsyncSession, case: CaseFile, reprimand: Reprimand, event: str, *, actor: str, now: datetime
) -> None:
    """The letter has left, by mail or by post: tell it in every report's story, and close."""
    number = number_of(reprimand)
    kept = await findings(session, case.id)
    cases.move(case, ReprimandStatus.ISSUED)
    reprimand.status, reprimand.sent_at = ReprimandStatus.ISSUED, now
    await session.flush()
    await cases.record(session, case, event, now=now, actor=actor, data={"number": number})
    reports = await cases.lock_many(session, sorted({one.report_id for one in kept}))
    await cases.record_many(session, reports, "reprimanded", now=now, data={"number": number})
    cases.close(case, Outcome.DONE, now)
