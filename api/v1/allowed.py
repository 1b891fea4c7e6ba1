"""The row that a route is about, if its caller may: not found before forbidden."""

from typing import TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from services.errors import NotFound
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.models import CaseFile

Detail = TypeVar("Detail", bound=SQLModel)


async def detail(
    session: AsyncSession, table: type[Detail], case_id: UUID, user: Principal, permission: Permission
) -> Detail:
    """The row that one kind of case has beside its file. NotFound for a case of another kind."""
    found = await session.get(table, case_id)
    case = await session.get(CaseFile, case_id)
    if found is None or case is None:
        raise NotFound
    policy.authorise(user, permission, Target.of_case(case))
    return found


async def account_of(session: AsyncSession, case_id: UUID, user: Principal, permission: Permission) -> UUID:
    """The company that the case is about. NotFound for one about nobody."""
    case = await session.get(CaseFile, case_id)
    if case is None or case.account_id is None:
        raise NotFound
    policy.authorise(user, permission, Target.of_case(case))
    return case.account_id
