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
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON instance
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON derivation
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

INSERT INTO lane_state (lane) VALUES ('credentials'), ('legal'), ('notices');

-- The application reads and writes rows; it changes neither the schema nor what is append-only.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tenggat_app') THEN
        GRANT USAGE ON SCHEMA public TO tenggat_app;
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO tenggat_app;
        GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO tenggat_app;
        -- After a wave has written a hundred thousand rows, the next one must not be planned for an empty table.
        GRANT MAINTAIN ON case_file, case_chain, case_event, deadline, report, message, account,
            extension, extension_line TO tenggat_app;
        REVOKE UPDATE, DELETE, TRUNCATE ON case_event, report_version, read_log, security_event, derivation
            FROM tenggat_app;
        REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON instance FROM tenggat_app;
        REVOKE INSERT, DELETE, TRUNCATE ON rehearsal_clock FROM tenggat_app;
        REVOKE ALL ON alembic_version FROM tenggat_app;
        GRANT SELECT ON alembic_version TO tenggat_app;
    END IF;
END
$$;
