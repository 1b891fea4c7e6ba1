"""What a company does: upload a licence, also in the place of an earlier one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services import cases
from services.companies.profile import lock_account
from services.errors import NotFound
from services.licences import dates, replacing
from services.licences.form import CheckedLicence
from services.licences.kinds import NEEDS_VERIFICATION
from services.models import (
    Account,
    CaseFile,
    CaseKind,
    Document,
    Licence,
    ScanState,
    StandardCertificateStatus,
    UppValidation,
    new_id,
)
from services.transitions import LicenceStatus


async def upload(
    session: AsyncSession,
    account_id: UUID,
    checked: CheckedLicence,
    document: Document,
    *,
    actor: str,
    now: datetime,
    replaces_id: UUID | None = None,
) -> Licence:
    """Take in a licence for review by the UPP.

    With `replaces_id` it takes the place of an earlier one: at once where that was not valid, otherwise when
    this one is found valid. NotFound for another company's licence or document, Conflict for one that a newer
    document has replaced or is about to.
    """
    account = await lock_account(session, account_id)
    if document.account_id != account_id or document.scan_state == ScanState.REJECTED:
        raise NotFound
    earlier = await replacing.replaceable(session, account_id, replaces_id) if replaces_id else None
    licence = _licence(account_id, checked, document, now)
    case = await cases.open_case(session, _case(account, licence, now))
    licence.case_id, document.case_id = case.id, document.case_id or case.id
    licence.replaces_id = replaces_id
    session.add(licence)
    await dates.set_target(session, case, now=now)
    data = {"licence": str(licence.id), "document": str(document.id)}
    if earlier is not None:
        data["replaces"] = str(earlier.id)
    await cases.record(session, case, "uploaded", now=now, actor=actor, data=data)
    cases.wake(case, now)
    if earlier is not None and earlier.upp_validation != UppValidation.VALID:
        await replacing.replace(session, earlier, licence, actor=actor, now=now)
    await session.flush()
    return licence


def _licence(account_id: UUID, checked: CheckedLicence, document: Document, now: datetime) -> Licence:
    unverified = checked.risk_level in NEEDS_VERIFICATION
    return Licence(
        id=new_id(),
        account_id=account_id,
        type=checked.type,
        number=checked.number,
        document_date=checked.document_date,
        expires_on=checked.expires_on,
        kbli=checked.kbli,
        risk_level=checked.risk_level,
        ss_verification=StandardCertificateStatus.UNVERIFIED
        if unverified
        else StandardCertificateStatus.NOT_APPLICABLE,
        document_id=document.id,
        uploaded_at=now,
    )


def _case(account: Account, licence: Licence, now: datetime) -> CaseFile:
    return CaseFile(
        id=new_id(),
        kind=CaseKind.LICENCE_REVIEW,
        key=f"licence/{licence.id}",
        title=account.name,
        account_id=account.id,
        region_code=account.region_code,
        zone=account.zone,
        kbli=licence.kbli,
        status=LicenceStatus.PENDING,
        opened_at=now,
    )
