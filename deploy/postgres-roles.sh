#!/bin/sh
# Runs once, when the database volume is new: the same roles and databases as the one-machine engine has.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  --set migrator="$MIGRATOR_PASSWORD" --set app="$APP_PASSWORD" --set temporal="$TEMPORAL_PASSWORD" <<'SQL'
CREATE ROLE tenggat_migrator LOGIN PASSWORD :'migrator';
CREATE ROLE tenggat_app LOGIN PASSWORD :'app';
CREATE ROLE temporal LOGIN PASSWORD :'temporal';
CREATE DATABASE tenggat OWNER tenggat_migrator;
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
REVOKE ALL ON DATABASE tenggat, temporal, temporal_visibility FROM PUBLIC;
GRANT CONNECT ON DATABASE tenggat TO tenggat_app;
\connect tenggat
ALTER SCHEMA public OWNER TO tenggat_migrator;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO tenggat_app;
ALTER DEFAULT PRIVILEGES FOR ROLE tenggat_migrator IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO tenggat_app;
ALTER DEFAULT PRIVILEGES FOR ROLE tenggat_migrator IN SCHEMA public GRANT USAGE ON SEQUENCES TO tenggat_app;
SQL
