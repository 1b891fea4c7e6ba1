"""Signing in and out, and who is signed in."""

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlmodel import col

from api import cookies, routers
from api.deps import PartsDep, SessionDep
from api.permissions import public, signed_in
from api.principals import CallerDep, GateDep
from services.errors import Forbidden
from services.i18n import N_
from services.identity import nda, sessions
from services.identity.gate import Entry, Outcome
from services.identity.permissions import ALLOWED
from services.identity.principal import Principal
from services.identity.security_events import Happened, happened
from services.models import Account

router = routers.programs(tags=["sessions"])
Me = Annotated[Principal, signed_in()]


class SignIn(BaseModel):
    """`code`: six digits of the app or a recovery code, for those who have a second factor."""

    model_config = ConfigDict(extra="forbid")

    username: str = Field(max_length=200)
    password: str = Field(max_length=1000)
    code: str | None = Field(default=None, max_length=100)


class SignInOut(BaseModel):
    """How far one came. Signed in: send `csrf_token` back in X-CSRF-Token with everything that changes something.

    `second_factor`: send the same again with `code`. `enrol`: first tell the app `enrolment_uri`.
    `password_expired`: set a new password through `ticket`.
    """

    outcome: Outcome
    csrf_token: str | None = None
    ticket: str | None = None
    enrolment_uri: str | None = None
    recovery_codes: tuple[str, ...] = ()


class GrantOut(BaseModel):
    role: str
    region: str
    kbli_divisions: tuple[str, ...]


class OwnAccount(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    number: int
    name: str
    type: str


class MeOut(BaseModel):
    """The caller: what they are called, which roles and accounts they have, what that permits."""

    name: str
    locale: str
    roles: list[GrantOut]
    permissions: list[str]
    accounts: list[OwnAccount]
    nda_accepted: bool
    csrf_token: str | None


class NdaOut(BaseModel):
    """The agreement officials accept before they open a company's data."""

    version: str
    accepted: bool


# Not under an Idempotency-Key: its answer holds secrets, which are not stored.
@router.post("/sessions", status_code=201, response_model=SignInOut, dependencies=[public()])
async def sign_in(
    body: SignIn, request: Request, response: Response, gate: GateDep, caller: CallerDep, parts: PartsDep
) -> SignInOut:
    """Sign in with username, password and, where there is a second factor, its code. Sets the session cookie."""
    entry = await gate.sign_in(body.username, body.password, caller)
    if entry.outcome in (Outcome.SECOND_FACTOR, Outcome.ENROL) and body.code and entry.ticket:
        entry = await gate.second_factor(entry.ticket, body.code, caller)
    if entry.outcome is not Outcome.SIGNED_IN:
        response.status_code = 200
    return await _welcome(request, entry, parts)


@router.delete("/sessions/current", status_code=204)
async def sign_out(request: Request, _: Me, gate: GateDep, caller: CallerDep) -> None:
    """End this session now. A key has none: it is revoked where it was made."""
    if caller.session_token:
        await gate.sign_out(caller.session_token, caller)
    cookies.clear_session(request)


@router.get("/me", response_model=MeOut)
async def me(request: Request, user: Me, session: SessionDep) -> MeOut:
    """Who is signed in, and as what."""
    query = select(Account).where(col(Account.id).in_(user.accounts)).order_by(col(Account.number))
    found = getattr(request.state, "signed_in", None)
    return MeOut(
        name=user.name,
        locale=user.locale,
        roles=[
            GrantOut(role=grant.role, region=grant.region_prefix, kbli_divisions=grant.kbli_divisions)
            for grant in user.roles
        ],
        permissions=sorted({permission for grant in user.roles for permission in ALLOWED[grant.role]}),
        accounts=[OwnAccount.model_validate(account) for account in await session.scalars(query)],
        nda_accepted=user.nda,
        csrf_token=found.csrf_token if found else None,
    )


@router.put("/me/nda", response_model=NdaOut)
async def accept_nda(user: Me, session: SessionDep) -> NdaOut:
    """Accept the non-disclosure agreement in its present version. Accepting twice keeps the first moment."""
    if user.person_id is None:
        raise Forbidden(N_("Hanya orang yang dapat menyetujui perjanjian kerahasiaan."))
    if not await nda.accepted(session, user.person_id):
        await nda.accept(session, user.person_id)
        await happened(session, Happened.NDA_ACCEPTED, actor=user.actor, data={"version": nda.VERSION})
    return NdaOut(version=nda.VERSION, accepted=True)


async def _welcome(request: Request, entry: Entry, parts: PartsDep) -> SignInOut:
    out = SignInOut(outcome=entry.outcome, ticket=entry.ticket, recovery_codes=entry.recovery_codes)
    if entry.enrolment is not None:
        out.enrolment_uri = entry.enrolment.uri
    if entry.session_token is not None:
        cookies.set_session(request, entry.session_token)
        async with parts.sessions() as session:
            found = await sessions.authenticate(session, entry.session_token)
        out.csrf_token = found.csrf_token if found else None
    if entry.device is not None:
        cookies.set_device(request, entry.device)
    return out
