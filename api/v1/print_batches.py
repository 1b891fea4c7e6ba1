"""Letters on paper: what waits to be printed, one file and one list of addresses, the day of posting."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi.responses import JSONResponse, PlainTextResponse, Response

from api import routers
from api.deps import Now, PartsDep, SessionDep
from api.idempotency import OnceDep
from api.letters import PDF
from api.permissions import require
from api.v1.cases import DEFAULT_PURPOSE
from api.v1.warning_shapes import AuthorityCode, CountOut, PrintBatchOut, PrintQueueOut, print_batch_out
from services.errors import Forbidden
from services.identity.permissions import Permission
from services.identity.principal import Principal
from services.identity.read_log import log_read
from services.models import PrintBatch
from services.warnings import post
from services.warnings.competence import offices_of

router = routers.programs("/print-batches", tags=["warnings"])
Printer = Annotated[Principal, require(Permission.PRINT_LETTERS)]


@router.get("", response_model=PrintQueueOut)
async def find(session: SessionDep, user: Printer) -> PrintQueueOut:
    """What waits in your offices, and the newest batches."""
    codes = [office.code for office in offices_of(user, Permission.PRINT_LETTERS)]
    waiting = await post.queue(session, codes)
    return PrintQueueOut(
        waiting={one.authority: one.letters for one in waiting},
        batches=[print_batch_out(batch) for batch in await post.batches(session, codes)],
    )


@router.post("", status_code=201, response_model=PrintBatchOut)
async def take(
    body: AuthorityCode, session: SessionDep, now: Now, user: Printer, once: OnceDep
) -> JSONResponse:
    """Put what waits in one office into a batch."""

    async def command() -> PrintBatchOut:
        require_office(user, body.authority)
        return print_batch_out(await post.take(session, body.authority, actor=user.actor, now=now))

    return await once(command, status=201)


@router.get("/{batch_id}/file", response_class=Response)
async def file(batch_id: UUID, parts: PartsDep, user: Printer) -> Response:
    """All letters of the batch as one PDF to print."""
    async with parts.sessions.begin() as session:
        await of_office(session, user, batch_id)
        found = await post.envelopes(session, batch_id)
        await log_read(session, user, what="print:warning-letters", purpose=DEFAULT_PURPOSE)
    letters = [await parts.store.read(one.document.storage_key) for one in found]
    headers = {"Content-Disposition": f'attachment; filename="surat-peringatan-{batch_id}.pdf"'}
    return Response(await asyncio.to_thread(post.merged, letters), media_type=PDF, headers=headers)


@router.get("/{batch_id}/addresses", response_class=PlainTextResponse)
async def addresses(batch_id: UUID, session: SessionDep, user: Printer) -> PlainTextResponse:
    """The addresses of the batch as CSV, in the order of the letters."""
    await of_office(session, user, batch_id)
    found = await post.envelopes(session, batch_id)
    await log_read(session, user, what="print:warning-addresses", purpose=DEFAULT_PURPOSE)
    headers = {"Content-Disposition": f'attachment; filename="alamat-{batch_id}.csv"'}
    return PlainTextResponse(post.address_list(found), media_type="text/csv", headers=headers)


@router.post("/{batch_id}/posting", response_model=CountOut)
async def posted(batch_id: UUID, session: SessionDep, now: Now, user: Printer, once: OnceDep) -> JSONResponse:
    """The batch was handed to the post today; how many letters went. What was overtaken stays."""

    async def command() -> CountOut:
        await of_office(session, user, batch_id)
        return CountOut(count=await post.posted(session, batch_id, actor=user.actor, now=now))

    return await once(command)


async def of_office(session: SessionDep, user: Principal, batch_id: UUID) -> PrintBatch:
    """The batch, if it is of an office of this official."""
    batch = await post.load(session, batch_id)
    require_office(user, batch.authority)
    return batch


def require_office(user: Principal, authority: str) -> None:
    """Forbidden unless the official belongs to this office."""
    if authority not in {office.code for office in offices_of(user, Permission.PRINT_LETTERS)}:
        raise Forbidden
