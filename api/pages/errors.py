"""A refusal or a failure as a page."""

from typing import Final
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.pages.frame import answer, bare_page
from api.pages.urls import url

# Refusals that a page of ours can lift: people are led there, and back to where they wanted to go.
_LIFTED_BY: Final = {
    "unauthenticated": "sign_in",
    "nda_required": "nda",
    "reauthentication_required": "reauthenticate",
}


def error_page(request: Request, status: int, detail: str, headers: dict[str, str], *, code: str) -> Response:
    """The page of an error. Who is not signed in, or has to agree to something first, is led there and back."""
    lifted_by = _LIFTED_BY.get(code)
    if lifted_by and (request.method == "GET" or code == "reauthentication_required"):
        there = url(lifted_by, query={"next": _here(request)})
        if request.headers.get(
            "hx-request"
        ):  # the page itself goes there, not the part that was to be swapped
            return Response(status_code=204, headers={"HX-Redirect": there})
        return RedirectResponse(there, 303)
    response: HTMLResponse = answer(
        "errors/error.html",
        bare_page(request),
        status=status,
        message=detail,
        reference=getattr(request.state, "request_id", ""),
        retry_after=int(headers["Retry-After"]) if "Retry-After" in headers else None,
    )
    response.headers.update(headers)
    return response


def _here(request: Request) -> str:
    """The page that was asked for; of a refused command, the page its form was on."""
    asked = urlsplit(str(request.url) if request.method == "GET" else request.headers.get("referer", ""))
    return asked.path + (f"?{asked.query}" if asked.query else "")
