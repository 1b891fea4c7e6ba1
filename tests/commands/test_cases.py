"""tenggat cases: what there is, and the story of one, past and future."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import rulebook
from services.clock import app_now
from services.deadlines.periods import Period
from services.models import Account, CaseFile, Deadline, PeriodStatus, ReadLog
from services.periods import obligations, planning
from tests.commands.test_audit import Tenggat, tenggat
from tests.commands.test_people_and_token import ask
from tests.engine import Database
from tests.factories import PERIOD, make_account

__all__ = ["tenggat"]


async def _owe(session: AsyncSession) -> tuple[Account, CaseFile]:
    """A company that owes the report of `PERIOD`."""
    now = await app_now(session)
    rules = await rulebook.current(session, now=now)
    period = Period.parse(PERIOD)
    (await planning.plan(session, period, rules, now=now)).status = PeriodStatus.OPEN
    account = await make_account(session, name="PT Contoh Rotan Mahakam")
    duties = await obligations.duties_of(session, account, now=now)
    opened = await obligations.open_duties(session, period, duties, rules, now=now)
    return account, await session.get_one(CaseFile, opened[0])


def _list(tenggat: Tenggat, *options: str) -> list[dict[str, Any]]:
    done = tenggat("cases", "list", *options, "--json")
    assert done.exit_code == 0, done.output
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_the_cases_of_a_company_are_listed_by_its_number(tenggat: Tenggat, database: Database) -> None:
    account, case = ask(database, _owe)
    everything = _list(tenggat)
    assert {row["key"] for row in everything} == {
        case.key,
        f"period/{PERIOD}",
        *(f"registration/{number}" for number in range(4)),
    }
    for named in (str(account.number), str(account.id)):
        [mine] = _list(tenggat, "--account", named)
        assert UUID(mine["id"]) == case.id
        assert (mine["kind"], mine["period"], mine["status"]) == ("report", PERIOD, case.status)
        assert (mine["account"], mine["due_name"]) == (account.number, "report_due")
    assert [row["key"] for row in _list(tenggat, "--period", PERIOD, "--kind", "report")] == [case.key]
    assert len(_list(tenggat, "--kind", "registration", "--status", "submitted")) == 4
    assert _list(tenggat, "--kind", "registration", "--status", "rejected") == []


def test_the_overdue_list_holds_what_is_late_and_nothing_else(tenggat: Tenggat, database: Database) -> None:
    case = ask(database, _owe)[1]
    overdue = ("--period", PERIOD, "--kind", "report", "--late")

    async def due(session: AsyncSession, day: timedelta) -> None:
        deadline = await session.get_one(Deadline, (case.id, "report_due"))
        deadline.due_before = await app_now(session) + day

    ask(database, lambda session: due(session, timedelta(days=1)))
    assert _list(tenggat, *overdue) == []
    ask(database, lambda session: due(session, timedelta(days=-1)))
    assert [line["key"] for line in _list(tenggat, *overdue)] == [case.key]


def test_the_timeline_tells_past_and_future_with_instant_actor_and_text(
    tenggat: Tenggat, database: Database
) -> None:
    _, case = ask(database, _owe)
    told = json.loads(tenggat("cases", "timeline", case.key, "--json").stdout)
    assert (told["key"], told["status"]) == (case.key, case.status)
    assert [line["seq"] for line in told["past"]] == list(range(1, len(told["past"]) + 1))
    first = told["past"][0]
    assert datetime.fromisoformat(first["at"]).utcoffset() is not None
    assert (first["actor"], bool(first["text"])) == ("System", True)
    assert {"name", "at", "text", "why"} <= told["future"][0].keys()
    indonesian = json.loads(tenggat("cases", "timeline", case.key, "--language", "id", "--json").stdout)
    assert indonesian["past"][0]["actor"] == "Sistem"
    printed = tenggat("cases", "timeline", str(case.id)).stdout
    assert first["text"] in printed
    assert told["future"][0]["text"] in printed


def test_what_the_operator_reads_of_a_company_is_logged(tenggat: Tenggat, database: Database) -> None:
    _, case = ask(database, _owe)
    assert tenggat("cases", "timeline", case.key).exit_code == 0

    async def logged(session: AsyncSession) -> list[tuple[str, str]]:
        query = select(col(ReadLog.reader), col(ReadLog.what)).where(col(ReadLog.case_id) == case.id)
        return [(reader, what) for reader, what in await session.execute(query)]

    assert ask(database, logged) == [("cli", "report")]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("list", "--account", "nobody"), 1, "no account has the id, number or username 'nobody'"),
        (("list", "--period", "2026Q4"), 2, "'2026Q4' is not a period code"),
        (("list", "--kind", "wrong"), 1, "kind"),
        (("list", "--status", "wrong"), 1, "status"),
        (("timeline", "report/none"), 1, "no case has the id or key 'report/none'"),
        (("timeline", "registration/1", "--language", "fr"), 2, "--language 'fr' is not one of id, en"),
    ],
)
def test_what_is_mistyped_is_said_in_one_line(
    tenggat: Tenggat, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = tenggat("cases", *arguments, "--json")
    assert (done.exit_code, done.stdout) == (code, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
