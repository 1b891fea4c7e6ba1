"""The decision desk after the last warning: proposed by one official, decided by another; nothing is computed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services import cases
from services.errors import Conflict, FieldError, Forbidden, InvalidInput, NotFound, TransitionRefused
from services.i18n import N_
from services.identity import actors
from services.identity.principal import Principal
from services.messages import dedupe, recipients
from services.messages.intents import intend
from services.models import (
    CaseFile,
    Document,
    Outcome,
    Sanction,
    SanctionKind,
    SanctionState,
    ScanState,
    WarningLadder,
    WarningLetter,
    WarningStatus,
)
from services.models.warnings import LAST_LETTER
from services.warnings import ending, facts, standing, wording
from services.warnings.competence import Office, offices_of

ORDER: Final = tuple(SanctionKind)
MAX_TEXT: Final = 2000
CHECK: Final = N_("Periksa kembali isian yang ditandai.")
SECOND_PERSON: Final = N_("Sanksi diputuskan oleh orang kedua, bukan oleh pengusulnya (kebijakan layanan).")
NOT_ON_DESK: Final = N_(
    "Sanksi baru dapat diputuskan sesudah tiga surat peringatan diterima dan masing-masing lewat satu bulan "
    "(Permenperin 13/2025)."
)


@dataclass(frozen=True)
class Draft:
    """What is proposed. `number` and `document` are the decision's own; `amount`, in rupiah, belongs to a fine."""

    kind: SanctionKind
    basis: str
    reason: str
    number: str
    document: Document | None
    amount: int | None = None


async def propose(
    session: AsyncSession, case_id: UUID, draft: Draft, principal: Principal, *, now: datetime
) -> Sanction:
    """Lay a decision before a second person. InvalidInput names what lacks; Conflict when it was decided before."""
    ladder = await _on_desk(session, case_id, principal, now)
    document = _check(draft, ladder)
    await _in_order(session, case_id, draft.kind)
    sanction = Sanction(
        case_id=case_id,
        kind=draft.kind,
        amount=draft.amount,
        basis=draft.basis.strip(),
        reason=draft.reason.strip(),
        number=draft.number.strip(),
        document_id=document.id,
        proposed_by=principal.actor,
        proposed_at=now,
    )
    document.case_id = case_id
    session.add(sanction)
    await session.flush()
    data = {"sanction": draft.kind.value, "id": str(sanction.id)}
    await cases.record(session, case_id, "sanction_proposed", now=now, actor=principal.actor, data=data)
    return sanction


async def decide(
    session: AsyncSession,
    sanction_id: UUID,
    principal: Principal,
    *,
    approve: bool,
    note: str = "",
    now: datetime,
) -> Sanction:
    """A second person imposes what was proposed, or refuses it with a reason. Forbidden for who proposed it."""
    found = await session.get(Sanction, sanction_id)
    if found is None:
        raise NotFound
    ladder = await _on_desk(session, found.case_id, principal, now)
    sanction = await session.get_one(Sanction, sanction_id, populate_existing=True)
    if sanction.state != SanctionState.PROPOSED:
        raise TransitionRefused(N_("Usulan sanksi ini sudah diputuskan."))
    if sanction.proposed_by in await actors.selves(session, principal.actor):
        raise Forbidden(SECOND_PERSON)
    if not approve and not note.strip():
        raise InvalidInput(N_("Tuliskan alasan penolakan."), field="note")
    if approve:
        await _require_clean(session, sanction)
    sanction.state = SanctionState.APPROVED if approve else SanctionState.REFUSED
    sanction.decided_by, sanction.decided_at = principal.actor, now
    sanction.decision_note = note.strip()[:MAX_TEXT] or None
    data = {"sanction": sanction.kind, "id": str(sanction.id)}
    event = "sanction_approved" if approve else "sanction_refused"
    await session.flush()
    await cases.record(session, sanction.case_id, event, now=now, actor=principal.actor, data=data)
    if approve:
        await _tell(session, sanction, ladder, now)
    if approve and sanction.kind == SanctionKind.LICENCE_REVOCATION:
        await _close(session, sanction.case_id, principal.actor, now)
    return sanction


async def close(
    session: AsyncSession, case_id: UUID, principal: Principal, *, reason: str, now: datetime
) -> None:
    """The desk has decided all it will, or decides to do nothing more; with a reason."""
    ladder = await _on_desk(session, case_id, principal, now)
    if not reason.strip():
        raise InvalidInput(N_("Tuliskan alasan menutup perkara ini."), field="reason")
    if await _open_proposals(session, case_id):
        raise Conflict(N_("Masih ada usulan sanksi yang menunggu keputusan orang kedua."))
    ladder.end_note = reason.strip()[:MAX_TEXT]
    await session.flush()
    await _close(session, case_id, principal.actor, now)


async def of_case(session: AsyncSession, case_id: UUID) -> list[Sanction]:
    """What was proposed and decided, in order."""
    query = select(Sanction).where(col(Sanction.case_id) == case_id).order_by(col(Sanction.id))
    return list((await session.execute(query)).scalars())


