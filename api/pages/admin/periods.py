"""Reporting periods: each with its moments, how it stands, and opening it before its day."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api import routers
from api.deps import Now, SessionDep, locale_of
from api.pages import flash, forms, shapes, views
from api.pages.admin import extension_view
from api.pages.forms import Done
from api.pages.frame import answer, page_for
from api.pages.phrases import SECOND
from api.pages.rendering import Form
from api.pages.urls import PATHS, url
from api.permissions import require
from services import rulebook
from services.deadlines import in_force
from services.errors import DomainError
from services.i18n import N_, Translator, due_day, format_date, format_number, translator, zone_name
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.models import CaseFile, Extension, PeriodStatus, ReportingPeriod, WaveRun
from services.periods import acts, moments, planning
from services.periods.moments import Act, Moment

router = routers.pages()
Reader = Annotated[Principal, require(Permission.READ_PERIOD)]
SHOWN: Final = 12
MOST_MOMENTS: Final = 60
_ANY_TIME: Final = datetime(2026, 1, 1, tzinfo=UTC)  # Indonesia has no summer time

_ACTS: Final = {
    Act.OPEN: N_("Kewajiban dibuat untuk setiap akun yang wajib lapor"),
    Act.SENDING_OPENS: N_("Pengiriman dibuka"),
    Act.REMIND: N_("Pengingat {days} hari sebelum batas waktu {due}"),
    Act.OVERDUE: N_("Batas waktu; yang belum mengirim dicatat terlambat"),
    Act.WINDOW_CLOSES: N_("Kesempatan mengajukan perbaikan berakhir (batas waktu {due})"),
    Act.PROPOSE_WARNINGS: N_("Peringatan diusulkan bagi yang belum mengirim (batas waktu {due})"),
    Act.SUMMARY: N_("Rekap periode"),
}


@router.get(PATHS["periods"])
async def index(request: Request, session: SessionDep, user: Reader) -> Response:
    """The periods there are, the newest first."""
    page = await page_for(request, session)
    words = translator(page.locale)
    listed = [
        {
            "code": detail.code,
            "label": views.period_name(detail.code, words),
            "status": case.status,
            "due_before": detail.due_before,
            "counts": await _counts(session, case, detail) if user.is_official else None,
        }
        for case, detail in await _all(session)
    ]
    return answer("admin/periods.html", page, periods=listed)


@router.get(PATHS["period"])
async def show(request: Request, session: SessionDep, now: Now, period: str, user: Reader) -> Response:
    """One period: its schedule past and future, and how many have reported."""
    case, detail = await planning.by_code(session, period)
    return await _render(request, session, user, case, detail, now=now)


@router.post(PATHS["period_opening"])
async def open_now(
    request: Request,
    session: SessionDep,
    now: Now,
    period: str,
    user: Annotated[Principal, require(Permission.OPEN_PERIOD, recent=True)],
) -> Response:
    """Open it before its day. Repeating it changes nothing."""

    async def command() -> Done:
        await planning.open_now(session, period, actor=user.actor, now=now)
        return Done(
            to=url("period", period=period), message=N_("Periode sedang dibuka; kewajiban dibuat bertahap.")
        )

    outcome = await forms.attempt(session, lambda: forms.once(request, session, command))
    if not isinstance(outcome, DomainError):
        return outcome
    flash.now(request, outcome.message, "negative", **outcome.params)
    case, detail = await planning.by_code(session, period)
    return await _render(request, session, user, case, detail, now=now, status=outcome.status)


async def _counts(session: AsyncSession, case: CaseFile, detail: ReportingPeriod) -> dict[str, Any] | None:
    """How a period stands: those that are over as they were summed up, the running ones counted now."""
    if case.status == PeriodStatus.PLANNED:
        return None
    if case.status == PeriodStatus.CLOSED and detail.counts:
        return detail.counts
    return await acts.count(session, detail.code)


async def _all(session: AsyncSession) -> list[tuple[CaseFile, ReportingPeriod]]:
    query = (
        select(CaseFile, ReportingPeriod)
        .join(ReportingPeriod, col(ReportingPeriod.case_id) == col(CaseFile.id))
        .order_by(col(ReportingPeriod.due_before).desc())
        .limit(SHOWN)
    )
    return [(case, detail) for case, detail in await session.execute(query)]


async def _render(
    request: Request,
    session: AsyncSession,
    user: Principal,
    case: CaseFile,
    detail: ReportingPeriod,
    *,
    now: datetime,
    status: int = 200,
) -> Response:
    page = await page_for(request, session)
    words = translator(locale_of(request))
    regime = (await rulebook.current(session, now=now)).policies.regime_for(planning.parse(detail.code))
    opened = case.status != PeriodStatus.PLANNED
    context: dict[str, Any] = {
        "period": {
            "code": detail.code,
            "label": views.period_name(detail.code, words),
            "status": case.status,
            "regime": regime.instrument,
            "opens_at": detail.opens_at,
            "sending_opens_at": detail.sending_opens_at,
            "due_before": detail.due_before,
            "case_id": case.id,
        },
        "moments": await _moments(session, case, detail, now, words),
        "tiles": await _tiles(session, detail, words) if opened else [],
        **await _extended(session, user, detail.code, words),
        "may_open": not opened and detail.opens_at > now and bool(user.grants_with(Permission.OPEN_PERIOD)),
        "periods": [
            shapes.Tab(other.code, url("period", period=other.code), current=other.code == detail.code)
            for _, other in reversed(await _all(session))
        ],
        "form": Form(),
    }
    return answer("admin/period.html", page, status=status, **context)


async def _extended(session: AsyncSession, user: Principal, code: str, words: Translator) -> dict[str, Any]:
    """The extensions that hold for reports of the period, for those who may read extensions."""
    if not user.grants_with(Permission.READ_EXTENSION):
        return {"extensions": [], "single": 0}
    held = await in_force.of_period(session, code)
    readable = [one for one in held.campaigns if await _readable(session, user, one)]
    rows = await extension_view.rows(session, readable, words)
    return {
        "extensions": [row | {"href": url("extension", extension=row["id"])} for row in rows],
        "single": held.single,
    }


async def _readable(session: AsyncSession, user: Principal, extension: Extension) -> bool:
    case = await session.get_one(CaseFile, extension.case_id)
    return policy.can(user, Permission.READ_EXTENSION, Target.of_case(case))


async def _tiles(session: AsyncSession, detail: ReportingPeriod, words: Translator) -> list[shapes.Tile]:
    counts = await acts.count(session, detail.code)
    owed = max(counts["expected"], 1)

    def tile(label: str, name: str, tone: str, status: str = "") -> shapes.Tile:
        share = f"{format_number(round(100 * counts[name] / owed, 1), words.locale)} %"
        hint = share if name != "expected" else ""
        href = url("cases", query={"kind": "report", "period": detail.code, "status": status})
        return shapes.Tile(words.gettext(label), format_number(counts[name], words.locale), hint, tone, href)

    return [
        tile(N_("Kewajiban"), "expected", "info"),
        tile(N_("Tepat waktu"), "on_time", "positive"),
        tile(N_("Terlambat dikirim"), "late", "warning"),
        tile(N_("Belum dikirim"), "missing", "negative" if counts["missing"] else ""),
    ]


async def _moments(
    session: AsyncSession, case: CaseFile, detail: ReportingPeriod, now: datetime, words: Translator
) -> list[dict[str, Any]]:
    """What was done, with how many it concerned, then what is to come; the next one is marked."""
    query = select(WaveRun).where(col(WaveRun.case_id) == case.id, col(WaveRun.done_at).is_not(None))
    runs = (await session.execute(query.order_by(col(WaveRun.at), col(WaveRun.moment)))).scalars()
    done = [_run(run, words) for run in runs]
    pending = await moments.pending(session, case, detail, now)
    ahead = [_pending(moment, words) for moment in pending[:MOST_MOMENTS]]
    if ahead:
        ahead[0]["state"] = "current"
    return done + ahead


def _run(run: WaveRun, words: Translator) -> dict[str, Any]:
    act, _, rest = run.moment.partition("/")
    due = datetime.fromisoformat(rest.split("/")[0]) if rest else None
    skipped = bool(run.counts.get("skipped"))
    count = run.counts.get("count")
    return {
        "label": _label(Act(act), due, run.counts.get("days") or _offset(rest), words),
        "at": _shown_at(Act(act), run.at),
        "state": "done",
        "detail": words.gettext(N_("dilewati: pengingat berikutnya mengatakan hal yang sama"))
        if skipped
        else _counted(count, _zone(rest), words),
    }


def _pending(moment: Moment, words: Translator) -> dict[str, Any]:
    days = -moment.wave.offset_days if moment.wave else None
    return {
        "label": _label(moment.act, moment.due_before, days, words),
        "at": _shown_at(moment.act, moment.at),
        "state": "todo",
        "detail": _named_zone(moment.zone),
    }


def _shown_at(act: Act, at: datetime) -> datetime:
    """Deadlines as people know them: by their last second."""
    return at - SECOND if act in (Act.OVERDUE, Act.WINDOW_CLOSES) else at


def _label(act: Act, due: datetime | None, days: int | None, words: Translator) -> str:
    given: dict[str, object] = {}
    if due is not None:
        given["due"] = format_date(due_day(due), words.locale, style="medium")
    if days is not None:
        given["days"] = days
    return words.gettext(_ACTS[act], **given)


def _offset(rest: str) -> int | None:
    parts = rest.rsplit("/", 1)
    return -int(parts[1]) if len(parts) == 2 and parts[1].lstrip("-").isdigit() else None


def _zone(rest: str) -> str | None:
    """The zone in a wave's key: due date / zone (itself with a stroke) / offset."""
    parts = rest.split("/")
    return "/".join(parts[1:-1]) if len(parts) > 2 else None


def _named_zone(zone: str | None) -> str:
    return zone_name(ZoneInfo(zone), _ANY_TIME) if zone else ""


def _counted(count: int | None, zone: str | None, words: Translator) -> str:
    counted = words.ngettext("{n} kewajiban", "{n} kewajiban", count) if count is not None else ""
    return " · ".join(part for part in (counted, _named_zone(zone)) if part)
