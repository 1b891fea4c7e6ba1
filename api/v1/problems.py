"""The shape of refusals (RFC 9457), for the published description of the API."""

from typing import Any

from pydantic import BaseModel, Field


class FieldProblem(BaseModel):
    """One field that cannot be accepted, in the reader's language."""

    field: str
    message: str


class Problem(BaseModel):
    """Why a request was refused. `code` is for programs, `detail` for people (Accept-Language: id or en)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str
    request_id: str | None = None
    errors: list[FieldProblem] = Field(default_factory=list)


MEANINGS = {
    401: "Not signed in, or the key opens nothing.",
    403: "Not permitted. What may not be known to exist answers 404 instead.",
    404: "There is no such thing, or not for this caller.",
    409: "Not in the present state, or an older version was edited.",
    413: "The file or body is too large.",
    422: "Something that was sent cannot be accepted; `errors` says what and where.",
    429: "Too many tries; come back after Retry-After seconds.",
    503: "Busy; come back after Retry-After seconds. What was acknowledged is not lost.",
}


def described(schema: dict[str, Any], *statuses: int) -> dict[str, Any]:
    """The responses of these statuses, as an operation of the description lists them."""
    content = {"application/problem+json": {"schema": schema}}
    return {str(status): {"description": MEANINGS[status], "content": content} for status in statuses}
