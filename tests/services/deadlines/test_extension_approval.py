"""What was tried out is what is approved; what concerns many is neither given nor taken back by one person alone."""

from datetime import date
from typing import Final

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services import cases
from services.batches import FIRST
from services.deadlines import applying, campaigns, extensions, undoing
from services.deadlines.extensions import ExtensionDraft
from services.errors import Conflict, Forbidden
from services.models import Extension, ExtensionScope
from services.policies.bundle import Policies
from tests.factories import OPEN, make_account, make_report

ASKS: Final = "person:00000000-0000-7000-8000-000000000001"
DECIDES: Final = "person:00000000-0000-7000-8000-000000000002"


async def tried(session: AsyncSession) -> Extension:
    """One report's period, extended to 20 January: written down and tried out."""
    await make_report(session, await make_account(session), now=OPEN)
    wanted = ExtensionDraft(
        ExtensionScope.PERIOD, date(2027, 1, 20), "SE Contoh 1/2027", "Banjir", period="2026-Q4"
    )
    extension = await extensions.draft(session, wanted, actor=ASKS, now=OPEN)
    await extensions.dry_run(session, extension.id, actor=ASKS, now=OPEN)
    return extension


async def test_a_scope_that_grew_since_it_was_tried_out_is_tried_out_again(session: AsyncSession) -> None:
    extension = await tried(session)
    await make_report(session, await make_account(session), now=OPEN)
    with pytest.raises(Conflict) as raised:
        await extensions.approve(session, extension.id, actor=DECIDES, now=OPEN)
    assert raised.value.params == {"seen": 1, "moving": 2}
    assert extension.status == "previewed"
    await extensions.dry_run(session, extension.id, actor=ASKS, now=OPEN)
    assert (await extensions.approve(session, extension.id, actor=DECIDES, now=OPEN)).status == "approved"


async def test_what_needed_a_second_person_is_not_taken_back_by_who_asked(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Policies, "second_person_above", 0)
    extension = await tried(session)
    await extensions.approve(session, extension.id, actor=DECIDES, now=OPEN)
    found = await applying.next_cases(session, extension, FIRST, OPEN, 10)
    await applying.extend_cases(session, extension, found, OPEN)
    await campaigns.applied(session, await cases.lock(session, extension.case_id), extension, OPEN)
    with pytest.raises(Forbidden):
        await undoing.order_undo(session, extension.id, actor=ASKS, now=OPEN)
    assert (await undoing.order_undo(session, extension.id, actor=DECIDES, now=OPEN)).status == "undoing"
