"""Second factor, recovery codes, idle time per session, KBLI scope of API keys."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

PURPOSES = "purpose IN ('activation', 'reset', 'correction', 'follow', 'second_factor')"


def upgrade() -> None:
    op.alter_column("person", "totp_secret", new_column_name="totp_nonce")
    op.add_column("person", sa.Column("totp_confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "web_session", sa.Column("idle_seconds", sa.Integer(), nullable=False, server_default=sa.text("1800"))
    )
    op.add_column(
        "api_key",
        sa.Column("kbli_divisions", postgresql.ARRAY(sa.Text()), nullable=False, server_default=sa.text("'{}'")),
    )
    op.drop_constraint(op.f("ck_one_time_token_purpose"), "one_time_token")
    op.create_check_constraint(op.f("ck_one_time_token_purpose"), "one_time_token", PURPOSES)
    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_recovery_code_person_id")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_person_id"), "recovery_code", ["person_id"])
