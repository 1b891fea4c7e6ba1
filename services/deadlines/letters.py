"""The explanation of a date as a document: entered in the registry once for each state of the date."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from services.deadlines import reasons
from services.deadlines.reasons import Explanation
from services.documents import records, registry
from services.documents.letters import DeadlineExplanation, ExplanationLine, LetterKind
from services.i18n import translator
from services.models import CaseFile, Document, IssuedDocument

_DIGITS: Final = 12


@dataclass(frozen=True)
class ExplanationLetter:
    """An explanation in the registry. `document` is the stored PDF; None: render `letter` and keep it."""

    issued: IssuedDocument
    letter: DeadlineExplanation
    document: Document | None


async def explanation(
    session: AsyncSession,
    case: CaseFile,
    name: str,
    *,
    label: str,
    public_url: str,
    now: datetime,
    specimen: bool = False,
) -> ExplanationLetter:
    """Why a date is what it is, on paper; asked again while nothing changed, the same document.

    `label` is the message id of what people call the date. NotFound when the case has no such date.
    """
    why = await reasons.of_deadline(session, case, name, locale="id")
    english = await reasons.of_deadline(session, case, name, locale="en")
    kind = LetterKind.DEADLINE_EXPLANATION
    issued = await registry.issue(
        session,
        kind,
        registry.number_of(kind, _number(case, why)),
        now=now,
        account_id=case.account_id,
        case_id=case.id,
    )
    letter = DeadlineExplanation(
        number=issued.number,
        issued_at=issued.issued_at,
        check=registry.check_of(issued, public_url),
        specimen=specimen,
        case_key=case.key,
        company_name=case.title or case.key,
        deadline=label,
        deadline_en=translator("en").gettext(label),
        due_at=why.shown,
        lenient_at=_lenient(why),
        lines=tuple(
            ExplanationLine(text=own.text, text_en=other.text, basis=own.basis or "")
            for own, other in zip(why.steps, english.steps, strict=True)
        ),
        calendar_version=why.calendar_version or "",
        policy_sha256=why.policy_version,
        derivation_sha256=why.digest,
    )
    return ExplanationLetter(issued, letter, await records.letter_of(session, issued.id))


def _number(case: CaseFile, why: Explanation) -> int:
    """The same state of the same date has the same number, whoever asks for it and whenever."""
    state = [
        str(case.id), why.name, why.digest, why.due_before.isoformat(), why.policy_version,
        [str(grant.extension_id) for grant in why.extensions if grant.active],
        case.title,
    ]  # fmt: skip
    digest = hashlib.sha256(json.dumps(state).encode()).hexdigest()
    return int(digest, 16) % 10**_DIGITS


def _lenient(why: Explanation) -> datetime | None:
    if why.lenient_before is None or why.lenient_before == why.due_before:
        return None
    return reasons.last_second(why.lenient_before)
