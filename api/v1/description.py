"""The published description of the API: how to prove who one is, and how refusals look, on every operation."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.permissions import Access, route_policies
from api.v1.problems import MEANINGS, FieldProblem, Problem, described

SCHEMES: Final[dict[str, Any]] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "A key made with `tenggat token create`. It needs no CSRF token. It ends after a year unless"
        " made otherwise, and is no second person beside the official who answers for it (`--person`).",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "tenggat",
        "description": "The cookie of POST /sessions (`__Host-tenggat` over https). Requests that change something"
        " carry its `csrf_token` in the header X-CSRF-Token.",
    },
}
ABOUT: Final = (
    "Reporting duties of industrial companies. Times are ISO 8601 with offset; `*_before` instants are exclusive:"
    " people are told the second before. Every POST that changes something takes an `Idempotency-Key`: repeating a"
    " request with its key gives the first answer again. Decisions name the version they were taken on, in"
    " `If-Match` or in the body: 409 `stale_version` when it has changed. Every reading of a company's data by an"
    " official is logged with its purpose: that of the header `X-Purpose`, by default the purpose of the route."
    " Refusals are RFC 9457 problem details in the language of `Accept-Language` (id, en)."
)


def describe(app: FastAPI) -> None:
    """Let the application publish this description at its openapi_url."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _describe(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way of extending the description


def _describe(app: FastAPI) -> dict[str, Any]:
    schema = get_openapi(title=app.title, version=app.version, description=ABOUT, routes=app.routes)
    parts = schema.setdefault("components", {})
    parts["securitySchemes"] = SCHEMES
    schemas = parts.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for model in (Problem, FieldProblem):
        made = model.model_json_schema(ref_template="#/components/schemas/{model}")
        made.pop("$defs", None)
        schemas[model.__name__] = made
    access = _access(app)
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            _complete(operation, access.get((path, method.upper()), Access.SIGNED_IN))
    return schema


def _complete(operation: dict[str, Any], access: Access) -> None:
    """Every refusal may meet every operation: a key that opens nothing, another's object in a query, a forgery."""
    operation["security"] = [] if access is Access.PUBLIC else [{"bearer": []}, {"session": []}]
    problem = {"$ref": "#/components/schemas/Problem"}
    operation["responses"] = {**operation["responses"], **described(problem, *MEANINGS)}


def _access(app: FastAPI) -> dict[tuple[str, str], Access]:
    found: dict[tuple[str, str], Access] = {}
    for route, policies in route_policies(app.routes):
        for method in route.methods or ():
            found[str(route.path_format), method] = policies[0].access if policies else Access.SIGNED_IN
    return found
