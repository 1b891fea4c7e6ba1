"""What there is to be allowed, and one table that says which role is allowed what."""

from enum import StrEnum

from services.models.identity import Role


class Permission(StrEnum):
    """One thing somebody may do. Those of `INDIVIDUAL` show or touch the data of one company."""

    # Reading
    READ_ACCOUNT = "read_account"
    READ_CASE = "read_case"
    READ_DOCUMENT = "read_document"
    READ_NOTES = "read_notes"
    READ_PERIOD = "read_period"
    READ_EXTENSION = "read_extension"
    READ_PEOPLE = "read_people"
    READ_AUDIT = "read_audit"
    READ_HEALTH = "read_health"
    EXPORT_INDIVIDUAL = "export_individual"
    # A company, for itself
    EDIT_PROFILE = "edit_profile"
    UPLOAD_DOCUMENT = "upload_document"
    WRITE_REPORT = "write_report"
    SEND_REPORT = "send_report"
    REQUEST_ROLLBACK = "request_rollback"
    REQUEST_EXTENSION = "request_extension"
    REQUEST_ASSISTANCE = "request_assistance"
    ANSWER_DATA_REQUEST = "answer_data_request"
    # Officials, on one case
    WRITE_NOTES = "write_notes"
    ASSIGN_CASE = "assign_case"
    HOLD_CASE = "hold_case"
    DECIDE_REGISTRATION = "decide_registration"
    REVIEW_LICENCE = "review_licence"
    VOID_ACCOUNT = "void_account"
    CHANGE_COMPANY_DATA = "change_company_data"
    VERIFY_REPORT = "verify_report"
    VALIDATE_REPORT = "validate_report"
    DECIDE_ROLLBACK = "decide_rollback"
    LOWER_BASELINE = "lower_baseline"
    CREATE_DATA_REQUEST = "create_data_request"
    RECORD_SERVICE = "record_service"
    ACCEPT_DATA_REQUEST = "accept_data_request"
    DECIDE_EXTENSION_REQUEST = "decide_extension_request"
    EXCUSE_OBLIGATION = "excuse_obligation"
    APPROVE_WARNING = "approve_warning"
    ASSIST_COMPANY = "assist_company"
    PROPOSE_REPRIMAND = "propose_reprimand"
    DECIDE_REPRIMAND = "decide_reprimand"
    PRINT_LETTERS = "print_letters"
    # Administration
    OPEN_PERIOD = "open_period"
    DRAFT_EXTENSION = "draft_extension"
    APPROVE_EXTENSION = "approve_extension"
    UNDO_EXTENSION = "undo_extension"
    MANAGE_CALENDAR = "manage_calendar"
    MANAGE_POLICY = "manage_policy"
    MANAGE_PEOPLE = "manage_people"
    OPERATE_PROCESSES = "operate_processes"
    OPERATE_MAIL = "operate_mail"
    ADVANCE_CLOCK = "advance_clock"


_P = Permission

READS = frozenset({_P.READ_ACCOUNT, _P.READ_CASE, _P.READ_DOCUMENT})
"""Whoever holds one of these for an object may know that it exists."""

_COMPANY = READS | {
    _P.READ_PERIOD,
    _P.EDIT_PROFILE,
    _P.UPLOAD_DOCUMENT,
    _P.WRITE_REPORT,
    _P.SEND_REPORT,
    _P.REQUEST_ROLLBACK,
    _P.REQUEST_EXTENSION,
    _P.REQUEST_ASSISTANCE,
    _P.ANSWER_DATA_REQUEST,
}
_OFFICIAL = READS | {_P.READ_NOTES, _P.READ_PERIOD, _P.READ_EXTENSION}
_DESK = _OFFICIAL | {_P.WRITE_NOTES, _P.ASSIGN_CASE, _P.HOLD_CASE}

