-- The one clock. In a rehearsal database legal time is a stored instant that only an advance moves.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE FUNCTION app_now() RETURNS timestamptz LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    stored timestamptz;
BEGIN
    SELECT c.instant INTO stored FROM rehearsal_clock c JOIN instance i ON i.rehearsal;
    RETURN coalesce(stored, now());
END
$$;

-- One spelling of an instant in everything that is hashed. STABLE as to_char is: only so the planner puts its text in
-- the place of the call, which a function declared stricter than what it calls would pay for at every row.
CREATE FUNCTION instant_text(moment timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;
