"""Who is asking: a bearer key or a session cookie, turned into a Principal once per request.

Routes declare what they demand with `api.permissions` (`require`, `signed_in`, `public`), which return the
principal. The application must have `app.state.sessions` and `app.state.settings`.
"""

import ipaddress
from typing import Annotated

from fastapi import Depends, Header, Request

from api import cookies
from services.database import Sessions
from services.errors import DomainError, Unauthenticated
from services.identity import api_keys, sessions
from services.identity.credentials import Credentials
from services.identity.gate import Caller, Gate
from services.identity.principal import Principal
from services.identity.security_events import Happened, happened


async def principal_of(request: Request) -> Principal | None:
    """The caller, or None for an anonymous one. Unauthenticated for a key that opens nothing.

    Looked up once per request, in a transaction of its own: the visit counts even if the request is refused.
    A bearer key counts alone; the cookie beside it is not looked at.
    """
    if not hasattr(request.state, "principal"):
        request.state.principal = await _find(request)
    principal: Principal | None = request.state.principal
    return principal


async def current_principal(request: Request) -> Principal:
    """The caller, after the route's own declaration has been checked."""
    principal = await principal_of(request)
    if principal is None:
        raise Unauthenticated
    return principal


CurrentPrincipal = Annotated[Principal, Depends(current_principal)]


def client_address(request: Request) -> str:
    """The caller's address; of an IPv6 caller its /64, which one host owns whole."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


ClientAddress = Annotated[str, Depends(client_address)]


def caller(request: Request) -> Caller:
    """What the gate looks at besides what was typed."""
    return Caller(
        address=client_address(request),
        user_agent=request.headers.get("user-agent", ""),
        device=cookies.read(request, cookies.DEVICE),
        session_token=cookies.read(request, cookies.SESSION),
    )


CallerDep = Annotated[Caller, Depends(caller)]


def gate(request: Request) -> Gate:
    """Signing in and out, second factor."""
    settings = cookies.settings_of(request)
    parts = getattr(request.app.state, "parts", None)
    return Gate(
        _sessions(request),
        key=settings.secret_key,
        second_factor_required=settings.environment == "production",
        waker=parts.gateway if parts else None,
    )


GateDep = Annotated[Gate, Depends(gate)]


def credentials(gate: GateDep) -> Credentials:
    """Passwords set, changed, forgotten, asked for again."""
    return Credentials(gate)


CredentialsDep = Annotated[Credentials, Depends(credentials)]


def read_purpose(x_purpose: Annotated[str | None, Header(max_length=300)] = None) -> str | None:
    """Why an official opens individual data, if said with the request; routes give their own default."""
    return x_purpose


ReadPurpose = Annotated[str | None, Depends(read_purpose)]


async def note_refusal(request: Request, error: DomainError) -> None:
    """Record that a known caller was refused: for the handlers of Forbidden and Hidden."""
    principal: Principal | None = getattr(request.state, "principal", None)
    route = request.scope.get("route")
    async with _sessions(request).begin() as session:
        await happened(
            session,
            Happened.CSRF_REFUSED if error.code == "csrf_refused" else Happened.ACCESS_REFUSED,
            actor=principal.actor if principal else "anonymous",
            address=client_address(request),
            data={
                "code": error.code,
                "method": request.method,
                "route": getattr(route, "path", ""),
                "request": getattr(request.state, "request_id", ""),
            },
        )


async def _find(request: Request) -> Principal | None:
    request.state.signed_in = None
    header = request.headers.get("authorization")
    if header is not None:
        return await _holder(request, header)
    token = cookies.read(request, cookies.SESSION)
    if not token:
        return None
    async with _sessions(request).begin() as session:
        request.state.signed_in = found = await sessions.authenticate(session, token)
    return found.principal if found else None


async def _holder(request: Request, header: str) -> Principal:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated
    async with _sessions(request).begin() as session:
        principal = await api_keys.authenticate(session, token.strip())
    if principal is None:
        raise Unauthenticated
    return principal


def _sessions(request: Request) -> Sessions:
    factory: Sessions = request.app.state.sessions
    return factory
