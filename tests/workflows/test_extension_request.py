"""More time asked for online: an officer decides, the company hears by mail, nothing is granted by time."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.deadlines import extensions
from services.errors import Conflict, DomainError, InvalidInput, TransitionRefused
from services.extension_requests import asking, deciding
from services.extension_requests.asking import Asked
from services.extension_requests.deciding import Decision, Verdict
from services.models import Account, Deadline, Document, ExtensionRequest, ExtensionScope, Role, ScanState
from tests.workflows.test_reporting_period import report_of
from tests.world import World

pytestmark = pytest.mark.starts("2026-12-20T08:00:00+07:00")
MONDAY = "2027-01-04T12:00:00+07:00"  # six days before the report is due


async def ask(world: World, company: Account, **given: Any) -> ExtensionRequest:
    """A request with its evidence, valid unless the test says otherwise."""
    wanted: dict[str, Any] = {
        "deadline": "report_due",
        "days": 7,
        "reason": "Banjir di Kota Samarinda",
    } | given
    case_id = wanted.pop("case_id", None) or await report_of(world, company.id)
    evidence = wanted.pop("evidence", True)
    async with world.transaction() as (session, now):
        document = Document(
            kind="extension_evidence", sha256="1" * 64, size=1, media_type="application/pdf",
            filename="bukti.pdf", storage_key="test/bukti", scan_state=ScanState.CLEAN, uploaded_by="test",
            account_id=company.id, created_at=now,
        )  # fmt: skip
        if evidence:
            session.add(document)
        return await asking.ask(
            session, case_id, Asked(**wanted), document if evidence else None, actor="test:company", now=now
        )


async def decide(world: World, request: ExtensionRequest, verdict: Verdict, **given: Any) -> ExtensionRequest:
    async with world.transaction() as (session, now):
        decision = Decision(verdict, **given)
        return await deciding.decide(session, request.case_id, decision, actor="test:officer", now=now)


async def due(world: World, case_id: UUID, name: str = "report_due") -> str:
    async with world.sessions() as session:
        return (await session.get_one(Deadline, (case_id, name))).due_before.isoformat()


async def test_a_granted_request_moves_the_date_and_answers_by_mail(world: World) -> None:
    (company,) = await world.companies(1)
    await world.advance_to(MONDAY)
    request = await ask(world, company)
    granted = await decide(world, request, Verdict.GRANT, days=5, reason="Sesuai surat BPBD.")
    await world.advance_to("2027-01-31T12:00:00+07:00")

    report = await report_of(world, company.id)
    assert await due(world, report) == "2027-01-15T17:00:00+00:00"
    (overdue,) = await world.events(report, "became_overdue")
    assert overdue.at.isoformat() == "2027-01-15T17:00:00+00:00"
    assert (await world.templates_to(company.email))[2] == "extension_request_granted"
    assert "extension_granted" not in await world.templates_to(company.email), "one answer, not two"
    case = await world.case(request.case_id)
    assert (case.status, case.outcome, case.wake_at) == ("granted", "done", None)
    assert granted.granted_days == 5


async def test_a_refusal_has_a_reason_and_leaves_the_date(world: World) -> None:
    (company,) = await world.companies(1)
    await world.advance_to(MONDAY)
    request = await ask(world, company)
    with pytest.raises(InvalidInput):
        await decide(world, request, Verdict.REFUSE)
    await decide(world, request, Verdict.REFUSE, reason="Bukti tidak menyebut pabrik.")
    await world.rest()

    assert await due(world, await report_of(world, company.id)) == "2027-01-10T17:00:00+00:00"
    (mail,) = [mail for mail in await world.mail(company.email) if "ditolak" in mail.subject]
    assert "Bukti tidak menyebut pabrik." in mail.text
    assert (await world.case(request.case_id)).status == "refused"


async def test_an_undecided_request_is_reminded_then_escalated_and_never_granted(world: World) -> None:
    officer, administrator = (
        await world.official(Role.COMPLIANCE_OFFICER),
        await world.official(Role.ADMINISTRATOR),
    )
    (company,) = await world.companies(1)
    await world.advance_to(MONDAY)
    request = await ask(world, company)
    await world.advance_to("2027-01-31T12:00:00+07:00")

    assert "extension_request_waiting" in await world.templates_to(officer)
    assert "extension_request_escalation" in await world.templates_to(administrator)
    (late,) = await world.events(request.case_id, "office_escalated")
    assert late.at.isoformat() == "2027-01-07T17:00:00+00:00", "two working days; 5 January is a holiday"
    assert (await world.case(request.case_id)).status == "submitted"
    assert await due(world, await report_of(world, company.id)) == "2027-01-10T17:00:00+00:00"


@pytest.mark.parametrize(
    ("wrong", "refusal", "field"),
    [
        ({"days": 0}, InvalidInput, "days"),
        ({"days": 15}, InvalidInput, "days"),
        ({"reason": "  "}, InvalidInput, "reason"),
        ({"evidence": False}, InvalidInput, "evidence"),
        ({"deadline": "undo_until"}, TransitionRefused, None),
    ],
)
async def test_bad_requests_are_refused_by_field_and_source(
    world: World, wrong: dict[str, Any], refusal: type[DomainError], field: str | None
) -> None:
    (company,) = await world.companies(1)
    await world.advance_to(MONDAY)
    with pytest.raises(refusal) as raised:
        await ask(world, company, **wrong)
    assert [error.field for error in raised.value.fields] == ([field] if field else [])
    if field in ("days", "evidence"):
        assert raised.value.fields[0].params["basis"] == "kebijakan layanan"
    assert not await world.events(await report_of(world, company.id), "extension_requested")


async def test_only_one_request_waits_and_only_one_is_granted(world: World) -> None:
    (company,) = await world.companies(1)
    await world.advance_to(MONDAY)
    first = await ask(world, company, days=3)
    with pytest.raises(Conflict):
        await ask(world, company)
    await decide(world, first, Verdict.GRANT)
    with pytest.raises(Conflict) as raised:
        await ask(world, company)
    assert (raised.value.params["most"], raised.value.params["basis"]) == (1, "kebijakan layanan")
    with pytest.raises(TransitionRefused):
        await decide(world, first, Verdict.REFUSE, reason="terlambat")


async def test_the_cap_counts_from_the_date_without_extensions(world: World) -> None:
    (company,) = await world.companies(1)
    await world.advance_to(MONDAY)
    report = await report_of(world, company.id)
    async with world.transaction() as (session, now):
        draft = extensions.ExtensionDraft(
            ExtensionScope.CASE, date(2027, 1, 20), "SE Contoh 1/2027", "Banjir", case_id=report
        )
        extension = await extensions.draft(session, draft, actor="one", now=now)
        await session.flush()
        await extensions.dry_run(session, extension.id, actor="one", now=now)
        await extensions.approve(session, extension.id, actor="one", now=now)
    await world.rest()
    with pytest.raises(InvalidInput) as raised:
        await ask(world, company, days=5)
    assert raised.value.fields[0].params["most"] == 4, "ten of the fourteen days are used"
    await decide(world, await ask(world, company, days=4), Verdict.GRANT)
    assert await due(world, report) == "2027-01-24T17:00:00+00:00"


async def test_a_request_after_the_date_has_passed_is_refused(world: World) -> None:
    (company,) = await world.companies(1)
    await world.advance_to("2027-01-11T09:00:00+07:00")
    with pytest.raises(TransitionRefused) as raised:
        await ask(world, company)
    assert raised.value.params["basis"] == "kebijakan layanan"


async def test_a_grant_after_the_date_has_passed_takes_the_lateness_back(world: World) -> None:
    (company,) = await world.companies(1)
    await world.advance_to("2027-01-10T12:00:00+07:00")
    request = await ask(world, company)
    await world.advance_to("2027-01-12T12:00:00+07:00")
    report = await report_of(world, company.id)
    assert len(await world.events(report, "became_overdue")) == 1
    await decide(world, request, Verdict.GRANT)
    await world.advance_to("2027-01-31T12:00:00+07:00")
    again = await world.events(report, "became_overdue")
    assert [event.at.isoformat() for event in again] == [
        "2027-01-10T17:00:00+00:00",
        "2027-01-17T17:00:00+00:00",
    ]


async def test_a_withdrawn_request_is_over(world: World) -> None:
    (company,) = await world.companies(1)
    await world.advance_to(MONDAY)
    request = await ask(world, company)
    async with world.transaction() as (session, now):
        await asking.withdraw(session, request.case_id, actor="test:company", now=now)
    await world.advance_to("2027-01-08T12:00:00+07:00")
    case = await world.case(request.case_id)
    assert (case.status, case.outcome, case.wake_at) == ("withdrawn", "void", None)
    assert not await world.events(request.case_id, "office_escalated")
    await ask(world, company)


async def test_what_was_granted_can_be_undone_until_the_old_date(world: World) -> None:
    (company,) = await world.companies(1)
    await world.advance_to(MONDAY)
    granted = await decide(world, await ask(world, company), Verdict.GRANT)
    await world.rest()
    assert granted.extension_id is not None
    await world.undo(granted.extension_id)
    await world.rest()
    assert await due(world, await report_of(world, company.id)) == "2027-01-10T17:00:00+00:00"
