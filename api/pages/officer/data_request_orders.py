"""Giving an order for Data Lain: written down, tried out with its list, then given; and how it stands."""

from collections.abc import Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from api import routers
from api.deps import Arrival, Now, SessionDep, locale_of
from api.pages import data_requests, forms, keeping, shapes, views
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from services.data_requests import answers, creation, orders, reading
from services.data_requests.orders import Order, Preview
from services.documents import records
from services.documents.uploads import Accepted
from services.errors import DomainError, FieldError, InvalidInput, NotFound
from services.i18n import N_, Translator, translator
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.models import Account, AccountType, DataRequestOrder, RequestChannel, RequestKind

router = routers.pages()
Asker = Annotated[Principal, require(Permission.CREATE_DATA_REQUEST)]
_DOCUMENT: Final = "document"
SHOWN: Final = 200
MOST_FILES: Final = 10


@router.get(PATHS["data_request_orders"])
async def listed(request: Request, session: SessionDep, _: Asker) -> Response:
    """The latest orders, each with how many requests stand where."""
    page = await page_for(request, session)
    words = translator(page.locale)
    rows = [await _row(session, row, words) for row in await reading.orders(session)]
    return answer("officer/data_requests.html", page, orders=rows)


@router.get(PATHS["data_request_new"])
async def empty(request: Request, session: SessionDep, _: Asker, laporan: str = "") -> Response:
    """An empty form; from the page of a report, about that report."""
    values = {"channel": RequestChannel.PORTAL.value, "report": laporan}
    return await _render(request, session, Form(values))


@router.post(PATHS["data_request_new"], max_body_size=keeping.MAX_FORM_BODY)
async def give(request: Request, session: SessionDep, now: Arrival, user: Asker) -> Response:
    """Try it out; given only when as many companies are reached as the trial that was seen said."""
    typed = await forms.typed(request)
    accepted, problems = await keeping.several(request, typed, _DOCUMENT, most=MOST_FILES)
    allowed = policy.allowed_filter(user, Permission.CREATE_DATA_REQUEST, Account)

    async def attempt() -> Preview | Done:
        order = _order(typed, problems)
        preview = await orders.dry_run(session, order, allowed, now=now)
        if forms.text(typed, "then") != "give" or forms.number(typed, "seen") != preview.count:
            return preview
        documents = [
            await records.add(session, file, kind=answers.DOCUMENT_KIND, uploaded_by=user.actor, now=now)
            for file in accepted
        ]
        row = await creation.give(session, order, allowed, actor=user.actor, now=now, documents=documents)
        return Done(
            to=url("data_request_order", order=row.id),
            message=N_("{count} permintaan dikirim."),
            params={"count": row.counts["requests"]},
        )

    async def command() -> Done:
        done = await attempt()
        if isinstance(done, Done):
            return done
        raise _Tried(_preview(done, translator(locale_of(request))))

    try:
        outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    except _Tried as tried:
        session.expunge_all()  # the rollback left its objects expired
        return await _render(request, session, Form(typed), accepted, preview=tried.preview)
    if not isinstance(outcome, DomainError):
        return outcome
    form = forms.again(request, typed, outcome, translator(locale_of(request)))
    return await _render(request, session, form, accepted, status=outcome.status)


@router.get(PATHS["data_request_order"])
async def order(request: Request, session: SessionDep, now: Now, order: UUID, user: Asker) -> Response:
    """How an order stands, company by company, of those this official may see."""
    row = await session.get(DataRequestOrder, order)
    if row is None:
        raise NotFound
    page = await page_for(request, session)
    words = translator(page.locale)
    found = await reading.of_order(session, order, now=now, limit=SHOWN)
    lines = [line for line in found if policy.can(user, Permission.READ_CASE, Target.of_case(line.case))]
    await log_read(session, user, what="list:data-requests", purpose="supervision")
    rows = [
        {
            **await data_requests.head(session, line, words),
            "title": line.case.title,
            "region": views.region_name(line.case.region_code),
        }
        for line in lines
    ]
    shown = {**await _row(session, row, words), "question": row.question, "mandate": row.mandate}
    return answer("officer/data_request_order.html", page, order=shown, requests=rows)


