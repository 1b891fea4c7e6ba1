"""What needs two people is not offered to one: not beside their own key, on the page or in the service."""

from typing import Any

import pytest

from services.models import Role
from services.policies.bundle import Policies
from tests.api.conftest import Api, once
from tests.pages.officials import official, owing
from tests.pages.test_refusals import ALONE, program_of_the_latest


@pytest.mark.parametrize(("kind", "trial", "body", "page", "key"), ALONE, ids=[one[0] for one in ALONE])
async def test_the_approval_is_not_offered_to_whoever_proposed_it_by_key(
    api: Api, monkeypatch: pytest.MonkeyPatch, kind: str, trial: str, body: Any, page: str, key: str
) -> None:
    monkeypatch.setattr(Policies, "second_person_above", property(lambda _: 0))
    await owing(api)
    async with official(api, Role.ADMINISTRATOR) as proposer:
        program = await program_of_the_latest(api)
        made = (await program.post(f"/api/v1/{kind}", json=body, headers=once())).json()
        assert (await program.post(f"/api/v1/{kind}/{made[key]}/{trial}", headers=once())).status_code < 300
        approval = page.format(made[key])
        await proposer.open(approval.rpartition("/")[0])
        assert approval not in proposer.page.text
        async with official(api, Role.ADMINISTRATOR) as second:
            await second.open(approval.rpartition("/")[0])
            assert approval in second.page.text
