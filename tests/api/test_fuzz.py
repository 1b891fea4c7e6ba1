"""Everything the published description names, sent what nobody would send: refused or done, never broken."""

import os
import random
import time
from collections import Counter
from typing import Any

import httpx
import pytest

from services.models import Account, Role, new_id
from tests.api.conftest import Api, once
from tests.api.test_object_access import ids, theirs

__all__ = ["ids", "theirs"]

SECONDS = float(os.environ.get("TENGGAT_FUZZ_SECONDS", "20"))
SEED = int(os.environ.get("TENGGAT_FUZZ_SEED", "20270104"))
# Goes on in the background and would move the world under the other requests; its own tests are in test_extensions.
LEFT_OUT = {"/api/v1/clock/advance"}
ROLES = (Role.ADMINISTRATOR, Role.COMPLIANCE_OFFICER, Role.UPP_OFFICER, Role.VERIFIER, Role.COMPANY_USER)
JUNK: tuple[Any, ...] = (
    None, True, -1, 0, 2**31, 2**63, -(2**63) - 1, 1e308, "", " ", "\x00", "a\x00b", [], {}, [[]], {"a": 1},
    "' OR '1'='1", "'; DROP TABLE account; --", "%27", "{{7*7}}", "${jndi:ldap://x}", "../../etc/passwd", "\u202e",
    "💥" * 50, "x" * 5000, [None] * 50, "2027-13-45", "0000-00-00", "9999-12-31T23:59:59+99:99", "NaN", "-0", "1e999",
    "64.72", "2026-Q4", "production", "1", "00000000-0000-0000-0000-000000000000", "0001-01-01T00:00:00Z",
)  # fmt: skip


class Fuzzer:
    """Arguments for a call: mostly of the right shape, some of them junk."""

    def __init__(self, spec: dict[str, Any], known: dict[str, str], chance: random.Random) -> None:
        self.spec, self.known, self.chance = spec, known, chance

    def call(self, path: str, operation: dict[str, Any]) -> dict[str, Any]:
        """`url` and what httpx takes beside it."""
        asked = operation.get("parameters", [])
        query = {
            one["name"]: self._text(self.value(one["schema"]))
            for one in asked
            if one["in"] == "query" and (one.get("required") or self.chance.random() < 0.4)
        }
        filled = {one["name"]: self._named(one["name"]) for one in asked if one["in"] == "path"}
        headers = once() if self.chance.random() < 0.95 else {"Idempotency-Key": "x" * 400}
        if self.chance.random() < 0.7:
            headers["If-Match"] = self.chance.choice(['"0"', '"1"', "W/x", '"99999999999"', "*"])
        return {"url": path.format(**filled), "params": query, "headers": headers} | self._body(operation)

    def value(self, schema: dict[str, Any], depth: int = 0) -> Any:
        """Something of this shape, or junk."""
        if self.chance.random() < 0.2 or depth > 5:
            return self.chance.choice(JUNK)
        if "$ref" in schema:
            return self.value(self.spec["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], depth)
        if "anyOf" in schema:
            return self.value(self.chance.choice(schema["anyOf"]), depth + 1)
        if schema.get("type") == "object":
            needed = schema.get("required", ())
            return {
                name: self.value(one, depth + 1)
                for name, one in schema.get("properties", {}).items()
                if name in needed or self.chance.random() < 0.5
            }
        if schema.get("type") == "array":
            return [self.value(schema["items"], depth + 1) for _ in range(self.chance.randrange(4))]
        return self._plain(schema)

    def _plain(self, schema: dict[str, Any]) -> Any:
        if "enum" in schema:
            return self.chance.choice(schema["enum"])
        if schema.get("type") in ("integer", "number"):
            return self.chance.choice([0, 1, 2, 50, 1_000_000])
        if schema.get("type") == "boolean":
            return self.chance.random() < 0.5
        formats = {
            "uuid": [*self.known.values(), str(new_id())], "date": ["2027-01-20"],
            "date-time": ["2027-01-20T10:00:00Z"],
        }  # fmt: skip
        return self.chance.choice(
            formats.get(schema.get("format", ""), ["x", "64.72", "2026-Q4", "general_data"])
        )

    def _named(self, name: str) -> str:
        if name in self.known and self.chance.random() < 0.85:
            return self.known[name]
        return self._segment(self._text(self.chance.choice(JUNK))) or "x"

    def _body(self, operation: dict[str, Any]) -> dict[str, Any]:
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            return {"json": self._sendable(self.value(content["application/json"]["schema"]))}
        if "multipart/form-data" in content:
            form = self.value(content["multipart/form-data"]["schema"])
            form = form if isinstance(form, dict) else {}
            name = self.chance.choice(["document", "scan", "file"])
            content_ = self.chance.choice([b"", b"%PDF-1.7", b"PK\x03\x04", os.urandom(64)])
            data = {key: self._text(value) for key, value in form.items() if key != name}
            return {
                "data": data,
                "files": {name: (self._text(self.chance.choice(JUNK))[:80] or "a", content_)},
            }
        return {}

    @staticmethod
    def _sendable(value: Any) -> Any:
        return 0 if isinstance(value, float) and value > 1e300 else value

    @staticmethod
    def _text(value: Any) -> str:
        return value if isinstance(value, str) else str(value)

    @staticmethod
    def _segment(value: str) -> str:
        return "".join(f"%{byte:02X}" for byte in value.encode()[:200])


@pytest.mark.timeout(600)
async def test_nothing_that_is_sent_breaks_the_application(
    api: Api, ids: dict[str, str], theirs: Account
) -> None:
    chance, spec = random.Random(SEED), api.app.openapi()
    callers: list[httpx.AsyncClient] = [
        await (api.company(theirs.id) if role is Role.COMPANY_USER else api.as_(role)) for role in ROLES
    ]
    doors = [
        (path, method, operation)
        for path, methods in spec["paths"].items()
        if path not in LEFT_OUT
        for method, operation in methods.items()
    ]
    fuzzer, ends, tried = Fuzzer(spec, ids, chance), time.monotonic() + SECONDS, 0
    broken, seen = [], Counter[int]()
    while time.monotonic() < ends or tried < 2 * len(doors):
        path, method, operation = doors[tried % len(doors)]
        call = fuzzer.call(path, operation)
        answer = await chance.choice(callers).request(method, **call)
        tried += 1
        seen[answer.status_code] += 1
        if answer.status_code >= 500:
            broken.append((method, answer.request.url.raw_path, call, answer.status_code))
    assert min(seen[200], seen[404], seen[422]) > 0, seen  # it gets past the door, and is refused there too
    assert not broken, f"seed {SEED}, of {tried}:\n" + "\n".join(str(one)[:1500] for one in broken)


@pytest.mark.parametrize(
    "path", ["accounts?region=a%00b", "cases?q=%00", "reports/{}/differences?before=1&after=4294967296"]
)
async def test_what_no_column_can_hold_is_the_callers_mistake(
    api: Api, ids: dict[str, str], path: str
) -> None:
    administrator = await api.as_(Role.ADMINISTRATOR)
    refused = await administrator.get(f"/api/v1/{path.format(ids['report_id'])}")
    assert refused.status_code == 422
