"""Routers as the modules of the edge make them: each route is whole when it is declared.

A router that is included in another one has its routes built a second time, when the first request arrives, and asks
itself on every request whether they have changed. These stand in the application as they are.
"""

from collections.abc import AsyncIterator, Sequence
from enum import Enum
from typing import Final

from fastapi import APIRouter, Depends, Request
from fastapi.params import Depends as Dependency

from api.legible import legible

API: Final = "/api/v1"


def pages(dependencies: Sequence[Dependency] = ()) -> APIRouter:
    """Of pages for people; they are no part of the published API."""
    shared = [Depends(legible), Depends(_closed)]
    return APIRouter(include_in_schema=False, dependencies=[*shared, *dependencies])


def programs(prefix: str = "", *, tags: Sequence[str | Enum], below: str = API) -> APIRouter:
    """Of the published API, under its address."""
    return APIRouter(prefix=below + prefix, tags=[*tags], dependencies=[Depends(legible)])


async def _closed(request: Request) -> AsyncIterator[None]:
    """Files of a form are given back to the system when the request is over, whatever became of it."""
    try:
        yield
    finally:
        await request.close()
