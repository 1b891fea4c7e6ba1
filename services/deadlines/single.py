"""One deadline of one case extended at once, by somebody who may decide that alone: asked for, granted, in force."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services import cases, rulebook
from services.deadlines import applying, campaigns
from services.deadlines.derivation import moment
from services.deadlines.extensions import rule_for
from services.deadlines.periods import Period
from services.models import CaseFile, CaseKind, Extension, ExtensionScope, ExtensionStatus, new_id


@dataclass(frozen=True)
class Grant:
    """More time for one deadline: `target` is the new last day, `requested_by` whoever asked for it."""

    deadline: str
    target: date
    instrument: str
    reason: str
    requested_by: str
    document_id: UUID | None = None


async def grant(
    session: AsyncSession, case: CaseFile, wanted: Grant, *, actor: str, now: datetime
) -> Extension:
    """Extend a locked case in this transaction. Like every extension it is a campaign of its own, undoable.

    Nobody is told here: whoever decides answers in words of their own.
    """
    rules = await rulebook.current(session, now=now)
    period = Period.parse(case.period) if case.period else None
    target = moment(rule_for(rules, wanted.deadline, period, now), wanted.target)
    campaign, extension = _rows(case, wanted, target, rules.version_id, actor, now)
    await cases.open_case(session, campaign)
    session.add(extension)
    await session.flush()
    data = {"scope": extension.scope}
    await cases.record(session, campaign, "drafted", now=now, actor=wanted.requested_by, data=data)
    for status in (ExtensionStatus.PREVIEWED, ExtensionStatus.APPROVED):
        cases.move(campaign, status)
    cases.reach(campaign, "approved_at", now)
    await cases.record(session, campaign, "approved", now=now, actor=actor, data={"moving": 1})
    await applying.extend_cases(session, extension, [case.id], now)
    await campaigns.applied(session, campaign, extension, now)
    await campaigns.wake_periods(session, extension, now)
    cases.wake(campaign, now)
    return extension


def _rows(
    case: CaseFile, wanted: Grant, target: datetime, policy_version: UUID, actor: str, now: datetime
) -> tuple[CaseFile, Extension]:
    extension_id = new_id()
    campaign = CaseFile(
        id=new_id(),
        kind=CaseKind.CAMPAIGN,
        key=f"campaign/{extension_id}",
        title=wanted.instrument,
        region_code=case.region_code,
        period=case.period,
        status=ExtensionStatus.DRAFT,
        policy_version_id=policy_version,
        opened_at=now,
    )
    return campaign, Extension(
        id=extension_id,
        case_id=campaign.id,
        status=ExtensionStatus.APPROVED,
        deadline_name=wanted.deadline,
        scope=ExtensionScope.CASE,
        period=case.period,
        target_case_id=case.id,
        target_before=target,
        instrument=wanted.instrument,
        reason=wanted.reason,
        document_id=wanted.document_id,
        notify=False,
        counts={"concerned": 1, "moving": 1},
        previewed_at=now,
        requested_by=wanted.requested_by,
        requested_at=now,
        approved_by=actor,
        approved_at=now,
    )
