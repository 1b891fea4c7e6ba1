"""Accounts: lists, one company with its data and licences, its proof of ownership, its end."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from api import letters, routers
from api.deps import Arrival, LocaleDep, Now, PartsDep, SessionDep
from api.idempotency import OnceDep
from api.permissions import require
from api.principals import ReadPurpose
from api.v1 import versions
from api.v1.cases import DEFAULT_PURPOSE
from api.v1.problems import FieldProblem
from api.v1.report_shapes import spoken
from api.v1.shapes import FromRow
from services import account_search, accounts, proofs
from services.account_search import Filters
from services.companies import completeness, profile
from services.i18n import translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.models import Account, AccountStatus, AccountType
from services.proofs import Proof
from services.reports.numbers import Notation

router = routers.programs("/accounts", tags=["accounts"])
Reader = Annotated[Principal, require(Permission.READ_ACCOUNT)]
Editor = Annotated[Principal, require(Permission.EDIT_PROFILE)]


class AccountLine(FromRow):
    """An account in a list."""

    id: UUID
    number: int
    type: str
    status: str
    username: str
    name: str
    nib: str | None
    region_code: str


class AccountPage(BaseModel):
    items: list[AccountLine]
    next_cursor: str | None


class PageOut(BaseModel):
    """A page of company data. `locked`: why the company cannot change it here."""

    section: str
    title: str
    values: dict[str, Any]
    version: int
    locked: str | None


class TodoOut(BaseModel):
    """A page or document that company data need, done or not."""

    section: str
    title: str
    required: bool
    done: bool
    message: str


class AccountOut(AccountLine):
    """One account with its company data and what these still lack."""

    npwp: str | None
    email: str
    zone: str
    address: str
    operating_commercially: bool
    expanding: bool
    licence_scale: str | None
    cross_region: bool
    created_at: datetime
    voided_at: datetime | None
    void_reason: str | None
    profile: list[PageOut]
    todo: list[TodoOut]


class PageIn(BaseModel):
    """A whole page; a table as `{"rows": [{…}, …]}`. Numbers in text are in `notation`."""

    model_config = ConfigDict(extra="forbid")

    values: dict[str, JsonValue]
    version: int | None = Field(default=None, ge=0)
    notation: Notation = Notation.PLAIN


class SavedOut(BaseModel):
    """The page as it stands now, and remarks that block nothing."""

    section: str
    values: dict[str, Any]
    version: int
    warnings: list[FieldProblem]


class VoidIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: str = Field(max_length=2000)


@router.get("", response_model=AccountPage)
async def find(
    session: SessionDep,
    user: Reader,
    purpose: ReadPurpose,
    type_: Annotated[AccountType | None, Query(alias="type")] = None,
    status: AccountStatus | None = None,
    region: Annotated[str | None, Query(max_length=20)] = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
    cursor: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=account_search.MAX_LIMIT)] = 50,
) -> AccountPage:
    """Accounts one may see, in order of their numbers. Follow `next_cursor` for more."""
    found, following = await account_search.accounts(
        session, user, Filters(type_, status, region, q), after=cursor, limit=limit
    )
    await log_read(session, user, what="list:accounts", purpose=purpose or DEFAULT_PURPOSE)
    items = [AccountLine.model_validate(account) for account in found]
    return AccountPage(items=items, next_cursor=None if following is None else str(following))


@router.get("/{account_id}", response_model=AccountOut)
async def read(
    account_id: UUID, session: SessionDep, locale: LocaleDep, user: Reader, purpose: ReadPurpose
) -> AccountOut:
    """One account. An official's reading is logged."""
    await authorised(session, account_id, user, Permission.READ_ACCOUNT)
    await log_read(session, user, what="account", purpose=purpose or DEFAULT_PURPOSE, account_id=account_id)
    company = await profile.get_profile(session, account_id)
    speak = translator(locale).gettext
    todo = [
        TodoOut(
            section=item.section,
            title=speak(item.title),
            required=item.required,
            done=item.done,
            message=speak(item.message, **(item.params or {})),
        )
        for item in await completeness.overview(session, account_id)
    ]
    pages = [page_out(view, locale) for view in company.pages]
    return AccountOut.model_validate({**company.account.model_dump(), "profile": pages, "todo": todo})


