"""A whole period without production: declared with a letter, decided by an officer, never accepted by time."""

from datetime import date
from typing import Any

import pytest

from services.errors import Conflict, DomainError, InvalidInput, TransitionRefused
from services.models import (
    Account,
    Deadline,
    Document,
    LicenceScale,
    NonProductionLetter,
    Role,
    ScanState,
    Signer,
    WarningStatus,
)
from services.non_production import deciding, declaring
from services.non_production.deciding import Decision, Verdict
from services.non_production.declaring import Declaration
from services.periods import acts
from services.warnings.proposals import open_ladder
from tests.workflows.test_reporting_period import report_of
from tests.world import World

pytestmark = pytest.mark.starts("2026-12-20T08:00:00+07:00")
MONDAY = "2027-01-04T12:00:00+07:00"  # six days before the report is due


async def declare(world: World, company: Account, **given: Any) -> NonProductionLetter:
    """A signed letter, valid unless the test says otherwise."""
    declared: dict[str, Any] = {
        "letter_date": date(2027, 1, 2),
        "signed_by": Signer.DIRECTOR,
        "reason": "Pabrik berhenti.",
    }
    letter, scan = given.pop("letter", True), given.pop("scan", ScanState.CLEAN)
    report = await report_of(world, company.id)
    async with world.transaction() as (session, now):
        document = Document(
            kind="non_production_letter", sha256="2" * 64, size=1, media_type="application/pdf",
            filename="surat.pdf", storage_key="test/surat", scan_state=scan, uploaded_by="test",
            account_id=company.id, created_at=now,
        )  # fmt: skip
        if letter:
            session.add(document)
            await session.flush()
        asked = Declaration(**(declared | given))
        return await declaring.declare(
            session, report, asked, document if letter else None, actor="test:company", now=now
        )


async def decide(
    world: World, letter: NonProductionLetter, verdict: Verdict, reason: str = ""
) -> NonProductionLetter:
    async with world.transaction() as (session, now):
        decision = Decision(verdict, reason)
        return await deciding.decide(session, letter.case_id, decision, actor="test:officer", now=now)


async def withdraw(world: World, letter: NonProductionLetter) -> None:
    async with world.transaction() as (session, now):
        await declaring.withdraw(session, letter.case_id, actor="test:company", now=now)


async def test_an_accepted_letter_ends_the_duty_its_reminders_and_its_lateness(world: World) -> None:
    (company,) = await world.companies(1)
    await world.advance_to(MONDAY)
    letter = await declare(world, company)
    await decide(world, letter, Verdict.ACCEPT)
    await world.advance_to("2027-02-28T12:00:00+07:00")

    report = await report_of(world, company.id)
    assert not await world.events(report, "became_overdue", "warning_proposed")
    case = await world.case(report)
    assert (case.status, case.outcome) == ("excused", "excused")
    (excused,) = await world.events(report, "excused")
    assert excused.data == {"document": str(letter.document_id)}
    sent = await world.templates_to(company.email)
    assert sent[-1] == "non_production_accepted"
    assert "report_overdue" not in sent
    own = await world.case(letter.case_id)
    assert (own.status, own.outcome, own.wake_at) == ("accepted", "excused", None)
    async with world.transaction() as (session, _):
        stands = await acts.count(session, "2026-Q4")
    assert stands == {"expected": 0, "on_time": 0, "late": 0, "missing": 0}, (
        "an excused report is not expected"
    )


async def test_accepted_after_the_date_it_ends_the_warning_too(world: World) -> None:
    (company,) = await world.companies(1)
    await world.advance_to("2027-01-20T09:00:00+07:00")
    report = await report_of(world, company.id)
    async with world.sessions() as session:
        ladder = await open_ladder(session, report)
    assert ladder is not None, "a warning has been proposed"
    await decide(world, await declare(world, company), Verdict.ACCEPT)
    await world.rest()
    assert (await world.case(ladder.case_id)).status == WarningStatus.EXCUSED


