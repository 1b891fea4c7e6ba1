"""Is the service alive, is it ready, how is it doing: for supervisors, load balancers and operators."""

import asyncio
import hmac
import ipaddress
import logging
from typing import Annotated, Any, Final, Literal

from fastapi import Header, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from temporalio.service import RPCError

from api import routers
from api.deps import PartsDep
from api.parts import Parts
from api.permissions import public
from services import chores, sweeping
from services.clock import app_now
from services.database import in_a_line
from services.errors import NotFound, Unauthenticated

log = logging.getLogger("tenggat.health")

router = routers.programs(tags=["health"], below="")
PATIENCE = 4.0
_PASSED_ON: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
State = Literal["ok", "away"]


@router.get("/health/live", dependencies=[public()])
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "live"}


@router.get("/health/ready", dependencies=[public()])
async def ready(parts: PartsDep) -> JSONResponse:
    """Ready needs Postgres. Temporal away is only degraded: what companies send is still accepted."""
    database, engine = await asyncio.gather(database_state(parts), engine_state(parts))
    if database != "ok":
        body = {"status": "busy", "database": database, "engine": engine}
        return JSONResponse(body, 503, {"Retry-After": "5"})
    status = "ready" if engine == "ok" else "degraded"
    return JSONResponse({"status": status, "database": database, "engine": engine})


@router.get("/metrics", dependencies=[public()], response_class=PlainTextResponse)
async def metrics(
    request: Request,
    parts: PartsDep,
    token: Annotated[str, Header(alias="X-Metrics-Token", max_length=400)] = "",
) -> Response:
    """How many processes should have been looked at, how many are stuck, how much mail waits.

    For programs on this machine, and for whoever shows TENGGAT_METRICS_TOKEN as X-Metrics-Token. 404 for all others
    where no token is set, else 401.
    """
    _let_in(request, parts.settings.metrics_token, token)
    registry = CollectorRegistry()
    async with parts.sessions() as session:
        now = await app_now(session)
        backlog = await sweeping.backlog(session, now=now)
        mail = await session.execute(text("SELECT lane, state, count(*) FROM message GROUP BY lane, state"))
        _gauge(registry, "tenggat_cases_waiting", "Cases whose wake_at has passed", backlog.waiting)
        _gauge(registry, "tenggat_cases_stuck", "Cases whose process waits for an operator", backlog.stuck)
        late = Gauge("tenggat_chore_late", "1: not done for a day", ["chore"], registry=registry)
        for state in await chores.states(session):
            late.labels(state.chore).set(state.late)
        oldest = (now - backlog.oldest).total_seconds() if backlog.oldest else 0
        _gauge(registry, "tenggat_oldest_wait_seconds", "Age of the oldest passed wake_at", oldest)
        messages = Gauge(
            "tenggat_messages", "Messages by lane and state", ["lane", "state"], registry=registry
        )
        for lane, state, count in mail:
            messages.labels(lane, state).set(count)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _gauge(registry: CollectorRegistry, name: str, what: str, value: float) -> None:
    Gauge(name, what, registry=registry).set(value)


def _let_in(request: Request, expected: str | None, token: str) -> None:
    if _from_here(request):
        return
    if not expected:
        raise NotFound
    if not hmac.compare_digest(expected.encode(), token.encode("utf-8", "surrogatepass")):
        raise Unauthenticated


def _from_here(request: Request) -> bool:
    """Whether a program on this machine asks for itself: what a proxy beside us passes on comes from elsewhere."""
    if request.client is None or any(name in request.headers for name in _PASSED_ON):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


async def database_state(parts: Parts) -> State:
    """Whether Postgres answers. What keeps it from that is for the log, not for whoever asks."""
    try:
        async with asyncio.timeout(PATIENCE), parts.sessions() as session:
            await session.execute(text("SELECT 1"))
    except (SQLAlchemyError, TimeoutError, OSError) as error:
        return _away("Postgres", error)
    return "ok"


async def engine_state(parts: Parts) -> State:
    """Whether Temporal answers; why not is in the log."""
    try:
        async with asyncio.timeout(PATIENCE):
            healthy = await parts.gateway.client.service_client.check_health()
    except (RPCError, RuntimeError, TimeoutError) as error:
        return _away("Temporal", error)
    return "ok" if healthy else "away"


def _away(part: str, error: Exception) -> State:
    log.warning("%s does not answer: %s", part, in_a_line(error))
    return "away"


def shown(backlog: sweeping.Backlog) -> dict[str, Any]:
    """The backlog for the operators' page."""
    return {"waiting": backlog.waiting, "oldest": backlog.oldest, "stuck": backlog.stuck}
