"""The desk of proposed warnings: what lies there, for whom, and what approving it would do."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, literal_column, not_, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from services import rulebook
from services.identity import actors
from services.identity.permissions import Permission
from services.identity.policy import allowed_filter
from services.identity.principal import Principal
from services.messages.recipients import NOTICE_ADDRESS_SQL
from services.models import (
    Account,
    AuthorityLevel,
    CaseFile,
    CaseKind,
    ContactHealth,
    Deadline,
    LetterChannel,
    ProfileSection,
    WarningLadder,
    WarningStatus,
)
from services.policies.jurisdictions import Jurisdictions
from services.search import SHORTEST_TEXT
from services.warnings.competence import Office, authorities_of, issuer_for, office, offices_of
from services.warnings.duties import date_of

PAGE: Final = 50
MOST: Final = 5000
"""So many letters are approved at once; a desk with more is worked through in several rounds."""

_DUTY: Final = aliased(CaseFile, name="duty")
_DUE: Final = aliased(Deadline, name="due")


@dataclass(frozen=True)
class Filters:
    """Which proposals. Empty: all that the official may see."""

    ids: tuple[UUID, ...] = ()
    period: str | None = None
    region: str | None = None
    authority: str | None = None
    letter: int | None = None
    kind: CaseKind | None = None
    q: str | None = None


@dataclass(frozen=True)
class Line:
    """One proposal. `issuer` is the office in whose name this official may warn; None: not competent."""

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
    proposed_at: datetime
    proposed_by: str
    suspended: bool
    channel: LetterChannel
    issuer: Office | None

    def goes_by(self, wanted: LetterChannel | None) -> LetterChannel:
        """How its letter travels: as the officer wants, but by post where mail is known to come back."""
        return self.channel if self.channel is LetterChannel.POST else wanted or self.channel


@dataclass(frozen=True)
class Preview:
    """What approving a selection would do. Only what was there at `previewed_at` is approved with it."""

    previewed_at: datetime
    letters: int
    by_letter: dict[int, int] = field(default_factory=dict)
    by_channel: dict[str, int] = field(default_factory=dict)
    by_authority: dict[str, int] = field(default_factory=dict)
    undetermined: int = 0
    not_competent: int = 0
    suspended: int = 0
    own: int = 0
    lines: Sequence[Line] = ()


async def page(
    session: AsyncSession,
    principal: Principal,
    filters: Filters,
    *,
    now: datetime,
    after: UUID | None = None,
    limit: int = PAGE,
) -> tuple[list[Line], UUID | None]:
    """Some proposals in the order of their cases, and where the next page begins."""
    query = _query(principal, filters, now).order_by(col(WarningLadder.case_id)).limit(limit + 1)
    if after is not None:
        query = query.where(col(WarningLadder.case_id) > after)
    rules = (await rulebook.current(session, now=now)).policies.competences
    rows = (await session.execute(query)).all()
    lines = [_line(row, principal, rules) for row in rows[:limit]]
    return lines, lines[-1].id if len(rows) > limit else None


async def count(session: AsyncSession, principal: Principal, filters: Filters, *, now: datetime) -> int:
    """How many proposals there are, counted up to one more than can be approved at once."""
    some = _query(principal, filters, now).limit(MOST + 1).subquery()
    return (await session.execute(select(func.count()).select_from(some))).scalar_one()


async def select_lines(
    session: AsyncSession,
    principal: Principal,
    filters: Filters,
    *,
    now: datetime,
    previewed_at: datetime | None = None,
) -> list[Line]:
    """All of a selection that this official decides on, in id order; nothing proposed after it was looked at.

    At most `MOST` that can be approved, and at most as many that cannot: these never stand in the way of those.
    """
    query = _query(principal, filters, now, Permission.APPROVE_WARNING).order_by(col(WarningLadder.case_id))
    if previewed_at is not None:
        query = query.where(col(WarningLadder.proposed_at) <= previewed_at)
    if not filters.ids:
        query = query.limit(MOST)
    rules = (await rulebook.current(session, now=now)).policies.competences
    ready = _approvable(principal, rules, await actors.selves(session, principal.actor))
    rows = [
        *(await session.execute(query.where(ready.is_(true())))),
        *(await session.execute(query.where(ready.is_not(true())))),
    ]
    return [_line(row, principal, rules) for row in sorted(rows, key=lambda row: row.case_id)]


async def preview(
    session: AsyncSession,
    principal: Principal,
    filters: Filters,
    *,
    now: datetime,
    channel: LetterChannel | None = None,
) -> Preview:
    """What would be sent, in whose name and how, and what would not; writes nothing."""
    lines = await select_lines(session, principal, filters, now=now)
    own = await actors.selves(session, principal.actor)
    ready = [line for line in lines if not blocked(line, own)]
    return Preview(
        previewed_at=now,
        letters=len(ready),
        by_letter=dict(sorted(Counter(line.letter for line in ready).items())),
        by_channel=dict(sorted(Counter(line.goes_by(channel).value for line in ready).items())),
        by_authority=dict(sorted(Counter(line.issuer.code for line in ready if line.issuer).items())),
        undetermined=sum(line.authority is None for line in lines),
        not_competent=sum(line.authority is not None and line.issuer is None for line in lines),
        suspended=sum(line.suspended for line in lines),
        own=sum(line.proposed_by in own for line in lines),
        lines=ready[:PAGE],
    )


def blocked(line: Line, own: frozenset[str]) -> bool:
    """Whether an official (`own`: every actor they are) cannot approve this proposal now, whatever the reason."""
    return line.issuer is None or line.suspended or line.proposed_by in own


def _approvable(principal: Principal, rules: Jurisdictions, own: frozenset[str]) -> ColumnElement[bool]:
    """What `blocked` says of a line, asked of the rows; unknown where competence is undetermined."""
    return and_(
        col(WarningLadder.authority).in_(authorities_of(principal, rules)),
        not_(_suspended()),
        col(WarningLadder.proposed_by).not_in(own),
    )


def _suspended() -> ColumnElement[bool]:
    return or_(col(WarningLadder.suspended_at).is_not(None), col(CaseFile.held_at).is_not(None))


def _query(
    principal: Principal, filters: Filters, now: datetime, permission: Permission = Permission.READ_CASE
) -> Select[Any]:
    """Proposals about duties that are still owed. `a` and `k` are named as the rule for addresses names them."""
    account, contact = aliased(Account, name="a"), aliased(ProfileSection, name="k")
    address: ColumnElement[str] = literal_column(NOTICE_ADDRESS_SQL)
    is_due = col(_DUE.name) == _main_date()
    found: Any = (
        select(
            col(WarningLadder.case_id), col(WarningLadder.obligation_id), col(_DUTY.kind),
            col(account.name).label("company"), col(account.id).label("account_id"),
            col(CaseFile.region_code), col(CaseFile.period), col(CaseFile.stage), col(_DUE.due_before),
            (col(WarningLadder.rung) + 1).label("letter"), col(WarningLadder.authority),
            col(WarningLadder.proposed_at), col(WarningLadder.proposed_by),
            _suspended().label("suspended"),
            select(col(ContactHealth.address))
            .where(col(ContactHealth.address) == address, col(ContactHealth.bounced_at).is_not(None))
            .correlate(account, contact).exists().label("unreachable"),
        )
        .select_from(WarningLadder)
        .join(CaseFile, col(CaseFile.id) == col(WarningLadder.case_id))
        .join(_DUTY, col(_DUTY.id) == col(WarningLadder.obligation_id))
        .join(account, and_(col(account.id) == col(WarningLadder.account_id), col(account.status) == "active"))
        .join(_DUE, and_(col(_DUE.case_id) == col(_DUTY.id), is_due, col(_DUE.met_at).is_(None)))
        .outerjoin(
            contact,
            and_(col(contact.account_id) == col(account.id), col(contact.section) == "contact_person"),
        )
        .where(
            col(WarningLadder.ended_at).is_(None),
            col(CaseFile.status) == WarningStatus.PROPOSED,
            col(_DUTY.closed_at).is_(None),
            func.coalesce(col(_DUE.lenient_before), col(_DUE.due_before)) <= now,
            allowed_filter(principal, permission, CaseFile),
            *_conditions(filters, col(account.name)),
        )
    )  # fmt: skip
    return cast("Select[Any]", found)


def _main_date() -> ColumnElement[str]:
    return literal_column(date_of("duty"))


def _conditions(filters: Filters, name: Any) -> list[ColumnElement[bool]]:
    kept: list[ColumnElement[bool]] = []
    if filters.ids:
        kept.append(col(WarningLadder.case_id).in_(filters.ids))
    if filters.period:
        kept.append(col(CaseFile.period) == filters.period)
    if filters.region:
        region = col(CaseFile.region_code)
        kept.append(or_(region == filters.region, region.startswith(f"{filters.region}.", autoescape=True)))
    if filters.authority == "undetermined":
        kept.append(col(WarningLadder.authority).is_(None))
    elif filters.authority:
        kept.append(col(WarningLadder.authority) == filters.authority)
    if filters.letter:
        kept.append(col(WarningLadder.rung) == filters.letter - 1)
    if filters.kind:
        kept.append(col(_DUTY.kind) == filters.kind)
    if filters.q and len(filters.q.strip()) >= SHORTEST_TEXT:
        kept.append(name.icontains(filters.q.strip(), autoescape=True))
    return kept


def _line(row: Row[Any], principal: Principal, rules: Jurisdictions) -> Line:
    issuer = None
    if row.authority is not None and principal.grants_with(Permission.APPROVE_WARNING):
        issuer = issuer_for(offices_of(principal), office(row.authority), rules)
    return Line(
        id=row.case_id,
        obligation_id=row.obligation_id,
        kind=row.kind,
        company=row.company,
        account_id=row.account_id,
        region_code=row.region_code,
        period=row.period,
        stage=row.stage,
        due_before=row.due_before,
        letter=row.letter,
        authority=row.authority,
        proposed_at=row.proposed_at,
        proposed_by=row.proposed_by,
        suspended=row.suspended,
        channel=LetterChannel.POST if row.unreachable else LetterChannel.EMAIL,
        issuer=issuer,
    )


def level_of(code: str | None) -> AuthorityLevel | None:
    """The level of a stored authority."""
    return office(code).level if code is not None else None
