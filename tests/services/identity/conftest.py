"""What a check of a password costs, counted."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from argon2 import Parameters, PasswordHasher, extract_parameters
from sqlalchemy import Engine, event

from services.identity import passwords


class CountingHasher(PasswordHasher):
    """The service's own hasher, which writes down what each comparison costs."""

    def __init__(self, work: list[Parameters]) -> None:
        super().__init__(time_cost=1, memory_cost=47_104, parallelism=1)
        self._work = work

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 -- the library's name
        """Compare, after writing down the cost."""
        self._work.append(extract_parameters(hash if isinstance(hash, str) else hash.decode()))
        return super().verify(hash, password)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[Parameters]:
    """The cost of every comparison of a password from here on."""
    done: list[Parameters] = []
    monkeypatch.setattr(passwords, "_HASHER", CountingHasher(done))
    return done


@pytest.fixture
def statements() -> Iterator[Counter[str]]:
    """How often each statement was sent to the database from here on."""
    sent: Counter[str] = Counter()

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent[statement] += 1

    event.listen(Engine, "before_cursor_execute", count)
    yield sent
    event.remove(Engine, "before_cursor_execute", count)
