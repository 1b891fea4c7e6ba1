"""What an inspection can conclude; the only thing that crosses from the sandbox to the service."""

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Self


class Problem(StrEnum):
    """Why a file is refused. The service has a sentence for each."""

    WRONG_TYPE = "wrong_type"
    DAMAGED = "damaged"
    MIXED = "mixed"
    ENCRYPTED = "encrypted"
    SCRIPTED = "scripted"
    EMBEDDED = "embedded"
    RICH_MEDIA = "rich_media"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_COMPLEX = "too_complex"


@dataclass(frozen=True)
class Verdict:
    """The type by content, the pages (1 for an image), and the problem with its figures, if there is one.

    `fault` names the place where a parser or we failed, for the log; it never quotes the file.
    """

    media_type: str | None = None
    pages: int = 0
    problem: Problem | None = None
    figures: dict[str, int] = field(default_factory=dict)
    fault: str | None = None

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_bytes(cls, line: bytes) -> Self:
        values = json.loads(line)
        problem = values.pop("problem")
        return cls(**values, problem=Problem(problem) if problem else None)


class RefusedError(Exception):
    """Ends an inspection with a problem."""

    def __init__(self, problem: Problem, **figures: int) -> None:
        super().__init__(problem)
        self.problem = problem
        self.figures = figures
