"""tenggat cases: which there are, and what happened and will happen in one of them."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.console import WIB, HomeDirectory, Json, fail, in_session, print_json, print_line, print_rows
from commands.named import account_id, case_id

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncSession

    from services.identity.principal import Principal
    from services.models import CaseFile
    from services.search import Filters, Row
    from services.timeline.past import PastLine

app = typer.Typer(no_args_is_help=True)
COLUMNS = ("key", "kind", "period", "account", "title", "status", "due_before")
BY = "cli"
PURPOSE = "tenggat cases"
LANGUAGES = ("id", "en")

Language = Annotated[str, typer.Option(help="Language of the sentences: id or en.")]


@app.command("list")
def list_cases(
    account: Annotated[str | None, typer.Option(help="Only of this account: id, number or username.")] = None,
    period: Annotated[str | None, typer.Option(help="Only of this period, as 2026-Q4.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only of this kind, as report or registration.")] = None,
    status: Annotated[list[str] | None, typer.Option(help="Only in this status; repeatable.")] = None,
    late: Annotated[bool, typer.Option("--late", help="Only those whose main date has passed.")] = False,
    home: HomeDirectory = None,
    as_json: Json = False,
) -> None:
    """Cases, the newest first. `--kind report --period CODE --late` is the overdue list of a period."""
    _known_period(period)

    async def work(session: "AsyncSession") -> list[dict[str, Any]]:
        from services.clock import app_now
        from services.search import Filters

        wanted = Filters(
            kind=kind,
            status=tuple(status or ()),
            period=period,
            account_id=await account_id(session, account) if account else None,
            due_before=await app_now(session) if late else None,
        )
        return [_line(row) for row in await _all(session, wanted)]

    print_rows(_carry_out(work, home), COLUMNS, as_json=as_json)


@app.command()
def timeline(
    case: Annotated[str, typer.Argument(help="Id or key of the case, as list shows them.")],
    language: Language = "en",
    home: HomeDirectory = None,
    as_json: Json = False,
) -> None:
    """What happened in a case, by whom, and what will happen if nobody does anything."""
    if language not in LANGUAGES:
        fail(f"--language {language!r} is not one of {', '.join(LANGUAGES)}", 2)

    async def work(session: "AsyncSession") -> dict[str, Any]:
        from services.clock import app_now
        from services.models import CaseFile
        from services.timeline.future import future

        found = await session.get_one(CaseFile, await case_id(session, case))
        now = await app_now(session)
        await _note(session, found)
        return {
            "case_id": found.id,
            "key": found.key,
            "status": found.status,
            "now": now.isoformat(),
            "past": [_told(line) for line in await _past(session, found, language)],
            "future": [_told(line) for line in await future(session, found, now=now, locale=language)],
        }

    told = _carry_out(work, home)
    if as_json:
        print_json(told)
    else:
        _print(told)


def _print(told: dict[str, Any]) -> None:
    print_line(f"{told['key']}: {told['status']}\n")
    for line in told["past"]:
        grounds = " · ".join(part for part in (line["instrument"], line["reason"]) if part)
        print_line(f"{_moment(line['at'])}  {line['text']} [{line['actor']}]{grounds and f' ({grounds})'}")
    print_line(f"\n{_moment(told['now'])}  now, {len(told['future'])} to come")
    for line in told["future"]:
        print_line(f"{_moment(line['at']) if line['at'] else 'waits':<20}  {line['text']}")


def _moment(at: str) -> str:
    from datetime import datetime

    return f"{datetime.fromisoformat(at).astimezone(WIB):%Y-%m-%d %H:%M} WIB"


def _told(line: Any) -> dict[str, Any]:
    """A line of a timeline with its instants as text."""
    return {name: _text(value) for name, value in asdict(line).items()}


def _text(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _line(row: "Row") -> dict[str, Any]:
    case, due = row.case, row.deadline
    facts = ("id", "key", "kind", "title", "period", "stage", "region_code", "status", "outcome")
    return {
        **{name: getattr(case, name) for name in facts},
        "account": row.account.number if row.account else None,
        "opened_at": case.opened_at.isoformat(),
        "closed_at": _text(case.closed_at),
        "due_name": due.name if due else None,
        "due_before": due.due_before.isoformat() if due else None,
    }


async def _all(session: "AsyncSession", wanted: "Filters") -> "list[Row]":
    """Every page of the list; that the operator read it is logged as an official's reading is."""
    from services import search
    from services.identity.read_log import log_read

    reader = _operator()
    await log_read(session, reader, what="list:cases", purpose=PURPOSE)
    found: list[Row] = []
    cursor: str | None = None
    while True:
        page = await search.cases(session, reader, wanted, cursor=cursor, limit=search.MAX_LIMIT)
        found += page.rows
        cursor = page.next_cursor
        if cursor is None:
            return found


async def _past(session: "AsyncSession", case: "CaseFile", locale: str) -> "list[PastLine]":
    from services.timeline.past import past

    told: list[PastLine] = []
    while True:
        after = told[-1].seq if told else 0
        if not (more := await past(session, case, for_company=False, locale=locale, after=after)):
            return told
        told += more


async def _note(session: "AsyncSession", case: "CaseFile") -> None:
    from services.identity.policy import Target
    from services.identity.read_log import log_read

    if Target.of_case(case).individual:
        await log_read(
            session, _operator(), what=case.kind, purpose=PURPOSE, account_id=case.account_id, case_id=case.id
        )


def _operator() -> "Principal":
    """Whoever runs this has the database; they read what an auditor reads, and the log says so."""
    from services.identity.principal import Grant, Principal
    from services.models import Role

    return Principal(actor=BY, roles=(Grant(Role.AUDITOR),), nda=True)


def _known_period(code: str | None) -> None:
    from services.deadlines.periods import Period

    if code is None:
        return
    try:
        Period.parse(code)
    except ValueError as error:
        fail(f"--period: {error}", 2)


def _carry_out(work: "Callable[[AsyncSession], Awaitable[Any]]", home: "Path | None") -> Any:
    """In one transaction; a refusal becomes its sentence."""
    from services.errors import DomainError
    from services.i18n import translator

    try:
        return in_session(work, home=home)
    except DomainError as error:
        fail(translator("en").gettext(error.message, **error.params))
