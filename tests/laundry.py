"""Used databases made as new: emptied and given their first rows again, in a tenth of the time a fresh clone takes."""

from dataclasses import dataclass

import psycopg
from psycopg import sql

# Of one database; whoever changed it made the database another one, which is not given to the next test.
_SCHEMA = """
    SELECT md5(string_agg(line, chr(10) ORDER BY line)) FROM (
        SELECT format('%s %s %s', c.oid::regclass, c.relkind, c.relacl) AS line
        FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
        UNION ALL
        SELECT format('%s.%s %s %s %s', a.attrelid::regclass, a.attname, a.atttypid, a.attnotnull, a.attisdropped)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0
        UNION ALL
        SELECT format('%s %s %s', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL
        SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
        UNION ALL
        SELECT format('%s %s', proname, md5(prosrc)) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL
        SELECT format('%s', s.setconfig) FROM pg_db_role_setting s
        JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = current_database()
        UNION ALL
        SELECT format('%s %s', nspname, nspacl) FROM pg_namespace WHERE nspname !~ '^pg_'
    ) lines
"""
_OTHERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
_SEQUENCES = """
    SELECT setval(format('%I.%I', schemaname, sequencename), start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL
"""


@dataclass(frozen=True)
class Laundry:
    """What a new database looks like: its schema, its tables, and the rows it begins with (as COPY writes them)."""

    schema: str
    tables: tuple[str, ...]
    first_rows: dict[str, bytes]

    @classmethod
    def looking_at(cls, url: str) -> "Laundry":
        """Remember a database that nobody has used yet."""
        with psycopg.connect(url, autocommit=True) as new:
            tables = tuple(name for (name,) in new.execute(_TABLES))
            rows = {name: _copied(new, name) for name in _filled(new, tables)}
            return cls(_schema(new), tables, rows)

    def wash(self, url: str) -> bool:
        """Make a database as new; False when its schema is no longer what it was. `url` is a superuser's."""
        with psycopg.connect(url, autocommit=True) as used:
            used.execute(_OTHERS)
            if _schema(used) != self.schema:
                return False
            with used.transaction():
                used.execute("SET LOCAL session_replication_role = replica")  # no guards, no foreign keys
                for name in _filled(used, self.tables):
                    used.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
                for name, content in self.first_rows.items():
                    statement = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name))
                    with used.cursor().copy(statement) as copy:
                        copy.write(content)
                used.execute(_SEQUENCES)
        return True


def _schema(connection: psycopg.Connection) -> str:
    row = connection.execute(_SCHEMA).fetchone()
    assert row is not None
    return str(row[0])


def _filled(connection: psycopg.Connection, tables: tuple[str, ...]) -> list[str]:
    one = "SELECT {literal} WHERE EXISTS (SELECT FROM {table})"
    asked = [sql.SQL(one).format(literal=sql.Literal(name), table=sql.Identifier(name)) for name in tables]
    return [name for (name,) in connection.execute(sql.SQL(" UNION ALL ").join(asked))]


def _copied(connection: psycopg.Connection, table: str) -> bytes:
    statement = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))
    with connection.cursor().copy(statement) as copy:
        return b"".join(bytes(part) for part in copy)
