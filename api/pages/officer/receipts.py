"""The form by which officers record that a letter was received, for whichever letter it is."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from api.pages import forms, keeping, shapes
from api.pages.rendering import Form
from services.deadlines.zones import WIB
from services.documents import records
from services.documents.uploads import Accepted
from services.errors import FieldError, InvalidInput
from services.i18n import N_, Translator
from services.identity.principal import Principal
from services.models import CaseFile, Document, EvidenceKind
from services.service_proof import evidence

DOCUMENT: Final = "document"


def typed(given: dict[str, Any], problems: list[FieldError]) -> tuple[EvidenceKind, datetime]:
    """The kind and the moment (WIB) that were typed. Days count, so the hour may be missing."""
    wrong = list(problems)
    kind, moment = forms.text(given, "kind"), None
    if kind not in evidence.BY_OFFICERS:
        wrong.append(FieldError("kind", N_("Pilih jenis bukti penerimaan.")))
    day, clock = forms.text(given, "received_at"), forms.text(given, "received_time")
    try:
        moment = datetime.fromisoformat(f"{day}T{clock or '00:00'}").replace(tzinfo=WIB)
    except ValueError:
        wrong.append(FieldError("received_at", N_("Tuliskan tanggal penerimaan.")))
    if wrong or moment is None:
        raise InvalidInput(evidence.CHECK_FIELDS, fields=wrong)
    return EvidenceKind(kind), moment


async def kept(
    session: AsyncSession,
    accepted: Accepted | None,
    case: CaseFile,
    user: Principal,
    now: datetime,
    *,
    kind: str,
) -> Document | None:
    """The scan that came with the form, if one did."""
    if accepted is None:
        return None
    return await records.add(
        session, accepted, kind=kind, uploaded_by=user.actor, now=now, account_id=case.account_id
    )


def shown(words: Translator, form: Form | None, scan: shapes.StoredFile | None) -> dict[str, Any]:
    """What `_components/receipt.html` shows."""
    return {
        "evidence_kinds": [
            shapes.Option(kind, words.gettext(evidence.LABELS[kind])) for kind in evidence.BY_OFFICERS
        ],
        "service_form": form or Form(),
        "kept": scan,
        "document_token": forms.text(form.values, keeping.TOKEN) if form else "",
    }