@router.get("/{account_id}/profile/{section}", response_model=PageOut)
async def read_page(
    account_id: UUID, section: str, session: SessionDep, locale: LocaleDep, user: Reader,
    purpose: ReadPurpose, response: Response,
) -> PageOut:  # fmt: skip
    """One page of company data. Its ETag is its version."""
    await authorised(session, account_id, user, Permission.READ_ACCOUNT)
    await log_read(session, user, what="profile", purpose=purpose or DEFAULT_PURPOSE, account_id=account_id)
    view = await profile.get_section(session, account_id, section)
    response.headers["ETag"] = versions.etag(view.version)
    return page_out(view, locale)


@router.put("/{account_id}/profile/{section}", response_model=SavedOut)
async def save_page(
    account_id: UUID,
    section: str,
    body: PageIn,
    session: SessionDep,
    now: Now,
    locale: LocaleDep,
    user: Editor,
    if_match: versions.IfMatch,
    response: Response,
) -> SavedOut:
    """Save a whole page of company data: complete or not at all. 409 when it was changed meanwhile."""
    expected = versions.required_version(if_match, body.version)
    await authorised(session, account_id, user, Permission.EDIT_PROFILE)
    saved = await profile.save_section(
        session, account_id, section, body.values,
        expected_version=expected, actor=user.actor, now=now, notation=body.notation,
    )  # fmt: skip
    response.headers["ETag"] = versions.etag(saved.version)
    return SavedOut(
        section=saved.section,
        values=dict(saved.values),
        version=saved.version,
        warnings=spoken(saved.warnings, locale),
    )


@router.post("/{account_id}/void", response_model=AccountLine)
async def void(
    account_id: UUID,
    body: VoidIn,
    session: SessionDep,
    now: Now,
    user: Annotated[Principal, require(Permission.VOID_ACCOUNT, recent=True)],
    once: OnceDep,
) -> JSONResponse:
    """Declare an account void: access ends, what it owes is closed, its proofs say so."""

    async def command() -> AccountLine:
        await authorised(session, account_id, user, Permission.VOID_ACCOUNT)
        account = await accounts.void(session, account_id, reason=body.reason, actor=user.actor, now=now)
        return AccountLine.model_validate(account)

    return await once(command)


@router.get("/{account_id}/ownership-proof", response_class=Response)
async def ownership_proof(
    account_id: UUID, parts: PartsDep, now: Arrival, user: Reader, purpose: ReadPurpose
) -> Response:
    """Bukti Kepemilikan Akun as PDF, with a code that anyone can check."""

    async def find_proof(session: AsyncSession) -> Proof:
        account = await authorised(session, account_id, user, Permission.READ_ACCOUNT)
        await log_read(session, user, what="proof", purpose=purpose or DEFAULT_PURPOSE, account_id=account_id)
        return await proofs.ownership(
            session, account, public_url=parts.settings.public_url, now=now,
            specimen=parts.specimen,
        )  # fmt: skip

    return await letters.kept(parts, user, find_proof)


async def authorised(
    session: AsyncSession, account_id: UUID, user: Principal, permission: Permission
) -> Account:
    """The account, if this principal may. NotFound comes before Forbidden."""
    policy.authorise(user, permission, await policy.account_target(session, account_id))
    return await accounts.get(session, account_id)


def page_out(view: profile.PageView, locale: str) -> PageOut:
    """A page on the wire."""
    speak = translator(locale).gettext
    return PageOut(
        section=view.page.id,
        title=speak(view.page.title),
        values=dict(view.values),
        version=view.version,
        locked=speak(view.locked) if view.locked else None,
    )
