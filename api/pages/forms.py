"""What every page with a form shares: reading what was typed, carrying it out once, and coming back."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, Final, TypeVar

from fastapi import Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from api import csrf, legible
from api.bodies import form_of
from api.idempotency import Once
from api.pages import flash
from api.pages.rendering import Form
from services import i18n
from services.errors import DomainError, Forbidden, NotFound, StaleVersion, Unauthenticated

KEY: Final = "command"
"""The hidden field that names one rendering of a form: sent twice, it is carried out once."""
_OURS: Final = frozenset({csrf.FIELD, KEY})
_LONGEST_KEY: Final = 64

Onward = Annotated[str, Query(alias="next", max_length=2000)]
"""Where the reader wanted to go; trust it only through `local`."""

T = TypeVar("T")


class Done(BaseModel):
    """What a form's command answered: where to go on, and what to say there (a message id)."""

    to: str
    message: str = ""
    tone: str = "positive"
    params: dict[str, str | int] = {}


Command = Callable[[], Awaitable[Done]]


async def typed(request: Request) -> dict[str, Any]:
    """Every text field as it was typed; a field sent several times is a list. Files are left to the route.

    InvalidInput for characters that nobody types.
    """
    form = await form_of(request)
    legible.check(form.multi_items())
    values: dict[str, Any] = {}
    for name in form:
        texts = [value for value in form.getlist(name) if isinstance(value, str)]
        if texts and name not in _OURS:
            values[name] = texts if len(texts) > 1 else texts[0]
    return values


def text(values: Mapping[str, Any], name: str) -> str:
    """A field's text, "" when it is absent; of a field sent several times the last."""
    value = values.get(name, "")
    return str(value[-1] if isinstance(value, list) else value)


def texts(values: Mapping[str, Any], name: str) -> list[str]:
    """All texts of a field that takes several."""
    value = values.get(name, [])
    return list(value) if isinstance(value, list) else [value]


def number(values: Mapping[str, Any], name: str) -> int | None:
    """A whole number that our own page put into a hidden field; None when it is something else."""
    written = text(values, name)
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else None


def local(path: str, otherwise: str) -> str:
    """The path if it leads to a page of ours, so that no link of somebody else's leads our people away."""
    if not path.startswith("/") or path.startswith(("//", "/\\")) or not path.isprintable():
        return otherwise
    return path


def expect_version(stored: int, values: Mapping[str, Any]) -> None:
    """StaleVersion unless the form was rendered from the version that is stored."""
    seen = number(values, "version")
    if seen is not None and seen != stored:
        raise StaleVersion(version=stored)


async def once(request: Request, session: AsyncSession, command: Command) -> Response:
    """Carry out a form's command and lead on (303). The same rendering sent again leads on without doing it again.

    A form without the hidden key is simply carried out: its own rules keep it from happening twice.
    """
    form = await form_of(request)
    key = form.get(KEY)
    if not isinstance(key, str) or not 0 < len(key) <= _LONGEST_KEY:
        return see_other(request, await command())
    principal = getattr(request.state, "principal", None)
    route = f"{request.method} {request.url.path}"
    keyed = Once(session, principal.actor if principal else "anonymous", route, key, "page")
    answer = await keyed(command)
    return see_other(request, Done.model_validate_json(bytes(answer.body)))


async def attempt(session: AsyncSession, work: Callable[[], Awaitable[T]]) -> T | DomainError:
    """Do the work in a savepoint. A refusal about what was typed comes back as a value, with nothing written.

    What may not be seen or done at all still leaves as an error. After a refusal load afresh what is shown.
    """
    try:
        async with session.begin_nested():
            return await work()
    except (Unauthenticated, Forbidden, NotFound):
        raise
    except DomainError as refused:
        session.expunge_all()  # the rollback left its objects expired, and async sessions do not reload by themselves
        return refused


def again(request: Request, values: Mapping[str, Any], refused: DomainError, words: i18n.Translator) -> Form:
    """What was typed, with what is wrong with it. A refusal that blames no field stands at the top of the page:

    the form it answers may have gone, because somebody else was quicker.
    """
    if refused.fields:
        return Form.refused(values, refused, words)
    flash.now(request, refused.message, "negative", **refused.params)
    return Form(values)


def see_other(request: Request, done: Done) -> RedirectResponse:
    """To the next page, with what to say there."""
    if done.message:
        flash.leave(request, done.message, done.tone, **done.params)
    return RedirectResponse(done.to, 303)
