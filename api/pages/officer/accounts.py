"""One company's account: who it is, what it owes, its papers and people, and declaring it void."""

from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api import routers
from api.deps import Now, SessionDep, locale_of
from api.pages import forms, labels, shapes, views
from api.pages.forms import Done, Onward
from api.pages.frame import answer, page_for
from api.pages.officer import company_data, reading
from api.pages.officer.contacts import REASONS
from api.pages.officer.purpose import asked
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from services import accounts, search
from services.companies import operation
from services.companies.operation import Operation
from services.contacts import desk, health
from services.errors import DomainError, InvalidInput
from services.i18n import N_, Translator, format_date, translator
from services.identity import policy, purposes
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.licences import reading as licences
from services.licences.kinds import LABELS
from services.models import (
    Account,
    BusinessField,
    CaseFile,
    CaseKind,
    ContactReason,
    Licence,
    LicenceType,
    Membership,
    Person,
    WarningLadder,
)
from services.periods import obligations
from services.search import Filters
from services.timeline import next_letter
from services.warnings.wording import duty

router = routers.pages()
Reader = Annotated[Principal, require(Permission.READ_ACCOUNT)]
CASES: Final = 50


@router.get(PATHS["account"])
async def show(request: Request, session: SessionDep, account: UUID, user: Reader) -> Response:
    """The account as this official may see it; the reading is logged."""
    await reading.open_account(request, session, user, account)
    return await render(request, session, user, account)


@router.post(PATHS["account_void"])
async def void(
    request: Request,
    session: SessionDep,
    now: Now,
    account: UUID,
    user: Annotated[Principal, require(Permission.VOID_ACCOUNT, recent=True)],
) -> Response:
    """Declare the account void: sign-in ends, what it owes is closed, its proof says so."""
    typed = await forms.typed(request)

    async def command() -> Done:
        policy.authorise(user, Permission.VOID_ACCOUNT, await policy.account_target(session, account))
        ended = await accounts.void(
            session, account, reason=forms.text(typed, "reason"), actor=user.actor, now=now
        )
        params: dict[str, str | int] = {"company": ended.name}
        return Done(
            to=url("account", account=account), message=N_("Akun {company} dibatalkan."), params=params
        )

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    form = Form.refused(typed, outcome, translator(locale_of(request)))
    return await render(request, session, user, account, form, status=outcome.status)


@router.get(PATHS["account_purpose"])
async def ask(
    request: Request, session: SessionDep, account: UUID, user: Reader, next_page: Onward = ""
) -> Response:
    """Why does this official want to open the account?"""
    policy.authorise(user, Permission.READ_ACCOUNT, await policy.account_target(session, account))
    return await _ask(
        request, session, account, forms.local(next_page, url("account", account=account)), Form()
    )


@router.post(PATHS["account_purpose"])
async def state(
    request: Request, session: SessionDep, account: UUID, user: Reader, next_page: Onward = ""
) -> Response:
    """Log the purpose and go on to the account."""
    policy.authorise(user, Permission.READ_ACCOUNT, await policy.account_target(session, account))
    typed = await forms.typed(request)
    onward = forms.local(next_page, url("account", account=account))
    try:
        purpose = purposes.check(forms.text(typed, "purpose"), forms.text(typed, "purpose_text"))
    except InvalidInput as refused:
        form = Form.refused(typed, refused, translator(locale_of(request)))
        return await _ask(request, session, account, onward, form, refused.status)
    await log_read(session, user, what="purpose", purpose=purpose, account_id=account)
    return forms.see_other(request, Done(to=onward))


async def _ask(
    request: Request, session: AsyncSession, account_id: UUID, onward: str, form: Form, status: int = 200
) -> Response:
    account = await accounts.get(session, account_id)
    action = url("account_purpose", account=account_id, query={"next": onward})
    return await asked(request, session, account.name, action, form, status)


