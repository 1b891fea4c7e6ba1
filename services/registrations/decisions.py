"""What the UPP decides: accept with a type, return for correction, reject with a reason; and void an account."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services import accounts, cases
from services.deadlines import store
from services.deadlines.derivation import derive
from services.errors import FieldError, InvalidInput, TransitionRefused
from services.i18n import N_
from services.identity import tokens
from services.identity.tokens import Purpose
from services.messages import dedupe, recipients
from services.messages.intents import intend
from services.models import (
    AccountType,
    CaseFile,
    Document,
    Outcome,
    Registration,
    RegistrationStatus,
    ScanState,
)
from services.registrations.notices import tell_company
from services.registrations.official_letter import GOVERNMENT
from services.registrations.submission import CORRECTION, REMINDER, TARGET, load
from services.rulebook import of_case

MAX_REASON = 2000


class Verdict(StrEnum):
    ACCEPT = "accept"
    RETURN = "return"
    REJECT = "reject"


# What the officer confirms while the document lies beside the list (SIINas registration guide).
CHECKLIST = {
    "email_matches": N_("E-mail sama dengan yang tercantum di NIB"),
    "licence_valid": N_("NIB berbasis risiko (OSS RBA) dan berlaku"),
    "type_fits": N_("Jenis akun sesuai dengan perizinan"),
}
GOVERNMENT_CHECKLIST = {
    "official_letter": N_(
        "Nomor, tanggal dan penanda tangan sesuai dengan surat dinas atau perjanjian kerja sama"
    ),
    "institution_matches": N_("Nama, wilayah dan e-mail instansi sesuai dengan surat"),
}


@dataclass(frozen=True)
class Decision:
    """One decision. `account_type` is needed to accept, `reason` to return or reject."""

    verdict: Verdict
    account_type: str | None = None
    reason: str = ""
    checklist: dict[str, bool] = field(default_factory=dict)


def checklist_of(registration: Registration) -> dict[str, str]:
    """The points to confirm before accepting, with their wording."""
    return GOVERNMENT_CHECKLIST if registration.kind == GOVERNMENT else CHECKLIST


async def decide(
    session: AsyncSession, case_id: UUID, decision: Decision, *, actor: str, now: datetime
) -> Registration:
    """Carry out the UPP's decision. The officer decides; a late registration is never accepted by time."""
    case, registration = await load(session, case_id)
    if case.status != RegistrationStatus.SUBMITTED:
        raise TransitionRefused(N_("Pendaftaran ini sudah diputuskan atau sedang diperbaiki perusahaan."))
    _check(registration, decision)
    registration.checklist = dict(decision.checklist)
    registration.decided_by, registration.decided_at = actor, now
    registration.decision_reason = decision.reason.strip() or None
    if decision.verdict is Verdict.ACCEPT:
        await _accept(session, case, registration, decision, actor, now)
    elif decision.verdict is Verdict.RETURN:
        await _return(session, case, registration, actor, now)
    else:
        await _reject(session, case, registration, actor, now)
    return registration


def _check(registration: Registration, decision: Decision) -> None:
    errors: list[FieldError] = []
    if decision.verdict is Verdict.ACCEPT:
        allowed = {"D"} if registration.kind == GOVERNMENT else {"A", "B", "C"}
        if decision.account_type not in allowed:
            errors.append(FieldError("account_type", N_("Pilih jenis akun yang sesuai.")))
        points = checklist_of(registration)
        errors += [
            FieldError(f"checklist.{name}", N_("Konfirmasikan butir ini sebelum menerima."))
            for name in points
            if not decision.checklist.get(name)
        ]
    elif not decision.reason.strip():
        errors.append(FieldError("reason", N_("Tuliskan alasan untuk perusahaan.")))
    if len(decision.reason) > MAX_REASON:
        errors.append(FieldError("reason", N_("Paling banyak {longest} karakter."), {"longest": MAX_REASON}))
    if errors:
        raise InvalidInput(N_("Keputusan belum lengkap."), fields=errors)


async def _accept(
    session: AsyncSession,
    case: CaseFile,
    registration: Registration,
    decision: Decision,
    actor: str,
    now: datetime,
) -> None:
    document = await session.get(Document, registration.document_id)
    if document is None or document.scan_state != ScanState.CLEAN:
        raise TransitionRefused(N_("Dokumen belum lolos pemeriksaan keamanan."))
    account_type = AccountType(decision.account_type or "")
    cases.move(case, RegistrationStatus.ACCEPTED)
    account, person = await accounts.create_from_registration(
        session, registration, account_type, zone=case.zone, now=now
    )
    registration.account_type, registration.account_id = account_type, account.id
    document.account_id = case.account_id = account.id
    await store.meet(session, case.id, None, now=now)
    cases.reach(case, "decided_at", now)
    data = {"type": account_type.value, "account": str(account.id)}
    await cases.record(session, case, "accepted", now=now, actor=actor, data=data)
    link = await tokens.issue(session, Purpose.ACTIVATION, person_id=person.id)
    await intend(
        session,
        template="account_activated",
        dedupe_key=dedupe.case_key("account_activated", case.id, "accepted"),
        recipient=recipients.for_credentials(account, person.id),
        context={
            "company": account.name,
            "username": person.username,
            "token": link.secret,
            "expires_at": link.expires_at,
        },
        now=now,
        case_id=case.id,
        account_id=account.id,
    )
    cases.close(case, Outcome.DONE, now)


async def _return(
    session: AsyncSession, case: CaseFile, registration: Registration, actor: str, now: datetime
) -> None:
    cases.move(case, RegistrationStatus.RETURNED)
    await store.pause(session, case.id, [TARGET, REMINDER], now=now)
    rules = await of_case(session, case, now=now)
    place = rules.calendars(registration.region_code, registration.nib)
    correction = derive(rules.policies.rule(CORRECTION), now, place)
    await store.begin_anew(session, case.id, CORRECTION, correction, now=now)
    await cases.record(
        session, case, "returned", now=now, actor=actor, data={"submission": registration.submission}
    )
    link = await tokens.issue(session, Purpose.CORRECTION, case_id=case.id)
    await tell_company(
        session, case, registration, "registration_returned", now=now, token=link.secret,
        reason=registration.decision_reason or "", due_before=correction.due_before,
    )  # fmt: skip
    cases.wake(case, now)


async def _reject(
    session: AsyncSession, case: CaseFile, registration: Registration, actor: str, now: datetime
) -> None:
    cases.move(case, RegistrationStatus.REJECTED)
    await store.meet(session, case.id, None, now=now)
    cases.reach(case, "decided_at", now)
    await cases.record(session, case, "rejected", now=now, actor=actor)
    await tell_company(
        session, case, registration, "registration_rejected", now=now,
        reason=registration.decision_reason or "",
    )  # fmt: skip
    cases.close(case, Outcome.REFUSED, now)
