"""What a company does: send a registration, and correct it when the UPP returned it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services import cases, rulebook
from services.deadlines import store
from services.deadlines.derivation import Pause, derive
from services.deadlines.office_time import derive_share
from services.deadlines.zones import zone_of
from services.errors import Conflict, FieldError, NotFound
from services.i18n import N_
from services.models import (
    CaseFile,
    CaseKind,
    Deadline,
    Document,
    Registration,
    RegistrationStatus,
    new_id,
)
from services.registrations import official_letter
from services.registrations.form import CheckedForm
from services.registrations.notices import tell_company
from services.registrations.official_letter import GOVERNMENT

TARGET, REMINDER, CORRECTION = "registration_target", "registration_reminder", "registration_correction_due"

# How alike two addresses under one NIB must be for the UPP to look twice (pg_trgm, 0 to 1).
SIMILAR = 0.6


async def submit(
    session: AsyncSession, form: CheckedForm, document: Document, *, actor: str, now: datetime
) -> Registration:
    """Take in a registration. Conflict when this factory has an account or an open registration."""
    await _serialise(session, form)
    await _one_letter(session, form, None)
    similar = await _compare(session, form, None)
    number = (
        await session.execute(text("SELECT nextval(pg_get_serial_sequence('registration', 'number'))"))
    ).scalar_one()
    case = await cases.open_case(session, _case(form, number, now))
    document.case_id = case.id
    registration = Registration(
        case_id=case.id,
        number=number,
        document_id=document.id,
        similar_to=similar,
        submitted_at=now,
        company_name=form.company_name,
        email=form.email,
        region_code=form.region_code,
        address=form.address,
        address_key=form.address_key,
    )
    _fill(registration, form)
    session.add(registration)
    await _set_target(session, case, now, pauses=(), anchor=now)
    data = {"submission": 1, "document": str(document.id), "similar": len(similar), **_letter(form)}
    event = "entered_by_letter" if form.kind == GOVERNMENT else "submitted"
    await cases.record(session, case, event, now=now, actor=actor, data=data)
    cases.wake(case, now)
    return registration


async def resubmit(
    session: AsyncSession,
    case_id: UUID,
    form: CheckedForm,
    document: Document | None,
    *,
    actor: str,
    now: datetime,
) -> Registration:
    """Take in the corrected registration; the UPP's clock runs on where it stood still."""
    case, registration = await load(session, case_id)
    await _serialise(session, form)
    await _one_letter(session, form, case_id)
    similar = await _compare(session, form, case_id)
    cases.move(case, RegistrationStatus.SUBMITTED)
    registration.submission += 1
    registration.similar_to = similar
    _fill(registration, form)
    if document is not None:
        document.case_id = case.id
        registration.document_id = document.id
    case.title, case.region_code, case.zone = (
        form.company_name,
        form.region_code,
        str(zone_of(form.region_code)),
    )
    await store.meet(session, case.id, [CORRECTION], now=now)
    await _resume(session, case, registration.submitted_at, now)
    data = {"submission": registration.submission, "document": str(registration.document_id)}
    await cases.record(session, case, "resubmitted", now=now, actor=actor, data=data)
    await tell_company(
        session, case, registration, "registration_received", now=now, submitted_at=registration.submitted_at
    )
    cases.wake(case, now)
    return registration


async def load(session: AsyncSession, case_id: UUID) -> tuple[CaseFile, Registration]:
    """A registration with its case, locked. NotFound otherwise."""
    case = await cases.lock(session, case_id)
    registration = await session.get(Registration, case_id, populate_existing=True)
    if registration is None:
        raise NotFound
    return case, registration


def _case(form: CheckedForm, number: int, now: datetime) -> CaseFile:
    return CaseFile(
        id=new_id(),
        kind=CaseKind.REGISTRATION,
        key=f"registration/{number}",
        title=form.company_name,
        region_code=form.region_code,
        zone=str(zone_of(form.region_code)),
        status=RegistrationStatus.SUBMITTED,
        opened_at=now,
    )


