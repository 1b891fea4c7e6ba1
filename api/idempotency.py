"""A command under an Idempotency-Key is carried out once; repeating it gives the first answer again."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from api.deps import SessionDep
from services.errors import Conflict, InvalidInput
from services.i18n import N_
from services.models import IdempotencyKey

MAX_KEY = 200


class KeyReused(Conflict):
    """The same key came with another body."""

    code = "idempotency_key_reused"
    status = 422


@dataclass(frozen=True)
class Once:
    """Runs a command once per principal, route and key, inside the request's transaction."""

    session: AsyncSession
    principal: str
    route: str
    key: str
    request_hash: str

    async def __call__(
        self,
        command: Callable[[], Awaitable[BaseModel]],
        *,
        status: int = 200,
        fingerprint: str | None = None,
    ) -> JSONResponse:
        """The command's answer, now or as it was given before. `fingerprint` stands for an uploaded body."""
        wanted = fingerprint or self.request_hash
        if not await self._claim(wanted):
            return await self._first_answer(wanted)
        answer = (await command()).model_dump(mode="json")
        await self.session.execute(
            text(
                "UPDATE idempotency_key SET status = :status, answer = CAST(:answer AS jsonb)"
                " WHERE principal = :principal AND route = :route AND key = :key"
            ),
            {
                "principal": self.principal, "route": self.route, "key": self.key,
                "status": status, "answer": json.dumps(answer),
            },
        )  # fmt: skip
        return JSONResponse(_steady(answer), status_code=status)

    async def _claim(self, request_hash: str) -> bool:
        """Insert first: a second request with this key waits here until the first has committed."""
        result = await self.session.execute(
            text(
                "INSERT INTO idempotency_key (principal, route, key, request_hash)"
                " VALUES (:principal, :route, :key, :hash) ON CONFLICT DO NOTHING"
            ),
            {"principal": self.principal, "route": self.route, "key": self.key, "hash": request_hash},
        )
        return bool(result.rowcount)  # type: ignore[attr-defined]  # the result of an INSERT counts its rows

    async def _first_answer(self, request_hash: str) -> JSONResponse:
        row = (await self.session.execute(select(IdempotencyKey).where(*self._mine()))).scalar_one()
        if row.request_hash != request_hash:
            raise KeyReused(N_("Idempotency-Key ini sudah dipakai untuk permintaan lain."))
        return JSONResponse(
            _steady(row.answer), status_code=row.status or 200, headers={"Idempotency-Replayed": "true"}
        )

    def _mine(self) -> tuple[Any, ...]:
        return (
            col(IdempotencyKey.principal) == self.principal,
            col(IdempotencyKey.route) == self.route,
            col(IdempotencyKey.key) == self.key,
        )


def _steady(answer: dict[str, Any] | None) -> Any:
    """In one order of keys, whatever order the column keeps: a repeated answer is the same to the byte."""
    return json.loads(json.dumps(answer, sort_keys=True))


async def once(
    request: Request,
    session: SessionDep,
    idempotency_key: Annotated[str | None, Header(max_length=MAX_KEY)] = None,
) -> Once:
    """Needs the header on every POST that changes something."""
    if not idempotency_key:
        raise InvalidInput(
            N_("Sertakan kepala Idempotency-Key yang unik untuk permintaan ini."), field="Idempotency-Key"
        )
    principal = getattr(request.state, "principal", None)
    return Once(
        session,
        principal.actor if principal else "anonymous",
        f"{request.method} {request.url.path}",
        idempotency_key,
        await _hash(request),
    )


# Already read as fields when a command asks for its key: routes that take one say what it is about themselves.
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


async def _hash(request: Request) -> str:
    """The body's fingerprint: JSON by meaning, so that spacing and key order do not count; uploads by their parts."""
    kind = request.headers.get("content-type", "")
    if kind.startswith(_FORMS):
        return "multipart"
    body = await request.body()
    with suppress(ValueError):
        body = json.dumps(json.loads(body), sort_keys=True).encode() if body else b""
    return hashlib.sha256(body).hexdigest()


OnceDep = Annotated[Once, Depends(once)]
