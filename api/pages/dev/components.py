"""The style guide: every shared part of a page, with invented content."""

from fastapi import Request
from fastapi.responses import Response

from api import routers
from api.deps import SessionDep
from api.pages import examples
from api.pages.dev.guard import outside_production
from api.pages.frame import answer, page_for
from api.pages.urls import PATHS
from api.permissions import public

router = routers.pages([public(), outside_production()])


@router.get(PATHS["dev_components"])
async def show(request: Request, session: SessionDep) -> Response:
    """All of them on one page."""
    return answer("dev/components.html", await page_for(request, session), **examples.components())
