"""Each setting about requests for data changes an outcome."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services import rulebook
from services.data_requests import dates, receipt
from services.errors import InvalidInput
from services.models import Account, DataRequest, EvidenceKind, PolicyVersion, RequestChannel
from services.policies.bundle import Policies, load_shipped
from services.service_proof.evidence import Receipt
from tests.factories import make_account
from tests.services.data_requests import given

NOW = datetime(2027, 1, 8, 8, tzinfo=UTC)  # a Friday
CALL = Receipt(EvidenceKind.CALL_NOTE, note="Dijawab bagian umum.")


async def under(session: AsyncSession, change: Callable[[dict[str, Any]], None]) -> None:
    """Other rules are in force from now on."""
    await rulebook.current(session, now=NOW)
    content = copy.deepcopy(load_shipped().document)
    change(content)
    changed = Policies.from_document(content)
    version = PolicyVersion(
        digest=changed.version, content=changed.document, note="test", proposed_by="a", approved_by="b",
        created_at=NOW, in_force_from=NOW,
    )  # fmt: skip
    session.add(version)
    await session.flush()


def rule(content: dict[str, Any], name: str) -> dict[str, Any]:
    every = content["deadlines"]["deadlines"] + content["targets"]["targets"]
    found: dict[str, Any] = next(one for one in every if one["name"] == name)
    return found


async def asked(session: AsyncSession, **wanted: Any) -> tuple[Account, DataRequest]:
    account = await make_account(session)
    _, [request] = await given.ask(session, [account], now=NOW, **wanted)
    return account, request


async def received(session: AsyncSession, request: DataRequest) -> tuple[datetime, datetime | None]:
    """Strict and lenient date after a call today."""
    await receipt.record(session, request.case_id, CALL, actor="test", now=NOW)
    due = await dates.deadline_of(session, request.case_id)
    assert due is not None
    return due.due_before, due.lenient_before


async def test_the_days_of_both_clocks(session: AsyncSession) -> None:
    _, shipped = await asked(session)
    usual = await received(session, shipped)

    def longer(content: dict[str, Any]) -> None:
        rule(content, "data_request_due")["add"]["days"] = 5
        rule(content, "data_request_due")["lenient"]["days"] = 4

    await under(session, longer)
    _, changed = await asked(session)
    strict, lenient = await received(session, changed)
    assert strict == usual[0] + timedelta(days=2)
    assert lenient is not None
    assert usual[1] is not None
    assert lenient > usual[1]


@pytest.mark.parametrize(
    ("channel", "name"),
    [
        (RequestChannel.EMAIL, "data_request_unproven"),
        (RequestChannel.LETTER, "data_request_letter_unproven"),
    ],
)
async def test_when_an_officer_is_asked(session: AsyncSession, channel: RequestChannel, name: str) -> None:
    async def when() -> datetime:
        _, request = await asked(session, channel=channel)
        due = await dates.deadline_of(session, request.case_id, dates.UNPROVEN)
        assert due is not None
        return due.due_before

    usual = await when()
    await under(session, lambda content: rule(content, name)["add"].update(days=9))
    assert await when() > usual


async def test_what_starts_the_clock(session: AsyncSession) -> None:
    def without_calls(content: dict[str, Any]) -> None:
        content["data_requests"]["data_requests"]["receipt"] = ["portal_read"]
        content["data_requests"]["data_requests"]["documented"] = []

    await under(session, without_calls)
    _, request = await asked(session)
    await receipt.record(session, request.case_id, CALL, actor="test", now=NOW)
    assert await dates.deadline_of(session, request.case_id) is None, "kept, but no proof under these rules"
    await receipt.read_by_company(session, request.case_id, actor="test", now=NOW)
    assert await dates.deadline_of(session, request.case_id) is not None


async def test_what_needs_its_paper(session: AsyncSession) -> None:
    _, request = await asked(session)
    visit = Receipt(EvidenceKind.VISIT_MINUTES, note="Bertemu petugas gerbang.")
    with pytest.raises(InvalidInput):
        await receipt.record(session, request.case_id, visit, actor="test", now=NOW)
    await under(session, lambda content: content["data_requests"]["data_requests"].update(documented=[]))
    _, later = await asked(session)
    await receipt.record(session, later.case_id, visit, actor="test", now=NOW)
    assert await dates.deadline_of(session, later.case_id) is not None


async def test_how_many_are_asked_at_once(session: AsyncSession) -> None:
    accounts = [await make_account(session) for _ in range(3)]
    await given.ask(session, accounts, now=NOW)
    await under(session, lambda content: content["data_requests"]["data_requests"].update(most_at_once=2))
    with pytest.raises(InvalidInput) as refused:
        await given.ask(session, accounts, now=NOW)
    assert refused.value.fields[0].params == {"most": 2, "basis": "kebijakan layanan"}


async def test_a_case_goes_on_under_the_rules_it_began_with(session: AsyncSession) -> None:
    _, before = await asked(session)
    _, compared = await asked(session)
    usual = await received(session, compared)
    await under(session, lambda content: rule(content, "data_request_due")["add"].update(days=30))
    assert await received(session, before) == usual
