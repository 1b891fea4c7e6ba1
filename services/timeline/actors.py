"""Who did it, as the reader may know it: officials by name to officials, "an officer" to companies."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.i18n import N_, Translator
from services.models import ApiKey, Membership, Person

SYSTEM: Final = N_("Sistem")
COMPANY: Final = N_("Perusahaan")
OFFICER: Final = N_("Petugas")
APPLICANT: Final = N_("Pendaftar")
OPERATOR: Final = N_("Operator sistem")
OTHERS: Final = {"anonymous": APPLICANT, "cli": OPERATOR}


async def labels(
    session: AsyncSession,
    actors: Iterable[str],
    *,
    account_id: UUID | None,
    for_company: bool,
    speak: Translator,
) -> dict[str, str]:
    """A label for each actor of a case of this account; without one, of anybody's."""
    wanted = set(actors)
    people = await _people(session, _ids(wanted, "person"), account_id)
    keys = await _keys(session, _ids(wanted, "key"))
    shown: dict[str, str] = {}
    for actor in wanted:
        sort, _, rest = actor.partition(":")
        if sort == "person":
            name, of_company = people.get(UUID(rest), ("", False))
            shown[actor] = _person(name, of_company, for_company, speak)
        elif sort == "key":
            label, owner = keys.get(UUID(rest), ("", None))
            role = speak.gettext(COMPANY if owner else OFFICER)
            shown[actor] = role if for_company or not label else f"{role} ({label})"
        else:
            shown[actor] = speak.gettext(OTHERS.get(actor, SYSTEM))
    return shown


def _person(name: str, of_company: bool, for_company: bool, speak: Translator) -> str:
    role = speak.gettext(COMPANY if of_company else OFFICER)
    return role if for_company or not name else f"{name} ({role})"


def _ids(actors: Iterable[str], sort: str) -> list[UUID]:
    return [UUID(actor.partition(":")[2]) for actor in actors if actor.startswith(f"{sort}:")]


async def _people(
    session: AsyncSession, ids: list[UUID], account_id: UUID | None
) -> dict[UUID, tuple[str, bool]]:
    if not ids:
        return {}
    member = select(col(Membership.person_id)).where(col(Membership.person_id) == col(Person.id))
    if account_id is not None:
        member = member.where(col(Membership.account_id) == account_id)
    rows = await session.execute(
        select(col(Person.id), col(Person.name), col(Person.username), member.exists()).where(
            col(Person.id).in_(ids)
        )
    )
    return {id_: (name or username, of_company) for id_, name, username, of_company in rows}


async def _keys(session: AsyncSession, ids: list[UUID]) -> dict[UUID, tuple[str, UUID | None]]:
    if not ids:
        return {}
    rows = await session.execute(
        select(col(ApiKey.id), col(ApiKey.label), col(ApiKey.account_id)).where(col(ApiKey.id).in_(ids))
    )
    return {id_: (label, owner) for id_, label, owner in rows}
