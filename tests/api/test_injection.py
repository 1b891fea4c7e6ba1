"""What reads like SQL is text: in every word of every query, on pages and by program, it changes no statement."""

import time
from collections.abc import Sequence
from itertools import product
from typing import Any

import httpx
import pytest

from services.models import Role
from tests.api.conftest import Api
from tests.pages.officials import official, owing

# The first close a string, a bracket or a comment; those with pg_sleep tell by the clock when one was believed.
ATTACKS = (
    "' OR '1'='1", "'; DROP TABLE account; --", "') OR 1=1 --", "1; SELECT pg_sleep(20)", "' || pg_sleep(20) || '",
    "1' AND 1=CAST((SELECT version()) AS int) --", "' UNION SELECT token_hash, NULL FROM api_key --", "\\' OR 1=1 --",
    "$$; SELECT pg_sleep(20); $$", "status; DROP TABLE case_file", "due_before DESC, (SELECT pg_sleep(20))",
    "%' OR '%'='", "_%\\", "/* */", "U&'\\0027 OR 1=1'", "1e1 OR 1=1",
)  # fmt: skip
PAGES = (
    "/kasus",
    "/antrean",
    "/perusahaan",
    "/peringatan",
    "/admin/perpanjangan",
    "/admin/orang",
    "/admin/kesehatan",
)
NAMES = (
    "q",
    "status",
    "kind",
    "region",
    "period",
    "sort",
    "order",
    "urut",
    "saring",
    "halaman",
    "due_before",
    "batas",
)
LONGEST = 15.0  # seconds, on the busiest of machines; a believed pg_sleep lasts twenty
READERS = (
    Role.ADMINISTRATOR,
    Role.COMPLIANCE_OFFICER,
    Role.VERIFIER,
    Role.VALIDATOR,
    Role.UPP_OFFICER,
    Role.AUDITOR,
)


def worded(spec: dict[str, Any]) -> dict[str, list[str]]:
    """By path: every word that its GET takes in the query, for paths that name nothing."""
    found = {}
    for path, operations in spec["paths"].items():
        given = operations.get("get", {}).get("parameters", ())
        names = [each["name"] for each in given if each["in"] == "query"]
        if names and "{" not in path:
            found[path] = names
    return found


async def reader_of(path: str, officials: Sequence[httpx.AsyncClient]) -> httpx.AsyncClient:
    """The first of them who may read this list."""
    for each in officials:
        if (await each.get(path)).status_code != 403:
            return each
    raise AssertionError(f"nobody may read {path}")


@pytest.mark.timeout(240)
async def test_no_word_of_a_query_is_ever_believed(api: Api) -> None:
    """OWASP ASVS 1.2.4: data and statements never mix, not even where lists are sorted, searched or exported."""
    await owing(api)
    officials = [await api.as_(role) for role in READERS]
    wrong, tried = [], 0
    for path, names in worded(api.app.openapi()).items():
        reader = await reader_of(path, officials)
        for name, attack in product(names, ATTACKS):
            began, tried = time.monotonic(), tried + 1
            answer = await reader.get(path, params={name: attack})
            if answer.status_code not in (200, 404, 422) or time.monotonic() - began > LONGEST:
                wrong.append((path, name, attack, answer.status_code))
    assert tried > 300
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.timeout(120)
async def test_no_word_in_the_address_of_a_page_is_ever_believed(api: Api) -> None:
    await owing(api)
    wrong = []
    async with official(api, Role.ADMINISTRATOR) as admin:
        for page in PAGES:
            for attack in ATTACKS:
                began = time.monotonic()
                answer = await admin.client.get(page, params=dict.fromkeys(NAMES, attack))
                if answer.status_code >= 500 or time.monotonic() - began > LONGEST:
                    wrong.append((page, attack, answer.status_code))
    assert not wrong, "\n".join(map(str, wrong))
