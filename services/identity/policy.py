"""May this principal do this to that object: one function for one object, one condition for lists."""

from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.errors import Forbidden, NotFound
from services.identity.errors import Hidden, NdaRequired, ReauthenticationRequired
from services.identity.permissions import INDIVIDUAL, READS, Permission
from services.identity.principal import Grant, Principal
from services.models import Account, BusinessField, CaseFile, CaseKind, Role

_NOT_INDIVIDUAL = frozenset(
    {CaseKind.PERIOD, CaseKind.CAMPAIGN, CaseKind.DECREE, CaseKind.POLICY_CHANGE, CaseKind.WARNING_BATCH}
)


class _CaseFacts(Protocol):
    kind: str
    account_id: UUID | None
    region_code: str | None
    kbli: list[str]


@dataclass(frozen=True)
class Target:
    """What the policy looks at in an object. `individual` is false for what concerns no single company."""

    account_id: UUID | None = None
    region_code: str | None = None
    kbli: tuple[str, ...] = ()
    individual: bool = True

    @classmethod
    def of_case(cls, case: _CaseFacts) -> "Target":
        """The facts of a case file."""
        individual = case.kind not in _NOT_INDIVIDUAL
        return cls(case.account_id, case.region_code, tuple(case.kbli), individual)


async def account_target(session: AsyncSession, account_id: UUID) -> Target:
    """The facts of an account, its business fields included. NotFound when there is none."""
    region = (
        await session.execute(select(col(Account.region_code)).where(col(Account.id) == account_id))
    ).scalar_one_or_none()
    if region is None:
        raise NotFound
    kbli = await session.scalars(
        select(col(BusinessField.kbli)).where(col(BusinessField.account_id) == account_id)
    )
    return Target(account_id, region, tuple(kbli))


def can(principal: Principal, permission: Permission, target: Target) -> bool:
    """Whether one of the principal's grants has the permission and reaches the object."""
    return any(_reaches(grant, principal, target) for grant in principal.grants_with(permission))


def sees(principal: Principal, target: Target) -> bool:
    """Whether the principal may know that the object exists."""
    return any(can(principal, read, target) for read in READS)


def authorise(principal: Principal, permission: Permission, target: Target) -> None:
    """Returns when permitted. Hidden (404) comes before Forbidden (403), and that before NdaRequired."""
    if not sees(principal, target):
        raise Hidden
    if not can(principal, permission, target):
        raise Forbidden
    own = target.account_id is not None and target.account_id in principal.accounts
    if target.individual and not own and not principal.nda:
        raise NdaRequired


def permit(principal: Principal, permission: Permission) -> None:
    """The check of a route, before any object is known: Forbidden, or NdaRequired for officials."""
    grants = principal.grants_with(permission)
    if not grants:
        raise Forbidden
    official = all(grant.role is not Role.COMPANY_USER for grant in grants)
    if official and permission in INDIVIDUAL and not principal.nda:
        raise NdaRequired


def require_recent(principal: Principal) -> None:
    """For bulk decisions and changes of address: the password must have been given a short while ago."""
    if not principal.recent:
        raise ReauthenticationRequired


def visible_filter(principal: Principal, table: type[CaseFile] | type[Account]) -> ColumnElement[bool]:
    """A condition that keeps exactly the rows for which READ_CASE or READ_ACCOUNT holds."""
    permission = Permission.READ_CASE if table is CaseFile else Permission.READ_ACCOUNT
    return allowed_filter(principal, permission, table)


def allowed_filter(
    principal: Principal, permission: Permission, table: type[CaseFile] | type[Account]
) -> ColumnElement[bool]:
    """A condition that keeps exactly the rows for which this permission holds."""
    grants = principal.grants_with(permission)
    if not grants:
        return false()
    return or_(*(_within(grant, principal, table) for grant in grants))


def _reaches(grant: Grant, principal: Principal, target: Target) -> bool:
    if grant.role is Role.COMPANY_USER:
        return target.account_id is not None and target.account_id in principal.accounts
    return _in_region(grant.region_prefix, target.region_code) and _in_divisions(
        grant.kbli_divisions, target.kbli
    )


def _in_region(prefix: str, code: str | None) -> bool:
    return not prefix or (code is not None and (code == prefix or code.startswith(f"{prefix}.")))


def _in_divisions(divisions: tuple[str, ...], kbli: tuple[str, ...]) -> bool:
    return not divisions or any(code[:2] in divisions for code in kbli)


def _within(grant: Grant, principal: Principal, table: type[CaseFile] | type[Account]) -> ColumnElement[bool]:
    account: Any = col(CaseFile.account_id) if table is CaseFile else col(Account.id)
    if grant.role is Role.COMPANY_USER:
        return account.in_(sorted(principal.accounts)) if principal.accounts else false()
    return and_(_region_clause(grant, table), _division_clause(grant, table))


def _region_clause(grant: Grant, table: type[CaseFile] | type[Account]) -> ColumnElement[bool]:
    if not grant.region_prefix:
        return true()
    code: Any = col(table.region_code)
    return or_(code == grant.region_prefix, code.startswith(f"{grant.region_prefix}.", autoescape=True))


def _division_clause(grant: Grant, table: type[CaseFile] | type[Account]) -> ColumnElement[bool]:
    if not grant.kbli_divisions:
        return true()
    if table is CaseFile:
        code = func.unnest(CaseFile.kbli).column_valued("code")
        return select(1).where(func.left(code, 2).in_(grant.kbli_divisions)).exists()
    field = select(1).where(
        col(BusinessField.account_id) == col(Account.id),
        func.left(col(BusinessField.kbli), 2).in_(grant.kbli_divisions),
    )
    return field.exists()
