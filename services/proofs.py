"""Bukti Kepemilikan Akun: what an account's proof of ownership says, entered in the registry once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.documents import records, registry
from services.documents.letters import AccountOwnershipProof, LetterKind
from services.errors import Conflict
from services.i18n import N_
from services.models import Account, AccountStatus, Document, IssuedDocument


@dataclass(frozen=True)
class Proof:
    """A proof in the registry. `document` is the stored PDF; None: render `letter` and `records.keep_letter`."""

    issued: IssuedDocument
    letter: AccountOwnershipProof
    document: Document | None


async def ownership(
    session: AsyncSession, account: Account, *, public_url: str, now: datetime, specimen: bool
) -> Proof:
    """The proof of an active account; asked again, the same one. Conflict for an account that was voided."""
    if account.status != AccountStatus.ACTIVE:
        raise Conflict(N_("Akun ini sudah dibatalkan."))
    issued = await registry.issue(
        session,
        LetterKind.ACCOUNT_OWNERSHIP_PROOF,
        registry.number_of(LetterKind.ACCOUNT_OWNERSHIP_PROOF, account.number or 0),
        now=now,
        account_id=account.id,
    )
    letter = AccountOwnershipProof(
        number=issued.number,
        issued_at=issued.issued_at,
        issued_on=issued.issued_at,
        check=registry.check_of(issued, public_url),
        specimen=specimen,
        company_name=account.name,
        nib=account.nib or "",
        address=account.address,
    )
    return Proof(issued, letter, await records.letter_of(session, issued.id))
