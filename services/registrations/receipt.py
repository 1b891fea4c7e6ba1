"""Bukti Pendaftaran Akun: the receipt of a registration, printed when first asked for and kept."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.deadlines.derivation import ONE_SECOND
from services.documents import records, registry
from services.documents.letters import LetterKind, RegistrationReceipt
from services.errors import NotFound
from services.models import Deadline, Document, IssuedDocument, Registration
from services.registrations.submission import TARGET


@dataclass(frozen=True)
class Receipt:
    """A receipt in the registry. `document` is the stored PDF; None: render `letter` and `records.keep_letter`."""

    issued: IssuedDocument
    letter: RegistrationReceipt
    document: Document | None


async def receipt(
    session: AsyncSession, case_id: UUID, *, public_url: str, now: datetime, specimen: bool
) -> Receipt:
    """The receipt of a registration as it stands; a corrected one has a receipt of its own. NotFound."""
    registration = await session.get(Registration, case_id, populate_existing=True)
    target = await session.get(Deadline, (case_id, TARGET), populate_existing=True)
    if registration is None or target is None:
        raise NotFound
    number = registry.number_of(
        LetterKind.REGISTRATION_RECEIPT, registration.number or 0, registration.submission
    )
    issued = await registry.issue(session, LetterKind.REGISTRATION_RECEIPT, number, now=now, case_id=case_id)
    letter = RegistrationReceipt(
        number=issued.number,
        issued_at=issued.issued_at,
        check=registry.check_of(issued, public_url),
        specimen=specimen,
        registration_number=registration.number or 0,
        registered_at=registration.submitted_at,
        company_name=registration.company_name,
        nib=registration.nib or "",
        address=registration.address,
        email=registration.email,
        decision_due=target.due_before - ONE_SECOND,
    )
    return Receipt(issued, letter, await records.letter_of(session, issued.id))