async def test_a_refused_letter_leaves_the_duty_and_says_why(world: World) -> None:
    (company,) = await world.companies(1)
    await world.advance_to(MONDAY)
    letter = await declare(world, company)
    with pytest.raises(InvalidInput):
        await decide(world, letter, Verdict.REFUSE)
    await decide(world, letter, Verdict.REFUSE, "Surat belum ditandatangani direktur.")
    await world.advance_to("2027-01-12T12:00:00+07:00")

    (mail,) = [mail for mail in await world.mail(company.email) if "ditolak" in mail.subject]
    assert "Surat belum ditandatangani direktur." in mail.text
    assert await world.events(await report_of(world, company.id), "became_overdue")
    await declare(world, company)


async def test_an_undecided_letter_is_reminded_then_escalated_and_never_accepted(world: World) -> None:
    officer = await world.official(Role.COMPLIANCE_OFFICER)
    administrator = await world.official(Role.ADMINISTRATOR)
    (company,) = await world.companies(1)
    await world.advance_to(MONDAY)
    letter = await declare(world, company)
    await world.advance_to("2027-01-15T12:00:00+07:00")

    assert (await world.templates_to(officer)).count("non_production_waiting") == 1
    assert (await world.templates_to(administrator)).count("non_production_waiting") == 1
    (late,) = await world.events(letter.case_id, "office_escalated")
    assert late.at.isoformat() == "2027-01-08T17:00:00+00:00", "three working days; 5 January is a holiday"
    assert (await world.case(letter.case_id)).status == "submitted"
    assert await world.events(await report_of(world, company.id), "became_overdue")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"letter": False}, "letter"),
        ({"scan": ScanState.REJECTED}, "letter"),
        ({"reason": " "}, "reason"),
        ({"letter_date": date(2027, 1, 5)}, "letter_date"),
        ({"letter_date": date(2026, 12, 30)}, "letter_date"),
    ],
)
async def test_bad_letters_are_refused_by_field(world: World, wrong: dict[str, Any], field: str) -> None:
    (company,) = await world.companies(1)
    await world.advance_to(MONDAY)
    with pytest.raises(InvalidInput) as raised:
        await declare(world, company, **wrong)
    assert [error.field for error in raised.value.fields] == [field]
    assert not await world.events(await report_of(world, company.id), "non_production_declared")


async def test_an_owner_signs_for_a_small_industry_alone(world: World) -> None:
    """Nor for one whose scale nobody has established yet: a director may sign for every size."""
    (company,) = await world.companies(1)
    await world.advance_to(MONDAY)
    for scale in (None, LicenceScale.MEDIUM, LicenceScale.LARGE):
        async with world.transaction() as (session, _):
            account = await session.get_one(Account, company.id)
            account.licence_scale = scale
        with pytest.raises(InvalidInput) as raised:
            await declare(world, company, signed_by=Signer.OWNER)
        assert [error.field for error in raised.value.fields] == ["signed_by"]
    async with world.transaction() as (session, _):
        account = await session.get_one(Account, company.id)
        account.licence_scale = LicenceScale.SMALL
    assert (await declare(world, company, signed_by=Signer.OWNER)).signed_by == "owner"


async def test_a_period_that_has_not_ended_cannot_have_passed_without_production(world: World) -> None:
    (company,) = await world.companies(1)
    await world.advance_to("2026-12-29T12:00:00+07:00")
    with pytest.raises(TransitionRefused) as raised:
        await declare(world, company)
    assert "belum berakhir" in raised.value.message


async def test_only_one_letter_waits_and_a_withdrawn_one_is_over(world: World) -> None:
    (company,) = await world.companies(1)
    await world.advance_to(MONDAY)
    letter = await declare(world, company)
    with pytest.raises(Conflict):
        await declare(world, company)
    await withdraw(world, letter)
    await world.rest()
    own = await world.case(letter.case_id)
    assert (own.status, own.outcome, own.wake_at) == ("withdrawn", "void", None)
    with pytest.raises(TransitionRefused):
        await decide(world, letter, Verdict.ACCEPT)
    await declare(world, company)


@pytest.mark.parametrize("scan", [ScanState.QUARANTINED])
async def test_a_letter_that_nobody_has_looked_through_excuses_nothing(world: World, scan: ScanState) -> None:
    (company,) = await world.companies(1)
    await world.advance_to(MONDAY)
    letter = await declare(world, company, scan=scan)
    with pytest.raises(DomainError):
        await decide(world, letter, Verdict.ACCEPT)
    async with world.sessions() as session:
        due = await session.get_one(Deadline, (await report_of(world, company.id), "report_due"))
    assert due.met_at is None
