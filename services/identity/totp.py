"""The second factor of officials: six digits from an app (RFC 6238), each good once, and recovery codes.

The shared secret is not stored. It is derived from the instance's key and a random nonce of the person, so a
copy of the database alone opens nothing; changing the key asks everybody to enrol again.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import pyotp
from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, delete

from services.errors import Conflict
from services.i18n import N_
from services.identity.secret import digest, new_secret
from services.models import Person, RecoveryCode

ISSUER: Final = "Tenggat"
STEP_SECONDS: Final = 30
RECOVERY_CODES: Final = 10
# 128 bit, so that a plain hash is enough.
_RECOVERY_BYTES: Final = 16


@dataclass(frozen=True)
class Enrolment:
    """What the app has to be told: as text to type, and as the address that a QR code carries."""

    secret: str
    uri: str


async def begin(session: AsyncSession, person: Person, key: str) -> Enrolment:
    """The secret to enrol with; the same until confirmed, so that a reloaded page shows it again.

    Conflict once it is confirmed: then it has to be removed first, by an administrator.
    """
    if person.totp_confirmed_at is not None:
        raise Conflict(N_("Verifikasi dua langkah sudah terpasang."))
    if person.totp_nonce is None:
        person.totp_nonce = new_secret()
        await session.flush()
    secret = _secret(key, person)
    uri = pyotp.TOTP(secret).provisioning_uri(name=person.username, issuer_name=ISSUER)
    return Enrolment(secret, uri)


async def check(session: AsyncSession, person: Person, code: str, key: str) -> bool:
    """Whether the code is right now, the half minute before or after, and later than any code used before."""
    step = await _step(session, person, code, key)
    if step is None:
        return False
    later = or_(col(Person.totp_last_step).is_(None), col(Person.totp_last_step) < step)
    used = update(Person).where(col(Person.id) == person.id, later).values(totp_last_step=step)
    return (await session.execute(used.returning(col(Person.id)))).first() is not None


async def confirm(session: AsyncSession, person: Person, code: str, key: str) -> list[str] | None:
    """End the enrolment with the first right code: the recovery codes, shown once. None for a wrong code."""
    if not await check(session, person, code, key):
        return None
    await session.execute(
        update(Person).where(col(Person.id) == person.id).values(totp_confirmed_at=func.now())
    )
    return await new_recovery_codes(session, person.id)


async def remove(session: AsyncSession, person_id: UUID) -> None:
    """Forget the second factor and its recovery codes; the person enrols anew at the next sign-in."""
    cleared = {"totp_nonce": None, "totp_confirmed_at": None, "totp_last_step": None}
    await session.execute(update(Person).where(col(Person.id) == person_id).values(cleared))
    await session.execute(delete(RecoveryCode).where(col(RecoveryCode.person_id) == person_id))


async def new_recovery_codes(session: AsyncSession, person_id: UUID) -> list[str]:
    """Ten fresh codes; those from before stop working."""
    await session.execute(delete(RecoveryCode).where(col(RecoveryCode.person_id) == person_id))
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(code_hash=_recovery_digest(code), person_id=person_id) for code in codes)
    await session.flush()
    return codes


async def use_recovery_code(session: AsyncSession, person_id: UUID, code: str) -> bool:
    """Use up a recovery code; dashes, spaces and case do not matter."""
    using = (
        update(RecoveryCode)
        .where(
            col(RecoveryCode.code_hash) == _recovery_digest(code),
            col(RecoveryCode.person_id) == person_id,
            col(RecoveryCode.used_at).is_(None),
        )
        .values(used_at=func.now())
        .returning(col(RecoveryCode.person_id))
    )
    return (await session.execute(using)).first() is not None


async def _step(session: AsyncSession, person: Person, code: str, key: str) -> int | None:
    digits = "".join(code.split())
    if person.totp_nonce is None or not (digits.isascii() and digits.isdigit() and len(digits) == 6):
        return None
    now: datetime = (await session.execute(select(func.now()))).scalar_one()
    current = int(now.timestamp()) // STEP_SECONDS
    app = pyotp.TOTP(_secret(key, person))
    steps = (current - 1, current, current + 1)
    right = [step for step in steps if hmac.compare_digest(app.generate_otp(step), digits)]
    return right[-1] if right else None


def _secret(key: str, person: Person) -> str:
    material = f"totp\0{person.id}\0{person.totp_nonce}".encode()
    return base64.b32encode(hmac.digest(key.encode(), material, hashlib.sha256)[:20]).decode()


def _recovery_code() -> str:
    text = base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().rstrip("=").lower()
    return "-".join(text[start : start + 7] for start in range(0, len(text), 7))


def _recovery_digest(code: str) -> str:
    return digest("".join(code.replace("-", " ").split()).lower())
