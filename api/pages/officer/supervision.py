"""Belum melapor: who has not reported a period in one's region, and the log of contacts about each duty."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Now, SessionDep, locale_of
from api.pages import forms, labels, shapes, views
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.officer import reading
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from services.deadlines.periods import Period, PeriodKind
from services.deadlines.zones import WIB
from services.errors import DomainError, FieldError, InvalidInput, NotFound
from services.i18n import N_, Translator, translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.models import CaseFile, ContactChannel
from services.periods import planning
from services.supervision import contacts, missing
from services.supervision.contacts import ABOUT, Contact
from services.supervision.missing import Missing
from services.timeline import actors

router = routers.pages()
Officer = Annotated[Principal, require(Permission.RECORD_SERVICE)]
_YES: Final = "yes"


@router.get(PATHS["missing_reports"])
async def listed(
    request: Request,
    session: SessionDep,
    now: Now,
    user: Officer,
    periode: str = "",
    region: str = "",
    sesudah: UUID | None = None,
) -> Response:
    """The reports of a period that nobody has sent; without a period, of the one that ended last."""
    page = await page_for(request, session)
    words = translator(page.locale)
    last = Period.containing(now.astimezone(WIB).date(), PeriodKind.QUARTER).previous()
    period = str(planning.parse(periode)) if periode else str(last)
    found = await missing.reports(session, user, period, region=region or None, after=sesudah)
    if found:
        await log_read(session, user, what="list:missing_reports", purpose="supervision")
    more = found[-1].case.id if len(found) == missing.MOST else None
    return answer(
        "officer/missing_reports.html",
        page,
        rows=[_row(line, words) for line in found],
        asked={"periode": period, "region": region},
        periods=_periods(last, words),
        regions=views.region_options(),
        more=url("missing_reports", query={"periode": period, "region": region, "sesudah": more})
        if more
        else "",
    )


@router.get(PATHS["case_contacts"])
async def show(request: Request, session: SessionDep, case: UUID, user: Officer) -> Response:
    """The contacts about one duty, and the form for the next; the reading is logged."""
    return await _render(request, session, user, case, Form())


@router.post(PATHS["case_contacts"])
async def log(request: Request, session: SessionDep, now: Now, case: UUID, user: Officer) -> Response:
    """Write down what took place."""
    typed = await forms.typed(request)

    async def command() -> Done:
        seen = await session.get(CaseFile, case)
        if seen is None:
            raise NotFound
        policy.authorise(user, Permission.RECORD_SERVICE, Target.of_case(seen))
        await contacts.log(session, case, _contact(typed), actor=user.actor, now=now)
        return Done(to=url("case_contacts", case=case), message=N_("Kontak dicatat."))

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    form = forms.again(request, typed, outcome, translator(locale_of(request)))
    return await _render(request, session, user, case, form, outcome.status)


def _contact(typed: dict[str, Any]) -> Contact:
    """What was typed; the moment is in WIB."""
    wrong, at, channel = [], None, forms.text(typed, "channel")
    if channel not in list(ContactChannel):
        wrong.append(FieldError("channel", N_("Pilih salah satu.")))
    try:
        at = datetime.fromisoformat(f"{forms.text(typed, 'at')}T{forms.text(typed, 'clock')}").replace(
            tzinfo=WIB
        )
    except ValueError:
        wrong.append(FieldError("at", N_("Tuliskan tanggal dan jam.")))
    if wrong or at is None:
        raise InvalidInput(N_("Periksa kembali isian yang ditandai."), fields=wrong)
    reached = forms.text(typed, "reached") == _YES
    return Contact(ContactChannel(channel), at, reached, forms.text(typed, "summary"))


async def _render(
    request: Request, session: AsyncSession, user: Principal, case_id: UUID, form: Form, status: int = 200
) -> Response:
    case = await reading.open_case(
        request, session, user, case_id, permission=Permission.RECORD_SERVICE, what="contacts"
    )
    if case.kind not in ABOUT:
        raise NotFound
    page = await page_for(request, session)
    words = translator(page.locale)
    found = await contacts.of_case(session, case_id)
    who = await actors.labels(
        session,
        sorted({one.recorded_by for one in found}),
        account_id=case.account_id,
        for_company=False,
        speak=words,
    )
    lines = [
        {
            "at": one.at,
            "channel": words.gettext(labels.word("contact", one.channel)),
            "reached": one.reached,
            "summary": one.summary,
            "by": who[one.recorded_by],
        }
        for one in found
    ]
    operator = policy.can(user, Permission.OPERATE_PROCESSES, Target.of_case(case))
    return answer(
        "officer/case_contacts.html",
        page,
        status=status,
        case=await views.case_head(session, case, words, operator=operator),
        contacts=lines,
        channels=[shapes.Option(one, words.gettext(labels.word("contact", one))) for one in ContactChannel],
        open=case.closed_at is None,
        story=url("case", case=case.id),
        form=form,
    )


def _periods(last: Period, words: Translator) -> list[shapes.Option]:
    """The running period and the four before it."""
    shown = [last.next(), last]
    while len(shown) < 5:
        shown.append(shown[-1].previous())
    return [shapes.Option(str(one), one.label(words.locale)) for one in shown]


def _row(line: Missing, words: Translator) -> dict[str, Any]:
    return {
        "company": line.account.name,
        "href": url("case_contacts", case=line.case.id),
        "number": line.account.number,
        "region": views.region_name(line.case.region_code),
        "stage": words.gettext(labels.word("stage", line.case.stage)),
        "status": line.case.status,
        "due_before": line.due_before,
        "contacts": line.contacts,
        "last": line.last,
    }
