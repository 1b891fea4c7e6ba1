#!/bin/sh
# Brings both of Temporal's databases to the schema of this release; harmless when they have it.
set -eu
for pair in temporal:temporal temporal_visibility:visibility; do
  database=${pair%%:*}
  tool() { temporal-sql-tool --plugin postgres12_pgx --endpoint postgres --port 5432 --user temporal --db "$database" "$@"; }
  tool update-schema --schema-name "postgresql/v12/${pair##*:}" 2>/dev/null || {
    tool setup-schema -v 0.0
    tool update-schema --schema-name "postgresql/v12/${pair##*:}"
  }
done
