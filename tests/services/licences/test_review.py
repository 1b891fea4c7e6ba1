"""A licence is uploaded by the company and found valid or not by the UPP, never by the passing of time."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import accounts
from services.deadlines import store
from services.errors import Conflict, InvalidInput, NotFound, TransitionRefused
from services.identity import people
from services.licences import dates, decisions, form, reading, steps, submission
from services.licences.form import LicenceForm
from services.models import (
    Account,
    CaseEvent,
    Licence,
    LicenceScale,
    Role,
    ScanState,
    StandardCertificateStatus,
)
from tests.factories import ACTOR, OPEN, make_account, make_scan
from tests.services.licences import standing
from tests.services.licences.uploads import OWN, PBSI, UPP, case_of, events, find, told, upload

TODAY = dates.today(OPEN)  # Monday, 4 January 2027


async def unlicensed(session: AsyncSession, **columns: Any) -> Account:
    """A company whose only licence so far waits for the UPP."""
    return await make_account(session, kbli=("31012", "16291"), licensed=(), **columns)


async def licensed(session: AsyncSession, account: Account, on: date = TODAY) -> set[str]:
    return await standing.licensed_kblis(session, account.id, on)


async def test_an_uploaded_licence_waits_for_the_upp_three_working_days(session: AsyncSession) -> None:
    account = await unlicensed(session)
    licence = await upload(session, account)
    case = await case_of(session, licence)
    assert (licence.upp_validation, licence.ss_verification) == ("pending", "not_applicable")
    assert (case.kind, case.key, case.status) == ("licence-review", f"licence/{licence.id}", "pending")
    assert (case.account_id, case.region_code, case.kbli) == (account.id, "64.72", ["31012"])
    assert case.wake_at == OPEN, "its process is asked to look"
    ((target, why),) = await store.of_case(session, case.id)
    assert target.due_before == datetime(2027, 1, 8, 17, tzinfo=UTC), (
        "until the end of Friday: Tuesday is Isra Mikraj"
    )
    assert why.rule == "licence_review_target"
    assert await licensed(session, account) == set()


async def test_found_valid_it_licenses_its_business_fields_and_the_company_is_told(
    session: AsyncSession,
) -> None:
    account = await unlicensed(session)
    licence = await find(session, await upload(session, account))
    case = await case_of(session, licence)
    assert (licence.upp_validation, licence.verified_at, licence.verified_by) == ("valid", OPEN, UPP)
    assert (case.status, case.outcome, case.closed_at) == ("valid", "done", OPEN)
    assert await licensed(session, account) == {"31012"}
    (message,) = await told(session, licence)
    assert (message.template, message.recipient) == (
        "licence_valid",
        f"lapor.{account.username}@contoh.example",
    )
    assert message.context["licence"] == "Perizinan Berusaha Sektor Industri"
    assert message.context["licence_number"] == "91200000000170001"
    assert await events(session, case.id) == ["uploaded", "licence_valid"]


async def test_found_not_valid_the_company_reads_why_and_stays_unlicensed(session: AsyncSession) -> None:
    account = await unlicensed(session)
    licence = await find(session, await upload(session, account), valid=False)
    assert (licence.upp_validation, licence.note) == ("invalid", "Halaman kedua tidak terbaca.")
    assert await licensed(session, account) == set()
    (message,) = await told(session, licence)
    assert (message.template, message.context["note"]) == ("licence_invalid", "Halaman kedua tidak terbaca.")
    case = await case_of(session, licence)
    assert (case.status, case.outcome) == ("invalid", "refused")


async def test_not_valid_needs_a_note(session: AsyncSession) -> None:
    licence = await upload(session, await unlicensed(session))
    with pytest.raises(InvalidInput) as refused:
        await find(session, licence, valid=False, note="  ")
    assert refused.value.field == "note"
    assert licence.upp_validation == "pending"


async def test_the_upp_may_find_otherwise_later(session: AsyncSession) -> None:
    account = await unlicensed(session)
    licence = await find(session, await upload(session, account), valid=False)
    await find(session, licence)
    assert await licensed(session, account) == {"31012"}
    await find(session, licence, valid=False, note="Ternyata dipalsukan.")
    assert await licensed(session, account) == set()
    assert [m.template for m in await told(session, licence)] == [
        "licence_invalid",
        "licence_valid",
        "licence_invalid",
    ]
    with pytest.raises(TransitionRefused):
        await find(session, licence, valid=False)


async def test_the_licence_shows_scale_and_reach_of_the_company(session: AsyncSession) -> None:
    account = await unlicensed(session)
    licence = await upload(session, account)
    await find(session, licence, scale=LicenceScale.LARGE, cross_region=True)
    await session.refresh(account)
    assert (account.licence_scale, account.cross_region) == ("large", True)
    await find(session, await upload(session, account))
    await session.refresh(account)
    assert (account.licence_scale, account.cross_region) == ("large", True), "unsaid is unchanged"


@pytest.mark.parametrize(
    ("risk", "status", "may_produce"),
    [("low", "not_applicable", True), ("medium_low", "not_applicable", True),
     ("medium_high", "unverified", False), ("high", "unverified", False)],
)  # fmt: skip
async def test_valid_and_verified_are_two_things(
    session: AsyncSession, risk: str, status: str, may_produce: bool
) -> None:
    account = await unlicensed(session)
    licence = await find(session, await upload(session, account, risk_level=risk))
    assert (licence.upp_validation, licence.ss_verification) == ("valid", status)
    (fact,) = await standing.licence_facts(session, account.id, TODAY)
    assert fact.allows_production is may_produce

    scan = await make_scan(session, account.id, kind="licence")
    await decisions.record_verification(
        session, licence.id, StandardCertificateStatus.VERIFIED, evidence="OSS 17/2027", document=scan,
        actor=UPP, now=OPEN,
    )  # fmt: skip
    assert (licence.upp_validation, licence.ss_verification) == ("valid", "verified")
    assert (licence.ss_evidence, licence.ss_evidence_id, licence.ss_verified_by) == (
        "OSS 17/2027",
        scan.id,
        UPP,
    )
    (fact,) = await standing.licence_facts(session, account.id, TODAY)
    assert fact.allows_production


async def test_verified_needs_evidence(session: AsyncSession) -> None:
    licence = await upload(session, await unlicensed(session), risk_level="high")
    with pytest.raises(InvalidInput) as refused:
        await decisions.record_verification(
            session, licence.id, StandardCertificateStatus.VERIFIED, evidence="", actor=UPP, now=OPEN
        )
    assert refused.value.field == "evidence"


async def test_a_file_whose_scan_is_pending_is_not_found_valid(session: AsyncSession) -> None:
    licence = await upload(session, await unlicensed(session), scan_state=ScanState.QUARANTINED)
    with pytest.raises(TransitionRefused):
        await find(session, licence)


async def test_a_valid_licence_counts_until_a_newer_one_is_found_valid(session: AsyncSession) -> None:
    account = await unlicensed(session)
    old = await find(session, await upload(session, account))
    new = await upload(session, account, replaces=old, kbli=("31012", "16291"))
    assert await licensed(session, account) == {"31012"}, "the review of the newer one takes nothing away"
    await find(session, new)
    assert await licensed(session, account) == {"31012", "16291"}
    await session.refresh(old)
    assert (old.end_reason, reading.status(old)) == ("replaced", "replaced")
    assert (await case_of(session, old)).status == "replaced"
    assert (await events(session, old.case_id))[-1] == "licence_replaced"
    with pytest.raises(TransitionRefused):
        await find(session, old, valid=False)


async def test_what_was_not_valid_is_replaced_at_once(session: AsyncSession) -> None:
    account = await unlicensed(session)
    for earlier in (
        await upload(session, account),
        await find(session, await upload(session, account), valid=False),
    ):
        await upload(session, account, replaces=earlier)
        case = await case_of(session, earlier)
        assert (case.status, case.closed_at) == ("replaced", OPEN)


async def test_a_chain_of_corrections_ends_with_one_licence_in_force(session: AsyncSession) -> None:
    account = await unlicensed(session)
    first = await find(session, await upload(session, account))
    second = await find(session, await upload(session, account, replaces=first), valid=False)
    third = await upload(session, account, replaces=second)
    assert await licensed(session, account) == {"31012"}
    await find(session, third)
    listed = [licence for licence in await reading.of_account(session, account.id) if licence.case_id]
    assert [(row.id, reading.status(row)) for row in listed] == [
        (third.id, "valid"),
        (second.id, "replaced"),
        (first.id, "replaced"),
    ]


async def test_only_the_newest_document_is_replaced_and_only_ones_own(session: AsyncSession) -> None:
    account, other = await unlicensed(session), await unlicensed(session)
    first = await find(session, await upload(session, account))
    await upload(session, account, replaces=first)
    with pytest.raises(Conflict, match="terbaru"):
        await upload(session, account, replaces=first)
    with pytest.raises(NotFound):
        await upload(session, other, replaces=first)
    theirs = await make_scan(session, other.id)
    checked = form.check(LicenceForm(**PBSI), OWN, on=TODAY)
    with pytest.raises(NotFound):
        await submission.upload(session, account.id, checked, theirs, actor=ACTOR, now=OPEN)


async def test_a_licence_counts_to_the_end_of_the_day_printed_on_it(session: AsyncSession) -> None:
    account = await unlicensed(session)
    licence = await find(session, await upload(session, account, expires_on="2027-06-30"))
    case = await case_of(session, licence)
    assert (case.status, case.closed_at) == ("valid", None), "its process follows it"
    found = {d.name: d.due_before for d, _ in await store.of_case(session, case.id) if d.met_at is None}
    assert found == {
        "licence_expiry": datetime(2027, 6, 30, 17, tzinfo=UTC),
        "licence_expiring": datetime(2027, 5, 31, 1, tzinfo=UTC),  # Monday, 09.00 in Samarinda
    }
    assert await licensed(session, account, date(2027, 6, 30)) == {"31012"}
    assert await licensed(session, account, date(2027, 7, 1)) == set()


async def test_an_expired_licence_is_marked_and_the_company_told(session: AsyncSession) -> None:
    account = await unlicensed(session)
    licence = await find(session, await upload(session, account, expires_on="2027-06-30"))
    case = await case_of(session, licence)
    await steps.warn(session, case, datetime(2027, 5, 31, 1, 1, tzinfo=UTC))
    after = datetime(2027, 6, 30, 17, 1, tzinfo=UTC)
    await steps.expire(session, case, after)
    assert (case.status, case.outcome) == ("expired", "lapsed")
    assert (licence.ended_at, reading.status(licence)) == (datetime(2027, 6, 30, 17, tzinfo=UTC), "expired")
    assert licence.upp_validation == "valid", "what the UPP found stays on record"
    assert [m.template for m in await told(session, licence)] == [
        "licence_valid", "licence_expiring", "licence_expired",
    ]  # fmt: skip

    renewal = await upload(session, account, replaces=licence, expires_on="2028-06-30", now=after)
    await find(session, renewal, now=after)
    assert await licensed(session, account, date(2027, 7, 1)) == {"31012"}
    assert (await case_of(session, licence)).status == "expired"


async def test_a_document_that_expired_while_it_waited_is_not_found_valid(session: AsyncSession) -> None:
    licence = await upload(session, await unlicensed(session), expires_on="2027-01-05")
    with pytest.raises(InvalidInput, match="belum lengkap"):
        await find(session, licence, now=OPEN + timedelta(days=2))


async def test_the_upp_is_reminded_when_its_target_has_passed_and_nothing_else_happens(
    session: AsyncSession,
) -> None:
    person = await people.create(session, username="upp.contoh", name="", email="upp@dinas.example")
    await people.grant(session, person.id, Role.UPP_OFFICER, granted_by="system", region_prefix="64")
    await people.set_password_hash(session, person.id, "not a hash: nobody signs in with it")
    licence = await upload(session, await unlicensed(session))
    case = await case_of(session, licence)
    late = datetime(2027, 1, 8, 17, 1, tzinfo=UTC)
    await steps.remind(session, case, late)
    (message,) = await told(session, licence)
    assert (message.template, message.recipient) == ("licence_review_waiting", "upp@dinas.example")
    assert (case.status, licence.upp_validation) == ("pending", "pending")
    await find(session, licence, now=late)
    assert "licence_review_waiting" not in [m.template for m in await told(session, licence)]


async def test_steps_that_no_longer_apply_do_nothing(session: AsyncSession) -> None:
    licence = await find(session, await upload(session, await unlicensed(session)), valid=False)
    case = await case_of(session, licence)
    before = await events(session, case.id)
    for step in (steps.remind, steps.warn, steps.expire):
        await step(session, case, OPEN)
    assert await events(session, case.id) == before


async def test_a_void_account_has_no_review(session: AsyncSession) -> None:
    account = await unlicensed(session)
    licence = await upload(session, account)
    await accounts.void(session, account.id, reason="Data tidak benar", actor=UPP, now=OPEN)
    case = await case_of(session, licence)
    assert (case.status, case.outcome) == ("pending", "void")
    for attempt in (upload(session, account), find(session, licence)):
        with pytest.raises(Conflict):
            await attempt


async def test_licences_taken_over_without_number_or_dates_stay_as_they_are(session: AsyncSession) -> None:
    account = await unlicensed(session)
    gaps = Licence(account_id=account.id, type="deed_company", kbli=[], uploaded_at=OPEN)
    session.add(gaps)
    await session.flush()
    (listed,) = [row for row in await reading.of_account(session, account.id) if row.id == gaps.id]
    assert reading.status(listed) == "pending"
    assert (gaps.number, gaps.document_date, gaps.expires_on, gaps.case_id) == (None, None, None, None)
    with pytest.raises(NotFound):
        await reading.of_case(session, uuid4())


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ({"type": "fishing_licence"}, {"type"}),
        ({"kbli": ()}, {"kbli"}),
        ({"kbli": ("31013",)}, {"kbli"}),
        ({"kbli": ("3101",)}, {"kbli"}),
        ({"risk_level": ""}, {"risk_level"}),
        ({"risk_level": "enormous"}, {"risk_level"}),
        ({"document_date": "2027-02-30"}, {"document_date"}),
        ({"document_date": "00-00-0000"}, {"document_date"}),
        ({"document_date": "05-01-2027"}, {"document_date"}),
        ({"expires_on": "03-01-2027"}, {"expires_on"}),
        ({"expires_on": "2025-12-31"}, {"expires_on"}),
        ({"number": "1" * 101}, {"number"}),
        ({"number": "1\x00"}, {"number"}),
        ({"type": "x", "document_date": "?", "expires_on": "?", "risk_level": "?", "kbli": ("?",)},
         {"type", "document_date", "expires_on", "risk_level", "kbli"}),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_every_field(typed: dict[str, Any], named: set[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        form.check(LicenceForm(**(PBSI | typed)), OWN, on=TODAY)
    assert {error.field for error in refused.value.fields} == named


def test_only_what_is_printed_on_the_document_is_asked_for() -> None:
    deed = form.check(LicenceForm("deed_company"), OWN, on=TODAY)
    assert (deed.number, deed.document_date, deed.expires_on, deed.kbli, deed.risk_level) == (
        None, None, None, [], None,
    )  # fmt: skip
    old = form.check(LicenceForm("legacy_industry_licence", kbli=("2025:31012",)), OWN, on=TODAY)
    assert (old.kbli, old.risk_level) == (["31012"], None)


async def test_an_older_industry_licence_still_licenses_and_allows_production(session: AsyncSession) -> None:
    account = await unlicensed(session)
    await find(session, await upload(session, account, type="legacy_industry_licence", risk_level=""))
    assert await licensed(session, account) == {"31012"}
    (fact,) = await standing.licence_facts(session, account.id, TODAY)
    assert fact.allows_production


async def test_the_timeline_holds_ids_and_nothing_that_anybody_wrote(session: AsyncSession) -> None:
    licence = await find(session, await upload(session, await unlicensed(session)), valid=False)
    query = select(CaseEvent).where(col(CaseEvent.case_id) == licence.case_id)
    data = [event.data for event in (await session.execute(query)).scalars()]
    assert data
    for value in (value for each in data for value in each.values()):
        assert str(UUID(value)) == value
