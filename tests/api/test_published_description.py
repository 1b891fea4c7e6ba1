"""The published description against what is answered: each operation, by an administrator and by a company."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
import uvicorn
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from services.models import Account, Role
from tests.api.conftest import Api
from tests.api.test_object_access import ids, theirs

__all__ = ["ids", "theirs"]

EXAMPLES = int(os.environ.get("TENGGAT_DESCRIPTION_EXAMPLES", "3"))  # of each operation, for each caller
# Goes on in the background and would move the world under the other requests; its own tests are in test_extensions.
LEFT_OUT = {"/api/v1/clock/advance"}
# Never broken; a status and a type of answer that the description names; a body of the shape it gives.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@dataclass
class Explored:
    """What came of all requests."""

    statuses: Counter[int] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


@asynccontextmanager
async def listening(app: FastAPI) -> AsyncIterator[str]:
    """The application, already started, on a port of this machine."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_config=None))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 -- it has no event to wait for
        await asyncio.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving


def explore(url: str, keys: list[str], known: Mapping[str, str]) -> Explored:
    """Requests made from the description as it is published, about objects that there are."""
    found = Explored()
    for result in schemathesis.openapi.from_url(f"{url}/api/v1/openapi.json").get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        if operation.path in LEFT_OUT:
            continue

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case: Case[Any]) -> None:
            case.path_parameters |= {name: known[name] for name in case.path_parameters if name in known}
            for key in keys:
                answer = case.call(headers={"Authorization": key})
                found.statuses[answer.status_code] += 1
                try:
                    case.validate_response(answer, checks=CHECKS)
                except FailureGroup as failure:
                    found.failures.append(str(failure))

        ask()
    return found


@pytest.mark.timeout(300)
async def test_every_answer_is_one_that_the_description_names(
    api: Api, ids: dict[str, str], theirs: Account
) -> None:
    callers = [await api.as_(Role.ADMINISTRATOR), await api.company(theirs.id)]
    keys = [caller.headers["authorization"] for caller in callers]
    async with listening(api.app) as url:
        explored = await asyncio.to_thread(explore, url, keys, ids)
    assert not explored.failures, "\n\n".join(explored.failures)
    assert min(explored.statuses[status] for status in (200, 403, 404, 422)) > 0, explored.statuses