async def _close(session: AsyncSession, case_id: UUID, actor: str, now: datetime) -> None:
    case = await cases.lock(session, case_id)
    cases.reach(case, "decided_at", now)
    await session.flush()
    await ending.end(session, [case_id], WarningStatus.DECIDED, Outcome.DONE, now=now, actor=actor)


async def _on_desk(
    session: AsyncSession, case_id: UUID, principal: Principal, now: datetime
) -> WarningLadder:
    case = await cases.lock(session, case_id)
    ladder = await session.get(WarningLadder, case_id, populate_existing=True)
    if ladder is None:
        raise NotFound
    _competent(await _issuer(session, ladder), principal)
    going = await standing.ladders_changed(session, [case_id], now=now) if case.closed_at is None else []
    if not going or going[0].status != WarningStatus.DECIDING:
        raise TransitionRefused(NOT_ON_DESK)
    return ladder


async def _issuer(session: AsyncSession, ladder: WarningLadder) -> str | None:
    letter = await session.get(WarningLetter, (ladder.case_id, LAST_LETTER))
    return letter.authority if letter else ladder.authority


def _competent(authority: str | None, principal: Principal) -> None:
    offices: frozenset[Office] = offices_of(principal)
    if authority not in {one.code for one in offices}:
        raise Forbidden(
            N_("Sanksi diputuskan oleh instansi yang memberi peringatan (UU 23/2014; PP 28/2025).")
        )


def _check(draft: Draft, ladder: WarningLadder) -> Document:
    errors = [
        FieldError(name, N_("Wajib diisi."))
        for name, value in (("basis", draft.basis), ("reason", draft.reason), ("number", draft.number))
        if not value.strip()
    ]
    errors += [
        FieldError(name, N_("Paling banyak {longest} karakter."), {"longest": MAX_TEXT})
        for name, value in (("basis", draft.basis), ("reason", draft.reason), ("number", draft.number))
        if len(value) > MAX_TEXT
    ]
    if draft.document is None:
        errors.append(FieldError("document", N_("Unggah dokumen keputusan.")))
    elif draft.document.scan_state == ScanState.REJECTED or draft.document.account_id not in (
        None,
        ladder.account_id,
    ):
        errors.append(FieldError("document", N_("Berkas ini tidak dapat dipakai.")))
    if draft.kind is SanctionKind.FINE and (draft.amount is None or draft.amount <= 0):
        errors.append(
            FieldError(
                "amount", N_("Tuliskan jumlah denda yang ditetapkan; layanan ini tidak menghitung denda.")
            )
        )
    if draft.kind is not SanctionKind.FINE and draft.amount is not None:
        errors.append(FieldError("amount", N_("Jumlah hanya berlaku bagi denda.")))
    if errors or draft.document is None:
        raise InvalidInput(CHECK, fields=errors)
    return draft.document


async def _in_order(session: AsyncSession, case_id: UUID, kind: SanctionKind) -> None:
    """Each kind at most once, and none milder than what was imposed already."""
    standing_ones = [s for s in await of_case(session, case_id) if s.state != SanctionState.REFUSED]
    if any(one.kind == kind for one in standing_ones):
        raise Conflict(N_("Sanksi ini sudah diusulkan atau ditetapkan."))
    imposed = [ORDER.index(SanctionKind(s.kind)) for s in standing_ones if s.state == SanctionState.APPROVED]
    if any(ORDER.index(kind) < rank for rank in imposed):
        raise Conflict(N_("Sanksi yang lebih berat sudah ditetapkan (Permenperin 13/2025)."))


async def _open_proposals(session: AsyncSession, case_id: UUID) -> bool:
    return any(one.state == SanctionState.PROPOSED for one in await of_case(session, case_id))


async def _require_clean(session: AsyncSession, sanction: Sanction) -> None:
    document = await session.get_one(Document, sanction.document_id)
    if document.scan_state != ScanState.CLEAN:
        raise TransitionRefused(N_("Dokumen belum lolos pemeriksaan keamanan."))


async def _tell(session: AsyncSession, sanction: Sanction, ladder: WarningLadder, now: datetime) -> None:
    duty: CaseFile = await session.get_one(CaseFile, ladder.obligation_id)
    context = {
        "company": await facts.company(session, ladder.account_id),
        "number": sanction.number,
        "sanction": sanction.kind,
        "decided_at": now,
        "office": wording.office_name(facts.office_of(await _issuer(session, ladder))),
        "basis": sanction.basis,
        "matter": wording.duty(duty.kind, duty.key, duty.period, duty.stage),
        "matter_en": wording.duty(duty.kind, duty.key, duty.period, duty.stage, "en"),
    }
    if sanction.amount is not None:
        context["amount"] = sanction.amount
    await intend(
        session,
        template="sanction_decided",
        dedupe_key=dedupe.case_key("sanction_decided", sanction.case_id, sanction.kind),
        recipient=await recipients.for_notices(session, ladder.account_id),
        context=context,
        now=now,
        case_id=sanction.case_id,
        account_id=ladder.account_id,
    )
