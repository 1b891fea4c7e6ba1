"""Which status may follow which, kind by kind. The state machines of the service, on one page."""

from collections.abc import Mapping
from enum import StrEnum

from services.errors import TransitionRefused
from services.i18n import N_
from services.models import (
    AssistanceStatus,
    CaseKind,
    DataRequestStatus,
    DecreeStatus,
    ExtensionRequestStatus,
    ExtensionStatus,
    NonProductionStatus,
    PeriodStatus,
    PolicyChangeStatus,
    RegistrationStatus,
    ReportStatus,
    ReprimandStatus,
    RollbackStatus,
    WarningBatchStatus,
    WarningStatus,
)


class LicenceStatus(StrEnum):
    PENDING = "pending"
    VALID = "valid"
    INVALID = "invalid"
    REPLACED = "replaced"
    EXPIRED = "expired"


Table = Mapping[str, frozenset[str]]


def _table(**moves: str) -> Table:
    return {status: frozenset(following.split()) for status, following in moves.items()}


TRANSITIONS: Mapping[str, Table] = {
    CaseKind.REGISTRATION: _table(
        submitted="returned accepted rejected",
        returned="submitted lapsed",
        accepted="",
        rejected="",
        lapsed="",
    ),
    CaseKind.LICENCE_REVIEW: _table(
        pending="valid invalid replaced",
        valid="invalid replaced expired",
        invalid="valid replaced",
        replaced="",
        expired="",
    ),
    CaseKind.PERIOD: _table(planned="open", open="due", due="open closed", closed="open due"),
    CaseKind.REPORT: _table(
        upcoming="not_started draft excused closed",
        not_started="upcoming draft excused closed",
        draft="sent upcoming not_started excused closed",
        sent="returned verified rollback_requested closed",
        returned="sent excused closed",
        verified="validated returned rollback_requested closed",
        validated="",
        rollback_requested="reopened sent verified closed",
        reopened="sent verified closed",
        excused="",
        closed="",
    ),
    CaseKind.POLICY_CHANGE: _table(
        draft="simulated cancelled",
        simulated="approved cancelled",
        approved="in_force withdrawn",
        in_force="done",
        done="",
        withdrawn="",
        cancelled="",
    ),
    CaseKind.CAMPAIGN: _table(
        draft="previewed cancelled",
        previewed="draft approved cancelled",
        approved="applied undoing",
        applied="undoing",
        undoing="undone",
        undone="",
        cancelled="",
    ),
    CaseKind.DECREE: _table(
        draft="previewed cancelled",
        previewed="approved cancelled",
        approved="applied",
        applied="undoing",
        undoing="undone",
        undone="",
        cancelled="",
    ),
    CaseKind.EXTENSION_REQUEST: _table(
        submitted="granted refused withdrawn moot",
        granted="",
        refused="",
        withdrawn="",
        moot="",
    ),
    CaseKind.NON_PRODUCTION: _table(
        submitted="accepted refused withdrawn moot",
        accepted="",
        refused="",
        withdrawn="",
        moot="",
    ),
    CaseKind.ASSISTANCE: _table(
        asked="booked answered cancelled",
        booked="booked confirmed asked held no_show cancelled",
        confirmed="booked asked held no_show cancelled",
        answered="",
        held="",
        no_show="",
        cancelled="",
    ),
    CaseKind.REPRIMAND: _table(
        proposed="approved refused withdrawn",
        approved="issued",
        issued="",
        refused="",
        withdrawn="",
    ),
    CaseKind.DATA_REQUEST: _table(
        sent="received withdrawn",
        received="answered withdrawn",
        answered="accepted sent withdrawn",
        accepted="",
        withdrawn="",
    ),
    CaseKind.ROLLBACK: _table(
        requested="granted refused",
        granted="reopened",
        reopened="resent expired",
        resent="",
        refused="",
        expired="",
    ),
    CaseKind.WARNING: _table(
        proposed="approved complied excused excluded withdrawn",
        approved="issued proposed complied excused withdrawn",
        issued="proposed deciding complied excused withdrawn",
        deciding="decided complied excused withdrawn",
        complied="",
        excused="",
        excluded="",
        withdrawn="",
        decided="",
    ),
    CaseKind.WARNING_BATCH: _table(approved="done", done=""),
}

STATUSES: Mapping[str, type[StrEnum]] = {
    CaseKind.REGISTRATION: RegistrationStatus,
    CaseKind.LICENCE_REVIEW: LicenceStatus,
    CaseKind.PERIOD: PeriodStatus,
    CaseKind.REPORT: ReportStatus,
    CaseKind.CAMPAIGN: ExtensionStatus,
    CaseKind.POLICY_CHANGE: PolicyChangeStatus,
    CaseKind.DECREE: DecreeStatus,
    CaseKind.EXTENSION_REQUEST: ExtensionRequestStatus,
    CaseKind.NON_PRODUCTION: NonProductionStatus,
    CaseKind.ASSISTANCE: AssistanceStatus,
    CaseKind.REPRIMAND: ReprimandStatus,
    CaseKind.DATA_REQUEST: DataRequestStatus,
    CaseKind.ROLLBACK: RollbackStatus,
    CaseKind.WARNING: WarningStatus,
    CaseKind.WARNING_BATCH: WarningBatchStatus,
}


def require(kind: str, status: str, following: str) -> None:
    """Raise TransitionRefused unless `following` may come after `status`."""
    if following not in TRANSITIONS[kind][status]:
        raise TransitionRefused(
            N_("Langkah ini tidak mungkin pada status “{status}”."), status=status, following=following
        )
