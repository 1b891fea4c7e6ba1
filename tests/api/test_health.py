"""What supervisors and monitors are told, and what only the log says."""

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from services import instance
from tests.api.conftest import NOWHERE, Api, serving
from tests.engine import Database
from tests.world import settings_for

TOKEN = "kJ7-vN2_pQ9.xT4~mW8!rL5+sH3=bD6z"


@pytest.fixture
async def watched(database: Database, tmp_path: Path) -> AsyncIterator[Api]:
    """An application that knows a monitor by its token."""
    instance.create(database.migrator_url)
    given = replace(settings_for(database, tmp_path, 25, NOWHERE), metrics_token=TOKEN)
    async with serving(given) as served:
        yield served


async def asked(api: Api, address: str = "127.0.0.1", **headers: str) -> httpx.Response:
    """Metrics as a program at this address gets them."""
    transport = httpx.ASGITransport(api.app, client=(address, 40000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return await client.get("/metrics", headers=sent)


async def test_a_program_on_this_machine_reads_metrics(api: Api) -> None:
    for here in ("127.0.0.1", "::1"):
        answer = await asked(api, here)
        assert (answer.status_code, "tenggat_cases_waiting 0.0" in answer.text) == (200, True)


@pytest.mark.parametrize("address", ["10.1.2.3", "192.0.2.7", "2001:db8::1", "testclient"])
async def test_metrics_do_not_exist_for_other_machines(api: Api, address: str) -> None:
    assert (await asked(api, address)).status_code == 404
    assert (await asked(api, address, X_Metrics_Token="")).status_code == 404


async def test_what_a_proxy_on_this_machine_passes_on_is_not_from_here(api: Api) -> None:
    for header in ("X_Forwarded_For", "Forwarded", "X_Real_IP", "Via"):
        assert (await asked(api, **{header: "127.0.0.1"})).status_code == 404


async def test_a_monitor_elsewhere_shows_its_token(watched: Api) -> None:
    assert (await asked(watched, "10.1.2.3", X_Metrics_Token=TOKEN)).status_code == 200
    for wrong in ("", "x", TOKEN[:-1]):
        assert (await asked(watched, "10.1.2.3", X_Metrics_Token=wrong)).status_code == 401
    assert (await asked(watched)).status_code == 200, "programs on this machine need none"


async def test_readiness_names_parts_and_the_log_says_why(
    api: Api, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await api.anonymous()
    caplog.set_level(logging.WARNING)
    answer = await client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (
        200, {"status": "degraded", "database": "ok", "engine": "away"},
    )  # fmt: skip
    assert any(said.startswith("Temporal does not answer: ") for said in caplog.messages)

    def gone() -> None:
        raise ConnectionRefusedError("connection refused by db-7.internal")

    monkeypatch.setattr(api.app.state.parts.sessions, "class_", lambda **_: gone())
    answer = await client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (
        503, {"status": "busy", "database": "away", "engine": "away"},
    )  # fmt: skip
    assert answer.headers["retry-after"] == "5"
    assert "Postgres does not answer: connection refused by db-7.internal" in caplog.messages
