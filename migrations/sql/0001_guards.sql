-- What no program may do: change what was recorded, turn production into a rehearsal, turn the clock back.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON case_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON report_version
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON read_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON security_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON service_evidence
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON company_contact
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON instance
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON derivation
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON added_unit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION guard_rehearsal_clock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM instance WHERE rehearsal) THEN
        RAISE EXCEPTION 'this database is not a rehearsal' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.instant < OLD.instant THEN
        RAISE EXCEPTION 'a rehearsal clock never goes back' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON rehearsal_clock
    FOR EACH ROW EXECUTE FUNCTION guard_rehearsal_clock();

-- Perbaikan data (Permenperin 13/2025): asked for only while the report is in verification or validation, about
-- what was sent last, by the account whose report it is. What was asked is never rewritten.
CREATE FUNCTION guard_rollback() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    report_case case_file;
BEGIN
    SELECT * INTO report_case FROM case_file WHERE id = NEW.report_id;
    IF TG_OP = 'INSERT' THEN
        IF report_case.status <> NEW.report_status OR report_case.closed_at IS NOT NULL THEN
            RAISE EXCEPTION 'report % is not in verification or validation', NEW.report_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'rollback_in_review';
        END IF;
        IF NOT EXISTS (SELECT FROM report r WHERE r.case_id = NEW.report_id AND r.account_id = NEW.account_id
                       AND r.period = NEW.period AND r.submission = NEW.submission) THEN
            RAISE EXCEPTION 'not the last submission of report %', NEW.report_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'rollback_of_the_report';
        END IF;
    ELSE
        IF (OLD.report_id, OLD.submission, OLD.account_id, OLD.period, OLD.reason, OLD.sections, OLD.requested_at,
            OLD.requested_by, OLD.shown_before, OLD.refused_from)
           IS DISTINCT FROM
           (NEW.report_id, NEW.submission, NEW.account_id, NEW.period, NEW.reason, NEW.sections, NEW.requested_at,
            NEW.requested_by, NEW.shown_before, NEW.refused_from) THEN
            RAISE EXCEPTION 'a request is never rewritten' USING ERRCODE = 'insufficient_privilege';
        END IF;
        IF OLD.granted_at IS NOT NULL AND NEW.granted_at IS DISTINCT FROM OLD.granted_at THEN
            RAISE EXCEPTION 'what was granted stays granted' USING ERRCODE = 'insufficient_privilege';
        END IF;
        IF OLD.granted_at IS NULL AND NEW.granted_at IS NOT NULL
           AND (report_case.status <> 'rollback_requested' OR report_case.closed_at IS NOT NULL) THEN
            RAISE EXCEPTION 'report % is not in verification or validation', NEW.report_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'rollback_in_review';
        END IF;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON rollback FOR EACH ROW EXECUTE FUNCTION guard_rollback();

-- A proposed unit of quantity: what was proposed is never rewritten, and what was decided stays so.
CREATE FUNCTION guard_unit_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.status <> 'submitted'
       OR (NEW.id, NEW.account_id, NEW.name, NEW.key, NEW.used_for, NEW.reason, NEW.submitted_at, NEW.submitted_by)
          IS DISTINCT FROM
          (OLD.id, OLD.account_id, OLD.name, OLD.key, OLD.used_for, OLD.reason, OLD.submitted_at, OLD.submitted_by)
    THEN
        RAISE EXCEPTION 'a proposal is decided once and never rewritten' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON unit_proposal
    FOR EACH ROW EXECUTE FUNCTION guard_unit_proposal();

-- A version of the rules says for ever what it says; only when it comes into force may change, until it has.
CREATE FUNCTION guard_policy_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.digest, NEW.content, NEW.proposed_by, NEW.created_at)
            IS DISTINCT FROM (OLD.digest, OLD.content, OLD.proposed_by, OLD.created_at) THEN
        RAISE EXCEPTION 'a version of the rules never changes' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF OLD.in_force_from <= app_now() AND NEW.in_force_from IS DISTINCT FROM OLD.in_force_from THEN
        RAISE EXCEPTION 'a version that is in force stays so until another follows it'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON policy_version
    FOR EACH ROW EXECUTE FUNCTION guard_policy_version();