class _Tried(Exception):
    """The form was only tried out: nothing of it is kept."""

    def __init__(self, preview: dict[str, Any]) -> None:
        super().__init__("tried")
        self.preview = preview


def _order(typed: dict[str, Any], problems: Sequence[FieldError]) -> Order:
    """The order that was typed; fields of another choice of companies than the chosen one do not count."""
    wrong = list(problems)
    channel, scope = forms.text(typed, "channel"), forms.text(typed, "scope")
    if channel not in list(RequestChannel):
        wrong.append(FieldError("channel", N_("Pilih cara penyampaian.")))
    report = forms.text(typed, "report").strip()
    report_id = None
    if report:
        try:
            report_id = UUID(report)
        except ValueError:
            wrong.append(FieldError("report", N_("Laporan itu tidak dikenal.")))
    kind = forms.text(typed, "type")
    if wrong:
        raise InvalidInput(orders.CHECK_FIELDS, fields=wrong)
    area = scope == "area"
    return Order(
        kinds=tuple(RequestKind(code) for code in forms.texts(typed, "kinds") if code in list(RequestKind)),
        channel=RequestChannel(channel),
        question=forms.text(typed, "question"),
        mandate=forms.text(typed, "mandate"),
        companies=tuple(forms.text(typed, "companies").split()) if scope == "companies" else (),
        everyone=scope == "everyone",
        region=(forms.text(typed, "region") or None) if area else None,
        kbli=(forms.text(typed, "kbli").strip() or None) if area else None,
        type=AccountType(kind) if area and kind in orders.DUTY_HOLDERS else None,
        report_id=report_id,
        section=forms.text(typed, "section").strip()[:60] or None,
    )


async def _row(session: AsyncSession, row: DataRequestOrder, words: Translator) -> dict[str, Any]:
    counts = await reading.counts(session, row.id)
    return {
        "id": row.id,
        "number": row.number,
        "kinds": data_requests.kinds(row.kinds, words),
        "channel": row.channel,
        "ordered_at": row.ordered_at,
        "requests": row.counts.get("requests", 0),
        "by_post": row.counts.get("by_post", 0),
        "counts": [
            (status, counts.get(status, 0)) for status in ("sent", "received", "answered", "accepted")
        ],
    }


async def _render(
    request: Request,
    session: AsyncSession,
    form: Form,
    accepted: Sequence[Accepted] = (),
    *,
    preview: dict[str, Any] | None = None,
    status: int = 200,
) -> Response:
    page = await page_for(request, session)
    words = translator(page.locale)
    return answer(
        "officer/data_request_new.html",
        page,
        status=status,
        form=form,
        kinds=data_requests.kind_options(words),
        channels=data_requests.channel_options(words),
        scopes=[shapes.Option(code, words.gettext(text)) for code, text in _SCOPES.items()],
        regions=views.region_options(),
        types=[shapes.Option(code, words.gettext(text)) for code, text in _TYPES.items()],
        preview=preview,
        kept=keeping.listed(accepted, form.values),
        most_files=MOST_FILES,
    )


_SCOPES: Final = {
    "companies": N_("Perusahaan tertentu"),
    "area": N_("Menurut wilayah, KBLI, atau jenis akun"),
    "everyone": N_("Semua perusahaan industri dan kawasan industri di wilayah saya"),
}
_TYPES: Final = {
    AccountType.INDUSTRY: N_("Perusahaan industri"),
    AccountType.ESTATE: N_("Perusahaan kawasan industri"),
}


def _preview(preview: Preview, words: Translator) -> dict[str, Any]:
    return {
        "count": preview.count,
        "by_post": preview.by_post,
        "regions": [(views.region_name(code), count) for code, count in preview.regions],
        "sample": [
            {"name": account.name, "number": account.number, "region": views.region_name(account.region_code)}
            for account in preview.sample
        ],
        "left_out": [(name, words.gettext(why)) for name, why in preview.left_out],
    }
