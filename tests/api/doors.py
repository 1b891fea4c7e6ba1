"""A small application with one route of each kind, behind everything that surrounds the real one."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import httpx
from fastapi import APIRouter, FastAPI, Form, Request, UploadFile
from fastapi.responses import PlainTextResponse
from fastapi.staticfiles import StaticFiles
from starlette.types import ASGIApp

from api import cookies, csrf, errors
from api.permissions import Csrf, public, require, signed_in
from api.principals import CallerDep, ClientAddress, GateDep, ReadPurpose
from api.security import MAX_BODY, MAX_UPLOAD_BODY, harden
from services.database import Sessions
from services.errors import NotFound
from services.identity.errors import Hidden
from services.identity.permissions import Permission
from services.identity.principal import Principal
from settings import Settings

OURS = "https://tenggat.example"
SETTINGS = Settings(
    home=Path("/nonexistent"),
    environment="development",
    public_url=OURS,
    port=8000,
    database_url="postgresql+psycopg://nowhere/nothing",
    migrator_database_url=None,
    temporal_address=None,
    smtp_url=None,
    mail_catcher=False,
    mail_from="tenggat@localhost.example",
    mail_allow_list=(".example",),
    mail_journal=Path("/nonexistent/journal"),
    documents_url="file:///nonexistent/documents",
    secret_key="an-instance-key-of-forty-characters-or-so",
)
HTTP = replace(SETTINGS, public_url="http://127.0.0.1:8000")

router = APIRouter(prefix="/api")


@router.get("/open")
async def open_to_all(request: Request, viewer: Annotated[Principal | None, public()]) -> dict[str, Any]:
    return {
        "viewer": viewer.actor if viewer else None,
        "csrf": csrf.csrf_token(request),
        "nonce": request.state.csp_nonce,
        "request_id": request.state.request_id,
    }


@router.post("/public", dependencies=[public()])
async def public_call() -> str:
    return "done"


@router.post("/public-form", dependencies=[public(Csrf.FORM)])
async def public_form(name: Annotated[str, Form()]) -> str:
    return name


@router.post("/session")
async def sign_in(
    request: Request, gate: GateDep, caller: CallerDep, body: dict[str, str], _: Annotated[None, public()]
) -> str:
    entry = await gate.sign_in(body["username"], body["password"], caller)
    cookies.set_session(request, entry.session_token or "")
    cookies.set_device(request, entry.device or "")
    return entry.outcome


@router.delete("/session")
async def sign_out(
    request: Request, gate: GateDep, caller: CallerDep, _: Annotated[Principal, signed_in()]
) -> str:
    await gate.sign_out(caller.session_token or "", caller)
    cookies.clear_session(request)
    return "bye"


@router.get("/me")
async def me(user: Annotated[Principal, signed_in()], address: ClientAddress) -> dict[str, Any]:
    return {"actor": user.actor, "roles": sorted(user.role_names), "address": address}


@router.get("/case")
async def case(
    user: Annotated[Principal, require(Permission.READ_CASE)], purpose: ReadPurpose, hidden: bool = False
) -> dict[str, Any]:
    if hidden:
        raise Hidden
    return {"actor": user.actor, "purpose": purpose}


@router.get("/nothing")
async def nothing(_: Annotated[Principal, require(Permission.READ_CASE)]) -> None:
    raise NotFound


@router.api_route("/decision", methods=["POST", "PUT", "PATCH", "DELETE"])
async def decision(user: Annotated[Principal, require(Permission.DECIDE_REGISTRATION)]) -> str:
    return user.actor


@router.post("/page-form")
async def page_form(
    note: Annotated[str, Form()], _: Annotated[Principal, require(Permission.READ_CASE)]
) -> str:
    return note


@router.post("/bulk")
async def bulk(user: Annotated[Principal, require(Permission.ASSIGN_CASE, recent=True)]) -> str:
    return user.actor


@router.post("/files", max_body_size=MAX_UPLOAD_BODY)
async def upload(file: UploadFile, _: Annotated[None, public()]) -> int:
    return len(await file.read())


@router.post("/text", dependencies=[public()])
async def text(body: dict[str, str]) -> int:
    return len(body["text"])


@router.get("/document", dependencies=[public()])
async def document() -> PlainTextResponse:
    headers = {"Content-Security-Policy": "default-src 'none'", "Cache-Control": "private"}
    return PlainTextResponse("x", headers=headers)


@router.get("/bug", dependencies=[public()])
async def bug() -> None:
    raise RuntimeError("a bug")


class Small(FastAPI):
    """The routes above, hardened as the real application is."""

    given: Settings

    def build_middleware_stack(self) -> ASGIApp:
        return harden(super().build_middleware_stack(), self.given)


def build(sessions: Sessions | None, settings: Settings = SETTINGS) -> Small:
    app = Small(max_body_size=MAX_BODY)
    app.given = app.state.settings = settings
    app.state.sessions = sessions
    errors.install(app)
    app.include_router(router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parents[2] / "api" / "static"))
    return app


def visitor(
    app: ASGIApp, *, address: str = "192.0.2.9", url: str = OURS, **headers: str
) -> httpx.AsyncClient:
    """A client from that address. Pass `sec_fetch_site=…`, `origin=…`, `authorization=…` as headers."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 40000))
    return httpx.AsyncClient(transport=transport, base_url=url, headers=given)


def browser(app: ASGIApp, *, url: str = OURS, **headers: str) -> httpx.AsyncClient:
    """As `visitor`, and says of itself what a browser says of a page of ours."""
    return visitor(app, url=url, sec_fetch_site="same-origin", origin=url, **headers)
