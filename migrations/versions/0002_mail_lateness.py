"""Mail: when a message should have gone out, and one delivery per attempt."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("message", sa.Column("planned_for", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE message SET planned_for = not_before")
    op.alter_column("message", "planned_for", nullable=False)
    op.drop_index("ix_delivery_message", "delivery")
    op.create_unique_constraint("uq_delivery_message_id_attempt", "delivery", ["message_id", "attempt"])
