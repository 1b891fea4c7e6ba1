"""Every history of every release replays on today's workflows: a change that breaks one would wedge live cases."""

import json
import os
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from tests.histories.record import SCENARIOS, record
from tests.world import World
from worker import WORKFLOWS, sandbox
from workflows.contracts import POST_OFFICE, WORKFLOW_TYPES
from workflows.payloads import DATA_CONVERTER

HISTORIES = sorted(Path(__file__).parent.glob("*/*.json"))


def test_there_are_histories_of_every_kind_of_process() -> None:
    replayed = {workflow_of(path) for path in HISTORIES}
    assert {*WORKFLOW_TYPES.values(), POST_OFFICE} <= replayed


def workflow_of(path: Path) -> str:
    """The type of the workflow whose history this is, as its first event names it."""
    begun = json.loads(read(path))["events"][0]["workflowExecutionStartedEventAttributes"]
    return str(begun["workflowType"]["name"])


def read(path: Path) -> str:
    return path.read_text()


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: f"{path.parent.name}/{path.stem}")
async def test_a_released_history_replays(path: Path) -> None:
    recorded = WorkflowHistory.from_json(path.stem, read(path))
    replayer = Replayer(workflows=WORKFLOWS, data_converter=DATA_CONVERTER, workflow_runner=sandbox())
    await replayer.replay_workflow(recorded)


@pytest.mark.skipif("TENGGAT_RECORD" not in os.environ, reason="records histories of a new release on demand")
@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.starts("2026-12-21T08:00:00+07:00")
async def test_record(world: World, name: str) -> None:
    assert await record(world, os.environ["TENGGAT_RECORD"], name)
