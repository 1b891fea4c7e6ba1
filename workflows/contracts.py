"""Names that must never change: task queue, workflow types, ids. Histories and other programs rely on them."""

from datetime import timedelta

from services.models import CaseKind, Lane

TASK_QUEUE = "tenggat"

# Which workflow follows which kind of case.
WORKFLOW_TYPES: dict[str, str] = {
    CaseKind.REGISTRATION: "registration",
    CaseKind.LICENCE_REVIEW: "licence-review",
    CaseKind.PERIOD: "reporting-period",
    CaseKind.CAMPAIGN: "extension-campaign",
    CaseKind.POLICY_CHANGE: "policy-change",
    CaseKind.DECREE: "holiday-decree",
    CaseKind.EXTENSION_REQUEST: "extension-request",
    CaseKind.NON_PRODUCTION: "non-production",
    CaseKind.ASSISTANCE: "assistance",
    CaseKind.REPRIMAND: "reprimand",
    CaseKind.REPORT: "report-review",
    CaseKind.ROLLBACK: "rollback",
    CaseKind.DATA_REQUEST: "data-request",
    CaseKind.WARNING: "warning-letters",
    CaseKind.WARNING_BATCH: "warning-batch",
}

POST_OFFICE = "post-office"
SWEEP = "sweep"
SWEEP_EVERY = timedelta(minutes=1)
CHORES = "daily-chores"
CHORES_AT = (2, 30)  # hour and minute in Jakarta
RESCAN = "rescan"
RESCAN_EVERY = timedelta(minutes=10)


def post_office_id(lane: str) -> str:
    """One post office per lane."""
    return f"{POST_OFFICE}/{Lane(lane)}"