-- Never a warning after compliance: whatever the code, no letter is approved or leaves about a duty that is not owed,
-- none before the one before it is served, and a number that was given is never changed. A ladder that stands still
-- for nothing but the service of its newest letter lets that very letter go by post. When a letter left by mail is
-- kept once, as it was; that it goes by post instead is taken back whatever its duty has become.
CREATE FUNCTION guard_warning_letter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.number IS NOT NULL
       AND (NEW.number, NEW.year, NEW.sequence) IS DISTINCT FROM (OLD.number, OLD.year, OLD.sequence) THEN
        RAISE EXCEPTION 'letter % keeps its number', OLD.number USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.mailed_at IS DISTINCT FROM OLD.mailed_at
       AND (OLD.mailed_at IS NOT NULL OR NEW.mailed_at IS DISTINCT FROM OLD.sent_at) THEN
        RAISE EXCEPTION 'letter % left by mail when it did', OLD.number USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.sent_at IS NULL OR OLD.sent_at IS NOT NULL OR NEW.sent_at = OLD.mailed_at) THEN
        RETURN NEW;
    END IF;
    IF NOT EXISTS (
        SELECT FROM warning_ladder w
        JOIN case_file o ON o.id = w.obligation_id AND o.closed_at IS NULL
        JOIN deadline d ON d.case_id = o.id AND d.name IN ('report_due', 'data_request_due') AND d.met_at IS NULL
        WHERE w.case_id = NEW.case_id AND w.ended_at IS NULL
          AND (w.suspended_at IS NULL OR w.suspension = 'unserved' AND TG_OP = 'UPDATE' AND NEW.rung = w.rung)
    ) THEN
        RAISE EXCEPTION 'the duty of ladder % is not owed', NEW.case_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'warning_owed';
    END IF;
    IF NEW.rung > 1 AND NOT EXISTS (
        SELECT FROM warning_letter e
        WHERE e.case_id = NEW.case_id AND e.rung = NEW.rung - 1 AND e.served_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'letter % of ladder % is not served', NEW.rung - 1, NEW.case_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'warning_served';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON warning_letter
    FOR EACH ROW EXECUTE FUNCTION guard_warning_letter();

-- No seat of a desk holds two sessions at the same time, however many bookings race and however long sessions are.
ALTER TABLE assistance_session ADD CONSTRAINT no_seat_twice
    EXCLUDE USING gist (desk WITH =, seat WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (released_at IS NULL);

INSERT INTO lane_state (lane) VALUES ('credentials'), ('legal'), ('notices');

-- Room on each page for the next version of its rows: nothing indexed changes in them, so a new version on the same
-- page needs no entry in any index. Every event of every case writes its chain.
ALTER TABLE case_chain SET (fillfactor = 50);

-- The application reads and writes rows; it changes neither the schema nor what is append-only.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tenggat_app') THEN
        GRANT USAGE ON SCHEMA public TO tenggat_app;
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO tenggat_app;
        GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO tenggat_app;
        -- After a wave has written a hundred thousand rows, the next one must not be planned for an empty table.
        GRANT MAINTAIN ON case_file, case_chain, case_event, deadline, report, message, account,
            extension, extension_line, derivation, decree_line,
            warning_ladder, warning_letter TO tenggat_app;
        REVOKE UPDATE, DELETE, TRUNCATE ON case_event, report_version, read_log, security_event, derivation,
            service_evidence, account_change FROM tenggat_app;
        REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON instance FROM tenggat_app;
        REVOKE INSERT, DELETE, TRUNCATE ON rehearsal_clock FROM tenggat_app;
        REVOKE ALL ON alembic_version FROM tenggat_app;
        GRANT SELECT ON alembic_version TO tenggat_app;
    END IF;
END
$$;