async def render(
    request: Request,
    session: AsyncSession,
    user: Principal,
    account_id: UUID,
    form: Form | None = None,
    *,
    determination: Form | None = None,
    head_office: Form | None = None,
    kept: shapes.StoredFile | None = None,
    status: int = 200,
) -> Response:
    """The page with what was typed into the form that was refused; `form` is that of voiding the account."""
    page = await page_for(request, session)
    words = translator(page.locale)
    account = await session.get_one(Account, account_id, populate_existing=True)
    found = await search.cases(session, user, Filters(account_id=account_id), limit=CASES)
    target = Target(account.id, account.region_code, tuple(await _kbli(session, account_id)))
    may_change = account.status == "active" and policy.can(user, Permission.CHANGE_COMPANY_DATA, target)
    context: dict[str, Any] = {
        "account": _shown(account, words),
        "business_fields": ", ".join(target.kbli),
        "operation": _operation(await operation.of_account(session, account), words),
        "questioned": await obligations.questioned(session, account, now=page.now),
        "head_office": await company_data.head_office(
            session, account_id, words, may=may_change, form=head_office, kept=kept
        ),
        "supervision": await company_data.supervision(
            session, account, words, may=may_change, form=determination
        ),
        "changes": await company_data.changed(session, account_id, words),
        "people": await _people(session, account_id),
        "licences": [_licence(row, words) for row in await licences.of_account(session, account_id)],
        "reached_by": await health.of_account(session, account),
        "next_letters": [
            {
                "letter": one.letter,
                "at": one.at,
                "text": one.text,
                "href": url("case", case=one.case_id),
                "matter": await _matter(session, one.case_id, words),
            }
            for one in await next_letter.of_account(session, account_id, now=page.now, locale=page.locale)
        ],
        "tasks": await _tasks(session, user, target, page.now, words),
        "cases": await views.case_rows(session, user, found.rows, words),
        "paging": shapes.Paging(len(found.rows)),
        "assist": url("assistance_for", account=account_id)
        if account.status == "active" and policy.can(user, Permission.ASSIST_COMPANY, target)
        else "",
        "may_void": account.status == "active" and policy.can(user, Permission.VOID_ACCOUNT, target),
        "form": form or Form(),
        "reads": url("reads", query={"akun": account.number})
        if user.grants_with(Permission.READ_AUDIT)
        else "",
    }
    return answer("officer/account.html", page, status=status, **context)


def _shown(account: Account, words: Translator) -> dict[str, Any]:
    return {
        "id": account.id,
        "number": account.number,
        "name": account.name,
        "type": words.gettext(labels.ACCOUNT_TYPES[account.type]),
        "status": account.status,
        "nib": account.nib,
        "npwp": account.npwp,
        "username": account.username,
        "email": account.email,
        "address": account.address,
        "region": views.region_name(account.region_code),
        "created_at": account.created_at,
        "voided_at": account.voided_at,
        "void_reason": account.void_reason,
    }


def _operation(told: Operation, words: Translator) -> str:
    """What decides the stages that the company reports, in words."""
    if not told.operating:
        said = [words.gettext(N_("Belum beroperasi komersial"))]
    else:
        said = [words.gettext(N_("Beroperasi komersial")) + _since(told.operating_since, words)]
    if told.expanding:
        said.append(words.gettext(N_("sedang melakukan perluasan")) + _since(told.expanding_since, words))
    return "; ".join(said)


def _since(day: date | None, words: Translator) -> str:
    return " " + words.gettext(N_("sejak {day}"), day=format_date(day, words.locale)) if day else ""


async def _matter(session: AsyncSession, case_id: UUID, words: Translator) -> str:
    """The duty that a ladder is about, or the overdue duty itself, in words."""
    case = await session.get_one(CaseFile, case_id)
    if case.kind == CaseKind.WARNING:
        ladder = await session.get_one(WarningLadder, case_id)
        case = await session.get_one(CaseFile, ladder.obligation_id)
    return duty(case.kind, case.key, case.period, case.stage, words.locale)


async def _tasks(
    session: AsyncSession, user: Principal, target: Target, now: datetime, words: Translator
) -> list[dict[str, Any]]:
    """What somebody has to do to reach the company; the way there for those who may."""
    if target.account_id is None:
        return []
    may = policy.can(user, Permission.RECORD_SERVICE, target)
    lines = await desk.of_account(session, target.account_id, now=now)
    return [
        {
            "text": words.gettext(REASONS[ContactReason(line.task.reason)]),
            "address": line.task.address or "",
            "raised_at": line.task.raised_at,
            "href": url("contact", task=line.task.id) if may else "",
        }
        for line in lines
        if line.task.settled_at is None
    ]


async def _kbli(session: AsyncSession, account_id: UUID) -> list[str]:
    query = select(col(BusinessField.kbli)).where(col(BusinessField.account_id) == account_id)
    return sorted((await session.execute(query)).scalars())


async def _people(session: AsyncSession, account_id: UUID) -> list[dict[str, Any]]:
    query = (
        select(Person)
        .join(Membership, col(Membership.person_id) == col(Person.id))
        .where(col(Membership.account_id) == account_id, col(Membership.removed_at).is_(None))
        .order_by(col(Membership.added_at))
    )
    return [
        {"username": person.username, "name": person.name, "status": person.status}
        for person in (await session.execute(query)).scalars()
    ]


def _licence(licence: Licence, words: Translator) -> dict[str, Any]:
    uploaded: datetime = licence.uploaded_at
    return {
        "type": words.gettext(LABELS[LicenceType(licence.type)]),
        "number": licence.number or "",
        "uploaded_at": uploaded,
        "status": licences.status(licence).value,
        "href": url("case", case=licence.case_id) if licence.case_id else "",
    }
