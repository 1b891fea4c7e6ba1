"""One official proposes a reprimand on what the rules find, for the competent office; and may take it back."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases, rulebook
from services.deadlines import store
from services.deadlines.derivation import derive
from services.deadlines.office_time import derive_share
from services.documents import registry
from services.documents.letters import LetterKind
from services.errors import Conflict, FieldError, Forbidden, InvalidInput, NotFound, TransitionRefused
from services.i18n import N_
from services.identity import actors
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.models import (
    Account,
    AccountStatus,
    AccountType,
    BusinessField,
    CaseFile,
    CaseKind,
    LicenceScale,
    Outcome,
    Reprimand,
    ReprimandFinding,
    ReprimandStatus,
    new_id,
)
from services.reprimands import disorder
from services.reprimands.disorder import Found
from services.rulebook import Rulebook
from services.warnings.competence import Office, issuer_for, office, office_at

TARGET: Final = "reprimand_target"
REMINDER: Final = "reprimand_reminder"
MAX_TEXT: Final = 2000
ORDERLY: Final = N_(
    "Pelaporan perusahaan ini tidak (lagi) memenuhi ukuran tidak tertib menurut aturan ({basis})."
)


async def propose(
    session: AsyncSession, account_id: UUID, reason: str, principal: Principal, *, now: datetime
) -> Reprimand:
    """Open a reprimand on all that the rules find. TransitionRefused when that is too little; Conflict for a second."""
    account = await session.get(Account, account_id)
    if account is None or account.status != AccountStatus.ACTIVE:
        raise NotFound
    words = checked(reason, "reason")
    rules = await rulebook.current(session, now=now)
    await _alone(session, account_id)
    found = await disorder.of_account(session, account_id, now=now)
    require_disorder(rules, found)
    issuer = _issuer(rules, account, principal)
    number = (
        await session.execute(text("SELECT nextval(pg_get_serial_sequence('reprimand', 'number'))"))
    ).scalar_one()
    case = await cases.open_case(session, await _case(session, account, rules, number, now))
    reprimand = Reprimand(
        case_id=case.id, number=number, account_id=account.id, authority_level=issuer.level,
        authority=issuer.code, reason=words, proposed_at=now, proposed_by=principal.actor,
    )  # fmt: skip
    session.add(reprimand)
    await session.flush()
    session.add_all(
        ReprimandFinding(case_id=case.id, report_id=one.report_id, disorder=one.disorder) for one in found
    )
    await _set_target(session, case, rules, now)
    data = {"number": number, "findings": len(found)}
    await cases.record(session, case, "proposed", now=now, actor=principal.actor, data=data)
    cases.wake(case, now)
    await session.flush()
    return reprimand


async def withdraw(session: AsyncSession, case_id: UUID, principal: Principal, *, now: datetime) -> Reprimand:
    """Whoever proposed it takes it back; its findings may be proposed again."""
    case, reprimand = await load(session, case_id)
    require_proposed(reprimand)
    if reprimand.proposed_by not in await actors.selves(session, principal.actor):
        raise Forbidden(N_("Usulan ditarik oleh pengusulnya; petugas lain menyetujui atau menolaknya."))
    cases.move(case, ReprimandStatus.WITHDRAWN)
    reprimand.status = ReprimandStatus.WITHDRAWN
    await release(session, await findings(session, case_id), now)
    await store.meet(session, case_id, None, now=now)
    await cases.record(session, case, "withdrawn", now=now, actor=principal.actor)
    cases.close(case, Outcome.VOID, now)
    return reprimand


async def load(session: AsyncSession, case_id: UUID) -> tuple[CaseFile, Reprimand]:
    """The locked case and its reprimand. NotFound for another kind of case."""
    case = await cases.lock(session, case_id)
    reprimand = await session.get(Reprimand, case_id, populate_existing=True)
    if reprimand is None:
        raise NotFound
    return case, reprimand


async def findings(session: AsyncSession, case_id: UUID) -> list[ReprimandFinding]:
    """What a reprimand stands on: the findings that were not dropped."""
    query = select(ReprimandFinding).where(
        col(ReprimandFinding.case_id) == case_id, col(ReprimandFinding.released_at).is_(None)
    )
    return list((await session.execute(query.execution_options(populate_existing=True))).scalars())


async def release(session: AsyncSession, dropped: list[ReprimandFinding], now: datetime) -> None:
    """These findings no longer belong to a reprimand."""
    for one in dropped:
        one.released_at = now
    await session.flush()


def require_proposed(reprimand: Reprimand) -> None:
    """Raise TransitionRefused when it was decided or withdrawn."""
    if reprimand.status != ReprimandStatus.PROPOSED:
        raise TransitionRefused(N_("Usulan teguran ini sudah diputuskan atau ditarik."))


def require_disorder(rules: Rulebook, found: list[Found]) -> None:
    """Raise TransitionRefused unless these findings are enough by the rules in force."""
    policy = rules.policies.orderly
    if not policy.disorderly(disorder.counted(found)):
        raise TransitionRefused(ORDERLY, basis=policy.basis)


def checked(words: str, field: str) -> str:
    """The text without its margins; InvalidInput when there is none or too much."""
    if not words.strip():
        raise InvalidInput(
            N_("Periksa kembali isian yang ditandai."), fields=[FieldError(field, N_("Wajib diisi."))]
        )
    if len(words) > MAX_TEXT:
        raise InvalidInput(N_("Paling banyak {longest} karakter."), field=field, longest=MAX_TEXT)
    return words.strip()


def offices(principal: Principal, permission: Permission) -> frozenset[Office]:
    """The offices in whose name this official may propose or decide."""
    return frozenset(office(grant.region_prefix) for grant in principal.grants_with(permission))


def _issuer(rules: Rulebook, account: Account, principal: Principal) -> Office:
    """The competent office, or one that may stand in for it; where the scale is not known, the proposer's own."""
    own = offices(principal, Permission.PROPOSE_REPRIMAND)
    scale = LicenceScale(account.licence_scale) if account.licence_scale else None
    competences = rules.policies.competences
    rule = competences.rule_for(CaseKind.REPORT, AccountType(account.type), scale, bool(account.cross_region))
    if rule is None:
        return min(own)
    found = issuer_for(own, office_at(rule.authority, account.region_code), competences)
    if found is None:
        raise Forbidden(
            N_("Teguran diberikan oleh instansi yang berwenang atas perusahaan ini ({basis})."),
            basis=rule.basis,
        )
    return found


