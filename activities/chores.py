"""The daily chores' one activity."""

from dataclasses import dataclass, replace

from temporalio import activity

from services import chores
from services.chores import Chore, Tools


@dataclass(frozen=True)
class Turn:
    """One chore's turn. `again`: also when it was done today already."""

    chore: str
    again: bool = False


@dataclass(frozen=True)
class ChoreActivities:
    tools: Tools

    @activity.defn(name="chores.carry_out")
    async def carry_out(self, turn: Turn) -> None:
        """Does a chore unless it was done today; a failure is noted in its row and tried again."""
        tools = replace(self.tools, beat=activity.heartbeat)
        await chores.carry_out(tools, Chore(turn.chore), again=turn.again)
