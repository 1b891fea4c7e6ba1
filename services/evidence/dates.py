"""The dates that a bundle encloses: the case's own, those of a duty warned about, the windows of corrections."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.database import uuids
from services.deadlines import reasons, store
from services.evidence.records import plain
from services.models import CaseFile, Deadline, Derivation, ExtensionLine

Found = Mapping[str, Sequence[Mapping[str, Any]]]
"""The rows that speak of a case, by table."""

# What was hashed of each derivation, byte for byte.
_SPELLED: Final = text(
    f"SELECT g.id, {store.SPELLED_SQL} AS text FROM derivation g"  # noqa: S608 -- our own constant
    " WHERE g.id = ANY(CAST(:ids AS uuid[]))"
)


@dataclass(frozen=True)
class Dates:
    """Rows of dates with their case, and windows by the correction that was asked for in them."""

    case: CaseFile
    rows: list[tuple[CaseFile, Deadline, Derivation]]
    windows: list[tuple[Mapping[str, Any], Derivation]]

    def counted(self) -> list[tuple[CaseFile, datetime, Derivation]]:
        """Each derivation with its case and the moment at which it was made."""
        asked = [
            (self.case, datetime.fromisoformat(rollback["requested_at"]), derivation)
            for rollback, derivation in self.windows
        ]
        return [(case, deadline.set_at, why) for case, deadline, why in self.rows] + asked


async def of_case(session: AsyncSession, case: CaseFile, found: Found) -> Dates:
    """The dates of a case and of the duties that its warnings are about: what was warned of is the passing of those."""
    duties = {UUID(row["obligation_id"]) for row in found.get("warning_ladder", ())} - {case.id}
    concerned = [case, *[await session.get_one(CaseFile, duty) for duty in sorted(duties)]]
    rows = [(of, *line) for of in concerned for line in await store.of_case(session, of.id)]
    windows = [
        (rollback, await session.get_one(Derivation, UUID(rollback["window_id"])))
        for rollback in found.get("rollback", ())
    ]
    return Dates(case, rows, windows)


async def told(session: AsyncSession, dates: Dates) -> list[dict[str, Any]]:
    """Each date as its row says, its extensions, its stored derivation, and the explanation in both languages."""
    lines = []
    spelled = await _spelled(session, [why for _, _, why in dates.rows])
    for case, deadline, derivation in dates.rows:
        explained = {
            locale: [
                {"code": reason.code, "text": reason.text, "basis": reason.basis}
                for reason in (await reasons.of_deadline(session, case, deadline.name, locale=locale)).steps
            ]
            for locale in ("id", "en")
        }
        lines.append(
            {
                **plain(deadline.model_dump()),
                "extensions": await _extensions(session, deadline),
                "derivation": _why(derivation, spelled),
                "explained": explained,
            }
        )
    return lines


async def windows(session: AsyncSession, dates: Dates) -> list[dict[str, Any]]:
    """Until when each correction could be asked for, by both readings, and why."""
    spelled = await _spelled(session, [why for _, why in dates.windows])
    return [
        {
            "rollback": rollback["case_id"],
            "shown_before": rollback["shown_before"],
            "refused_from": rollback["refused_from"],
            "window_id": rollback["window_id"],
            "name": derivation.rule,
            "derivation": _why(derivation, spelled),
        }
        for rollback, derivation in dates.windows
    ]


async def _extensions(session: AsyncSession, deadline: Deadline) -> list[dict[str, Any]]:
    query = (
        select(ExtensionLine)
        .where(
            col(ExtensionLine.case_id) == deadline.case_id, col(ExtensionLine.deadline_name) == deadline.name
        )
        .order_by(col(ExtensionLine.extension_id))
    )
    return [plain(line.model_dump()) for line in (await session.execute(query)).scalars()]


async def _spelled(session: AsyncSession, derivations: Sequence[Derivation]) -> dict[UUID, str]:
    found = await session.execute(_SPELLED, {"ids": uuids([why.id for why in derivations])})
    return {row.id: row.text for row in found}


def _why(derivation: Derivation, spelled: Mapping[UUID, str]) -> dict[str, Any]:
    facts: dict[str, Any] = plain(derivation.model_dump(exclude={"id"}))
    return facts | {"hashed_text": spelled[derivation.id]}
