"""The documents we answer for: numbered, with a code that opens the public check, voided when they lapse."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import CursorResult, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.documents.letters import Check, LetterKind
from services.errors import Conflict, NotFound
from services.i18n import N_
from services.models.accounts import Account, AccountStatus
from services.models.base import new_id
from services.models.documents import IssuedDocument

# Crockford's base 32: nothing that is mistaken for another sign on paper. 28 signs are 140 bits.
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SIGNS: Final = 28
_MISREAD: Final = str.maketrans("OIL", "011")

_PREFIXES: Final = {
    LetterKind.REGISTRATION_RECEIPT: "BPA",
    LetterKind.ACCOUNT_OWNERSHIP_PROOF: "BKA",
    LetterKind.STATEMENT_LETTER: "SP",
    LetterKind.REPORT_RECEIPT: "BL",
    LetterKind.DEADLINE_EXPLANATION: "PBW",
    LetterKind.WARNING_LETTER: "SPR",
    LetterKind.DATA_REQUEST_LETTER: "PD",
    LetterKind.REPRIMAND_LETTER: "ST",
}


@dataclass(frozen=True)
class CompanyFacts:
    """What a proof of ownership is about, as the account says today."""

    name: str
    nib: str | None
    address: str


@dataclass(frozen=True)
class PublicFacts:
    """All that anyone who holds a document may learn: no content, no lateness, no reason."""

    kind: LetterKind
    number: str
    issued_at: datetime
    valid: bool
    voided_at: datetime | None
    company: CompanyFacts | None


def number_of(kind: LetterKind, *parts: int) -> str:
    """Our number of a document, such as "BL-10001-2": its kind, then what it is about, then which one."""
    return "-".join([_PREFIXES[kind], *map(str, parts)])


async def issue(
    session: AsyncSession,
    kind: LetterKind,
    number: str,
    *,
    now: datetime,
    account_id: UUID | None = None,
    case_id: UUID | None = None,
) -> IssuedDocument:
    """Enters a document under its number. Asked again, it returns the one that stands there.

    Conflict when the number stands for something else.
    """
    values = {"kind": kind, "account_id": account_id, "case_id": case_id}
    entry = {"id": new_id(), "code": new_code(), "number": number, "issued_at": now, **values}
    await session.execute(
        insert(IssuedDocument).values(entry).on_conflict_do_nothing(index_elements=["number"])
    )
    query = select(IssuedDocument).where(col(IssuedDocument.number) == number)
    issued = (await session.execute(query)).scalar_one()
    if any(getattr(issued, name) != value for name, value in values.items()):
        raise Conflict(N_("Nomor dokumen {number} sudah dipakai."), number=number)
    return issued


async def check(session: AsyncSession, code: str) -> PublicFacts:
    """What the public may know of the document with this code, however it was typed; NotFound otherwise."""
    query = (
        select(IssuedDocument, Account)
        .outerjoin(Account, col(Account.id) == col(IssuedDocument.account_id))
        .where(col(IssuedDocument.code) == normalise(code))
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFound(N_("Kode tidak dikenal. Periksa kembali kode pada dokumen."))
    issued, account = cast(tuple[IssuedDocument, Account | None], row)
    proof = account if issued.kind == LetterKind.ACCOUNT_OWNERSHIP_PROOF else None
    # An account found contrary to law takes its proof with it, whoever forgot to void the paper.
    voided_at = issued.voided_at or (
        proof.voided_at if proof and proof.status == AccountStatus.VOID else None
    )
    return PublicFacts(
        kind=LetterKind(issued.kind),
        number=issued.number,
        issued_at=issued.issued_at,
        valid=voided_at is None,
        voided_at=voided_at,
        company=CompanyFacts(proof.name, proof.nib, proof.address) if proof else None,
    )


async def void(
    session: AsyncSession,
    *,
    kind: LetterKind,
    now: datetime,
    reason: str,
    account_id: UUID | None = None,
    case_id: UUID | None = None,
    except_number: str | None = None,
) -> int:
    """Voids the documents of a kind that an account or a case has; how many were valid until now."""
    if account_id is None and case_id is None:
        raise ValueError("voiding every document of a kind is not a command")
    statement = update(IssuedDocument).where(
        col(IssuedDocument.kind) == kind, col(IssuedDocument.voided_at).is_(None)
    )
    for column, value in ((IssuedDocument.account_id, account_id), (IssuedDocument.case_id, case_id)):
        statement = statement.where(col(column) == value) if value else statement
    if except_number:
        statement = statement.where(col(IssuedDocument.number) != except_number)
    result = await session.execute(statement.values(voided_at=now, void_reason=reason))
    return cast(CursorResult[Any], result).rowcount


def check_of(issued: IssuedDocument, public_url: str) -> Check:
    """What a letter prints about its check."""
    return Check(url=f"{public_url.rstrip('/')}/periksa/{issued.code}", code=issued.code)


def new_code() -> str:
    """An unguessable code in groups of four, such as "7K3M-Q9TX-2BHD-W5NA-8FZE-6RVC-J4PW"."""
    return _grouped("".join(secrets.choice(_ALPHABET) for _ in range(_SIGNS)))


def normalise(typed: str) -> str:
    """The code as issued, from what a person read off paper: any case or spacing, O for 0, I and L for 1."""
    signs = (sign for sign in typed.upper().translate(_MISREAD) if sign in _ALPHABET)
    return _grouped("".join(signs)[: _SIGNS + 1])


def _grouped(signs: str) -> str:
    return "-".join(signs[start : start + 4] for start in range(0, len(signs), 4))
