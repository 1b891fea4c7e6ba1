"""A refusal or a failure as a page."""

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.pages.frame import answer, bare_page
from api.pages.urls import url


def error_page(
    request: Request, status: int, detail: str, headers: dict[str, str], *, wants_page: bool = True
) -> Response:
    """The page of an error. Who is not signed in is led to the sign-in page and back."""
    if status == 401 and request.method == "GET" and wants_page:
        return RedirectResponse(url("sign_in") + f"?next={request.url.path}", 303)
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