def _fill(registration: Registration, form: CheckedForm) -> None:
    for column, value in vars(form).items():
        setattr(registration, column, value)
    registration.address_key = form.address_key


def _letter(form: CheckedForm) -> dict[str, str]:
    """What the story tells of an institution's letter; of a company there is none."""
    if form.letter_number is None or form.letter_date is None:
        return {}
    return {
        "letter_basis": str(form.letter_basis),
        "letter_number": form.letter_number,
        "letter_date": form.letter_date.isoformat(),
    }


async def _one_letter(session: AsyncSession, form: CheckedForm, own: UUID | None) -> None:
    if form.letter_number is not None and form.letter_date is not None:
        await official_letter.unused(session, form.letter_number, form.letter_date, form.region_code, own)


async def _serialise(session: AsyncSession, form: CheckedForm) -> None:
    """Two registrations of one factory at the same moment: the second sees the first."""
    factory = f"{form.nib or form.company_name.lower()}/{form.region_code}"
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:factory, 0))"), {"factory": factory}
    )


_OTHERS = text(
    """
    SELECT id, address_key = :key AS same, address FROM account
    WHERE nib IS NOT DISTINCT FROM CAST(:nib AS text) AND region_code = :region AND status = 'active'
      AND (nib IS NOT NULL OR lower(name) = lower(:name))
      AND similarity(address_key, :key) >= :similar
    UNION ALL
    SELECT r.case_id, r.address_key = :key, r.address FROM registration r JOIN case_file c ON c.id = r.case_id
    WHERE r.nib IS NOT DISTINCT FROM CAST(:nib AS text) AND r.region_code = :region
      AND (r.nib IS NOT NULL OR lower(r.company_name) = lower(:name))
      AND c.status IN ('submitted', 'returned') AND r.case_id IS DISTINCT FROM :own
      AND similarity(r.address_key, :key) >= :similar
    """
)


async def _compare(session: AsyncSession, form: CheckedForm, own: UUID | None) -> list[str]:
    """Ids of similar factories under the same NIB; Conflict when one is identical (one account per factory).

    A government office has no NIB: there the name counts.
    """
    given = {
        "nib": form.nib, "name": form.company_name, "region": form.region_code,
        "key": form.address_key, "own": own, "similar": SIMILAR,
    }  # fmt: skip
    others = (await session.execute(_OTHERS, given)).all()
    if any(same for _, same, _ in others):
        refusal = N_("Pabrik dengan NIB dan alamat yang sama sudah terdaftar atau sedang diperiksa.")
        raise Conflict(refusal, fields=[FieldError("address", refusal)])
    return [str(other) for other, _, _ in others]


async def _set_target(
    session: AsyncSession, case: CaseFile, now: datetime, *, pauses: tuple[Pause, ...], anchor: datetime
) -> Deadline:
    rules = await rulebook.of_case(session, case, now=now)
    case.policy_version_id = rules.version_id
    calendars = rules.calendars()
    target = derive(rules.policies.rule(TARGET), anchor, calendars, pauses=pauses)
    half = derive_share(
        rules.policies.share(REMINDER), target, rules.policies.targets.office_hours, calendars
    )
    return (await store.set_deadlines(session, case.id, {REMINDER: half, TARGET: target}, now=now))[TARGET]


async def _resume(session: AsyncSession, case: CaseFile, submitted_at: datetime, now: datetime) -> None:
    """The clock stood still while the company corrected; each such stretch is a line in the derivation."""
    deadline = await session.get(Deadline, (case.id, TARGET), populate_existing=True)
    if deadline is None or deadline.paused_since is None:
        raise NotFound
    stretch = {
        "since": deadline.paused_since.isoformat(),
        "until": now.isoformat(),
        "reason": N_("menunggu perbaikan dari perusahaan"),
    }
    kept = [*deadline.pauses, stretch]
    pauses = tuple(
        Pause(datetime.fromisoformat(p["since"]), datetime.fromisoformat(p["until"]), p["reason"])
        for p in kept
    )
    resumed = await _set_target(session, case, now, pauses=pauses, anchor=submitted_at)
    resumed.pauses = kept