async def _alone(session: AsyncSession, account_id: UUID) -> None:
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('reprimand/' || :account, 0))"),
        {"account": str(account_id)},
    )
    waiting = select(col(Reprimand.case_id)).where(
        col(Reprimand.account_id) == account_id, col(Reprimand.status).in_(disorder.WAITING)
    )
    if (await session.execute(waiting)).first() is not None:
        raise Conflict(N_("Usulan teguran untuk perusahaan ini sedang menunggu keputusan."))


async def _set_target(session: AsyncSession, case: CaseFile, rules: Rulebook, now: datetime) -> None:
    calendars = rules.calendars(case.region_code)
    target = derive(rules.policies.rule(TARGET), now, calendars)
    hours = rules.policies.targets.office_hours
    half = derive_share(rules.policies.share(REMINDER), target, hours, calendars)
    await store.set_deadline(session, case.id, REMINDER, half, now=now)
    await store.set_deadline(session, case.id, TARGET, target, now=now)


async def _case(
    session: AsyncSession, account: Account, rules: Rulebook, number: int, now: datetime
) -> CaseFile:
    fields = select(col(BusinessField.kbli)).where(col(BusinessField.account_id) == account.id).distinct()
    return CaseFile(
        id=new_id(),
        kind=CaseKind.REPRIMAND,
        key=f"reprimand/{number}",
        title=account.name,
        account_id=account.id,
        region_code=account.region_code,
        zone=account.zone,
        kbli=sorted((await session.execute(fields)).scalars()),
        status=ReprimandStatus.PROPOSED,
        opened_at=now,
        policy_version_id=rules.version_id,
    )


def number_of(reprimand: Reprimand) -> str:
    """The number that its letter carries."""
    return registry.number_of(LetterKind.REPRIMAND_LETTER, reprimand.number or 0)
