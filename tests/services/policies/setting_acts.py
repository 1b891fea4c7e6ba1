"""What comes of people's acts under a version of the rules: for settings that a service reads on its rows.

Each act is told the path of a setting and brings about everything that the settings of its group decide. Nothing of
it stays, so one act after the other is tried from the same beginning.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import rulebook
from services.assistance import asking as helping
from services.assistance import booking
from services.assistance.booking import Wanted
from services.assistance.dates import SESSION_REMINDER
from services.data_requests import creation, receipt
from services.deadlines import extensions, of_record
from services.deadlines.extensions import ExtensionDraft
from services.errors import DomainError
from services.extension_requests import asking, deciding
from services.extension_requests.asking import Asked
from services.extension_requests.deciding import Decision, Verdict
from services.models import (
    AssistanceTopic,
    CaseFile,
    Deadline,
    EvidenceKind,
    Extension,
    ExtensionScope,
    Message,
    PolicyVersion,
    SessionWay,
    new_id,
)
from services.policies import load_shipped, settings
from services.policies.bundle import Policies
from services.reprimands import proposing
from services.service_proof.evidence import BY_OFFICERS, Receipt
from tests.factories import ACTOR, OPEN, make_account, make_report, make_scan
from tests.services.data_requests import given
from tests.services.extension_requests import test_occurrences as occurrences
from tests.services.warnings import ladders

SHIPPED: Final = load_shipped()
OFFICER: Final = "person:00000000-0000-7000-8000-00000000000a"
SECOND: Final = timedelta(seconds=1)
MONTH: Final = timedelta(days=32)

Act = Callable[[AsyncSession, str], Awaitable[Any]]


async def put_in_force(session: AsyncSession, policies: Policies, now: datetime) -> None:
    """From this moment on these rules are in force for what begins."""
    await rulebook.current(session, now=now)
    version = PolicyVersion(
        id=new_id(), digest=policies.version, content=policies.document, note="test", proposed_by="test",
        created_at=now, in_force_from=now,
    )  # fmt: skip
    session.add(version)
    await session.flush()


async def tried(session: AsyncSession, act: Callable[[], Awaitable[Any]]) -> Any:
    """What comes of it, or why it is refused; then it has not happened."""
    async with session.begin_nested() as step:
        try:
            found = await act()
        except DomainError as refused:
            fields = [(field.field, field.message, field.params) for field in refused.fields]
            found = (type(refused).__name__, refused.message, refused.params, fields)
        await step.rollback()
    return found


@dataclass(frozen=True)
class Company:
    """A company with one date, as it asks for more time."""

    session: AsyncSession
    case_id: UUID
    deadline: str

    async def asks(self, days: int, *, proven: bool = True, now: datetime = OPEN) -> str:
        await self._ask(days, proven=proven, now=now)
        return "asked"

    async def asks_twice(self) -> str:
        first = await self._ask(1)
        await deciding.decide(self.session, first, Decision(Verdict.GRANT), actor=OFFICER, now=OPEN)
        return await self.asks(1)

    async def asks_too_late(self) -> str:
        due = await self.session.get_one(Deadline, (self.case_id, self.deadline), populate_existing=True)
        return await self.asks(1, now=due.due_before + SECOND)

    async def _ask(self, days: int, *, proven: bool = True, now: datetime = OPEN) -> UUID:
        account = (await self.session.get_one(CaseFile, self.case_id)).account_id
        assert account is not None
        proof = await make_scan(self.session, account, kind="extension_evidence") if proven else None
        asked = Asked(self.deadline, days, "Banjir.")
        return (await asking.ask(self.session, self.case_id, asked, proof, actor=ACTOR, now=now)).case_id


async def of_more_time(session: AsyncSession, path: str) -> Any:
    """How many days a company may ask for, with what proof, how often and until when."""
    line = SHIPPED.extension_requests.requests[int(path.split(".")[2])]
    company = Company(session, await OWED[line.deadline](session), line.deadline)
    return [
        await tried(session, lambda: company.asks(line.max_days + 1)),
        await tried(session, lambda: company.asks(1, proven=False)),
        await tried(session, company.asks_twice),
        await tried(session, company.asks_too_late),
    ]


async def _unsent(session: AsyncSession) -> UUID:
    return (await make_report(session)).case_id


OWED: Final = {
    "report_due": _unsent,
    "report_correction_due": occurrences.returned,
    "data_request_due": occurrences.asked,
}


async def of_extension(session: AsyncSession, path: str) -> Any:
    """How far an official may put off a date."""
    report = (await make_report(session)).case_id
    due = await session.get_one(Deadline, (report, extensions.NAME), populate_existing=True)
    last = (due.due_before - SECOND).date()

    async def drafted() -> str:
        target = last + timedelta(days=SHIPPED.extensions.extensions.furthest_days + 1)
        wanted = ExtensionDraft(ExtensionScope.CASE, target, "SE Contoh", "Banjir.", case_id=report)
        await extensions.draft(session, wanted, actor=OFFICER, now=OPEN)
        return "drafted"

    return await tried(session, drafted)


async def of_announced(session: AsyncSession, path: str) -> Any:
    """What is given to a past quarter, under which words; and what is given once more where it was given before."""
    (record,) = SHIPPED.extensions_of_record.extensions
    period, rules = record.period, await rulebook.current(session, now=OPEN)

    async def given_after(*versions: Policies) -> list[tuple[str, str]]:
        for policies in versions:
            own = rulebook.Rulebook(rules.version_id, policies, rules.days)
            await of_record.keep(session, period, own, now=OPEN)
        query = select(col(Extension.instrument), col(Extension.reason)).order_by(col(Extension.id))
        return [(row.instrument, row.reason) for row in await session.execute(query)]

    once = await tried(session, lambda: given_after(rules.policies))
    return once, len(await tried(session, lambda: given_after(SHIPPED, rules.policies)))


async def of_data_requests(session: AsyncSession, path: str) -> Any:
    """How many may be asked at once; which evidence starts the clock, and which wants its paper."""
    companies = [await make_account(session) for _ in range(3)]

    async def ordered() -> dict[str, int]:
        return (await creation.give(session, given.order(companies), true(), actor=OFFICER, now=OPEN)).counts

    async def ordered_where_two_are_most() -> dict[str, int]:
        rules = (await rulebook.current(session, now=OPEN)).policies
        two = settings.changed(rules.document, {"data_requests.data_requests.most_at_once": 2})
        await put_in_force(session, Policies.from_document(two), OPEN)
        return await ordered()

    at_once = [await tried(session, act) for act in (ordered, ordered_where_two_are_most)]
    _, [request] = await given.ask(session, companies[:1], now=OPEN)
    asked = request.case_id

    async def recorded(kind: EvidenceKind) -> str:
        evidence = Receipt(kind, note="Bagian umum.")
        await receipt.record(session, asked, evidence, actor=OFFICER, now=OPEN)
        return await ladders.status(session, asked)

    return at_once, [await tried(session, partial(recorded, kind)) for kind in BY_OFFICERS]


async def of_sessions(session: AsyncSession, path: str) -> Any:
    """How many sessions a company has at once, when it is reminded of one, and until when it may change it."""
    company = (await make_account(session)).id
    policy = SHIPPED.helpdesk
    (*_, free) = await booking.free(session, "64.72", now=OPEN)
    wanted = Wanted(free.desk, free.slot.starts_at, SessionWay.VIDEO)

    async def booked() -> UUID:
        asked = helping.Asked(AssistanceTopic.HS_CODE, "Kode HS?")
        ticket = (await helping.ask(session, company, asked, actor=ACTOR, now=OPEN)).case_id
        await booking.book(session, ticket, wanted, actor=ACTOR, now=OPEN)
        return ticket

    async def reminded() -> datetime:
        return (await session.get_one(Deadline, (await booked(), SESSION_REMINDER))).due_before

    async def given_up() -> str:
        latest = wanted.starts_at - timedelta(minutes=policy.change_until_minutes)
        return (await booking.give_up(session, await booked(), actor=ACTOR, now=latest)).status

    async def many() -> int:
        return len([await booked() for _ in range(policy.open_sessions + 1)])

    return [await tried(session, act) for act in (reminded, given_up, many)]


async def of_letters(session: AsyncSession, path: str) -> Any:
    """The law that each warning letter stands on, as its company reads it."""
    ladder, now = (await ladders.proposed(session)).case_id, ladders.PROPOSED
    for _ in range(SHIPPED.ladder("report_warnings").letters):
        await ladders.send(session, ladder, now=now)
        await ladders.serve(session, ladder, now=now + ladders.DAY)
        now += MONTH
        await ladders.next_letter(session, ladder, now=now)
    mails = select(col(Message.context)).where(col(Message.template) == "warning_letter")
    return [mail["basis"] for mail in (await session.execute(mails.order_by(col(Message.id)))).scalars()]


async def of_reprimand(session: AsyncSession, path: str) -> Any:
    """By which law a company whose reporting is orderly is not reprimanded."""
    company = (await make_account(session)).id
    return await tried(
        session, lambda: proposing.propose(session, company, "Sering.", ladders.SAMARINDA, now=OPEN)
    )
