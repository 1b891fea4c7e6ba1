"""The one who asks, as rights and not as a person: what every permission check looks at."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.identity.permissions import ALLOWED, Permission
from services.models.identity import Role


@dataclass(frozen=True)
class Grant:
    """A role, limited to a region (empty: the whole country) and to KBLI divisions (empty: all)."""

    role: Role
    region_prefix: str = ""
    kbli_divisions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Principal:
    """Somebody signed in (`person_id`, `session_id`) or a program (`key_id`).

    `actor` is what events and logs record. `accounts` are the active accounts acted for. `nda` says that the
    current non-disclosure agreement is accepted; `recent` that the password was given a short while ago; `at` is the
    database's legal moment when they were recognised, None where nobody looked.
    """

    actor: str
    person_id: UUID | None = None
    key_id: UUID | None = None
    session_id: UUID | None = None
    roles: tuple[Grant, ...] = ()
    accounts: frozenset[UUID] = frozenset()
    nda: bool = False
    recent: bool = False
    locale: str = "id"
    name: str = ""
    at: datetime | None = field(default=None, compare=False)

    @property
    def role_names(self) -> frozenset[str]:
        return frozenset(grant.role.value for grant in self.roles)

    @property
    def is_official(self) -> bool:
        """Whether any role is one of the ministry or a regional government."""
        return any(grant.role is not Role.COMPANY_USER for grant in self.roles)

    def grants_with(self, permission: Permission) -> tuple[Grant, ...]:
        """The grants whose role has the permission, whatever their scope."""
        return tuple(grant for grant in self.roles if permission in ALLOWED[grant.role])
