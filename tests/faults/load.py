"""What people and programs do while parts are killed, as patient as real ones: they try again under the same key."""

import asyncio
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.services.documents.corpus import pdf

PAUSE = 0.05
TRIES = 240


@dataclass
class Load:
    """Commands sent through the API: what was acknowledged, and how often which status was answered."""

    url: str
    acknowledged: dict[str, dict[str, Any]] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    unanswered: int = 0

    async def register(self, count: int, token: str, *, first: int = 0) -> None:
        """So many companies register, one after another; a program of the UPP enters them."""
        document = pdf()
        async with self._client(token) as client:
            for number in range(first, first + count):
                form = {
                    "company_name": f"PT Contoh Beban {number}",
                    "nib": f"7{number:012d}",
                    "npwp": "013456789012345",
                    "email": f"beban-{number}@contoh.example",
                    "region_code": "64.72",
                    "address": f"Jalan Beban {number}",
                }
                files = {"document": ("nib.pdf", document, "application/pdf")}
                await self._insist(client, "/api/v1/registrations", data=form, files=files)
                await asyncio.sleep(PAUSE)

    async def submit(self, reports: Sequence[tuple[str, str, int]], pause: float) -> None:
        """Companies send what they have filled: (token, path, version) each."""
        for token, path, version in reports:
            async with self._client(token) as client:
                await self._insist(client, path, json={"version": version})
            await asyncio.sleep(pause)

    @property
    def spelled(self) -> str:
        """How often which status was answered, for people."""
        answers = [f"{status}: {count}" for status, count in sorted(self.statuses.items())]
        return ", ".join([*answers, f"none: {self.unanswered}"])

    def _client(self, token: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, timeout=30, headers={"Authorization": f"Bearer {token}"})

    async def _insist(self, client: httpx.AsyncClient, path: str, **body: Any) -> None:
        """Until it is acknowledged. The only refusal that is borne is 503: try again."""
        key = {"Idempotency-Key": str(uuid.uuid4())}
        for _ in range(TRIES):
            try:
                answer = await client.post(path, headers=key, **body)
            except httpx.TransportError:
                self.unanswered += 1
                await asyncio.sleep(0.5)
                continue
            self.statuses[answer.status_code] += 1
            if answer.status_code == 201:
                self.acknowledged[answer.json()["id"]] = answer.json()
                return
            assert answer.status_code == 503, f"{path}: {answer.status_code} {answer.text}"
            await asyncio.sleep(float(answer.headers.get("Retry-After", 1)) / 4)
        raise AssertionError(f"{path} was never taken in")
