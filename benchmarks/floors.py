"""The floor: what plain SQL needs to write the same rows, events, hashes and messages, in batches of a thousand."""

from datetime import datetime

import psycopg

BATCH = 1000

_EVENT = """
    , chained AS (
        UPDATE case_chain c SET last_seq = c.last_seq + 1, last_hash = t.hash
        FROM (
            SELECT c.case_id, sha256(convert_to(jsonb_build_object(
                       'case', c.case_id, 'seq', c.last_seq + 1, 'type', %(type)s::text, 'at', instant_text(%(now)s),
                       'recorded_at', instant_text(%(now)s), 'actor', 'system', 'data', '{}'::jsonb,
                       'previous', encode(c.last_hash, 'hex'))::text, 'UTF8')) AS hash
            FROM case_chain c WHERE c.case_id = ANY(%(ids)s)
        ) t WHERE t.case_id = c.case_id RETURNING c.case_id, c.last_seq, c.last_hash
    )
    INSERT INTO case_event (case_id, seq, type, at, recorded_at, actor, data, hashed_text, hash)
    SELECT case_id, last_seq, %(type)s, %(now)s, %(now)s, 'system', '{}', repeat('x', 300), last_hash FROM chained
"""

_OPEN = """
    WITH opened AS (
        INSERT INTO case_file (id, kind, key, title, account_id, region_code, zone, kbli, period, stage, status,
                               version, milestones, nudges, policy_version_id, opened_at)
        SELECT uuidv7(), 'report', 'report/' || number || '/' || %(period)s || '/production', name, id, region_code,
               zone, '{}', %(period)s, 'production', 'upcoming', 1, '{}', 0, %(policy)s, %(now)s
        FROM account WHERE id = ANY(%(ids)s) RETURNING id, account_id
    ), chained AS (
        INSERT INTO case_chain (case_id, last_seq, last_hash) SELECT id, 1, sha256(id::text::bytea) FROM opened
    ), owed AS (
        INSERT INTO report (case_id, account_id, period, stage, content_version, submission)
        SELECT id, account_id, %(period)s, 'production', 0, 0 FROM opened
    ), due AS (
        INSERT INTO deadline (case_id, name, derivation_id, base_before, due_before, set_at, pauses)
        SELECT id, 'report_due', %(derivation)s, %(due)s, %(due)s, %(now)s, '[]' FROM opened
    )
    INSERT INTO case_event (case_id, seq, type, at, recorded_at, actor, data, hashed_text, hash)
    SELECT id, 1, 'opened', %(now)s, %(now)s, 'system', '{}', repeat('x', 300), sha256(id::text::bytea) FROM opened
"""

_MESSAGE = """
    INSERT INTO message (id, case_id, account_id, template, template_version, locale, lane, recipient, context,
                         dedupe_key, planned_for, not_before, state, attempts, created_at)
    SELECT uuidv7(), c.id, c.account_id, 'report_reminder', 1, 'id', 'notices', a.email,
           jsonb_build_object('company', a.name, 'zone', a.zone, 'period', c.period, 'stage', c.stage,
                              'due_before', %(now)s::timestamptz),
           %(type)s || c.id, %(now)s, %(now)s, 'queued', 0, %(now)s
    FROM case_file c JOIN account a ON a.id = c.account_id WHERE c.id = ANY(%(ids)s)
"""

_EXTEND = """
    WITH moved AS (
        UPDATE deadline SET due_before = due_before + interval '10 days', set_at = %(now)s
        WHERE case_id = ANY(%(ids)s) AND name = 'report_due' RETURNING case_id, due_before
    ), lined AS (
        INSERT INTO extension_line (extension_id, case_id, deadline_name, old_before, target_before, active)
        SELECT %(extension)s, case_id, 'report_due', due_before - interval '10 days', due_before, true FROM moved
    )
"""


def open_all(url: str, period: str, now: datetime, due: datetime, policy: object, derivation: object) -> int:
    """Open one obligation for every account; returns how many."""
    given = {"period": period, "now": now, "due": due, "policy": policy, "derivation": derivation}
    return _batches(url, "SELECT id FROM account ORDER BY id", [_OPEN], given)


def remind_all(url: str, period: str, now: datetime) -> int:
    """One message and one event for every case of a period."""
    given = {"now": now, "type": "floor_reminder"}
    return _batches(url, _cases(period), [_MESSAGE, f"WITH nothing AS (SELECT 1) {_EVENT}"], given)


def extend_all(url: str, period: str, now: datetime, extension: object) -> int:
    """Move every date, with line, event and message."""
    given = {"now": now, "type": "floor_extension", "extension": extension}
    return _batches(url, _cases(period), [_EXTEND + _EVENT, _MESSAGE], given)


_MOVE = """
    WITH moved AS (
        UPDATE deadline SET due_before = due_before + interval '1 day', base_before = base_before + interval '1 day',
               set_at = %(now)s
        WHERE case_id = ANY(%(ids)s) AND name = 'report_correction_due' RETURNING case_id, due_before, derivation_id
    ), derived AS (
        INSERT INTO derivation (id, digest, rule, due_before, calendar_version, steps, recipe, recipe_digest)
        SELECT uuidv7(), 'floor' || m.case_id, v.rule, m.due_before, v.calendar_version, v.steps, v.recipe,
               v.recipe_digest
        FROM moved m JOIN derivation v ON v.id = m.derivation_id
    ), lined AS (
        INSERT INTO decree_line (decree_id, case_id, deadline_name, state, old_before, new_before, told)
        SELECT %(decree)s, case_id, 'report_correction_due', 'moved', due_before - interval '1 day', due_before, true
        FROM moved
    )
"""


def move_all(url: str, period: str, now: datetime, decree: object) -> int:
    """Move the date by which each report is corrected, with reasons, line, event and message."""
    given = {"now": now, "type": "floor_decree", "decree": decree}
    return _batches(url, _cases(period), [_MOVE + _EVENT, _MESSAGE], given)


def count_dates(url: str, period: str) -> int:
    """How many dates of a period run until when: the least that a dry run has to ask."""
    query = """
        SELECT d.due_before, count(*) FROM case_file c JOIN deadline d ON d.case_id = c.id AND d.name = 'report_due'
        WHERE c.kind = 'report' AND c.period = %s GROUP BY d.due_before
    """
    with psycopg.connect(url) as connection:
        return sum(row[1] for row in connection.execute(query, [period]))


def _cases(period: str) -> str:
    return f"SELECT id FROM case_file WHERE kind = 'report' AND period = '{period}' ORDER BY id"  # noqa: S608 -- ours


def _batches(url: str, find: str, statements: list[str], given: dict[str, object]) -> int:
    with psycopg.connect(url) as connection:
        ids = [row[0] for row in connection.execute(find)]
        connection.commit()
        for start in range(0, len(ids), BATCH):
            for statement in statements:
                connection.execute(statement, {**given, "ids": ids[start : start + BATCH]})
            connection.commit()
    return len(ids)
