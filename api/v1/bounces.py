"""The door for mail systems: reports of bounces (RFC 3464), handed in as they came."""

import hmac
from typing import Annotated

from fastapi import Header, Request
from pydantic import BaseModel

from api import routers
from api.deps import Now, PartsDep, SessionDep
from api.permissions import public
from services.errors import NotFound, TooLarge, Unauthenticated
from services.i18n import N_
from services.service_proof import bounces, reports

router = routers.programs("/bounces", tags=["mail"])


class ImportedOut(BaseModel):
    """What became of the reports of one mail. `repeated` had been handed in before; nothing happens twice."""

    bounced: int
    delayed: int
    delivered: int
    unmatched: int
    repeated: int
    not_reports: int


@router.post("", response_model=ImportedOut, dependencies=[public()])
async def report(
    request: Request,
    parts: PartsDep,
    session: SessionDep,
    now: Now,
    token: Annotated[str, Header(alias="X-Bounce-Token", max_length=400)] = "",
) -> ImportedOut:
    """Hand in one mail of the bounce mailbox as the body (message/rfc822), with TENGGAT_BOUNCE_TOKEN as X-Bounce-Token.

    Repeating it changes nothing, so it needs no Idempotency-Key. 404 where no token is set.
    """
    expected = parts.settings.bounce_token
    if not expected:
        raise NotFound
    if not hmac.compare_digest(expected.encode(), token.encode("utf-8", "surrogatepass")):
        raise Unauthenticated
    raw = await request.body()
    if len(raw) > reports.MAX_REPORT:
        raise TooLarge(N_("Laporan surat kembali paling besar 1 MB."))
    return ImportedOut(**vars(await bounces.take_in(session, raw, now=now)))
