"""The first schema: clock, tables, guards and privileges."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

SQL = Path(__file__).parent.parent / "sql"
revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute((SQL / "0001_clock.sql").read_text())
    op.create_table(
        "caught_mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("envelope_from", sa.Text(), nullable=False),
        sa.Column("envelope_to", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("message_header_id", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column(
            "accepted_at", sa.DateTime(timezone=True), server_default=sa.text("app_now()"), nullable=False
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_caught_mail")),
    )
    op.create_index(
        op.f("ix_caught_mail_message_header_id"), "caught_mail", ["message_header_id"], unique=False
    )
    op.create_table(
        "chore_run",
        sa.Column("chore", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled", sa.Integer(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("chore", "day", name=op.f("pk_chore_run")),
    )
    op.create_table(
        "contact_health",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("reported", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("last_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_contact_health")),
    )
    op.create_table(
        "data_request_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), sa.Identity(always=False, start=1), nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("mandate", sa.Text(), nullable=False),
        sa.Column("scope", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("counts", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("ordered_by", sa.Text(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "channel IN ('portal', 'letter', 'email', 'telephone', 'visit')",
            name=op.f("ck_data_request_order_channel"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_request_order")),
        sa.UniqueConstraint("number", name=op.f("uq_data_request_order_number")),
    )
    op.create_table(
        "derivation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("due_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lenient_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("calendar_version", sa.Text(), nullable=True),
        sa.Column("steps", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("recipe", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("recipe_digest", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_derivation")),
        sa.UniqueConstraint("digest", name=op.f("uq_derivation_digest")),
    )
    op.create_index(
        "ix_derivation_recipe",
        "derivation",
        ["recipe_digest"],
        unique=False,
        postgresql_where=sa.text("recipe_digest IS NOT NULL"),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("principal", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("principal", "route", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_table(
        "instance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("singleton", sa.Boolean(), nullable=False),
        sa.Column("rehearsal", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance")),
        sa.UniqueConstraint("singleton", name=op.f("uq_instance_singleton")),
    )
    op.create_table(
        "lane_state",
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("lane IN ('credentials', 'legal', 'notices')", name=op.f("ck_lane_state_lane")),
        sa.PrimaryKeyConstraint("lane", name=op.f("pk_lane_state")),
    )
    op.create_table(
        "letter_register",
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("authority", "year", name=op.f("pk_letter_register")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("nib", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("nib", name=op.f("uq_organisation_nib")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("password_set_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totp_nonce", sa.Text(), nullable=True),
        sa.Column("totp_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totp_last_step", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('invited', 'active', 'disabled')", name=op.f("ck_person_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("username", name=op.f("uq_person_username")),
    )
    op.create_table(
        "policy_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("in_force_from", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_version")),
    )
    op.create_index("ix_policy_version_in_force", "policy_version", ["in_force_from", "id"], unique=False)
    op.create_index(
        "uq_policy_version_shipped",
        "policy_version",
        ["digest"],
        unique=True,
        postgresql_where=sa.text("note = 'shipped'"),
    )
    op.create_table(
        "rate_limit",
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", "window_start", name=op.f("pk_rate_limit")),
    )
    op.create_table(
        "read_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_log")),
    )
    op.create_index("ix_read_log_account", "read_log", ["account_id", "at"], unique=False)
    op.create_table(
        "rehearsal_clock",
        sa.Column("singleton", sa.Boolean(), nullable=False),
        sa.Column("instant", sa.DateTime(timezone=True), nullable=False),
        sa.Column("target", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moments", sa.Integer(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("singleton", name=op.f("pk_rehearsal_clock")),
    )
    op.create_table(
        "review_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("directorate", sa.Text(), nullable=True),
        sa.Column("filters", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("chosen", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("counts", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("previewed_by", sa.Text(), nullable=False),
        sa.Column("previewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_out", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "(desk = 'validation') = (directorate IS NOT NULL)", name=op.f("ck_review_batch_directorate")
        ),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by LIKE 'person:%%'",
            name=op.f("ck_review_batch_approved_by_a_person"),
        ),
        sa.CheckConstraint("desk IN ('verification', 'validation')", name=op.f("ck_review_batch_desk")),
        sa.CheckConstraint(
            "(approved_at IS NULL) = (approved_by IS NULL)", name=op.f("ck_review_batch_approved_by_one")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_batch")),
    )
    op.create_table(
        "security_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_event")),
    )
    op.create_index("ix_security_event_at", "security_event", ["at"], unique=False)
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), sa.Identity(always=False, start=1001), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("nib", sa.Text(), nullable=True),
        sa.Column("npwp", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_key", sa.Text(), nullable=False),
        sa.Column("operating_commercially", sa.Boolean(), nullable=False),
        sa.Column("expanding", sa.Boolean(), nullable=False),
        sa.Column("licence_scale", sa.Text(), nullable=True),
        sa.Column("cross_region", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "licence_scale IN ('small', 'medium', 'large')", name=op.f("ck_account_licence_scale")
        ),
        sa.CheckConstraint("status IN ('active', 'void')", name=op.f("ck_account_status")),
        sa.CheckConstraint("type IN ('A', 'B', 'C', 'D')", name=op.f("ck_account_type")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_account_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("number", name=op.f("uq_account_number")),
        sa.UniqueConstraint("username", name=op.f("uq_account_username")),
    )
    op.create_index(
        "ix_account_name",
        "account",
        ["name"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"name": "gin_trgm_ops"},
    )
    op.create_index(op.f("ix_account_organisation_id"), "account", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_account_region_code"), "account", ["region_code"], unique=False)
    op.create_index(
        "uq_account_factory",
        "account",
        ["nib", "region_code", "address_key"],
        unique=True,
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_table(
        "nda_acceptance",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_nda_acceptance_person_id")),
        sa.PrimaryKeyConstraint("person_id", "version", name=op.f("pk_nda_acceptance")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_recovery_code_person_id")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_person_id"), "recovery_code", ["person_id"], unique=False)
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("region_prefix", sa.Text(), nullable=False),
        sa.Column("kbli_divisions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('company_user', 'upp_officer', 'verifier', 'validator', 'compliance_officer', 'regional_officer', 'administrator', 'auditor')",
            name=op.f("ck_role_grant_role"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_role_grant_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    op.create_index(op.f("ix_role_grant_person_id"), "role_grant", ["person_id"], unique=False)
    op.create_table(
        "web_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("csrf_secret", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reauthenticated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idle_seconds", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_web_session_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_web_session_token_hash")),
    )
    op.create_index(op.f("ix_web_session_person_id"), "web_session", ["person_id"], unique=False)
    op.create_table(
        "api_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("region_prefix", sa.Text(), nullable=False),
        sa.Column("kbli_divisions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('company_user', 'upp_officer', 'verifier', 'validator', 'compliance_officer', 'regional_officer', 'administrator', 'auditor')",
            name=op.f("ck_api_key_role"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_api_key_account_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_api_key_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_key_token_hash")),
    )
    op.create_table(
        "baseline_correction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("before_period", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_baseline_correction_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baseline_correction")),
    )
    op.create_index(
        op.f("ix_baseline_correction_account_id"), "baseline_correction", ["account_id"], unique=False
    )
    op.create_table(
        "business_field",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kbli", sa.Text(), nullable=False),
        sa.Column("kbli_version", sa.Text(), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("risk_level", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "risk_level IN ('low', 'medium_low', 'medium_high', 'high')",
            name=op.f("ck_business_field_risk_level"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_business_field_account_id")),
        sa.PrimaryKeyConstraint("account_id", "kbli", name=op.f("pk_business_field")),
    )
    op.create_table(
        "case_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("kbli", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("period", sa.Text(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("milestones", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("wake_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("nudged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("nudges", sa.Integer(), nullable=False),
        sa.Column("stuck", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hold_reason", sa.Text(), nullable=True),
        sa.Column("policy_version_id", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('registration', 'licence-review', 'period', 'report', 'campaign', 'policy-change', 'extension-request', 'non-production', 'assistance', 'reprimand', 'decree', 'data-request', 'rollback', 'warning', 'warning-batch')",
            name=op.f("ck_case_file_kind"),
        ),
        sa.CheckConstraint(
            "outcome IN ('done', 'refused', 'lapsed', 'void', 'excused')", name=op.f("ck_case_file_outcome")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_case_file_account_id")),
        sa.ForeignKeyConstraint(["assignee_id"], ["person.id"], name=op.f("fk_case_file_assignee_id")),
        sa.ForeignKeyConstraint(
            ["policy_version_id"], ["policy_version.id"], name=op.f("fk_case_file_policy_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_file")),
        sa.UniqueConstraint("key", name=op.f("uq_case_file_key")),
    )
    op.create_index("ix_case_file_account", "case_file", ["account_id", "kind", "period"], unique=False)
    op.create_index(
        "ix_case_file_applicant",
        "case_file",
        ["title"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"title": "gin_trgm_ops"},
        postgresql_where=sa.text("account_id IS NULL"),
    )
    op.create_index(
        "ix_case_file_assignee",
        "case_file",
        ["assignee_id", "id"],
        unique=False,
        postgresql_where=sa.text("assignee_id IS NOT NULL"),
    )
    op.create_index("ix_case_file_period", "case_file", ["period", "kind", "status", "id"], unique=False)
    op.create_index("ix_case_file_period_newest", "case_file", ["period", "id"], unique=False)
    op.create_index("ix_case_file_queue", "case_file", ["kind", "status", "region_code", "id"], unique=False)
    op.create_index(
        "ix_case_file_stuck", "case_file", ["id"], unique=False, postgresql_where=sa.text("stuck IS NOT NULL")
    )
    op.create_index(
        "ix_case_file_waking",
        "case_file",
        ["wake_at"],
        unique=False,
        postgresql_where=sa.text("wake_at IS NOT NULL AND stuck IS NULL"),
    )
    op.create_table(
        "membership",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_membership_account_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id")),
        sa.PrimaryKeyConstraint("person_id", "account_id", name=op.f("pk_membership")),
    )
    op.create_table(
        "product_capacity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kbli", sa.Text(), nullable=False),
        sa.Column("kbli_version", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Text(), nullable=False),
        sa.Column("hs_code", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_product_capacity_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_capacity")),
    )
    op.create_index(op.f("ix_product_capacity_account_id"), "product_capacity", ["account_id"], unique=False)
    op.create_table(
        "profile_section",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_profile_section_account_id")),
        sa.PrimaryKeyConstraint("account_id", "section", name=op.f("pk_profile_section")),
    )
    op.create_table(
        "unit_proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), sa.Identity(always=False, start=1001), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("used_for", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.Text(), nullable=False),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(status = 'submitted') = (decided_at IS NULL) AND (status = 'submitted') = (decided_by IS NULL)",
            name=op.f("ck_unit_proposal_decided_by_somebody"),
        ),
        sa.CheckConstraint(
            "btrim(key) <> '' AND btrim(used_for) <> '' AND btrim(reason) <> ''",
            name=op.f("ck_unit_proposal_complete"),
        ),
        sa.CheckConstraint(
            "status <> 'refused' OR btrim(coalesce(decision_reason, '')) <> ''",
            name=op.f("ck_unit_proposal_refused_with_reason"),
        ),
        sa.CheckConstraint(
            "status IN ('submitted', 'accepted', 'refused')", name=op.f("ck_unit_proposal_status")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_unit_proposal_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_proposal")),
        sa.UniqueConstraint("number", name=op.f("uq_unit_proposal_number")),
    )
    op.create_index(op.f("ix_unit_proposal_account_id"), "unit_proposal", ["account_id"], unique=False)
    op.create_index(
        "uq_unit_proposal_waiting",
        "unit_proposal",
        ["key"],
        unique=True,
        postgresql_where=sa.text("status = 'submitted'"),
    )
    op.create_table(
        "added_unit",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["unit_proposal.id"], name=op.f("fk_added_unit_proposal_id")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_added_unit")),
        sa.UniqueConstraint("key", name=op.f("uq_added_unit_key")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_added_unit_proposal_id")),
    )
    op.create_table(
        "assistance_ticket",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), sa.Identity(always=False, start=1001), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("way", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("satisfaction", sa.SmallInteger(), nullable=True),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (status IN ('asked', 'booked', 'confirmed')) AND (closed_at IS NULL) = (closed_by IS NULL)",
            name=op.f("ck_assistance_ticket_closed"),
        ),
        sa.CheckConstraint(
            "(way IS NOT NULL) OR status NOT IN ('booked', 'confirmed', 'held', 'no_show')",
            name=op.f("ck_assistance_ticket_way_of_session"),
        ),
        sa.CheckConstraint(
            "NOT (closed_by = 'system' OR closed_by LIKE 'process:%%')",
            name=op.f("ck_assistance_ticket_closed_by_somebody"),
        ),
        sa.CheckConstraint("btrim(question) <> ''", name=op.f("ck_assistance_ticket_question")),
        sa.CheckConstraint(
            "origin IN ('portal', 'telephone', 'whatsapp', 'email', 'visit')",
            name=op.f("ck_assistance_ticket_origin"),
        ),
        sa.CheckConstraint(
            "satisfaction IS NULL OR status IN ('answered', 'held')",
            name=op.f("ck_assistance_ticket_satisfied_with_help"),
        ),
        sa.CheckConstraint(
            "status <> 'answered' OR btrim(coalesce(note, '')) <> ''",
            name=op.f("ck_assistance_ticket_answered_in_words"),
        ),
        sa.CheckConstraint(
            "status <> 'confirmed' OR confirmed_at IS NOT NULL", name=op.f("ck_assistance_ticket_confirmed")
        ),
        sa.CheckConstraint(
            "status IN ('asked', 'booked', 'confirmed', 'answered', 'held', 'no_show', 'cancelled')",
            name=op.f("ck_assistance_ticket_status"),
        ),
        sa.CheckConstraint(
            "topic IN ('investment_values', 'hs_code', 'cannot_send', 'company_data', 'licences', 'access', 'deadlines', 'other')",
            name=op.f("ck_assistance_ticket_topic"),
        ),
        sa.CheckConstraint("way IN ('video', 'telephone', 'office')", name=op.f("ck_assistance_ticket_way")),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by IS NULL)",
            name=op.f("ck_assistance_ticket_confirmed_by_one"),
        ),
        sa.CheckConstraint("satisfaction BETWEEN 1 AND 5", name=op.f("ck_assistance_ticket_satisfaction")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_assistance_ticket_account_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_assistance_ticket_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_assistance_ticket")),
        sa.UniqueConstraint("number", name=op.f("uq_assistance_ticket_number")),
    )
    op.create_index(
        "ix_assistance_ticket_account", "assistance_ticket", ["account_id", "case_id"], unique=False
    )
    op.create_table(
        "case_chain",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("last_hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_chain_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_chain")),
    )
    op.create_table(
        "case_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("hashed_text", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_event_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_event")),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_case_event_case_id_seq")),
    )
    op.create_table(
        "case_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_case_note_author_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_note_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_note")),
    )
    op.create_index(op.f("ix_case_note_case_id"), "case_note", ["case_id"], unique=False)
    op.create_table(
        "case_step",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("occurrence", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("skipped_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_step_case_id")),
        sa.PrimaryKeyConstraint("case_id", "step", "occurrence", name=op.f("pk_case_step")),
    )
    op.create_table(
        "company_contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "NOT (recorded_by = 'system' OR recorded_by LIKE 'process:%%')",
            name=op.f("ck_company_contact_recorded_by_somebody"),
        ),
        sa.CheckConstraint("btrim(summary) <> ''", name=op.f("ck_company_contact_summary")),
        sa.CheckConstraint(
            "channel IN ('telephone', 'whatsapp', 'email', 'visit')", name=op.f("ck_company_contact_channel")
        ),
        sa.CheckConstraint("at <= recorded_at", name=op.f("ck_company_contact_took_place")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_company_contact_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_contact")),
    )
    op.create_index(op.f("ix_company_contact_case_id"), "company_contact", ["case_id"], unique=False)
    op.create_table(
        "deadline",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("derivation_id", sa.Uuid(), nullable=False),
        sa.Column("base_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("base_lenient_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lenient_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("met_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pauses", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_deadline_case_id")),
        sa.ForeignKeyConstraint(["derivation_id"], ["derivation.id"], name=op.f("fk_deadline_derivation_id")),
        sa.PrimaryKeyConstraint("case_id", "name", name=op.f("pk_deadline")),
    )
    op.create_index(
        "ix_deadline_open",
        "deadline",
        ["name", "due_before", "case_id"],
        unique=False,
        postgresql_where=sa.text("met_at IS NULL"),
    )
    op.create_table(
        "document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.Column("scan_state", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "scan_state IN ('quarantined', 'clean', 'rejected')", name=op.f("ck_document_scan_state")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_document_account_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_document_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_index(op.f("ix_document_account_id"), "document", ["account_id"], unique=False)
    op.create_index(op.f("ix_document_case_id"), "document", ["case_id"], unique=False)
    op.create_table(
        "one_time_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('activation', 'reset', 'correction', 'follow', 'second_factor')",
            name=op.f("ck_one_time_token_purpose"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_one_time_token_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_one_time_token_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_token_token_hash")),
    )
    op.create_table(
        "policy_change",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("base_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("changes", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("moves_open", sa.Boolean(), nullable=False),
        sa.Column("simulation", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("simulated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_moved", sa.Uuid(), nullable=True),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("dates_moved", sa.Integer(), nullable=False),
        sa.Column("dates_kept", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('draft', 'simulated', 'approved', 'in_force', 'done', 'withdrawn', 'cancelled')",
            name=op.f("ck_policy_change_status"),
        ),
        sa.CheckConstraint(
            "(approved_by IS NULL) = (approved_at IS NULL)", name=op.f("ck_policy_change_approved_by_one")
        ),
        sa.CheckConstraint("approved_by <> proposed_by", name=op.f("ck_policy_change_second_person")),
        sa.ForeignKeyConstraint(["base_id"], ["policy_version.id"], name=op.f("fk_policy_change_base_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_policy_change_case_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["policy_version.id"], name=op.f("fk_policy_change_version_id")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_policy_change")),
        sa.UniqueConstraint("version_id", name=op.f("uq_policy_change_version_id")),
    )
    op.create_table(
        "reporting_period",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("regime", sa.Text(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sending_opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_reporting_period_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_reporting_period")),
        sa.UniqueConstraint("code", name=op.f("uq_reporting_period_code")),
    )
    op.create_table(
        "warning_batch",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("authority_level", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("approver", sa.Text(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("left_out", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_warning_batch_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_warning_batch")),
    )
    op.create_table(
        "wave_run",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("moment", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_wave_run_case_id")),
        sa.PrimaryKeyConstraint("case_id", "moment", name=op.f("pk_wave_run")),
    )
    op.create_table(
        "assistance_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("parallel", sa.Integer(), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_by", sa.Text(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(released_at IS NULL) = (released_by IS NULL)",
            name=op.f("ck_assistance_session_released_by_one"),
        ),
        sa.CheckConstraint("seat BETWEEN 1 AND parallel", name=op.f("ck_assistance_session_seat")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_assistance_session_lasts")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["assistance_ticket.case_id"], name=op.f("fk_assistance_session_case_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assistance_session")),
    )
    op.create_index(
        "ix_assistance_session_agenda",
        "assistance_session",
        ["desk", "starts_at"],
        unique=False,
        postgresql_where=sa.text("released_at IS NULL"),
    )
    op.create_index(op.f("ix_assistance_session_case_id"), "assistance_session", ["case_id"], unique=False)
    op.create_index(
        "uq_assistance_session_case",
        "assistance_session",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("released_at IS NULL"),
    )
    op.create_table(
        "certificate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_certificate_account_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_certificate_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
    )
    op.create_index(op.f("ix_certificate_account_id"), "certificate", ["account_id"], unique=False)
    op.create_table(
        "extension",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("deadline_name", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("region_prefix", sa.Text(), nullable=True),
        sa.Column("kbli_prefix", sa.Text(), nullable=True),
        sa.Column("account_ids", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("target_case_id", sa.Uuid(), nullable=True),
        sa.Column("target_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("target_lenient_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("notify", sa.Boolean(), nullable=False),
        sa.Column("counts", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("previewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "scope IN ('everyone', 'period', 'region', 'kbli', 'accounts', 'case')",
            name=op.f("ck_extension_scope"),
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'previewed', 'approved', 'applied', 'undoing', 'undone', 'cancelled')",
            name=op.f("ck_extension_status"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_extension_case_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_extension_document_id")),
        sa.ForeignKeyConstraint(
            ["target_case_id"], ["case_file.id"], name=op.f("fk_extension_target_case_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
        sa.UniqueConstraint("case_id", name=op.f("uq_extension_case_id")),
    )
    op.create_table(
        "holiday_decree",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), sa.Identity(always=False, start=1), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("notify", sa.Boolean(), nullable=False),
        sa.Column("counts", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("calendar_seen", sa.Text(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("previewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("in_force_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(layer = 'decree') = (scope = '')", name=op.f("ck_holiday_decree_scope")),
        sa.CheckConstraint(
            "layer IN ('decree', 'region', 'organisation')", name=op.f("ck_holiday_decree_layer")
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'previewed', 'approved', 'applied', 'undoing', 'undone', 'cancelled')",
            name=op.f("ck_holiday_decree_status"),
        ),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> requested_by", name=op.f("ck_holiday_decree_second_person")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_holiday_decree_case_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_holiday_decree_document_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_holiday_decree")),
        sa.UniqueConstraint("number", name=op.f("uq_holiday_decree_number")),
        sa.UniqueConstraint("sequence", name=op.f("uq_holiday_decree_sequence")),
    )
    op.create_table(
        "issued_document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_issued_document_account_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_issued_document_case_id")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_issued_document_document_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issued_document")),
        sa.UniqueConstraint("code", name=op.f("uq_issued_document_code")),
        sa.UniqueConstraint("number", name=op.f("uq_issued_document_number")),
    )
    op.create_index(op.f("ix_issued_document_account_id"), "issued_document", ["account_id"], unique=False)
    op.create_index(op.f("ix_issued_document_case_id"), "issued_document", ["case_id"], unique=False)
    op.create_table(
        "licence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("document_date", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("kbli", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("risk_level", sa.Text(), nullable=True),
        sa.Column("upp_validation", sa.Text(), nullable=False),
        sa.Column("ss_verification", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by", sa.Text(), nullable=True),
        sa.Column("ss_verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ss_verified_by", sa.Text(), nullable=True),
        sa.Column("ss_evidence", sa.Text(), nullable=True),
        sa.Column("ss_evidence_id", sa.Uuid(), nullable=True),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("end_reason IN ('replaced', 'expired')", name=op.f("ck_licence_end_reason")),
        sa.CheckConstraint(
            "risk_level IN ('low', 'medium_low', 'medium_high', 'high')", name=op.f("ck_licence_risk_level")
        ),
        sa.CheckConstraint(
            "ss_verification IN ('not_applicable', 'unverified', 'verified')",
            name=op.f("ck_licence_ss_verification"),
        ),
        sa.CheckConstraint(
            "type IN ('deed_establishment', 'deed_company', 'nib', 'npwp', 'industry_licence', 'supporting_licence', 'legacy_industry_licence', 'legacy_expansion_licence', 'estate_licence', 'legacy_estate_licence', 'legacy_estate_expansion_licence', 'importer_id', 'producer_importer_id', 'general_importer_id')",
            name=op.f("ck_licence_type"),
        ),
        sa.CheckConstraint(
            "upp_validation IN ('pending', 'valid', 'invalid')", name=op.f("ck_licence_upp_validation")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_licence_account_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_licence_case_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_licence_document_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["licence.id"], name=op.f("fk_licence_replaces_id")),
        sa.ForeignKeyConstraint(["ss_evidence_id"], ["document.id"], name=op.f("fk_licence_ss_evidence_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence")),
        sa.UniqueConstraint("case_id", name=op.f("uq_licence_case_id")),
    )
    op.create_index(op.f("ix_licence_account_id"), "licence", ["account_id"], unique=False)
    op.create_index(op.f("ix_licence_replaces_id"), "licence", ["replaces_id"], unique=False)
    op.create_table(
        "account_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("letter_number", sa.Text(), nullable=True),
        sa.Column("letter_date", sa.Date(), nullable=True),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("licence_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(part = 'supervision') = (letter_number IS NULL)", name=op.f("ck_account_change_ground_of_part")
        ),
        sa.CheckConstraint("before <> after", name=op.f("ck_account_change_changed")),
        sa.CheckConstraint(
            "num_nonnulls(letter_number, letter_date, document_id) IN (0, 3)",
            name=op.f("ck_account_change_whole_letter"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(letter_number, licence_id, reason) = 1", name=op.f("ck_account_change_one_ground")
        ),
        sa.CheckConstraint("part IN ('head_office', 'supervision')", name=op.f("ck_account_change_part")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_change_account_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_account_change_document_id")),
        sa.ForeignKeyConstraint(["licence_id"], ["licence.id"], name=op.f("fk_account_change_licence_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_change")),
    )
    op.create_index(op.f("ix_account_change_account_id"), "account_change", ["account_id"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("template_version", sa.Integer(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("context", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=False),
        sa.Column("planned_for", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attachment_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("lane IN ('credentials', 'legal', 'notices')", name=op.f("ck_message_lane")),
        sa.CheckConstraint(
            "state IN ('queued', 'claimed', 'done', 'cancelled', 'held')", name=op.f("ck_message_state")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_message_account_id")),
        sa.ForeignKeyConstraint(["attachment_id"], ["document.id"], name=op.f("fk_message_attachment_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_message_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_message_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_index("ix_message_account", "message", ["account_id", "id"], unique=False)
    op.create_index("ix_message_case", "message", ["case_id", "id"], unique=False)
    op.create_index(
        "ix_message_claimed",
        "message",
        ["claimed_until"],
        unique=False,
        postgresql_where=sa.text("state = 'claimed'"),
    )
    op.create_index(
        "ix_message_due",
        "message",
        ["lane", "not_before", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index(
        "uq_message_dedupe_key",
        "message",
        ["dedupe_key"],
        unique=True,
        postgresql_where=sa.text("state <> 'cancelled'"),
    )
    op.create_table(
        "non_production_letter",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), sa.Identity(always=False, start=1001), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("letter_date", sa.Date(), nullable=False),
        sa.Column("signed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.Text(), nullable=False),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (status IN ('submitted', 'withdrawn', 'moot')) AND (decided_at IS NULL) = (decided_by IS NULL)",
            name=op.f("ck_non_production_letter_decided"),
        ),
        sa.CheckConstraint(
            "NOT (decided_by = 'system' OR decided_by LIKE 'process:%%')",
            name=op.f("ck_non_production_letter_decided_by_somebody"),
        ),
        sa.CheckConstraint("btrim(reason) <> ''", name=op.f("ck_non_production_letter_reason")),
        sa.CheckConstraint(
            "signed_by IN ('director', 'owner')", name=op.f("ck_non_production_letter_signed_by")
        ),
        sa.CheckConstraint(
            "status <> 'refused' OR btrim(coalesce(decision_reason, '')) <> ''",
            name=op.f("ck_non_production_letter_refused_with_reason"),
        ),
        sa.CheckConstraint(
            "status IN ('submitted', 'accepted', 'refused', 'withdrawn', 'moot')",
            name=op.f("ck_non_production_letter_status"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_non_production_letter_account_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_non_production_letter_case_id")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_non_production_letter_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["case_file.id"], name=op.f("fk_non_production_letter_report_id")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_non_production_letter")),
        sa.UniqueConstraint("number", name=op.f("uq_non_production_letter_number")),
    )
    op.create_index(
        op.f("ix_non_production_letter_account_id"), "non_production_letter", ["account_id"], unique=False
    )
    op.create_index(
        op.f("ix_non_production_letter_report_id"), "non_production_letter", ["report_id"], unique=False
    )
    op.create_index(
        "uq_non_production_open",
        "non_production_letter",
        ["report_id"],
        unique=True,
        postgresql_where=sa.text("status = 'submitted'"),
    )
    op.create_table(
        "print_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("posted_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(posted_at IS NULL) = (posted_by IS NULL)", name=op.f("ck_print_batch_posted_by_one")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_print_batch_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_batch")),
    )
    op.create_index(op.f("ix_print_batch_authority"), "print_batch", ["authority"], unique=False)
    op.create_table(
        "registration",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), sa.Identity(always=False, start=100001), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("company_name", sa.Text(), nullable=False),
        sa.Column("nib", sa.Text(), nullable=True),
        sa.Column("npwp", sa.Text(), nullable=True),
        sa.Column("npwp_warning", sa.Boolean(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_key", sa.Text(), nullable=False),
        sa.Column("institution", sa.Text(), nullable=True),
        sa.Column("letter_basis", sa.Text(), nullable=True),
        sa.Column("letter_number", sa.Text(), nullable=True),
        sa.Column("letter_date", sa.Date(), nullable=True),
        sa.Column("similar_to", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checklist", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("account_type", sa.Text(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'government') = (institution IS NOT NULL AND letter_basis IS NOT NULL AND letter_number IS NOT NULL AND letter_date IS NOT NULL)",
            name=op.f("ck_registration_official_letter"),
        ),
        sa.CheckConstraint(
            "institution IN ('ministry', 'agency', 'mission', 'province', 'regency')",
            name=op.f("ck_registration_institution"),
        ),
        sa.CheckConstraint(
            "letter_basis IN ('letter', 'agreement')", name=op.f("ck_registration_letter_basis")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_registration_case_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_registration_document_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_registration")),
        sa.UniqueConstraint("number", name=op.f("uq_registration_number")),
    )
    op.create_index(
        "ix_registration_factory", "registration", ["nib", "region_code", "address_key"], unique=False
    )
    op.create_table(
        "report",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), sa.Identity(always=False, start=10001), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("form_id", sa.Text(), nullable=True),
        sa.Column("form_version", sa.Integer(), nullable=True),
        sa.Column("family", sa.Text(), nullable=True),
        sa.Column("size", sa.Text(), nullable=True),
        sa.Column("content_version", sa.Integer(), nullable=False),
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("statement_number", sa.Text(), nullable=True),
        sa.Column("statement_letter_hash", sa.Text(), nullable=True),
        sa.Column("statement_letter_version", sa.Integer(), nullable=True),
        sa.Column("statement_hash", sa.Text(), nullable=True),
        sa.Column("statement_document_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_report_account_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_report_case_id")),
        sa.ForeignKeyConstraint(
            ["statement_document_id"], ["document.id"], name=op.f("fk_report_statement_document_id")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_report")),
        sa.UniqueConstraint("account_id", "period", "stage", name=op.f("uq_report_account_id_period_stage")),
        sa.UniqueConstraint("number", name=op.f("uq_report_number")),
    )
    op.create_table(
        "warning_ladder",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("obligation_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("authority_level", sa.Text(), nullable=True),
        sa.Column("authority", sa.Text(), nullable=True),
        sa.Column("authority_reason", sa.Text(), nullable=True),
        sa.Column("authority_set_by", sa.Text(), nullable=True),
        sa.Column("due_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspension", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("exclusion_reason", sa.Text(), nullable=True),
        sa.Column("end_note", sa.Text(), nullable=True),
        sa.Column("excuse_document_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "authority_level IN ('ministry', 'province', 'regency')",
            name=op.f("ck_warning_ladder_authority_level"),
        ),
        sa.CheckConstraint(
            "suspension IN ('held', 'duty_held', 'extended', 'unserved', 'disproved')",
            name=op.f("ck_warning_ladder_suspension"),
        ),
        sa.CheckConstraint(
            "(authority IS NULL) = (authority_level IS NULL)", name=op.f("ck_warning_ladder_authority")
        ),
        sa.CheckConstraint(
            "(suspended_at IS NULL) = (suspension IS NULL)", name=op.f("ck_warning_ladder_suspended_why")
        ),
        sa.CheckConstraint("rung BETWEEN 0 AND 3", name=op.f("ck_warning_ladder_rung")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_warning_ladder_account_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_warning_ladder_case_id")),
        sa.ForeignKeyConstraint(
            ["excuse_document_id"], ["document.id"], name=op.f("fk_warning_ladder_excuse_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["obligation_id"], ["case_file.id"], name=op.f("fk_warning_ladder_obligation_id")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_warning_ladder")),
        sa.UniqueConstraint("obligation_id", "n", name=op.f("uq_warning_ladder_obligation_id_n")),
    )
    op.create_index(op.f("ix_warning_ladder_account_id"), "warning_ladder", ["account_id"], unique=False)
    op.create_index(
        "ix_warning_ladder_desk",
        "warning_ladder",
        ["authority", "case_id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_warning_ladder_open",
        "warning_ladder",
        ["obligation_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "bounce_report",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("diagnostic", sa.Text(), nullable=True),
        sa.Column("message_header_id", sa.Text(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "effect IN ('bounced', 'delayed', 'delivered', 'unmatched')", name=op.f("ck_bounce_report_effect")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_bounce_report_message_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_bounce_report")),
    )
    op.create_index(op.f("ix_bounce_report_message_id"), "bounce_report", ["message_id"], unique=False)
    op.create_table(
        "calendar_day",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("decree_id", sa.Uuid(), nullable=True),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('holiday', 'joint_leave', 'working')", name=op.f("ck_calendar_day_kind")
        ),
        sa.CheckConstraint(
            "layer IN ('decree', 'region', 'organisation')", name=op.f("ck_calendar_day_layer")
        ),
        sa.ForeignKeyConstraint(
            ["decree_id"], ["holiday_decree.case_id"], name=op.f("fk_calendar_day_decree_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_day")),
    )
    op.create_index(
        "uq_calendar_day_in_force",
        "calendar_day",
        ["layer", "scope", "day"],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "contact_task",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "reason IN ('address_bounced', 'receipt_unproven', 'post_letter', 'call', 'visit', 'service_disproved')",
            name=op.f("ck_contact_task_reason"),
        ),
        sa.CheckConstraint(
            "result IN ('called', 'wrote', 'visited', 'not_needed', 'receipt_proven', 'address_changed', 'case_over', 'letter_stands')",
            name=op.f("ck_contact_task_result"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_contact_task_account_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_contact_task_case_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_contact_task_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_task")),
    )
    op.create_index("ix_contact_task_account", "contact_task", ["account_id"], unique=False)
    op.create_index(
        "ix_contact_task_case",
        "contact_task",
        ["case_id"],
        unique=False,
        postgresql_where=sa.text("case_id IS NOT NULL"),
    )
    op.create_index(
        "ix_contact_task_open",
        "contact_task",
        ["raised_at", "id"],
        unique=False,
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_index(
        "uq_contact_task_key",
        "contact_task",
        ["key"],
        unique=True,
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "data_request",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), sa.Identity(always=False, start=1), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("mandate", sa.Text(), nullable=False),
        sa.Column("report_case_id", sa.Uuid(), nullable=True),
        sa.Column("section", sa.Text(), nullable=True),
        sa.Column("question", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "channel IN ('portal', 'letter', 'email', 'telephone', 'visit')",
            name=op.f("ck_data_request_channel"),
        ),
        sa.CheckConstraint("cardinality(kinds) > 0", name=op.f("ck_data_request_kinds")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_data_request_account_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_data_request_case_id")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["data_request_order.id"], name=op.f("fk_data_request_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["report_case_id"], ["report.case_id"], name=op.f("fk_data_request_report_case_id")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_data_request")),
        sa.UniqueConstraint("number", name=op.f("uq_data_request_number")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_data_request_token_hash")),
    )
    op.create_index("ix_data_request_account", "data_request", ["account_id", "case_id"], unique=False)
    op.create_index(op.f("ix_data_request_order_id"), "data_request", ["order_id"], unique=False)
    op.create_table(
        "decree_day",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('holiday', 'joint_leave', 'working')", name=op.f("ck_decree_day_kind")),
        sa.ForeignKeyConstraint(["case_id"], ["holiday_decree.case_id"], name=op.f("fk_decree_day_case_id")),
        sa.PrimaryKeyConstraint("case_id", "day", name=op.f("pk_decree_day")),
    )
    op.create_table(
        "decree_line",
        sa.Column("decree_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("deadline_name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("old_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("new_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("old_lenient_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("new_lenient_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('planned', 'moved', 'undone')", name=op.f("ck_decree_line_state")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_decree_line_case_id")),
        sa.ForeignKeyConstraint(
            ["decree_id"], ["holiday_decree.case_id"], name=op.f("fk_decree_line_decree_id")
        ),
        sa.PrimaryKeyConstraint("decree_id", "case_id", "deadline_name", name=op.f("pk_decree_line")),
    )
    op.create_index("ix_decree_line_case", "decree_line", ["case_id", "deadline_name"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("message_header_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("smtp_answer", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('sending', 'sent', 'unknown', 'bounced', 'failed')", name=op.f("ck_delivery_state")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_delivery_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("message_id", "attempt", name=op.f("uq_delivery_message_id_attempt")),
    )
    op.create_index(op.f("ix_delivery_message_header_id"), "delivery", ["message_header_id"], unique=False)
    op.create_index(
        "ix_delivery_sending",
        "delivery",
        ["started_at"],
        unique=False,
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_table(
        "extension_line",
        sa.Column("extension_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("deadline_name", sa.Text(), nullable=False),
        sa.Column("old_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("target_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("target_lenient_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_extension_line_case_id")),
        sa.ForeignKeyConstraint(
            ["extension_id"], ["extension.id"], name=op.f("fk_extension_line_extension_id")
        ),
        sa.PrimaryKeyConstraint("extension_id", "case_id", "deadline_name", name=op.f("pk_extension_line")),
    )
    op.create_index("ix_extension_line_case", "extension_line", ["case_id", "deadline_name"], unique=False)
    op.create_table(
        "extension_request",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), sa.Identity(always=False, start=1001), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("target_case_id", sa.Uuid(), nullable=False),
        sa.Column("deadline_name", sa.Text(), nullable=False),
        sa.Column("old_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.Text(), nullable=False),
        sa.Column("granted_days", sa.Integer(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("extension_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(status = 'granted') = (extension_id IS NOT NULL)", name=op.f("ck_extension_request_granted")
        ),
        sa.CheckConstraint("btrim(reason) <> ''", name=op.f("ck_extension_request_reason")),
        sa.CheckConstraint(
            "decided_by IS NULL OR NOT (decided_by = 'system' OR decided_by LIKE 'process:%%')",
            name=op.f("ck_extension_request_decided_by_somebody"),
        ),
        sa.CheckConstraint(
            "status <> 'refused' OR btrim(coalesce(decision_reason, '')) <> ''",
            name=op.f("ck_extension_request_refused_with_reason"),
        ),
        sa.CheckConstraint(
            "status IN ('submitted', 'granted', 'refused', 'withdrawn', 'moot')",
            name=op.f("ck_extension_request_status"),
        ),
        sa.CheckConstraint(
            "days > 0 AND coalesce(granted_days, 1) > 0", name=op.f("ck_extension_request_days")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_extension_request_account_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_extension_request_case_id")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_extension_request_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["extension_id"], ["extension.id"], name=op.f("fk_extension_request_extension_id")
        ),
        sa.ForeignKeyConstraint(
            ["target_case_id"], ["case_file.id"], name=op.f("fk_extension_request_target_case_id")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_extension_request")),
        sa.UniqueConstraint("number", name=op.f("uq_extension_request_number")),
    )
    op.create_index(
        op.f("ix_extension_request_account_id"), "extension_request", ["account_id"], unique=False
    )
    op.create_index(
        op.f("ix_extension_request_target_case_id"), "extension_request", ["target_case_id"], unique=False
    )
    op.create_index(
        "uq_extension_request_open",
        "extension_request",
        ["target_case_id", "deadline_name"],
        unique=True,
        postgresql_where=sa.text("status = 'submitted'"),
    )
    op.create_table(
        "report_section",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("typed", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("errors", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["report.case_id"], name=op.f("fk_report_section_case_id")),
        sa.PrimaryKeyConstraint("case_id", "section", name=op.f("pk_report_section")),
    )
    op.create_table(
        "report_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("size", sa.Text(), nullable=True),
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("form_version", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("statement_number", sa.Text(), nullable=False),
        sa.Column("statement_document_id", sa.Uuid(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.Text(), nullable=False),
        sa.Column("command_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["report.case_id"], name=op.f("fk_report_version_case_id")),
        sa.ForeignKeyConstraint(
            ["statement_document_id"], ["document.id"], name=op.f("fk_report_version_statement_document_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_version")),
        sa.UniqueConstraint("case_id", "command_id", name=op.f("uq_report_version_case_id_command_id")),
        sa.UniqueConstraint("case_id", "submission", name=op.f("uq_report_version_case_id_submission")),
    )
    op.create_table(
        "reprimand",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), sa.Identity(always=False, start=1001), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("authority_level", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("decision_note", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("approver", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("letter_date", sa.Date(), nullable=True),
        sa.Column("issued_id", sa.Uuid(), nullable=True),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("print_batch_id", sa.Uuid(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (status IN ('proposed', 'withdrawn'))", name=op.f("ck_reprimand_decided")
        ),
        sa.CheckConstraint(
            "(sent_at IS NOT NULL) = (status = 'issued')", name=op.f("ck_reprimand_sent_when_issued")
        ),
        sa.CheckConstraint(
            "NOT (decided_by = 'system' OR decided_by LIKE 'process:%%')",
            name=op.f("ck_reprimand_decided_by_somebody"),
        ),
        sa.CheckConstraint(
            "authority_level IN ('ministry', 'province', 'regency')",
            name=op.f("ck_reprimand_authority_level"),
        ),
        sa.CheckConstraint("btrim(reason) <> ''", name=op.f("ck_reprimand_reason")),
        sa.CheckConstraint("channel IN ('email', 'post')", name=op.f("ck_reprimand_channel")),
        sa.CheckConstraint(
            "print_batch_id IS NULL OR channel = 'post'", name=op.f("ck_reprimand_printed_for_the_post")
        ),
        sa.CheckConstraint(
            "status <> 'refused' OR btrim(coalesce(decision_note, '')) <> ''",
            name=op.f("ck_reprimand_refused_with_reason"),
        ),
        sa.CheckConstraint(
            "status IN ('proposed', 'approved', 'issued', 'refused', 'withdrawn')",
            name=op.f("ck_reprimand_status"),
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_reprimand_decided_by_one")
        ),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f("ck_reprimand_second_person")),
        sa.CheckConstraint(
            "posted_at IS NULL OR (print_batch_id IS NOT NULL AND sent_at IS NOT NULL)",
            name=op.f("ck_reprimand_posted_as_printed"),
        ),
        sa.CheckConstraint(
            "sent_at IS NULL OR document_id IS NOT NULL", name=op.f("ck_reprimand_sent_as_letter")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_reprimand_account_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_reprimand_case_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_reprimand_document_id")),
        sa.ForeignKeyConstraint(["issued_id"], ["issued_document.id"], name=op.f("fk_reprimand_issued_id")),
        sa.ForeignKeyConstraint(
            ["print_batch_id"], ["print_batch.id"], name=op.f("fk_reprimand_print_batch_id")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_reprimand")),
        sa.UniqueConstraint("issued_id", name=op.f("uq_reprimand_issued_id")),
        sa.UniqueConstraint("number", name=op.f("uq_reprimand_number")),
    )
    op.create_index(op.f("ix_reprimand_account_id"), "reprimand", ["account_id"], unique=False)
    op.create_index(op.f("ix_reprimand_print_batch_id"), "reprimand", ["print_batch_id"], unique=False)
    op.create_index(
        "ix_reprimand_to_print",
        "reprimand",
        ["authority", "case_id"],
        unique=False,
        postgresql_where=sa.text("channel = 'post' AND posted_at IS NULL"),
    )
    op.create_index(
        "uq_reprimand_waiting",
        "reprimand",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('proposed', 'approved')"),
    )
    op.create_table(
        "sanction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'fine') = (amount IS NOT NULL)", name=op.f("ck_sanction_amount_of_fines")
        ),
        sa.CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name=op.f("ck_sanction_decided")),
        sa.CheckConstraint(
            "kind IN ('fine', 'temporary_closure', 'licence_suspension', 'licence_revocation')",
            name=op.f("ck_sanction_kind"),
        ),
        sa.CheckConstraint("state IN ('proposed', 'approved', 'refused')", name=op.f("ck_sanction_state")),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_sanction_decided_by_one")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_sanction_amount")),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f("ck_sanction_second_person")),
        sa.ForeignKeyConstraint(["case_id"], ["warning_ladder.case_id"], name=op.f("fk_sanction_case_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_sanction_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sanction")),
    )
    op.create_index(op.f("ix_sanction_case_id"), "sanction", ["case_id"], unique=False)
    op.create_index(
        "uq_sanction_kind",
        "sanction",
        ["case_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state <> 'refused'"),
    )
    op.create_table(
        "service_evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("issued_id", sa.Uuid(), nullable=True),
        sa.Column("question", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("note_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('portal_read', 'email_confirmed', 'call_note', 'visit_minutes', 'letter_receipt', 'officer_record')",
            name=op.f("ck_service_evidence_kind"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_service_evidence_case_id")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_service_evidence_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["issued_id"], ["issued_document.id"], name=op.f("fk_service_evidence_issued_id")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_service_evidence_message_id")),
        sa.ForeignKeyConstraint(["note_id"], ["case_note.id"], name=op.f("fk_service_evidence_note_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_evidence")),
    )
    op.create_index("ix_service_evidence_case", "service_evidence", ["case_id", "id"], unique=False)
    op.create_index(
        "ix_service_evidence_issued",
        "service_evidence",
        ["issued_id"],
        unique=False,
        postgresql_where=sa.text("issued_id IS NOT NULL"),
    )
    op.create_index(
        "ix_service_evidence_message",
        "service_evidence",
        ["message_id"],
        unique=False,
        postgresql_where=sa.text("message_id IS NOT NULL"),
    )
    op.create_table(
        "warning_letter",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column(
            "previous", sa.Integer(), sa.Computed("NULLIF(rung - 1, 0)", persisted=True), nullable=True
        ),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("authority_level", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("letter_date", sa.Date(), nullable=True),
        sa.Column("issued_id", sa.Uuid(), nullable=True),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("print_batch_id", sa.Uuid(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("served_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("served_by", sa.Text(), nullable=True),
        sa.Column("unproven_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("channel IN ('email', 'post')", name=op.f("ck_warning_letter_channel")),
        sa.CheckConstraint(
            "(number IS NULL) = (sequence IS NULL) AND (number IS NULL) = (letter_date IS NULL)",
            name=op.f("ck_warning_letter_numbered"),
        ),
        sa.CheckConstraint("rung BETWEEN 1 AND 3", name=op.f("ck_warning_letter_rung")),
        sa.CheckConstraint(
            "sent_at IS NULL OR number IS NOT NULL", name=op.f("ck_warning_letter_sent_numbered")
        ),
        sa.CheckConstraint(
            "served_at IS NULL OR sent_at IS NOT NULL", name=op.f("ck_warning_letter_served_after_sending")
        ),
        sa.CheckConstraint(
            "voided_at IS NULL OR sent_at IS NULL AND mailed_at IS NULL",
            name=op.f("ck_warning_letter_void_never_sent"),
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["warning_batch.case_id"], name=op.f("fk_warning_letter_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["case_id", "previous"],
            ["warning_letter.case_id", "warning_letter.rung"],
            name=op.f("fk_warning_letter_case_id_previous"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["warning_ladder.case_id"], name=op.f("fk_warning_letter_case_id")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_warning_letter_document_id")),
        sa.ForeignKeyConstraint(
            ["issued_id"], ["issued_document.id"], name=op.f("fk_warning_letter_issued_id")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_warning_letter_message_id")),
        sa.ForeignKeyConstraint(
            ["print_batch_id"], ["print_batch.id"], name=op.f("fk_warning_letter_print_batch_id")
        ),
        sa.PrimaryKeyConstraint("case_id", "rung", name=op.f("pk_warning_letter")),
        sa.UniqueConstraint(
            "authority", "year", "sequence", name=op.f("uq_warning_letter_authority_year_sequence")
        ),
        sa.UniqueConstraint("issued_id", name=op.f("uq_warning_letter_issued_id")),
        sa.UniqueConstraint("number", name=op.f("uq_warning_letter_number")),
    )
    op.create_index("ix_warning_letter_batch", "warning_letter", ["batch_id", "case_id"], unique=False)
    op.create_index(
        op.f("ix_warning_letter_print_batch_id"), "warning_letter", ["print_batch_id"], unique=False
    )
    op.create_index(
        "ix_warning_letter_to_print",
        "warning_letter",
        ["authority", "case_id"],
        unique=False,
        postgresql_where=sa.text("channel = 'post' AND sent_at IS NULL AND voided_at IS NULL"),
    )
    op.create_table(
        "data_request_attachment",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("question", sa.Integer(), nullable=True),
        sa.Column("side", sa.Text(), nullable=False),
        sa.CheckConstraint("side IN ('question', 'answer')", name=op.f("ck_data_request_attachment_side")),
        sa.CheckConstraint(
            "(order_id IS NULL) <> (case_id IS NULL)", name=op.f("ck_data_request_attachment_owner")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["data_request.case_id"], name=op.f("fk_data_request_attachment_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_data_request_attachment_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["data_request_order.id"], name=op.f("fk_data_request_attachment_order_id")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_data_request_attachment")),
    )
    op.create_index(
        "ix_data_request_attachment_case", "data_request_attachment", ["case_id", "question"], unique=False
    )
    op.create_index("ix_data_request_attachment_order", "data_request_attachment", ["order_id"], unique=False)
    op.create_table(
        "data_request_question",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_by", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("due_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lenient_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["data_request.case_id"], name=op.f("fk_data_request_question_case_id")
        ),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_data_request_question")),
    )
    op.create_table(
        "report_review",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("flags", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("supervising", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("examined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by", sa.Text(), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_by", sa.Text(), nullable=True),
        sa.Column("returned_in", sa.Text(), nullable=True),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "verified_at IS NULL OR returned_in IS DISTINCT FROM 'verification'",
            name=op.f("ck_report_review_one_end"),
        ),
        sa.CheckConstraint(
            "verified_by IS NULL OR NOT (verified_by = 'system' OR verified_by LIKE 'process:%%')",
            name=op.f("ck_report_review_verified_by_somebody"),
        ),
        sa.CheckConstraint(
            "(verified_at IS NULL) = (verified_by IS NULL)", name=op.f("ck_report_review_verified_by_one")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["review_batch.id"], name=op.f("fk_report_review_batch_id")),
        sa.ForeignKeyConstraint(
            ["case_id", "submission"],
            ["report_version.case_id", "report_version.submission"],
            name=op.f("fk_report_review_case_id_submission"),
        ),
        sa.PrimaryKeyConstraint("case_id", "submission", name=op.f("pk_report_review")),
    )
    op.create_index("ix_report_review_flagged", "report_review", ["flagged", "case_id"], unique=False)
    op.create_table(
        "reprimand_finding",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("disorder", sa.Text(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "disorder IN ('missing', 'late', 'uncorrected', 'returned')",
            name=op.f("ck_reprimand_finding_disorder"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["reprimand.case_id"], name=op.f("fk_reprimand_finding_case_id")
        ),
        sa.ForeignKeyConstraint(["report_id"], ["case_file.id"], name=op.f("fk_reprimand_finding_report_id")),
        sa.PrimaryKeyConstraint("case_id", "report_id", "disorder", name=op.f("pk_reprimand_finding")),
    )
    op.create_index(
        "uq_reprimand_finding_once",
        "reprimand_finding",
        ["report_id", "disorder"],
        unique=True,
        postgresql_where=sa.text("released_at IS NULL"),
    )
    op.create_table(
        "rollback",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("report_status", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("sections", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("shown_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refused_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_id", sa.Uuid(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resent_submission", sa.Integer(), nullable=True),
        sa.Column("before", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint(
            "(granted_at IS NOT NULL) = (status IN ('granted', 'reopened', 'resent', 'expired'))",
            name=op.f("ck_rollback_granted"),
        ),
        sa.CheckConstraint(
            "(resent_submission IS NOT NULL) = (status = 'resent')", name=op.f("ck_rollback_resent")
        ),
        sa.CheckConstraint("btrim(reason) <> ''", name=op.f("ck_rollback_reason")),
        sa.CheckConstraint(
            "decided_by IS NULL OR NOT (decided_by = 'system' OR decided_by LIKE 'process:%%')",
            name=op.f("ck_rollback_decided_by_somebody"),
        ),
        sa.CheckConstraint("report_status IN ('sent', 'verified')", name=op.f("ck_rollback_report_status")),
        sa.CheckConstraint(
            "status <> 'refused' OR btrim(coalesce(decision_reason, '')) <> ''",
            name=op.f("ck_rollback_refused_with_reason"),
        ),
        sa.CheckConstraint(
            "status IN ('requested', 'granted', 'reopened', 'resent', 'refused', 'expired')",
            name=op.f("ck_rollback_status"),
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_rollback_decided_by_one")
        ),
        sa.CheckConstraint("jsonb_array_length(sections) > 0", name=op.f("ck_rollback_sections")),
        sa.CheckConstraint(
            "requested_at < refused_from AND shown_before <= refused_from", name=op.f("ck_rollback_in_time")
        ),
        sa.CheckConstraint(
            "resent_submission IS NULL OR resent_submission > submission",
            name=op.f("ck_rollback_resent_after"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_rollback_account_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_rollback_case_id")),
        sa.ForeignKeyConstraint(
            ["report_id", "resent_submission"],
            ["report_version.case_id", "report_version.submission"],
            name=op.f("fk_rollback_report_id_resent_submission"),
        ),
        sa.ForeignKeyConstraint(
            ["report_id", "submission"],
            ["report_version.case_id", "report_version.submission"],
            name=op.f("fk_rollback_report_id_submission"),
        ),
        sa.ForeignKeyConstraint(["report_id"], ["report.case_id"], name=op.f("fk_rollback_report_id")),
        sa.ForeignKeyConstraint(["window_id"], ["derivation.id"], name=op.f("fk_rollback_window_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_rollback")),
        sa.UniqueConstraint("report_id", "n", name=op.f("uq_rollback_report_id_n")),
    )
    op.create_index(
        "uq_rollback_one_granted",
        "rollback",
        ["account_id", "period"],
        unique=True,
        postgresql_where=sa.text("granted_at IS NOT NULL"),
    )
    op.create_index(
        "uq_rollback_one_open",
        "rollback",
        ["report_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('requested', 'granted', 'reopened')"),
    )
    op.create_table(
        "report_correction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("raised_in", sa.Text(), nullable=False),
        sa.Column("directorate", sa.Text(), nullable=True),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raised_by", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("response", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.CheckConstraint("answer IN ('fixed', 'responded')", name=op.f("ck_report_correction_answer")),
        sa.CheckConstraint("btrim(note) <> ''", name=op.f("ck_report_correction_note")),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_report_correction_answered")
        ),
        sa.ForeignKeyConstraint(
            ["case_id", "submission"],
            ["report_review.case_id", "report_review.submission"],
            name=op.f("fk_report_correction_case_id_submission"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_correction")),
    )
    op.create_index("ix_report_correction_case", "report_correction", ["case_id", "submission"], unique=False)
    op.create_table(
        "report_validation",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("directorate", sa.Text(), nullable=False),
        sa.Column("divisions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Text(), nullable=True),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "approved_by IS NULL OR NOT (approved_by = 'system' OR approved_by LIKE 'process:%%')",
            name=op.f("ck_report_validation_approved_by_somebody"),
        ),
        sa.CheckConstraint(
            "(approved_at IS NULL) = (approved_by IS NULL)", name=op.f("ck_report_validation_approved_by_one")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["review_batch.id"], name=op.f("fk_report_validation_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["case_id", "submission"],
            ["report_review.case_id", "report_review.submission"],
            name=op.f("fk_report_validation_case_id_submission"),
        ),
        sa.PrimaryKeyConstraint("case_id", "submission", "directorate", name=op.f("pk_report_validation")),
    )
    op.create_index(
        "ix_report_validation_waiting",
        "report_validation",
        ["directorate", "case_id"],
        unique=False,
        postgresql_where=sa.text("approved_at IS NULL"),
    )
    op.execute((SQL / "0001_guards.sql").read_text())
