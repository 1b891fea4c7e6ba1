"""What happened at the door and at the switches: sign-ins, refusals, rights, lanes of mail. Append-only, real time."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.models import SecurityEvent


class Happened(StrEnum):
    """The inventory of security events; each happens exactly once per cause."""

    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGN_IN_LIMITED = "sign_in_limited"
    SECOND_FACTOR_REFUSED = "second_factor_refused"
    SECOND_FACTOR_ENROLLED = "second_factor_enrolled"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    RECOVERY_CODE_USED = "recovery_code_used"
    SIGNED_OUT = "signed_out"
    SESSIONS_ENDED = "sessions_ended"
    REAUTHENTICATED = "reauthenticated"
    REAUTHENTICATION_REFUSED = "reauthentication_refused"
    RESET_REQUESTED = "reset_requested"
    PASSWORD_SET = "password_set"  # noqa: S105 -- the name of an event
    PASSWORD_EXPIRED = "password_expired"  # noqa: S105 -- the name of an event
    PERSON_CREATED = "person_created"
    PERSON_DISABLED = "person_disabled"
    PERSON_ENABLED = "person_enabled"
    ROLE_GRANTED = "role_granted"
    ROLE_REVOKED = "role_revoked"
    MEMBER_ADDED = "member_added"
    MEMBER_REMOVED = "member_removed"
    API_KEY_CREATED = "api_key_created"
    API_KEY_REVOKED = "api_key_revoked"
    LANE_HELD = "lane_held"
    LANE_RELEASED = "lane_released"
    NDA_ACCEPTED = "nda_accepted"
    ACCESS_REFUSED = "access_refused"
    CSRF_REFUSED = "csrf_refused"


async def happened(
    session: AsyncSession,
    type_: Happened,
    *,
    actor: str,
    address: str = "",
    data: Mapping[str, Any] | None = None,
) -> None:
    """Append one event. `actor` is whose doing it is, `data` ids, codes, an act's reason; nothing typed at the door."""
    row = {"type": type_, "actor": actor, "address": address, "data": dict(data or {})}
    await session.execute(insert(SecurityEvent).values(row))
