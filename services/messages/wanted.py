"""Is a message still wanted? One SQL expression per rule, asked at claiming and again just before sending.

Every expression is over the message row `m` and yields NULL while the message is wanted, else why not.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final


class Rule(StrEnum):
    """When a message stops being wanted; each template names one."""

    ALWAYS = "always"
    LINK_TO_OWNER = "link_to_owner"
    REGISTRATION_WAITS = "registration_waits"
    REGISTRATION_RETURNED = "registration_returned"
    LICENCE_WAITS = "licence_waits"
    LICENCE_VALID = "licence_valid"
    REPORT_UNSENT = "report_unsent"
    REPORT_OVERDUE = "report_overdue"
    DATE_IN_FORCE = "date_in_force"
    DATA_REQUEST_UNANSWERED = "data_request_unanswered"
    DATA_REQUEST_RUNNING = "data_request_running"
    EXTENSION_REQUEST_WAITS = "extension_request_waits"
    NON_PRODUCTION_WAITS = "non_production_waits"
    ASSISTANCE_WAITS = "assistance_waits"
    SESSION_STANDS = "session_stands"
    SESSION_UNRECORDED = "session_unrecorded"
    REPRIMAND_WAITS = "reprimand_waits"
    REPRIMAND_STANDS = "reprimand_stands"
    MATTER_IN_FORCE = "matter_in_force"
    WARNING_STANDS = "warning_stands"
    REPORT_RETURNED = "report_returned"
    REPORT_REOPENED = "report_reopened"
    DESK_WAITS = "desk_waits"


_UNSENT: Final = "c.status IN ('upcoming', 'not_started', 'draft', 'reopened')"

# A one-time link goes to the address on the NIB (or, for officials, their own) and to no other, while it
# works. What the mail says of its end is told on the clock people live by.
_LINK_TO_OWNER: Final = """(
    SELECT CASE
        WHEN (m.context ->> 'expires_at')::timestamptz <= app_now() THEN 'link_expired'
        WHEN m.account_id IS NOT NULL AND a.status IS DISTINCT FROM 'active' THEN 'account_not_active'
        WHEN lower(m.recipient) IS DISTINCT FROM lower(coalesce(a.email, p.email))
            THEN 'not_the_owners_address'
    END
    FROM (SELECT 1) one
    LEFT JOIN account a ON a.id = m.account_id
    LEFT JOIN person p ON p.id = m.person_id)"""

_DECISION: Final = """(
    SELECT CASE
        WHEN c.closed_at IS NOT NULL THEN 'case_closed'
        WHEN c.held_at IS NOT NULL THEN 'case_held'
        WHEN c.status <> '{status}' THEN 'already_answered'
    END
    FROM (SELECT 1) one LEFT JOIN case_file c ON c.id = m.case_id)"""

_REPORT: Final = """(
    SELECT CASE
        WHEN c.id IS NULL OR c.closed_at IS NOT NULL THEN 'case_closed'
        WHEN c.held_at IS NOT NULL THEN 'case_held'
        WHEN a.status IS DISTINCT FROM 'active' THEN 'account_not_active'
        {more}
    END
    FROM (SELECT 1) one
    LEFT JOIN case_file c ON c.id = m.case_id
    LEFT JOIN account a ON a.id = c.account_id
    LEFT JOIN deadline d ON d.case_id = c.id AND d.name = 'report_due')"""

_MOVED: Final = (
    "WHEN d.due_before IS DISTINCT FROM (m.context ->> 'due_before')::timestamptz THEN 'date_moved'"
)
_SENT: Final = f"WHEN NOT {_UNSENT} OR d.met_at IS NOT NULL THEN 'already_sent'"

# A reminder of a whole desk: pointless once nothing there is past the date it speaks of.
_DESK: Final = """(
    SELECT CASE WHEN NOT EXISTS (
        SELECT FROM deadline d JOIN case_file c ON c.id = d.case_id
        WHERE d.name = CASE m.context ->> 'desk' WHEN 'rollbacks' THEN 'rollback_decision_target'
                       ELSE 'report_' || (m.context ->> 'desk') || '_reminder' END
          AND d.met_at IS NULL AND d.paused_since IS NULL AND d.due_before <= (SELECT app_now())
          AND c.closed_at IS NULL AND c.held_at IS NULL
    ) THEN 'already_answered' END)"""

# Any date of any case, named by the message's `matter`.
_MATTER: Final = f"""(
    SELECT CASE
        WHEN c.id IS NULL OR c.closed_at IS NOT NULL THEN 'case_closed'
        WHEN c.held_at IS NOT NULL THEN 'case_held'
        WHEN d.met_at IS NOT NULL THEN 'already_answered'
        {_MOVED}
    END
    FROM (SELECT 1) one
    LEFT JOIN case_file c ON c.id = m.case_id
    LEFT JOIN deadline d ON d.case_id = c.id AND d.name = m.context ->> 'matter')"""  # noqa: S608 -- our own constant

_DATA_REQUEST: Final = """(
    SELECT CASE
        WHEN c.id IS NULL OR c.closed_at IS NOT NULL THEN 'case_closed'
        WHEN c.held_at IS NOT NULL THEN 'case_held'
        WHEN a.status IS DISTINCT FROM 'active' THEN 'account_not_active'
        WHEN c.status NOT IN ('sent', 'received') THEN 'already_answered'
        {more}
    END
    FROM (SELECT 1) one
    LEFT JOIN case_file c ON c.id = m.case_id
    LEFT JOIN account a ON a.id = c.account_id
    LEFT JOIN deadline d ON d.case_id = c.id AND d.name = 'data_request_due')"""

# Never a letter after compliance: the ladder is open and runs, and its duty is owed, at the last moment too.
_WARNING: Final = """(
    SELECT CASE
        WHEN w.case_id IS NULL OR w.ended_at IS NOT NULL OR c.closed_at IS NOT NULL THEN 'case_closed'
        WHEN w.suspended_at IS NOT NULL OR c.held_at IS NOT NULL OR o.held_at IS NOT NULL THEN 'case_held'
        WHEN a.status IS DISTINCT FROM 'active' THEN 'account_not_active'
        WHEN d.met_at IS NOT NULL OR o.closed_at IS NOT NULL THEN 'already_answered'
        WHEN d.due_before > (SELECT app_now()) THEN 'date_moved'
    END
    FROM (SELECT 1) one
    LEFT JOIN warning_ladder w ON w.case_id = m.case_id
    LEFT JOIN case_file c ON c.id = w.case_id
    LEFT JOIN case_file o ON o.id = w.obligation_id
    LEFT JOIN account a ON a.id = w.account_id
    LEFT JOIN deadline d ON d.case_id = o.id AND d.name IN ('report_due', 'data_request_due'))"""

# The session that the message speaks of is still booked; {more} says what else makes it pointless.
_SESSION: Final = """(
    SELECT CASE
        WHEN c.id IS NULL OR c.closed_at IS NOT NULL THEN 'case_closed'
        WHEN c.held_at IS NOT NULL THEN 'case_held'
        WHEN s.starts_at IS DISTINCT FROM (m.context ->> 'starts_at')::timestamptz THEN 'date_moved'
        {more}
    END
    FROM (SELECT 1) one
    LEFT JOIN case_file c ON c.id = m.case_id
    LEFT JOIN assistance_session s ON s.case_id = c.id AND s.released_at IS NULL)"""

_REPRIMAND: Final = """(
    SELECT CASE
        WHEN c.id IS NULL OR c.status <> 'issued' THEN 'case_closed'
        WHEN a.status IS DISTINCT FROM 'active' THEN 'account_not_active'
    END
    FROM (SELECT 1) one
    LEFT JOIN case_file c ON c.id = m.case_id
    LEFT JOIN account a ON a.id = c.account_id)"""

EXPRESSIONS: Final[Mapping[Rule, str]] = {
    Rule.ALWAYS: "NULL",
    Rule.LINK_TO_OWNER: _LINK_TO_OWNER,
    Rule.REGISTRATION_WAITS: _DECISION.format(status="submitted"),
    Rule.REGISTRATION_RETURNED: _DECISION.format(status="returned"),
    Rule.LICENCE_WAITS: _DECISION.format(status="pending"),
    Rule.LICENCE_VALID: _DECISION.format(status="valid"),
    Rule.REPORT_UNSENT: _REPORT.format(
        more=f"{_SENT} {_MOVED} WHEN d.due_before <= (SELECT app_now()) THEN 'date_passed'"
    ),
    Rule.REPORT_OVERDUE: _REPORT.format(more=f"{_SENT} {_MOVED}"),
    Rule.DATE_IN_FORCE: _REPORT.format(more=_MOVED),
    Rule.DATA_REQUEST_UNANSWERED: _DATA_REQUEST.format(more=""),
    Rule.DATA_REQUEST_RUNNING: _DATA_REQUEST.format(more=_MOVED),
    Rule.EXTENSION_REQUEST_WAITS: _DECISION.format(status="submitted"),
    Rule.NON_PRODUCTION_WAITS: _DECISION.format(status="submitted"),
    Rule.ASSISTANCE_WAITS: _DECISION.format(status="asked"),
    Rule.SESSION_STANDS: _SESSION.format(more="WHEN s.starts_at <= (SELECT app_now()) THEN 'date_passed'"),
    Rule.SESSION_UNRECORDED: _SESSION.format(more=""),
    Rule.REPRIMAND_WAITS: _DECISION.format(status="proposed"),
    Rule.REPRIMAND_STANDS: _REPRIMAND,
    Rule.MATTER_IN_FORCE: _MATTER,
    Rule.WARNING_STANDS: _WARNING,
    Rule.REPORT_RETURNED: _DECISION.format(status="returned"),
    Rule.REPORT_REOPENED: _DECISION.format(status="reopened"),
    Rule.DESK_WAITS: _DESK,
}


def unwanted(rules: Iterable[tuple[str, Rule]]) -> str:
    """The one expression for all templates: given (template, rule) pairs, NULL or the reason for row `m`.

    An unknown template is not sent.
    """
    named: dict[Rule, list[str]] = {}
    for template, rule in rules:
        named.setdefault(rule, []).append(f"'{template}'")
    arms = "\n".join(
        f"WHEN m.template IN ({', '.join(names)}) THEN {EXPRESSIONS[rule]}" for rule, names in named.items()
    )
    return f"CASE {arms} ELSE 'unknown_template' END"
