"""Every history of every release replays on today's workflows: a change that breaks one would wedge live cases."""

import os
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from tests.histories.record import SCENARIOS, record
from tests.world import World
from worker import WORKFLOWS, sandbox

HISTORIES = sorted(Path(__file__).parent.glob("*/*.json"))


def test_there_are_histories_of_every_kind_of_process() -> None:
    kinds = {path.name.split(".")[1] for path in HISTORIES}
    assert {
        "registration",
        "licence",
        "period",
        "campaign",
        "policy",
        "post-office",
        "report",
        "rollback",
        "warnings",
        "warning-batch",
    } <= kinds


def read(path: Path) -> str:
    return path.read_text()


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: f"{path.parent.name}/{path.stem}")
async def test_a_released_history_replays(path: Path) -> None:
    recorded = WorkflowHistory.from_json(path.stem, read(path))
    replayer = Replayer(
        workflows=WORKFLOWS, data_converter=pydantic_data_converter, workflow_runner=sandbox()
    )
    await replayer.replay_workflow(recorded)


@pytest.mark.skipif("TENGGAT_RECORD" not in os.environ, reason="records histories of a new release on demand")
@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.starts("2026-12-21T08:00:00+07:00")
async def test_record(world: World, name: str) -> None:
    assert await record(world, os.environ["TENGGAT_RECORD"], name)
