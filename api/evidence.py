"""Handing out a bundle of evidence: made outside any transaction, its seal and purpose noted before the first byte."""

from fastapi.responses import StreamingResponse

from api.parts import Parts
from services.evidence import handing
from services.models import CaseFile


async def handed_out(parts: Parts, reader: str, case: CaseFile, purpose: str) -> StreamingResponse:
    """The bundle of a case the caller was authorised for. InvalidInput when the purpose says nothing."""
    handing.purpose_of(purpose)
    file, seal = await handing.make(parts.sessions, parts.store, case.id, parts.settings.audit_anchors)
    async with parts.sessions.begin() as session:
        await handing.note(session, reader, case, seal, purpose)
    headers = {
        "Content-Disposition": f'attachment; filename="{handing.filename(case)}"',
        "X-Evidence-Seal": seal,
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(handing.chunks(file), media_type="application/zip", headers=headers)
