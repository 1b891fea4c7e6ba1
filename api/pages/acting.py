"""Which account somebody acts for: people of companies with several factories act for one at a time."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from api import cookies
from api.principals import current_principal
from services.errors import Forbidden
from services.identity.principal import Principal


def chosen(request: Request, principal: Principal | None) -> UUID | None:
    """The account chosen in the header, if it is still theirs; else their oldest. None for officials."""
    if principal is None or not principal.accounts:
        return None
    wished = cookies.read(request, cookies.ACCOUNT)
    by_text = {str(account): account for account in principal.accounts}
    return by_text.get(wished or "", min(principal.accounts))


async def acting_account(request: Request) -> UUID:
    """The account, for pages of companies; Forbidden for people without one. The route declares the rest."""
    account = chosen(request, await current_principal(request))
    if account is None:
        raise Forbidden
    return account


ActingAccount = Annotated[UUID, Depends(acting_account)]
