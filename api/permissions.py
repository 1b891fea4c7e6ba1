"""What a route demands of its caller, declared once on the route and listed for tests.

    user: Annotated[Principal, require(Permission.SEND_REPORT)]   # signed in or a key, and a role that may
    user: Annotated[Principal, signed_in()]                       # anyone signed in
    viewer: Annotated[Principal | None, public()]                 # anyone; None when not signed in
    dependencies=[public(Csrf.FORM)]                              # a form for people who are not signed in

`require` looks at roles only. The object still has to be checked, once it is loaded and locked:
`policy.authorise(user, Permission.SEND_REPORT, Target.of_case(case))`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.routing import BaseRoute

from api import csrf
from api.principals import principal_of
from services.errors import Unauthenticated
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.principal import Principal


class Access(StrEnum):
    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    PERMISSION = "permission"


class Csrf(StrEnum):
    """How a route that changes something is kept from being called by another site's page."""

    SESSION = "session"
    """Callers with a session cookie: same origin and the session's token. A bearer key needs neither."""
    FORM = "form"
    """A public form: same origin and the token of the form's own cookie."""
    ORIGIN = "origin"
    """A public call that uses no cookie: not sent by another site's page."""


@dataclass(frozen=True)
class RoutePolicy:
    """The dependency itself; FastAPI calls it, tests read it."""

    access: Access
    csrf: Csrf = Csrf.SESSION
    permission: Permission | None = None
    recent: bool = False

    async def __call__(self, request: Request) -> Principal | None:
        principal = await principal_of(request)
        await self._refuse_forgery(request)
        if self.access is Access.PUBLIC:
            return principal
        if principal is None:
            raise Unauthenticated
        if self.permission is not None:
            policy.permit(principal, self.permission)
        if self.recent:
            policy.require_recent(principal)
        return principal

    async def _refuse_forgery(self, request: Request) -> None:
        if request.method in csrf.SAFE_METHODS or csrf.carries_key(request):
            return
        csrf.check_origin(request)
        if self.csrf is Csrf.FORM or csrf.signed_in(request):
            await csrf.check_token(request)


def require(permission: Permission, *, recent: bool = False) -> Any:
    """The caller, who holds the permission somewhere: else 401 or 403. `recent`: and has just signed in."""
    return Depends(RoutePolicy(Access.PERMISSION, permission=permission, recent=recent))


def signed_in(*, recent: bool = False) -> Any:
    """The caller, whoever it is: else 401."""
    return Depends(RoutePolicy(Access.SIGNED_IN, recent=recent))


def public(csrf: Csrf = Csrf.ORIGIN) -> Any:
    """The caller or None. Routes that change something say how forgery is refused."""
    return Depends(RoutePolicy(Access.PUBLIC, csrf=csrf))


def route_policies(routes: Sequence[BaseRoute]) -> Iterator[tuple[RouteContext, list[RoutePolicy]]]:
    """Every route that has an endpoint of ours, with the policies declared on it (there must be one)."""
    for route in iter_route_contexts(routes):
        dependant = getattr(route, "dependant", None)
        if dependant is not None:
            yield route, list(_declared(dependant))


def _declared(dependant: Dependant) -> Iterator[RoutePolicy]:
    for dependency in dependant.dependencies:
        if isinstance(dependency.call, RoutePolicy):
            yield dependency.call
        yield from _declared(dependency)
