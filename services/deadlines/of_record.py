"""Extensions announced before this service kept them: given, as by a campaign, with the first duty they concern."""

from datetime import datetime
from typing import Final
from uuid import NAMESPACE_OID, UUID, uuid5

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services import cases
from services.deadlines.derivation import moment
from services.deadlines.extensions import NAME, preview_of
from services.deadlines.periods import Period
from services.models import CaseFile, CaseKind, Extension, ExtensionScope, ExtensionStatus, new_id
from services.policies.bundle import Policies
from services.policies.records import ExtensionOfRecord
from services.rulebook import Rulebook

_ALONE: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('of-record/' || :extension, 0))")


def announced(policies: Policies, period: Period) -> list[ExtensionOfRecord]:
    """What was announced for everyone who reports on this period."""
    return [record for record in policies.extensions_of_record.extensions if record.period == period]


def due_before(policies: Policies, period: Period, base_before: datetime) -> datetime:
    """The date of a period's reports, as everyone had it: the base, or a later one that was announced."""
    given = [_target(record, policies) for record in announced(policies, period) if record.deadline == NAME]
    return max([base_before, *given])


async def keep(session: AsyncSession, period: Period, rules: Rulebook, *, now: datetime) -> None:
    """Give what was announced for this period, each once: what was opened has it, what is opened next gets it.

    One that is corrected in the rules is another one beside the first; the latest date holds.
    """
    for record in announced(rules.policies, period):
        extension_id = _id_of(record)
        if await session.get(Extension, extension_id) is not None:
            continue
        await session.execute(_ALONE, {"extension": str(extension_id)})
        if await session.get(Extension, extension_id) is None:
            await _give(session, record, rules, now)


async def _give(session: AsyncSession, record: ExtensionOfRecord, rules: Rulebook, now: datetime) -> None:
    """Nobody is told: everybody was. The campaign's process carries it to whoever owed it already."""
    extension = _row(record, rules, now)
    campaign = CaseFile(
        id=extension.case_id,
        kind=CaseKind.CAMPAIGN,
        key=f"campaign/{extension.id}",
        title=record.instrument,
        period=str(record.period),
        status=ExtensionStatus.DRAFT,
        policy_version_id=rules.version_id,
        opened_at=now,
    )
    await cases.open_case(session, campaign)
    session.add(extension)
    await session.flush()
    await cases.record(session, campaign, "drafted", now=now, data={"scope": extension.scope})
    for status in (ExtensionStatus.PREVIEWED, ExtensionStatus.APPROVED):
        cases.move(campaign, status)
    preview = await preview_of(session, extension, now=now)
    extension.counts = {"concerned": preview.concerned, "moving": preview.moving}
    cases.reach(campaign, "approved_at", now)
    await cases.record(session, campaign, "approved", now=now, data={"moving": preview.moving})
    cases.wake(campaign, now)


def _row(record: ExtensionOfRecord, rules: Rulebook, now: datetime) -> Extension:
    return Extension(
        id=_id_of(record),
        case_id=new_id(),
        status=ExtensionStatus.APPROVED,
        deadline_name=record.deadline,
        scope=ExtensionScope.PERIOD,
        period=str(record.period),
        target_before=_target(record, rules.policies),
        instrument=record.instrument,
        reason=record.reason,
        notify=False,
        previewed_at=now,
        requested_by=cases.SYSTEM,
        requested_at=now,
        approved_by=cases.SYSTEM,
        approved_at=now,
    )


def _target(record: ExtensionOfRecord, policies: Policies) -> datetime:
    return moment(policies.rule(record.deadline, record.period), record.extended_due)


def _id_of(record: ExtensionOfRecord) -> UUID:
    """The same for the same announcement, whoever comes first."""
    said = (record.id, record.period, record.deadline, record.extended_due)
    return uuid5(NAMESPACE_OID, "/".join(map(str, said)))
