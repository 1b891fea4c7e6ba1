"""Beranda: what the company owes, by when, why that date, what happens next; and which account it looks at."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import cookies, routers
from api.deps import Now, SessionDep
from api.pages import data_requests, deadlines, forms, shapes
from api.pages.acting import ActingAccount
from api.pages.company import duties, more_time, non_production, notices, profile_pages
from api.pages.frame import answer, page_for
from api.pages.urls import PATHS, url
from api.permissions import require
from services import accounts
from services.companies import completeness
from services.data_requests import reading
from services.data_requests.reading import Line
from services.errors import NotFound
from services.extension_requests import reading as requests
from services.i18n import N_, Translator, translator
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.messages import announcements
from services.models import Account, CaseFile
from services.non_production import reading as letters
from services.reference import regions
from services.reports.home import Obligation, obligations_home

router = routers.pages()
Company = Annotated[Principal, require(Permission.WRITE_REPORT)]
NEWEST = 5


@router.get(PATHS["company_home"])
async def show(
    request: Request, session: SessionDep, now: Now, _: Company, account_id: ActingAccount
) -> Response:
    """Everything at a glance."""
    account = await accounts.get(session, account_id)
    page = await page_for(request, session)
    words = translator(page.locale)
    duties_found = await obligations_home(session, account_id, now=now)
    news = await announcements.announcements(session, account_id, limit=NEWEST)
    return answer(
        "company/home.html",
        page,
        account=_head(account),
        owed=[
            *[
                await _asked(session, line, words, now)
                for line in await reading.unanswered(session, account_id, now=now)
            ],
            *[await _owed(session, one, words, now) for one in duties_found if not one.settled],
        ],
        settled=[duties.duty(met, words) for met in duties_found if met.settled],
        requests=[
            more_time.shown(listed.request, listed.target, words)
            for listed in await requests.of_account(session, account_id, most=NEWEST)
        ],
        letters=[
            non_production.shown(letter, report, words)
            for letter, report in await letters.of_account(session, account_id, most=NEWEST)
        ],
        missing=await _missing(session, account_id, words),
        banners=[text for owed in duties_found if (text := duties.banner(owed, words))],
        announcements=notices.lines(request, news, page.locale),
    )


@router.post(PATHS["choose_account"])
async def choose(request: Request, user: Company) -> RedirectResponse:
    """Act for another factory of theirs from now on."""
    chosen = forms.text(await forms.typed(request), "account")
    if chosen not in {str(account) for account in user.accounts}:
        raise NotFound
    cookies.set_account(request, chosen)
    return RedirectResponse(url("company_home"), 303)


async def _asked(session: AsyncSession, line: Line, words: Translator, now: datetime) -> shapes.Duty:
    """A request for data, with the way to ask for more time to answer it."""
    duty = await data_requests.duty(session, line, words)
    more = await more_time.offers(session, line.case.id, words, now)
    return replace(duty, actions=[*duty.actions, *more])


async def _owed(session: AsyncSession, owed: Obligation, words: Translator, now: datetime) -> shapes.Duty:
    """A duty, with the ways to ask for more time or to declare that nothing was produced, where rules allow them."""
    duty = duties.duty(owed, words)
    if owed.again is not None:  # its date may have been extended too: the whole of its reasons
        dated = await session.get_one(CaseFile, owed.again.case_id)
        duty = replace(duty, deadline=await deadlines.view(session, dated, owed.again.name, words))
    case = await session.get_one(CaseFile, owed.line.id)
    more = await more_time.offers(session, case.id, words, now)
    if await letters.declarable(session, case, now=now):
        declare = url("non_production_declare", query={"kasus": case.id})
        more.append(shapes.Action(words.gettext(N_("Tidak berproduksi")), declare, "quiet"))
    return replace(duty, actions=[*duty.actions, *more])


async def _missing(session: AsyncSession, account_id: UUID, words: Translator) -> list[shapes.Check]:
    """What holds up every report, one line per page."""
    items = await completeness.completeness(session, account_id)
    return [profile_pages.check(item, words) for item in items]


def _head(account: Account) -> dict[str, Any]:
    region = regions.find(account.region_code)
    place = f"{account.address}, {region.name}" if region else account.address
    return {"name": account.name, "address": place}
