"""Lists of cases: filters, free text, stable pages by key. Every filter has an index; nothing counts rows."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.errors import InvalidInput
from services.i18n import N_
from services.identity.policy import visible_filter
from services.identity.principal import Principal
from services.models import Account, CaseFile, CaseKind, Deadline, Report
from services.transitions import STATUSES
from services.unissued import in_status, left_out

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 200
SHORTEST_TEXT: Final = 3
_FEW: Final = 500
_DIGITS: Final = 10
"""As long as a number of ours may be; a NIB has 13."""

# The date by which a list of one kind is sorted.
MAIN_DEADLINE: Final = {
    CaseKind.REGISTRATION: "registration_target",
    CaseKind.LICENCE_REVIEW: "licence_review_target",
    CaseKind.PERIOD: "report_due",
    CaseKind.REPORT: "report_due",
    CaseKind.CAMPAIGN: "undo_until",
    CaseKind.POLICY_CHANGE: "policy_valid_from",
    CaseKind.DECREE: "undo_until",
    CaseKind.EXTENSION_REQUEST: "extension_request_target",
    CaseKind.NON_PRODUCTION: "non_production_target",
    CaseKind.ASSISTANCE: "assistance_target",
    CaseKind.REPRIMAND: "reprimand_target",
    CaseKind.DATA_REQUEST: "data_request_due",
    CaseKind.ROLLBACK: "rollback_decision_target",
    CaseKind.WARNING: "warning_decision_target",
    CaseKind.WARNING_BATCH: "warning_decision_target",
}


class Sort(StrEnum):
    """`due`: the earliest open main deadline first, for one kind; cases without one are left out."""

    NEWEST = "newest"
    DUE = "due"


@dataclass(frozen=True)
class Filters:
    """What to keep. `region` is a province or a kabupaten/kota; `due_before` asks for open dates before it.

    `deadline` names the date by which `Sort.DUE` sorts, where it is not the kind's main one.
    """

    kind: str | None = None
    status: tuple[str, ...] = ()
    region: str | None = None
    period: str | None = None
    account_id: UUID | None = None
    assignee_id: UUID | None = None
    due_before: datetime | None = None
    open: bool | None = None
    stuck: bool | None = None
    q: str | None = None
    deadline: str | None = None
    sort: Sort = Sort.NEWEST


@dataclass(frozen=True)
class Row:
    """One case of a list, with the open date that matters most now, and its account."""

    case: CaseFile
    deadline: Deadline | None
    account: Account | None


@dataclass(frozen=True)
class Page:
    """Some rows and, if there are more, the cursor of the next page."""

    rows: Sequence[Row]
    next_cursor: str | None


async def cases(
    session: AsyncSession,
    principal: Principal,
    filters: Filters,
    *,
    cursor: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> Page:
    """The cases a principal may see, a page at a time. InvalidInput names the filter that makes no sense."""
    _check(filters)
    limit = min(max(limit, 1), MAX_LIMIT)
    query = select(CaseFile).where(
        visible_filter(principal, CaseFile),
        left_out(principal),
        *_conditions(filters, principal),
    )
    if filters.q:
        query = query.where(await _named(session, filters.q.strip()))
    if filters.sort is Sort.DUE:
        query = _by_due(query, filters, cursor)
    else:
        query = query.order_by(col(CaseFile.id).desc())
        if cursor:
            query = query.where(col(CaseFile.id) < _read(cursor, filters)[0])
    found = list((await session.execute(query.limit(limit + 1))).scalars())
    shown = found[:limit]
    rows = await _rows(session, shown)
    more = len(found) > limit
    return Page(rows, await _cursor(session, shown[-1], filters) if more else None)


def _check(filters: Filters) -> None:
    if filters.kind is not None and filters.kind not in list(CaseKind):
        raise InvalidInput(N_("Jenis perkara ini tidak dikenal."), field="kind")
    kinds = [filters.kind] if filters.kind else list(CaseKind)
    known = {status.value for kind in kinds for status in STATUSES[kind]}
    if set(filters.status) - known:
        raise InvalidInput(N_("Status ini tidak dikenal untuk jenis perkara tersebut."), field="status")
    if filters.sort is Sort.DUE and filters.kind is None:
        raise InvalidInput(N_("Urutan menurut batas waktu memerlukan satu jenis perkara."), field="sort")
    if filters.q is not None and filters.q.strip() and len(filters.q.strip()) < SHORTEST_TEXT:
        raise InvalidInput(
            N_("Kata pencarian paling sedikit {shortest} karakter."), field="q", shortest=SHORTEST_TEXT
        )


def _conditions(filters: Filters, principal: Principal) -> list[ColumnElement[bool]]:
    kept: list[ColumnElement[bool]] = []
    exact = {
        col(CaseFile.kind): filters.kind,
        col(CaseFile.period): filters.period,
        col(CaseFile.account_id): filters.account_id,
        col(CaseFile.assignee_id): filters.assignee_id,
    }
    kept += [column == value for column, value in exact.items() if value is not None]
    if filters.status:
        kept.append(in_status(principal, filters.status))
    if filters.region:
        region = col(CaseFile.region_code)
        kept.append(or_(region == filters.region, region.startswith(f"{filters.region}.", autoescape=True)))
    if filters.open is not None:
        closed = col(CaseFile.closed_at)
        kept.append(closed.is_(None) if filters.open else closed.is_not(None))
    if filters.stuck:
        kept.append(col(CaseFile.stuck).is_not(None))
    if filters.due_before is not None and filters.sort is not Sort.DUE:
        kept.append(_open_deadlines(filters).exists())
    return kept


def _open_deadlines(filters: Filters) -> Select[UUID]:
    """The main dates that lie before what was asked for and still matter, of the case around this."""
    names = [MAIN_DEADLINE[CaseKind(filters.kind)]] if filters.kind else sorted(set(MAIN_DEADLINE.values()))
    return select(col(Deadline.case_id)).where(
        col(Deadline.case_id) == col(CaseFile.id),
        col(Deadline.name).in_(names),
        col(Deadline.met_at).is_(None),
        col(Deadline.due_before) < filters.due_before,
    )


def _sorted_by(filters: Filters) -> str:
    return filters.deadline or MAIN_DEADLINE[CaseKind(filters.kind or "")]


def _by_due(query: Select[CaseFile], filters: Filters, cursor: str | None) -> Select[CaseFile]:
    """Walks the index of open deadlines in order of their dates."""
    key = tuple_(col(Deadline.due_before), col(Deadline.case_id))
    on = and_(
        col(Deadline.case_id) == col(CaseFile.id),
        col(Deadline.name) == _sorted_by(filters),
        col(Deadline.met_at).is_(None),
    )
    query = query.join(Deadline, on).order_by(col(Deadline.due_before), col(Deadline.case_id))
    if filters.due_before is not None:
        query = query.where(col(Deadline.due_before) < filters.due_before)
    if cursor:
        last, due = _read(cursor, filters)
        query = query.where(key > tuple_(due, last))
    return query


async def _named(session: AsyncSession, q: str) -> ColumnElement[bool]:
    """Cases of the accounts that the text names, of applicants who have none yet, and those with that number.

    Few accounts are asked for by their ids; many (half of them are called "PT") by looking at each case's own,
    which soon fills a page.
    """
    named = or_(
        col(Account.name).icontains(q, autoescape=True),
        col(Account.nib) == q,
        col(Account.username) == q.lower(),
    )
    number = q.removeprefix("#")
    numbered: list[ColumnElement[bool]] = []
    if number.isascii() and number.isdigit() and len(number) < _DIGITS:
        named = or_(named, col(Account.number) == int(number))
        report = select(col(Report.case_id)).where(col(Report.number) == int(number))
        numbered = [col(CaseFile.key) == f"registration/{number}", col(CaseFile.id).in_(report)]
    few = select(col(Account.id)).where(named).limit(_FEW + 1)
    ids = list((await session.execute(few)).scalars())
    title = col(CaseFile.title).icontains(q, autoescape=True)
    others = or_(and_(col(CaseFile.account_id).is_(None), title), col(CaseFile.key) == q, *numbered)
    if len(ids) <= _FEW:
        return or_(col(CaseFile.account_id).in_(ids), others) if ids else others
    # Asked row by row: as EXISTS it would be answered for all accounts first.
    own = select(named).where(col(Account.id) == col(CaseFile.account_id)).correlate(CaseFile)
    return or_(own.scalar_subquery(), others)


async def _rows(session: AsyncSession, found: list[CaseFile]) -> list[Row]:
    ids = [case.id for case in found]
    nearest = (
        select(Deadline)
        .where(
            col(Deadline.case_id).in_(ids),
            col(Deadline.met_at).is_(None),
            ~col(Deadline.name).endswith("_reminder"),
        )
        .ext(distinct_on(col(Deadline.case_id)))
        .order_by(
            col(Deadline.case_id),
            col(Deadline.paused_since).is_not(None),
            col(Deadline.name).not_in(MAIN_DEADLINE.values()),
            col(Deadline.due_before),
        )
    )
    deadlines = {deadline.case_id: deadline for deadline in (await session.execute(nearest)).scalars()}
    owners = {case.account_id for case in found if case.account_id}
    query = select(Account).where(col(Account.id).in_(owners))
    accounts = {account.id: account for account in (await session.execute(query)).scalars()}
    return [
        Row(case, deadlines.get(case.id), accounts.get(case.account_id) if case.account_id else None)
        for case in found
    ]


async def _cursor(session: AsyncSession, last: CaseFile, filters: Filters) -> str:
    """Opaque to callers: the sort and the key of the last row."""
    key: dict[str, Any] = {"sort": filters.sort, "id": str(last.id)}
    if filters.sort is Sort.DUE:
        deadline = await session.get_one(Deadline, (last.id, _sorted_by(filters)))
        key["due"] = deadline.due_before.isoformat()
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def _read(cursor: str, filters: Filters) -> tuple[UUID, datetime | None]:
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        due = datetime.fromisoformat(key["due"]) if "due" in key else None
        if key["sort"] != filters.sort or (due is None) is (filters.sort is Sort.DUE):
            raise ValueError("a cursor of another list")
        return UUID(key["id"]), due
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise InvalidInput(
            N_("Penunjuk halaman tidak sah. Mulai lagi dari halaman pertama."), field="cursor"
        ) from None
