"""What a report is compared with, on its case's page: the amounts of now, and how they were lowered before."""

from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from api.pages import shapes
from api.pages.rendering import Form
from services.deadlines.periods import Period
from services.i18n import Translator, format_rupiah
from services.identity import policy
from services.identity.permissions import Permission
from services.identity.policy import Target
from services.identity.principal import Principal
from services.models import BaselineCorrection, CaseFile, CaseKind, Report
from services.reports import baseline
from services.reports.baseline import Compared
from services.timeline import actors
from services.timeline.sentences import COMPARED

MARK: Final = "baseline_"
"""Before the names of this form's fields: other forms of the page ask for a reason too."""


async def shown(
    session: AsyncSession, user: Principal, case: CaseFile, form: Form, words: Translator
) -> dict[str, Any] | None:
    """The card for who may lower; None for everybody else, and where nothing was ever compared."""
    if case.kind != CaseKind.REPORT or not policy.can(user, Permission.LOWER_BASELINE, Target.of_case(case)):
        return None
    report = await session.get_one(Report, case.id, populate_existing=True)
    before = await baseline.previous(session, report)
    compared, lowered = baseline.compared(before), await baseline.corrections(session, report)
    if not compared and not lowered:
        return None
    return {
        "period": _label(before.period, words) if before.period else "",
        "amounts": [(words.gettext(one.label), format_rupiah(one.amount, words.locale)) for one in compared],
        "options": [_option(one, words) for one in compared],
        "lowered": await _lowered(session, case, lowered, words),
        "open": bool(compared) and case.status in baseline.WRITABLE,
        "form": form,
    }


def _option(one: Compared, words: Translator) -> shapes.Option:
    return shapes.Option(one.field, words.gettext(one.label))


def _label(period: str, words: Translator) -> str:
    return Period.parse(period).label(words.locale)


async def _lowered(
    session: AsyncSession, case: CaseFile, lowered: list[BaselineCorrection], words: Translator
) -> list[dict[str, Any]]:
    who = await actors.labels(
        session,
        (one.made_by for one in lowered),
        account_id=case.account_id,
        for_company=False,
        speak=words,
    )
    return [
        {
            "field": words.gettext(COMPARED.get(one.field, one.field)),
            "value": one.value,
            "period": _label(one.before_period, words),
            "reason": one.reason,
            "by": who[one.made_by],
            "at": one.made_at,
        }
        for one in lowered
    ]
