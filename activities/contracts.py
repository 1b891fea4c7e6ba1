"""What crosses between workflows and activities: ids and small answers, never people or form data."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


@dataclass(frozen=True)
class CaseRef:
    """Which case. Everything else is read from its row."""

    case_id: UUID


class StepResult(StrEnum):
    DONE = "done"
    ALREADY = "already"
    WAIT = "wait"  # held or stuck: somebody will wake the process
    OVER = "over"
