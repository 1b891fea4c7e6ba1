"""Looks of many processes taken together: what is asked while one transaction runs shares the next."""

import asyncio
from dataclasses import dataclass

from services import processes
from services.database import Sessions
from services.processes import Answer, Question


@dataclass
class _Asked:
    question: Question
    taken: bool = False
    answer: Answer | None = None


class Looks:
    """Takes looks at cases. One that meets a lock, or whose transaction failed for all, is taken alone."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._waiting: list[_Asked] = []
        self._turn = asyncio.Lock()

    async def look(self, question: Question) -> Answer:
        """One look at one case. NotFound."""
        asked = _Asked(question)
        self._waiting.append(asked)
        async with self._turn:
            if not asked.taken:
                await self._take_all()
        return asked.answer or await self._alone(question)

    async def _take_all(self) -> None:
        together, self._waiting = self._waiting, []
        for asked in together:
            asked.taken = True
        async with self._sessions() as session, session.begin():
            answers = await processes.look_at_all(session, [asked.question for asked in together])
        for asked, answer in zip(together, answers, strict=True):
            asked.answer = answer  # only now: what did not commit was not seen

    async def _alone(self, question: Question) -> Answer:
        async with self._sessions() as session, session.begin():
            return await processes.look(session, question)