# An officer may also ask, book and move for a company that calls or comes by.
_HELP = {_P.REQUEST_ASSISTANCE, _P.ASSIST_COMPANY}

ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.COMPANY_USER: _COMPANY,
    Role.UPP_OFFICER: _DESK
    | _HELP
    | {_P.DECIDE_REGISTRATION, _P.REVIEW_LICENCE, _P.VOID_ACCOUNT, _P.CHANGE_COMPANY_DATA},
    Role.VERIFIER: _DESK | {_P.VERIFY_REPORT, _P.DECIDE_ROLLBACK, _P.LOWER_BASELINE},
    Role.VALIDATOR: _OFFICIAL | {_P.WRITE_NOTES, _P.VALIDATE_REPORT},
    Role.COMPLIANCE_OFFICER: _DESK
    | {
        _P.EXPORT_INDIVIDUAL,
        _P.CREATE_DATA_REQUEST,
        _P.RECORD_SERVICE,
        _P.ACCEPT_DATA_REQUEST,
        _P.DECIDE_EXTENSION_REQUEST,
        _P.EXCUSE_OBLIGATION,
        _P.APPROVE_WARNING,
        _P.PROPOSE_REPRIMAND,
        _P.DECIDE_REPRIMAND,
        _P.PRINT_LETTERS,
    },
    # Regional governments read within their region and may not pass individual data on.
    Role.REGIONAL_OFFICER: _OFFICIAL
    | _HELP
    | {_P.WRITE_NOTES, _P.RECORD_SERVICE, _P.PROPOSE_REPRIMAND, _P.DECIDE_REPRIMAND, _P.PRINT_LETTERS},
    # Administrators decide about dates, rules and people, not about a company's papers.
    Role.ADMINISTRATOR: _DESK
    | {
        _P.READ_PEOPLE,
        _P.READ_AUDIT,
        _P.READ_HEALTH,
        _P.DECIDE_EXTENSION_REQUEST,
        _P.OPEN_PERIOD,
        _P.DRAFT_EXTENSION,
        _P.APPROVE_EXTENSION,
        _P.UNDO_EXTENSION,
        _P.MANAGE_CALENDAR,
        _P.MANAGE_POLICY,
        _P.MANAGE_PEOPLE,
        _P.OPERATE_PROCESSES,
        _P.OPERATE_MAIL,
        _P.ADVANCE_CLOCK,
    },
    Role.AUDITOR: _OFFICIAL | {_P.READ_PEOPLE, _P.READ_AUDIT, _P.READ_HEALTH},
}

INDIVIDUAL = frozenset(
    {
        *(_COMPANY - {_P.READ_PERIOD}),
        _P.READ_NOTES,
        _P.EXPORT_INDIVIDUAL,
        _P.WRITE_NOTES,
        _P.ASSIGN_CASE,
        _P.HOLD_CASE,
        _P.DECIDE_REGISTRATION,
        _P.REVIEW_LICENCE,
        _P.VOID_ACCOUNT,
        _P.CHANGE_COMPANY_DATA,
        _P.VERIFY_REPORT,
        _P.VALIDATE_REPORT,
        _P.DECIDE_ROLLBACK,
        _P.LOWER_BASELINE,
        _P.CREATE_DATA_REQUEST,
        _P.RECORD_SERVICE,
        _P.ACCEPT_DATA_REQUEST,
        _P.DECIDE_EXTENSION_REQUEST,
        _P.EXCUSE_OBLIGATION,
        _P.APPROVE_WARNING,
        _P.ASSIST_COMPANY,
        _P.PROPOSE_REPRIMAND,
        _P.DECIDE_REPRIMAND,
        _P.PRINT_LETTERS,
    }
)
"""Officials hold these only after accepting the non-disclosure agreement (UU 3/2014 Pasal 69-70)."""


def roles_with(permission: Permission) -> frozenset[Role]:
    """The roles whose line of the table has the permission."""
    return frozenset(role for role, allowed in ALLOWED.items() if permission in allowed)
